"""Documents as columns: some that were written together, or many merged into one. A segment never changes."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, compress, pairwise
from pathlib import Path

import numpy as np

from search.engines.contract import Write
from search.engines.embedded.columns import Column, Entries, Mask, column_from, column_of
from search.engines.embedded.schema import Layout, stored

LARGEST = 131_072  # documents; a search works through one segment after the other, within the processor's cache
ALIGNED = 64  # bytes
WIDTH = 8  # bytes of the header's length


@dataclass(frozen=True)
class Segment:
    """Rows are ordered by primary key; `columns` has every field of the mapping."""

    pks: np.ndarray
    versions: np.ndarray
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.pks)

    def rows_of(self, pks: np.ndarray) -> np.ndarray:
        """The rows of those of the documents that are here."""
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self.pks, pks), len(self) - 1)
        return rows[self.pks[rows] == pks]


@dataclass(frozen=True)
class Part:
    """A segment and those of its documents that were not replaced or deleted since."""

    segment: Segment
    alive: Mask

    @cached_property
    def living(self) -> Mask | None:
        """None: all of them."""
        return None if self.alive.all() else self.alive

    def without(self, pks: np.ndarray) -> "Part":
        dead = self.segment.rows_of(pks)
        if not len(dead):
            return self
        alive = self.alive.copy()
        alive[dead] = False
        return Part(self.segment, alive)


def segment_of(layout: Layout, writes: Sequence[Write]) -> Segment:
    """These documents, each once and each with a source. UnknownField, ValueError."""
    ordered = sorted(writes, key=lambda write: write.document)
    for field in set().union(*(write.source for write in ordered)):
        layout.type_of(field)
    documents = [tuple(map(write.source.get, layout.types)) for write in ordered]
    cells = dict(zip(layout.types, zip(*documents, strict=True), strict=True))
    columns = {field: column_of(entries_of(kind, cells[field]), len(ordered)) for field, kind in layout.types.items()}
    return Segment(integers([write.document for write in ordered]), integers([write.version for write in ordered]), columns)


def entries_of(kind: str, cells: Sequence) -> Entries:
    """The values of one field, row by row; a text's are its words. ValueError, OverflowError."""
    if kind == "text":
        cells = [(cell or "").split() for cell in cells]
    elif {list, tuple}.isdisjoint(map(type, cells)):
        cells = [() if cell is None else (cell,) for cell in cells]
    else:
        cells = [cell if isinstance(cell, list | tuple) else () if cell is None else (cell,) for cell in cells]
    values = list(chain.from_iterable(cells))
    rows = np.repeat(np.arange(len(cells)), np.fromiter(map(len, cells), dtype=np.int64, count=len(cells)))
    if kind == "long" and set(map(type, values)) <= {int}:
        distinct, places = np.unique(integers(values), return_inverse=True)
        return Entries(distinct, places, rows)
    kept = {value: stored(kind, value) for value in dict.fromkeys(values)}
    distinct = sorted(set(kept.values()))
    place_of = {value: place for place, value in enumerate(distinct)}
    place = {value: place_of[given] for value, given in kept.items()}
    places = np.fromiter(map(place.__getitem__, values), dtype=np.int64, count=len(values))
    return Entries(distinct if kind in ("text", "keyword") else integers(distinct), places, rows)


def merged(layout: Layout, parts: Sequence[Part]) -> list[Segment]:
    """The living documents of all parts, in as few segments as their largest size allows. No document may live in two parts."""
    pks = np.concatenate([part.segment.pks[part.alive] for part in parts]) if parts else integers([])
    limits = np.sort(pks)[::LARGEST]
    bounds = [*limits.tolist(), None]
    return [_merged_between(layout, parts, low, high) for low, high in pairwise(bounds)]


def _merged_between(layout: Layout, parts: Sequence[Part], low: int, high: int | None) -> Segment:
    """The living documents with keys from `low` and below `high`."""
    taken, pks, versions = [], [], []
    for part in parts:
        within = part.segment.pks >= low
        if high is not None:
            within &= part.segment.pks < high
        kept = np.flatnonzero(within & part.alive)
        if len(kept):
            taken.append((part.segment, kept))
            pks.append(part.segment.pks[kept])
            versions.append(part.segment.versions[kept])
    order = np.argsort(np.concatenate(pks), kind="stable")
    new_rows = np.empty(len(order), dtype=np.int64)
    new_rows[order] = np.arange(len(order))
    moves, place = [], 0
    for segment, kept in taken:
        moved = np.full(len(segment), -1, dtype=np.int64)
        moved[kept] = new_rows[place : place + len(kept)]
        place += len(kept)
        moves.append((segment, moved))
    columns = {field: column_of(_joined(kind, [(s.columns[field], moved) for s, moved in moves]), len(order)) for field, kind in layout.types.items()}
    return Segment(np.concatenate(pks)[order], np.concatenate(versions)[order], columns)


def _joined(kind: str, columns: Sequence[tuple[Column, np.ndarray]]) -> Entries:
    """All entries of one field, with rows moved (to -1: left out) and values that nobody has any more forgotten."""
    every, renumbered = united(kind, [column.distinct for column, _moved in columns])
    places, rows = [], []
    for (column, moved), new_places in zip(columns, renumbered, strict=True):
        found = column.entries()
        new = moved[found.rows]
        kept = new >= 0
        places.append(new_places[found.places[kept]])
        rows.append(new[kept])
    joined = np.concatenate(places)
    used = np.bincount(joined, minlength=len(every)) > 0
    distinct = every[used] if isinstance(every, np.ndarray) else list(compress(every, used))
    return Entries(distinct, (np.cumsum(used) - 1)[joined], np.concatenate(rows))


def united(kind: str, distincts: Sequence[Sequence]) -> tuple[Sequence, list[np.ndarray]]:
    """The distinct values of all, and for each of them the new places of its own."""
    if kind not in ("text", "keyword"):
        every = np.sort(np.concatenate(distincts), kind="stable")  # quick on what is sorted in stretches
        every = every[np.append(True, every[1:] != every[:-1])[: len(every)]]
        return every, [np.searchsorted(every, distinct) for distinct in distincts]
    words = sorted(set().union(*distincts))
    place_of = {word: place for place, word in enumerate(words)}
    return words, [integers([place_of[word] for word in distinct]) for distinct in distincts]


def save(segment: Segment, file: Path) -> None:
    """One file: the header's length, the header (JSON: words, and where each array lies), the arrays. On the disk on return."""
    arrays = {"pks": segment.pks, "versions": segment.versions}
    words: dict[str, list[str]] = {}
    for field, column in segment.columns.items():
        arrays |= {f"{field}.{name}": array for name, array in column.arrays().items()}
        if isinstance(column.distinct, np.ndarray):
            arrays[f"{field}.distinct"] = column.distinct
        else:
            words[field] = list(column.distinct)
    places, offset = {}, 0
    for name, array in arrays.items():
        places[name] = [array.dtype.str, len(array), offset]
        offset = aligned(offset + array.nbytes)
    header = json.dumps({"words": words, "arrays": places}, ensure_ascii=False).encode()
    begin = aligned(WIDTH + len(header))
    with file.open("wb") as out:
        out.write(len(header).to_bytes(WIDTH, "little") + header)
        for name, array in arrays.items():
            out.seek(begin + places[name][2])
            array.tofile(out)
        out.truncate(begin + offset)
        out.flush()
        os.fsync(out.fileno())


def load(layout: Layout, file: Path) -> Segment:
    """A saved segment, read from the disk as it is used and shared between processes. ValueError for a damaged file."""
    everything = np.memmap(file, dtype=np.uint8, mode="r")
    length = int.from_bytes(everything[:WIDTH].tobytes(), "little")
    header = json.loads(everything[WIDTH : WIDTH + length].tobytes())
    begin = aligned(WIDTH + length)
    arrays = {
        name: np.frombuffer(everything, dtype=np.dtype(kind), count=count, offset=begin + offset)
        for name, (kind, count, offset) in header["arrays"].items()
    }
    pks, columns = arrays["pks"], {}
    for field in layout.types:
        own = {name.rpartition(".")[2]: array for name, array in arrays.items() if name.startswith(f"{field}.")}
        distinct = header["words"][field] if field in header["words"] else own.pop("distinct")
        columns[field] = column_from(distinct, own, len(pks))
    return Segment(pks, arrays["versions"], columns)


def aligned(offset: int) -> int:
    return -(-offset // ALIGNED) * ALIGNED


def integers(values: Sequence[int]) -> np.ndarray:
    """OverflowError for numbers beyond 64 bits."""
    return np.array(values, dtype=np.int64)
