"""Reports of how people in a site feel, as a phone sends them that had no network."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from recruitment.notifications.models import Message
from recruitment.quarantine.models import SymptomReport
from recruitment.quarantine.services.admissions import admit, book_bed
from recruitment.quarantine.services.reports import MOST_OPEN, answer_report, report_symptoms
from tests.factories.quarantine import SiteFactory, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ADDRESS = "/my/stay/report/"


@pytest.fixture
def stay(client, today):
    worker = WorkerFactory()
    client.force_login(worker.user)
    return admit(stay=book_bed(worker=worker, site=SiteFactory(), arrives_on=today, leaves_on=today + 7 * DAY, by=None), by=None, on=today)


def send(client, text="Tôi sốt", **fields):
    return client.post(ADDRESS, {"text": text} | fields, headers={"accept": "application/json"})


def test_what_a_phone_sends_later_says_when_it_was_written_and_is_told_once(client, stay):
    manager, written, key = manager_of(stay.site), timezone.now() - dt.timedelta(hours=3), uuid.uuid4().hex
    for _time in range(2):
        answer = send(client, key=key, noted_at=written.isoformat())
        assert answer.json()["outcome"] == "done" and "115" in answer.json()["message"]
    report = SymptomReport.objects.get()
    assert (report.at, report.key.hex) == (written, key)
    assert Message.objects.filter(recipient=manager, kind="report", channel="app").count() == 1


def test_what_comes_again_after_it_was_answered_is_still_the_same_report(client, stay, today):
    key = uuid.uuid4().hex
    send(client, key=key)
    answer_report(report=SymptomReport.objects.get(), by=manager_of(stay.site), on=today)
    assert send(client, key=key).json()["outcome"] == "done"
    assert SymptomReport.objects.count() == 1
    assert send(client).json()["outcome"] == "done"
    assert SymptomReport.objects.count() == 2


def test_a_clock_that_runs_ahead_or_says_nonsense_means_now(client, stay):
    for number, noted_at in enumerate([(timezone.now() + DAY).isoformat(), "hôm qua", ""]):
        send(client, f"Tôi sốt {number}", noted_at=noted_at, key="x")
    assert all(abs(timezone.now() - report.at) < dt.timedelta(minutes=1) for report in SymptomReport.objects.all())
    assert SymptomReport.objects.count() == 3


def test_a_refusal_is_told_to_the_phone_in_words(client, stay, today):
    for number in range(MOST_OPEN):
        report_symptoms(stay=stay, text=f"sốt {number}", by=stay.worker.user, on=today)
    answer = send(client)
    assert (answer.status_code, answer.json()["outcome"]) == (422, "refused") and "115" in answer.json()["message"]
    client.force_login(WorkerFactory().user)
    answer = send(client)
    assert (answer.status_code, answer.json()["outcome"]) == (422, "refused") and "trạm y tế" in answer.json()["message"]


def test_the_database_keeps_a_key_once_for_a_stay(client, stay):
    send(client, key=uuid.uuid4().hex)
    first = SymptomReport.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        SymptomReport.objects.create(stay=stay, key=first.key, text="x", at=timezone.now())


def test_a_phone_that_sends_twice_at_once_reports_once(race, today):
    worker = WorkerFactory()
    stay = admit(stay=book_bed(worker=worker, site=SiteFactory(), arrives_on=today, leaves_on=today + DAY, by=None), by=None, on=today)
    facts = {"stay": stay, "text": "Tôi sốt", "key": uuid.uuid4(), "by": worker.user, "on": today}
    assert race(4, lambda: report_symptoms(**facts)) == ["done"] * 4
    assert SymptomReport.objects.count() == 1
