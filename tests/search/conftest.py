"""An empty index of its own for each test that asks for one, in each engine that its module names."""

import datetime as dt

import pytest
from django.utils import timezone

from search import rebuilding
from search.documents import DOCUMENTS
from search.engines import engine

EMBEDDED, ELASTICSEARCH = "embedded", "elasticsearch"


def pytest_generate_tests(metafunc):
    """A module whose ENGINES lists several has its index tests run on each of them."""
    if "index" in metafunc.fixturenames and (engines := getattr(metafunc.module, "ENGINES", None)):
        metafunc.parametrize("index", engines, indirect=True)


@pytest.fixture
def index(request, settings, tmp_path):
    """Both kinds, empty: in a directory of this test, or in this process's indexes of the server."""
    settings.SEARCH_DIRECTORY = tmp_path / "search"
    if getattr(request, "param", EMBEDDED) == ELASTICSEARCH:
        settings.ELASTICSEARCH_URL = request.getfixturevalue("elasticsearch_url")
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
