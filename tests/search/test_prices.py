"""Prices keep crowds away: places fill, nobody gives up more than a little, and what nobody crowds into costs nothing."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.recommendations import accepted, applications, highest_total, make_province, most_filled, refresh
from search.feasible import Lists
from search.prices import IMBALANCE, MOST_ROUNDS, TEMPERATURE, prices_for, standing

PEOPLE = 200


def everybody_likes_the_first(people=PEOPLE, gap=5.0) -> Lists:
    """Two openings; the first is worth `gap` points more to each."""
    return Lists(np.arange(0, 2 * people + 1, 2), np.tile([0, 1], people), np.tile(np.array([60 + gap, 60], np.float32), people))


def first_choices(lists: Lists, prices) -> Counter:
    stands = standing(lists.scores, prices[lists.openings], lists.persons(), lists.openings)
    best = [lists.openings[start:end][np.argmax(stands[start:end])] for start, end in zip(lists.starts, lists.starts[1:], strict=False)]
    return Counter(np.array(best).tolist())


def test_without_a_price_nearly_everybody_goes_to_the_same_and_with_it_each_is_chosen_as_it_has_places():
    lists, places = everybody_likes_the_first(gap=10), np.array([50, 150])
    assert first_choices(lists, np.zeros(2))[0] > 0.95 * PEOPLE
    found = prices_for(lists, places)
    assert found.points[0] > 10 - 3 * TEMPERATURE and found.points[1] < 0.1
    assert found.imbalance <= IMBALANCE
    assert first_choices(lists, found.points)[0] == pytest.approx(50, abs=15)


def test_where_there_is_room_for_all_nothing_costs_anything():
    assert prices_for(everybody_likes_the_first(), np.array([1000, 1000])).points.tolist() == [0, 0]


def test_more_people_than_places_end_without_endless_rounds():
    found = prices_for(everybody_likes_the_first(), np.array([5, 5]))
    assert found.rounds <= MOST_ROUNDS and np.isfinite(found.points).all()


def test_the_last_prices_are_a_quick_start():
    lists, places = everybody_likes_the_first(gap=30), np.array([20, 180])
    cold = prices_for(lists, places)
    warm = prices_for(lists, places, before=cold.points)
    assert warm.rounds < cold.rounds
    assert warm.points == pytest.approx(cold.points, abs=TEMPERATURE)


def test_an_empty_market_has_no_prices():
    found = prices_for(Lists(np.zeros(4, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)), np.array([3, 4]))
    assert (found.points.tolist(), found.rounds) == ([0, 0], 0)


SMALL = st.integers(1, 4).flatmap(
    lambda openings: st.tuples(
        st.lists(st.lists(st.integers(20, 90), min_size=openings, max_size=openings), min_size=1, max_size=5),
        st.lists(st.integers(1, 3), min_size=openings, max_size=openings),
    )
)


def best_total(scores, places) -> int:
    """Every assignment there is."""
    ways = product(range(-1, len(places)), repeat=len(scores))
    fits = (way for way in ways if all(way.count(opening) <= most for opening, most in enumerate(places)))
    return max(sum(scores[person][opening] for person, opening in enumerate(way) if opening >= 0) for way in fits)


@given(SMALL)
def test_prices_are_near_the_best_assignments_own(market):
    """Weak duality holds for any prices; that the bound is near the optimum says that the prices are right."""
    scores, places = market
    people, openings = len(scores), len(places)
    lists = Lists(np.arange(0, people * openings + 1, openings), np.tile(np.arange(openings), people), np.array(scores, np.float32).ravel())
    prices = prices_for(lists, np.array(places)).points
    bound = sum(max(0, max(s - p for s, p in zip(row, prices, strict=True))) for row in scores) + float((np.array(places) * prices).sum())
    optimum = best_total(scores, places)
    assert optimum - 0.01 <= bound <= optimum + people * TEMPERATURE * (2 + np.log(openings + 1)) + 0.15 * optimum


def test_a_persons_own_order_of_equals_stays_and_differs_from_others():
    scores, prices, openings = np.full(50, 70.0), np.zeros(50), np.arange(50)
    orders = [tuple(np.argsort(-standing(scores, prices, np.full(50, person), openings))) for person in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


def test_a_clearly_better_opening_stays_first_for_nearly_everybody():
    lists = everybody_likes_the_first(gap=30)
    assert first_choices(lists, np.zeros(2)) == {0: PEOPLE}


def test_three_applications_each_fill_nearly_every_place_where_score_alone_fills_half():
    province = make_province(3_000, 60)
    prices, places, most = refresh(province).points, province.places.tolist(), most_filled(province)
    filled, total = accepted(applications(province, prices), places)
    assert filled >= 0.95 * most
    assert total >= 0.95 * highest_total(province, prices)
    assert accepted(applications(province, None), places)[0] < 0.75 * most
