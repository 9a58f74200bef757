"""What every engine offers. Queries come as `elasticsearch.dsl` searches; answers leave in these classes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from elasticsearch.dsl import Search

DEEPEST = 10_000  # `from` plus `size` of any search: Elasticsearch's limit


class SearchError(Exception):
    """The base of what an engine may raise."""


class IndexUnavailable(SearchError):
    """There is no index to answer from, or it was built for another schema, or another process is writing. Try again or rebuild."""


class UnsupportedQuery(SearchError):
    """The query, sort or aggregation uses a part of the language that the engine doesn't speak; the message names it."""


class UnknownField(SearchError):
    """A document or a query names a field that the mapping doesn't declare."""


@dataclass(frozen=True, slots=True)
class Write:
    """One document as the database has it at `version`, or its absence (`source` None)."""

    document: int
    version: int
    source: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Hit:
    document: int
    score: float | None  # None when the search sorts by something else
    place: tuple[int, ...] = ()  # its values of what the search sorts by, as `search_after` takes them


@dataclass(frozen=True, slots=True)
class Answer:
    """`total` counts all hits, whatever the page. `aggregations` have Elasticsearch's shape."""

    total: int
    hits: Sequence[Hit]
    aggregations: Mapping[str, Mapping] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Health:
    """`problem` is None for an index that answers, takes writes and fits the code's schema.

    One with a problem may still be `readable`. It is `missing` if there is none of its kind at all, of whatever schema, or
    only what is left of one: building one can spoil nothing.
    """

    documents: int
    problem: str | None = None
    missing: bool = False
    readable: bool = True


class Build(Protocol):
    """An index under construction; nobody reads it before `activate`, and leaving without that throws it away."""

    def write(self, writes: Iterable[Write]) -> None:
        """Add or replace documents, or delete those without a source. A later write of a document wins."""

    def activate(self) -> None:
        """Make it the one that is read and written, in one step."""


class Engine(Protocol):
    def search(self, kind: str, search: Search) -> Answer:
        """Answer one search of documents of `kind`. IndexUnavailable, UnsupportedQuery, UnknownField."""

    def write(self, kind: str, writes: Sequence[Write]) -> None:
        """Send documents and deletes, visible to readers on return. One that the index holds in a later version is left alone.

        UnknownField: nothing of it was written. IndexUnavailable: some of it may have been; sending it again is harmless.
        """

    def build(self, kind: str) -> AbstractContextManager[Build]:
        """Start an index beside the live one."""

    def digests(self, kind: str) -> Iterator[tuple[int, int]]:
        """Every document's primary key and digest, in no order. IndexUnavailable."""

    def health(self, kind: str) -> Health:
        """What operations see. Raises nothing."""

    def generation(self, kind: str) -> str:
        """A word that changes, within a second, whenever the index's content may have changed. IndexUnavailable."""
