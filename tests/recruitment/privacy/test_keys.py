"""Old keys can be thrown away once everything is under the newest."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from recruitment.health.models import HealthEvent
from recruitment.privacy.services import keys
from recruitment.workers.models import Worker
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
NEW = Fernet.generate_key().decode()


@pytest.fixture
def people():
    return [WorkerFactory(with_green_card=True) for _ in range(3)]


def facts():
    return [(worker.birth_date, worker.national_id) for worker in Worker.objects.order_by("pk")], [
        e.facts for e in HealthEvent.objects.order_by("pk")
    ]


def test_after_rotation_the_old_key_opens_nothing_and_everything_still_reads(people, settings, capsys):
    before, old = facts(), settings.FIELD_KEYS
    settings.FIELD_KEYS = [NEW, *old]
    call_command("rotate_keys")
    assert "workers_worker.birth_date: 3 rewritten" in capsys.readouterr().out
    settings.FIELD_KEYS = [NEW]
    assert facts() == before
    assert keys.rotate_columns(check_only=True).total() == 0


def test_check_counts_and_writes_nothing(people, settings, capsys):
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    for _ in range(2):
        with pytest.raises(SystemExit) as left:
            call_command("rotate_keys", check=True)
        assert left.value.code == 1
    assert "workers_worker.birth_date: 3 under an older key" in capsys.readouterr().out


def test_an_interrupted_run_goes_on_where_it_stopped(people, settings, monkeypatch):
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    all_at_once = keys.rotate_columns(check_only=True).total()
    done = 0

    def dies(token):
        nonlocal done
        if done == 4:
            raise KeyboardInterrupt
        done += 1
        return rotate(token)

    rotate = keys.rotate
    monkeypatch.setattr(keys, "rotate", dies)
    with pytest.raises(KeyboardInterrupt):
        keys.rotate_columns()
    monkeypatch.undo()
    assert keys.rotate_columns().total() == all_at_once - 4


def test_a_value_written_meanwhile_is_not_overwritten(people, settings, monkeypatch):
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    worker, rotate = people[0], keys.rotate

    def slow(token):
        Worker.objects.filter(pk=worker.pk).update(birth_date=worker.birth_date.replace(year=1990))
        return rotate(token)

    monkeypatch.setattr(keys, "rotate", slow)
    keys.rotate_columns()
    assert Worker.objects.get(pk=worker.pk).birth_date.year == 1990


def test_a_value_that_no_key_opens_is_told_as_such(people, settings):
    settings.FIELD_KEYS = [NEW]
    with pytest.raises(CommandError, match="FIELD_KEYS"):
        call_command("rotate_keys")


def test_every_encrypted_column_is_found():
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name || '.' || column_name FROM information_schema.columns WHERE data_type = 'bytea'")
        in_the_database = {name for (name,) in cursor.fetchall()}
    found = {f"{table}.{column}" for table, column in keys.encrypted_columns()}
    assert {"workers_worker.birth_date", "workers_worker.national_id", "health_healthevent.facts", "health_clearance.decision"} <= found
    assert found <= in_the_database
