"""Reads the live index of one kind, following its changes and its replacement at every search."""

import threading
from dataclasses import dataclass, replace
from pathlib import Path

from search.engines.contract import IndexUnavailable
from search.engines.embedded.directory import IndexDirectory, stamp
from search.engines.embedded.journal import Journal
from search.engines.embedded.snapshot import Snapshot, whole

TRIES = 5  # a folder may be replaced and removed between reading the pointer and opening it


class IndexMissing(IndexUnavailable):
    """There is no index of this kind, of whatever schema, or only what is left of one."""


@dataclass(frozen=True)
class State:
    """A folder, its content up to a byte of its journal, and the stamps that tell whether there is more."""

    folder: Path
    journal: Journal
    snapshot: Snapshot
    read: int
    pointed: tuple | None
    written: tuple | None = None

    @property
    def generation(self) -> str:
        return f"{self.folder.name}:{self.read}"


class Reader:
    """Shared by the threads of a process. Two calls of stat(2) a search tell whether anything changed."""

    def __init__(self, directory: IndexDirectory):
        self.directory = directory
        self.lock = threading.Lock()
        self.state: State | None = None

    def current(self) -> State:
        """The content of this moment; what it holds never changes, however long it is kept. IndexUnavailable."""
        with self.lock:
            for _attempt in range(TRIES):
                try:
                    self.state = self._followed(self.state)
                    return self.state
                except (OSError, ValueError, KeyError) as error:  # files that are gone or damaged
                    self.state, problem = None, error
            raise IndexMissing(f"{self.directory.root} can't be opened: {problem}; run search_rebuild") from problem

    def _followed(self, state: State | None) -> State:
        pointed = stamp(self.directory.pointer)
        if state is None or pointed != state.pointed:
            state = self._opened(pointed)
        written = stamp(state.journal.file)
        if written == state.written:
            return state
        if written is None:
            raise FileNotFoundError(state.journal.file)
        snapshot, read = state.snapshot, state.read
        for writes, end in state.journal.lines(after=read):
            snapshot, read = snapshot.after(writes), end
        return replace(state, snapshot=snapshot, read=read, written=written)

    def _opened(self, pointed: tuple | None) -> State:
        folder = self.directory.live()
        if folder is None:
            raise IndexMissing(f"{self.directory.root} holds no index yet; run search_rebuild")
        if not self.directory.fits(folder):
            raise IndexUnavailable(f"{folder} was built for another schema; run search_rebuild")
        parts = whole(self.directory.load(folder))
        snapshot = Snapshot(self.directory.layout, tuple(parts), base=len(parts))
        return State(folder, self.directory.journal(folder), snapshot, read=0, pointed=pointed)
