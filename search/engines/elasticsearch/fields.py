"""Which fields a search names. Elasticsearch finds nothing in a field that it doesn't know; we want to hear of it."""

from collections.abc import Iterator, Mapping

from search.engines.contract import UnknownField

NO_FIELDS = ("_score", "_doc", "_shard_doc")


def refuse_unknown_fields(kind: str, fields: Mapping[str, object], body: Mapping) -> None:
    """UnknownField for the first field of a search that `fields` lacks."""
    named = {*of_query(body.get("query", {})), *of_query(body.get("post_filter", {})), *of_sort(body.get("sort", [])), *of_aggregations(body)}
    if unknown := sorted(named - set(fields)):
        raise UnknownField(f"{kind} has no field {unknown[0]!r}")


def of_query(query: Mapping) -> Iterator[str]:
    for name, body in query.items():
        if name == "bool":
            for clause in ("must", "filter", "should", "must_not"):
                inside = body.get(clause, [])
                for part in inside if isinstance(inside, list | tuple) else [inside]:
                    yield from of_query(part)
        elif name == "constant_score":
            yield from of_query(body["filter"])
        elif name == "exists":
            yield body["field"]
        elif name == "multi_match":
            yield from (field.partition("^")[0] for field in body["fields"])
        elif name != "match_all":
            yield from (field for field in body if field != "boost")


def of_aggregations(body: Mapping) -> Iterator[str]:
    for aggregation in (body.get("aggs") or body.get("aggregations", {})).values():
        yield from of_aggregations(aggregation)
        if "filter" in aggregation:
            yield from of_query(aggregation["filter"])
        for condition in aggregation.get("filters", {}).get("filters", {}).values():
            yield from of_query(condition)
        if "field" in aggregation.get("terms", {}):
            yield aggregation["terms"]["field"]


def of_sort(sort: list) -> Iterator[str]:
    for entry in sort:
        field = entry.removeprefix("-") if isinstance(entry, str) else next(iter(entry))
        if field not in NO_FIELDS:
            yield field
