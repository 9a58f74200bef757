"""An empty index of its own for each test that asks for one."""

import datetime as dt

import pytest
from django.utils import timezone

from search import rebuilding
from search.documents import DOCUMENTS
from search.engines import engine


@pytest.fixture
def index(settings, tmp_path):
    """Both kinds, empty, in a directory of this test."""
    settings.SEARCH_DIRECTORY = tmp_path / "search"
    for kind in DOCUMENTS:
        with engine().build(kind) as build:
            build.activate()
    return engine()


@pytest.fixture
def rebuilt(index):
    """Call it to have the index built from the database as it is now."""

    def build() -> None:
        for kind in DOCUMENTS:
            rebuilding.rebuild(kind, report=lambda read, total: None)

    return build


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()
