"""Elasticsearch's query language in plain Python over a list of sources: slow, obvious, and no part of the engines.

Scores are as documented: constants, boosts, sums.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from search.documents import DOCUMENTS, mapping

TEXTS = frozenset(field for kind in DOCUMENTS for field, options in mapping(kind)["properties"].items() if options["type"] == "text")


@dataclass(frozen=True)
class Expected:
    total: int
    hits: list[tuple[int, float]]  # document, score: the page asked for
    aggregations: dict


def answer(body: Mapping, sources: Iterable[Mapping]) -> Expected:
    scored = [(source, scores) for source in sources if (scores := evaluate(body.get("query", {"match_all": {}}), source)) is not None]
    kept = [(source, scores) for source, scores in scored if "post_filter" not in body or evaluate(body["post_filter"], source) is not None]
    for entry in reversed(body["sort"]):
        field, options = ("_score", "desc") if entry == "_score" else next(iter(entry.items()))
        kept.sort(key=lambda pair: order_of(pair, field, options))
    start, size = body.get("from", 0), body.get("size", 10)
    hits = [(source["pk"], scores) for source, scores in kept[start : start + size]]
    return Expected(len(kept), hits, aggregate(body.get("aggs", {}), [source for source, _scores in scored]))


def order_of(pair, field: str, direction) -> tuple:
    source, scores = pair
    direction = direction["order"] if isinstance(direction, Mapping) else direction
    value = scores if field == "_score" else source[field]
    if value is None:
        return (1, 0)
    if isinstance(value, dt.date):
        value = moment(value).timestamp()
    return (0, -value if direction == "desc" else value)


def aggregate(aggregations: Mapping, sources: list[Mapping]) -> dict:
    counted = {}
    for name, body in aggregations.items():
        if "filter" in body:
            inside = [source for source in sources if evaluate(body["filter"], source) is not None]
            counted[name] = {"doc_count": len(inside), **aggregate(body.get("aggs", {}), inside)}
        elif "filters" in body:
            conditions = body["filters"]["filters"]
            counted[name] = {key: sum(evaluate(condition, source) is not None for source in sources) for key, condition in conditions.items()}
        else:
            counted[name] = {}
            for source in sources:
                for value in set(values_of(source, body["terms"]["field"])):
                    counted[name][value] = counted[name].get(value, 0) + 1
    return counted


def evaluate(query: Mapping, source: Mapping) -> float | None:
    """The score, None for no match."""
    ((name, body),) = query.items()
    return CLAUSES[name](body, source)


def values_of(source: Mapping, field: str) -> list:
    value = source.get(field)
    if field in TEXTS:
        return value.split()
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def moment(value) -> dt.datetime:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if isinstance(value, dt.datetime):
        return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)


def same_kind(value):
    return moment(value) if isinstance(value, dt.date) else value


def _match_all(body, source):
    return float(body.get("boost", 1))


def _bool(body, source):
    if not any(body.get(part) for part in ("must", "filter", "should", "must_not")):
        return 1.0  # as match_all, whatever minimum_should_match says
    total = 0.0
    for query in as_list(body.get("must", [])):
        if (found := evaluate(query, source)) is None:
            return None
        total += found
    if any(evaluate(query, source) is None for query in as_list(body.get("filter", []))):
        return None
    if any(evaluate(query, source) is not None for query in as_list(body.get("must_not", []))):
        return None
    should = as_list(body.get("should", []))
    found = [score for query in should if (score := evaluate(query, source)) is not None]
    least = 1 if should and not body.get("must") and not body.get("filter") else 0  # even if minimum_should_match is 0
    if len(found) < max(least, body.get("minimum_should_match", 0)):
        return None
    return total + sum(found)


def _constant_score(body, source):
    return None if evaluate(body["filter"], source) is None else float(body.get("boost", 1))


def _term(body, source):
    ((field, options),) = body.items()
    value, boost = (options["value"], options.get("boost", 1)) if isinstance(options, Mapping) else (options, 1)
    return float(boost) if value in values_of(source, field) else None


def _terms(body, source):
    ((field, values),) = ((key, value) for key, value in body.items() if key != "boost")
    return float(body.get("boost", 1)) if set(values) & set(values_of(source, field)) else None


def _range(body, source):
    ((field, bounds),) = body.items()
    checks = {"gte": lambda a, b: a >= b, "gt": lambda a, b: a > b, "lte": lambda a, b: a <= b, "lt": lambda a, b: a < b}
    for value in map(same_kind, values_of(source, field)):
        if all(check(value, same_kind(bounds[name])) for name, check in checks.items() if bounds.get(name) is not None):
            return float(bounds.get("boost", 1))
    return None


def _exists(body, source):
    return 1.0 if values_of(source, body["field"]) else None


def as_list(clauses) -> list:
    return list(clauses) if isinstance(clauses, list | tuple) else [clauses]


CLAUSES = {
    "match_all": _match_all,
    "bool": _bool,
    "constant_score": _constant_score,
    "term": _term,
    "terms": _terms,
    "range": _range,
    "exists": _exists,
}
