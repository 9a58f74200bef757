"""The list follows from the facts: properties that hold for everybody, and what people would notice."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruitment.onboarding.task_list import ORDER, Code, Isolation, Owner, Ride, Situation, TestBefore, next_task, tasks_of

TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)
offsets = st.integers(-10, 40)
days = offsets.map(lambda offset: TODAY + offset * DAY)
truth = st.booleans()
tests_before = st.builds(TestBefore, method=st.just("pcr"), hours=st.sampled_from([24, 48, 72]), taken_on=st.none() | days)
isolations = st.builds(Isolation, days=st.integers(1, 14), at_site=truth, has_bed=truth, is_over=truth)
situations = st.builds(
    lambda arrives, stays, **facts: Situation(today=TODAY, arrives_on=arrives, starts_on=arrives + stays * DAY, **facts),
    arrives=days,
    stays=st.integers(0, 21),
    confirm_by=st.none() | days,
    is_confirmed=truth,
    has_consent=truth,
    papers_ready=truth,
    ride=st.sampled_from(Ride),
    departs_on=st.none() | days,
    needs_pass=truth,
    has_pass=truth,
    test_before=st.none() | tests_before,
    isolation=st.none() | isolations,
    has_arrived=truth,
    tests_due=st.lists(st.tuples(days, st.just("pcr")), max_size=3).map(tuple),
    tests_taken=st.frozensets(days, max_size=3),
    contract_signed=truth,
    has_started=truth,
)
FULFILLED = {
    "is_confirmed": True,
    "has_consent": True,
    "papers_ready": True,
    "ride": Ride.BOARDED,
    "has_pass": True,
    "has_arrived": True,
    "contract_signed": True,
    "has_started": True,
}


@given(situations)
def test_a_task_waits_only_for_open_tasks_that_come_before_it(person):
    tasks = tasks_of(person)
    still_open = {task.code for task in tasks if not task.is_done}
    for task in tasks:
        assert set(task.waits_for) <= still_open and all(ORDER[code] < ORDER[task.code] for code in task.waits_for)
        assert not (task.is_done and task.waits_for)


@given(situations)
def test_as_long_as_something_is_open_somebody_can_do_something(person):
    tasks = tasks_of(person)
    assert (next_task(tasks) is None) == all(task.is_done for task in tasks)


@given(situations, st.sampled_from(sorted(FULFILLED)))
def test_whatever_is_fulfilled_opens_nothing_again(person, fact):
    before = [task.code for task in tasks_of(person) if not task.is_done]
    after = [task.code for task in tasks_of(replace(person, **{fact: FULFILLED[fact]})) if not task.is_done]
    assert all(after.count(code) <= before.count(code) for code in after)


@given(situations)
def test_only_open_tasks_are_late_and_the_list_is_in_order_of_days(person):
    tasks = tasks_of(person)
    assert [task.due for task in tasks] == sorted(task.due for task in tasks)
    assert all(task.is_late == (not task.is_done and task.due < TODAY) for task in tasks)


@given(situations)
def test_after_the_first_shift_nothing_is_left(person):
    assert all(task.is_done for task in tasks_of(replace(person, has_started=True)))


@given(situations)
def test_nobody_is_asked_for_what_no_rule_asks_of_him_or_her(person):
    codes = {task.code for task in tasks_of(person)}
    assert (Code.TEST_BEFORE in codes) == (person.test_before is not None)
    assert (Code.ISOLATION in codes) == (person.isolation is not None)
    assert (Code.ENTRY_PASS in codes) == person.needs_pass
    assert (Code.BED in codes) == bool(person.isolation and person.isolation.at_site)


@pytest.mark.parametrize(("taken", "done"), [(1, True), (3, True), (4, False), (-1, False)])
def test_a_test_must_not_be_too_old_on_the_day_of_travel(taken, done):
    arrives = TODAY + 5 * DAY
    person = Situation(today=TODAY, arrives_on=arrives, starts_on=arrives, test_before=TestBefore("pcr", 72, arrives - taken * DAY))
    assert next(task.is_done for task in tasks_of(person) if task.code == Code.TEST_BEFORE) == done


def test_who_missed_the_bus_has_to_see_to_another_ride_before_setting_out():
    person = Situation(today=TODAY, arrives_on=TODAY, starts_on=TODAY, is_confirmed=True, ride=Ride.MISSED)
    travel = next(task for task in tasks_of(person) if task.code == Code.TRAVEL)
    assert travel.waits_for == (Code.RIDE,) and travel.owner == Owner.WORKER
