"""Many recruiters press the button at once. The twin without the guards shows that the guards are what protects."""

import threading
import time
from itertools import count

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.applications.services.applying import apply
from recruitment.applications.services.closing import close_with_applications, end_application, end_at_closed_openings
from recruitment.notifications.models import Message
from recruitment.onboarding import invariants
from recruitment.onboarding.services import acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.undoing import undo_acceptance
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.openings.models import Opening
from recruitment.quarantine.models import SiteNight
from recruitment.quarantine.services.recount import recount
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db(transaction=True)
PARALLEL = 32


def accept_all(race, province, today):
    waiting = [province.applicant() for _ in range(PARALLEL)]
    turn = count()
    return race(PARALLEL, lambda: accept(application=waiting[next(turn)], by=province.recruiter, on=today))


def test_of_32_acceptances_exactly_as_many_succeed_as_there_are_places_and_beds(race, today):
    province = Province(places=10, beds=10)
    outcomes = accept_all(race, province, today)
    assert sorted(outcomes) == ["NotAccepted"] * 22 + ["done"] * 10
    assert Application.objects.filter(status="accepted").count() == 10
    assert set(SiteNight.objects.filter(reserved__gt=0).values_list("reserved", flat=True)) == {10}
    assert Opening.objects.get(pk=province.opening.pk).places() == 0
    assert recount() == []


def test_without_the_guard_the_same_race_fills_more_places_than_there_are(race, today, monkeypatch):
    province = Province(places=10, beds=PARALLEL)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE openings_opening DROP CONSTRAINT places_fit")

    def fill_unguarded(*, opening, held):
        """Check, then write: what the conditional update and the CHECK replace."""
        if Opening.objects.get(pk=opening.pk).places() > 0:
            Opening.objects.filter(pk=opening.pk).update(accepted=F("accepted") + 1)

    monkeypatch.setattr(acceptance, "fill_place", fill_unguarded)
    monkeypatch.setattr(acceptance, "lock_openings", lambda pks: {})
    accept_all(race, province, today)
    assert Opening.objects.get(pk=province.opening.pk).accepted != 10


def nothing_is_wrong(today) -> bool:
    return recount() == [] and invariants.check(on=today, now=timezone.now()) == []


def test_an_opening_that_closes_while_everybody_is_accepted_leaves_nothing_held_and_nobody_waiting_in_a_circle(race, today):
    province = Province(places=20, beds=40)
    waiting, turn = [province.applicant() for _ in range(12)], count()

    def act() -> None:
        number = next(turn)
        if number == 4:
            close_with_applications(opening=province.opening, outcome="filled", by=province.recruiter, on=today)
        else:
            accept(application=waiting[number % 12], by=province.recruiter, on=today)

    outcomes = race(13, act)
    assert set(outcomes) <= {"done", "NotAccepted", "WrongMoment"} and "done" in outcomes
    assert nothing_is_wrong(today)


def test_when_both_sides_take_the_same_acceptance_back_everything_is_freed_once(race, today):
    province = Province(places=20, beds=40)
    accepted = [accept(application=province.applicant(), by=province.recruiter, on=today).application for _ in range(6)]
    turn = count()

    def act() -> None:
        number = next(turn)
        application = accepted[number % 6]
        if number < 6:
            withdraw(application=application, by=application.worker.user, on=today)
        else:
            undo_acceptance(application=application, reason="dates", by=province.recruiter, on=today)

    assert set(race(12, act)) <= {"done", "WrongMoment"}
    assert Opening.objects.get(pk=province.opening.pk).accepted == 0 and nothing_is_wrong(today)


def test_who_answers_an_invitation_in_the_moment_in_which_it_lapses_applies_anew(race, today):
    province = Province()
    invited = province.applicant(status="invited", answer_by=timezone.now())
    is_locked = threading.Event()

    def lapse():
        with transaction.atomic():
            Application.objects.select_for_update().get(pk=invited.pk)
            is_locked.set()
            time.sleep(0.3)  # meanwhile the worker's request has read it as invited and waits for the row
            end_application(application=invited, ending=Application.Ending.NO_ANSWER, by=None)

    def answer():
        is_locked.wait(5)
        apply(worker=invited.worker, opening=province.opening, starts_on=today, idempotency_key=None, by=invited.worker.user, on=today)

    acts = [lapse, answer]
    assert race(2, lambda: acts.pop()()) == ["done", "done"]
    assert sorted(Application.objects.values_list("status", flat=True)) == ["applied", "closed"]


def test_whoever_applies_while_the_opening_closes_is_told_soon_after(race, today):
    province = Province()
    applied = province.applicant()
    Opening.objects.update(status="closed", outcome="filled", closed_at=timezone.now())
    assert sorted(race(4, lambda: end_at_closed_openings(on=today))) == ["done"] * 4
    assert Application.objects.get().ending == "opening_closed"
    assert Message.objects.filter(recipient=applied.worker.user, kind="closed", channel="app").count() == 1
