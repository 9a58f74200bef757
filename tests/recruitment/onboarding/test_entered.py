"""Whoever a checkpoint has let in has set out: nothing that leads here is moved or taken away by a clock or by hand."""

import datetime as dt

import pytest
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.confirming import release_unconfirmed
from recruitment.onboarding.services.redating import NotComing, choose_trip, follow_changes
from recruitment.onboarding.services.undoing import AlreadyOnTheWay, undo_acceptance
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province
from tests.recruitment.onboarding.test_overstays import cross

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    return Province(**ENTRY_QUARANTINE).with_recruiter_at_the_factory()


@pytest.fixture
def entered(province, today) -> Acceptance:
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    cross(acceptance, "in", timezone.now())
    return acceptance


def test_the_recruiter_no_longer_takes_the_acceptance_back(province, entered, today):
    with pytest.raises(AlreadyOnTheWay):
        undo_acceptance(application=entered.application, reason="mistake", by=province.recruiter, on=today)


def test_another_bus_is_no_longer_chosen_and_changed_rules_move_no_day(province, entered, today):
    with pytest.raises(NotComing):
        choose_trip(application=entered.application, trip=None, by=entered.application.worker.user, on=today)
    province.opening.starts_on = entered.starts_on + dt.timedelta(days=9)
    province.opening.save()
    assert follow_changes(on=today) == 0 and Acceptance.objects.get().arrives_on == entered.arrives_on


def test_who_has_not_said_yes_says_it_with_the_feet(province, entered, today):
    Acceptance.objects.update(confirmed_at=None, confirm_by=timezone.now() - dt.timedelta(days=1))
    assert release_unconfirmed(now=timezone.now(), on=today) == 0 and Application.objects.get().status == "accepted"
    assert list(invariants.find(on=today, now=timezone.now(), codes=["confirmation_not_looked_after"])) == []
