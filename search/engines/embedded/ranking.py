"""The hits of one page in a total order: the first key, and equal ones by primary key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search.engines.contract import DEEPEST, Hit, UnsupportedQuery
from search.engines.embedded.columns import SingleColumn
from search.engines.embedded.compiler import only_entry, refuse_unknown
from search.engines.embedded.plans import Found, Matched, View
from search.engines.embedded.schema import PK, Layout

SCORE = "_score"
SORTED_TYPES = ("long", "boolean", "date")
GROUP = 32  # rows
LAST = np.iinfo(np.int64).min + 1  # documents without a value come last in either direction


@dataclass(frozen=True)
class Key:
    field: str
    ascending: bool


@dataclass(frozen=True)
class Order:
    """By the first key, if there is one besides the primary key, then by primary key."""

    first: Key | None
    pks_ascending: bool

    @property
    def by_score(self) -> bool:
        return self.first is not None and self.first.field == SCORE


@dataclass(frozen=True)
class Page:
    """Hits `start` to `start + size`."""

    order: Order
    start: int
    size: int

    @property
    def wanted(self) -> int:
        return self.start + self.size


def order_of(sort: Sequence, layout: Layout) -> Order:
    """The order, checked. The last key must be the primary key: without it an order is not one order."""
    keys = [read_key(entry) for entry in sort]
    if not keys or keys[-1].field != PK:
        raise UnsupportedQuery(f"a sort that doesn't end with {PK!r}")
    if len(keys) > 2:
        raise UnsupportedQuery(f"a sort by {len(keys)} keys")
    first = keys[0] if len(keys) == 2 else None
    if first and first.field == SCORE and first.ascending:
        raise UnsupportedQuery("_score ascending")
    if first and first.field != SCORE and layout.type_of(first.field) not in SORTED_TYPES:
        raise UnsupportedQuery(f"sort by the {layout.type_of(first.field)} field {first.field!r}")
    return Order(first, keys[-1].ascending)


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


def page_of(sort: Sequence, layout: Layout, *, start: int, size: int) -> Page:
    if start < 0 or size < 0 or start + size > DEEPEST:
        raise UnsupportedQuery(f"from {start} with size {size}: at most {DEEPEST} hits deep")
    return Page(order_of(sort, layout), start, size)


def hits_of(page: Page, found: Sequence[tuple[View, Matched, Found]]) -> list[Hit]:
    """The page's hits. Each segment comes with its matches, and the mask of those that are hits."""
    if not page.size:
        return []
    ranks, pks = [], []
    for view, matched, mask in found:
        rows = first_rows(page, view, matched, mask)
        ranks.append(rank(page.order, view, matched, rows))
        pks.append(view.part.segment.pks[rows])
    if not pks:
        return []
    rank_of, pk_of = np.concatenate(ranks), np.concatenate(pks)
    best = np.lexsort((pk_of if page.order.pks_ascending else -pk_of, -rank_of))[page.start : page.wanted]
    scores = rank_of[best].tolist() if page.order.by_score else [None] * len(best)
    return [Hit(pk, score) for pk, score in zip(pk_of[best].tolist(), scores, strict=True)]


def first_rows(page: Page, view: View, matched: Matched, mask: Found) -> np.ndarray:
    """The rows of one segment that can stand on the page or before it. Rows are ordered by primary key, so ties are cut by place."""
    rows = np.arange(view.size) if mask is None else np.flatnonzero(mask)
    if len(rows) <= page.wanted:
        return rows
    ranks = rank(page.order, view, matched, rows)
    bound = reached_by(ranks, page.wanted)
    rows, ranks = rows[ranks >= bound], ranks[ranks >= bound]
    limit = np.partition(ranks, len(ranks) - page.wanted)[len(ranks) - page.wanted]
    better, tied = rows[ranks > limit], rows[ranks == limit]
    free = page.wanted - len(better)
    return np.concatenate([better, tied[:free] if page.order.pks_ascending else tied[len(tied) - free :]])


def reached_by(ranks: np.ndarray, wanted: int) -> float:
    """A rank that at least so many reach: that of the last of the best groups. Finding the exact one takes five times as long."""
    groups = len(ranks) // GROUP
    if groups <= wanted:
        return ranks.min()
    highest = ranks[: groups * GROUP].reshape(groups, GROUP).max(axis=1)
    return np.partition(highest, groups - wanted)[groups - wanted]


def rank(order: Order, view: View, matched: Matched, rows: np.ndarray) -> np.ndarray:
    """A number for each row, the higher the earlier."""
    if order.first is None:
        return np.zeros(len(rows), dtype=np.float32)
    if order.by_score:
        return np.full(len(rows), matched.scores, dtype=np.float32) if np.isscalar(matched.scores) else matched.scores[rows]
    column = view.column(order.first.field)
    if not isinstance(column, SingleColumn):
        raise UnsupportedQuery(f"sort by {order.first.field!r}, of which a document has several")
    values = np.append(-column.distinct if order.first.ascending else column.distinct, LAST)
    return values[column.codes[rows]]
