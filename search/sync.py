"""Keeps the index in step: takes what is pending in the outbox, reads the database again, and sends what it finds there."""

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.db import InterfaceError, OperationalError, connection

from search.alerts import note_matches
from search.engines import engine
from search.engines.contract import IndexUnavailable, Write
from search.locks import WRITING, held
from search.models import IndexRequest
from search.projections import PROJECTIONS

logger = logging.getLogger(__name__)

BATCH = 500  # documents of one commit of the index
MOST_ATTEMPTS = 8
FIRST_WAIT = dt.timedelta(seconds=10)  # doubled after each failure
NOT_THE_DOCUMENTS_FAULT = (IndexUnavailable, OperationalError, InterfaceError)

NOTE_SENT = """
UPDATE search_indexrequest request
SET indexed_version = greatest(indexed_version, sent.version), indexed_at = clock_timestamp(), attempts = 0, retry_at = NULL, parked_at = NULL, error = ''
FROM unnest(%s::bigint[], %s::bigint[]) AS sent (id, version)
WHERE request.id = sent.id
  AND request.id IN (SELECT id FROM search_indexrequest WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED)
RETURNING request.id
"""


@dataclass
class Drained:
    """What one drain did. `skipped` are rows that another transaction was writing: they stay pending."""

    sent: int = 0
    failed: int = 0
    skipped: set[int] = field(default_factory=set)


def drain(*, now: dt.datetime) -> Drained:
    """Send everything that is due. One process at a time: another one returns at once, having done nothing.

    After giving the lock back it looks again, since whoever was turned away meanwhile may have been told of a newer change.
    IndexUnavailable leaves everything pending.
    """
    done = Drained()
    while due(now, done).exists():
        with held(WRITING, wait=False) as alone:
            if not alone:
                break
            while batch := list(due(now, done).order_by("kind", "requested_at", "pk")[:BATCH]):
                for kind, requests in groupby(batch, key=lambda request: request.kind):
                    send(kind, list(requests), done, now=now)
    return done


def due(now: dt.datetime, done: Drained):
    return IndexRequest.objects.due(now).exclude(pk__in=done.skipped)


def send(kind: str, requests: Sequence[IndexRequest], done: Drained, *, now: dt.datetime) -> None:
    """Send these documents together; when that fails, halves of them, until the one that can't be sent stands alone."""
    try:
        writes = current(kind, {request.document: request.version for request in requests})
        engine().write(kind, writes)
        note_matches(kind, writes, now=now)  # before the sending is noted: whoever dies here sends and matches again
    except NOT_THE_DOCUMENTS_FAULT:
        raise
    except Exception as error:  # noqa: BLE001
        # whatever one document raises must not hold up the others
        if len(requests) == 1:
            note_failure(requests[0], error, done, now=now)
            return
        middle = len(requests) // 2
        send(kind, requests[:middle], done, now=now)
        send(kind, requests[middle:], done, now=now)
    else:
        note_sent(requests, done)


def current(kind: str, versions: dict[int, int]) -> list[Write]:
    """What the database says of these documents now. Their versions were read before: what is found is at least that new."""
    sources = PROJECTIONS[kind].documents(list(versions))
    return [Write(document, version, sources.get(document)) for document, version in versions.items()]


def note_sent(requests: Collection[IndexRequest], done: Drained) -> None:
    """Remember what the index was sent, waiting for nobody: a row that its writer holds stays pending and is sent again.

    Waiting here for several rows could deadlock with a writer that holds one of them and asks for another.
    """
    pks = [request.pk for request in requests]
    with connection.cursor() as cursor:
        cursor.execute(NOTE_SENT, [pks, [request.version for request in requests], pks])
        noted = {pk for (pk,) in cursor.fetchall()}
    done.sent += len(noted)
    done.skipped |= set(pks) - noted


def note_failure(request: IndexRequest, error: Exception, done: Drained, *, now: dt.datetime) -> None:
    """Try again later, and after MOST_ATTEMPTS park the document where operations see it."""
    attempts = request.attempts + 1
    parked = attempts >= MOST_ATTEMPTS
    logger.warning("%s can't be indexed (attempt %d)", request, attempts, exc_info=error)
    changed = IndexRequest.objects.filter(pk=request.pk, version=request.version).update(
        attempts=attempts,
        error=f"{type(error).__name__}: {error}"[:500],
        retry_at=now + FIRST_WAIT * 2 ** (attempts - 1),
        parked_at=now if parked else None,
    )
    done.failed += 1
    if not changed:  # written again meanwhile: a later drain takes the newer version
        done.skipped.add(request.pk)
