"""Very many pairs at once are scored as the oracle scores one, and nobody's list depends on who else is there."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import feasible
from search.feasible import Layout, OpeningArrays, PeopleArrays, feasible_lists, uniform
from search.scoring import score
from tests.search.test_scoring import CANDIDATES, OPENINGS

RELATED = {1: frozenset({2, 3}), 2: frozenset({1}), 3: frozenset({1})}
EVERYTHING = 10**6


def with_related(opening):
    return opening.__class__(
        **{name: getattr(opening, name) for name in opening.__slots__} | {"related_occupations": RELATED.get(opening.occupation, frozenset())}
    )


MARKETS = st.tuples(
    st.lists(OPENINGS.filter(lambda opening: opening.occupation is not None).map(with_related), min_size=1, max_size=12),
    st.lists(CANDIDATES, min_size=1, max_size=12),
)


def arrays(openings, people):
    by_key, layout = dict(enumerate(openings, start=50)), Layout.of(openings)
    return PeopleArrays.of(dict(enumerate(people, start=7)), layout, RELATED), OpeningArrays.of(by_key, layout)


def listed(lists) -> dict[tuple[int, int], float]:
    return dict(zip(zip(lists.persons().tolist(), lists.openings.tolist(), strict=True), lists.scores.tolist(), strict=True))


def feasible_pairs(openings, people) -> dict[tuple[int, int], float]:
    """Plain Python: own or near occupation, and the oracle's score."""
    return {
        (person, opening): score(openings[opening], people[person]).score
        for person in range(len(people))
        for opening in range(len(openings))
        if (openings[opening].related_occupations | {openings[opening].occupation}) & people[person].experience.keys()
    }


@given(MARKETS)
def test_every_pair_scores_what_the_oracle_says(market):
    openings, people = market
    lists = feasible_lists(*arrays(openings, people), length=EVERYTHING, bound=EVERYTHING)
    assert listed(lists) == feasible_pairs(openings, people)
    assert len(lists.starts) == len(people) + 1


@given(MARKETS, st.integers(1, 5), st.integers(0, 40))
def test_a_list_is_no_longer_than_asked_keeps_the_best_and_stays_within_the_bound(market, length, bound):
    openings, people = market
    kept, all_pairs = listed(feasible_lists(*arrays(openings, people), length=length, bound=bound, luck=0)), feasible_pairs(openings, people)
    for person in range(len(people)):
        scores = sorted((points for (who, _opening), points in all_pairs.items() if who == person), reverse=True)
        near = [points for points in scores if points >= scores[0] - bound]
        assert sorted((points for (who, _opening), points in kept.items() if who == person), reverse=True) == near[:length]


@given(MARKETS)
def test_a_persons_list_is_the_same_alone_and_among_others(market):
    openings, people = market
    together, opening_arrays = arrays(openings, people)
    alone = PeopleArrays.of({7 + len(people) - 1: people[-1]}, Layout.of(openings), RELATED)
    last = len(people) - 1
    of_everybody = {opening: points for (who, opening), points in listed(feasible_lists(together, opening_arrays, length=3)).items() if who == last}
    assert of_everybody == {opening: points for (_who, opening), points in listed(feasible_lists(alone, opening_arrays, length=3)).items()}


def test_chunks_and_blocks_change_nothing(monkeypatch):
    openings, people = many(40, 90)
    whole = feasible_lists(*arrays(openings, people), length=5)
    monkeypatch.setattr(feasible, "CHUNK", 7)
    monkeypatch.setattr(feasible, "BLOCK", 50)
    parts = feasible_lists(*arrays(openings, people), length=5)
    assert listed(parts) == listed(whole)


def test_people_read_in_parts_are_joined_as_they_would_be_read_at_once():
    openings, people = many(5, 20)
    layout = Layout.of(openings)
    whole = PeopleArrays.of(dict(enumerate(people)), layout, RELATED)
    parts = [PeopleArrays.of({key: people[key] for key in keys}, layout, RELATED) for keys in (range(9), range(9, 20))]
    joined = PeopleArrays.joined(parts)
    assert all(np.array_equal(getattr(whole, name), getattr(joined, name)) for name in ("keys", "points", "wage_wanted", "ready_on", "trades"))


def test_luck_is_spread_evenly_and_hangs_on_both_keys():
    drawn = uniform(np.arange(300)[:, None], np.arange(300)[None, :])
    assert drawn.min() >= 0 and drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 0.01
    assert abs(np.corrcoef(drawn[0], drawn[1])[0, 1]) < 0.2
    assert len(np.unique(drawn)) > 0.99 * drawn.size


def many(openings: int, people: int):
    """Everybody in occupation 1, with differences enough to matter."""
    day = dt.date(2026, 11, 24)
    offered = [
        feasible.OpeningFacts(occupation=1 + number % 3, related_occupations=RELATED[1 + number % 3], zone=1 + number % 4, shift="day", starts_on=day)
        for number in range(openings)
    ]
    looking = [
        feasible.CandidateFacts(experience={1 + number % 2: 5}, zones=frozenset({1 + number % 4}), shifts=frozenset({"day"}), ready_on=day)
        for number in range(people)
    ]
    return offered, looking


@pytest.mark.parametrize("people", [0, 3])
def test_nobody_and_nothing_make_empty_lists(people):
    openings, everybody = many(1, people)
    nobody_elses = [opening.__class__(occupation=9, zone=1, shift="day", starts_on=opening.starts_on) for opening in openings]
    lists = feasible_lists(*arrays(nobody_elses, everybody))
    assert len(lists.openings) == 0 and lists.starts.tolist() == [0] * (people + 1)
