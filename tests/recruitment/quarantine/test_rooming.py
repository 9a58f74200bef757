"""The planner of rooms, against any day that hypothesis can think of."""

import datetime as dt
from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from recruitment.quarantine.rooming import FAMILY, Arrival, Space, Taken, Why, plan_rooms

TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)


def arrival(key, company="men", cohort="2026-11-24", nights=7):
    return Arrival(key, company, f"{cohort}/g{cohort}" if company == FAMILY else cohort, TODAY, TODAY + nights * DAY)


def family(*keys, name="1"):
    return [Arrival(key, FAMILY, f"2026-11-24/g{name}", TODAY, TODAY + 7 * DAY) for key in keys]


def space(key, beds=4, **options):
    return Space(key, list(range(key * 10, key * 10 + beds)), **options)


def rooms_of(plan):
    return {row.arrival.key: row.room for row in plan.placed}


def test_a_day_of_men_and_women_takes_the_fewest_rooms():
    plan = plan_rooms([arrival(key, "men" if key < 5 else "women") for key in range(8)], [space(room) for room in range(1, 6)])
    rooms = rooms_of(plan)
    assert len(rooms) == 8
    assert len({rooms[key] for key in range(5)}) == 2 and len({rooms[key] for key in range(5, 8)}) == 1
    assert not {rooms[key] for key in range(5)} & {rooms[key] for key in range(5, 8)}


def test_a_begun_room_of_the_same_day_is_filled_first():
    begun = space(2, taken=[Taken(20, "men", "2026-11-24", TODAY, TODAY + 7 * DAY)])
    assert rooms_of(plan_rooms([arrival(1)], [space(1), begun])) == {1: 2}


def test_people_of_another_day_are_not_joined_even_when_they_leave_first():
    others = space(1, taken=[Taken(10, "men", "2026-11-20", TODAY - 4 * DAY, TODAY + DAY)])
    assert plan_rooms([arrival(1)], [others]).left_over == [(arrival(1), Why.FULL)]


def test_a_family_stays_together_in_a_room_of_its_own():
    plan = plan_rooms([*family(1, 2, 3), arrival(4)], [space(1), space(2, beds=3, for_families=True)])
    assert rooms_of(plan) == {1: 2, 2: 2, 3: 2, 4: 1}


def test_two_families_do_not_share_and_the_second_is_named():
    plan = plan_rooms([*family(1, 2), *family(3, 4, name="2")], [space(1, beds=6)])
    assert rooms_of(plan) == {1: 1, 2: 1}
    assert {(who.key, why) for who, why in plan.left_over} == {(3, Why.NO_ROOM_FOR_FAMILY), (4, Why.NO_ROOM_FOR_FAMILY)}


def test_whoever_joins_a_family_that_is_in_already_goes_to_its_room_or_nowhere():
    begun = space(1, beds=2, taken=[Taken(10, FAMILY, "2026-11-24/g1", TODAY, TODAY + 7 * DAY)])
    assert rooms_of(plan_rooms(family(2), [space(2), begun])) == {2: 1}
    full = space(1, beds=1, taken=[Taken(10, FAMILY, "2026-11-24/g1", TODAY, TODAY + 7 * DAY)])
    assert [why for _who, why in plan_rooms(family(2), [space(2), full]).left_over] == [Why.NO_ROOM_FOR_FAMILY]


def test_a_room_that_waits_for_cleaning_is_named_as_the_reason():
    plan = plan_rooms([arrival(1)], [space(1, clean=False)])
    assert plan.left_over == [(arrival(1), Why.NOT_CLEAN)]


def test_whoever_did_not_say_is_left_over():
    assert plan_rooms([arrival(1, company=None)], [space(1)]).left_over == [(arrival(1, company=None), Why.NOT_SAID)]


people = st.lists(
    st.tuples(st.sampled_from(["men", "women", FAMILY, None]), st.sampled_from(["a", "b"]), st.integers(0, 2), st.integers(1, 4)), max_size=14
)
houses = st.lists(st.tuples(st.integers(1, 5), st.booleans(), st.booleans()), max_size=6)


@given(people=people, houses=houses)
def test_no_plan_breaks_a_rule(people, houses):
    arrivals = [
        Arrival(key, company, f"{cohort}/f" if company == FAMILY else cohort, TODAY + first * DAY, TODAY + (first + nights) * DAY)
        for key, (company, cohort, first, nights) in enumerate(people)
    ]
    spaces = [Space(room, list(range(room * 10, room * 10 + beds)), families, clean) for room, (beds, families, clean) in enumerate(houses)]
    clean = {place.key for place in spaces if place.clean}
    plan = plan_rooms(arrivals, spaces)
    assert Counter(row.arrival.key for row in plan.placed) + Counter(who.key for who, _why in plan.left_over) == Counter(range(len(people)))
    for row in plan.placed:
        assert row.bed // 10 == row.room and row.room in clean and row.arrival.company
    for one, other in combinations(plan.placed, 2):
        if one.arrival.first < other.arrival.until and other.arrival.first < one.arrival.until:
            assert one.bed != other.bed
            if one.room == other.room:
                assert (one.arrival.company, one.arrival.cohort) == (other.arrival.company, other.arrival.cohort)
    houses_of: dict = {}
    for row in plan.placed:
        if row.arrival.company == FAMILY:
            houses_of.setdefault(row.arrival.cohort, set()).add(row.room)
    assert all(len(rooms) == 1 for rooms in houses_of.values())


@given(men=st.integers(0, 12), women=st.integers(0, 12))
def test_nobody_is_left_over_where_each_could_have_a_room(men, women):
    arrivals = [arrival(key, "men" if key < men else "women") for key in range(men + women)]
    plan = plan_rooms(arrivals, [space(room, beds=3) for room in range(1, 10)])
    assert plan.left_over == []
    assert len(set(rooms_of(plan).values())) == -(-men // 3) + -(-women // 3)


@given(order=st.permutations(range(6)))
def test_the_same_people_get_the_same_beds_in_whatever_order_they_stand(order):
    arrivals = [arrival(key, "men" if key % 2 else "women") for key in order]
    plan = plan_rooms(arrivals, [space(1), space(2)])
    assert {row.arrival.key: row.bed for row in plan.placed} == {1: 10, 3: 11, 5: 12, 0: 20, 2: 21, 4: 22}
