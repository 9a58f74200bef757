"""What a worker tells about health, and the card that follows."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.health.models import HealthEvent
from recruitment.workers.models import Consent
from tests.factories.places import ProvinceFactory
from tests.factories.workers import ConsentFactory, WorkerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(client):
    ProvinceFactory(home=True)
    worker = WorkerFactory()
    ConsentFactory(worker=worker, purpose=Consent.Purpose.HEALTH)
    client.force_login(worker.user)
    return worker


def tell(client, kind, **answers):
    return client.post(reverse("health:add", args=[kind]), answers)


def page(client) -> str:
    return client.get(reverse("health:own")).content.decode()


def test_two_doses_told_make_a_green_card(client, worker):
    assert tell(client, "dose", number="1", on="1/6/2026", vaccine="Pfizer").status_code == 302
    assert tell(client, "dose", number="2", on="1/7/2026", vaccine="Pfizer").status_code == 302
    shown = page(client)
    assert 'class="pass green"' in shown and "mũi 2 ngày 01/07/2026" in shown and "tự khai, chưa xác minh" in shown


@pytest.mark.parametrize(
    ("vaccine", "number", "colour"), [("Abdala", 2, "yellow"), ("Abdala", 3, "green"), ("Janssen", 1, "green"), ("", 1, "yellow")]
)
def test_how_many_doses_are_a_course_depends_on_the_vaccine(client, worker, vaccine, number, colour):
    tell(client, "dose", number=number, on="1/7/2026", vaccine=vaccine)
    assert f'class="pass {colour}"' in page(client)


def test_a_dose_of_tomorrow_is_refused_with_the_last_day_allowed(client, worker):
    response = tell(client, "dose", number="1", on="25/11/2026")
    assert response.status_code == 422 and "24/11/2026" in response.content.decode() and not HealthEvent.objects.exists()


def test_a_test_keeps_when_the_sample_was_taken(client, worker):
    tell(client, "test", method="pcr", result="negative", on="23/11/2026", time="8h30")
    facts = HealthEvent.objects.get().facts
    assert dt.datetime.fromisoformat(facts["at"]) == dt.datetime(2026, 11, 23, 1, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(("time", "message"), [("23:00", "chưa tới"), ("25:00", "Không đọc được giờ"), ("sáng", "Không đọc được giờ")])
def test_an_hour_that_cannot_be_is_named_and_kept(client, worker, time, message):
    response = tell(client, "test", method="pcr", result="negative", on="24/11/2026", time=time)
    shown = response.content.decode()
    assert response.status_code == 422 and message in shown and f'value="{time}"' in shown


def test_recovery_and_contact_are_listed_newest_first(client, worker):
    tell(client, "recovery", on="1/10/2026")
    tell(client, "contact", on="20/11/2026", person_class="F1")
    shown = page(client)
    assert shown.index("Diện F1") < shown.index("Khỏi bệnh</h3>")


def test_telling_the_same_twice_leaves_one_event(client, worker):
    for _tap in range(2):
        tell(client, "recovery", on="1/10/2026")
    assert HealthEvent.objects.count() == 1


def test_an_event_is_removed_after_asking_and_the_card_goes_with_it(client, worker):
    tell(client, "dose", number="2", on="1/7/2026", vaccine="Pfizer")
    address = reverse("health:remove", args=[HealthEvent.objects.get().pk])
    assert "Mũi 2" in client.get(address).content.decode()
    client.post(address)
    assert 'class="pass none"' in page(client)
    assert client.get(address).status_code == 404


def test_nobody_sees_or_removes_another_persons_event(client, worker):
    other = WorkerFactory(with_green_card=True)
    assert client.post(reverse("health:remove", args=[other.health_events.first().pk])).status_code == 404


def test_health_facts_are_asked_only_after_consent(client, worker):
    worker.consents.all().delete()
    assert client.get(reverse("health:add", args=["dose"])).url == reverse("workers:consents")
    assert "chưa được dùng" in page(client)


def test_an_unknown_kind_of_event_is_not_found(client, worker):
    assert client.get(reverse("health:add", args=["poetry"])).status_code == 404


def test_the_page_costs_the_same_for_one_event_and_for_thirty(client, worker):
    tell(client, "dose", number="1", on="1/6/2026")
    page(client)
    with CaptureQueriesContext(connection) as one:
        page(client)
    for number in range(2, 31):
        tell(client, "recovery", on=f"{number}/9/2026")
    with CaptureQueriesContext(connection) as thirty:
        page(client)
    assert len(one) == len(thirty)
