"""The hits of one page in a total order. tantivy leaves ties in no order, so enough of them are fetched to sort them here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import tantivy

from search.engines.contract import DEEPEST, Hit, UnsupportedQuery
from search.engines.embedded.compiler import only_entry, refuse_unknown
from search.engines.embedded.schema import PK, Layout

SCORE = "_score"
TIES_FETCHED = 1000  # beyond the page at first, which costs little; four times as many whenever a tie goes on past them
SORTED_TYPES = ("long", "boolean", "date")


@dataclass(frozen=True)
class Key:
    field: str
    ascending: bool


def keys_of(sort: Sequence, layout: Layout) -> list[Key]:
    """The sort keys, checked. The last must be the primary key: without it an order is not one order."""
    keys = [read_key(entry) for entry in sort]
    if not keys or keys[-1].field != PK:
        raise UnsupportedQuery(f"a sort that doesn't end with {PK!r}")
    for place, key in enumerate(keys):
        if key.field == SCORE and (place or key.ascending):
            raise UnsupportedQuery("_score other than first and descending")
        if key.field != SCORE and layout.type_of(key.field) not in SORTED_TYPES[: 3 if place == 0 else 2]:
            raise UnsupportedQuery(f"sort by the {layout.type_of(key.field)} field {key.field!r} in place {place + 1}")
    return keys


def read_key(entry: str | Mapping) -> Key:
    if isinstance(entry, str):
        return Key(entry.removeprefix("-"), ascending=not entry.startswith("-") and entry != SCORE)
    field, options = only_entry(entry, "sort")
    if isinstance(options, str):
        options = {"order": options}
    refuse_unknown("sort", options, {"order"})
    order = options.get("order", "desc" if field == SCORE else "asc")
    if order not in ("asc", "desc"):
        raise UnsupportedQuery(f"sort order {order!r}")
    return Key(field, ascending=order == "asc")


def page(searcher: tantivy.Searcher, query: tantivy.Query, keys: Sequence[Key], start: int, size: int) -> tuple[int, list[Hit]]:
    """How many documents match in all, and hits `start` to `start + size` in the order of the keys."""
    if start < 0 or size < 0 or start + size > DEEPEST:
        raise UnsupportedQuery(f"from {start} with size {size}: at most {DEEPEST} hits deep")
    fetch = fetcher(searcher, query, keys[0])
    wanted = start + size
    limit = wanted + TIES_FETCHED
    result = fetch(limit)
    total = result.count
    while size and limit < total and result.hits[limit - 1][0] == result.hits[wanted - 1][0]:
        limit = min(limit * 4, total)
        result = fetch(limit)
    if not size:
        return total, []
    ordered = sorted_within_ties(searcher, result.hits, keys[1:])[start:wanted]
    pks = searcher.fast_field_values(PK, [address for _key, address in ordered])
    by_score = keys[0].field == SCORE
    return total, [Hit(document, key if by_score else None) for (key, _address), document in zip(ordered, pks, strict=True)]


def fetcher(searcher: tantivy.Searcher, query: tantivy.Query, first: Key) -> Callable[[int], tantivy.SearchResult]:
    if first.field == SCORE:
        return lambda limit: searcher.search(query, limit, count=True)
    order = tantivy.Order.Asc if first.ascending else tantivy.Order.Desc
    return lambda limit: searcher.search(query, limit, count=True, order_by_field=first.field, order=order)


def sorted_within_ties(searcher: tantivy.Searcher, hits: list[tuple], keys: Sequence[Key]) -> list[tuple]:
    """Hits come ordered by the first key; those equal in it are ordered by the others, missing values last."""
    if not keys:
        return hits
    columns = [searcher.fast_field_values(key.field, [address for _first, address in hits]) for key in keys]
    ordered = []
    for _first, tied in groupby(range(len(hits)), key=lambda place: hits[place][0]):
        places = list(tied)
        for key, column in reversed(list(zip(keys, columns, strict=True))):
            places.sort(key=rank(column, ascending=key.ascending))
        ordered += [hits[place] for place in places]
    return ordered


def rank(column: list, *, ascending: bool) -> Callable[[int], tuple]:
    sign = 1 if ascending else -1
    return lambda place: (column[place] is None, 0 if column[place] is None else sign * column[place])
