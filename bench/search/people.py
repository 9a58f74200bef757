"""Generated candidates as columns, the documents made of them, and the floor: what one pass of NumPy over the columns takes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from elasticsearch.dsl import Q, Search

from search.documents import experience_key
from search.queries.candidates import RELATED, fits_of
from search.queries.matching import candidates_for
from search.scoring import WEIGHTS, OpeningFacts
from tests.conformance.generated import OCCUPATIONS, SHIFTS, SKILLS, TODAY, WAGES, ZONES

TOP = 50
CHUNK = 8_000
NEVER = 2**30  # `ready` of people of whom it isn't known; no wish is wage 0


@dataclass(frozen=True)
class People:
    """Rows by primary key. Several values are bits: bit n for the value n, shifts in the order of SHIFTS."""

    pks: np.ndarray
    occupations: np.ndarray
    months: np.ndarray  # a row for each occupation; -1 for people who don't do it
    skills: np.ndarray
    zones: np.ndarray
    shifts: np.ndarray
    wage: np.ndarray
    needs_dormitory: np.ndarray
    ready: np.ndarray  # a day's ordinal

    def __len__(self) -> int:
        return len(self.pks)


def make_people(count: int) -> People:
    random = np.random.default_rng(2021)
    months = np.full((max(OCCUPATIONS) + 1, count), -1, dtype=np.int16)
    does, rows = random.integers(0, 4, count), np.arange(count)
    for number in range(3):
        some = rows[does > number]
        months[random.choice(OCCUPATIONS, len(some)), some] = random.choice([0, 0, 1, 6, 11, 12, 13, 24, 720], len(some))
    wishes = np.array([wage or 0 for wage in WAGES], dtype=np.int32)
    zones = bits(random, ZONES, count, 0.3)
    return People(
        pks=np.arange(1, count + 1) * 7,
        occupations=sum(((months[value] >= 0).astype(np.uint32) << np.uint32(value) for value in OCCUPATIONS), np.zeros(count, dtype=np.uint32)),
        months=months,
        skills=bits(random, SKILLS, count, 1 / 6),
        zones=np.where(random.random(count) < 0.5, 0, zones).astype(np.uint32),
        shifts=bits(random, range(len(SHIFTS)), count, 0.5),
        wage=random.choice(wishes, count),
        needs_dormitory=random.random(count) < 0.5,
        ready=np.where(random.random(count) < 1 / 3, NEVER, TODAY.toordinal() + random.integers(-5, 41, count)).astype(np.int32),
    )


def bits(random: np.random.Generator, values, count: int, share: float) -> np.ndarray:
    found = np.zeros(count, dtype=np.uint32)
    for value in values:
        found |= (random.random(count) < share).astype(np.uint32) << np.uint32(value)
    return found


def documents(people: People) -> Iterator[list[dict]]:
    """In chunks."""
    for start in range(0, len(people), CHUNK):
        rows = slice(start, min(start + CHUNK, len(people)))
        columns = (people.pks, people.occupations, people.skills, people.zones, people.shifts, people.wage, people.needs_dormitory, people.ready)
        months = people.months[:, rows].T.tolist()
        yield [document(*values, months=has) for *values, has in zip(*(column[rows].tolist() for column in columns), months, strict=True)]


def document(pk, occupations, skills, zones, shifts, wage, needs_dormitory, ready, *, months) -> dict:
    does = values_of(occupations)
    return {
        "pk": pk,
        "occupations": does,
        "experience": [experience_key(occupation, months[occupation]) for occupation in does],
        "skills": values_of(skills),
        "zones": values_of(zones),
        "shifts": sorted(SHIFTS[place] for place in values_of(shifts)),
        "wage_wanted": wage or None,
        "needs_dormitory": needs_dormitory,
        "ready_on": None if ready == NEVER else day_of(ready),
        "digest": pk * 1_000_003,
    }


@cache
def values_of(set_bits: int) -> list[int]:
    return [value for value in range(set_bits.bit_length()) if set_bits >> value & 1]


@cache
def day_of(ordinal: int) -> dt.date:
    return dt.date.fromordinal(ordinal)


def bit(*values: int) -> np.uint32:
    return np.uint32(sum(1 << value for value in values))


def asked(opening: OpeningFacts) -> Search:
    """People in the opening's or a near occupation, ranked: the product's query without its facets and pages."""
    query = Q("bool", filter=[fits_of(opening)[RELATED]], should=candidates_for(opening))
    return Search().query(query).sort("_score", {"pk": "asc"}).extra(size=TOP, track_total_hits=True)


def floor(people: People, opening: OpeningFacts) -> list[tuple[int, int]]:
    """The first TOP (primary key, score), best first."""
    own = people.occupations & bit(opening.occupation) != 0
    near = (people.occupations & bit(*opening.related_occupations) != 0) & ~own
    scores = own * weight("occupation") + near * weight("related_occupation")
    scores += np.bitwise_count(people.skills & bit(*opening.skills)) * weight("skill")
    scores += (np.maximum(people.months[opening.occupation], 0) >= opening.experience_months) * weight("experience")
    scores += (people.wage == 0 if opening.wage_top is None else people.wage <= opening.wage_top) * weight("wage")
    scores += ((people.zones & bit(opening.zone) != 0) | (people.zones == 0)) * weight("zone")
    scores += (people.shifts & bit(SHIFTS.index(opening.shift)) != 0) * weight("shift")
    scores += (~people.needs_dormitory | opening.has_dormitory) * weight("dormitory")
    scores += (people.ready <= opening.starts_on.toordinal()) * weight("ready")
    scores *= own | near
    limit = np.partition(scores, len(scores) - TOP)[len(scores) - TOP] if len(scores) > TOP else np.uint8(0)
    better, tied = np.flatnonzero(scores > limit), np.flatnonzero((scores == limit) & (scores > 0))
    rows = np.concatenate([better, tied[: TOP - len(better)]])
    rows = rows[np.lexsort((rows, -scores[rows].astype(int)))]
    return list(zip(people.pks[rows].tolist(), scores[rows].tolist(), strict=True))


def weight(rule: str) -> np.uint8:
    return np.uint8(WEIGHTS[rule])
