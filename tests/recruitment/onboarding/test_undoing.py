"""The recruiter takes an acceptance back until the person sets out; nothing stays held."""

import datetime as dt

import pytest
from django.urls import reverse

from recruitment.applications.models import Application
from recruitment.applications.services.steps import WrongMoment
from recruitment.notifications.models import Message
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.undoing import AlreadyOnTheWay, undo_acceptance
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.openings.models import Opening
from recruitment.quarantine.models import SiteNight, Stay
from recruitment.quarantine.services.admissions import admit
from recruitment.quarantine.services.recount import differences
from recruitment.workers.models import Worker
from tests.factories.quarantine import manager_of
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
Status = Application.Status


@pytest.fixture
def accepted(today):
    province = Province(**ENTRY_QUARANTINE)
    return province, accept(application=province.applicant(), by=province.recruiter, on=today)


def undo(province, acceptance, today, reason="mistake"):
    return undo_acceptance(application=acceptance.application, reason=reason, by=province.recruiter, on=today)


def test_everything_is_free_again_and_the_person_reads_why(accepted, today):
    province, acceptance = accepted
    undone = undo(province, acceptance, today, reason="fewer_needed")
    application = Application.objects.get()
    assert (application.status, application.ending) == (Status.CLOSED, "undone")
    assert (undone.undone_because, undone.undone_by) == ("fewer_needed", province.recruiter)
    assert Opening.objects.get(pk=province.opening.pk).accepted == 0
    assert not SiteNight.objects.exclude(reserved=0, occupied=0).exists()
    assert Stay.objects.get().status == Stay.Status.CANCELLED
    assert Worker.objects.get().status == Worker.Status.LOOKING
    assert "giảm số người cần" in Message.objects.get(kind="acceptance_undone", channel="app").text
    assert list(differences()) == []


def test_undoing_twice_changes_nothing(accepted, today):
    province, acceptance = accepted
    undo(province, acceptance, today)
    undo(province, acceptance, today, reason="dates")
    assert Acceptance.objects.get().undone_because == "mistake"
    assert Message.objects.filter(kind="acceptance_undone", channel="app").count() == 1


def test_whoever_has_been_admitted_can_no_longer_be_undone(accepted, today):
    province, acceptance = accepted
    admit(stay=acceptance.entry_stay, by=manager_of(province.site), on=acceptance.arrives_on)
    with pytest.raises(AlreadyOnTheWay):
        undo(province, acceptance, today)


def test_past_the_day_of_arrival_it_can_no_longer_be_undone(accepted):
    province, acceptance = accepted
    with pytest.raises(AlreadyOnTheWay):
        undo(province, acceptance, acceptance.arrives_on + dt.timedelta(days=1))


def test_somebody_never_accepted_can_not_be_undone(today):
    province = Province()
    with pytest.raises(WrongMoment):
        undo_acceptance(application=province.applicant(), reason="mistake", by=province.recruiter, on=today)


def test_withdrawing_in_the_middle_of_isolation_leaves_the_person_where_he_or_she_is(accepted):
    province, acceptance = accepted
    admit(stay=acceptance.entry_stay, by=manager_of(province.site), on=acceptance.arrives_on)
    withdraw(application=acceptance.application, by=acceptance.application.worker.user, on=acceptance.arrives_on)
    assert Stay.objects.get().status == Stay.Status.ADMITTED
    assert list(differences()) == []


def test_the_page_asks_why_and_says_what_is_given_back(client, accepted):
    province, acceptance = accepted
    province.with_recruiter_at_the_factory()
    client.force_login(province.recruiter)
    address = reverse("onboarding:undo", args=[acceptance.application_id])
    assert province.site.name in client.get(address).content.decode()
    assert client.post(address, {"reason": "sick"}).status_code == 422
    answer = client.post(address, {"reason": "mistake"}, follow=True).content.decode()
    assert "Đã hủy việc nhận" in answer
    assert client.get(address).status_code == 404
