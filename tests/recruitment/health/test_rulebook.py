"""Which document decides about whom."""

import datetime as dt
from dataclasses import replace

import pytest

from recruitment.health.policy import assess
from recruitment.health.rulebook import (
    PersonFacts,
    Rule,
    Rulebook,
    Stay,
)
from tests.recruitment.health.documents import DAY, book, document

TODAY = dt.date(2026, 11, 24)


# --- which document decides -------------------------------------------------


def numbers(found):
    return found.policy.number if found.policy else None


def test_the_province_comes_before_the_nation_and_the_newest_first_where_they_speak_of_the_case():
    nation = document(Rule(), key=1)
    newer = document(Rule(frozenset([3])), key=2, since=TODAY - DAY)
    province = document(Rule(frozenset([1])), key=3, since=dt.date(2026, 2, 1), provincial=True)
    rulebook = Rulebook([newer, province, nation])
    assert [numbers(assess(PersonFacts(level), rulebook, TODAY)) for level in (1, 2, 3)] == ["VB 3", "VB 1", "VB 2"]
    assert numbers(assess(PersonFacts(3), rulebook, TODAY - 2 * DAY)) == "VB 1"


@pytest.mark.parametrize(("day", "number"), [(TODAY - DAY, "VB 1"), (TODAY, "VB 2"), (TODAY + 10 * DAY, "VB 2"), (TODAY + 11 * DAY, None)])
def test_a_superseded_document_ends_the_day_before_and_never_returns(day, number):
    rulebook = Rulebook([document(Rule(), key=1), document(Rule(), key=2, since=TODAY, until=TODAY + 10 * DAY, supersedes=[1])])
    assert numbers(assess(PersonFacts(1), rulebook, day)) == number


def test_a_correction_from_the_first_day_leaves_nothing_of_the_mistake():
    rulebook = Rulebook([document(Rule(), key=1), document(Rule(quarantine_place="home", quarantine_days=2), key=2, supersedes=[1])])
    assert [row.number for row in rulebook.policies] == ["VB 2"]
    chain = [
        document(Rule(), key=1),
        document(Rule(), key=2, since=TODAY, supersedes=[1]),
        document(Rule(), key=3, since=TODAY - DAY, supersedes=[1]),
    ]
    assert {row.key: row.in_force_to for row in Rulebook(chain).policies}[1] == TODAY - 2 * DAY
    ended = [document(Rule(), key=1, until=TODAY - 5 * DAY), document(Rule(), key=2, since=TODAY, supersedes=[1])]
    assert {row.key: row.in_force_to for row in Rulebook(ended).policies}[1] == TODAY - 5 * DAY


def test_a_lockdown_says_more_than_a_place_and_a_place_more_than_a_level():
    rulebook = book(Rule(), Rule(places=frozenset(["79"]), monitoring_days=5), Rule(lockdown=True, monitoring_days=9))
    everywhere = PersonFacts(1)
    for facts, monitoring, code in [({}, 0, "level"), ({"places": frozenset(["79"])}, 5, "place"), ({"locked_down": True}, 9, "lockdown")]:
        found = assess(replace(everywhere, **facts), rulebook, TODAY)
        assert found.monitoring_days == monitoring and found.reasons[1].code == code
    assert assess(replace(everywhere, places=frozenset(["79"]), locked_down=True), rulebook, TODAY).monitoring_days == 9


@pytest.mark.parametrize(
    ("window", "stay", "fits"),
    [
        ((None, None), (20, 14), True),
        ((None, None), (20, 15), False),
        ((30, 20), (40, 30), True),
        ((30, 20), (40, 31), False),
        ((30, 20), (20, 10), True),
        ((30, 20), (19, 10), False),
        ((30, None), (5, 0), True),
        ((None, 20), (22, 21), False),
    ],
)
def test_a_stay_at_a_named_place_counts_within_the_window_of_the_rule(window, stay, fits):
    first, last = (TODAY - ago * DAY if ago is not None else None for ago in window)
    rule = Rule(places=frozenset(["79"]), places_from=first, places_to=last, monitoring_days=5)
    person = PersonFacts(1, stays=(Stay("79", TODAY - stay[0] * DAY, TODAY - stay[1] * DAY), Stay("01", TODAY - 3 * DAY, TODAY)))
    assert (assess(person, book(Rule(), rule), TODAY).monitoring_days == 5) == fits


@pytest.mark.parametrize(("since", "fits"), [(None, True), (TODAY, True), (TODAY + DAY, False)])
def test_whoever_lives_at_a_named_place_is_there_until_the_journey(since, fits):
    rule = Rule(places=frozenset(["79"]), places_from=since, monitoring_days=5)
    rulebook = Rulebook([document(Rule(), rule, until=TODAY)])
    assert (assess(PersonFacts(1, places=frozenset(["79"])), rulebook, TODAY).monitoring_days == 5) == fits
