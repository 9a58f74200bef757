"""What a compiled query does with one segment: whole columns at a time, no document by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from search.engines.embedded.columns import Column, Mask
from search.engines.embedded.segments import Part

Found = Mask | None  # None: every document


@dataclass(frozen=True)
class View:
    """One segment as one search sees it. What two clauses ask alike (a rule and a facet, say) is worked out once."""

    part: Part
    known: dict[tuple, Mask] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.part.segment)

    def column(self, name: str) -> Column:
        return self.part.segment.columns[name]

    def within(self, name: str, bounds: tuple) -> Mask:
        """The documents with a value between bounds, given as Column.interval takes them."""
        return self._once((name, bounds), lambda column: column.within(*column.interval(*bounds)))

    def among(self, name: str, values: tuple) -> Mask:
        """The documents that have one of the values."""

        def find(column: Column) -> Mask:
            intervals = [column.interval(value, value) for value in values]
            return column.among([first for first, last in intervals if last > first])

        return self._once((name, "among", values), find)

    def present(self, name: str) -> Mask:
        return self._once((name, "present"), lambda column: column.present())

    def _once(self, key: tuple, find: Callable[[Column], Mask]) -> Mask:
        if key not in self.known:
            self.known[key] = find(self.column(key[0]))
        return self.known[key]


@dataclass(frozen=True)
class Matched:
    """The documents found, and their scores: one for all of them, or an array that says nothing about documents not found.

    Scores are whole numbers, none above `most`: they are kept and added in as few bytes as hold it, many at a time.
    """

    mask: Found
    scores: np.ndarray | int
    most: int

    def added(self, kind: np.dtype) -> np.ndarray | int:
        """What this adds to a sum: nothing where it doesn't match."""
        scores = self.scores if isinstance(self.scores, np.ndarray) else kind.type(self.scores)
        return scores if self.mask is None else self.mask.view(np.uint8) * scores


class Plan(Protocol):
    def mask(self, view: View) -> Found:
        """The documents it matches."""

    def matched(self, view: View) -> Matched:
        """With their scores."""


@dataclass(frozen=True)
class Constant:
    """One score for whatever meets a condition."""

    condition: Callable[[View], Found]
    boost: int = 1

    def mask(self, view: View) -> Found:
        return self.condition(view)

    def matched(self, view: View) -> Matched:
        return Matched(self.condition(view), self.boost, self.boost)


@dataclass(frozen=True)
class Boolean:
    """Elasticsearch's `bool`. `needed` of the `should` clauses have to match; conditions score nothing."""

    must: Sequence[Plan] = ()
    conditions: Sequence[Plan] = ()
    should: Sequence[Plan] = ()
    must_not: Sequence[Plan] = ()
    needed: int = 0

    def mask(self, view: View) -> Found:
        optional = [plan.mask(view) for plan in self.should] if self.needed else []
        return self._narrowed(view, [plan.mask(view) for plan in self.must], optional)

    def matched(self, view: View) -> Matched:
        must, should = [plan.matched(view) for plan in self.must], [plan.matched(view) for plan in self.should]
        mask = self._narrowed(view, [found.mask for found in must], [found.mask for found in should])
        parts = [*(Matched(None, found.scores, found.most) for found in must), *should]
        most = sum(part.most for part in parts)
        scores = np.zeros(view.size, dtype=np.min_scalar_type(most))
        for part in parts:
            scores += part.added(scores.dtype)
        return Matched(mask, scores, most)

    def _narrowed(self, view: View, must: Sequence[Found], should: Sequence[Found]) -> Found:
        kept = all_of([*must, *(plan.mask(view) for plan in self.conditions)])
        if self.needed == 1:
            kept = all_of([kept, any_of(view, should)])
        elif self.needed:
            counted = np.zeros(view.size, dtype=np.min_scalar_type(len(should)))
            for mask in should:
                counted += np.uint8(1) if mask is None else mask.view(np.uint8)
            kept = all_of([kept, counted >= self.needed])
        for plan in self.must_not:
            mask = plan.mask(view)
            kept = all_of([kept, np.zeros(view.size, dtype=bool) if mask is None else ~mask])
        return kept


def all_of(masks: Sequence[Found]) -> Found:
    kept = None
    for mask in masks:
        if mask is not None:
            kept = mask if kept is None else kept & mask
    return kept


def any_of(view: View, masks: Sequence[Found]) -> Found:
    """No masks: no document."""
    found = np.zeros(view.size, dtype=bool)
    for mask in masks:
        if mask is None:
            return None
        found = found | mask
    return found
