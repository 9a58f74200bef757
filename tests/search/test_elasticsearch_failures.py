"""Elasticsearch is down, silent, full, restarted or emptied: people go on, nothing is lost, and all of it mends by itself."""

import os
import signal
import time

import pytest
from django.conf import settings as project
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import translation
from elasticsearch import Elasticsearch

from recruitment.openings.models import Opening
from recruitment.shared.templatetags.display import moment
from search.documents import DOCUMENTS
from search.engines import engine
from search.engines.contract import IndexUnavailable
from search.engines.elasticsearch.breaker import LONGEST_PAUSE, Breaker
from search.engines.elasticsearch.indexes import names_of
from search.engines.elasticsearch.server import SEARCH_SECONDS
from search.models import IndexRequest
from search.outbox import request_index
from search.queries.openings import OpeningParameters, find_openings
from search.readiness import search_index
from search.tasks import drain, look_after_indexes
from search.verification import differences
from tests.factories.openings import OpeningFactory
from tests.factories.workers import WorkerFactory
from tests.harness.unsteady import PASSING, REFUSING, SILENT, UnsteadyServer
from tests.runtime.running import RunningSystem

pytestmark = pytest.mark.django_db
NOTICE = "tạm nghỉ từ"


@pytest.fixture
def server(elasticsearch_url, settings):
    """Elasticsearch behind an address that can fail, with both indexes, empty."""
    with UnsteadyServer(elasticsearch_url) as server:
        settings.ELASTICSEARCH_URL = server.url
        build_both()
        yield server


@pytest.fixture
def indexes(elasticsearch_url, settings):
    """The client of the people who run Elasticsearch; both indexes are there, empty."""
    settings.ELASTICSEARCH_URL = elasticsearch_url
    build_both()
    with Elasticsearch(elasticsearch_url) as client:
        yield client


def build_both() -> None:
    for kind in DOCUMENTS:
        with engine().build(kind) as build:
            build.activate()


def published(**about) -> Opening:
    """As its service would: the row and the request to index it."""
    opening = OpeningFactory(**about)
    request_index("opening", [opening.pk])
    return opening


def in_index() -> set[int]:
    return set(dict(engine().digests("opening")))


def listed(today) -> tuple[list[int], object]:
    found = find_openings(OpeningParameters(), user=AnonymousUser(), on=today)
    return [row.row.pk for row in found.rows], found.unavailable_since


def wait_until(condition, seconds: float = 2 * LONGEST_PAUSE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.2)


@pytest.mark.parametrize("manner", [REFUSING, SILENT])
def test_while_it_does_not_answer_the_newest_are_listed_and_changes_wait(server, client, today, manner):
    known = published()
    drain()
    assert listed(today) == ([known.pk], None)

    server.become(manner)
    new, closed = published(), known
    Opening.objects.filter(pk=closed.pk).update(status="paused")
    request_index("opening", [closed.pk])
    page = client.get(reverse("search:openings")).content.decode()
    rows, since = listed(today)
    assert rows == [new.pk]
    assert f"{NOTICE} {moment(since)}" in page
    drain()
    look_after_indexes()
    assert "no usable index: opening, candidate" in search_index()
    assert [(request.attempts, request.parked_at) for request in IndexRequest.objects.pending()] == [(0, None)] * 2
    assert listed(today)[1] == since  # every process says the same moment

    server.become(PASSING)
    wait_until(lambda: not engine_waits())
    look_after_indexes()
    drain()
    assert in_index() == {new.pk}
    assert listed(today) == ([new.pk], None)
    assert NOTICE not in client.get(reverse("search:openings")).content.decode()
    assert search_index() == "ok"
    assert differences("opening", patience=False) == []


def engine_waits() -> bool:
    return not engine().health("opening").readable


def test_a_dead_server_costs_one_page_one_wait_and_the_others_nothing(server, client, monkeypatch):
    monkeypatch.setattr(Breaker, "pause", lambda breaker: 600)  # however slow the pages are drawn
    published()
    server.become(SILENT)
    for _ in range(3):
        assert NOTICE in client.get(reverse("search:openings"), {"q": "may"}).content.decode()
    assert server.left_waiting == 1
    assert SEARCH_SECONDS < 2


def test_the_notice_is_in_english_too(server, client, today):
    server.become(REFUSING)
    with translation.override("en"):
        page = client.get(reverse("search:openings"), headers={"accept-language": "en"}).content.decode()
    assert f"out of order since {moment(listed(today)[1])}" in page


def test_after_failures_pauses_grow_and_one_caller_at_a_time_tries():
    now = [100.0]
    breaker = Breaker(clock=lambda: now[0])
    assert breaker.admits() and breaker.admits()
    waited = []
    for _ in range(6):
        breaker.failed()
        began = now[0]
        while not breaker.admits():
            now[0] += 0.25
        waited.append(now[0] - began)
        assert not breaker.admits()  # the one that was let through is still trying
    assert waited == [1, 2, 4, 8, LONGEST_PAUSE, LONGEST_PAUSE]
    breaker.succeeded()
    assert breaker.admits() and breaker.admits()


def test_on_a_full_disk_searches_go_on_and_changes_wait(indexes, today):
    known = published()
    drain()
    block = {"index.blocks.read_only_allow_delete": True}  # what the flood-stage watermark sets, and lifts
    own = f"{project.ELASTICSEARCH_PREFIX}-opening-*"
    indexes.indices.put_settings(index=own, settings=block)
    new = published()
    drain()
    look_after_indexes()
    assert listed(today) == ([known.pk], None)
    assert [(request.document, request.attempts) for request in IndexRequest.objects.pending()] == [(new.pk, 0)]
    assert "read_only_allow_delete" in engine().health("opening").problem
    assert search_index() == "no usable index: opening (the log says why)"

    indexes.indices.put_settings(index=own, settings={"index.blocks.read_only_allow_delete": None})
    drain()
    assert in_index() == {known.pk, new.pk}
    assert search_index() == "ok"


def test_a_lost_index_is_built_again_by_itself(indexes, today):
    known, worker = published(), WorkerFactory(consented=True)
    request_index("candidate", [worker.pk])
    drain()
    families = [names_of(project.ELASTICSEARCH_PREFIX, kind).family for kind in DOCUMENTS]  # not the conformance suite's
    indexes.indices.delete(index=list(indexes.indices.get(index=families)))
    new = published()
    drain()  # must not make an index of its own accord, without a mapping
    assert not indexes.indices.get(index=families)
    assert listed(today)[1] is not None
    assert IndexRequest.objects.pending().count() == 1

    look_after_indexes()
    drain()
    assert in_index() == {known.pk, new.pk}
    assert set(dict(engine().digests("candidate"))) == {worker.pk}
    assert listed(today)[1] is None
    assert [difference for kind in DOCUMENTS for difference in differences(kind, patience=False)] == []


def test_an_index_of_another_schema_is_left_to_whoever_deploys(indexes, monkeypatch):
    published()
    drain()
    (index,) = indexes.indices.get(index=f"{project.ELASTICSEARCH_PREFIX}-opening-*")
    aliases = indexes.indices.get_alias(index=index)[index]["aliases"]
    renamed = [{"remove": {"index": index, "alias": "*"}}, *({"add": {"index": index, "alias": f"{alias}-older"}} for alias in aliases)]
    indexes.indices.update_aliases(actions=renamed)
    look_after_indexes()
    assert list(indexes.indices.get(index=f"{project.ELASTICSEARCH_PREFIX}-opening-*")) == [index]
    assert "another schema" in engine().health("opening").problem
    with pytest.raises(IndexUnavailable):
        in_index()


def test_what_was_written_survives_kill_9_and_the_backlog_follows(settings, today, elasticsearch_url):
    if os.environ.get("ELASTICSEARCH_URL"):
        pytest.skip("the server that ELASTICSEARCH_URL names is not ours to kill")
    system = RunningSystem("elasticsearch")
    system.clear()
    try:
        started = system.command("elasticsearch")
        assert started.returncode == 0, started.stderr
        settings.ELASTICSEARCH_URL = started.stdout.strip().partition("=")[2]
        build_both()
        known = published()
        drain()
        os.kill(int((system.var / "elasticsearch" / "tmp" / "elasticsearch.pid").read_text()), signal.SIGKILL)
        new = published()
        drain()
        assert listed(today)[0] == [new.pk, known.pk]
        assert IndexRequest.objects.pending().count() == 1

        again = system.command("elasticsearch")
        assert again.stdout == started.stdout, again.stderr  # the same address
        wait_until(lambda: not engine_waits())
        drain()
        assert in_index() == {known.pk, new.pk}
    finally:
        system.clear()
