"""A new index takes the old one's place while people search and write; what differs from the database is named."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from elasticsearch.dsl import Search

from recruitment.openings.models import Opening
from search import rebuilding
from search.documents import DOCUMENTS
from search.engines import engine
from search.engines.contract import SearchError
from search.locks import REBUILDING, held
from search.models import IndexRequest
from search.outbox import request_index
from search.rebuilding import rebuild
from search.sync import drain
from search.verification import Difference, differences
from tests.factories.openings import OpeningFactory
from tests.factories.workers import WorkerFactory

ENGINES = ["embedded", "elasticsearch"]


def quiet(read: int, total: int) -> None:
    """Progress that nobody reads."""


def held_documents(kind="opening") -> set[int]:
    return set(dict(engine().digests(kind)))


@pytest.mark.django_db
def test_the_first_index_is_built_where_there_was_none(settings, tmp_path, capsys):
    settings.SEARCH_DIRECTORY = tmp_path / "search"
    opening, worker = OpeningFactory(), WorkerFactory(consented=True)
    OpeningFactory(draft=True)
    call_command("search_rebuild")
    assert (held_documents(), held_documents("candidate")) == ({opening.pk}, {worker.pk})
    assert "opening: 2 of 2 rows" in capsys.readouterr().out


@pytest.mark.django_db
def test_one_kind_can_be_built_alone(index):
    OpeningFactory(), WorkerFactory(consented=True)
    call_command("search_rebuild", "candidate", verbosity=0)
    assert (len(held_documents()), len(held_documents("candidate"))) == (0, 1)


@pytest.mark.django_db
def test_an_unknown_kind_is_refused(index):
    with pytest.raises(CommandError, match="factory"):
        call_command("search_rebuild", "factory")


@pytest.mark.django_db(transaction=True)
def test_two_rebuilds_at_once_are_refused(index, race):
    with held(REBUILDING, wait=False):
        assert race(1, lambda: rebuild("opening", report=quiet)) == ["RebuildRunning"]
    assert issubclass(rebuilding.RebuildRunning, SearchError)


@pytest.mark.django_db(transaction=True)
def test_what_is_written_and_drained_meanwhile_is_in_the_new_index_too(index, now, monkeypatch):
    """After the row was read, somebody closes it, publishes another, and the drain sends both to the old index."""
    monkeypatch.setattr(rebuilding, "CHUNK", 2)
    closed, changed, kept, last = (OpeningFactory() for _ in range(4))
    added = []

    def meanwhile():
        with transaction.atomic():
            Opening.objects.filter(pk=closed.pk).update(status="paused")
            Opening.objects.filter(pk=changed.pk).update(wage_max=12_000_000)
            added.append(OpeningFactory().pk)
            request_index("opening", [closed.pk, changed.pk, *added])
        assert drain(now=now).sent == 3
        connections.close_all()

    def report(read, total):
        if read == 2:
            thread = threading.Thread(target=meanwhile)
            thread.start(), thread.join()

    rebuild("opening", report=report)
    assert held_documents() == {changed.pk, kept.pk, last.pk, *added}
    assert differences("opening") == []


@pytest.mark.django_db(transaction=True)
def test_searches_are_answered_throughout_and_nothing_is_lost(index, now):
    openings = [OpeningFactory().pk for _ in range(40)]
    rebuild("opening", report=quiet)
    stop, totals, problems = threading.Event(), set(), []

    def search():
        while not stop.is_set():
            totals.add(engine().search("opening", Search().sort("pk").extra(size=0)).total)

    def write():
        try:
            number = 0
            while not stop.is_set():
                number += 1
                with transaction.atomic():
                    pk = openings[number % len(openings)]
                    Opening.objects.filter(pk=pk).update(title=f"Việc {number}")
                    request_index("opening", [pk])
                drain(now=now)
        except Exception as error:  # noqa: BLE001
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=search), threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        rebuild("opening", report=quiet)
    stop.set()
    for thread in threads:
        thread.join()
    drain(now=now)
    assert problems == []
    assert totals == {40}
    assert differences("opening", patience=False) == []


@pytest.mark.django_db
def test_an_index_that_equals_the_database_passes(rebuilt, capsys):
    OpeningFactory(), WorkerFactory(consented=True)
    rebuilt()
    call_command("search_verify")
    assert "equals the database" in capsys.readouterr().out


@pytest.fixture
def three_differences(rebuilt):
    """Writes behind the outbox's back."""
    outdated, left, missing = (OpeningFactory() for _ in range(3))
    Opening.objects.filter(pk=missing.pk).update(status="paused")
    rebuilt()
    Opening.objects.filter(pk=missing.pk).update(status="published")
    Opening.objects.filter(pk=outdated.pk).update(wage_max=20_000_000)
    left_pk = left.pk
    left.delete()
    return outdated.pk, left_pk, missing.pk


@pytest.mark.django_db
def test_every_difference_is_named(three_differences, capsys):
    outdated, left, missing = three_differences
    with pytest.raises(CommandError, match="3 documents differ"):
        call_command("search_verify")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"opening {outdated}: outdated (unknown)", f"opening {left}: left over (unknown)", f"opening {missing}: missing (unknown)"]


@pytest.mark.django_db
def test_repairing_removes_every_difference(three_differences, capsys):
    call_command("search_verify", repair=True)
    assert capsys.readouterr().out.splitlines()[-2:] == ["Sent 3 documents again.", "The index equals the database."]
    assert [difference for kind in DOCUMENTS for difference in differences(kind)] == []


@pytest.mark.django_db
def test_a_difference_that_is_on_its_way_is_said_to_wait(index, monkeypatch):
    monkeypatch.setattr("search.verification.RECHECK_SECONDS", 0.01)
    opening, parked = OpeningFactory(), OpeningFactory()
    request_index("opening", [opening.pk, parked.pk])
    IndexRequest.objects.filter(document=parked.pk).update(parked_at="2026-11-24T00:00Z", error="ValueError")
    assert differences("opening") == [Difference("opening", opening.pk, "missing", "waiting"), Difference("opening", parked.pk, "missing", "parked")]


@pytest.mark.django_db
def test_without_an_index_verifying_says_what_to_do(settings, tmp_path):
    settings.SEARCH_DIRECTORY = tmp_path / "missing"
    with pytest.raises(CommandError, match="search_rebuild"):
        call_command("search_verify")
