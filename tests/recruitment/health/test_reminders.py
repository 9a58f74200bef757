"""A card that is about to lapse: its holder is told once, and reads on the page how long it lasts and by which document."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recruitment.health.models import CardReminder
from recruitment.health.services.assessments import assess_everybody
from recruitment.health.services.events import record_event
from recruitment.health.services.reminders import remind_of_lapsing_cards
from recruitment.notifications.models import Message
from tests.factories.health import HealthEventFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)


@pytest.fixture
def recovered(db):
    """Of the disease on 8 June: the green card lasts six months, to 8 December."""
    ProvinceFactory(home=True)
    worker = WorkerFactory(consented=True)
    HealthEventFactory(worker=worker, facts={"kind": "recovery", "on": "2026-06-08"})
    assess_everybody(by=None, on=TODAY)
    return worker


def remind(on=TODAY):
    return remind_of_lapsing_cards(now=timezone.now(), on=on)


@pytest.mark.parametrize(("on", "told"), [(TODAY - DAY, 0), (TODAY, 1), (dt.date(2026, 12, 8), 1), (dt.date(2026, 12, 9), 0)])
def test_told_from_fourteen_days_before_to_the_last_day(recovered, on, told):
    assert remind(on) == told


def test_told_once_however_often_the_task_runs_and_without_a_word_of_health(recovered):
    assert [remind(), remind(), remind(TODAY + 5 * DAY)] == [1, 0, 0]
    message = Message.objects.get(kind="card_lapses", channel="app")
    assert message.recipient == recovered.user and message.link == "/my/health/"
    assert not [word for word in ("thẻ", "tiêm", "bệnh", "08/12", "xanh đến") if word in message.text]


def test_a_card_of_another_last_day_is_another_reminder(recovered):
    remind()
    record_event(worker=recovered, facts={"kind": "recovery", "on": "2026-06-20"}, by=recovered.user, on=TODAY)
    assert remind() == 0
    assert remind(dt.date(2026, 12, 7)) == 1
    assert CardReminder.objects.count() == 2


def test_no_query_per_person(recovered):
    def queries():
        CardReminder.objects.all().delete()
        with CaptureQueriesContext(connection) as counted:
            remind()
        return len(counted)

    one = queries()
    for _number in range(5):
        HealthEventFactory(worker=WorkerFactory(consented=True), facts={"kind": "recovery", "on": "2026-06-08"})
    assess_everybody(by=None, on=TODAY)
    assert queries() == one


def test_the_card_names_its_last_day_its_document_and_the_days_left(client, recovered):
    client.force_login(recovered.user)
    page = client.get(reverse("health:own")).content.decode()
    assert "Thẻ xanh đến 08/12/2026" in page and "CV 8399/BYT" in page and "Còn 14 ngày" in page
