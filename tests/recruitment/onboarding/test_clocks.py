"""What is held has an end that both sides see: the worker's page counts down, the recruiter's first page lists what ends soon."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept
from tests.factories.applications import ApplicationFactory
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def offered(province: Province, hours: int) -> Application:
    return province.applicant(status="offered", answer_by=timezone.now() + hours * HOUR)


def test_holds_that_end_within_a_day_stand_on_the_recruiters_first_page_the_next_to_end_first(client, today):
    province = Province(beds=50).with_recruiter_at_the_factory()
    later, soon, after_tomorrow = (offered(province, hours) for hours in (9, 2, 30))
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    Acceptance.objects.update(confirm_by=timezone.now() + 5 * HOUR)
    strange = ApplicationFactory(status="offered", answer_by=timezone.now() + HOUR)
    client.force_login(province.recruiter)
    page = client.get(reverse("openings:board")).content.decode()
    first = [page.index(reverse("applications:applicant", args=[row.pk])) for row in (soon, acceptance.application, later)]
    assert first == sorted(first) and "Giữ chỗ sắp hết" in page and "đã nhận, chưa xác nhận" in page
    assert not any(reverse("applications:applicant", args=[row.pk]) in page for row in (after_tomorrow, strange))


def test_with_nothing_ending_soon_nothing_is_said(client):
    province = Province().with_recruiter_at_the_factory()
    client.force_login(province.recruiter)
    assert "Giữ chỗ sắp hết" not in client.get(reverse("openings:board")).content.decode()


def test_an_offer_counts_down_beside_its_plain_time_and_stops_when_answered(client, today):
    province = Province(beds=50)
    application = offered(province, 9)
    client.force_login(application.worker.user)
    address = reverse("applications:application", args=[application.pk])
    page = client.get(address).content.decode()
    assert f'data-ends="{timezone.localtime(application.answer_by).isoformat()}"' in page and "countdown.js" in page and "Hạn:" in page
    Application.objects.filter(pk=application.pk).update(status="agreed", answer_by=None)
    assert "countdown" not in client.get(address).content.decode()


def test_an_acceptance_to_confirm_counts_down_too(client, today):
    province = Province(beds=50)
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    client.force_login(acceptance.application.worker.user)
    page = client.get(reverse("applications:application", args=[acceptance.application_id])).content.decode()
    assert f'data-ends="{timezone.localtime(acceptance.confirm_by).isoformat()}"' in page
