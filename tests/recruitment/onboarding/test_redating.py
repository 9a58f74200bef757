"""When rules or facts move the day, bed, seat and pass follow where there is room; else the recruiter is asked to decide."""

import datetime as dt

import pytest

from recruitment.health.models import AdmissionPolicy, AdmissionRule
from recruitment.health.services.assessments import assess_worker
from recruitment.notifications.models import Message
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.redating import choose_trip, follow_changes
from recruitment.openings.models import Opening
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.recount import differences
from recruitment.travel.models import EntryPass, Seat
from tests.factories.health import AdmissionPolicyFactory, AdmissionRuleFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def new_rule(province, today, **rule):
    """A later document of the province, known to the person's clearance at once."""
    policy = AdmissionPolicyFactory(jurisdiction=province.home, number="QĐ 2/THỬ", in_force_from=today)
    policy.supersedes.set(AdmissionPolicy.objects.exclude(pk=policy.pk))
    AdmissionRuleFactory(policy=policy, position=1, **rule)
    for acceptance in Acceptance.objects.select_related("application__worker"):
        assess_worker(worker=acceptance.application.worker, by=None, on=today)


def consistent(today) -> bool:
    return list(differences()) == [] and list(invariants.find(on=today, now=dt.datetime.now(dt.UTC))) == []


@pytest.fixture
def province():
    return Province(**ENTRY_QUARANTINE).with_recruiter_at_the_factory()


def test_more_days_of_isolation_move_bed_start_and_pass(province, today):
    first = accept(application=province.applicant(), by=province.recruiter, on=today)
    new_rule(province, today, quarantine_place=AdmissionRule.Place.SITE, quarantine_days=14)
    assert follow_changes(on=today) == 1
    acceptance = Acceptance.objects.select_related("entry_stay").get()
    assert (acceptance.entry_stay.leaves_on - acceptance.entry_stay.arrives_on).days == 14
    assert acceptance.starts_on == first.arrives_on + 14 * DAY
    assert Stay.objects.filter(status="cancelled").count() == 1 and EntryPass.objects.not_revoked().count() == 1
    assert Message.objects.filter(kind="redated", channel="app").count() == 2
    assert consistent(today) and follow_changes(on=today) == 0


def test_a_rule_that_asks_for_nothing_any_more_gives_the_bed_back(province, today):
    accept(application=province.applicant(), by=province.recruiter, on=today)
    new_rule(province, today)
    follow_changes(on=today)
    acceptance = Acceptance.objects.get()
    assert acceptance.entry_stay is None and acceptance.starts_on == Opening.objects.get().starts_on
    assert Stay.objects.get().status == "cancelled" and consistent(today)


def test_without_a_bed_for_the_new_days_the_recruiter_decides_and_is_told_once(today):
    province = Province(beds=2, **ENTRY_QUARANTINE).with_recruiter_at_the_factory()
    accept(application=province.applicant(), by=province.recruiter, on=today)
    new_rule(province, today, outcome="refuse", person_class="any")
    assert [follow_changes(on=today), follow_changes(on=today)] == [0, 0]
    assert Acceptance.objects.get().to_decide
    assert Message.objects.filter(kind="to_be_decided", channel="app").count() == 1
    assert Stay.objects.get().status == "booked"


def test_an_opening_that_begins_later_moves_the_days(province, today):
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    Opening.objects.update(starts_on=acceptance.starts_on + 5 * DAY)
    assert follow_changes(on=today) == 1
    assert Acceptance.objects.get().arrives_on == acceptance.arrives_on + 5 * DAY and consistent(today)


def test_somebody_in_isolation_is_not_moved(province, today):
    accept(application=province.applicant(), by=province.recruiter, on=today)
    Stay.objects.update(status="admitted", admitted_at=dt.datetime.now(dt.UTC))
    new_rule(province, today)
    assert follow_changes(on=today) == 0 and Stay.objects.get().status == "admitted"


def test_a_worker_who_chooses_a_bus_of_the_next_day_takes_bed_and_pass_along(province, today):
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    user = acceptance.application.worker.user
    bus = province.bus(arrives_on=acceptance.arrives_on + DAY)
    moved = choose_trip(application=acceptance.application, trip=bus, by=user, on=today)
    assert moved.entry_stay.arrives_on == moved.arrives_on == acceptance.arrives_on + DAY
    assert EntryPass.objects.not_revoked().get().seat == Seat.objects.get() and consistent(today)
    choose_trip(application=acceptance.application, trip=None, by=user, on=today)
    assert Seat.objects.get().status == "given_up" and EntryPass.objects.not_revoked().get().seat is None
    assert consistent(today)
