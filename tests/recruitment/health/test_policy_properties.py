"""What must hold for any person, any day and any documents."""

import datetime as dt
from dataclasses import replace

from hypothesis import assume, example, given
from hypothesis import strategies as st

from recruitment.health import policy
from recruitment.health.policy import assess
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
    Stay,
    months_after,
)
from recruitment.health.rulebook import Test as Sample
from tests.recruitment.health.documents import BOOK, DAY, POLICIES, VIETNAM, book

RANK = {policy.CLEARED: 0, policy.CONDITIONAL: 1, policy.UNDECIDED: 2, policy.REFUSED: 3}

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
    outcome = draw(st.sampled_from(["admit", "admit", "admit", "officer", "refuse"]))
    return Rule(
        origin_levels=frozenset(draw(st.sets(st.integers(1, 4), min_size=1))) if kind == "levels" else frozenset(),
        places=frozenset(["79"]) if kind == "places" else frozenset(),
        lockdown=kind == "lockdown",
        subject=subject,
        person_class="any" if outcome == "refuse" else draw(st.sampled_from(["any", "yellow", "green"])),
        minimum_doses=draw(st.sampled_from([0, 0, 2, 3])),
        dose_after_days=draw(st.sampled_from([0, 14, 21])),
        dose_within_days=draw(st.sampled_from([None, None, 180])),
        recovery_months=draw(st.sampled_from([0, 3, 6, 12])),
        accepted_proof=draw(proofs),
        outcome=outcome,
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
    """Stricter is a later first day of work, or none where there was one: tomorrow after a test is better than today with three days at home."""
    if before.ready_on is None:
        assert RANK[after.verdict] <= RANK[before.verdict]
    else:
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
