"""How well one opening and one person fit: the only home of the weights, and the oracle that every engine equals.

Pure: facts in, a match out. The same number is shown to the worker and to the recruiter. Facts that the law protects (sex, age,
ethnicity, home province, …) are no input at all. Weights are small integers, so that an engine that adds them in 32-bit floats
reaches exactly the same sum.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

WEIGHTS: Mapping[str, int] = {
    "occupation": 40,
    "related_occupation": 20,
    "skill": 4,  # for each skill asked for
    "experience": 10,
    "wage": 12,
    "zone": 8,
    "shift": 10,
    "dormitory": 6,
    "ready": 12,
}

# What a word is worth in a text search, by where it stands and whether its accents agree, times its rarity (1 to 4). Whole
# numbers as above, and no share of documents or length that engines reckon in their own ways: both rank alike to the last digit.
TEXT_POINTS: Mapping[str, int] = {"title_folded": 96, "title": 32, "body_folded": 32, "body": 16}
UNDERSTOOD_OCCUPATION = 384  # the words name an occupation, and the opening is for it
SAID_OTHERWISE = 128  # the opening says the same in other words: "KCS" for "QC"
SAID_BESIDE = 16  # the title also has a word that needn't be there
BREVITY = (8, 4, 2, 1)  # a point for each word by which a title is shorter than 15: of two that say all, the shorter is closer


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningFacts:
    """What matching knows of an opening. Occupations, skills and zones are primary keys; money is đồng a month."""

    occupation: int | None
    related_occupations: frozenset[int] = frozenset()
    skills: frozenset[int] = frozenset()
    experience_months: int = 0
    wage_top: int | None = None  # None: not stated
    zone: int
    shift: str = ""
    has_dormitory: bool = False
    starts_on: dt.date  # the first day on which work is wanted, never a day gone by


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateFacts:
    """What matching knows of a person, who stays nameless."""

    experience: Mapping[int, int] = field(default_factory=dict)  # months in each occupation the person does or wants
    skills: frozenset[int] = frozenset()
    wage_wanted: int | None = None  # None: any
    zones: frozenset[int] = frozenset()  # empty: any
    shifts: frozenset[str] = frozenset()
    needs_dormitory: bool = False
    ready_on: dt.date | None = None  # the first day of work under today's policy; None: not known


@dataclass(frozen=True, slots=True)
class Note:
    """One rule's outcome: a stable id, and the values its sentence needs (see explanations.py)."""

    rule: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """The score, what speaks for the match (heaviest first), and what stands in its way."""

    score: int
    best: int  # what a perfect person would score at this opening
    reasons: tuple[Note, ...]
    blockers: tuple[Note, ...]


def brevity_of(words: int) -> list[int]:
    """The points of BREVITY that a title of so many words gets; they add up to 15 less its words."""
    return [points for points in BREVITY if max(0, sum(BREVITY) - words) & points]


def score(opening: OpeningFacts, candidate: CandidateFacts) -> Match:
    """Add the weights of every rule that holds. Equal on both sides: there is one formula."""
    outcomes = [
        _occupation(opening, candidate),
        _skills(opening, candidate),
        _experience(opening, candidate),
        _wage(opening, candidate),
        _zone(opening, candidate),
        _shift(opening, candidate),
        _dormitory(opening, candidate),
        _ready(opening, candidate),
    ]
    points = sorted(((points, note) for points, note in outcomes if points), key=lambda outcome: -outcome[0])
    return Match(
        score=sum(gained for gained, _note in points),
        best=best_score(opening),
        reasons=tuple(note for _gained, note in points),
        blockers=tuple(note for gained, note in outcomes if not gained and note.rule != "skill"),
    )


def best_score(opening: OpeningFacts) -> int:
    single = sum(weight for rule, weight in WEIGHTS.items() if rule not in ("skill", "related_occupation"))
    return single + WEIGHTS["skill"] * len(opening.skills)


def _occupation(opening: OpeningFacts, candidate: CandidateFacts) -> tuple[int, Note]:
    if opening.occupation in candidate.experience:
        return WEIGHTS["occupation"], Note("occupation")
    if opening.related_occupations & candidate.experience.keys():
        return WEIGHTS["related_occupation"], Note("related_occupation")
    return 0, Note("occupation")


def _skills(opening: OpeningFacts, candidate: CandidateFacts) -> tuple[int, Note]:
    shared = opening.skills & candidate.skills
    values = {"skills": tuple(sorted(shared)), "shared": len(shared), "asked": len(opening.skills)}
    return WEIGHTS["skill"] * len(shared), Note("skill", values)


def _experience(opening: OpeningFacts, candidate: CandidateFacts) -> tuple[int, Note]:
    has = candidate.experience.get(opening.occupation, 0) if opening.occupation is not None else 0
    values = {"has_months": has, "asked_months": opening.experience_months}
    return WEIGHTS["experience"] if has >= opening.experience_months else 0, Note("experience", values)


def _wage(opening: OpeningFacts, candidate: CandidateFacts) -> tuple[int, Note]:
    """The top of the range against the wish; a wage that is not stated satisfies only those who named no wish."""
    values = {"top": opening.wage_top, "wanted": candidate.wage_wanted}
    satisfied = candidate.wage_wanted is None or (opening.wage_top is not None and opening.wage_top >= candidate.wage_wanted)
    return (WEIGHTS["wage"], Note("wage", values)) if satisfied else (0, Note("wage" if opening.wage_top is not None else "wage_unknown", values))


def _zone(opening: OpeningFacts, candidate: CandidateFacts) -> tuple[int, Note]:
    wanted = not candidate.zones or opening.zone in candidate.zones
    return WEIGHTS["zone"] if wanted else 0, Note("zone", {"zone": opening.zone, "any": not candidate.zones})


def _shift(opening: OpeningFacts, candidate: CandidateFacts) -> tuple[int, Note]:
    return WEIGHTS["shift"] if opening.shift in candidate.shifts else 0, Note("shift", {"shift": opening.shift})


def _dormitory(opening: OpeningFacts, candidate: CandidateFacts) -> tuple[int, Note]:
    suits = opening.has_dormitory or not candidate.needs_dormitory
    return WEIGHTS["dormitory"] if suits else 0, Note("dormitory", {"needed": candidate.needs_dormitory})


def _ready(opening: OpeningFacts, candidate: CandidateFacts) -> tuple[int, Note]:
    values = {"ready_on": candidate.ready_on, "starts_on": opening.starts_on}
    if candidate.ready_on is None:
        return 0, Note("ready_unknown", values)
    return WEIGHTS["ready"] if candidate.ready_on <= opening.starts_on else 0, Note("ready", values)
