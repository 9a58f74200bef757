"""What an index holds at one moment: segments, and which of their documents live."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.engines.contract import Write
from search.engines.embedded.schema import Layout
from search.engines.embedded.segments import LARGEST, Part, Segment, integers, merged, segment_of

FEWER_BY = 4  # a segment of changes is merged into the one before unless that is so many times larger


@dataclass(frozen=True)
class Snapshot:
    """Never changes; a write makes another one. The first `base` parts were built or compacted, the others hold changes since."""

    layout: Layout
    parts: tuple[Part, ...] = ()
    base: int = 0
    changes: int = 0  # documents written since the base

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


def whole(segments: Sequence[Segment]) -> list[Part]:
    return [Part(segment, np.ones(len(segment), dtype=bool)) for segment in segments]
