"""Both sides read the same list; it changes with the facts."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.accounts.models import SensitiveReading
from recruitment.onboarding.models import Acceptance, TaskTick
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.confirming import confirm
from recruitment.travel.models import Seat
from tests.factories.applications import ApplicationFactory
from tests.factories.travel import PickUpPointFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def province():
    return Province(beds=40, test_method="pcr", test_valid_hours=72, **ENTRY_QUARANTINE).with_recruiter_at_the_factory()


@pytest.fixture
def acceptance(province, today):
    return accept(application=province.applicant(), by=province.recruiter, on=today)


def own(client, acceptance) -> str:
    client.force_login(acceptance.application.worker.user)
    return client.get(reverse("onboarding:own_tasks", args=[acceptance.application_id])).content.decode()


def test_worker_and_recruiter_read_the_same_list(client, province, acceptance):
    mine = own(client, acceptance)
    client.force_login(province.recruiter)
    theirs = client.get(reverse("onboarding:tasks", args=[acceptance.application_id])).content.decode()
    for text in (
        "Xét nghiệm PCR âm tính, lấy mẫu trong 72 giờ trước khi đến",
        "Cách ly 7 ngày tại khu cách ly",
        "Ký hợp đồng",
        "chờ: Xác nhận sẽ đến làm",
    ):
        assert text in mine and text in theirs
    assert SensitiveReading.objects.get().person == acceptance.application.worker.user


def test_what_is_done_is_seen_at_once(client, acceptance, today):
    before = own(client, acceptance)
    confirm(application=acceptance.application, by=acceptance.application.worker.user, on=today)
    assert before.count(">xong<") + 1 == own(client, acceptance).count(">xong<")


def test_each_side_ticks_its_own(client, province, acceptance):
    client.force_login(acceptance.application.worker.user)
    client.post(reverse("onboarding:tick_papers", args=[acceptance.application_id]))
    assert client.post(reverse("onboarding:tick_contract", args=[acceptance.application_id])).status_code == 403
    client.force_login(province.recruiter)
    client.post(reverse("onboarding:tick_contract", args=[acceptance.application_id]))
    assert set(TaskTick.objects.values_list("code", flat=True)) == {"papers", "contract"}
    client.post(reverse("onboarding:tick_contract", args=[acceptance.application_id]), {"undo": "1"})
    assert TaskTick.objects.get().code == "papers"


def test_a_worker_chooses_a_bus_and_a_stop_and_changes_to_coming_alone(client, province, acceptance):
    bus = province.bus(arrives_on=acceptance.arrives_on)
    stop = PickUpPointFactory(route=bus.route)
    assert str(stop) in own(client, acceptance)
    address = reverse("onboarding:choose_trip", args=[acceptance.application_id])
    page = client.post(address, {"trip": f"{bus.pk}-{stop.pk}"}, follow=True).content.decode()
    assert "Đã giữ ghế xe" in page and Seat.objects.get().pick_up == stop
    client.post(address, {"trip": "none"})
    assert Seat.objects.get().status == "given_up"
    for nonsense in ("", "x", "1-2-3", "999999999999999999999"):
        assert "Hãy chọn một chuyến" in client.post(address, {"trip": nonsense}, follow=True).content.decode()


def test_others_lists_are_not_found(client, acceptance):
    stranger = ApplicationFactory()
    client.force_login(stranger.worker.user)
    assert client.get(reverse("onboarding:own_tasks", args=[acceptance.application_id])).status_code == 404
    client.force_login(acceptance.application.worker.user)
    assert client.get(reverse("onboarding:own_tasks", args=[stranger.pk])).status_code == 404


def test_arrivals_are_listed_by_day_with_what_lacks_and_what_is_to_be_decided(client, province, acceptance):
    Acceptance.objects.update(to_decide="Không còn giường.")
    client.force_login(province.recruiter)
    page = client.get(reverse("onboarding:arrivals")).content.decode()
    assert "1/1 người chưa có xét nghiệm" in page and "Không còn giường." in page and "Chuẩn bị căn cước" in page


def test_as_many_queries_for_six_arrivals_as_for_one(client, province, acceptance, today):
    client.force_login(province.recruiter)

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse("onboarding:arrivals")).status_code == 200
        return len(counted)

    one = queries()
    for _ in range(5):
        accept(application=province.applicant(), by=province.recruiter, on=today)
    assert queries() == one
