"""What goes wrong in indexes: stale versions, ties without order, crashes, a second writer, files that are gone."""

import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from elasticsearch.dsl import Q, Search

from runtime.addresses import ROOT
from search.documents import mapping
from search.engines.contract import IndexUnavailable, UnknownField, Write
from search.engines.embedded import directory as directory_module
from search.engines.embedded import engine as engine_module
from search.engines.embedded import ranking, schema, segments
from search.engines.embedded.engine import EmbeddedEngine
from search.projections import candidate_source
from search.scoring import CandidateFacts
from tests.conformance import generated

ALL = Search().sort("pk").extra(size=10_000)


def person(pk: int, **facts) -> dict:
    return candidate_source(pk, CandidateFacts(experience={1: 12}, shifts=frozenset(["day"]), **facts))


@pytest.fixture
def engine(tmp_path):
    engine = EmbeddedEngine(tmp_path / "search")
    with engine.build("candidate") as build:
        build.write(Write(pk, 1, person(pk)) for pk in range(1, 31))
        build.activate()
    return engine


def found(engine, search=ALL) -> list[int]:
    return [hit.document for hit in engine.search("candidate", search).hits]


def test_a_deleted_document_is_gone(engine):
    engine.write("candidate", [Write(7, 2, None)])
    assert 7 not in found(engine)
    assert len(found(engine)) == 29


def test_a_document_sent_again_replaces_the_old_one(engine):
    engine.write("candidate", [Write(7, 2, person(7, wage_wanted=9_000_000))])
    engine.write("candidate", [Write(7, 3, person(7, wage_wanted=8_000_000))])
    assert found(engine, ALL.query("range", wage_wanted={"gte": 8_500_000})) == []
    assert found(engine, ALL.query("range", wage_wanted={"gte": 7_500_000})) == [7]
    assert len(found(engine)) == 30


def test_an_older_version_never_replaces_a_newer_one(engine):
    engine.write("candidate", [Write(7, 5, person(7, wage_wanted=9_000_000))])
    engine.write("candidate", [Write(7, 4, None), Write(7, 3, person(7, wage_wanted=1_000_000))])
    assert found(engine, ALL.query("range", wage_wanted={"gte": 9_000_000})) == [7]


def test_a_write_that_fails_half_way_writes_nothing(engine):
    with pytest.raises(UnknownField):
        engine.write("candidate", [Write(7, 2, None), Write(8, 2, {"pk": 8, "sex": "nữ"})])
    assert len(found(engine)) == 30


def test_a_day_is_found_on_that_day_wherever_the_server_stands(engine):
    engine.write("candidate", [Write(7, 2, person(7, ready_on=dt.date(2026, 12, 1)))])
    assert found(engine, ALL.query("range", ready_on={"lte": dt.date(2026, 12, 1), "gte": "2026-12-01"})) == [7]
    assert found(engine, ALL.query("range", ready_on={"lt": dt.date(2026, 12, 1)})) == []


@pytest.mark.parametrize("group", [1, 7, 1000])
def test_equal_hits_keep_one_order_although_they_were_written_in_another(tmp_path, monkeypatch, group):
    monkeypatch.setattr(ranking, "GROUP", group)
    engine = EmbeddedEngine(tmp_path)
    pks = list(range(1, 901))
    Random(3).shuffle(pks)
    with engine.build("candidate") as build:
        build.write(Write(pk, 1, person(pk)) for pk in pks[:500])
        build.activate()
    for start in range(500, 900, 100):
        engine.write("candidate", [Write(pk, 1, person(pk)) for pk in pks[start : start + 100]])
    search = Search().query("constant_score", filter=Q("match_all"), boost=3.0)
    assert found(engine, search.sort("_score", {"pk": "desc"}).extra(size=20)) == list(range(900, 880, -1))
    assert found(engine, search.sort("_score", "pk").extra(**{"from": 440, "size": 20})) == list(range(441, 461))
    assert found(engine, search.sort("wage_wanted", "pk").extra(size=5)) == [1, 2, 3, 4, 5]


def test_another_process_sees_a_commit_at_once(engine):
    other = EmbeddedEngine(engine.root)
    assert len(found(other)) == 30
    engine.write("candidate", [Write(31, 1, person(31))])
    begun = time.perf_counter()
    assert len(found(other)) == 31
    assert time.perf_counter() - begun < 0.05


def test_a_search_in_hand_is_not_disturbed_by_a_new_index(engine):
    other = EmbeddedEngine(engine.root)
    held = other.shelf("candidate").reader.current().snapshot
    with engine.build("candidate") as build:
        build.activate()
    assert len(held) == 30
    assert held.versions([7]) == {7: 1}
    assert found(other) == []


def test_without_an_index_the_engine_says_so(tmp_path):
    engine = EmbeddedEngine(tmp_path / "nowhere")
    with pytest.raises(IndexUnavailable, match="search_rebuild"):
        engine.search("candidate", ALL)
    with pytest.raises(IndexUnavailable):
        engine.write("candidate", [Write(1, 1, person(1))])
    assert "search_rebuild" in engine.health("candidate").problem


def test_an_index_whose_files_are_gone_is_reported_not_crashed_into(engine):
    folder = engine.shelf("candidate").directory.live()
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(IndexUnavailable, match="search_rebuild"):
        EmbeddedEngine(engine.root).search("candidate", ALL)


def test_an_index_of_another_schema_is_not_read_and_the_next_build_replaces_it(engine, monkeypatch):
    changed = mapping("candidate") | {"properties": mapping("candidate")["properties"] | {"languages": {"type": "keyword"}}}
    monkeypatch.setattr(schema, "mapping", lambda kind: changed)
    schema.layout_of.cache_clear()
    try:
        newer = EmbeddedEngine(engine.root)
        with pytest.raises(IndexUnavailable, match="another schema"):
            newer.search("candidate", ALL)
        with newer.build("candidate") as build:
            build.write([Write(1, 1, person(1) | {"languages": ["vi"]})])
            build.activate()
        assert found(newer) == [1]
    finally:
        schema.layout_of.cache_clear()


def test_a_build_that_is_not_finished_leaves_the_live_index_alone(engine):
    with engine.build("candidate") as build:
        build.write([Write(99, 1, person(99))])
    assert len(found(engine)) == 30
    assert [path.name for path in engine.shelf("candidate").directory.root.iterdir() if path.is_dir()] == [
        engine.shelf("candidate").directory.live().name
    ]


def test_a_second_writer_is_told_to_wait(engine, monkeypatch):
    monkeypatch.setattr(directory_module, "WRITER_WAIT_SECONDS", 0.1)
    with engine.shelf("candidate").directory.writing(), pytest.raises(IndexUnavailable, match="another process"):
        EmbeddedEngine(engine.root).write("candidate", [Write(31, 1, person(31))])
    engine.write("candidate", [Write(31, 1, person(31))])
    assert len(found(engine)) == 31


KILLED = """
import sys
from pathlib import Path
from search.engines.embedded.engine import EmbeddedEngine
directory = EmbeddedEngine(Path(sys.argv[1])).shelf("candidate").directory
with directory.writing(), directory.journal(directory.live()).file.open("ab") as journal:
    journal.write(b"0badcafe [[99, 1, {")
    journal.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_the_index_survives_a_writer_killed_in_the_middle(engine):
    program = "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; django.setup()\n" + KILLED
    with subprocess.Popen([sys.executable, "-c", program, str(engine.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "writing\n"
        assert len(found(engine)) == 30  # readers go on while somebody writes
        writer.kill()
    assert len(found(EmbeddedEngine(engine.root))) == 30
    engine.write("candidate", [Write(31, 1, person(31))])  # the lock died with its holder, the half line is written over
    assert len(found(engine)) == len(found(EmbeddedEngine(engine.root))) == 31


def test_a_journal_cut_anywhere_holds_the_whole_writes_before_the_cut(engine):
    journal = engine.shelf("candidate").directory.journal(engine.shelf("candidate").directory.live())
    ends = [journal.size()]
    for pk in (31, 32, 33):
        engine.write("candidate", [Write(pk, 1, person(pk))])
        ends.append(journal.size())
    everything = journal.file.read_bytes()
    for cut in range(0, len(everything), 7):
        journal.file.write_bytes(everything[:cut])
        assert len(found(EmbeddedEngine(engine.root))) == 30 + sum(end <= cut for end in ends[1:])
    flipped = bytearray(everything)
    flipped[ends[1] + 40] ^= 1
    journal.file.write_bytes(flipped)
    assert len(found(EmbeddedEngine(engine.root))) == 31


def test_a_damaged_segment_is_reported_not_crashed_into(engine):
    segment = next(engine.shelf("candidate").directory.live().glob("*.segment"))
    segment.write_bytes(segment.read_bytes()[:100])
    with pytest.raises(IndexUnavailable, match="search_rebuild"):
        EmbeddedEngine(engine.root).search("candidate", ALL)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_written_and_merged_the_index_holds_the_latest_of_each_document(tmp_path, monkeypatch, seed):
    """Segments of 60 documents at most, merged into new folders every 40 changes; a second process follows along."""
    monkeypatch.setattr(segments, "LARGEST", 60)
    monkeypatch.setattr(engine_module, "MOST_CHANGES", 40)
    random, engine, other, expected = Random(seed), EmbeddedEngine(tmp_path), EmbeddedEngine(tmp_path), {}
    sources = {pk: source for pk, (_facts, source) in generated.candidates(random, 200).items()}
    with engine.build("candidate") as build:
        for version in (1, 2):
            for pk in random.sample(list(sources), 100):
                expected[pk] = generated.candidate_source(pk, generated.candidate(random))
                build.write([Write(pk, version, expected[pk])])
        build.activate()
    for version in range(3, 40):
        batch = {pk: random.choice([None, sources[pk], sources[pk]]) for pk in random.sample(list(sources), random.choice([1, 1, 5, 30]))}
        engine.write("candidate", [Write(pk, version, source) for pk, source in batch.items()])
        expected = {pk: source for pk, source in (expected | batch).items() if source is not None}
        assert dict(other.digests("candidate")) == {pk: source["digest"] for pk, source in expected.items()}
        assert found(other, ALL.query("range", wage_wanted={"gte": 9_000_000})) == sorted(
            pk for pk, source in expected.items() if (source["wage_wanted"] or 0) >= 9_000_000
        )
        assert found(other, ALL.query("terms", zones=[1, 2])) == sorted(pk for pk, source in expected.items() if {1, 2} & set(source["zones"]))
    assert len([path for path in (Path(tmp_path) / "candidate").iterdir() if path.is_dir()]) == 1


def test_words_are_split_at_spaces_and_nothing_else(tmp_path):
    engine = EmbeddedEngine(tmp_path)
    source = generated.opening_source(generated.opening(Random(1), 5)[0], [], {}) | {"title": "đứng máy c++ a-b"}
    with engine.build("opening") as build:
        build.write([Write(5, 1, source)])
        build.activate()
    for word, hits in [("máy", [5]), ("c++", [5]), ("a-b", [5]), ("may", []), ("c", []), ("đứng máy", [])]:
        query = Q("bool", filter=[Q("term", title=word)])
        assert [hit.document for hit in engine.search("opening", Search().query(query).sort("pk")).hits] == hits


ENDLESS = """
import json, sys
from pathlib import Path
from search.engines.contract import Write
from search.engines.embedded import engine as module
module.MOST_CHANGES = 100
engine, source = module.EmbeddedEngine(Path(sys.argv[1])), json.loads(sys.argv[3])
for wage in range(int(sys.argv[2]), 10**9):
    writes = [Write(pk, wage, source | {"pk": pk, "wage_wanted": wage}) for pk in range(1, 31)]
    if wage % 7:
        engine.write("candidate", writes)
    else:
        with engine.build("candidate") as build:
            build.write(writes)
            build.activate()
    print(wage, flush=True)
"""


def test_killed_at_any_moment_the_writer_leaves_whole_batches_and_nobody_waits(engine):
    """Batches, merges into new folders and whole builds in turn; each gives all thirty the same wage, one higher than the last."""
    source, wage, random = {**person(1), "ready_on": None}, 1, Random(9)
    for _round in range(6):
        command = [sys.executable, "-c", ENDLESS, str(engine.root), str(wage), json.dumps(source)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout.readline() == f"{wage}\n"
            time.sleep(random.uniform(0, 0.3))
            writer.kill()
            said = [wage, *map(int, writer.stdout.read().split())]
        fresh = EmbeddedEngine(engine.root)
        assert found(fresh) == found(engine) == list(range(1, 31))
        held = {wage for wage in (said[-1], said[-1] + 1) if found(fresh, ALL.query("term", wage_wanted=wage))}
        assert len(held) == 1
        assert len(found(fresh, ALL.query("terms", wage_wanted=list(held)))) == 30
        wage = held.pop() + 1
