"""Every query that the product makes, over thousands of documents, against plain Python: hits, order, counts, scores."""

from random import Random

import pytest

from search import text
from search.queries import openings as queries
from search.queries.candidates import CandidateParameters, candidates_search
from search.queries.openings import OpeningParameters, openings_search
from search.queries.vocabulary import vocabulary_of
from search.scoring import score
from tests.conformance import generated
from tests.conformance.both import counts
from tests.conformance.oracle import answer as expected_answer
from tests.harness.samples import posting_titles

ON = generated.TODAY
WORDS = [
    "",
    "",
    "công nhân may",
    "cong nhan may",
    "may",
    "thợ hàn ca đêm",
    "tho han",
    "sewing",
    "hàn xì",
    "lap rap",
    "KCN",
    "yên bình",
    "Hong Lam 3",
    "lương cáo",
    "công nhân may ca đêm trên 8 triệu có ký túc xá",
    "công nhân -may",
    "thợ hàn không ca đêm có xe đưa đón",
    "cong nhan lap rap khong yeu cau kinh nghiem",
]


def opening_parameters(random: Random) -> OpeningParameters:
    return OpeningParameters(
        q=random.choice(WORDS),
        zones=tuple(random.sample(generated.ZONES, random.choice([0, 0, 1, 2]))),
        shifts=tuple(random.sample(generated.SHIFTS, random.choice([0, 0, 1]))),
        occupations=tuple(random.sample(generated.OCCUPATIONS, random.choice([0, 0, 0, 3]))),
        wage_from=random.choice([None, None, 8_000_000, 9_500_000]),
        dormitory=random.random() < 0.3,
        commute=random.choice([(), (), ("shuttle",), ("dormitory", "stop:Bến xe Thái Nguyên")]),
        start_by=random.choice([None, None, generated.days(random, 0, 30)]),
        sort=random.choice(["", "match", "newest", "wage", "soonest"]),
        page=random.choice([1, 1, 2, 5, 40]),
        candidate=random.choice([None, generated.candidate(random)]),
    )


def candidate_parameters(random: Random, known: list[int]) -> CandidateParameters:
    return CandidateParameters(
        ready_by=random.choice([None, generated.days(random, 0, 20)]),
        shifts=tuple(random.sample(generated.SHIFTS, random.choice([0, 0, 1, 2]))),
        skills=tuple(random.sample(generated.SKILLS, random.choice([0, 0, 1, 2]))),
        fit=random.choice(["own", "related", "anybody"]),
        sort=random.choice(["match", "match", "soonest"]),
        page=random.choice([1, 1, 2, 7, 60]),
        without=frozenset(random.sample(known, random.choice([0, 5]))),
    )


def assert_equal(engine, kind, search, sources):
    found, expected = engine.search(kind, search), expected_answer(search.to_dict(), sources)
    assert found.total == expected.total
    assert counts(found.aggregations) == expected.aggregations
    assert [hit.document for hit in found.hits] == [document for document, _score in expected.hits]
    if search.to_dict()["sort"][0] == "_score":
        assert [hit.score for hit in found.hits] == [score for _document, score in expected.hits]
    return found


@pytest.mark.parametrize("seed", range(25))
def test_people_find_exactly_the_openings_that_plain_python_finds(engine, openings, occupations, seed):
    prepared = openings_search(opening_parameters(Random(seed)), on=ON)
    sources = [source for _row, _skills, source in openings.values()]
    assert_equal(engine, "opening", prepared.search, sources)


@pytest.mark.parametrize("typed", [words for words in WORDS if words])
@pytest.mark.parametrize("relaxed", [False, True])
def test_words_find_exactly_the_openings_that_plain_python_finds_each_with_its_score(engine, openings, occupations, typed, relaxed):
    search = openings_search(OpeningParameters(q=typed), on=ON, relaxed=relaxed).search.extra(size=10_000)
    search.aggs._params["aggs"].clear()  # counted above
    found = engine.search("opening", search)
    expected = expected_answer(search.to_dict(), [source for _row, _skills, source in openings.values()])
    assert [(hit.document, hit.score) for hit in found.hits] == expected.hits


def test_every_real_title_finds_its_own_opening_and_both_engines_list_the_same(engine, openings, occupations):
    """One with its accents, the next without; what both list is compared to the last score by Engines.search."""
    titles = posting_titles()
    by_title = {row.title: row for row, _skills, _source in openings.values()}
    listed = {}
    for number, title in enumerate(titles):
        typed = title if number % 2 else text.fold(title)
        hits = engine.search("opening", openings_search(OpeningParameters(q=typed), on=ON).search.extra(size=10)).hits
        listed[title] = by_title[title].pk in [hit.document for hit in hits]
    takes_people = [title for title in titles if by_title[title].places() and (by_title[title].closes_on or ON) >= ON]
    assert len(titles) == 250
    # the rest names a place, a shift or a way to work, which the invented row has not
    assert sum(listed[title] for title in takes_people) >= 0.9 * len(takes_people)


def test_the_vocabulary_is_the_same(engine):
    assert [vocabulary_of(one) for one in engine.engines[1:]] == [vocabulary_of(engine.engines[0])] * (len(engine.engines) - 1)
    assert vocabulary_of(engine.engines[0]).openings > 5_000


@pytest.mark.parametrize("seed", range(5))
def test_counts_of_what_other_conditions_would_list_are_those_of_listing_them(engine, openings, occupations, seed, monkeypatch):
    random = Random(seed)
    variants = {str(number): opening_parameters(random) for number in range(6)}
    monkeypatch.setattr(queries, "engine", lambda: engine)
    counted = queries.totals(variants, queries.words_of(OpeningParameters(q="may"), on=ON), on=ON)
    assert counted == {name: engine.search("opening", openings_search(asked, on=ON).search).total for name, asked in variants.items()}


@pytest.mark.parametrize("seed", range(6))
def test_an_opening_scores_for_a_person_what_scoring_says(engine, openings, occupations, seed):
    person = generated.candidate(Random(1000 + seed))
    search = openings_search(OpeningParameters(candidate=person, sort="match"), on=ON).search.extra(size=10_000)
    hits = engine.search("opening", search).hits
    assert len(hits) > 500
    assert {hit.document: hit.score for hit in hits} == {
        hit.document: score(generated.facts_of(*openings[hit.document][:2], on=ON), person).score for hit in hits
    }


@pytest.mark.parametrize("seed", range(25))
def test_recruiters_find_exactly_the_people_that_plain_python_finds(engine, openings, candidates, seed):
    random = Random(seed)
    row, skills, _source = random.choice(list(openings.values()))
    search, _facets = candidates_search(generated.facts_of(row, skills, on=ON), candidate_parameters(random, list(candidates)), on=ON)
    assert_equal(engine, "candidate", search, [source for _facts, source in candidates.values()])


@pytest.mark.parametrize("seed", range(6))
def test_a_person_scores_for_an_opening_what_scoring_says(engine, openings, candidates, seed):
    row, skills, _source = Random(seed).choice(list(openings.values()))
    facts = generated.facts_of(row, skills, on=ON)
    search, _facets = candidates_search(facts, CandidateParameters(fit="anybody"), on=ON)
    hits = engine.search("candidate", search.extra(size=10_000)).hits
    assert {hit.document: hit.score for hit in hits} == {pk: score(facts, person).score for pk, (person, _source) in candidates.items()}


@pytest.mark.parametrize("by_place", [False, True])
@pytest.mark.parametrize("sort", ["match", "soonest"])
def test_turning_the_pages_shows_every_hit_once(engine, openings, candidates, sort, by_place):
    row, skills, _source = openings[min(openings)]
    facts = generated.facts_of(row, skills, on=ON)
    turned, hits = [], []
    for page in range(1, 200):
        after = hits[-1].place if hits and by_place else ()
        search, _facets = candidates_search(facts, CandidateParameters(fit="own", sort=sort, page=page, after=after), on=ON)
        hits = engine.search("candidate", search).hits
        turned += [hit.document for hit in hits]
        if not hits:
            break
    assert sorted(turned) == sorted(pk for pk, (person, _source) in candidates.items() if row.occupation_id in person.experience)
    assert len(turned) > 200
