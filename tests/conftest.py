"""The harness of every test: services, databases, a strict Django, one day on which all of it happens."""

import datetime as dt
import os
import shutil
from contextlib import ExitStack

import hypothesis
import pytest
import redis
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.utils import translation

from recruitment.shared.management.commands.catalogues import compile_changed
from runtime import services
from runtime.processes import NotStarted
from tests.harness import databases, racing, strictness
from tests.harness.indexes import remove_own_indexes

TODAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 2, tzinfo=dt.UTC)  # 09:00 in Vietnam


def pytest_configure(config):
    strictness.install()
    hypothesis.settings.register_profile("steady", deadline=None)  # a busy machine is not a wrong answer
    hypothesis.settings.load_profile("steady")
    if not hasattr(config, "workerinput"):  # parallel workers use what the first process holds
        compile_changed(settings.BASE_DIR / "locale")
        lease = ExitStack()
        lease.enter_context(services.lease())
        config.add_cleanup(lease.close)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    with django_db_blocker.unblock():
        databases.create()
        yield
        databases.drop()


@pytest.fixture(scope="session", autouse=True)
def empty_scratch():
    """This process's files and Valkey keys of an earlier run are gone before the first test."""
    shutil.rmtree(settings.SCRATCH, ignore_errors=True)
    settings.STATIC_ROOT.mkdir(parents=True)
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushdb()


@pytest.fixture(scope="session", autouse=True)
def compiled_translations():
    call_command("catalogues", verbosity=0)


@pytest.fixture(scope="session")
def elasticsearch_url():
    """The address of a real Elasticsearch: the one that the environment names, or our own, shared by all test processes."""
    with ExitStack() as lease:
        try:
            url = os.environ.get("ELASTICSEARCH_URL") or lease.enter_context(services.elasticsearch_lease())
        except NotStarted as problem:
            if os.environ.get("CI"):
                pytest.fail(str(problem))
            pytest.skip(str(problem))
        remove_own_indexes(url)
        yield url
        remove_own_indexes(url)


@pytest.fixture(autouse=True)
def clean_start(request):
    """Each test begins at the same moment, with an empty cache and its own reproducible shuffle."""
    strictness.shuffler.seed(f"{request.config.getoption('randomly_seed', 0)} {request.node.nodeid}")
    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)  # a page in English leaves its language to the thread
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def today() -> dt.date:
    """The day in Vietnam on which every test happens unless it travels."""
    return TODAY


@pytest.fixture
def race(transactional_db):
    """`race(n, fn, *args)`: see tests/harness/racing.py."""
    return racing.race
