"""Where an index lies: one folder per build, and a pointer file that names the live one and is replaced in one step.

    <SEARCH_DIRECTORY>/<kind>/<fingerprint>-<number>/   segments, how many they are, and the journal of changes since
    <SEARCH_DIRECTORY>/<kind>/current                   the name of the folder in use
    <SEARCH_DIRECTORY>/<kind>/writing                   locked by whoever writes; the lock dies with its holder

A crash leaves at most a folder that nothing points to, which the next build removes, and half a line in the journal.
"""

import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from search.engines.contract import IndexUnavailable
from search.engines.embedded.journal import Journal
from search.engines.embedded.schema import Layout
from search.engines.embedded.segments import Segment, load, save

POINTER, LOCK = "current", "writing"
CONTENTS, JOURNAL = "contents.json", "journal"
WRITER_WAIT_SECONDS = 10


class IndexDirectory:
    """The folders of one kind of document."""

    def __init__(self, root: Path, layout: Layout):
        self.root = Path(root) / layout.kind
        self.layout = layout
        self.pointer = self.root / POINTER

    def live(self) -> Path | None:
        """The folder in use, or None if there is none yet."""
        try:
            name = self.pointer.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        return self.root / name if name else None

    def fits(self, folder: Path) -> bool:
        """Whether the folder was built for the schema of the code that runs."""
        return folder.name.startswith(f"{self.layout.fingerprint}-")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer. IndexUnavailable if another one keeps at it for WRITER_WAIT_SECONDS."""
        self.root.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + WRITER_WAIT_SECONDS
        with (self.root / LOCK).open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise IndexUnavailable(f"{self.root} is being written by another process") from error
                    time.sleep(0.02)
            yield

    def replace(self, segments: Sequence[Segment]) -> None:
        """Put these documents into a folder of their own and make it the live one; the others go. Only for the writer."""
        folder = self.root / f"{self.layout.fingerprint}-{uuid.uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        for number, segment in enumerate(segments):
            save(segment, segment_file(folder, number))
        for name, content in ((JOURNAL, ""), (CONTENTS, json.dumps({"segments": len(segments)}))):
            write_through(folder / name, content)
        sync(folder)
        self.point_to(folder)
        for other in self.root.iterdir():
            if other.is_dir() and other != folder:
                shutil.rmtree(other, ignore_errors=True)

    def point_to(self, folder: Path) -> None:
        """Make it the live one: readers see the old folder or the new one, never neither."""
        written = self.root / f"{POINTER}.new"
        write_through(written, folder.name)
        written.replace(self.pointer)
        sync(self.root)

    def load(self, folder: Path) -> list[Segment]:
        """OSError, ValueError for files that are gone or damaged."""
        contents = json.loads((folder / CONTENTS).read_text(encoding="ascii"))
        return [load(self.layout, segment_file(folder, number)) for number in range(contents["segments"])]

    def journal(self, folder: Path) -> Journal:
        return Journal(folder / JOURNAL)


def segment_file(folder: Path, number: int) -> Path:
    return folder / f"{number}.segment"


def write_through(file: Path, content: str) -> None:
    with file.open("w", encoding="ascii") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp(file: Path) -> tuple[int, int, int] | None:
    """Changes whenever the file is replaced or grows; None while it doesn't exist."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
