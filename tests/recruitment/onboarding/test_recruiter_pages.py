"""The page before the one button says exactly what the button then does, or what is lacking."""

import pytest
from django.urls import reverse
from django.utils import timezone

from recruitment.accounts.models import Membership, Role
from recruitment.applications.models import Application
from recruitment.notifications.models import Message
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept, outcome_parts
from recruitment.quarantine.models import SiteNight
from tests.factories.applications import ApplicationFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client):
    """`enter(province)` signs in a recruiter of the province's factory."""

    def sign_in(province: Province) -> None:
        Membership.objects.create(user=province.recruiter, organisation=province.opening.factory.enterprise.organisation, role=Role.RECRUITER)
        client.force_login(province.recruiter)

    return sign_in


def beds(province: Province) -> set:
    return set(SiteNight.objects.filter(site=province.site).values_list("reserved", "occupied"))


def test_the_page_before_promises_what_the_button_does_and_changes_nothing(client, enter):
    province = Province(**ENTRY_QUARANTINE)
    enter(province)
    application = province.applicant()
    ApplicationFactory(worker=application.worker)
    address, before = reverse("onboarding:accept", args=[application.pk]), beds(province)
    page = client.get(address).content.decode()
    assert (beds(province), Acceptance.objects.count(), Message.objects.count()) == (before, 0, 0)
    assert Application.objects.get(pk=application.pk).status == Application.Status.APPLIED
    answer = client.post(address)
    again = accept(application=application, by=province.recruiter, on=timezone.localdate())
    promised = outcome_parts(again)
    assert len(promised) == 4 and all(part[1:] in page for part in promised)
    assert "1 hồ sơ khác của người này khép lại" in page
    assert answer.url == reverse("applications:of_opening", args=[province.opening.pk])


def test_everything_that_is_lacking_is_named_before_and_after_the_click(client, enter):
    province = Province(beds=0, places=1, **ENTRY_QUARANTINE)
    province.opening.accepted = 1
    province.opening.save()
    enter(province)
    address = reverse("onboarding:accept", args=[province.applicant().pk])
    for answer, status in ((client.get(address), 200), (client.post(address), 422)):
        page = answer.content.decode()
        assert answer.status_code == status and "đã hết chỗ" in page and page.count("<li>") >= 2
    assert not Acceptance.objects.exists()


def test_an_applicant_already_accepted_is_shown_what_was_reserved(client, enter):
    province = Province()
    enter(province)
    address = reverse("onboarding:accept", args=[province.applicant().pk])
    client.post(address)
    for ask in (client.get, client.post):
        assert "Đã nhận: bắt đầu làm ngày" in ask(address, follow=True).content.decode()
    assert Acceptance.objects.count() == 1


def test_whoever_was_offered_and_has_not_answered_is_waited_for(client, enter):
    province = Province()
    enter(province)
    application = province.applicant(status=Application.Status.OFFERED)
    assert "đang ở trạng thái" in client.get(reverse("onboarding:accept", args=[application.pk]), follow=True).content.decode()
