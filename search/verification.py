"""Compares the index with the database, document by document."""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from search.engines import engine
from search.models import IndexRequest
from search.projections import PROJECTIONS, chunks_of_keys

CHUNK = 2000
RECHECKS = 20
RECHECK_SECONDS = 0.5
MISSING, LEFT_OVER, OUTDATED = "missing", "left over", "outdated"


@dataclass(frozen=True, order=True)
class Difference:
    """`state` says whether the outbox knows of it: "waiting", "parked", or "unknown" (nobody asked to index it)."""

    kind: str
    document: int
    problem: str
    state: str

    def __str__(self):
        return f"{self.kind} {self.document}: {self.problem} ({self.state})"


def differences(kind: str, *, patience: bool = True) -> list[Difference]:
    """Every document that the index lacks, has too much, or holds in another content than the database. IndexUnavailable.

    Both sides move while they are compared, so what differs is looked at again for some seconds as long as it is on its way.
    """
    held = dict(engine().digests(kind))
    suspects = [document for document, _problem in compared(kind, held)]
    for recheck in range(RECHECKS if patience and suspects else 1):
        if recheck:
            time.sleep(RECHECK_SECONDS)
        found = named(kind, suspects)
        if not any(difference.state == "waiting" for difference in found):
            break
    return found


def compared(kind: str, held: dict[int, int]) -> Iterator[tuple[int, str]]:
    """(document, problem) of all documents; `held` are the index's digests."""
    left = set(held)
    for keys in chunks_of_keys(kind, CHUNK):
        left.difference_update(keys)
        yield from problems(kind, keys, held)
    for document in sorted(left):
        yield document, LEFT_OVER


def problems(kind: str, keys: Collection[int], held: dict[int, int]) -> Iterator[tuple[int, str]]:
    wanted = PROJECTIONS[kind].documents(keys)
    for key in keys:
        if key not in wanted:
            if key in held:
                yield key, LEFT_OVER
        elif key not in held:
            yield key, MISSING
        elif held[key] != wanted[key]["digest"]:
            yield key, OUTDATED


def named(kind: str, suspects: Collection[int]) -> list[Difference]:
    """Those of the suspects that still differ."""
    if not suspects:
        return []
    held = dict(engine().digests(kind))
    found = dict(problems(kind, suspects, held))
    pending = IndexRequest.objects.filter(kind=kind, document__in=found).pending().order_by("pk")
    states = {request.document: "parked" if request.parked_at else "waiting" for request in pending}
    return sorted(Difference(kind, document, problem, states.get(document, "unknown")) for document, problem in found.items())
