"""What a search hands to a page."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet

from search.engines.contract import DEEPEST, Hit
from search.lexicon import OCCUPATION
from search.queries.facets import FacetValue
from search.reading import Reading
from search.scoring import Match

Row = TypeVar("Row", bound=Model)
PAGE_SIZE = 20
NOTHING_SAID = Reading()


@dataclass(frozen=True)
class FoundRow(Generic[Row]):
    """A row the user may see. `score` is what the index sorted by; `match` says why, when there is a pair to explain."""

    row: Row
    score: float | None
    match: Match | None


@dataclass(frozen=True)
class Understood:
    """How the words were read. `relaxed`: nothing had all of them, so some may be missing or have other accents."""

    reading: Reading = NOTHING_SAID
    relaxed: bool = False

    @property
    def corrected(self) -> Mapping[str, str]:
        """Typed → read."""
        return self.reading.corrected

    @property
    def occupations(self) -> frozenset[int]:
        """The occupations that the words name (primary keys)."""
        phrases = [phrase for part in self.reading.of(OCCUPATION) for phrase in part.phrases if phrase.kind == OCCUPATION]
        return frozenset().union(*(phrase.values for phrase in phrases))


@dataclass(frozen=True)
class Found(Generic[Row]):
    """One page. `total` counts hits of the index; `refused` those of this page that the database no longer shows the user."""

    rows: Sequence[FoundRow[Row]]
    total: int
    page: int
    facets: Mapping[str, Sequence[FacetValue]]
    sort: str
    ends_at: tuple[int, ...] = ()  # the place of its last hit: where the next page goes on
    refused: int = 0
    understood: Understood = Understood()
    unavailable_since: dt.datetime | None = None  # set: the index could not be asked; the newest rows, unranked, without facets

    @property
    def unavailable(self) -> bool:
        return self.unavailable_since is not None

    @property
    def pages(self) -> int:
        return min(-(-self.total // PAGE_SIZE), last_page())


def part_of_list(order: Sequence, *, page: int, after: Sequence[int]) -> dict:
    """Which rows of the list to show: those behind the place where the page before ended, or so many pages from the top.

    By place nothing is shown twice or missed when the list has changed meanwhile. A place in a list of another order says nothing.
    """
    known = len(after) == len(order)
    start = {"search_after": list(after)} if known else {"from": (bounded(page) - 1) * PAGE_SIZE}
    return start | {"size": PAGE_SIZE, "track_total_hits": True}


def pages_of(found: Found):
    """Page numbers over a list that the index pages by itself."""
    return Paginator(range(found.pages * PAGE_SIZE), PAGE_SIZE).get_page(found.page)


def last_page() -> int:
    """The deepest page any list has: an index answers from the first ten thousand hits only."""
    return DEEPEST // PAGE_SIZE


def bounded(page: int) -> int:
    return max(1, min(page, last_page()))


def load(hits: Sequence[Hit], rows: QuerySet[Row]) -> tuple[dict[int, Row], int]:
    """The rows of these hits that `rows` contains, and how many it doesn't: an index filter is not access control."""
    found = {row.pk: row for row in rows.filter(pk__in=[hit.document for hit in hits]).order_by("pk")}
    return found, len(hits) - len(found)
