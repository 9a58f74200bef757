"""Both engines as one: every search is asked of each, and must be answered the same."""

from collections.abc import Sequence

import pytest
from elasticsearch.dsl import Search

from search.engines.contract import Answer, Engine
from search.engines.elasticsearch.engine import ElasticsearchEngine
from tests.harness.names import process_name


class Engines:
    """The engines that this machine can run, over the same documents."""

    def __init__(self, engines: Sequence[Engine]):
        self.engines = engines

    def search(self, kind: str, search: Search) -> Answer:
        """The first engine's answer, once the others gave the same: total, hits in order, scores to the last digit, counts."""
        first, *others = [engine.search(kind, search) for engine in self.engines]
        for answer in others:
            same = (answer.total, counts(answer.aggregations), list(answer.hits)) == (first.total, counts(first.aggregations), list(first.hits))
            assert same, f"{search.to_dict()}\nfirst: {first}\nother: {answer}"
        return first

    def generation(self, kind: str) -> str:
        return self.engines[0].generation(kind)


def elasticsearch_if_any(request, name: str) -> ElasticsearchEngine | None:
    """An engine with indexes of its own; None on a machine that can't run the server, where nothing demands it."""
    try:
        return ElasticsearchEngine(request.getfixturevalue("elasticsearch_url"), f"test-{process_name()}-{name}")
    except pytest.skip.Exception:
        return None


def counts(aggregations) -> dict:
    """Facets in a short shape: values in their order with how many documents have them."""
    found = {}
    for name, body in aggregations.items():
        if "buckets" not in body:
            found[name] = {"doc_count": body["doc_count"], **counts({key: value for key, value in body.items() if key != "doc_count"})}
        elif isinstance(body["buckets"], dict):
            found[name] = {key: bucket["doc_count"] for key, bucket in body["buckets"].items()}
        else:
            found[name] = {bucket["key"]: bucket["doc_count"] for bucket in body["buckets"]}
    return found
