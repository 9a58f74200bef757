"""The engine in use. Search code asks for it here and knows only the contract."""

from functools import cache
from pathlib import Path

from django.conf import settings

from search.engines.contract import Engine
from search.engines.embedded.engine import EmbeddedEngine


def engine() -> Engine:
    """One object per process and directory, shared by its threads."""
    return _embedded(settings.SEARCH_DIRECTORY)


@cache
def _embedded(directory: Path) -> EmbeddedEngine:
    return EmbeddedEngine(directory)
