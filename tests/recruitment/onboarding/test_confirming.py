"""Somebody accepted without having been asked has the policy's hours to say yes; then everything is freed."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.notifications.models import Message
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.confirming import TooLate, confirm, release_no_shows, release_unconfirmed
from recruitment.openings.models import Opening
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.arrivals import free_beds_of_no_shows
from recruitment.travel.models import EntryPass
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
Status = Application.Status


@pytest.fixture
def accepted(today):
    province = Province(**ENTRY_QUARANTINE).with_recruiter_at_the_factory()
    return accept(application=province.applicant(), by=province.recruiter, on=today)


def later(hours: int) -> dict:
    now = timezone.now() + dt.timedelta(hours=hours)
    return {"now": now, "on": timezone.localdate(now)}


def test_whoever_agreed_to_the_offer_has_nothing_more_to_confirm(today):
    province = Province()
    Opening.objects.update(held=1)
    acceptance = accept(application=province.applicant(status=Status.AGREED), by=province.recruiter, on=today)
    assert acceptance.confirmed_at and acceptance.confirm_by is None
    assert "xác nhận" not in Message.objects.get(kind="accepted", channel="app").text


def test_without_a_yes_everything_is_freed_and_said_once(accepted):
    assert release_unconfirmed(**later(1)) == 0
    assert release_unconfirmed(**later(49)) == 1
    assert release_unconfirmed(**later(50)) == 0
    application = Application.objects.get()
    assert (application.status, application.ending) == (Status.CLOSED, "not_confirmed")
    assert Acceptance.objects.get().undone_because == "not_confirmed"
    assert Opening.objects.get(pk=application.opening_id).accepted == 0 and Stay.objects.get().status == Stay.Status.CANCELLED
    assert Message.objects.filter(kind="not_confirmed", channel="app").count() == 2


def test_a_yes_in_time_keeps_it(accepted, today):
    user = accepted.application.worker.user
    confirm(application=accepted.application, by=user, on=today)
    confirm(application=accepted.application, by=user, on=today)
    assert release_unconfirmed(**later(100)) == 0
    assert Message.objects.filter(kind="confirmed", channel="app").count() == 1


def test_a_yes_after_the_clock_says_that_it_is_too_late(accepted, today):
    release_unconfirmed(**later(49))
    with pytest.raises(TooLate):
        confirm(application=accepted.application, by=accepted.application.worker.user, on=today)


def test_the_clock_ends_with_the_day_of_arrival(today):
    province = Province(places=1)
    Opening.objects.update(starts_on=today)
    acceptance = accept(application=province.applicant(starts_on=today), by=province.recruiter, on=today)
    assert timezone.localtime(acceptance.confirm_by) == timezone.make_aware(dt.datetime.combine(today + dt.timedelta(days=1), dt.time.min))


def test_the_worker_confirms_on_the_page_of_the_application(client, accepted):
    client.force_login(accepted.application.worker.user)
    address = reverse("applications:application", args=[accepted.application_id])
    assert "Tôi đồng ý và sẽ đến" in client.get(address).content.decode()
    page = client.post(reverse("onboarding:confirm", args=[accepted.application_id]), follow=True).content.decode()
    assert "Đã xác nhận" in page and "Tôi đồng ý và sẽ đến" not in page


def test_whoever_never_came_for_the_bed_loses_place_and_pass_too(accepted, today):
    late = later(24 * (2 + (accepted.arrives_on - today).days))
    confirm(application=accepted.application, by=accepted.application.worker.user, on=today)
    assert release_no_shows(on=late["on"]) == 0
    assert free_beds_of_no_shows(**late) == 1
    assert [release_no_shows(on=late["on"]) for _ in range(2)] == [1, 0]
    assert Application.objects.get().ending == "no_show"
    assert Opening.objects.get().accepted == 0 and not EntryPass.objects.not_revoked().exists()
    assert list(invariants.find(**late)) == []
