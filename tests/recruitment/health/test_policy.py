"""What must hold for any person, any day and any documents; and how cases, stays, places and proofs are treated."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from recruitment.health import policy
from recruitment.health.policy import assess, card_of
from recruitment.health.rulebook import (
    CERTIFICATE,
    CLAIMED,
    CONFIRMED,
    Contact,
    Dose,
    PersonFacts,
    Policy,
    Recovery,
    Rule,
    Rulebook,
    Stay,
    months_after,
)
from recruitment.health.rulebook import Test as Sample
from tests.recruitment.health.documents import BOOK, DAY, POLICIES, VIETNAM, course, one_dose, sampled

TODAY = dt.date(2026, 11, 24)
RANK = {policy.CLEARED: 0, policy.CONDITIONAL: 1, policy.UNDECIDED: 2, policy.REFUSED: 3}


def document(*rules: Rule, key=1, since=dt.date(2026, 1, 1), until=None, provincial=False, supersedes=()) -> Policy:
    return Policy(key, f"VB {key}", 1, provincial, since, until, rules, frozenset(supersedes))


def book(*rules: Rule) -> Rulebook:
    return Rulebook([document(*rules)])


def free(**fields) -> Rule:
    return Rule(**fields)


# --- strategies -------------------------------------------------------------

days = st.dates(dt.date(2021, 9, 1), dt.date(2026, 12, 31))
ages = st.integers(0, 400)
proofs = st.sampled_from([CLAIMED, CERTIFICATE, CONFIRMED])
levels = st.sampled_from([None, 1, 2, 3, 4])
hours = st.integers(0, 23)


@st.composite
def doses(draw, day):
    number = draw(st.integers(1, 4))
    return Dose(day - draw(ages) * DAY, number, number >= 2, draw(proofs))


@st.composite
def samples(draw, day, positive):
    at = dt.datetime.combine(day - draw(st.integers(0, 6)) * DAY, dt.time(draw(hours)), VIETNAM)
    return Sample(at, draw(st.sampled_from(["pcr", "antigen"])), draw(st.booleans()) if positive is None else positive, draw(proofs))


@st.composite
def recoveries(draw, day):
    return Recovery(day - draw(ages) * DAY, draw(proofs))


@st.composite
def contacts(draw, day):
    on = day - draw(st.integers(0, 40)) * DAY
    return Contact(on, draw(st.sampled_from(["F0", "F1", "F2", "suspected"])), draw(st.sampled_from([None, on, min(day, on + DAY)])))


@st.composite
def people(draw):
    """A day and a person whose facts all lie before it."""
    day = draw(days)
    few = lambda strategy: tuple(draw(st.lists(strategy, max_size=3)))  # noqa: E731
    return day, PersonFacts(
        draw(levels),
        few(doses(day)),
        few(samples(day, None)),
        few(recoveries(day)),
        few(contacts(day)),
        draw(st.sampled_from([frozenset(), frozenset(["79"]), frozenset(["19", "05443"])])),
        draw(st.booleans()),
        draw(st.sampled_from([(), (Stay("74", day - 20 * DAY, day - 3 * DAY),)])),
    )


@st.composite
def rules(draw):
    kind = draw(st.sampled_from(["levels", "places", "lockdown", "any"]))
    subject = draw(st.sampled_from(["", "", "", "suspected", "F1", "F0"]))
    return Rule(
        origin_levels=frozenset(draw(st.sets(st.integers(1, 4), min_size=1))) if kind == "levels" else frozenset(),
        places=frozenset(["79"]) if kind == "places" else frozenset(),
        lockdown=kind == "lockdown",
        subject=subject,
        person_class=draw(st.sampled_from(["any", "yellow", "green"])),
        minimum_doses=draw(st.sampled_from([0, 0, 2, 3])),
        dose_after_days=draw(st.sampled_from([0, 14, 21])),
        dose_within_days=draw(st.sampled_from([None, None, 180])),
        recovery_months=draw(st.sampled_from([0, 3, 6, 12])),
        accepted_proof=draw(proofs),
        outcome=draw(st.sampled_from(["admit", "admit", "admit", "officer", "refuse"])),
        test_method=draw(st.sampled_from(["pcr", "any"])),
        test_valid_hours=draw(st.sampled_from([0, 0, 48, 72])),
        without_test=draw(st.sampled_from(["test_first", "other_rule"])),
        day_zero=draw(st.sampled_from(["exposure", "isolation"])) if subject in ("F0", "F1") else "arrival",
        quarantine_place=draw(st.sampled_from(["home", "site"])),
        quarantine_days=draw(st.integers(0, 21)),
        monitoring_days=draw(st.integers(0, 14)),
        test_days=tuple(draw(st.sampled_from([(), (1, 7)]))),
    )


@st.composite
def rulebooks(draw):
    """One document in force throughout: what changes is the person or the day, never the rules."""
    return book(*draw(st.lists(rules(), min_size=1, max_size=6)))


documented = st.one_of(st.just(BOOK), rulebooks())
FOREVER = [Rulebook([replace(row, in_force_from=dt.date(2021, 1, 1), in_force_to=None, supersedes=frozenset())]) for row in POLICIES]


# --- properties -------------------------------------------------------------


@given(people(), documented)
def test_every_person_on_every_day_gets_exactly_one_verdict_with_its_date_and_reasons(drawn, rulebook):
    day, person = drawn
    found = assess(person, rulebook, day)
    assert found.verdict in RANK
    assert (found.ready_on is not None) == (found.verdict in (policy.CLEARED, policy.CONDITIONAL)) == (found.travel_on is not None)
    assert found.reasons
    if found.ready_on:
        assert day <= found.travel_on <= found.ready_on and found.policy is not None
        assert found.ready_on - found.travel_on == found.entry_quarantine_days * DAY
        assert (found.verdict == policy.CLEARED) == (found.travel_on == day)
    elif found.verdict == policy.UNDECIDED:
        named = {"officer_decides", "no_rule", "no_policy", "level_unknown", "contact_undecided", "positive_test_undecided"}
        assert found.reasons[-1].code in named
    assert found.monitoring_days >= 0 and all(due >= day for due, _method in found.tests_due)


@given(people(), st.integers(1, 70), st.one_of(st.sampled_from(FOREVER), rulebooks()))
def test_waiting_alone_never_brings_the_first_day_of_work_nearer(drawn, later, rulebook):
    day, person = drawn
    now, then = assess(person, rulebook, day), assess(person, rulebook, day + later * DAY)
    assert now.ready_on is None or then.ready_on is None or then.ready_on >= now.ready_on


@given(people(), st.integers(1, 20))
def test_waiting_does_not_help_when_documents_change_either(drawn, later):
    """The change is known in advance, so it is already counted on."""
    day, person = drawn
    now, then = assess(person, BOOK, day), assess(person, BOOK, day + later * DAY)
    assume(not person.contacts)
    assert now.ready_on is None or then.ready_on is None or then.ready_on >= now.ready_on


def no_stricter(before, after):
    assert RANK[after.verdict] <= RANK[before.verdict]
    if before.ready_on is not None:
        assert after.ready_on is not None and after.ready_on <= before.ready_on


within_one_policy = st.one_of(st.sampled_from(FOREVER), rulebooks())


@given(people(), st.data(), within_one_policy)
def test_one_more_dose_never_makes_a_verdict_stricter(drawn, data, rulebook):
    day, person = drawn
    more = replace(person, doses=(*person.doses, data.draw(doses(day))))
    no_stricter(assess(person, rulebook, day), assess(more, rulebook, day))


@given(people(), st.data(), within_one_policy)
def test_one_more_negative_test_never_makes_a_verdict_stricter(drawn, data, rulebook):
    day, person = drawn
    more = replace(person, tests=(*person.tests, data.draw(samples(day, positive=False))))
    no_stricter(assess(person, rulebook, day), assess(more, rulebook, day))


@given(people(), st.data(), within_one_policy)
def test_one_more_recovery_never_makes_a_verdict_stricter(drawn, data, rulebook):
    day, person = drawn
    more = replace(person, recoveries=(*person.recoveries, data.draw(recoveries(day))))
    no_stricter(assess(person, rulebook, day), assess(more, rulebook, day))


@given(people(), within_one_policy)
def test_better_proof_of_the_same_facts_never_makes_a_verdict_stricter(drawn, rulebook):
    day, person = drawn
    proven = replace(
        person,
        doses=tuple(replace(dose, proof=CONFIRMED) for dose in person.doses),
        tests=tuple(replace(test, proof=CONFIRMED) for test in person.tests),
        recoveries=tuple(replace(recovery, proof=CONFIRMED) for recovery in person.recoveries),
    )
    no_stricter(assess(person, rulebook, day), assess(proven, rulebook, day))


@given(people(), st.randoms(use_true_random=False))
def test_the_order_in_which_documents_and_rules_were_entered_does_not_matter(drawn, random):
    day, person = drawn
    shuffled = [replace(row, rules=tuple(random.sample(row.rules, len(row.rules)))) for row in random.sample(POLICIES, len(POLICIES))]
    one, other = assess(person, BOOK, day), assess(person, Rulebook(shuffled), day)
    assert (one.verdict, one.ready_on, one.entry_quarantine_days, one.monitoring_days) == (
        other.verdict,
        other.ready_on,
        other.entry_quarantine_days,
        other.monitoring_days,
    )


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)), st.integers(0, 24))
@example(dt.date(2021, 8, 31), 6)
@example(dt.date(2024, 2, 29), 12)
def test_months_end_where_the_calendar_ends(day, months):
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + DAY).month != later.month)


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
    rulebook = Rulebook([document(free(person_class="green"), since=dt.date(2023, 1, 1))])
    found = assess(PersonFacts(1, recoveries=(Recovery(recovery),)), rulebook, day)
    assert (found.verdict == policy.CLEARED) == counts
    assert (card_of(PersonFacts(1, recoveries=(Recovery(recovery),)), day).colour == "green") == counts


@pytest.mark.parametrize(("months", "days_ago", "counts"), [(3, 91, True), (3, 93, False), (12, 365, True), (12, 366, False), (0, 1, False)])
def test_a_rule_says_how_long_a_recovery_counts(months, days_ago, counts):
    found = assess(PersonFacts(1, recoveries=(Recovery(TODAY - days_ago * DAY),)), book(free(person_class="green", recovery_months=months)), TODAY)
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
    now = book(free(person_class="green", **rule)).case(TODAY, Rulebook([]).origin_of(person), "").rules[0]
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
