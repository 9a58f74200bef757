"""The hits of one page in a total order: by any keys, and equal ones by primary key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search.engines.contract import DEEPEST, Hit, UnsupportedQuery
from search.engines.embedded.columns import SingleColumn
from search.engines.embedded.compiler import only_entry, refuse_unknown
from search.engines.embedded.plans import Found, Matched, View, all_of
from search.engines.embedded.schema import PK, Layout, is_long

SCORE = "_score"
SORTED_TYPES = ("long", "boolean", "date")
GROUP = 32  # rows
LOWEST, HIGHEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max  # what Elasticsearch says for no value, descending and ascending
LAST = LOWEST + 1  # documents without a value come last in either direction


@dataclass(frozen=True)
class Key:
    field: str
    ascending: bool

    def rank_of(self, value: int) -> int:
        """See `rank`: a hit's place in the list back to what rows are ordered by."""
        return max(-value if self.ascending else value, LAST)

    def value_of(self, rank: int) -> int:
        if rank == LAST:
            return HIGHEST if self.ascending else LOWEST
        return -rank if self.ascending else rank


@dataclass(frozen=True)
class Page:
    """Hits `start` to `start + size`, ordered by the keys, then by primary key; of those `after` a place, where one is given."""

    keys: Sequence[Key]
    pks_ascending: bool
    start: int
    size: int
    after: Sequence[int] | None = None

    @property
    def wanted(self) -> int:
        return self.start + self.size

    @property
    def by_score(self) -> bool:
        return bool(self.keys) and self.keys[0].field == SCORE


def page_of(sort: Sequence, layout: Layout, *, start: int, size: int, after: Sequence | None = None) -> Page:
    """UnsupportedQuery unless the primary key is the last to sort by: without it an order is not one order."""
    if start < 0 or size < 0 or start + size > DEEPEST:
        raise UnsupportedQuery(f"from {start} with size {size}: at most {DEEPEST} hits deep")
    *keys, last = [read_key(entry) for entry in sort] or [None]
    if last is None or last.field != PK:
        raise UnsupportedQuery(f"a sort that doesn't end with {PK!r}")
    for place, key in enumerate(keys):
        if key.field == SCORE and (place or key.ascending):
            raise UnsupportedQuery("_score other than first and descending")
        if key.field != SCORE and layout.type_of(key.field) not in SORTED_TYPES:
            raise UnsupportedQuery(f"sort by the {layout.type_of(key.field)} field {key.field!r}")
    if after is not None and (start or len(after) != len(sort) or not all(is_long(value) or value == LOWEST for value in after)):
        raise UnsupportedQuery(f"search_after {after!r}: a whole number for each part of the sort, and no from")
    return Page(keys, last.ascending, start, size, after)


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


def hits_of(page: Page, found: Sequence[tuple[View, Matched, Found]]) -> list[Hit]:
    """The page's hits. Each segment comes with its matches, and the mask of those that are hits."""
    best = []
    for view, matched, mask in found if page.size else ():
        mask = all_of([mask, behind(page, view, matched)])
        rows = first_rows(page, page.keys, view, matched, np.arange(view.size) if mask is None else np.flatnonzero(mask), page.wanted)
        best.append((view.part.segment.pks[rows], *(rank(key, view, matched, rows) for key in page.keys)))
    if not best:
        return []
    pks, *ranks = map(np.concatenate, zip(*best, strict=True))
    order = np.lexsort((pks if page.pks_ascending else -pks, *(-each.astype(np.int64) for each in reversed(ranks))))[page.start : page.wanted]
    scores = ranks[0][order].astype(float).tolist() if page.by_score else [None] * len(order)
    values = [list(map(key.value_of, each[order].tolist())) for key, each in zip(page.keys, ranks, strict=True)]
    places = zip(*values, pks[order].tolist(), strict=True)
    return [Hit(place[-1], score, place) for place, score in zip(places, scores, strict=True)]


def behind(page: Page, view: View, matched: Matched) -> Found:
    """The rows that come after the place where the page begins."""
    if page.after is None:
        return None
    *values, pk = page.after
    later, level = np.zeros(view.size, dtype=bool), np.ones(view.size, dtype=bool)
    for key, value in zip(page.keys, values, strict=True):
        ranks = rank(key, view, matched, np.arange(view.size))
        later |= level & (ranks < key.rank_of(value))
        level &= ranks == key.rank_of(value)
    pks = view.part.segment.pks
    return later | (level & (pks > pk if page.pks_ascending else pks < pk))


def first_rows(page: Page, keys: Sequence[Key], view: View, matched: Matched, rows: np.ndarray, wanted: int) -> np.ndarray:
    """So many of these rows as come first, in no order. They are ordered by primary key, so whole ties are cut by place."""
    if len(rows) <= wanted:
        return rows
    if not keys:
        return rows[:wanted] if page.pks_ascending else rows[len(rows) - wanted :]
    ranks = rank(keys[0], view, matched, rows)
    high = ranks >= reached_by(ranks, wanted)
    rows, ranks = rows[high], ranks[high]
    limit = np.partition(ranks, len(ranks) - wanted)[len(ranks) - wanted]
    better, tied = rows[ranks > limit], rows[ranks == limit]
    return np.concatenate([better, first_rows(page, keys[1:], view, matched, tied, wanted - len(better))])


def reached_by(ranks: np.ndarray, wanted: int) -> np.integer:
    """A rank that at least so many reach: that of the last of the best groups. Finding the exact one takes five times as long."""
    groups = len(ranks) // GROUP
    if groups <= wanted:
        return ranks.min()
    highest = ranks[: groups * GROUP].reshape(groups, GROUP).max(axis=1)
    return np.partition(highest, groups - wanted)[groups - wanted]


def rank(key: Key, view: View, matched: Matched, rows: np.ndarray) -> np.ndarray:
    """A number for each row, the higher the earlier."""
    if key.field == SCORE:
        return matched.scores[rows] if isinstance(matched.scores, np.ndarray) else np.full(len(rows), matched.scores)
    column = view.column(key.field)
    if not isinstance(column, SingleColumn):
        raise UnsupportedQuery(f"sort by {key.field!r}, of which a document has several")
    values = np.append(-column.distinct if key.ascending else column.distinct, LAST)
    return values[column.codes[rows]]
