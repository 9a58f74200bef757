"""The match: one number for both sides, and why."""

import datetime as dt
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.documents import CandidateDocument, mapping
from search.scoring import WEIGHTS, CandidateFacts, OpeningFacts, best_score, brevity_of, score

TODAY = dt.date(2026, 11, 24)

SMALL = st.integers(1, 6)
DAYS = st.integers(0, 30).map(lambda days: TODAY + dt.timedelta(days=days))
WAGES = st.none() | st.integers(4, 20).map(lambda millions: millions * 1_000_000)
OPENINGS = st.builds(
    OpeningFacts,
    occupation=st.none() | SMALL,
    related_occupations=st.frozensets(SMALL),
    skills=st.frozensets(SMALL),
    experience_months=st.sampled_from([0, 6, 12]),
    wage_top=WAGES,
    zone=SMALL,
    shift=st.sampled_from(["day", "night", ""]),
    has_dormitory=st.booleans(),
    starts_on=DAYS,
)
CANDIDATES = st.builds(
    CandidateFacts,
    experience=st.dictionaries(SMALL, st.integers(0, 24)),
    skills=st.frozensets(SMALL),
    wage_wanted=WAGES,
    zones=st.frozensets(SMALL),
    shifts=st.frozensets(st.sampled_from(["day", "night"])),
    needs_dormitory=st.booleans(),
    ready_on=st.none() | DAYS,
)
OPENING = OpeningFacts(
    occupation=1,
    related_occupations=frozenset([2]),
    skills=frozenset([1, 2]),
    experience_months=6,
    wage_top=9_000_000,
    zone=3,
    shift="day",
    starts_on=TODAY,
)
PERFECT = CandidateFacts(
    experience={1: 6}, skills=frozenset([1, 2, 3]), wage_wanted=9_000_000, zones=frozenset([3]), shifts=frozenset(["day", "night"]), ready_on=TODAY
)


def rules(notes) -> set[str]:
    return {note.rule for note in notes}


def test_a_perfect_match_scores_the_best_and_nothing_stands_in_its_way():
    match = score(OPENING, PERFECT)
    assert match.score == match.best == 40 + 10 + 12 + 8 + 10 + 6 + 12 + 2 * 4
    assert match.blockers == ()
    assert match.reasons[0].rule == "occupation"


@pytest.mark.parametrize(
    ("changed", "lost", "blockers"),
    [
        ({"experience": {2: 60}}, 40 - 20 + 10, "experience"),
        ({"experience": {5: 60}}, 40 + 10, "occupation experience"),
        ({"experience": {1: 5}}, 10, "experience"),
        ({"skills": frozenset([1])}, 4, ""),
        ({"wage_wanted": 9_000_001}, 12, "wage"),
        ({"wage_wanted": None}, 0, ""),
        ({"zones": frozenset([1])}, 8, "zone"),
        ({"zones": frozenset()}, 0, ""),
        ({"shifts": frozenset(["night"])}, 10, "shift"),
        ({"needs_dormitory": True}, 6, "dormitory"),
        ({"ready_on": TODAY + dt.timedelta(days=1)}, 12, "ready"),
        ({"ready_on": None}, 12, "ready_unknown"),
    ],
)
def test_each_wish_that_is_not_met_costs_its_weight_and_is_named(changed, lost, blockers):
    match = score(OPENING, replace(PERFECT, **changed))
    assert match.score == match.best - lost
    assert rules(match.blockers) == set(blockers.split())


def test_an_unstated_wage_satisfies_only_those_without_a_wish():
    unstated = replace(OPENING, wage_top=None)
    assert rules(score(unstated, PERFECT).blockers) == {"wage_unknown"}
    assert score(unstated, replace(PERFECT, wage_wanted=None)).blockers == ()


def test_a_blocker_carries_what_the_person_needs_to_act():
    late = score(OPENING, replace(PERFECT, ready_on=TODAY + dt.timedelta(days=12))).blockers[0]
    assert late.values == {"ready_on": TODAY + dt.timedelta(days=12), "starts_on": TODAY}


@given(OPENINGS, CANDIDATES)
def test_every_rule_either_speaks_for_a_match_or_stands_in_its_way(opening, candidate):
    match = score(opening, candidate)
    assert 0 <= match.score <= match.best == best_score(opening)
    families = [
        {"occupation", "related_occupation"},
        {"experience"},
        {"wage", "wage_unknown"},
        {"zone"},
        {"shift"},
        {"dormitory"},
        {"ready", "ready_unknown"},
    ]
    for family in families:
        assert len(family & rules(match.reasons)) + len(family & rules(match.blockers)) == 1
    gained = [WEIGHTS[note.rule] * (note.values["shared"] if note.rule == "skill" else 1) for note in match.reasons]
    assert sum(gained) == match.score
    assert gained == sorted(gained, reverse=True)


@given(OPENINGS, CANDIDATES)
def test_wishing_for_less_never_lowers_the_score(opening, candidate):
    before = score(opening, candidate).score
    assert score(opening, replace(candidate, wage_wanted=None)).score >= before
    assert score(opening, replace(candidate, zones=frozenset())).score >= before
    assert score(opening, replace(candidate, needs_dormitory=False)).score >= before
    assert score(opening, replace(candidate, shifts=candidate.shifts | {"day", "night"})).score >= before


@given(OPENINGS, CANDIDATES)
def test_every_sum_is_exact_in_32_bit_floats(opening, candidate):
    assert all(isinstance(weight, int) for weight in WEIGHTS.values())
    assert score(opening, candidate).score < 2**24


@pytest.mark.parametrize("names", [[field.name for field in fields(CandidateFacts)], list(mapping("candidate")["properties"])])
def test_protected_traits_and_medical_facts_are_no_input(names):
    """What can't be said can't count: a new field has to be argued for here."""
    allowed = {"pk", "digest", "experience", "occupations", "skills", "wage_wanted", "zones", "shifts", "needs_dormitory", "ready_on"}
    assert set(names) <= allowed
    assert CandidateDocument._doc_type.mapping.to_dict()["dynamic"] == "strict"


@pytest.mark.parametrize(("words", "points"), [(0, 15), (1, 14), (7, 8), (14, 1), (15, 0), (40, 0)])
def test_a_shorter_title_gets_a_point_for_each_word_fewer(words, points):
    assert sum(brevity_of(words)) == points
