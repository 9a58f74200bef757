"""One field of many documents, as arrays that whole-column operations run over.

A column knows its distinct values in order, so that every condition becomes an interval of places among them: one value is
[place, place + 1), a range is what lies between its bounds. Rows are document numbers within one segment.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Mask = np.ndarray  # a bool for every row
FREQUENT = 32  # a value that more than one in so many documents has takes less room as bits than as rows
COMPARED_ONE_BY_ONE = 8  # values; for more of them one look into a table is cheaper
COUNTED_ONE_BY_ONE = 6  # for more of them picking the rows out first is cheaper


@dataclass(frozen=True)
class Entries:
    """A field's values as pairs, in any order and perhaps repeated: `places[i]` among the distinct values belongs to row `rows[i]`."""

    distinct: Sequence
    places: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)


class Column:
    """What both forms share: finding the interval of places that a condition means."""

    distinct: Sequence  # sorted: an int64 array, or a list of text
    size: int  # rows

    def interval(self, low=None, high=None, with_low: bool = True, with_high: bool = True) -> tuple[int, int]:
        """The first place within the bounds and the first behind them; None: no bound."""
        first = 0 if low is None else (bisect_left if with_low else bisect_right)(self.distinct, low)
        last = len(self.distinct) if high is None else (bisect_right if with_high else bisect_left)(self.distinct, high)
        return first, max(first, last)


class SingleColumn(Column):
    """At most one value a document: the place of each row's value, the number of distinct values for none."""

    def __init__(self, distinct: Sequence, codes: np.ndarray):
        self.distinct, self.codes, self.size = distinct, codes, len(codes)

    @classmethod
    def of(cls, entries: Entries, size: int) -> "SingleColumn":
        nothing = len(entries.distinct)
        codes = np.full(size, nothing, dtype=np.min_scalar_type(nothing))
        codes[entries.rows] = entries.places
        return cls(entries.distinct, codes)

    def within(self, first: int, last: int) -> Mask:
        if last - first == 1:
            return self.codes == first
        mask = self.codes < last
        if first:
            mask &= self.codes >= first
        return mask

    def among(self, places: Iterable[int]) -> Mask:
        places = list(places)
        if len(places) > COMPARED_ONE_BY_ONE:
            table = np.zeros(len(self.distinct) + 1, dtype=bool)
            table[places] = True
            return table[self.codes]
        mask = np.zeros(self.size, dtype=bool)
        for place in places:
            mask |= self.codes == place
        return mask

    def present(self) -> Mask:
        return self.codes < len(self.distinct)

    def tally(self, mask: Mask) -> np.ndarray:
        """How many of the rows have each distinct value."""
        if len(self.distinct) <= COUNTED_ONE_BY_ONE:
            return np.array([np.count_nonzero(mask & (self.codes == place)) for place in range(len(self.distinct))], dtype=np.int64)
        return np.bincount(self.codes[np.flatnonzero(mask)], minlength=len(self.distinct) + 1)[:-1]

    def entries(self) -> Entries:
        rows = np.flatnonzero(self.present())
        return Entries(self.distinct, self.codes[rows], rows)

    def values(self, rows: np.ndarray) -> list:
        """Those rows' values, None for none."""
        nothing = len(self.distinct)
        return [None if code == nothing else self.distinct[code] for code in self.codes[rows].tolist()]

    def arrays(self) -> dict[str, np.ndarray]:
        return {"codes": self.codes}


class ManyColumn(Column):
    """Any number of values a document: the rows of each distinct value, one value after the other.

    Values that are frequent have their documents as bits too, which are read and counted far faster than rows.
    """

    def __init__(self, distinct: Sequence, size: int, *, starts: np.ndarray, rows: np.ndarray, bits: np.ndarray, with_bits: np.ndarray):
        self.distinct, self.size, self.starts, self.rows, self.with_bits = distinct, size, starts, rows, with_bits
        self.bits = bits.reshape(len(with_bits), -(-size // 8))
        self.bits_of = dict(zip(with_bits.tolist(), self.bits, strict=True))

    @classmethod
    def of(cls, entries: Entries, size: int) -> "ManyColumn":
        rows, starts = by_value(entries, size)
        return cls(entries.distinct, size, starts=starts, rows=rows, **bits_of_frequent(starts, rows, size))

    def within(self, first: int, last: int) -> Mask:
        if last - first == 1 and first in self.bits_of:
            return np.unpackbits(self.bits_of[first], count=self.size).view(bool)
        mask = np.zeros(self.size, dtype=bool)
        mask[self.rows[self.starts[first] : self.starts[last]]] = True
        return mask

    def among(self, places: Iterable[int]) -> Mask:
        mask = np.zeros(self.size, dtype=bool)
        for place in places:
            mask |= self.within(place, place + 1)
        return mask

    @cached_property
    def _present(self) -> Mask:
        return self.within(0, len(self.distinct))

    def present(self) -> Mask:
        return self._present

    def tally(self, mask: Mask) -> np.ndarray:
        counts = np.zeros(len(self.distinct), dtype=np.int64)
        if len(self.with_bits) < len(self.distinct):
            running = np.zeros(len(self.rows) + 1, dtype=np.int64)
            np.cumsum(mask[self.rows], out=running[1:])
            counts = np.diff(running[self.starts])
        counts[self.with_bits] = np.bitwise_count(self.bits & np.packbits(mask)).sum(axis=1)
        return counts

    def entries(self) -> Entries:
        places = np.repeat(np.arange(len(self.distinct)), np.diff(self.starts))
        return Entries(self.distinct, places, self.rows)

    def arrays(self) -> dict[str, np.ndarray]:
        return {"starts": self.starts, "rows": self.rows, "bits": self.bits.reshape(-1), "with_bits": self.with_bits}


def by_value(entries: Entries, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows ordered by value and row, each pair once, and where each value's rows start."""
    keys = np.sort(entries.places * np.int64(size) + entries.rows, kind="stable")
    if len(keys):
        keys = keys[np.append(True, keys[1:] != keys[:-1])]
    starts = np.searchsorted(keys, np.arange(len(entries.distinct) + 1) * np.int64(size))
    places = np.repeat(np.arange(len(entries.distinct)), np.diff(starts))
    return (keys - places * np.int64(size)).astype(np.uint32), starts


def bits_of_frequent(starts: np.ndarray, rows: np.ndarray, size: int) -> dict[str, np.ndarray]:
    frequent = np.flatnonzero(np.diff(starts) * FREQUENT > size)
    bits = np.zeros((len(frequent), -(-size // 8)), dtype=np.uint8)
    for place, packed in zip(frequent, bits, strict=True):
        mask = np.zeros(size, dtype=bool)
        mask[rows[starts[place] : starts[place + 1]]] = True
        packed[:] = np.packbits(mask)
    return {"bits": bits, "with_bits": frequent}


def column_of(entries: Entries, size: int) -> Column:
    """The form that suits: a value for each document, or several."""
    one_each = len(entries) <= size and np.bincount(entries.rows, minlength=1).max() <= 1
    return SingleColumn.of(entries, size) if one_each else ManyColumn.of(entries, size)


def column_from(distinct: Sequence, arrays: dict[str, np.ndarray], size: int) -> Column:
    """A column as `arrays` gave it."""
    return SingleColumn(distinct, arrays["codes"]) if "codes" in arrays else ManyColumn(distinct, size, **arrays)
