"""Facet counts in Elasticsearch's shape. tantivy has no `filter` aggregation: each filter is a query of its own."""

from collections.abc import Mapping

import tantivy
from tantivy import Occur, Query

from search.engines.contract import UnsupportedQuery
from search.engines.embedded.compiler import Compiler, only_entry, refuse_unknown

EVERY_TERM = 1_000_000  # more terms than any field has, so that no count is an estimate
DEFAULT_SIZE = 10  # Elasticsearch's
COUNTED_TYPES = ("keyword", "long", "boolean")


class Aggregator:
    """Counts over the documents that one query matches."""

    def __init__(self, compiler: Compiler, searcher: tantivy.Searcher):
        self.compiler = compiler
        self.searcher = searcher

    def run(self, query: Query, aggregations: Mapping) -> dict[str, dict]:
        return {name: self._one(query, dict(body)) for name, body in aggregations.items()}

    def _one(self, query: Query, body: dict) -> dict:
        inner = body.pop("aggs", None) or body.pop("aggregations", {})
        name, options = only_entry(body, "aggregation")
        if name == "terms" and not inner:
            return self._terms(query, options)
        if name == "filter":
            return self._filter(query, options, inner)
        if name == "filters" and not inner:
            refuse_unknown("filters", options, {"filters"})
            return {"buckets": {key: self._filter(query, condition, {}) for key, condition in options["filters"].items()}}
        raise UnsupportedQuery(f"aggregation {name!r}" + (" with aggregations inside" if inner else ""))

    def _filter(self, query: Query, condition: Mapping, inner: Mapping) -> dict:
        narrowed = both(query, self.compiler.filter(condition))
        return {"doc_count": self.searcher.search(narrowed, limit=1, count=True).count, **self.run(narrowed, inner)}

    def _terms(self, query: Query, options: Mapping) -> dict:
        refuse_unknown("terms", options, {"field", "size"})
        field = options["field"]
        kind = self.compiler.layout.type_of(field)
        if kind not in COUNTED_TYPES:
            raise UnsupportedQuery(f"terms aggregation on the {kind} field {field!r}")
        asked = {"field": field, "size": EVERY_TERM, "segment_size": EVERY_TERM}
        found = self.searcher.aggregate(query, {"values": {"terms": asked}})["values"]["buckets"]
        ordered = sorted(found, key=lambda bucket: (-bucket["doc_count"], bucket["key"]))  # Elasticsearch's order; tantivy's ties have none
        size = options.get("size", DEFAULT_SIZE)
        return {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": sum(bucket["doc_count"] for bucket in ordered[size:]),
            "buckets": [bucket | {"key": int(bucket["key"])} if kind != "keyword" else bucket for bucket in ordered[:size]],
        }


def both(query: Query, condition: Query) -> Query:
    """The documents that match both, with the query's scores (the condition scores nothing)."""
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, condition)])
