"""Whoever goes straight to the factory and isn't seen: reminded first, then freed; and put right if they did come."""

import datetime as dt
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.notifications.models import Message
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance, GatePolicy
from recruitment.onboarding.services.acceptance import HiredElsewhere, accept
from recruitment.onboarding.services.first_shift import check_in, report_no_show, say_started
from recruitment.onboarding.services.gate import NotCorrectable, correct_no_show, release_missing, remind_of_missing
from recruitment.onboarding.services.policies import load_onboarding_policies
from recruitment.openings.models import Opening
from recruitment.openings.services.places import NoPlacesLeft
from recruitment.quarantine.services.recount import differences
from recruitment.travel.models import Crossing, EntryPass
from tests.factories.applications import ApplicationFactory
from tests.factories.travel import CheckpointFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def person(today):
    """Accepted straight to the factory for today, under a rule: remind after 10 hours, free after 58, correct within 72."""
    load_onboarding_policies()
    return expected(Province(places=2, beds=50).with_recruiter_at_the_factory(), today)


def expected(province: Province, day: dt.date) -> tuple[Province, Application]:
    application = province.applicant()
    acceptance = accept(application=application, by=province.recruiter, on=day)
    Acceptance.objects.filter(pk=acceptance.pk).update(arrives_on=day, starts_on=day, confirmed_at=timezone.now(), confirm_by=None)
    return province, Application.objects.select_related("worker__user").get(pk=application.pk)


def after(day: dt.date, hours: int) -> dt.datetime:
    """So many hours after the end of the day."""
    return timezone.make_aware(dt.datetime.combine(day + DAY, dt.time.min)) + dt.timedelta(hours=hours)


def look(day: dt.date, hours: int) -> tuple[int, int]:
    """What one run of the schedule does: freed, reminded."""
    now = after(day, hours)
    return release_missing(now=now, on=timezone.localdate(now)), remind_of_missing(now=now, on=timezone.localdate(now))


def told(kind: str) -> int:
    return Message.objects.filter(kind=kind, channel="app").count()


def test_the_factory_and_the_person_are_reminded_once_before_anything_is_freed(person, today):
    _province, application = person
    assert look(today, 9) == (0, 0)
    assert look(today, 10) == (0, 1) and look(today, 11) == (0, 0)
    assert told("not_seen") == 2
    assert Application.objects.get(pk=application.pk).status == "accepted"


def test_then_everything_goes_back_as_for_every_no_show_and_both_are_told(person, today):
    province, application = person
    look(today, 10)
    assert look(today, 57) == (0, 0) and look(today, 58) == (1, 0) and look(today, 59) == (0, 0)
    acceptance = Acceptance.objects.get(application=application)
    assert (acceptance.undone_because, Application.objects.get(pk=application.pk).ending) == ("no_show", "no_show")
    assert Opening.objects.get(pk=province.opening.pk).accepted == 0 and told("no_show") == 2
    assert list(differences()) == [] and invariants.check(on=today, now=timezone.now()) == []


def test_after_a_schedule_that_stood_still_the_reminder_still_has_its_time(person, today):
    assert look(today, 200) == (0, 1)
    assert look(today, 247) == (0, 0) and look(today, 248) == (1, 0)


def seen_at_a_checkpoint(application: Application) -> None:
    entry_pass = EntryPass.objects.get(worker=application.worker_id)
    checkpoint = CheckpointFactory()
    officer = checkpoint.organisation.memberships.get().user
    passing = {"direction": "in", "how": "scan", "verdict": "let_in", "let_through": True, "offline": False}
    Crossing.objects.create(uuid=uuid4(), checkpoint=checkpoint, entry_pass=entry_pass, by=officer, at=timezone.now(), **passing)


@pytest.mark.parametrize(
    "sign",
    [
        lambda application, by, on: check_in(application=application, by=by, on=on),
        lambda application, by, on: say_started(application=application, by=application.worker.user, on=on),
        lambda application, by, on: seen_at_a_checkpoint(application),
    ],
    ids=["checked in", "says so", "crossed into the province"],
)
def test_whoever_was_seen_in_any_way_is_left_alone(person, today, sign):
    province, application = person
    look(today, 10)
    sign(application, province.recruiter, today)
    assert look(today, 100) == (0, 0)


def test_no_clock_runs_without_a_rule_of_the_day_nor_for_a_bed_at_a_site(person, today):
    GatePolicy.objects.update(since=today + DAY)
    assert look(today, 100) == (0, 0)


def test_whoever_goes_to_a_site_first_is_the_sites_to_miss(today):
    load_onboarding_policies()
    province = Province(beds=50, **ENTRY_QUARANTINE)
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    assert acceptance.entry_stay and look(acceptance.starts_on, 100) == (0, 0)


@pytest.fixture
def missed(person, today):
    province, application = person
    Acceptance.objects.update(arrives_on=today - DAY, starts_on=today - DAY)
    report_no_show(application=application, by=province.recruiter, on=today)
    return province, application


def test_who_did_come_gets_everything_back_and_is_checked_in(missed, today):
    province, application = missed
    acceptance = correct_no_show(application=application, by=province.recruiter, on=today)
    assert correct_no_show(application=application, by=province.recruiter, on=today) == acceptance
    assert acceptance.first_shift.checked_in_at and acceptance.undone_at is None
    assert Application.objects.get(pk=application.pk).status == "accepted"
    assert Opening.objects.get(pk=province.opening.pk).accepted == 1 and told("came_after_all") == 1
    assert EntryPass.objects.not_revoked().filter(worker=application.worker).count() == 1
    assert list(differences()) == [] and invariants.check(on=today, now=timezone.now()) == []


def test_a_place_that_others_have_by_now_is_not_taken_from_them(missed, today):
    province, application = missed
    Opening.objects.filter(pk=province.opening.pk).update(headcount=1)
    accept(application=province.applicant(), by=province.recruiter, on=today)
    with pytest.raises(NoPlacesLeft):
        correct_no_show(application=application, by=province.recruiter, on=today)


def test_whoever_works_elsewhere_or_has_applied_again_is_not_taken_back(missed, today):
    province, application = missed
    again = ApplicationFactory(worker=application.worker, opening=province.opening)
    with pytest.raises(NotCorrectable):
        correct_no_show(application=application, by=province.recruiter, on=today)
    accept(application=again, by=province.recruiter, on=today)
    with pytest.raises(HiredElsewhere):
        correct_no_show(application=application, by=province.recruiter, on=today)


def test_after_the_policys_hours_it_is_too_late(missed, today):
    province, application = missed
    Acceptance.objects.update(undone_at=timezone.now() - dt.timedelta(hours=73))
    with pytest.raises(NotCorrectable):
        correct_no_show(application=application, by=province.recruiter, on=today)


def test_the_recruiter_sees_the_clock_and_whoever_was_missed_and_puts_it_right(client, person, today):
    province, application = person
    client.force_login(province.recruiter)
    Acceptance.objects.update(arrives_on=today - DAY, starts_on=today - DAY)
    late = client.get(reverse("onboarding:today")).content.decode()
    assert "thì chỗ tự trả lại lúc" in late
    report_no_show(application=application, by=province.recruiter, on=today)
    address = reverse("onboarding:came", args=[application.pk])
    assert address in client.get(reverse("onboarding:today")).content.decode()
    assert "thật ra đã đến?" in client.get(address).content.decode()
    Opening.objects.update(held=2)
    refused = client.post(address)
    assert refused.status_code == 422 and "đã hết chỗ" in refused.content.decode()
    Opening.objects.update(held=0)
    client.post(address)
    assert Acceptance.objects.get().undone_at is None


def test_several_schedules_at_once_remind_and_free_once(race, today):
    load_onboarding_policies()
    expected(Province(places=2, beds=50).with_recruiter_at_the_factory(), today)
    assert race(3, lambda: look(today, 10)) == ["done"] * 3 and told("not_seen") == 2
    assert race(3, lambda: look(today, 58)) == ["done"] * 3 and told("no_show") == 2
