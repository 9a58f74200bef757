"""The engine in a server of its own: Elasticsearch at ELASTICSEARCH_URL."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from elasticsearch import Elasticsearch
from elasticsearch.dsl import Search

from search.engines.contract import Answer, Health, Hit, IndexUnavailable, Write
from search.engines.elasticsearch import indexes
from search.engines.elasticsearch.fields import refuse_unknown_fields
from search.engines.elasticsearch.indexes import Names, names_of
from search.engines.elasticsearch.server import BUILD_SECONDS, REBUILD, SEARCH_SECONDS, WRITE_SECONDS, IndexGone, Server
from search.engines.elasticsearch.writing import latest_of, send

SEARCH_TIMEOUT = "1500ms"  # after this the server gives up by itself
SCORE = "_score"
MOST_BUCKETS = 65_000  # of one request; Elasticsearch refuses more than 65,536
READ_ALONG = ["hits.total.value", "hits.hits._id", "hits.hits.sort", "aggregations"]
DIGESTS_AT_ONCE = 5_000
GENERATION_SECONDS = 1.0  # for so long the word is not asked for again
TRIES = 3  # an index may be replaced and removed between resolving its alias and reading it

T = TypeVar("T")


class ElasticsearchEngine:
    """See contract.Engine."""

    def __init__(self, url: str, prefix: str):
        self.server = Server(url)
        self.prefix = prefix
        self.generations: dict[str, tuple[float, str]] = {}

    def names(self, kind: str) -> Names:
        return names_of(self.prefix, kind)

    def search(self, kind: str, search: Search) -> Answer:
        names, body = self.names(kind), search.to_dict()
        refuse_unknown_fields(kind, names.fields, body)
        bounded = body | {"timeout": SEARCH_TIMEOUT, "_source": False, "track_total_hits": True}
        options = {"allow_partial_search_results": False, "filter_path": READ_ALONG}
        first, *others = in_requests(bounded)
        found = self.read(lambda client: client.search(index=names.read, body=dict(first), **options))
        counted = dict(found.get("aggregations", {}))
        for other in others:
            counted |= self.read(lambda client, body=other: client.search(index=names.read, body=dict(body), **options))["aggregations"]
        by_score = next(iter(body.get("sort", [])), None) == SCORE
        rows = found.get("hits", {}).get("hits", [])
        return Answer(
            total=found["hits"]["total"]["value"],
            hits=[Hit(int(row["_id"]), row["sort"][0] if by_score else None, tuple(map(int, row["sort"]))) for row in rows],
            aggregations=counted,
        )

    def read(self, question: Callable[[Elasticsearch], T], *, seconds: float = SEARCH_SECONDS) -> T:
        for attempt in range(TRIES):
            try:
                with self.server.asked(seconds) as client:
                    return question(client)
            except IndexGone:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError  # the last try returns or raises

    def write(self, kind: str, writes: Sequence[Write]) -> None:
        names = self.names(kind)
        with self.server.asked(WRITE_SECONDS) as client:
            send(client, names, names.write, latest_of(writes), refresh=True, require_alias=True)
        self.generations.pop(kind, None)

    @contextmanager
    def build(self, kind: str) -> Iterator["ElasticsearchBuild"]:
        names = self.names(kind)
        with self.server.asked(BUILD_SECONDS) as client:
            indexes.remove_unused(client, names)
            index = indexes.create(client, names)
        try:
            yield ElasticsearchBuild(self.server, names, index)
        finally:
            self.generations.pop(kind, None)
            with self.server.asked(BUILD_SECONDS) as client:
                indexes.remove_unused(client, names)

    def digests(self, kind: str) -> Iterator[tuple[int, int]]:
        """All of one moment's documents, however long the reading takes."""
        names = self.names(kind)
        moment = self.read(lambda client: client.open_point_in_time(index=names.read, keep_alive="1m"), seconds=BUILD_SECONDS)["id"]
        body = {"size": DIGESTS_AT_ONCE, "sort": "_shard_doc", "_source": False, "docvalue_fields": ["digest"], "track_total_hits": False}
        try:
            while rows := self.page_of(moment, body):
                yield from ((int(row["_id"]), row["fields"]["digest"][0]) for row in rows)
                body["search_after"] = rows[-1]["sort"]
        finally:
            with self.server.asked(WRITE_SECONDS) as client:
                client.options(ignore_status=404).close_point_in_time(id=moment)

    def page_of(self, moment: str, body: dict) -> list[dict]:
        with self.server.asked(BUILD_SECONDS) as client:
            return client.search(body=body | {"pit": {"id": moment, "keep_alive": "1m"}})["hits"]["hits"]

    def health(self, kind: str) -> Health:
        names = self.names(kind)
        try:
            with self.server.asked(SEARCH_SECONDS) as client:
                aliases = dict(indexes.aliases_of(client, names))
                if not any(names.read in held for held in aliases.values()):
                    missing = not any(aliases.values())
                    problem = "There is no index yet" if missing else "The index was built for another schema"
                    return Health(documents=0, problem=f"{problem}: {REBUILD}.", missing=missing, readable=False)
                documents = client.count(index=names.read)["count"]
                blocks = indexes.blocks_of(client, names.write)
        except IndexUnavailable as error:
            return Health(documents=0, problem=str(error), readable=False)
        return Health(documents, f"It can't be written: {', '.join(blocks)} is on (is the disk full?)." if blocks else None)

    def generation(self, kind: str) -> str:
        """The index, its last write, and its last refresh, since a write shows only after one."""
        asked, word = self.generations.get(kind, (0.0, ""))
        if time.monotonic() - asked > GENERATION_SECONDS:
            asked, alias = time.monotonic(), self.names(kind).read
            found = self.read(lambda client: client.indices.stats(index=alias, metric="refresh", level="shards"))
            word = " ".join(
                f"{index}:{copies[0]['seq_no']['max_seq_no']}:{copies[0]['refresh']['external_total']}"
                for index, about in found["indices"].items()
                for copies in about["shards"].values()
            )
            self.generations[kind] = asked, word
        return word


def in_requests(body: dict) -> list[dict]:
    """The search, and apart from it each further aggregation where together they could have too many buckets."""
    aggregations = body.get("aggs", {})
    if sum(about.get("terms", {}).get("size", 0) for about in aggregations.values()) <= MOST_BUCKETS:
        return [body]
    (name, about), *others = aggregations.items()
    return [body | {"aggs": {name: about}}, *(body | {"size": 0, "from": 0, "aggs": {other: asked}} for other, asked in others)]


class ElasticsearchBuild:
    """See contract.Build."""

    def __init__(self, server: Server, names: Names, index: str):
        self.server = server
        self.names = names
        self.index = index

    def write(self, writes: Iterable[Write]) -> None:
        with self.server.asked(BUILD_SECONDS) as client:
            send(client, self.names, self.index, writes)

    def activate(self) -> None:
        with self.server.asked(BUILD_SECONDS) as client:
            indexes.make_live(client, self.names, self.index)
