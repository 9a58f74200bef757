"""Facets: each counts over everything the other facets leave, so a person sees what choosing another value would show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elasticsearch.dsl import A, Q, Search
from elasticsearch.dsl.query import Query

from search.engines.contract import Answer

MOST_VALUES = 500  # more than there are zones, occupations or skills
COUNTED = "values"


@dataclass(frozen=True)
class Facet:
    """`chosen` narrows the list (None: nothing chosen). Counted by the terms of a field, or by named conditions."""

    name: str
    chosen: Query | None
    field: str | None = None
    conditions: Mapping[str, Query] | None = None


@dataclass(frozen=True)
class FacetValue:
    """One value that can be chosen: what the address says, what the person reads, how many hits it would leave.

    `said`: the words of the search chose it already.
    """

    value: object
    label: str
    count: int
    chosen: bool
    said: bool = False


def with_facets(search: Search, facets: Sequence[Facet]) -> Search:
    """Narrow the hits by every chosen facet, and count each facet under all the others."""
    chosen = {facet.name: facet.chosen for facet in facets if facet.chosen is not None}
    if chosen:
        search = search.post_filter(Q("bool", filter=list(chosen.values())))
    for facet in facets:
        others = [condition for name, condition in chosen.items() if name != facet.name]
        counted = A("terms", field=facet.field, size=MOST_VALUES) if facet.field else A("filters", filters=dict(facet.conditions))
        search.aggs.bucket(facet.name, "filter", filter=Q("bool", filter=others) if others else Q("match_all")).bucket(COUNTED, counted)
    return search


def counts(answer: Answer, facets: Sequence[Facet]) -> dict[str, dict[object, int]]:
    """Facet name → value → hits. Values that no hit has are absent."""
    found: dict[str, dict[object, int]] = {}
    for facet in facets:
        buckets = answer.aggregations[facet.name][COUNTED]["buckets"]
        if facet.field:
            found[facet.name] = {bucket["key"]: bucket["doc_count"] for bucket in buckets}
        else:
            found[facet.name] = {key: bucket["doc_count"] for key, bucket in buckets.items()}
    return found
