"""Values planted in a person's record are nowhere but in encrypted columns: not in the index, logs, messages, queue, admin's history or error pages."""

import datetime as dt
import logging
import re
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse

from recruitment.applications.models import Application
from recruitment.notifications.models import Message
from recruitment.shared.crypto import blind_index
from recruitment.workers.models import Worker
from search import sync
from search.engines import engine
from search.rebuilding import rebuild
from tests.factories.accounts import UserFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import recruiter_of
from tests.factories.workers import WorkerFactory
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db(transaction=True)
NATIONAL_ID, BORN, PHONE = "019398765432", dt.date(1993, 7, 31), "+84913572468"
HEALTH = ["AstraZeneca", "2026-03-17", "17/03/2026", "2026-04-21", "21/04/2026"]
IDS = [NATIONAL_ID, BORN.isoformat(), "31/07/1993", "1993"]


@pytest.fixture
def used(client, caplog, today):
    """The product used: facts told, applied, offered, agreed, accepted, looked at by everybody, indexed, and two addresses mistyped."""
    caplog.set_level(logging.DEBUG)
    province = Province()
    worker = WorkerFactory(consented=True, home_province=province.origin, birth_date=BORN, user=UserFactory(phone=PHONE, email=None))
    worker.national_id, worker.national_id_index = NATIONAL_ID, blind_index("national_id", NATIONAL_ID)
    worker.save()
    client.force_login(worker.user)
    for number, on in [("1", "17/03/2026"), ("2", "21/04/2026")]:
        assert client.post(reverse("health:add", args=["dose"]), {"number": number, "on": on, "vaccine": "AstraZeneca"}).status_code == 302
    client.post(reverse("health:add", args=["contact"]), {"on": "17/03/2026", "person_class": "F1"})
    client.post(reverse("health:add", args=["dose"]), {"number": "9", "on": "17/03/2026", "vaccine": "AstraZeneca"})
    application = ApplicationFactory(worker=worker, opening=province.opening, status=Application.Status.AGREED)
    type(province.opening).objects.filter(pk=province.opening.pk).update(held=1)
    for kind in ("opening", "candidate"):
        rebuild(kind, report=lambda read, total: None)
    client.force_login(recruiter_of(province.opening.factory))
    pages = [client.get(address) for address in _recruiters_pages(province, application)]
    assert client.post(reverse("onboarding:accept", args=[application.pk]), follow=True).status_code == 200
    assert Application.objects.get().status == Application.Status.ACCEPTED
    client.force_login(UserFactory(administrator=True))
    pages += [client.get("/admin/accounts/sensitivereading/"), client.get("/jobs/999999/"), client.get("/no-such-page/")]
    sync.drain(now=dt.datetime.now(tz=dt.UTC))
    return pages[: len(_recruiters_pages(province, application))], pages[-2:], caplog


def _recruiters_pages(province, application):
    return [
        reverse("applications:of_opening", args=[province.opening.pk]),
        reverse("applications:applicant", args=[application.pk]),
        f"/openings/{province.opening.pk}/candidates/",
    ]


def found(values, text: str) -> list[str]:
    return [value for value in values if re.search(rf"(?<![\w]){re.escape(value)}(?![\w])", text)]


def test_no_planted_value_is_where_it_does_not_belong(used):
    recruiters_pages, error_pages, caplog = used
    index = b"".join(path.read_bytes() for path in Path(settings.SEARCH_DIRECTORY).rglob("*") if path.is_file()).decode("latin-1")
    assert engine().health("candidate").problem is None and index
    assert found([*HEALTH, NATIONAL_ID, PHONE, "Nông Thị Thử"], index) == []
    assert found([*HEALTH, *IDS, PHONE], caplog.text) == []
    assert found([*HEALTH, *IDS, PHONE], "\n".join(Message.objects.values_list("text", flat=True))) == []
    assert found([*HEALTH, NATIONAL_ID, PHONE], _queue()) == []
    assert found([*HEALTH, *IDS], "\n".join(LogEntry.objects.values_list("change_message", flat=True))) == []
    for page in recruiters_pages:
        assert page.status_code == 200
        assert found([*HEALTH, NATIONAL_ID, BORN.isoformat(), "31/07/1993"], page.content.decode()) == []
    for page in error_pages:
        assert found([*HEALTH, NATIONAL_ID], page.content.decode()) == []


def test_no_planted_value_is_readable_in_any_table_of_the_database(used):
    """Whoever steals a dump without the keys learns neither the ID, nor the birth date, nor a health fact."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
        tables = [name for (name,) in cursor.fetchall()]
        leaks = {}
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            if held := found(["AstraZeneca", NATIONAL_ID, BORN.isoformat()], "\n".join(row for (row,) in cursor.fetchall())):
                leaks[table] = held
    assert leaks == {}
    assert Worker.objects.get(user__phone=PHONE).national_id == NATIONAL_ID
    assert Session.objects.exists()


def _queue() -> str:
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        values = []
        for key in broker.scan_iter():
            kind = broker.type(key)
            values += broker.lrange(key, 0, -1) if kind == b"list" else [broker.get(key) or b""] if kind == b"string" else []
    return "\n".join(value.decode("utf-8", "replace") for value in values)
