"""The index follows the database, and what can't be indexed is parked where people see it."""

import datetime as dt
import random
import threading
import time
from dataclasses import replace

import pytest
from django.db import connections, transaction

from recruitment.openings.models import Opening
from recruitment.workers.models import Consent, Worker
from search import projections, sync
from search.engines.contract import IndexUnavailable
from search.locks import WRITING, held
from search.models import IndexRequest
from search.outbox import request_index
from search.projections import opening_documents
from search.sync import MOST_ATTEMPTS, drain
from search.tasks import drain as drain_task
from search.verification import differences
from tests.factories.openings import OpeningFactory
from tests.factories.workers import WorkerFactory

ENGINES = ["embedded", "elasticsearch"]


def in_index(index, kind="opening") -> set[int]:
    return set(dict(index.digests(kind)))


@pytest.mark.django_db
def test_a_published_opening_comes_and_a_closed_one_goes(index, now):
    opening = OpeningFactory()
    request_index("opening", [opening.pk])
    drain(now=now)
    assert in_index(index) == {opening.pk}
    Opening.objects.filter(pk=opening.pk).update(status="paused")
    request_index("opening", [opening.pk])
    assert drain(now=now).sent == 1
    assert in_index(index) == set()
    assert drain(now=now).sent == 0


@pytest.mark.django_db
def test_a_deleted_row_is_taken_out(index, now):
    opening = OpeningFactory()
    request_index("opening", [opening.pk])
    drain(now=now)
    pk = opening.pk
    opening.delete()
    request_index("opening", [pk])
    drain(now=now)
    assert in_index(index) == set()


@pytest.mark.django_db
def test_whoever_withdraws_consent_leaves_the_index(index, now):
    worker = WorkerFactory(consented=True)
    request_index("candidate", [worker.pk])
    drain(now=now)
    assert in_index(index, "candidate") == {worker.pk}
    worker.consents.filter(purpose=Consent.Purpose.MATCHING).update(withdrawn_at=now + dt.timedelta(minutes=1))
    request_index("candidate", [worker.pk])
    drain(now=now)
    assert in_index(index, "candidate") == set()


@pytest.fixture
def poisoned(monkeypatch):
    """Documents whose projection fails."""
    poisoned: set[int] = set()

    def documents(pks):
        if bad := poisoned.intersection(pks):
            raise ValueError(f"opening {min(bad)} holds what nobody foresaw")
        return opening_documents(pks)

    monkeypatch.setitem(projections.PROJECTIONS, "opening", replace(projections.PROJECTIONS["opening"], documents=documents))
    return poisoned


@pytest.mark.django_db
def test_one_bad_document_holds_up_no_other_and_is_parked_in_the_end(index, now, poisoned):
    openings = [OpeningFactory() for _ in range(9)]
    bad = openings[4]
    poisoned.add(bad.pk)
    request_index("opening", [opening.pk for opening in openings])
    done = drain(now=now)
    assert (done.sent, done.failed) == (8, 1)
    assert in_index(index) == {opening.pk for opening in openings} - {bad.pk}

    attempts = 1
    while not IndexRequest.objects.parked().exists():
        assert drain(now=now).failed == 0  # not before its time
        now += dt.timedelta(hours=1)
        attempts += drain(now=now).failed
    request = IndexRequest.objects.parked().get()
    assert (request.document, request.attempts, attempts) == (bad.pk, MOST_ATTEMPTS, MOST_ATTEMPTS)
    assert request.error == f"ValueError: opening {bad.pk} holds what nobody foresaw"
    assert drain(now=now + dt.timedelta(days=9)).failed == 0

    poisoned.clear()
    request_index("opening", [bad.pk])  # whoever corrects the document takes it out of the car park
    assert drain(now=now).sent == 1
    assert not IndexRequest.objects.parked().exists()


@pytest.mark.django_db
def test_waits_grow_with_each_failure(index, now, poisoned):
    opening = OpeningFactory()
    poisoned.add(opening.pk)
    request_index("opening", [opening.pk])
    waits = []
    for _ in range(4):
        drain(now=now)
        request = IndexRequest.objects.get()
        waits.append((request.retry_at - now).total_seconds())
        now = request.retry_at
    assert waits == [10, 20, 40, 80]


@pytest.mark.django_db
def test_without_an_index_everything_waits_and_nothing_is_blamed(settings, tmp_path, now, caplog):
    settings.SEARCH_DIRECTORY = tmp_path / "missing"
    request_index("opening", [OpeningFactory().pk])
    with pytest.raises(IndexUnavailable):
        drain(now=now)
    drain_task()
    assert "search_rebuild" in caplog.text
    assert IndexRequest.objects.get().attempts == 0
    assert IndexRequest.objects.pending().count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_between_reading_and_noting_is_not_lost(index, now, monkeypatch):
    """The version is read before the row: what comes in between is still pending afterwards."""
    opening = OpeningFactory()
    request_index("opening", [opening.pk])

    def change():
        with transaction.atomic():
            Opening.objects.filter(pk=opening.pk).update(title="Đổi giữa chừng")
            request_index("opening", [opening.pk])
        connections.close_all()

    def documents(pks):
        read = opening_documents(pks)
        if not changed:
            changed.append(True)
            thread = threading.Thread(target=change)
            thread.start(), thread.join()
        return read

    changed: list[bool] = []
    monkeypatch.setitem(projections.PROJECTIONS, "opening", replace(projections.PROJECTIONS["opening"], documents=documents))
    drain(now=now)
    assert changed == [True]
    assert dict(index.digests("opening")) == {opening.pk: opening_documents([opening.pk])[opening.pk]["digest"]}


@pytest.mark.django_db(transaction=True)
def test_two_drains_never_write_at_once(index, now, race):
    request_index("opening", [OpeningFactory().pk])
    with held(WRITING, wait=False) as alone:
        assert alone
        assert race(2, drain_once, now) == ["done", "done"]
        assert in_index(index) == set()
    drain(now=now)
    assert len(in_index(index)) == 1


def drain_once(now):
    drain(now=now)


@pytest.mark.django_db(transaction=True)
def test_writers_and_drains_at_once_leave_index_and_database_equal(index, race, now):
    openings = [OpeningFactory().pk for _ in range(12)]
    workers = [WorkerFactory(consented=True).pk for _ in range(6)]
    turns = iter(range(8))
    lock = threading.Lock()

    def act():
        with lock:
            turn = next(turns)
        if turn < 2:
            until = time.monotonic() + 3
            while time.monotonic() < until:
                drain(now=now)
            return
        chance = random.Random(turn)
        for _ in range(40):
            with transaction.atomic():
                if chance.random() < 0.3:
                    chosen = chance.choice(workers)
                    Worker.objects.filter(pk=chosen).update(status=chance.choice(["looking", "hidden"]))
                    request_index("candidate", [chosen])
                else:
                    chosen = sorted(chance.sample(openings, 3))
                    rows = Opening.objects.filter(pk__in=chosen).order_by("pk").select_for_update(of=("self",))
                    for pk in [row.pk for row in rows]:
                        Opening.objects.filter(pk=pk).update(status=chance.choice(["published", "paused"]), title=f"Việc {chance.random()}")
                    request_index("opening", chosen)

    assert race(8, act) == ["done"] * 8
    drain(now=now)
    assert IndexRequest.objects.pending().count() == 0
    assert [difference for kind in ("opening", "candidate") for difference in differences(kind, patience=False)] == []


@pytest.mark.django_db
def test_the_schedule_finds_what_no_telling_announced(index):
    request_index("opening", [OpeningFactory().pk])  # inside the test's transaction: never announced
    drain_task()
    assert len(in_index(index)) == 1


@pytest.mark.django_db
def test_many_documents_go_in_batches(index, now, monkeypatch):
    monkeypatch.setattr(sync, "BATCH", 3)
    openings = [OpeningFactory().pk for _ in range(7)]
    request_index("opening", openings)
    request_index("candidate", [WorkerFactory(consented=True).pk])
    assert drain(now=now).sent == 8
    assert in_index(index) == set(openings)
