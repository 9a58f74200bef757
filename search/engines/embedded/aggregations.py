"""Facet counts in Elasticsearch's shape: terms of a field, and named conditions, each under a filter of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from search.engines.contract import UnsupportedQuery
from search.engines.embedded.compiler import Compiler, only_entry, refuse_unknown
from search.engines.embedded.plans import Found, View, all_of

DEFAULT_SIZE = 10  # Elasticsearch's
COUNTED_TYPES = ("keyword", "long", "boolean")
Hits = Sequence[tuple[View, Found]]  # the documents counted over, segment by segment


class Aggregator:
    """Counts over the documents that one query matches."""

    def __init__(self, compiler: Compiler):
        self.compiler = compiler

    def run(self, hits: Hits, aggregations: Mapping) -> dict[str, dict]:
        return {name: self._one(hits, dict(body)) for name, body in aggregations.items()}

    def _one(self, hits: Hits, body: dict) -> dict:
        inner = body.pop("aggs", None) or body.pop("aggregations", {})
        name, options = only_entry(body, "aggregation")
        if name == "terms" and not inner:
            return self._terms(hits, options)
        if name == "filter":
            return self._filter(hits, options, inner)
        if name == "filters" and not inner:
            refuse_unknown("filters", options, {"filters"})
            return {"buckets": {key: self._filter(hits, condition, {}) for key, condition in options["filters"].items()}}
        raise UnsupportedQuery(f"aggregation {name!r}" + (" with aggregations inside" if inner else ""))

    def _filter(self, hits: Hits, condition: Mapping, inner: Mapping) -> dict:
        plan = self.compiler.filter(condition)
        narrowed = [(view, all_of([mask, plan.mask(view)])) for view, mask in hits]
        return {"doc_count": sum(count(view, mask) for view, mask in narrowed), **self.run(narrowed, inner)}

    def _terms(self, hits: Hits, options: Mapping) -> dict:
        refuse_unknown("terms", options, {"field", "size"})
        field = options["field"]
        kind = self.compiler.layout.type_of(field)
        if kind not in COUNTED_TYPES:
            raise UnsupportedQuery(f"terms aggregation on the {kind} field {field!r}")
        counted: Counter = Counter()
        for view, mask in hits:
            column = view.column(field)
            tally = column.tally(np.ones(view.size, dtype=bool) if mask is None else mask)
            for place in np.flatnonzero(tally).tolist():
                counted[column.distinct[place]] += int(tally[place])
        ordered = sorted(counted.items(), key=lambda bucket: (-bucket[1], bucket[0]))  # Elasticsearch's order
        size = options.get("size", DEFAULT_SIZE)
        return {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": sum(documents for _value, documents in ordered[size:]),
            "buckets": [{"key": value if kind == "keyword" else int(value), "doc_count": documents} for value, documents in ordered[:size]],
        }


def count(view: View, mask: Found) -> int:
    return view.size if mask is None else int(np.count_nonzero(mask))
