"""What people do about their own data."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from recruitment.accounts.models import SensitiveReading, User
from recruitment.applications.models import Application
from recruitment.health.models import Clearance, HealthEvent
from recruitment.health.services.assessments import assess_worker
from recruitment.notifications.models import Message
from recruitment.notifications.services.messages import send_message
from recruitment.privacy.models import DataRequest
from recruitment.privacy.services.erasure import StillNeeded, carry_out_waiting, erase_worker
from recruitment.privacy.services.requests import make_request, working_days_after
from recruitment.workers.models import Consent, Worker
from search.models import IndexRequest
from tests.factories.accounts import UserFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.places import ProvinceFactory
from tests.factories.quarantine import SiteFactory
from tests.factories.workers import EmploymentFactory, WorkerFactory

pytestmark = pytest.mark.django_db
OWN, ERASE, COPY, PRINT = (reverse(f"privacy:{name}") for name in ("own", "erase", "export", "print"))


@pytest.fixture
def worker(client):
    worker = WorkerFactory(consented=True, with_green_card=True, name="Triệu Thị Quên")
    client.force_login(worker.user)
    return worker


def test_the_copy_holds_everything_under_readable_names(client, worker, today):
    application = ApplicationFactory(worker=worker)
    send_message(recipient=worker.user, kind="hello", text="Chào bạn", now=worker.user.joined_at)
    officer = UserFactory(health_officer=True, name="Bác sĩ Thử")
    SensitiveReading.objects.create(reader=officer, person=worker.user, what="mũi tiêm", why="xác minh")
    answer = client.get(COPY)
    assert answer["Cache-Control"].find("no-store") >= 0 and "attachment" in answer["Content-Disposition"]
    found = json.loads(answer.content)
    assert found["account"]["name"] == "Triệu Thị Quên"
    assert found["profile"]["birth_date"] == "1998-05-06"
    assert {row["facts"]["number"] for row in found["health"]} == {1, 2}
    assert found["applications"][0]["receipt"] == application.receipt
    assert found["readings"][0]["reader"] == "Bác sĩ Thử"
    assert {row["text"] for row in found["other"]["Message"]} == {"Chào bạn"}
    assert "password" not in answer.content.decode()


def test_the_printable_page_shows_the_same_and_each_copy_is_noted(client, worker):
    assert "1998-05-06" in client.get(PRINT).content.decode()
    client.get(COPY)
    assert DataRequest.objects.filter(kind="export").exclude(done_at=None).count() == 2


def test_nobody_else_gets_a_copy(client):
    assert client.get(COPY).status_code == 302
    client.force_login(UserFactory(recruiter=True))
    assert client.get(COPY).status_code == 403


def test_erasing_asks_first_and_then_forgets_the_person(client, worker, today):
    ProvinceFactory(home=True)
    assess_worker(worker=worker, by=worker.user, on=today)
    application = ApplicationFactory(worker=worker)
    phone = worker.user.phone
    assert "Không lấy lại được" in client.get(ERASE).content.decode()
    assert HealthEvent.objects.count() == 2
    assert "Đã xóa dữ liệu" in client.post(ERASE, follow=True).content.decode()
    user, forgotten = User.objects.get(pk=worker.user.pk), Worker.objects.get(pk=worker.pk)
    assert (user.name, user.phone, user.is_active, user.has_usable_password()) == ("Đã xóa", None, False, False)
    assert forgotten.birth_date == dt.date(1900, 1, 1) and forgotten.national_id is None
    assert not HealthEvent.objects.exists() and not Consent.objects.exists() and not Message.objects.filter(recipient=user).exists()
    assert all(row.decision["reasons"] == [] for row in Clearance.objects.all())
    assert Application.objects.get(pk=application.pk).status == "withdrawn"
    assert IndexRequest.objects.filter(kind="candidate", document=worker.pk).exists()
    assert not User.objects.filter(phone=phone).exists()
    erase_worker(worker=forgotten, by=None, on=today)


def test_whoever_is_still_needed_is_told_why_and_is_erased_once_that_has_ended(client, worker, today):
    employment = EmploymentFactory(worker=worker)
    assert "đang làm ở một nhà máy" in client.get(ERASE).content.decode()
    page = client.post(ERASE, follow=True).content.decode()
    assert "hạn 09/12/2026" in page  # fifteen days
    assert carry_out_waiting(on=today) == 0
    employment.until = today
    employment.save()
    assert carry_out_waiting(on=today) == 1
    assert User.objects.get(pk=worker.user.pk).name == "Đã xóa"
    assert DataRequest.objects.get().done_at


def test_an_accepted_or_quarantined_person_can_not_vanish(today):
    accepted, staying = WorkerFactory(), WorkerFactory()
    ApplicationFactory(worker=accepted, status="accepted")
    staying.stays.create(site=SiteFactory(beds=0), arrives_on=today, leaves_on=today + dt.timedelta(days=3))
    for worker in (accepted, staying):
        with pytest.raises(StillNeeded):
            erase_worker(worker=worker, by=None, on=today)
        assert User.objects.get(pk=worker.user.pk).is_active


def test_other_requests_start_the_laws_clocks(client, worker):
    answer = client.post(OWN, {"kind": "restriction", "words": "Đừng gọi điện"}, follow=True).content.decode()
    assert "chậm nhất ngày 26/11/2026" in answer  # two working days after Tuesday the 24th
    assert "thực hiện chậm nhất 09/12/2026" in answer
    client.post(OWN, {"kind": "restriction", "words": "Đừng gọi điện"})
    assert DataRequest.objects.count() == 1
    refused = client.post(OWN, {"kind": "erasure", "words": ""})
    assert refused.status_code == 422 and set(refused.context["form"].errors) == {"kind", "words"}


@pytest.mark.parametrize(
    ("day", "answer"),
    [((2026, 11, 24), (2026, 11, 26)), ((2026, 11, 26), (2026, 11, 30)), ((2026, 11, 28), (2026, 12, 1)), ((2026, 11, 29), (2026, 12, 1))],
)
def test_working_days_leave_the_weekend_out(day, answer):
    assert working_days_after(dt.date(*day), 2) == dt.date(*answer)


def test_an_administrator_answers_in_the_admin(client, worker, today):
    asked = make_request(person=worker.user, kind="correction", words="Sai tên", on=today)
    client.force_login(UserFactory(administrator=True))
    client.post(reverse("admin:privacy_datarequest_change", args=[asked.pk]), {"answer": "Đã sửa"})
    asked.refresh_from_db()
    assert asked.answer == "Đã sửa" and asked.answered_at and not asked.done_at
    client.post(reverse("admin:privacy_datarequest_changelist"), {"action": "carried_out", "_selected_action": [asked.pk]})
    asked.refresh_from_db()
    assert asked.done_at
