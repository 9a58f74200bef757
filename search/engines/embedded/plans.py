"""What a compiled query does with one segment: whole columns at a time, no document by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from search.engines.embedded.columns import Column, Mask, WordsColumn
from search.engines.embedded.snapshot import Part, Snapshot

Found = Mask | None  # None: every document
LARGEST_BYTE = 255
SCALE = 2.2  # Elasticsearch multiplies BM25 by K1 + 1


@dataclass(frozen=True)
class View:
    """One segment as one search sees it. What two clauses ask alike (a rule and a facet, say) is worked out once."""

    part: Part
    snapshot: Snapshot
    known: dict[tuple, Mask] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.part.segment)

    def column(self, name: str) -> Column:
        return self.part.segment.columns[name]

    def within(self, name: str, bounds: tuple) -> Mask:
        return self._once((name, bounds), lambda column: column.within(*column.interval(*bounds)))

    def among(self, name: str, values: tuple) -> Mask:
        """The documents that have one of the values."""

        def find(column: Column) -> Mask:
            intervals = [column.interval(value, value) for value in values]
            return column.among([first for first, last in intervals if last > first])

        return self._once((name, "among", values), find)

    def present(self, name: str) -> Mask:
        return self._once((name, "present"), lambda column: column.present())

    def having(self, name: str, word: str) -> Mask:
        return self._once((name, "word", word), lambda column: column.within(*column.interval(word, word)))

    def weighed(self, name: str, word: str, boost: float) -> np.ndarray:
        """BM25 as Elasticsearch counts it, 0 for documents without the word.

        Nearly every document has a word once: those are weighed all together, and the few others corrected.
        """
        column: WordsColumn = self.column(name)
        weight = np.float32(SCALE * boost * self.snapshot.rarity(name, word))
        scores = self.having(name, word) * self.snapshot.worth_once(name, self.part)
        rows, frequencies = column.repeating(word)
        scores[rows] = frequencies / (frequencies + self.snapshot.damping(name)[column.lengths[rows]])
        return np.multiply(scores, weight, out=scores)

    def _once(self, key: tuple, find: Callable[[Column], Mask]) -> Mask:
        if key not in self.known:
            self.known[key] = find(self.column(key[0]))
        return self.known[key]


@dataclass(frozen=True)
class Matched:
    """The documents found, and their scores: one for all of them, or an array.

    Such an array says nothing about documents that weren't found, except that it is 0 for them where `zeroed`.
    """

    mask: Found
    scores: np.ndarray | float
    zeroed: bool = False

    def added(self) -> np.ndarray | float:
        """What this adds to a sum: nothing where it doesn't match."""
        if self.mask is None or self.zeroed:
            return self.scores
        return np.multiply(self.mask, self.scores, dtype=np.float32)


class Plan(Protocol):
    def mask(self, view: View) -> Found:
        """The documents it matches."""

    def matched(self, view: View) -> Matched:
        """With their scores."""


@dataclass(frozen=True)
class Constant:
    """One score for whatever meets a condition."""

    condition: Callable[[View], Found]
    boost: float = 1.0

    def mask(self, view: View) -> Found:
        return self.condition(view)

    def matched(self, view: View) -> Matched:
        return Matched(self.condition(view), self.boost)


@dataclass(frozen=True)
class Word:
    """One word of a text."""

    field: str
    word: str
    boost: float

    def mask(self, view: View) -> Found:
        return view.having(self.field, self.word)

    def matched(self, view: View) -> Matched:
        return Matched(self.mask(view), view.weighed(self.field, self.word, self.boost), zeroed=True)


@dataclass(frozen=True)
class Best:
    """What any of them matches, with the highest of their scores."""

    plans: Sequence[Plan]

    def mask(self, view: View) -> Found:
        return any_of(view, [plan.mask(view) for plan in self.plans])

    def matched(self, view: View) -> Matched:
        found = [plan.matched(view) for plan in self.plans]
        scores = found[0].added()
        for other in found[1:]:
            scores = np.maximum(scores, other.added())
        return Matched(any_of(view, [one.mask for one in found]), scores, zeroed=True)


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
        return Matched(mask, total([*(Matched(None, found.scores) for found in must), *should]))

    def _narrowed(self, view: View, must: Sequence[Found], should: Sequence[Found]) -> Found:
        kept = all_of([*must, *(plan.mask(view) for plan in self.conditions)])
        if self.needed == 1:
            kept = all_of([kept, any_of(view, should)])
        elif self.needed:
            counted = sum(
                (np.ones(view.size, dtype=np.int8) if mask is None else mask.astype(np.int8) for mask in should), np.zeros(view.size, dtype=np.int8)
            )
            kept = all_of([kept, counted >= self.needed])
        for plan in self.must_not:
            mask = plan.mask(view)
            kept = all_of([kept, np.zeros(view.size, dtype=bool) if mask is None else ~mask])
        return kept


def total(parts: Sequence[Matched]) -> np.ndarray | float:
    """The sum of what each adds. Weights of rules are small whole numbers: those are added in bytes, many at a time."""
    sum_of_all: np.ndarray | float = float(sum(part.scores for part in parts if part.mask is None and np.isscalar(part.scores)))
    constants = [part for part in parts if part.mask is not None and np.isscalar(part.scores)]
    if constants and all(part.scores == int(part.scores) >= 0 for part in constants) and sum(part.scores for part in constants) <= LARGEST_BYTE:
        in_bytes = np.zeros(len(constants[0].mask), dtype=np.uint8)
        for part in constants:
            in_bytes += part.mask.view(np.uint8) * np.uint8(part.scores)
        sum_of_all, constants = in_bytes + np.float32(sum_of_all), []
    for part in [*constants, *(part for part in parts if not np.isscalar(part.scores))]:
        sum_of_all = sum_of_all + part.added()
    return sum_of_all


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
