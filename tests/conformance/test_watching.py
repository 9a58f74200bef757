"""A saved search waits for exactly what the list finds, for whatever the product can ask."""

from random import Random

import pytest

from search.documents import mapping
from search.queries.candidates import CandidateParameters, candidates_search
from search.queries.openings import openings_search
from search.saved_searches import condition_of
from search.watching import WatchIndex
from tests.conformance import generated
from tests.conformance.test_product_queries import ON, candidate_parameters, opening_parameters

SEARCHES = 80


def index_of(kind: str, sample) -> WatchIndex:
    types = {name: options["type"] for name, options in mapping(kind)["properties"].items()}
    texts, dates = ({name for name, of_type in types.items() if of_type == wanted} for wanted in ("text", "date"))
    return WatchIndex(texts, sample, dates=dates)


def watched(index: WatchIndex, sources) -> dict[int, set[int]]:
    """Search → documents it would tell of."""
    told: dict[int, set[int]] = {search: set() for search in index.whose}
    for source in sources:
        for search in index.matching(source):
            told[search].add(source["pk"])
    return told


def found(engine, kind: str, search) -> set[int]:
    everything = search.extra(**{"from": 0, "size": 10_000})
    return {hit.document for hit in engine.search(kind, everything).hits}


@pytest.mark.django_db
def test_openings_told_of_are_the_openings_found(engine, openings, occupations):
    sources = [source for _row, _skills, source in openings.values()]
    index = index_of("opening", sources[:200])
    searches = {seed: openings_search(opening_parameters(Random(seed)), on=ON).search for seed in range(SEARCHES)}
    for seed, search in searches.items():
        index.add(seed, condition_of(search))
    told = watched(index, sources)
    assert told == {seed: found(engine, "opening", search) for seed, search in searches.items()}
    assert sum(map(len, told.values())) > SEARCHES


@pytest.mark.django_db
def test_people_told_of_are_the_people_found(engine, openings, candidates):
    sources = [source for _facts, source in candidates.values()]
    index = index_of("candidate", sources[:200])
    searches = {}
    for seed in range(SEARCHES):
        row, skills, _source = Random(seed).choice(list(openings.values()))
        parameters = candidate_parameters(Random(seed), list(candidates))
        assert isinstance(parameters, CandidateParameters)
        searches[seed], _facets = candidates_search(generated.facts_of(row, skills, on=ON), parameters, on=ON)
        index.add(seed, condition_of(searches[seed]))
    assert watched(index, sources) == {seed: found(engine, "candidate", search) for seed, search in searches.items()}
