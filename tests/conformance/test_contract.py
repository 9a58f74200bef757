"""What search/engines/contract.py promises of writing, building and looking after an index, asked of each engine."""

import datetime as dt
import time
from contextlib import suppress
from random import Random

import pytest
from elasticsearch.dsl import Q, Search

from search import text
from search.documents import DOCUMENTS
from search.engines.contract import IndexUnavailable, SearchError, UnknownField, Write
from search.engines.elasticsearch.engine import ElasticsearchEngine
from search.engines.embedded.engine import EmbeddedEngine
from search.projections import candidate_source
from search.queries.vocabulary import vocabulary_of
from search.scoring import CandidateFacts
from tests.conformance import generated
from tests.harness.names import process_name

ALL = Search().sort("pk").extra(size=10_000)


def person(pk: int, **facts) -> dict:
    return candidate_source(pk, CandidateFacts(experience={1: 12}, shifts=frozenset(["day"]), ready_on=dt.date(2026, 12, 1), **facts))


@pytest.fixture(params=["embedded", "elasticsearch"])
def empty(request, tmp_path):
    """An engine that has never held anything."""
    if request.param == "embedded":
        return EmbeddedEngine(tmp_path / "search")
    url = request.getfixturevalue("elasticsearch_url")
    return ElasticsearchEngine(url, f"test-{process_name()}-{tmp_path.name.replace('_', '-').lower()}")


@pytest.fixture
def engine(empty):
    """Thirty people."""
    with empty.build("candidate") as build:
        build.write(Write(pk, 1, person(pk)) for pk in range(1, 31))
        build.activate()
    return empty


def found(engine, search=ALL) -> list[int]:
    return [hit.document for hit in engine.search("candidate", search).hits]


def earning(wage: int) -> Search:
    return ALL.query("range", wage_wanted={"gte": wage})


def test_a_write_shows_at_once(engine):
    engine.write("candidate", [Write(31, 1, person(31)), Write(7, 2, None), Write(8, 2, person(8, wage_wanted=9_000_000))])
    assert set(found(engine)) == set(range(1, 32)) - {7}
    assert found(engine, earning(9_000_000)) == [8]


def test_an_older_version_never_replaces_a_newer_one(engine):
    engine.write("candidate", [Write(7, 5, person(7, wage_wanted=9_000_000))])
    engine.write("candidate", [Write(7, 4, None), Write(8, 2, person(8, wage_wanted=9_000_000))])
    engine.write("candidate", [Write(7, 3, person(7, wage_wanted=1_000_000))])
    assert found(engine, earning(9_000_000)) == [7, 8]


def test_the_same_version_may_come_again_with_newer_content(engine):
    engine.write("candidate", [Write(7, 2, person(7, wage_wanted=9_000_000))])
    engine.write("candidate", [Write(7, 2, person(7, wage_wanted=8_000_000))])
    assert found(engine, earning(1)) == [7]
    assert found(engine, earning(9_000_000)) == []


def test_of_one_document_twice_in_a_batch_the_later_version_stays(engine):
    engine.write("candidate", [Write(7, 3, person(7, wage_wanted=9_000_000)), Write(7, 2, None)])
    assert found(engine, earning(9_000_000)) == [7]


def test_deleting_what_is_not_there_is_no_error(engine):
    engine.write("candidate", [Write(99, 1, None)])
    engine.write("candidate", [])
    assert len(found(engine)) == 30


@pytest.mark.parametrize("unknown", [{"sex": "nữ"}, {"birth_date": dt.date(1998, 5, 6)}])
def test_a_field_that_nobody_declared_is_refused_and_nothing_of_the_batch_is_written(engine, unknown):
    with pytest.raises(UnknownField, match=next(iter(unknown))):
        engine.write("candidate", [Write(7, 2, None), Write(8, 2, person(8) | unknown)])
    with pytest.raises(UnknownField), engine.build("candidate") as build:
        build.write([Write(8, 2, person(8) | unknown)]), build.activate()
    assert len(found(engine)) == 30


@pytest.mark.parametrize(
    "search",
    [
        ALL.query("terms", home_province=[1]),
        ALL.post_filter("exists", field="home_province"),
        ALL.query("bool", should=[Q("constant_score", filter=Q("range", home_province={"gte": 1}))]),
        Search().sort("home_province", "pk"),
    ],
)
def test_a_field_that_nobody_declared_is_refused_in_a_search(engine, search):
    with pytest.raises(UnknownField, match="home_province"):
        engine.search("candidate", search)


@pytest.mark.parametrize(
    "search",
    [
        ALL.extra(size=10_001),
        ALL.extra(size=-5),
        ALL.extra(**{"from": -1}),
        ALL.extra(**{"from": 10_000, "size": 20}),
        ALL.query("range", wage_wanted={"gte": 10**30}),
        ALL.query("range", ready_on={"gte": "hôm nay"}),
        ALL.query("terms", zones=["one"]),
        ALL.query("fuzzy", shifts={"value": "dya", "unknown": 1}),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_as_such(engine, search):
    with pytest.raises(SearchError) as refusal:
        engine.search("candidate", search)
    assert type(refusal.value).__name__ == "UnsupportedQuery"
    assert len(found(engine)) == 30  # and the next one is answered


def test_digests_name_every_document_once(engine, monkeypatch):
    monkeypatch.setattr("search.engines.elasticsearch.engine.DIGESTS_AT_ONCE", 7)
    engine.write("candidate", [Write(7, 2, None), Write(8, 2, person(8, wage_wanted=9_000_000))])
    pairs = list(engine.digests("candidate"))
    assert len(pairs) == 29
    assert dict(pairs) == {pk: person(pk)["digest"] for pk in range(1, 31) if pk not in (7, 8)} | {8: person(8, wage_wanted=9_000_000)["digest"]}


def test_the_generation_changes_with_the_content_and_only_then(engine):
    before = engine.generation("candidate")
    found(engine)
    time.sleep(1.1)
    assert engine.generation("candidate") == before
    engine.write("candidate", [Write(31, 1, person(31))])
    written = engine.generation("candidate")
    with engine.build("candidate") as build:
        build.activate()
    assert len({before, written, engine.generation("candidate")}) == 3


def test_a_build_is_seen_by_nobody_until_it_is_finished_and_then_by_all(engine):
    with engine.build("candidate") as build:
        build.write([Write(99, 1, person(99)), Write(98, 1, person(98))])
        build.write([Write(98, 2, None)])
        engine.write("candidate", [Write(31, 1, person(31))])
        assert len(found(engine)) == 31
        build.activate()
    assert found(engine) == [99]
    engine.write("candidate", [Write(100, 1, person(100))])
    assert found(engine) == [99, 100]


def test_a_build_that_breaks_off_leaves_the_live_index_alone(engine):
    with suppress(ZeroDivisionError), engine.build("candidate") as build:
        build.write([Write(99, 1, person(99))])
        raise ZeroDivisionError
    assert len(found(engine)) == 30
    assert engine.health("candidate").documents == 30


def test_an_index_that_was_never_built_is_said_to_be_missing(empty):
    for attempt in (lambda: found(empty), lambda: empty.write("candidate", [Write(1, 1, person(1))]), lambda: empty.generation("candidate")):
        with pytest.raises(IndexUnavailable, match="search_rebuild"):
            attempt()
    health = empty.health("candidate")
    assert (health.documents, health.missing, health.readable) == (0, True, False)
    assert "search_rebuild" in health.problem


def test_a_sound_index_is_said_to_be_sound(engine):
    health = engine.health("candidate")
    assert (health.documents, health.problem, health.missing, health.readable) == (30, None, False, True)


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_both_kinds_live_beside_each_other(engine, kind):
    other = next(name for name in DOCUMENTS if name != "candidate")
    with engine.build(other) as build:
        build.activate()
    assert engine.health(kind).documents == {"candidate": 30, other: 0}[kind]


def test_a_vocabulary_of_many_words_is_counted_whole(empty):
    """Two fields of 40,000 values each: Elasticsearch refuses that many buckets in one request."""
    row, skills = generated.opening(Random(1), 5)
    many = [f"w{number:05}" for number in range(40_000)]
    with empty.build("opening") as build:
        build.write([Write(5, 1, generated.opening_source(row, skills, {}) | {"words": many, "folded_words": many})])
        build.activate()
    found = vocabulary_of(empty)
    assert (len(found.accented), len(found.folded), found.openings) == (40_000, 40_000, 1)


def test_a_run_of_letters_without_an_end_is_indexed_and_found(empty):
    row, skills = generated.opening(Random(1), 5)
    row.title = "Thợ " + "\U00020000" * 9_000  # four bytes each: as one word more than Lucene takes
    with empty.build("opening") as build:
        build.write([Write(5, 1, generated.opening_source(row, skills, {}))])
        build.activate()
    for word in text.tokens(row.title)[:3]:
        assert [hit.document for hit in empty.search("opening", ALL.query("bool", filter=[Q("term", title=word)])).hits] == [5]
