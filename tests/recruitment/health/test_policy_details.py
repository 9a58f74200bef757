"""What a decision names beside its verdict, and which of several rules, doses or events it takes: found by mutating policy.py."""

import datetime as dt
from dataclasses import replace

import pytest

from recruitment.health import policy
from recruitment.health.policy import assess, card_of
from recruitment.health.rulebook import CONFIRMED, Contact, Dose, PersonFacts, Recovery, Rule
from tests.recruitment.health.documents import DAY, book, course, one_dose, sampled

TODAY = dt.date(2026, 11, 24)
QUICK_GREEN = Rule(frozenset([4]), person_class="green", dose_after_days=7)  # this document's own words for a green card
GREEN_IN_A_WEEK = PersonFacts(1, course(TODAY, 7))


def exposed(*days_ago: int, kind="F1", **facts) -> PersonFacts:
    return PersonFacts(1, contacts=tuple(Contact(TODAY - ago * DAY, kind) for ago in days_ago), **facts)


# --- which of several -------------------------------------------------------


@pytest.mark.parametrize("order", [1, -1])
def test_a_dose_that_does_not_count_hides_none_that_does_whatever_their_order(order):
    fresh, old = Dose(TODAY - 3 * DAY, 3, True), Dose(TODAY - 40 * DAY, 2, True)
    rule = Rule(person_class="green", dose_within_days=100)
    assert policy.holds(PersonFacts(1, (fresh, old)[::order]), rule, TODAY)
    assert policy.holds(PersonFacts(1, (Dose(TODAY - 200 * DAY, 2, True), old)[::order]), rule, TODAY)


def test_a_recovery_counts_from_its_own_day():
    person = PersonFacts(1, recoveries=(Recovery(TODAY),))
    assert policy.holds(person, Rule(person_class="green"), TODAY)
    assert card_of(person, TODAY).reason.code == "recovered"


def test_of_two_ways_to_start_on_one_day_the_one_with_less_isolation_applies():
    isolating, testing = Rule(quarantine_place="home", quarantine_days=1), Rule(test_method="pcr", test_valid_hours=72)
    found = assess(PersonFacts(1), book(isolating, testing), TODAY)
    assert (found.ready_on, found.entry_quarantine_days, found.travel_on) == (TODAY + DAY, 0, TODAY + DAY)
    assert assess(PersonFacts(1), book(testing, replace(isolating, quarantine_days=2)), TODAY).entry_quarantine_days == 0


def test_then_the_one_with_less_monitoring_then_with_fewer_tests_and_of_equals_the_first():
    watching = Rule(monitoring_days=9)
    assert assess(PersonFacts(1), book(watching, replace(watching, monitoring_days=4)), TODAY).monitoring_days == 4
    assert assess(PersonFacts(1), book(replace(watching, test_days=(1, 5)), replace(watching, test_days=(7,))), TODAY).tests_due == (
        (TODAY + 7 * DAY, "pcr"),
    )
    at_home = Rule(quarantine_place="home", quarantine_days=3)
    assert assess(PersonFacts(1), book(at_home, replace(at_home, quarantine_place="site")), TODAY).entry_quarantine_place == "home"


def test_a_rule_without_hours_asks_for_no_test_and_names_none():
    found = assess(PersonFacts(1, tests=(sampled(TODAY, 0),)), book(Rule(test_method="any")), TODAY)
    assert [reason.code for reason in found.reasons] == ["no_dose", "level", "rule"]


# --- contacts that no document rules ----------------------------------------


def test_of_two_contacts_that_nobody_ruled_on_the_later_is_named():
    found = assess(exposed(9, 3), book(Rule()), TODAY)
    assert found.verdict == policy.UNDECIDED and found.reasons[0].facts["on"] == TODAY - 3 * DAY


def test_where_no_document_speaks_of_a_case_a_recovery_as_told_ends_it():
    assert assess(exposed(9, kind="F0", recoveries=(Recovery(TODAY - DAY),)), book(Rule()), TODAY).verdict == policy.CLEARED


def test_whom_a_rule_refuses_is_refused_whatever_an_officer_might_say_about_a_contact():
    assert assess(exposed(3), book(Rule(outcome="refuse")), TODAY).verdict == policy.REFUSED
    left_over = assess(exposed(3), book(Rule(frozenset([4]))), TODAY)
    assert (left_over.verdict, left_over.reasons[0].code) == (policy.UNDECIDED, "contact_undecided")


# --- the card of every decision ---------------------------------------------


@pytest.mark.parametrize(
    ("rules", "verdict", "code", "number"),
    [
        ([Rule(outcome="refuse")], policy.REFUSED, "refused_by_rule", "VB 1"),
        ([Rule(person_class="yellow", accepted_proof=CONFIRMED)], policy.UNDECIDED, "no_rule", "VB 1"),
        ([Rule(frozenset([3]))], policy.UNDECIDED, "no_rule", "VB 1"),
    ],
)
def test_whoever_may_not_come_still_reads_the_card_in_the_documents_own_words(rules, verdict, code, number):
    found = assess(GREEN_IN_A_WEEK, book(QUICK_GREEN, *rules), TODAY)
    assert (found.verdict, found.reasons[-1].code, found.card.colour, found.card.reason.facts["document"]) == (verdict, code, "green", number)


def test_without_any_document_the_card_is_as_cv_8399_says():
    found = assess(PersonFacts(1, one_dose(TODAY, 20)), book(), TODAY - 400 * DAY)
    assert found.card.colour == "none" and found.reasons == (("no_policy", {}),)


def test_a_better_day_names_the_colour_of_the_card_of_that_day_in_the_documents_own_words():
    rulebook = book(Rule(outcome="refuse"), Rule(person_class="green", dose_after_days=7))
    found = assess(PersonFacts(1, course(TODAY, 4)), rulebook, TODAY)
    assert ("better_later", {"on": TODAY + 3 * DAY, "colour": "green", "number": "VB 1"}) in found.reasons
