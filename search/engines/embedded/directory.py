"""Where an index lies: one folder per build, and a pointer file that names the live one and is replaced in one step.

    <SEARCH_DIRECTORY>/<kind>/<fingerprint>-<number>/   a tantivy index; the fingerprint is that of its schema
    <SEARCH_DIRECTORY>/<kind>/current                   the name of the folder in use

A crash leaves at most a folder that nothing points to; the next build removes it. tantivy's own lock files belong to the
process that holds them and die with it, so one left behind by kill -9 is harmless.
"""

import os
import shutil
import uuid
from pathlib import Path

POINTER = "current"


class IndexDirectory:
    """The folders of one kind of document."""

    def __init__(self, root: Path, kind: str, fingerprint: str):
        self.root = Path(root) / kind
        self.fingerprint = fingerprint

    @property
    def pointer(self) -> Path:
        return self.root / POINTER

    def live(self) -> Path | None:
        """The folder in use, or None if there is none yet."""
        try:
            name = self.pointer.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        return self.root / name if name else None

    def fits(self, folder: Path) -> bool:
        """Whether the folder was built for the schema of the code that runs."""
        return folder.name.startswith(f"{self.fingerprint}-")

    def begin(self) -> Path:
        """A new empty folder. Whatever an earlier build left unfinished is removed."""
        self.remove_all_but(self.live())
        folder = self.root / f"{self.fingerprint}-{uuid.uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        return folder

    def point_to(self, folder: Path) -> None:
        """Make it the live one: readers see the old folder or the new one, never neither."""
        written = self.root / f"{POINTER}.new"
        with written.open("w", encoding="ascii") as file:
            file.write(folder.name)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self.pointer)
        handle = os.open(self.root, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def remove_all_but(self, kept: Path | None) -> None:
        if self.root.exists():
            for folder in self.root.iterdir():
                if folder.is_dir() and folder != kept:
                    shutil.rmtree(folder, ignore_errors=True)


def stamp(file: Path) -> tuple[int, int] | None:
    """Changes whenever the file is replaced; None while it doesn't exist."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
