"""The engine in process: tantivy under SEARCH_DIRECTORY. Any process reads; the one that drains the outbox writes."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy
from elasticsearch.dsl import Search
from tantivy import Query

from search.engines.contract import Answer, Health, IndexUnavailable, UnsupportedQuery, Write
from search.engines.embedded.aggregations import Aggregator, both
from search.engines.embedded.compiler import Compiler, refuse_unknown
from search.engines.embedded.directory import IndexDirectory
from search.engines.embedded.ranking import keys_of, page
from search.engines.embedded.reader import Reader
from search.engines.embedded.schema import ID, PK, VERSION, layout_of, register_analysers

SMALL_HEAP, LARGE_HEAP = 15_000_000, 200_000_000  # bytes the writer may fill before it writes a segment
WRITER_WAIT_SECONDS = 10
SEARCH_PARTS = {"query", "post_filter", "aggs", "aggregations", "sort", "from", "size", "track_total_hits", "_source"}
DEFAULT_SIZE = 10  # Elasticsearch's


class Shelf:
    """What belongs to one kind of document."""

    def __init__(self, root: Path, kind: str):
        self.layout = layout_of(kind)
        self.compiler = Compiler(self.layout)
        self.directory = IndexDirectory(root, kind, self.layout.fingerprint)
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
        keys = keys_of(body.get("sort", []), shelf.layout)
        asked = body.get("query", {"match_all": {}})
        query = shelf.compiler.compile(asked)
        if "post_filter" in body:
            query = both(query, shelf.compiler.filter(body["post_filter"]))
        searcher = shelf.reader.searcher()
        total, hits = page(searcher, query, keys, body.get("from", 0), body.get("size", DEFAULT_SIZE))
        counted = Aggregator(shelf.compiler, searcher).run(shelf.compiler.filter(asked), body.get("aggs") or body.get("aggregations", {}))
        return Answer(total=total, hits=hits, aggregations=counted)

    def write(self, kind: str, writes: Sequence[Write]) -> None:
        shelf = self.shelf(kind)
        held = versions(shelf.reader.searcher(), shelf.layout.schema, [write.document for write in writes])
        latest = {write.document: write for write in sorted(writes, key=lambda write: write.version)}
        fresh = [write for write in latest.values() if write.version >= held.get(write.document, 0)]
        documents = [(write, shelf.layout.document(write) if write.source is not None else None) for write in fresh]
        with writer_of(shelf.reader.folder, heap=SMALL_HEAP) as writer:
            put(writer, documents)
            writer.commit()

    @contextmanager
    def build(self, kind: str) -> Iterator["EmbeddedBuild"]:
        shelf = self.shelf(kind)
        folder = shelf.directory.begin()
        build = EmbeddedBuild(shelf, folder)
        try:
            yield build
        finally:
            build.close()
            shelf.directory.remove_all_but(shelf.directory.live())

    def digests(self, kind: str) -> Iterator[tuple[int, int]]:
        searcher = self.shelf(kind).reader.searcher()
        everything = searcher.search(Query.all_query(), max(searcher.num_docs, 1), count=False)
        addresses = [address for _score, address in everything.hits]
        yield from zip(searcher.fast_field_values(PK, addresses), searcher.fast_field_values("digest", addresses), strict=True)

    def health(self, kind: str) -> Health:
        try:
            return Health(documents=self.shelf(kind).reader.searcher().num_docs)
        except IndexUnavailable as error:
            return Health(documents=0, problem=str(error))

    def generation(self, kind: str) -> str:
        return self.shelf(kind).reader.generation()


class EmbeddedBuild:
    """See contract.Build."""

    def __init__(self, shelf: Shelf, folder: Path):
        self.shelf = shelf
        self.folder = folder
        index = tantivy.Index(shelf.layout.schema, path=str(folder))
        register_analysers(index)
        self.writer: tantivy.IndexWriter | None = index.writer(LARGE_HEAP, 1)

    def write(self, writes: Iterable[Write]) -> None:
        layout = self.shelf.layout
        put(self.writer, [(write, layout.document(write) if write.source is not None else None) for write in writes])

    def activate(self) -> None:
        self.writer.commit()
        self.close()
        self.shelf.directory.point_to(self.folder)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.wait_merging_threads()
            self.writer = None


def put(writer: tantivy.IndexWriter, documents: Iterable[tuple[Write, tantivy.Document | None]]) -> None:
    """Replace or delete each document; nothing is visible before the commit."""
    for write, document in documents:
        writer.delete_documents_by_term(ID, str(write.document))
        if document is not None:
            writer.add_document(document)


def versions(searcher: tantivy.Searcher, schema: tantivy.Schema, documents: Sequence[int]) -> dict[int, int]:
    """The versions that the index holds of these documents."""
    if not documents:
        return {}
    asked = Query.term_set_query(schema, ID, [str(document) for document in documents])
    addresses = [address for _score, address in searcher.search(asked, len(documents), count=False).hits]
    return dict(zip(searcher.fast_field_values(PK, addresses), searcher.fast_field_values(VERSION, addresses), strict=True))


@contextmanager
def writer_of(folder: Path, *, heap: int) -> Iterator[tantivy.IndexWriter]:
    """The one writer of a folder. IndexUnavailable if another process keeps it for WRITER_WAIT_SECONDS.

    An exception inside leaves the index as it was.
    """
    index = tantivy.Index.open(str(folder))
    register_analysers(index)
    deadline = time.monotonic() + WRITER_WAIT_SECONDS
    while True:
        try:
            writer = index.writer(heap, 1)
            break
        except ValueError as error:
            if "LockBusy" not in str(error) or time.monotonic() > deadline:
                raise IndexUnavailable(f"{folder} is being written by another process: {error}") from error
            time.sleep(0.05)
    try:
        yield writer
    finally:
        writer.wait_merging_threads()
