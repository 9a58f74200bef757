"""The project's policies, pinned cell by cell at their edges, and what must hold for any person and day."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruitment.health import policy
from recruitment.health.policy import Contact, Dose, PersonFacts, Policy, Recovery, Rule, assess
from recruitment.health.services.policies import DATA

VIETNAM = dt.timezone(dt.timedelta(hours=7))


def load() -> list[Policy]:
    return [
        Policy(
            key=number,
            number=row["number"],
            version=1,
            provincial=row["provincial"],
            in_force_from=dt.date.fromisoformat(row["from"]),
            in_force_to=dt.date.fromisoformat(row["to"]) if row["to"] else None,
            dose_valid_days=row.get("dose_valid_days"),
            rules=tuple(
                Rule(
                    frozenset(rule["levels"]),
                    rule["class"],
                    rule.get("doses", 0),
                    rule.get("recent", False),
                    rule.get("test", ""),
                    rule.get("hours", 0),
                    rule.get("place", ""),
                    rule.get("days", 0),
                    rule.get("monitoring", 0),
                    tuple(rule.get("test_days", ())),
                )
                for rule in row["rules"]
            ),
        )
        for number, row in enumerate(json.loads(DATA.read_text(encoding="utf-8")), start=1)
    ]


POLICIES = load()


def course(day, days_ago):
    return (Dose(day - dt.timedelta(days=days_ago + 28), 1, False), Dose(day - dt.timedelta(days=days_ago), 2, True))


def one_dose(day, days_ago):
    return (Dose(day - dt.timedelta(days=days_ago), 1, False),)


def pcr(day, hours_before_noon):
    return policy.Test(dt.datetime.combine(day, dt.time(12), VIETNAM) - dt.timedelta(hours=hours_before_noon), "pcr", positive=False)


CV_4616, LEVEL_FOUR = dt.date(2021, 10, 1), dt.date(2021, 11, 20)


@pytest.mark.parametrize(
    ("day", "person", "verdict", "place", "days", "monitoring", "number"),
    [
        # Thái Nguyên CV 4616: green area with a PCR of 72 hours, else three days at home
        (CV_4616, PersonFacts(1, tests=(pcr(CV_4616, 72),)), "cleared", "", 0, 0, "CV 4616"),
        (CV_4616, PersonFacts(1, tests=(pcr(CV_4616, 73),)), "cleared", "home", 3, 0, "CV 4616"),
        (CV_4616, PersonFacts(2, doses=course(CV_4616, 14), tests=(pcr(CV_4616, 10),)), "cleared", "", 0, 3, "CV 4616"),
        (CV_4616, PersonFacts(2), "cleared", "home", 7, 7, "CV 4616"),
        # Thái Nguyên CV 5532: from level 4 by vaccination; levels 1 to 3 freely
        (LEVEL_FOUR, PersonFacts(3), "cleared", "", 0, 0, "CV 5532"),
        (LEVEL_FOUR, PersonFacts(4, doses=course(LEVEL_FOUR, 14)), "cleared", "", 0, 14, "CV 5532"),
        (LEVEL_FOUR, PersonFacts(4, doses=one_dose(LEVEL_FOUR, 14)), "cleared", "home", 7, 7, "CV 5532"),
        (LEVEL_FOUR, PersonFacts(4), "cleared", "home", 14, 14, "CV 5532"),
        (LEVEL_FOUR, PersonFacts(4, recoveries=(Recovery(LEVEL_FOUR - dt.timedelta(days=183)),)), "cleared", "", 0, 14, "CV 5532"),
        (LEVEL_FOUR, PersonFacts(4, recoveries=(Recovery(LEVEL_FOUR - dt.timedelta(days=184)),)), "cleared", "home", 14, 14, "CV 5532"),
        # NQ 128 and QĐ 4800: the nation's layer, before the province's own of 19 October
        (dt.date(2021, 10, 19), PersonFacts(2), "cleared", "", 0, 0, "TN 19/10/2021"),
        (dt.date(2022, 2, 1), PersonFacts(2), "cleared", "", 0, 0, "CV 5532"),
    ],
)
def test_a_person_is_treated_as_the_document_of_the_day_says(day, person, verdict, place, days, monitoring, number):
    found = assess(person, POLICIES, day)
    assert (found.verdict, found.entry_quarantine_place, found.entry_quarantine_days, found.monitoring_days, found.policy.number) == (
        verdict,
        place,
        days,
        monitoring,
        number,
    )


def test_thirteen_days_after_the_second_dose_it_pays_to_wait_for_the_card():
    found = assess(PersonFacts(4, doses=course(LEVEL_FOUR, 13)), POLICIES, LEVEL_FOUR)
    assert found.verdict == "conditional"
    assert found.ready_on == LEVEL_FOUR + dt.timedelta(days=1)
    assert found.card.colour == "yellow"


def test_a_day_without_any_document_is_left_to_a_health_officer():
    found = assess(PersonFacts(1), POLICIES, dt.date(2023, 5, 1))
    assert (found.verdict, found.ready_on, found.reasons[0].code) == ("undecided", None, "no_policy")


def test_an_origin_without_a_level_is_left_to_a_health_officer():
    assert assess(PersonFacts(None), POLICIES, LEVEL_FOUR).verdict == "undecided"


def test_a_close_contact_waits_fourteen_days():
    found = assess(PersonFacts(1, contacts=(Contact(LEVEL_FOUR, "F1"),)), POLICIES, LEVEL_FOUR)
    assert (found.verdict, found.ready_on) == ("conditional", LEVEL_FOUR + dt.timedelta(days=14))


def test_in_the_exercise_a_level_four_area_asks_for_a_test_and_a_site():
    day = dt.date(2026, 11, 24)
    found = assess(PersonFacts(4), POLICIES, day)
    assert (found.verdict, found.entry_quarantine_place, found.entry_quarantine_days) == ("conditional", "site", 14)
    assert found.tests_due[0] == (day + dt.timedelta(days=1), "pcr")


days = st.dates(dt.date(2021, 9, 1), dt.date(2026, 12, 31))
ages = st.integers(0, 400)


@st.composite
def people(draw):
    day = draw(days)
    ago = lambda: day - dt.timedelta(days=draw(ages))  # noqa: E731
    doses = tuple(Dose(ago(), number, number >= 2) for number in range(1, draw(st.integers(0, 3)) + 1))
    tests = tuple(
        policy.Test(dt.datetime.combine(ago(), dt.time(8), VIETNAM), draw(st.sampled_from(["pcr", "antigen"])), False)
        for _ in range(draw(st.integers(0, 2)))
    )
    return day, PersonFacts(draw(st.sampled_from([None, 1, 2, 3, 4])), doses, tests)


@given(people())
def test_every_person_on_every_day_gets_exactly_one_verdict_with_its_date(drawn):
    day, person = drawn
    found = assess(person, POLICIES, day)
    assert found.verdict in (policy.CLEARED, policy.CONDITIONAL, policy.REFUSED, policy.UNDECIDED)
    assert (found.ready_on is not None) == (found.verdict in (policy.CLEARED, policy.CONDITIONAL))
    assert found.ready_on is None or found.ready_on >= day


@given(people(), st.integers(1, 40))
def test_waiting_alone_never_brings_the_first_day_of_work_nearer(drawn, later):
    day, person = drawn
    one = [row for row in POLICIES if row.in_force_from <= day and (row.in_force_to is None or day <= row.in_force_to)]
    forever = [Policy(**{**row.__dict__, "in_force_to": None}) for row in one]
    now, then = assess(person, forever, day), assess(person, forever, day + dt.timedelta(days=later))
    assert now.ready_on is None or then.ready_on is None or then.ready_on >= now.ready_on


@given(people(), ages)
def test_one_more_dose_never_makes_it_later(drawn, days_ago):
    day, person = drawn
    more = PersonFacts(person.origin_level, (*person.doses, Dose(day - dt.timedelta(days=days_ago), 2, True)), person.tests)
    before, after = assess(person, POLICIES, day), assess(more, POLICIES, day)
    assert before.ready_on is None or (after.ready_on is not None and after.ready_on <= before.ready_on)
