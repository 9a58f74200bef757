"""What an index holds at one moment: segments, which of their documents live, and the statistics that words are weighed by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import log

import numpy as np

from search.engines.contract import Write
from search.engines.embedded.columns import LENGTHS, WordsColumn
from search.engines.embedded.schema import Layout
from search.engines.embedded.segments import LARGEST, Part, Segment, integers, merged, segment_of

K1, B = 1.2, 0.75  # BM25 as Lucene has it
FEWER_BY = 4  # a segment of changes is merged into the one before unless that is so many times larger


@dataclass(frozen=True)
class Snapshot:
    """Never changes; a write makes another one. The first `base` parts were built or compacted, the others hold changes since."""

    layout: Layout
    parts: tuple[Part, ...] = ()
    base: int = 0
    changes: int = 0  # documents written since the base
    known: dict = field(default_factory=dict, repr=False, compare=False)  # what is worked out once for all searches of this content

    def after(self, writes: Sequence[Write]) -> "Snapshot":
        """Of several writes of a document the last counts. UnknownField, ValueError."""
        latest = list({write.document: write for write in writes}.values())
        if not latest:
            return self
        touched = integers([write.document for write in latest])
        parts = [part.without(touched) for part in self.parts]
        if present := [write for write in latest if write.source is not None]:
            segment = segment_of(self.layout, present)
            parts.append(Part(segment, np.ones(len(segment), dtype=bool)))
            while len(parts) > self.base + 1 and len(parts[-2].segment) < FEWER_BY * len(parts[-1].segment) <= LARGEST:
                parts[-2:] = whole(merged(self.layout, parts[-2:]))
        return Snapshot(self.layout, tuple(parts), self.base, self.changes + len(latest))

    def merged(self) -> list[Segment]:
        return merged(self.layout, self.parts)

    def __len__(self) -> int:
        return sum(int(np.count_nonzero(part.alive)) for part in self.parts)

    def versions(self, documents: Sequence[int]) -> dict[int, int]:
        """The versions held of those of these documents that are here."""
        asked, held = np.unique(integers(documents)), {}
        for part in self.parts:
            rows = part.segment.rows_of(asked)
            rows = rows[part.alive[rows]]
            held.update(zip(part.segment.pks[rows].tolist(), part.segment.versions[rows].tolist(), strict=True))
        return held

    @cached_property
    def _texts(self) -> dict[str, tuple[int, float]]:
        """Of every text field, how many documents have any word, and how many words on average."""
        found = {}
        for name in (name for name, kind in self.layout.types.items() if kind == "text"):
            columns = self.words(name)
            documents = sum(column.documents for column in columns)
            found[name] = documents, sum(column.total for column in columns) / documents if documents else 1.0
        return found

    def words(self, name: str) -> list[WordsColumn]:
        return [part.segment.columns[name] for part in self.parts]

    def rarity(self, name: str, word: str) -> float:
        """Inverse document frequency; a replaced document counts until the next merge, as in Lucene."""
        documents, _average = self._texts[name]
        having = sum(column.having(word) for column in self.words(name))
        return log(1 + (documents - having + 0.5) / (having + 0.5))

    def damping(self, name: str) -> np.ndarray:
        """By a document's length code, what its frequencies are weighed against."""
        _documents, average = self._texts[name]
        return (K1 * (1 - B + B * LENGTHS / average)).astype(np.float32)

    def worth_once(self, name: str, part: Part) -> np.ndarray:
        """For each document of a part, what any word that stands there once is worth."""
        key = (name, id(part))
        if key not in self.known:
            self.known[key] = (1 / (1 + self.damping(name)))[part.segment.columns[name].lengths]
        return self.known[key]


def whole(segments: Sequence[Segment]) -> list[Part]:
    return [Part(segment, np.ones(len(segment), dtype=bool)) for segment in segments]
