"""Places of an opening under one hand and under many."""

import itertools
import time

import pytest
from django.db import transaction

from recruitment.openings.services.places import NoPlacesLeft, NothingToMove, fill_place, free_place, hold_place, lock_openings
from tests.factories.openings import OpeningFactory


def counters(opening):
    opening.refresh_from_db(fields=["headcount", "held", "accepted"])
    return opening.headcount, opening.held, opening.accepted


def test_an_offer_holds_a_place_and_the_answer_fills_it(db):
    opening = OpeningFactory(headcount=2)
    hold_place(opening=opening)
    assert (opening.held, opening.places()) == (1, 1)
    fill_place(opening=opening, held=True)
    assert counters(opening) == (2, 0, 1)


def test_someone_is_accepted_without_an_offer(db):
    opening = OpeningFactory(headcount=1)
    fill_place(opening=opening, held=False)
    assert counters(opening) == (1, 0, 1)


def test_a_full_opening_says_so_and_keeps_its_numbers(db):
    opening = OpeningFactory(headcount=1, held=1)
    for attempt in (lambda: hold_place(opening=opening), lambda: fill_place(opening=opening, held=False)):
        with pytest.raises(NoPlacesLeft) as refusal:
            attempt()
        assert "hết chỗ" in refusal.value.for_people()
    assert counters(opening) == (1, 1, 0)


def test_a_paused_opening_keeps_its_promises_but_makes_no_new_ones(db):
    opening = OpeningFactory(paused=True, headcount=3, held=1)
    with pytest.raises(NoPlacesLeft) as refusal:
        hold_place(opening=opening)
    assert "tạm dừng" in refusal.value.for_people()
    fill_place(opening=opening, held=True)
    assert counters(opening) == (3, 0, 1)


def test_a_closed_opening_takes_nobody_but_gives_back(db):
    opening = OpeningFactory(closed=True, headcount=3, held=1)
    with pytest.raises(NoPlacesLeft):
        fill_place(opening=opening, held=False)
    with pytest.raises(NothingToMove):
        fill_place(opening=opening, held=True)
    free_place(opening=opening, accepted=False)
    assert counters(opening) == (3, 0, 0)


def test_a_withdrawal_frees_the_place_once(db):
    opening = OpeningFactory(headcount=1, accepted=1)
    free_place(opening=opening, accepted=True)
    assert counters(opening) == (1, 0, 0)
    with pytest.raises(NothingToMove):
        free_place(opening=opening, accepted=True)


@pytest.mark.django_db(transaction=True)
def test_two_who_lock_the_same_openings_never_wait_for_each_other_in_a_circle(race):
    pks = [OpeningFactory().pk for _ in range(3)]
    orders = itertools.cycle([pks, pks[::-1]])

    def locks_twice():
        with transaction.atomic():
            lock_openings(pks=next(orders))
            time.sleep(0.01)

    assert race(12, locks_twice) == ["done"] * 12


@pytest.mark.django_db(transaction=True)
def test_thirty_two_offers_for_ten_places(race):
    opening = OpeningFactory(headcount=10)
    outcomes = race(32, lambda: hold_place(opening=type(opening).objects.get(pk=opening.pk)))
    assert (outcomes.count("done"), outcomes.count("NoPlacesLeft")) == (10, 22)
    assert counters(opening) == (10, 10, 0)


@pytest.mark.django_db(transaction=True)
def test_without_the_condition_the_same_offers_oversell(race):
    """The twin of the race above: reading, deciding and then writing promises more than ten places, or the CHECK refuses some."""
    opening = OpeningFactory(headcount=10)

    def unguarded():
        row = type(opening).objects.get(pk=opening.pk)
        if row.places():
            type(opening).objects.filter(pk=row.pk).update(held=row.held + 1)

    outcomes = race(32, unguarded)
    assert outcomes.count("done") != counters(opening)[1]
