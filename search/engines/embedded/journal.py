"""The writes since an index was built, one line each time: a checksum and the documents. What a crash left half written is no line."""

import datetime as dt
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

from search.engines.contract import Write

CHECKSUM = 8  # hexadecimal digits, then a space


class Journal:
    """Written by one process at a time, read by any."""

    def __init__(self, file: Path):
        self.file = file

    def append(self, writes: Sequence[Write], *, after: int) -> None:
        """Add one line behind the first `after` bytes, which are whole lines; on the disk on return."""
        payload = json.dumps([[write.document, write.version, write.source] for write in writes], default=written, ensure_ascii=False).encode()
        with self.file.open("r+b" if self.file.exists() else "w+b") as out:
            out.truncate(after)
            out.seek(after)
            out.write(b"%08x %b\n" % (crc32(payload), payload))
            out.flush()
            os.fsync(out.fileno())

    def size(self) -> int:
        try:
            return self.file.stat().st_size
        except FileNotFoundError:
            return 0

    def lines(self, after: int) -> Iterator[tuple[list[Write], int]]:
        """The writes of each whole line behind the first `after` bytes, and where the line ends."""
        if not self.file.exists():
            return
        with self.file.open("rb") as lines:
            lines.seek(after)
            for line in lines:
                payload = line[CHECKSUM + 1 : -1]
                if not line.endswith(b"\n") or line[:CHECKSUM] != b"%08x" % crc32(payload):
                    return
                after += len(line)
                yield [Write(*write) for write in json.loads(payload)], after


def written(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{value!r} can't be kept in an index")
