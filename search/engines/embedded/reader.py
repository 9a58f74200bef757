"""Reads the live index of one kind, following its commits and its replacement at every search."""

import threading
from pathlib import Path

import tantivy

from search.engines.contract import IndexUnavailable
from search.engines.embedded.directory import IndexDirectory, stamp
from search.engines.embedded.schema import register_analysers

META = "meta.json"  # tantivy replaces it at every commit
TRIES = 5  # a folder may be replaced and removed between reading the pointer and opening it


class Reader:
    """Shared by the threads of a process. Two calls of stat(2) a search tell whether anything changed."""

    def __init__(self, directory: IndexDirectory):
        self.directory = directory
        self.lock = threading.Lock()
        self.pointed: tuple[int, int] | None = None
        self.folder: Path | None = None
        self.committed: tuple[int, int] | None = None
        self.index: tantivy.Index | None = None

    def searcher(self) -> tantivy.Searcher:
        """A view of the last commit that stays the same however long it is held. IndexUnavailable."""
        with self.lock:
            for _attempt in range(TRIES):
                try:
                    return self._current()
                except (OSError, ValueError) as error:  # what tantivy raises for files that are gone
                    self.index, problem = None, error
            raise IndexUnavailable(f"{self.directory.root} can't be opened: {problem}; run search_rebuild") from problem

    def generation(self) -> str:
        self.searcher()
        return f"{self.folder}:{self.committed}"

    def _current(self) -> tantivy.Searcher:
        pointed = stamp(self.directory.pointer)
        if self.index is None or pointed != self.pointed:
            self.index, self.folder = self._open()
            self.pointed, self.committed = pointed, None
        committed = stamp(self.folder / META)
        if committed != self.committed:
            self.index.reload()
            self.committed = committed
        return self.index.searcher()

    def _open(self) -> tuple[tantivy.Index, Path]:
        folder = self.directory.live()
        if folder is None:
            raise IndexUnavailable(f"{self.directory.root} holds no index yet; run search_rebuild")
        if not self.directory.fits(folder):
            raise IndexUnavailable(f"{folder} was built for another schema; run search_rebuild")
        index = tantivy.Index.open(str(folder))
        register_analysers(index)
        index.config_reader("manual")
        return index, folder
