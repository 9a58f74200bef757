"""/healthz and /readyz, against the real services and against ones that are not there."""

import shutil
import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from recruitment.celery import prove_queue
from recruitment.shared import worker_signs


@pytest.fixture
def broker():
    worker_signs.broker().flushdb()
    yield worker_signs.broker()
    worker_signs.broker.cache_clear()


def a_check_that_hangs():
    time.sleep(4)
    return "ok"


def a_check_that_breaks():
    raise OSError("/a/secret/path")


def part(client, name):
    return client.get("/readyz").json()[name]


def test_the_process_says_that_it_lives_without_touching_the_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_everything_is_ready_once_a_worker_has_reported_and_served_both_queues(transactional_db, client, broker):
    call_command("search_rebuild", verbosity=0)
    worker_signs.worker_is_up()
    for queue in worker_signs.QUEUES:
        prove_queue(queue)
    response = client.get("/readyz")
    assert response.status_code == 200, response.content
    assert set(response.json().values()) == {"ok"}


def test_a_missing_worker_is_named(transactional_db, client, broker):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["worker"] == "no worker has reported for 10 s"
    assert response.json()["database"] == response.json()["broker"] == "ok"


def test_a_missing_index_is_named(transactional_db, client, broker):
    shutil.rmtree(settings.SEARCH_DIRECTORY, ignore_errors=True)
    assert part(client, "search") == "no usable index: opening, candidate (being built, or search_rebuild makes one)"


def test_a_queue_that_nobody_serves_is_named(transactional_db, client, broker):
    worker_signs.worker_is_up()
    prove_queue("default")
    assert part(client, "worker") == "no task has run for 120 s on: search"


def test_a_broker_that_is_away_is_named_within_the_time_allowed(transactional_db, client, broker):
    with override_settings(REDIS_URL="unix:///nowhere/valkey.sock"):
        worker_signs.broker.cache_clear()
        started = time.monotonic()
        response = client.get("/readyz")
    assert time.monotonic() - started < 3
    assert response.json()["broker"].startswith("not reachable")
    assert response.json()["worker"] == "unknown while the broker is not reachable"


def test_a_database_without_migrations_is_named(transactional_db, client, broker):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE django_migrations")
    assert part(client, "database") == "not migrated"


@override_settings(READINESS_CHECKS={"slow": f"{__name__}.a_check_that_hangs", "quick": f"{__name__}.a_check_that_breaks"})
def test_a_part_that_hangs_or_breaks_delays_nobody_and_tells_no_path(client):
    started = time.monotonic()
    response = client.get("/readyz")
    assert time.monotonic() - started < 3
    assert response.json() == {"slow": "no answer within 2 s", "quick": "failed: OSError"}
