"""The engine in process: columns under SEARCH_DIRECTORY. Any process reads; the one that drains the outbox writes."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from elasticsearch.dsl import Search

from search.engines.contract import Answer, Health, IndexUnavailable, UnsupportedQuery, Write
from search.engines.embedded.aggregations import Aggregator, count
from search.engines.embedded.compiler import Compiler, refuse_unknown
from search.engines.embedded.directory import IndexDirectory
from search.engines.embedded.plans import Matched, View, all_of
from search.engines.embedded.ranking import hits_of, page_of
from search.engines.embedded.reader import IndexMissing, Reader
from search.engines.embedded.schema import layout_of
from search.engines.embedded.snapshot import Snapshot

SEARCH_PARTS = {"query", "post_filter", "aggs", "aggregations", "sort", "from", "size", "search_after", "track_total_hits", "_source"}
DEFAULT_SIZE = 10  # Elasticsearch's
MATCH_ALL = {"match_all": {}}
MADE_TOGETHER = 8_000  # documents of a build that become columns in one go
MOST_CHANGES = 10_000  # documents in the journal, which every process reads when it starts; more are merged into the segments


class Shelf:
    """What belongs to one kind of document."""

    def __init__(self, root: Path, kind: str):
        self.layout = layout_of(kind)
        self.compiler = Compiler(self.layout)
        self.directory = IndexDirectory(root, self.layout)
        self.reader = Reader(self.directory)


class EmbeddedEngine:
    """See contract.Engine."""

    def __init__(self, root: Path):
        self.root = root
        self.shelves: dict[str, Shelf] = {}

    def shelf(self, kind: str) -> Shelf:
        if kind not in self.shelves:
            self.shelves[kind] = Shelf(self.root, kind)
        return self.shelves[kind]

    def search(self, kind: str, search: Search) -> Answer:
        shelf, body = self.shelf(kind), search.to_dict()
        refuse_unknown("search", body, SEARCH_PARTS)
        if body.get("track_total_hits", True) is not True:
            raise UnsupportedQuery("search.track_total_hits other than true")
        page = page_of(
            body.get("sort", []), shelf.layout, start=body.get("from", 0), size=body.get("size", DEFAULT_SIZE), after=body.get("search_after")
        )
        query = shelf.compiler.compile(body.get("query", MATCH_ALL))
        narrowing = shelf.compiler.filter(body.get("post_filter", MATCH_ALL))
        found, counted = [], []
        for view in map(View, shelf.reader.current().snapshot.parts):
            matched = query.matched(view) if page.by_score else Matched(query.mask(view), 0, most=0)
            mask = all_of([matched.mask, view.part.living])
            counted.append((view, mask))
            found.append((view, matched, all_of([mask, narrowing.mask(view)])))
        return Answer(
            total=sum(count(view, hits) for view, _matched, hits in found),
            hits=hits_of(page, found),
            aggregations=Aggregator(shelf.compiler).run(counted, body.get("aggs") or body.get("aggregations", {})),
        )

    def write(self, kind: str, writes: Sequence[Write]) -> None:
        shelf = self.shelf(kind)
        with shelf.directory.writing():
            state = shelf.reader.current()
            held = state.snapshot.versions([write.document for write in writes])
            latest = {write.document: write for write in sorted(writes, key=lambda write: write.version)}
            fresh = [write for write in latest.values() if write.version >= held.get(write.document, 0)]
            changed = state.snapshot.after(fresh)  # refuses what can't be kept before anything is written
            if fresh:
                state.journal.append(fresh, after=state.read)
            if changed.changes > MOST_CHANGES:
                shelf.directory.replace(changed.merged())

    @contextmanager
    def build(self, kind: str) -> Iterator["EmbeddedBuild"]:
        yield EmbeddedBuild(self.shelf(kind))

    def digests(self, kind: str) -> Iterator[tuple[int, int]]:
        for part in self.shelf(kind).reader.current().snapshot.parts:
            rows = np.flatnonzero(part.alive)
            yield from zip(part.segment.pks[rows].tolist(), map(int, part.segment.columns["digest"].values(rows)), strict=True)

    def health(self, kind: str) -> Health:
        try:
            return Health(documents=len(self.shelf(kind).reader.current().snapshot))
        except IndexUnavailable as error:
            return Health(documents=0, problem=str(error), missing=isinstance(error, IndexMissing), readable=False)

    def generation(self, kind: str) -> str:
        return self.shelf(kind).reader.current().generation


class EmbeddedBuild:
    """See contract.Build. The documents stay in memory, as columns (some 100 bytes for a candidate), until they are saved at once."""

    def __init__(self, shelf: Shelf):
        self.shelf = shelf
        self.snapshot = Snapshot(shelf.layout)
        self.waiting: list[Write] = []

    def write(self, writes: Iterable[Write]) -> None:
        self.waiting += writes
        if len(self.waiting) >= MADE_TOGETHER:
            self._make()

    def activate(self) -> None:
        self._make()
        with self.shelf.directory.writing():
            self.shelf.directory.replace(self.snapshot.merged())

    def _make(self) -> None:
        self.snapshot, self.waiting = self.snapshot.after(self.waiting), []
