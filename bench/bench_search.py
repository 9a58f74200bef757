"""How fast the embedded index answers, beside a floor measured in the same run: one pass over plain Python lists.

    python bench/bench_search.py [--candidates 100000] [--openings 5000] [--rounds 30]

The last line is one JSON object. `…_ratio` is the index's median over the floor's, so it says the same on any machine.
With a migrated database at DATABASE_URL that holds rows, a rebuild from it is timed too (into a directory of its own).
"""

import argparse
import heapq
import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recruitment.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import DatabaseError  # noqa: E402
from elasticsearch.dsl import Search  # noqa: E402

from search.engines.contract import Write  # noqa: E402
from search.engines.embedded.engine import EmbeddedEngine  # noqa: E402
from search.lexicon import lexicon_of  # noqa: E402
from search.queries.candidates import CandidateParameters, candidates_search, facets_of  # noqa: E402
from search.queries.facets import with_facets  # noqa: E402
from search.queries.matching import candidates_for  # noqa: E402
from search.queries.openings import OpeningParameters  # noqa: E402
from search.queries.openings import facets_of as opening_facets  # noqa: E402
from search.queries.vocabulary import vocabulary_of  # noqa: E402
from search.queries.words import Words  # noqa: E402
from search.rebuilding import rebuild  # noqa: E402
from search.scoring import score  # noqa: E402
from tests.conformance import generated  # noqa: E402

TODAY = generated.TODAY
TOP = 50


def median_ms(action, rounds: int) -> float:
    action()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        action()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def build(engine: EmbeddedEngine, kind: str, sources: list[dict]) -> float:
    """Documents per second."""
    begun = time.perf_counter()
    with engine.build(kind) as index:
        for start in range(0, len(sources), 2000):
            index.write(Write(source["pk"], 1, source) for source in sources[start : start + 2000])
        index.activate()
    return len(sources) / (time.perf_counter() - begun)


def bench_match(engine: EmbeddedEngine, random: Random, count: int, rounds: int) -> dict:
    people = generated.candidates(random, count)
    per_second = build(engine, "candidate", [source for _facts, source in people.values()])
    row, skills = generated.opening(random, 1)
    opening = generated.facts_of(row, skills, on=TODAY)
    ranked = Search().query("bool", should=candidates_for(opening), minimum_should_match=0).sort("_score", "pk").extra(size=TOP)
    page, _facets = candidates_search(opening, CandidateParameters(), on=TODAY)
    everybody = [(pk, facts) for pk, (facts, _source) in people.items()]

    def floor() -> list:
        return heapq.nsmallest(TOP, ((-score(opening, facts).score, pk) for pk, facts in everybody))

    found = [(-hit.score, hit.document) for hit in engine.search("candidate", ranked).hits]
    floor_ms, ranked_ms = median_ms(floor, 3), median_ms(lambda: engine.search("candidate", ranked), rounds)
    return {
        "candidates": count,
        "build_per_s": round(per_second),
        "match_floor_ms": round(floor_ms, 1),
        "match_ms": round(ranked_ms, 2),
        "match_with_facets_ms": round(median_ms(lambda: engine.search("candidate", page), rounds), 2),
        "match_ratio": round(ranked_ms / floor_ms, 4),
        "match_equals_scoring": found == floor(),
        "facets": len(facets_of(opening, CandidateParameters(), on=TODAY)),
    }


def bench_words(engine: EmbeddedEngine, random: Random, count: int, rounds: int) -> dict:
    openings = [source for _row, _skills, source in generated.openings(random, count).values()]
    build(engine, "opening", openings)
    words = Words.with_("cong nhan may", lexicon_of(()), vocabulary_of(engine), on=TODAY, exactly=True)
    query = Search().query(words.query())
    search = with_facets(query, opening_facets(OpeningParameters(), words, on=TODAY)).sort("_score", {"pk": "desc"}).extra(size=20)
    folded = [(source, {*source["folded_words"]}) for source in openings]
    asked = {"cong", "nhan", "may"}

    def floor() -> tuple:
        found = [source for source, held in folded if asked <= held]
        return len(found), [Counter(source[field] for source in found) for field in ("zone", "shift", "occupation", "has_dormitory")]

    floor_ms, words_ms = median_ms(floor, 5), median_ms(lambda: engine.search("opening", search), rounds)
    return {
        "openings": count,
        "text_floor_ms": round(floor_ms, 2),
        "text_with_facets_ms": round(words_ms, 2),
        "text_ratio": round(words_ms / floor_ms, 4),
        "text_equals_floor": engine.search("opening", search).total == floor()[0],
    }


def bench_changes(engine: EmbeddedEngine, random: Random, rounds: int) -> dict:
    """One changed document: sent, committed, and seen by the next search."""
    sources = [source for _facts, source in generated.candidates(random, rounds).values()]
    version = iter(range(2, 10_000))
    seen = Search().sort("pk").extra(size=1)

    def change() -> None:
        source = random.choice(sources)
        engine.write("candidate", [Write(source["pk"], next(version), source)])
        engine.search("candidate", seen)

    return {"change_to_visible_ms": round(median_ms(change, rounds), 2)}


def bench_rebuild(directory: Path) -> dict:
    settings.SEARCH_DIRECTORY = directory
    try:
        begun = time.perf_counter()
        rows = {kind: rebuild(kind, report=lambda read, total: None) for kind in ("opening", "candidate")}
    except DatabaseError as error:
        print(f"No rebuild from the database: {error}")
        return {}
    return {"rebuild_rows": rows, "rebuild_s": round(time.perf_counter() - begun, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=100_000)
    parser.add_argument("--openings", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    random = Random(2021)
    with tempfile.TemporaryDirectory() as scratch:
        engine = EmbeddedEngine(Path(scratch) / "generated")
        result = bench_match(engine, random, arguments.candidates, arguments.rounds)
        result |= bench_words(engine, random, arguments.openings, arguments.rounds)
        result |= bench_changes(engine, random, arguments.rounds)
        result |= bench_rebuild(Path(scratch) / "rebuilt")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
