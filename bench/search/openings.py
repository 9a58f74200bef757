"""Words with facets over generated openings, and the floor: one pass of NumPy over posting lists and columns."""

from collections import defaultdict
from dataclasses import dataclass
from random import Random

import numpy as np
from elasticsearch.dsl import Q, Search

from search.engines.contract import Answer, Engine, Write
from search.lexicon import fold_word, lexicon_of
from search.queries.facets import with_facets
from search.queries.matching import either, missing
from search.queries.openings import START_STEPS, WAGE_STEPS, OpeningParameters, facets_of, openings_search
from search.queries.results import PAGE_SIZE
from search.queries.vocabulary import Vocabulary, vocabulary_of
from search.queries.words import Words
from search.reading import Reading
from search.scoring import TEXT_POINTS
from tests.conformance import generated

TODAY = generated.TODAY.toordinal()
DISTINCT_TEXTS = 2_000
NEVER = 2**30
COMMUTE = "commute: "  # before a way, the column that says who offers it
MANY = 1_000  # rows; fewer are sorted
TYPED = [
    ("dây", "chuyền"),
    ("day", "chuyen"),
    ("nhà", "máy"),
    ("hong", "lam"),
    ("hồng", "lam", "3"),
    ("linh", "kiện"),
    ("nghề", "7"),
    ("công", "nhân"),
]


@dataclass(frozen=True)
class Openings:
    """Rows by primary key; `postings` has the rows of each (field, word)."""

    sources: list[dict]
    postings: dict[tuple[str, str], np.ndarray]
    columns: dict[str, np.ndarray]


def make_openings(count: int) -> Openings:
    """Some texts many times, each time with other conditions of work."""
    random = Random(2021)
    texts = [made[-1] for made in generated.openings(random, min(count, DISTINCT_TEXTS)).values()]
    others = ["occupation", "wage_top", "zone", "shift", "has_dormitory", "starts_on", "closes_on", "published_at", "places_left", "commute"]
    sources = []
    for place in range(count):
        conditions = random.choice(texts)
        sources.append(texts[place % len(texts)] | {name: conditions[name] for name in others} | {"pk": 3 * place + 1, "digest": place})
    postings: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, source in enumerate(sources):
        for field in TEXT_POINTS:
            for word in set(source[field].split()):
                postings[field, word].append(row)
    numbers = {
        name: np.array([source[name] for source in sources]) for name in ("pk", "occupation", "zone", "places_left", "accents", "has_dormitory")
    }
    ways = sorted({way for source in sources for way in source["commute"]})
    return Openings(
        sources,
        {key: np.array(rows) for key, rows in postings.items()},
        numbers
        | {
            **{f"{COMMUTE}{way}": np.array([way in source["commute"] for source in sources]) for way in ways},
            "shift": np.array([generated.SHIFTS.index(source["shift"]) for source in sources]),
            "wage_top": np.array([source["wage_top"] or NEVER for source in sources]),  # not stated counts as enough
            "starts_on": np.array([source["starts_on"].toordinal() for source in sources]),
            "closes_on": np.array([source["closes_on"].toordinal() if source["closes_on"] else NEVER for source in sources]),
        },
    )


def build(engine: Engine, openings: Openings) -> None:
    with engine.build("opening") as index:
        index.write(Write(source["pk"], 1, source) for source in openings.sources)
        index.activate()


def asked(words: tuple[str, ...]) -> Search:
    """Every word in some field, points for each field that has it; only openings that take people; the page's facets."""
    points = [
        Q("bool", should=[Q("constant_score", filter=Q("term", **{name: one}), boost=TEXT_POINTS[name]) for name, one in said(word)])
        for word in words
    ]
    conditions = [Q("range", places_left={"gte": 1}), either(Q("range", closes_on={"gte": generated.TODAY}), missing("closes_on"))]
    facets = facets_of(OpeningParameters(), Words(Reading(), lexicon_of(()), Vocabulary()), on=generated.TODAY)
    search = Search().query(Q("bool", must=points, filter=conditions))
    return with_facets(search, facets).sort("_score", {"pk": "desc"}).extra(size=PAGE_SIZE, track_total_hits=True)


def said(word: str) -> list[tuple[str, str]]:
    return [(name, fold_word(word) if name.endswith("_folded") else word) for name in TEXT_POINTS]


def of_the_page(engine: Engine) -> list[Search]:
    """What the product makes of the same texts."""
    vocabulary, lexicon = vocabulary_of(engine), lexicon_of(())
    read = {typed: Words.with_(typed, lexicon, vocabulary, on=generated.TODAY) for typed in map(" ".join, TYPED)}
    return [openings_search(OpeningParameters(q=typed), on=generated.TODAY, words=words).search for typed, words in read.items()]


def floor(openings: Openings, words: tuple[str, ...]) -> tuple:
    """(total, the first page's (primary key, score), facet → counts that aren't 0)."""
    columns = openings.columns
    mask = (columns["places_left"] >= 1) & (columns["closes_on"] >= TODAY)
    scores = np.zeros(len(openings.sources), dtype=np.int32)
    for word in words:
        points = np.zeros(len(openings.sources), dtype=np.int32)
        for name, one in said(word):
            points[openings.postings.get((name, one), [])] += TEXT_POINTS[name]
        mask &= points > 0
        scores += points
    rows = np.flatnonzero(mask)
    first = rows[np.lexsort((-columns["pk"][rows], -scores[rows]))[:PAGE_SIZE]] if len(rows) <= MANY else best(scores, rows)
    return len(rows), list(zip(columns["pk"][first].tolist(), scores[first].tolist(), strict=True)), floor_facets(columns, rows)


def best(scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The first page of many rows, the last of equal ones first."""
    limit = np.partition(scores[rows], len(rows) - PAGE_SIZE)[len(rows) - PAGE_SIZE]
    better, tied = rows[scores[rows] > limit], rows[scores[rows] == limit]
    first = np.concatenate([better, tied[len(tied) - (PAGE_SIZE - len(better)) :]])
    return first[np.lexsort((-first, -scores[first]))]


def floor_facets(columns: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, dict]:
    wages, starts = columns["wage_top"][rows], columns["starts_on"][rows]
    counted = {
        "zones": dict(enumerate(np.bincount(columns["zone"][rows]).tolist())),
        "shifts": dict(zip(generated.SHIFTS, np.bincount(columns["shift"][rows], minlength=len(generated.SHIFTS)).tolist(), strict=True)),
        "occupations": dict(enumerate(np.bincount(columns["occupation"][rows]).tolist())),
        "wage_from": {str(step): int(np.count_nonzero(wages >= step)) for step in WAGE_STEPS},
        "dormitory": {"yes": int(np.count_nonzero(columns["has_dormitory"][rows]))},
        "commute": {name.removeprefix(COMMUTE): int(np.count_nonzero(mask[rows])) for name, mask in columns.items() if name.startswith(COMMUTE)},
        "start_by": {days: int(np.count_nonzero(starts <= TODAY + days)) for days in START_STEPS},
    }
    return {name: {value: count for value, count in found.items() if count} for name, found in counted.items()}


def same(answer: Answer, expected: tuple) -> bool:
    """Whether an engine's answer is the floor's. Days are compared in their order."""
    total, hits, facets = expected
    found = {}
    for name, body in answer.aggregations.items():
        buckets = body["values"]["buckets"]
        pairs = (
            [(key, bucket["doc_count"]) for key, bucket in buckets.items()]
            if isinstance(buckets, dict)
            else [(b["key"], b["doc_count"]) for b in buckets]
        )
        found[name] = {key: count for key, count in pairs if count}
    days = {"start_by": sorted(facets.pop("start_by").values())}
    found["start_by"] = sorted(found.pop("start_by").values())
    return (answer.total, [(hit.document, hit.score) for hit in answer.hits], found) == (total, hits, facets | days)
