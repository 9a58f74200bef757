"""A place comes free while recruiters keep pressing: it is the turn of whoever waits. The twin shows who would have had it."""

from itertools import count

import pytest

from recruitment.onboarding.models import Acceptance, WaitingAcceptance
from recruitment.onboarding.services import acceptance
from recruitment.onboarding.services.acceptance import NotAccepted, accept
from recruitment.onboarding.services.waiting import accept_or_wait, complete_waiting
from recruitment.onboarding.services.withdrawal import withdraw
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db(transaction=True)
RECRUITERS, TRIES = 6, 5


def who_gets_the_place(race, today) -> tuple[list[str], Acceptance, WaitingAcceptance]:
    """One gives the place back; six press again and again; the queue is looked at last."""
    province = Province(places=1, beds=50)
    taken = accept(application=province.applicant(), by=province.recruiter, on=today).application
    first = accept_or_wait(application=province.applicant(), by=province.recruiter, on=today)
    quick, turn = [province.applicant() for _ in range(RECRUITERS)], count()

    def act() -> None:
        number = next(turn)
        if number == 0:
            withdraw(application=taken, by=taken.worker.user, on=today)
            return
        for _ in range(TRIES):
            try:
                accept(application=quick[number - 1], by=province.recruiter, on=today)
                return
            except NotAccepted:
                continue

    outcomes = race(RECRUITERS + 1, act)
    complete_waiting(on=today)
    return outcomes, Acceptance.objects.standing().get(), first


def test_whoever_waits_gets_it_however_often_others_press(race, today):
    outcomes, standing, first = who_gets_the_place(race, today)
    assert outcomes == ["done"] * (RECRUITERS + 1)
    assert standing.application == first.application


def test_without_the_guard_somebody_overtakes(race, today, monkeypatch):
    monkeypatch.setattr(acceptance, "in_front", lambda **_asked: None)
    _outcomes, standing, first = who_gets_the_place(race, today)
    assert standing.application != first.application
