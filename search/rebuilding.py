"""Builds an index beside the live one, which goes on answering and being written, and then takes its place."""

from collections.abc import Callable

from django.db import connection

from search.engines import engine
from search.engines.contract import Build, SearchError
from search.locks import REBUILDING, WRITING, held
from search.models import IndexRequest
from search.projections import PROJECTIONS, chunks_of_keys
from search.sync import current

CHUNK = 2000


class RebuildRunning(SearchError):
    """Another process is rebuilding."""


def rebuild(kind: str, *, report: Callable[[int, int], None]) -> int:
    """Build every document of a kind from the database and switch over; returns how many rows were read.

    What the drain sends to the live index meanwhile is noted in `indexed_at` by the database's clock; at the end, with the
    drain held off, exactly those documents are read once more. What is still pending then is sent to the new index by the
    next drain. `report(rows read, rows in all)` is called after each chunk. RebuildRunning, IndexUnavailable.
    """
    with held(REBUILDING, wait=False) as alone:
        if not alone:
            raise RebuildRunning("Another rebuild is running.")
        with held(WRITING, wait=True):  # whatever a drain was sending is noted, or comes after this moment
            begun = database_clock()
        total, read = PROJECTIONS[kind].model._default_manager.count(), 0
        with engine().build(kind) as build:
            for keys in chunks_of_keys(kind, CHUNK):
                write(build, kind, keys)
                read += len(keys)
                report(read, max(total, read))
            with held(WRITING, wait=True):
                catch_up(build, kind, begun)
                build.activate()
        return read


def catch_up(build: Build, kind: str, begun) -> None:
    changed = IndexRequest.objects.filter(kind=kind, indexed_at__gte=begun).order_by("pk")
    keys = list(changed.values_list("document", flat=True))
    for start in range(0, len(keys), CHUNK):
        write(build, kind, keys[start : start + CHUNK])


def write(build: Build, kind: str, keys: list[int]) -> None:
    """Versions first, rows after: a document is never older than the version it carries."""
    known = dict(IndexRequest.objects.filter(kind=kind, document__in=keys).order_by().values_list("document", "version"))
    build.write(current(kind, {key: known.get(key, 0) for key in keys}))


def database_clock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
