"""How classes, proofs, tests, cases and contacts are treated."""

import datetime as dt
from dataclasses import replace

import pytest

from recruitment.health import policy
from recruitment.health.policy import assess, card_of
from recruitment.health.rulebook import (
    CERTIFICATE,
    CLAIMED,
    CONFIRMED,
    Contact,
    Dose,
    PersonFacts,
    Recovery,
    Rule,
    Rulebook,
    months_after,
)
from tests.recruitment.health.documents import DAY, book, course, document, one_dose, sampled

TODAY = dt.date(2026, 11, 24)


# --- classes, proofs and cards ---------------------------------------------


@pytest.mark.parametrize(
    ("recovery", "day", "counts"),
    [
        (dt.date(2026, 5, 24), TODAY, True),
        (dt.date(2026, 5, 23), TODAY, False),
        (dt.date(2026, 8, 31), dt.date(2027, 2, 28), True),
        (dt.date(2026, 8, 31), dt.date(2027, 3, 1), False),
        (dt.date(2023, 8, 29), dt.date(2024, 2, 29), True),
        (dt.date(2023, 8, 31), dt.date(2024, 2, 29), True),
        (dt.date(2023, 8, 31), dt.date(2024, 3, 1), False),
        (dt.date(2026, 11, 25), TODAY, False),
    ],
)
def test_a_recovery_counts_for_six_months_of_the_calendar(recovery, day, counts):
    rulebook = Rulebook([document(Rule(person_class="green"), since=dt.date(2023, 1, 1))])
    found = assess(PersonFacts(1, recoveries=(Recovery(recovery),)), rulebook, day)
    assert (found.verdict == policy.CLEARED) == counts
    assert (card_of(PersonFacts(1, recoveries=(Recovery(recovery),)), day).colour == "green") == counts


@pytest.mark.parametrize(("months", "days_ago", "counts"), [(3, 91, True), (3, 93, False), (12, 365, True), (12, 366, False), (0, 1, False)])
def test_a_rule_says_how_long_a_recovery_counts(months, days_ago, counts):
    found = assess(PersonFacts(1, recoveries=(Recovery(TODAY - days_ago * DAY),)), book(Rule(person_class="green", recovery_months=months)), TODAY)
    assert (found.verdict == policy.CLEARED) == counts


@pytest.mark.parametrize(
    ("rule", "days_ago", "counts"),
    [
        ({}, 14, True),
        ({}, 13, False),
        ({"dose_after_days": 0}, 0, True),
        ({"dose_within_days": 180}, 180, True),
        ({"dose_within_days": 180}, 181, False),
        ({"dose_within_months": 6}, 184, True),  # 24 May
        ({"dose_within_months": 6}, 185, False),
        ({"dose_within_months": 6}, 14, True),
    ],
)
def test_a_rule_says_from_when_and_how_long_a_dose_counts(rule, days_ago, counts):
    person = PersonFacts(1, (Dose(TODAY - days_ago * DAY, 2, True),))
    now = book(Rule(person_class="green", **rule)).case(TODAY, Rulebook([]).origin_of(person), "").rules[0]
    assert policy.holds(person, now, TODAY) == counts


@pytest.mark.parametrize(
    ("wanted", "minimum", "dose", "holds"),
    [
        ("green", 0, Dose(TODAY - 20 * DAY, 1, False), False),
        ("green", 0, Dose(TODAY - 20 * DAY, 1, True), True),  # one dose may be a course
        ("green", 2, Dose(TODAY - 20 * DAY, 1, True), False),
        ("green", 2, Dose(TODAY - 20 * DAY, 2, False), True),
        ("green", 2, Dose(TODAY - 20 * DAY, 3, True), True),
        ("yellow", 0, Dose(TODAY - 20 * DAY, 1, False), True),
        ("yellow", 2, Dose(TODAY - 20 * DAY, 1, False), False),
        ("any", 0, Dose(TODAY - 20 * DAY, 1, False), True),
    ],
)
def test_a_class_is_a_course_a_dose_or_a_number_of_doses(wanted, minimum, dose, holds):
    assert policy.holds(PersonFacts(1, (dose,)), Rule(person_class=wanted, minimum_doses=minimum), TODAY) == holds
    assert policy.holds(PersonFacts(1), Rule(person_class=wanted, minimum_doses=minimum), TODAY) == (wanted == "any")


@pytest.mark.parametrize("asked", [CLAIMED, CERTIFICATE, CONFIRMED])
@pytest.mark.parametrize("shown", [CLAIMED, CERTIFICATE, CONFIRMED])
def test_a_rule_counts_only_facts_proven_as_well_as_it_asks(asked, shown):
    rule = Rule(person_class="green", accepted_proof=asked, test_method="pcr", test_valid_hours=72)
    for facts in ({"doses": course(TODAY, 20, proof=shown)}, {"recoveries": (Recovery(TODAY - 9 * DAY, shown),)}):
        assert policy.holds(PersonFacts(1, **facts), rule, TODAY) == (shown >= asked)
    tested = assess(PersonFacts(1, tests=(sampled(TODAY, 3, proof=shown),)), book(replace(rule, person_class="any")), TODAY)
    assert (tested.verdict == policy.CLEARED) == (shown >= asked)


def test_a_green_card_names_its_dose_its_last_day_and_the_document():
    rules = [Rule(person_class="green", dose_within_days=100), Rule()]
    card = assess(PersonFacts(1, (*course(TODAY, 40), Dose(TODAY - 20 * DAY, 3, True))), book(*rules), TODAY).card
    assert (card.colour, card.until) == ("green", TODAY + 80 * DAY)
    assert card.reason == ("full_course", {"number": 3, "on": TODAY - 20 * DAY, "until": TODAY + 80 * DAY, "document": "VB 1"})


def test_without_words_of_its_own_for_green_a_document_leaves_the_card_to_cv_8399():
    card = assess(PersonFacts(1, course(TODAY, 400)), book(Rule()), TODAY).card
    assert (card.colour, card.until, card.reason.facts["document"]) == ("green", None, "CV 8399/BYT")
    recovered = card_of(PersonFacts(1, recoveries=(Recovery(TODAY - 40 * DAY), Recovery(TODAY - 9 * DAY))), TODAY)
    assert (recovered.colour, recovered.until) == ("green", months_after(TODAY - 9 * DAY, 6))
    assert recovered.reason.facts == {"on": TODAY - 9 * DAY, "until": recovered.until, "document": "CV 8399/BYT"}


@pytest.mark.parametrize(("days_ago", "colour"), [(14, "yellow"), (13, "none")])
def test_a_yellow_card_needs_one_dose_of_fourteen_days(days_ago, colour):
    card = card_of(PersonFacts(1, one_dose(TODAY, days_ago)), TODAY)
    assert card.colour == colour and card.until is None
    assert card.reason == (
        ("one_dose", {"number": 1, "on": TODAY - 14 * DAY, "document": "CV 8399/BYT"}) if colour == "yellow" else ("no_dose", {"days": 14})
    )


def test_the_latest_dose_of_a_yellow_card_is_the_one_named():
    card = card_of(PersonFacts(1, (Dose(TODAY - 20 * DAY, 2, False), Dose(TODAY - 60 * DAY, 1, False))), TODAY)
    assert (card.colour, card.reason.facts["number"]) == ("yellow", 2)


# --- tests before entry -----------------------------------------------------


@pytest.mark.parametrize(
    ("test", "valid"),
    [
        (sampled(TODAY, 72), True),
        (sampled(TODAY, 73), False),
        (sampled(TODAY, 0), True),
        (sampled(TODAY, -1), False),  # sampled after noon: for a journey of tomorrow
        (sampled(TODAY, 5, "antigen"), False),
        (sampled(TODAY, 5, positive=True), False),
    ],
)
def test_a_test_counts_for_its_hours_at_noon_of_the_arrival(test, valid):
    rule = Rule(test_method="pcr", test_valid_hours=72, without_test="other_rule")
    assert (policy._valid_test(PersonFacts(1, tests=(test,)), rule, TODAY) is not None) == valid


def test_any_method_will_do_where_the_rule_says_so_and_the_latest_test_is_named():
    tests_taken = (sampled(TODAY, 50), sampled(TODAY, 5, "antigen"), sampled(TODAY, 30))
    found = assess(PersonFacts(1, tests=tests_taken), book(Rule(test_method="any", test_valid_hours=72)), TODAY)
    reason = next(reason for reason in found.reasons if reason.code == "test_valid")
    assert reason.facts == {"method": "antigen", "on": TODAY, "hours": 72, "number": "VB 1"}
    assert found.verdict == policy.CLEARED and found.tests_due == ()


def test_without_a_test_the_person_takes_one_and_comes_the_day_after():
    found = assess(PersonFacts(1), book(Rule(test_method="pcr", test_valid_hours=48, test_days=(2,), test_days_method="antigen")), TODAY)
    assert (found.verdict, found.travel_on, found.ready_on) == (policy.CONDITIONAL, TODAY + DAY, TODAY + DAY)
    assert found.tests_due == ((TODAY + DAY, "pcr"), (TODAY + 3 * DAY, "antigen"))
    assert ("test_needed", {"method": "pcr", "hours": 48, "number": "VB 1"}) in found.reasons


def test_without_a_test_another_rule_may_apply_and_a_test_of_this_afternoon_counts_tomorrow():
    rulebook = book(Rule(test_method="pcr", test_valid_hours=72, without_test="other_rule"), Rule(quarantine_place="home", quarantine_days=3))
    assert assess(PersonFacts(1), rulebook, TODAY).ready_on == TODAY + 3 * DAY
    found = assess(PersonFacts(1, tests=(sampled(TODAY, -3),)), rulebook, TODAY)
    assert (found.verdict, found.travel_on, found.ready_on) == (policy.CONDITIONAL, TODAY + DAY, TODAY + DAY)


# --- outcomes ---------------------------------------------------------------


def test_of_the_rules_that_fit_the_most_lenient_applies():
    strict, lenient = Rule(quarantine_place="site", quarantine_days=7), Rule(quarantine_place="home", quarantine_days=3, monitoring_days=9)
    found = assess(
        PersonFacts(1), book(strict, lenient, replace(lenient, monitoring_days=10), replace(lenient, monitoring_days=9, test_days=(1,))), TODAY
    )
    assert (found.verdict, found.entry_quarantine_place, found.entry_quarantine_days, found.monitoring_days) == (policy.CLEARED, "home", 3, 9)
    assert found.tests_due == ()
    assert found.reasons == (
        ("no_dose", {"days": 14}),
        ("level", {"level": 1}),
        ("rule", {"number": "VB 1", "place": "home", "days": 3, "monitoring": 9}),
    )


def test_a_rule_may_refuse_and_another_may_leave_it_to_the_health_officer():
    refuses, officer = Rule(outcome="refuse"), Rule(outcome="officer", person_class="yellow", test_days=(3,), test_days_method="antigen")
    refused = assess(PersonFacts(4), book(refuses, officer), TODAY)
    assert (refused.verdict, refused.ready_on, refused.policy.number) == (policy.REFUSED, None, "VB 1")
    assert refused.reasons[-2:] == (("level", {"level": 4}), ("refused_by_rule", {"number": "VB 1"}))
    decided = assess(PersonFacts(4, one_dose(TODAY, 20)), book(refuses, officer), TODAY)
    assert (decided.verdict, decided.reasons[-1], decided.tests_due) == (
        policy.UNDECIDED,
        ("officer_decides", {"number": "VB 1"}),
        ((TODAY + 3 * DAY, "antigen"),),
    )
    assert decided.card.colour == "yellow" and decided.policy.number == "VB 1"


def test_a_dose_that_soon_counts_opens_the_door_later():
    rulebook = book(Rule(outcome="refuse"), Rule(person_class="yellow"))
    found = assess(PersonFacts(4, one_dose(TODAY, 4)), rulebook, TODAY)
    assert (found.verdict, found.ready_on) == (policy.CONDITIONAL, TODAY + 10 * DAY)
    assert ("better_later", {"on": TODAY + 10 * DAY, "colour": "yellow", "number": "VB 1"}) in found.reasons
    assert found.card.colour == "none"


def test_only_sixty_days_ahead_are_looked_at():
    soon, late = (Rulebook([document(Rule(), since=TODAY + ahead * DAY)]) for ahead in (60, 61))
    assert assess(PersonFacts(1), soon, TODAY).ready_on == TODAY + 60 * DAY
    assert (assess(PersonFacts(1), late, TODAY).verdict, assess(PersonFacts(1), late, TODAY).reasons) == (policy.UNDECIDED, (("no_policy", {}),))


@pytest.mark.parametrize(
    ("person", "code", "facts"),
    [(PersonFacts(3), "no_rule", {"number": "VB 1"}), (PersonFacts(None), "level_unknown", {}), (PersonFacts(1), "no_rule", {"number": "VB 1"})],
)
def test_what_no_rule_is_for_is_left_to_a_health_officer_and_named(person, code, facts):
    found = assess(person, book(Rule(frozenset([1]), person_class="green"), Rule(frozenset([4]))), TODAY)
    assert (found.verdict, found.reasons[-1], found.policy.number) == (policy.UNDECIDED, (code, facts), "VB 1")


# --- cases, contacts, suspicion ---------------------------------------------

F1_RULE = Rule(subject="F1", day_zero="exposure", quarantine_place="home", quarantine_days=7, monitoring_days=7, test_days=(1, 7))
F0_RULE = Rule(subject="F0", day_zero="isolation", quarantine_place="site", quarantine_days=10, accepted_proof=CERTIFICATE)


def exposed(days_ago: int, kind="F1", isolated=None, **facts) -> PersonFacts:
    return PersonFacts(1, contacts=(Contact(TODAY - days_ago * DAY, kind, isolated),), **facts)


@pytest.mark.parametrize(
    ("days_ago", "verdict", "ready_in", "monitoring", "tests_in"),
    [
        (0, "conditional", 7, 7, [1, 7]),
        (1, "conditional", 6, 7, [0, 6]),
        (2, "conditional", 5, 7, [5]),
        (6, "conditional", 1, 7, [1]),
        (7, "cleared", 0, 7, [0]),
        (13, "cleared", 0, 1, []),
        (14, "cleared", 0, 0, []),
    ],
)
def test_a_contact_stays_away_then_watches_then_is_as_everybody(days_ago, verdict, ready_in, monitoring, tests_in):
    found = assess(exposed(days_ago), book(Rule(), F1_RULE), TODAY)
    assert (found.verdict, (found.ready_on - TODAY).days, found.monitoring_days) == (verdict, ready_in, monitoring)
    assert [(due - TODAY).days for due, _method in found.tests_due] == tests_in
    assert any(reason.code == "contact" for reason in found.reasons) == (days_ago < 14)
    assert all(reason.code != "better_later" for reason in found.reasons)


def test_isolation_counts_from_its_own_beginning_where_the_rule_says_so():
    rulebook = book(Rule(), F0_RULE)
    assert assess(exposed(2, "F0", TODAY), rulebook, TODAY).ready_on == TODAY + 10 * DAY
    assert assess(exposed(2, "F0"), rulebook, TODAY).ready_on == TODAY + 8 * DAY
    late = assess(exposed(2, "F1", TODAY), book(Rule(), F1_RULE), TODAY)
    assert late.ready_on == TODAY + 5 * DAY


def test_the_entry_rule_still_applies_after_the_isolation_and_the_longer_monitoring_counts():
    rulebook = book(Rule(quarantine_place="home", quarantine_days=3, monitoring_days=2), F1_RULE)
    found = assess(exposed(6), rulebook, TODAY)
    assert (found.travel_on, found.ready_on, found.monitoring_days) == (TODAY + DAY, TODAY + 4 * DAY, 4)
    assert assess(exposed(6), book(Rule(monitoring_days=20), F1_RULE), TODAY).monitoring_days == 20


def test_of_several_events_the_one_that_keeps_longest_decides():
    person = PersonFacts(1, contacts=(Contact(TODAY, "F1"), Contact(TODAY - 5 * DAY, "F1"), Contact(TODAY + DAY, "F1")))
    assert assess(person, book(Rule(), F1_RULE), TODAY).ready_on == TODAY + 7 * DAY


def test_a_positive_test_is_a_case_until_a_recovery_proven_as_the_rule_asks():
    positive = (sampled(TODAY, 4, positive=True),)
    rulebook = book(Rule(), F0_RULE)
    found = assess(PersonFacts(1, tests=positive), rulebook, TODAY)
    assert found.ready_on == TODAY + 10 * DAY
    assert ("positive_test", {"what": "pcr", "on": TODAY, "until": TODAY + 10 * DAY, "number": "VB 1"}) in found.reasons
    earlier = (sampled(TODAY - 4 * DAY, 4, positive=True),)
    for proof, over in [(CLAIMED, False), (CERTIFICATE, True)]:
        assert (assess(PersonFacts(1, tests=earlier, recoveries=(Recovery(TODAY, proof),)), rulebook, TODAY).ready_on == TODAY) == over
    assert assess(PersonFacts(1, tests=earlier, recoveries=(Recovery(TODAY - 4 * DAY, CONFIRMED),)), rulebook, TODAY).ready_on > TODAY


@pytest.mark.parametrize(
    ("kind", "days_ago", "code"), [("F1", 0, "contact_undecided"), ("F0", 27, "contact_undecided"), ("F1", 28, None), ("F2", 0, None)]
)
def test_a_contact_that_no_document_rules_is_a_health_officers_for_four_weeks(kind, days_ago, code):
    found = assess(exposed(days_ago, kind), book(Rule()), TODAY)
    assert found.verdict == (policy.UNDECIDED if code else policy.CLEARED)
    if code:
        assert found.reasons == ((code, {"what": kind, "on": TODAY - days_ago * DAY, "number": ""}),) and found.policy is None
        assert found.card.colour == "none"


def test_a_contact_is_judged_by_what_could_be_shown_on_the_day_and_by_that_days_document():
    green = replace(F1_RULE, person_class="green", quarantine_days=2)
    before = document(Rule(), F1_RULE, green, until=TODAY - DAY)
    after = document(Rule(), replace(F1_RULE, quarantine_days=0, monitoring_days=0), key=2, since=TODAY)
    rulebook = Rulebook([before, after])
    ripening = (Dose(TODAY - 16 * DAY, 2, True),)
    assert assess(exposed(2, doses=ripening), rulebook, TODAY).verdict == policy.CLEARED
    assert assess(exposed(3, doses=ripening), rulebook, TODAY).ready_on == TODAY + 4 * DAY
    assert assess(exposed(3), rulebook, TODAY).ready_on == TODAY + 4 * DAY
    assert assess(exposed(0), rulebook, TODAY).ready_on == TODAY


def test_an_officer_decides_about_a_contact_where_the_document_says_so_with_its_tests():
    rulebook = book(Rule(), replace(F1_RULE, outcome="officer", test_days=(5,)))
    found = assess(exposed(1), rulebook, TODAY)
    assert (found.verdict, found.reasons[0].facts["number"], found.tests_due) == (policy.UNDECIDED, "VB 1", ((TODAY + 4 * DAY, "pcr"),))


def test_suspicion_lasts_two_weeks_and_asks_what_its_own_rules_say():
    rulebook = book(Rule(), Rule(subject="suspected", outcome="refuse"))
    for days_ago, ready_in in [(0, 14), (13, 1), (14, 0)]:
        found = assess(exposed(days_ago, "suspected"), rulebook, TODAY)
        assert (found.ready_on - TODAY).days == ready_in
    assert assess(exposed(0, "suspected"), book(Rule()), TODAY).verdict == policy.CLEARED
