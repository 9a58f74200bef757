"""A place comes free while recruiters keep pressing: it is the turn of whoever waits. The twin shows who would have had it."""

from itertools import count

import pytest

from recruitment.applications.services import choosing
from recruitment.applications.services.choosing import OthersWait, offer
from recruitment.onboarding.models import Acceptance, WaitingAcceptance
from recruitment.onboarding.services import acceptance
from recruitment.onboarding.services.acceptance import NotAccepted, accept
from recruitment.onboarding.services.waiting import accept_or_wait, complete_waiting
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.openings.services.places import NoPlacesLeft
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db(transaction=True)
RECRUITERS, TRIES = 6, 5


def who_gets_the_place(race, today, press=accept, tries=TRIES) -> tuple[list[str], Acceptance, WaitingAcceptance]:
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
        for _ in range(tries):
            try:
                press(application=quick[number - 1], by=province.recruiter, on=today)
                return
            except (NotAccepted, NoPlacesLeft, OthersWait):
                continue

    outcomes = race(RECRUITERS + 1, act)
    complete_waiting(on=today)
    return outcomes, Acceptance.objects.standing().first(), first


def test_whoever_waits_gets_it_however_often_others_press(race, today):
    outcomes, standing, first = who_gets_the_place(race, today)
    assert outcomes == ["done"] * (RECRUITERS + 1)
    assert standing.application == first.application


def test_without_the_guard_somebody_overtakes(race, today, monkeypatch):
    monkeypatch.setattr(acceptance, "in_front", lambda **_asked: None)
    _outcomes, standing, first = who_gets_the_place(race, today)
    assert standing.application != first.application


def test_whoever_waits_gets_it_however_often_others_are_offered_it(race, today):
    outcomes, standing, first = who_gets_the_place(race, today, press=offer, tries=80)
    assert outcomes == ["done"] * (RECRUITERS + 1)
    assert standing.application == first.application


def test_without_that_guard_an_offer_takes_the_place(race, today, monkeypatch):
    monkeypatch.setattr(choosing, "_leave_places_to_those_who_wait", lambda _application: None)
    _outcomes, standing, _first = who_gets_the_place(race, today, press=offer, tries=80)
    assert standing is None
