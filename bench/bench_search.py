"""How fast search is, each figure beside a floor measured in the same run.

    python -m bench.bench_search [--small]        (make bench-search)

Everything that is compared is asked in turn and must give the same answers. The last line is one JSON object; what can't be
measured here is null in it, and a line before says why. `--small` takes a hundredth of the data: it shows that the bench runs,
and its figures mean nothing. The databases' tables and the documents of the change-to-visible run are made in a scratch database.
"""

import argparse
import csv
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from xml.etree import ElementTree

from bench import scratch  # first: it sets Django up
from bench.known_item import known_item as known_item_of
from bench.search import freshness, openings, people
from bench.search.databases import PostgreSQL, SQLite
from bench.search.timing import Times, in_turn
from runtime import services
from search.engines.contract import Engine, IndexUnavailable, Write
from search.engines.elasticsearch.engine import ElasticsearchEngine
from search.engines.embedded.engine import EmbeddedEngine
from search.queries.candidates import CandidateParameters, candidates_search
from search.scoring import OpeningFacts
from tests.conformance import generated
from tests.harness.testdata import folder

KEYS = [
    *("match_100k_ratio", "match_1m_ratio", "text_ratio", "postgresql_ratio", "sqlite_ratio", "elasticsearch_ratio"),
    *("build_per_s", "visible_p95_s", "alerts_p95_ms", "recommend_20k_s", "recommend_100k_s", "fill_20k", "fill_100k", "score_20k"),
    *("known_item", "conformance_failures"),
]
ROOT = Path(__file__).resolve().parent.parent
TITLES = "chức danh"
MEGABYTE = 1024 * 1024
DELETE_SECONDS = 60
SETTLING_TRIES, SETTLING_SECONDS = 10, 5


class Bench:
    """The figures so far, what several parts need, and where the run keeps its files."""

    def __init__(self, files: Path, *, small: bool):
        self.files, self.small = files, small
        self.figures: dict[str, object] = dict.fromkeys(KEYS)
        facts = (generated.opening(Random(seed), 1) for seed in range(10))
        self.jobs = [generated.facts_of(row, skills, on=generated.TODAY) for row, skills in facts]
        self.embedded = EmbeddedEngine(files / "people")

    def size(self, full: int) -> int:
        return full // 100 if self.small else full

    def job(self, number: int) -> OpeningFacts:
        return self.jobs[number % len(self.jobs)]

    @cached_property
    def crowd(self) -> people.People:
        """100,000 people, in the embedded index too."""
        crowd = people.make_people(self.size(100_000))
        per_second = build(self.embedded, crowd)
        self.figures["build_per_s"] = round(per_second)
        say(f"  build: {per_second:,.0f} documents/s; segments on disk {on_disk(self.embedded.root):.0f} MB")
        return crowd

    def run(self, name: str) -> None:
        """One part. What goes wrong in it leaves its figures null and says why."""
        part = PARTS[name]
        say(part.title)
        begun = time.perf_counter()
        try:
            part.measure(self)
        except Exception as error:  # noqa: BLE001 - one part that can't be measured must not lose the others
            missing = ", ".join(figure for figure in part.figures if self.figures[figure] is None)
            say(f"  not measured: {missing}: {type(error).__name__}: {str(error).partition(chr(10))[0]}")
        say(f"  ({time.perf_counter() - begun:.0f} s)")


def say(what: str) -> None:
    print(what, flush=True)


def ratio(one: Times, other: Times) -> float:
    return round(one.p50 / other.p50, 3)


def match(bench: Bench) -> None:
    crowd, embedded = bench.crowd, bench.embedded
    ways: dict[str, Callable] = {
        "floor": lambda number: people.floor(crowd, bench.job(number)),
        "embedded": lambda number: hits(embedded, bench.job(number)),
        "page": lambda number: embedded.search("candidate", candidates_search(bench.job(number), CandidateParameters(), on=generated.TODAY)[0]),
    }
    times = compared(bench, crowd, ways, rounds=20)
    bench.figures["match_100k_ratio"] = ratio(times["embedded"], times["floor"])


def match_in_databases(bench: Bench) -> None:
    postgresql, sqlite = PostgreSQL(bench.crowd), SQLite(bench.crowd, bench.files / "people.sqlite")
    ways = {
        "embedded": lambda number: hits(bench.embedded, bench.job(number)),
        "postgresql": lambda number: postgresql.search(bench.job(number)),
        "sqlite": lambda number: sqlite.search(bench.job(number)),
    }
    times = compared(bench, bench.crowd, ways, rounds=8)
    bench.figures |= {f"{name}_ratio": ratio(times[name], times["embedded"]) for name in ("postgresql", "sqlite")}


def match_in_elasticsearch(bench: Bench) -> None:
    with elasticsearch() as server:
        build(server, bench.crowd)
        settle(server, bench)
        ways = {"embedded": lambda number: hits(bench.embedded, bench.job(number)), "elasticsearch": lambda number: hits(server, bench.job(number))}
        times = compared(bench, bench.crowd, ways, rounds=12)
        bench.figures["elasticsearch_ratio"] = ratio(times["elasticsearch"], times["embedded"])


def settle(server: ElasticsearchEngine, bench: Bench) -> None:
    """A server that has just taken in much answers slowly at first, and is then left alone for some seconds."""
    for number in range(SETTLING_TRIES):
        try:
            for opening in bench.jobs:
                hits(server, opening)
            return
        except IndexUnavailable:
            if number == SETTLING_TRIES - 1:
                raise
            time.sleep(SETTLING_SECONDS)


def hits(engine: Engine, opening: OpeningFacts) -> list[tuple[int, float]]:
    return [(hit.document, hit.score) for hit in engine.search("candidate", people.asked(opening)).hits]


def compared(bench: Bench, crowd: people.People, ways: dict[str, Callable], *, rounds: int) -> dict[str, Times]:
    """Times of all ways, which must agree on every opening (but for `page`, which asks for more)."""
    for number in range(len(bench.jobs)):
        expected = people.floor(crowd, bench.job(number))
        for name, way in ways.items():
            if name != "page" and [tuple(hit) for hit in way(number)] != expected:
                raise RuntimeError(f"{name} answers otherwise than the floor")
    times = in_turn(ways, rounds=rounds)
    for name, taken in times.items():
        say(f"  {name}: {taken}")
    return times


def build(engine: Engine, crowd: people.People) -> float:
    """Documents per second, without the time that making them takes."""
    taken = 0.0
    with engine.build("candidate") as index:
        for chunk in people.documents(crowd):
            begun = time.perf_counter()
            index.write([Write(source["pk"], 1, source) for source in chunk])
            taken += time.perf_counter() - begun
        begun = time.perf_counter()
        index.activate()
    return len(crowd) / (taken + time.perf_counter() - begun)


def match_a_million(bench: Bench) -> None:
    crowd = people.make_people(bench.size(1_000_000))
    embedded = EmbeddedEngine(bench.files / "million")
    say(f"  build: {build(embedded, crowd):,.0f} documents/s")
    ways = {"floor": lambda number: people.floor(crowd, bench.job(number)), "embedded": lambda number: hits(embedded, bench.job(number))}
    times = compared(bench, crowd, ways, rounds=8)
    bench.figures["match_1m_ratio"] = ratio(times["embedded"], times["floor"])
    reader = subprocess.run([sys.executable, "-m", "bench.search.memory", str(embedded.root)], cwd=ROOT, check=True, capture_output=True, text=True)
    say(f"  a process that only searches: {reader.stdout.strip()}")
    say(f"  segments on disk {on_disk(embedded.root):.0f} MB; this process at most {peak():.0f} MB, most of it the generated data")


def words(bench: Bench) -> None:
    made = openings.make_openings(bench.size(100_000))
    embedded = EmbeddedEngine(bench.files / "openings")
    begun = time.perf_counter()
    openings.build(embedded, made)
    say(f"  build: {len(made.sources) / (time.perf_counter() - begun):,.0f} documents/s")
    for typed in openings.TYPED:
        if not openings.same(embedded.search("opening", openings.asked(typed)), openings.floor(made, typed)):
            raise RuntimeError(f"the engine answers {typed!r} otherwise than the floor")
    pages = openings.of_the_page(embedded)
    times = in_turn(
        {
            "floor": lambda number: openings.floor(made, openings.TYPED[number % len(openings.TYPED)]),
            "embedded": lambda number: embedded.search("opening", openings.asked(openings.TYPED[number % len(openings.TYPED)])),
            "the page's own queries for the same words": lambda number: embedded.search("opening", pages[number % len(pages)]),
        },
        rounds=20,
    )
    bench.figures["text_ratio"] = ratio(times["embedded"], times["floor"])
    for name, taken in times.items():
        say(f"  {name}: {taken}")


def visible(bench: Bench) -> None:
    sources = [source for chunk in people.documents(people.make_people(50)) for source in chunk]
    say(f"  among {len(bench.crowd):,} people, one document written and seen by another reader: {freshness.engine_part(bench.embedded, sources)}")
    seconds = freshness.change_to_visible(workers=20 if bench.small else 300, seconds=1 if bench.small else 15)
    bench.figures["visible_p95_s"] = round(seconds.p95 / 1000, 3)
    say(f"  from commit to visible, {freshness.PER_SECOND} changes a second: {seconds}")


def alerts(bench: Bench) -> None:
    take(bench, "alerts", "alerts_p95_ms")


def recommendations(bench: Bench) -> None:
    if bench.small:
        raise RuntimeError("left out of a small run, since its sizes are fixed")
    take(bench, "recommendations", "recommend_20k_s", "recommend_100k_s", "fill_20k", "fill_100k", "score_20k")


def take(bench: Bench, module: str, *names: str) -> None:
    """The figures of another bench, run in a process of its own so that neither's memory is the other's."""
    code = f"import json; from bench import {module}; print(json.dumps({module}.figures()))"
    importlib.import_module(f"bench.{module}")
    run = subprocess.run([sys.executable, "-c", SETUP + code], cwd=ROOT, check=False, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr.strip().splitlines()[-1])
    found = json.loads(run.stdout.splitlines()[-1])
    say("  " + ", ".join(f"{name} {value}" for name, value in found.items()))
    bench.figures |= {name: found.get(name) for name in names}


SETUP = "import django; django.setup(); "


def known_item(bench: Bench) -> None:
    place = folder("postings")
    if place is None:
        raise RuntimeError("the public advertisements are not kept with the project")
    with next(place.glob("*.csv")).open(encoding="utf-8", newline="") as file:
        titles = [row[TITLES] for row in csv.DictReader(file)]
    found = known_item_of(EmbeddedEngine(bench.files / "titles"), titles[: 20 if bench.small else None])
    say(f"  {len(titles)} titles, mean reciprocal rank {found['mrr']}")
    bench.figures["known_item"] = {name: found[name] for name in ("no_accents", "one_typo", "two_words_dropped")}


def conformance(bench: Bench) -> None:
    """The conformance suite, run: what fails in it or can't be run."""
    report = bench.files / "conformance.xml"
    chosen = ["tests/conformance/test_language.py", "-k", "refused"] if bench.small else ["tests/conformance"]
    environment = {**os.environ, "VX_TEST_DB": "bench-conformance"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", f"--junitxml={report}", *chosen]
    subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=subprocess.DEVNULL)
    suite = ElementTree.parse(report).getroot().find("testsuite")
    count = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    say(f"  {count['tests']} tests, {count['skipped']} skipped")
    bench.figures["conformance_failures"] = count["failures"] + count["errors"]


@contextmanager
def elasticsearch() -> Iterator[ElasticsearchEngine]:
    """The server that the environment names, or our own; the bench's indexes are deleted at the end. NotStarted."""
    with ExitStack() as stack:
        url = os.environ.get("ELASTICSEARCH_URL") or stack.enter_context(services.elasticsearch_lease())
        engine = ElasticsearchEngine(url, "bench")
        try:
            yield engine
        finally:
            with engine.server.asked(DELETE_SECONDS) as client:
                for index in client.indices.get(index="bench-*"):
                    client.indices.delete(index=index)


def on_disk(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / MEGABYTE


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


@dataclass(frozen=True)
class Part:
    title: str
    measure: Callable[[Bench], None]
    figures: Sequence[str]


PARTS = {
    "match": Part("match over 100,000 people, the best 50", match, ["match_100k_ratio", "build_per_s"]),
    "databases": Part("the same in PostgreSQL and SQLite", match_in_databases, ["postgresql_ratio", "sqlite_ratio"]),
    "elasticsearch": Part("the same in Elasticsearch, over loopback", match_in_elasticsearch, ["elasticsearch_ratio"]),
    "visible": Part("a change, until a reader sees it", visible, ["visible_p95_s"]),
    "words": Part("words with facets over 100,000 openings", words, ["text_ratio"]),
    "alerts": Part("one changed document against saved searches", alerts, ["alerts_p95_ms"]),
    "recommendations": Part(
        "recommendations, refreshed", recommendations, ["recommend_20k_s", "recommend_100k_s", "fill_20k", "fill_100k", "score_20k"]
    ),
    "known-item": Part("known-item search", known_item, ["known_item"]),
    "million": Part("match over 1,000,000 people", match_a_million, ["match_1m_ratio"]),
    "conformance": Part("conformance of the engines", conformance, ["conformance_failures"]),
}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a hundredth of the data")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    chosen = parser.parse_args(arguments)
    with scratch.database(), tempfile.TemporaryDirectory() as files:
        bench = Bench(Path(files), small=chosen.small)
        for name, part in PARTS.items():
            if name in chosen.only:
                bench.run(name)
            else:
                say(f"left out as asked: {', '.join(part.figures)}")
    print(json.dumps(bench.figures))


if __name__ == "__main__":
    main(sys.argv[1:])
