"""What can't be beside what is known is refused beside its field, with what to do."""

import datetime as dt

import pytest
from django.urls import reverse

from recruitment.health.models import HealthEvent
from recruitment.workers.models import Consent
from tests.factories.places import ProvinceFactory
from tests.factories.workers import ConsentFactory, WorkerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(client):
    home = ProvinceFactory(home=True)
    worker = WorkerFactory(home_province=home)
    ConsentFactory(worker=worker, purpose=Consent.Purpose.HEALTH)
    client.force_login(worker.user)
    return worker


def tell(client, kind, **answers):
    return client.post(reverse("health:add", args=[kind]), answers)


DOSE_1 = {"number": "1", "on": "1/6/2026", "vaccine": "Pfizer"}
DOSE_2 = {"number": "2", "on": "1/7/2026", "vaccine": "Pfizer"}
POSITIVE = {"method": "pcr", "result": "positive", "on": "10/10/2026", "time": "8:00"}


@pytest.mark.parametrize(
    ("known", "kind", "answers", "message"),
    [
        ([("dose", DOSE_1)], "dose", DOSE_2 | {"on": "1/6/2026"}, "mỗi ngày chỉ tiêm một mũi"),
        ([("dose", DOSE_1)], "dose", DOSE_1 | {"on": "2/6/2026"}, "Mũi 1 đã khai ngày 01/06/2026"),
        ([("dose", DOSE_2)], "dose", DOSE_1 | {"on": "2/7/2026"}, "không đúng thứ tự"),
        ([("dose", DOSE_1)], "dose", DOSE_2 | {"on": "31/5/2026"}, "không đúng thứ tự"),
        ([("test", POSITIVE)], "recovery", {"on": "10/10/2026"}, "Hãy ghi ngày khỏi sau lần đó"),
        ([("test", POSITIVE)], "recovery", {"on": "1/10/2026"}, "dương tính hoặc mắc bệnh ngày 10/10/2026"),
        ([("contact", {"on": "10/10/2026", "person_class": "F0"})], "recovery", {"on": "5/10/2026"}, "mắc bệnh ngày 10/10/2026"),
        ([("recovery", {"on": "5/10/2026"})], "test", POSITIVE, "Đã khai khỏi bệnh ngày 05/10/2026"),
        ([("recovery", {"on": "5/10/2026"})], "contact", {"on": "6/10/2026", "person_class": "F0"}, "Đã khai khỏi bệnh"),
        ([], "stay", {"place": "19", "first": "10/10/2026", "on": "1/10/2026"}, "Ngày rời đi phải sau ngày đến"),
        ([], "stay", {"place": "", "first": "1/10/2026", "on": "2/10/2026"}, "Hãy chọn một mục"),
    ],
)
def test_a_fact_that_contradicts_another_is_refused_and_kept_as_typed(client, worker, known, kind, answers, message):
    for told, fields in known:
        assert tell(client, told, **fields).status_code == 302
    response = tell(client, kind, **answers)
    shown = response.content.decode()
    assert response.status_code == 422 and message in shown and f'value="{answers["on"]}"' in shown
    assert HealthEvent.objects.count() == len(known)


@pytest.mark.parametrize(
    ("known", "kind", "answers"),
    [
        ([("dose", DOSE_1)], "dose", DOSE_2),
        ([("dose", DOSE_2)], "dose", DOSE_1),
        ([("test", POSITIVE)], "recovery", {"on": "11/10/2026"}),
        ([("test", POSITIVE)], "recovery", {"on": "25/9/2026"}),  # an earlier illness: 15 days before
        ([("recovery", {"on": "25/9/2026"})], "test", POSITIVE),
        ([("recovery", {"on": "5/10/2026"})], "test", POSITIVE | {"result": "negative"}),
        ([("recovery", {"on": "5/10/2026"})], "contact", {"on": "6/10/2026", "person_class": "F1"}),
        ([], "contact", {"on": "6/10/2026", "person_class": "suspected"}),
        ([], "stay", {"place": "19", "first": "1/10/2026", "on": "1/10/2026"}),
    ],
)
def test_what_may_be_true_is_kept(client, worker, known, kind, answers):
    for told, fields in known:
        tell(client, told, **fields)
    assert tell(client, kind, **answers).status_code == 302
    assert client.get(reverse("health:own")).status_code == 200


def test_nothing_happened_before_birth(client, worker):
    worker.birth_date = dt.date(2026, 6, 1)
    worker.save()
    response = tell(client, "dose", **DOSE_1)
    assert response.status_code == 422 and "trước ngày sinh trong hồ sơ (01/06/2026)" in response.content.decode()
    assert tell(client, "dose", **DOSE_2).status_code == 302


def test_a_removed_or_doubted_event_contradicts_nothing(client, worker):
    tell(client, "dose", **DOSE_1)
    client.post(reverse("health:remove", args=[HealthEvent.objects.get().pk]))
    assert tell(client, "dose", **DOSE_1 | {"on": "2/6/2026"}).status_code == 302
