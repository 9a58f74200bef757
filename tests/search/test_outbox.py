"""A write and the request to index it are kept or lost together, whatever order transactions commit in."""

import threading
import time

import pytest
from celery import current_app
from django.db import IntegrityError, connection, connections, transaction

from recruitment.openings.models import Opening
from search.models import IndexRequest
from search.outbox import request_index
from search.projections import opening_documents
from search.sync import drain
from tests.factories.openings import OpeningFactory

ENGINES = ["embedded", "elasticsearch"]


def versions() -> dict:
    return {(request.kind, request.document): (request.version, request.indexed_version) for request in IndexRequest.objects.all()}


@pytest.mark.django_db
def test_one_row_per_document_counts_its_writes():
    request_index("opening", [7, 3, 7])
    request_index("opening", [3])
    request_index("candidate", [3])
    request_index("candidate", [])
    assert versions() == {("opening", 3): (2, 0), ("opening", 7): (1, 0), ("candidate", 3): (1, 0)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    [{"kind": "factory"}, {"indexed_version": 2}, {"indexed_version": -1}, {"parked_at": "2026-11-24T00:00Z"}],
    ids=lambda broken: next(iter(broken)),
)
def test_the_database_refuses_a_row_that_makes_no_sense(broken):
    request_index("opening", [1])
    with pytest.raises(IntegrityError), transaction.atomic():
        IndexRequest.objects.update(**broken)


@pytest.mark.django_db
def test_one_transaction_tells_the_worker_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as told:
        request_index("opening", [1])
        request_index("candidate", [2])
    assert len(told) == 1


@pytest.mark.django_db(transaction=True)
def test_a_write_that_rolls_back_takes_its_request_along():
    with transaction.atomic():
        request_index("opening", [1])
        transaction.set_rollback(True)
    assert versions() == {}


@pytest.mark.django_db(transaction=True)
def test_the_write_stands_although_the_broker_is_down(caplog, monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_url", "redis+socket:///nowhere/at-all.sock")
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
    monkeypatch.setattr(current_app, "_pool", None)
    begun = time.monotonic()
    request_index("opening", [1])
    assert time.monotonic() - begun < 1
    assert versions() == {("opening", 1): (1, 0)}
    assert "broker" in caplog.text


class Writer(threading.Thread):
    """A transaction of its own that changes an opening, asks to index it, and commits when told to."""

    def __init__(self, opening, **change):
        super().__init__()
        self.opening, self.change = opening, change
        self.asked, self.may_commit = threading.Event(), threading.Event()

    def run(self):
        try:
            with transaction.atomic():
                type(self.opening).objects.filter(pk=self.opening.pk).update(**self.change)
                request_index("opening", [self.opening.pk])
                self.asked.set()
                assert self.may_commit.wait(20)
        finally:
            connections.close_all()

    def commit(self):
        self.may_commit.set()
        self.join(20)


def held_in_index(index, opening) -> bool:
    return opening.pk in dict(index.digests("opening"))


@pytest.mark.django_db(transaction=True)
def test_whoever_commits_late_is_not_skipped(index, now):
    """A cursor over ids would have passed the first row before it was visible."""
    early, late = OpeningFactory(), OpeningFactory()
    slow, fast = Writer(early, title="Chậm"), Writer(late, title="Nhanh")
    slow.start(), slow.asked.wait(20)
    fast.start(), fast.asked.wait(20), fast.commit()
    drain(now=now)
    assert (held_in_index(index, early), held_in_index(index, late)) == (False, True)
    slow.commit()
    drain(now=now)
    assert held_in_index(index, early)
    assert versions()[("opening", early.pk)] == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_of_one_document_the_last_to_commit_wins(index, now):
    """With the outbox row's id as the version, the later commit could carry the lower number and be refused as stale."""
    opening = OpeningFactory()
    request_index("opening", [opening.pk])
    drain(now=now)
    first, second = Writer(opening, wage_max=9_000_000), Writer(opening, has_dormitory=True)
    first.start(), first.asked.wait(20)
    second.start()
    drain(now=now)  # sees neither
    assert not second.asked.wait(0.2)  # locks put versions into the order of commits
    first.commit()
    assert second.asked.wait(20)
    drain(now=now)
    second.commit()
    drain(now=now)
    assert versions() == {("opening", opening.pk): (3, 3)}
    assert Opening.objects.values_list("wage_max", "has_dormitory").get() == (9_000_000, True)
    assert dict(index.digests("opening")) == {opening.pk: opening_documents([opening.pk])[opening.pk]["digest"]}


@pytest.mark.django_db(transaction=True)
def test_writers_of_the_same_documents_queue_instead_of_deadlocking(race):
    assert race(8, lambda: [request_index("opening", order) for order in ([3, 1, 2], [2, 3, 1], range(1, 40))]) == ["done"] * 8
    assert {request.version for request in IndexRequest.objects.filter(document__lte=3)} == {24}


@pytest.mark.django_db(transaction=True)
def test_the_drain_waits_for_nobody(index, now):
    """A row that its writer holds stays pending; waiting for it could deadlock with a writer of several."""
    busy, free = OpeningFactory(), OpeningFactory()
    request_index("opening", [busy.pk, free.pk])
    writer = Writer(busy, title="Đang sửa")
    writer.start(), writer.asked.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    done = drain(now=now)
    assert (done.sent, len(done.skipped)) == (1, 1)
    writer.commit()
    assert drain(now=now).sent == 1
    assert versions() == {("opening", busy.pk): (2, 2), ("opening", free.pk): (1, 1)}
