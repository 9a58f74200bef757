"""How long a change takes to be seen: from its commit, through outbox, broker and the worker that writes the index, to a reader.

The worker is a Celery process of its own, as in production; the reader is this process.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.search.timing import Times, times_of
from recruitment.workers.models import Worker
from search import rebuilding
from search.engines.contract import Write
from search.engines.embedded.engine import EmbeddedEngine
from search.models import IndexRequest
from search.outbox import request_index
from search.projections import candidate_documents
from tests.factories.workers import WorkerFactory, WorkerOccupationFactory

PER_SECOND = 100
LOOK_EVERY = 0.01  # seconds
PATIENCE = 120  # seconds for the worker to be up, and for the last change to be seen


@dataclass
class Changes:
    """What was committed and not yet seen: worker → (version, time of the commit)."""

    pending: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    seen: list[float] = field(default_factory=list)
    late: int = 0  # commits that came later than their turn

    def committed(self, worker: int, version: int) -> None:
        with self.lock:
            self.pending.setdefault(worker, []).append((version, time.perf_counter()))

    def look(self, engine: EmbeddedEngine) -> None:
        with self.lock:
            asked = list(self.pending)
        held, now = engine.shelf("candidate").reader.current().snapshot.versions(asked), time.perf_counter()
        with self.lock:
            for worker in asked:
                self.seen += [(now - at) * 1000 for version, at in self.pending[worker] if version <= held.get(worker, 0)]
                self.pending[worker] = [(version, at) for version, at in self.pending[worker] if version > held.get(worker, 0)]
            self.pending = {worker: left for worker, left in self.pending.items() if left}


def change_to_visible(*, workers: int, seconds: float) -> Times:
    """Under PER_SECOND changes a second. RuntimeError if a change isn't seen at all."""
    people = [WorkerFactory(consented=True) for _ in range(workers)]
    for person in people:
        WorkerOccupationFactory(worker=person)
    for kind in ("opening", "candidate"):
        rebuilding.rebuild(kind, report=lambda read, total: None)
    project(people)
    engine, changes = EmbeddedEngine(settings.SEARCH_DIRECTORY), Changes()
    with search_worker():
        change(people[0].pk, 5_000_000, changes)  # the worker is up when this one is seen
        wait_for_all(engine, changes)
        changes.seen.clear()
        writer = threading.Thread(target=keep_changing, args=([person.pk for person in people], seconds, changes))
        writer.start()
        while writer.is_alive():
            changes.look(engine)
            time.sleep(LOOK_EVERY)
        wait_for_all(engine, changes)
    print(f"  {len(changes.seen)} changes of {workers} workers, {changes.late} committed more than 0.1 s after their turn")
    return times_of(changes.seen)


def project(people: list[Worker]) -> None:
    pks = [person.pk for person in people]
    with CaptureQueriesContext(connection) as captured:
        candidate_documents(pks)
    begun = time.perf_counter()
    candidate_documents(pks)
    print(
        f"  projection from the database, measured apart: {len(pks) / (time.perf_counter() - begun):,.0f} documents/s, {len(captured)} queries for {len(pks)}"
    )


def keep_changing(workers: list[int], seconds: float, changes: Changes) -> None:
    begun = time.perf_counter()
    for number in range(int(seconds * PER_SECOND)):
        turn = begun + number / PER_SECOND
        time.sleep(max(0.0, turn - time.perf_counter()))
        changes.late += time.perf_counter() - turn > 0.1
        change(workers[number % len(workers)], 5_000_001 + number, changes)
    connection.close()


def change(worker: int, wage: int, changes: Changes) -> None:
    with transaction.atomic():
        Worker.objects.filter(pk=worker).update(wage_wanted=wage)
        request_index("candidate", [worker])
        version = IndexRequest.objects.get(kind="candidate", document=worker).version
    changes.committed(worker, version)


def wait_for_all(engine: EmbeddedEngine, changes: Changes) -> None:
    deadline = time.monotonic() + PATIENCE
    while changes.pending:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(changes.pending)} workers' changes were not seen within {PATIENCE} s")
        changes.look(engine)
        time.sleep(LOOK_EVERY)


@contextmanager
def search_worker() -> Iterator[None]:
    """The one process that writes the index, on this bench's database, broker and directory."""
    log = Path(settings.SEARCH_DIRECTORY).parent / "worker.log"
    with log.open("w") as output:
        command = [sys.executable, "-m", "celery", "-A", "recruitment.celery", "worker", "-Q", "search", "--pool", "solo", "--loglevel", "warning"]
        worker = subprocess.Popen(command, stdout=output, stderr=output, env=dict(os.environ), cwd=settings.BASE_DIR)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(PATIENCE)


def engine_part(engine: EmbeddedEngine, sources: list[dict]) -> Times:
    """One document sent to an index of many, and seen by another reader."""
    other, taken = EmbeddedEngine(engine.root), []
    other.health("candidate")
    for version, source in enumerate(sources, 2):
        begun = time.perf_counter()
        engine.write("candidate", [Write(source["pk"], version, source)])
        if other.shelf("candidate").reader.current().snapshot.versions([source["pk"]]) != {source["pk"]: version}:
            raise RuntimeError("a written document was not seen")
        taken.append((time.perf_counter() - begun) * 1000)
    return times_of(taken)
