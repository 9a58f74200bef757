"""Both engines as one: every search is asked of each, and must be answered the same."""

import json
from collections.abc import Sequence

from elasticsearch.dsl import Search

from search.engines.contract import Answer, Engine


class Engines:
    """The engines that this machine can run, over the same documents."""

    def __init__(self, engines: Sequence[Engine]):
        self.engines = engines

    def search(self, kind: str, search: Search) -> Answer:
        """The first engine's answer, once the others gave the same: total, hits in order, scores to the last digit, counts."""
        first, *others = [engine.search(kind, search) for engine in self.engines]
        for answer in others:
            assert (answer.total, counts(answer.aggregations)) == (first.total, counts(first.aggregations))
            if "multi_match" not in json.dumps(search.to_dict(), default=str):
                assert list(answer.hits) == list(first.hits)
        return first

    def generation(self, kind: str) -> str:
        return self.engines[0].generation(kind)


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
