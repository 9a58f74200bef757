"""The openings worth considering for each of very many people, scored as `scoring.score` does, on NumPy arrays.

Pure. People are taken in chunks, and within a chunk by occupation: only openings in a person's own or a near occupation are ever
scored, so no matrix of everybody by everything exists. A test compares every score with the oracle's. A list depends on nothing
but the person and the openings: whoever asks for one person's list gets what the prices were found with.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from search.scoring import WEIGHTS, CandidateFacts, OpeningFacts

BOUND = 40.0  # points: nobody is shown an opening further below his or her own best (the setting RECOMMENDATION_BOUND)
LENGTH = 64  # of a person's list: twice as long gains nothing, half as long fills two places in a hundred less
LUCK = 15.0  # points at most, drawn by a person and an opening
CHUNK = 8_192  # people at a time
BLOCK = 500_000  # pairs scored at a time: what stays in a processor's cache
NEVER = np.iinfo(np.int32).max  # the day number of somebody whose first possible day is not known


@dataclass(frozen=True)
class Layout:
    """Which column stands for which skill, zone and shift; two more say whether a dormitory is needed and offered."""

    skills: Mapping[int, int]
    zones: Mapping[int, int]
    shifts: Mapping[str, int]

    @classmethod
    def of(cls, openings: Iterable[OpeningFacts]) -> "Layout":
        """Columns for whatever these openings ask for: nothing else can score."""
        openings = list(openings)
        skills = sorted(frozenset().union(*(opening.skills for opening in openings)))
        zones = sorted({opening.zone for opening in openings})
        shifts = sorted({opening.shift for opening in openings})
        columns = count()
        return cls(
            skills={skill: next(columns) for skill in skills},
            zones={zone: next(columns) for zone in zones},
            shifts={shift: next(columns) for shift in shifts},
        )

    @property
    def width(self) -> int:
        return len(self.skills) + len(self.zones) + len(self.shifts) + 2


@dataclass(frozen=True)
class OpeningArrays:
    """Row by row: `traits` (float32, rows × width) holds 1 where the column's trait is offered; days are proleptic ordinals."""

    keys: np.ndarray
    occupation: np.ndarray
    traits: np.ndarray
    experience: np.ndarray
    wage_top: np.ndarray
    starts_on: np.ndarray

    @classmethod
    def of(cls, facts: Mapping[int, OpeningFacts], layout: Layout) -> "OpeningArrays":
        """In the order of `facts`, by primary key."""
        openings = list(facts.values())
        traits = np.zeros((len(openings), layout.width), np.float32)
        for row, opening in enumerate(openings):
            traits[row, [layout.skills[skill] for skill in opening.skills]] = 1
            traits[row, [layout.zones[opening.zone], layout.shifts[opening.shift], layout.width - 2]] = 1
            traits[row, layout.width - 1] = opening.has_dormitory
        return cls(
            keys=np.array(list(facts), np.int64),
            occupation=np.array([opening.occupation or 0 for opening in openings], np.int32),
            traits=traits,
            experience=np.array([opening.experience_months for opening in openings], np.int32),
            wage_top=np.array([opening.wage_top or 0 for opening in openings], np.int32),
            starts_on=np.array([opening.starts_on.toordinal() for opening in openings], np.int32),
        )


@dataclass(frozen=True)
class PeopleArrays:
    """Row by row: `points` (uint8, rows × width) holds what each trait is worth to the person.

    `trades` has a row for every person and occupation with openings that concern him or her: (person, occupation, months, points).
    """

    keys: np.ndarray
    points: np.ndarray
    wage_wanted: np.ndarray
    ready_on: np.ndarray
    trades: np.ndarray

    def __len__(self) -> int:
        return len(self.points)

    @classmethod
    def of(cls, facts: Mapping[int, CandidateFacts], layout: Layout, related: Mapping[int, frozenset[int]]) -> "PeopleArrays":
        """In the order of `facts`, by primary key; `related` gives each occupation's near ones."""
        people = list(facts.values())
        points = np.zeros((len(people), layout.width), np.uint8)
        trades: list[tuple[int, int, int, int]] = []
        for row, person in enumerate(people):
            points[row, [layout.skills[skill] for skill in person.skills if skill in layout.skills]] = WEIGHTS["skill"]
            zones = [layout.zones[zone] for zone in person.zones if zone in layout.zones] if person.zones else list(layout.zones.values())
            points[row, zones] = WEIGHTS["zone"]
            points[row, [layout.shifts[shift] for shift in person.shifts if shift in layout.shifts]] = WEIGHTS["shift"]
            points[row, layout.width - 1 if person.needs_dormitory else layout.width - 2] = WEIGHTS["dormitory"]
            trades += [(row, *trade) for trade in _trades(person, related)]
        return cls(
            keys=np.array(list(facts), np.int64),
            points=points,
            wage_wanted=np.array([person.wage_wanted or 0 for person in people], np.int32),
            ready_on=np.array([_ordinal(person.ready_on) for person in people], np.int32),
            trades=np.array(trades, np.int32).reshape(-1, 4),
        )

    @classmethod
    def joined(cls, parts: Sequence["PeopleArrays"]) -> "PeopleArrays":
        """One after the other."""
        offsets = np.cumsum([0, *(len(part) for part in parts)])
        trades = [part.trades + np.array([offset, 0, 0, 0], np.int32) for part, offset in zip(parts, offsets, strict=False)]
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ("keys", "points", "wage_wanted", "ready_on")}
        return cls(**columns, trades=np.concatenate(trades))


@dataclass(frozen=True)
class Lists:
    """For each person some openings (row numbers) with their scores: those of person i at `starts[i]:starts[i + 1]`."""

    starts: np.ndarray
    openings: np.ndarray
    scores: np.ndarray

    def persons(self) -> np.ndarray:
        """The person of every pair."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def feasible_lists(people: PeopleArrays, openings: OpeningArrays, *, length: int = LENGTH, bound: float = BOUND, luck: float = LUCK) -> Lists:
    """At most `length` openings of each person's own and near occupations, none further than `bound` points below his or her best.

    Where more would do, those kept are the best by score plus up to `luck` points, so that people who look alike to the scores do
    not all get the same few.
    """
    parts = [
        _nearest_best(pairs, length=length, bound=bound, first=first, size=size)
        for first, size, pairs in _chunks(people, openings, length=length, luck=luck)
    ]
    counts, chosen, scores = (np.concatenate(column) for column in zip(_nobody(0), *parts, strict=True))
    return Lists(np.concatenate([[0], np.cumsum(counts)]), chosen, scores)


Pairs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # persons, openings, scores, scores with luck


def _chunks(people: PeopleArrays, openings: OpeningArrays, *, length: int, luck: float) -> Iterator[tuple[int, int, list[Pairs]]]:
    """First person, number of persons, and the pairs that are in question for them, by occupation."""
    by_occupation = _groups(openings.occupation)
    bounds = np.searchsorted(people.trades[:, 0], np.arange(0, len(people) + CHUNK, CHUNK))
    for number, first in enumerate(range(0, len(people), CHUNK)):
        trades = people.trades[bounds[number] : bounds[number + 1]]
        found = [
            pairs
            for occupation, rows in _groups(trades[:, 1]).items()
            if occupation in by_occupation
            for pairs in _block(people, openings, trades[rows], by_occupation[occupation], length=length, luck=luck)
        ]
        yield first, min(CHUNK, len(people) - first), found


def _block(people: PeopleArrays, openings: OpeningArrays, trades: np.ndarray, rows: np.ndarray, *, length: int, luck: float) -> Iterator[Pairs]:
    """Persons of one trade by openings of that occupation: (persons, openings, scores, scores with luck), the best of each person."""
    step = max(1, BLOCK // len(rows))
    for part in (trades[start : start + step] for start in range(0, len(trades), step)):
        scores = block_scores(people, openings, part, rows)
        lucky = scores + luck * uniform(people.keys[part[:, 0], None], openings.keys[rows])
        persons, chosen = part[:, :1], rows[None, :]
        if len(rows) > length:
            columns = np.argpartition(lucky, len(rows) - length, axis=1)[:, -length:]
            scores, lucky, chosen = np.take_along_axis(scores, columns, 1), np.take_along_axis(lucky, columns, 1), rows[columns]
        shape = scores.shape
        yield np.broadcast_to(persons, shape).ravel(), np.broadcast_to(chosen, shape).ravel(), scores.ravel(), lucky.ravel()


def block_scores(people: PeopleArrays, openings: OpeningArrays, trades: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """`scoring.score` of each of these trades (all of one occupation) with each of these openings of that occupation."""
    persons, months, points = trades[:, 0], trades[:, 2:3], trades[:, 3:4]
    scores = people.points[persons].astype(np.float32) @ openings.traits[rows].T
    scores += points
    scores += np.float32(WEIGHTS["experience"]) * (months >= openings.experience[rows])
    scores += np.float32(WEIGHTS["wage"]) * (people.wage_wanted[persons, None] <= openings.wage_top[rows])
    scores += np.float32(WEIGHTS["ready"]) * (people.ready_on[persons, None] <= openings.starts_on[rows])
    return scores


def _nearest_best(parts, *, length: int, bound: float, first: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many each of `size` persons keeps, and the openings and scores kept, person after person."""
    if not parts:
        return _nobody(size)
    persons, chosen, scores, lucky = (np.concatenate(column) for column in zip(*parts, strict=True))
    persons = persons - first
    best = np.zeros(size, np.float32)
    np.maximum.at(best, persons, scores)
    near = np.flatnonzero(scores >= best[persons] - bound)
    # one number to sort by: the person, then the score with luck from the top, then where the pair stands
    order = np.sort((persons[near].astype(np.int64) << 48) | ((40_000 - (lucky[near] * 64).astype(np.int64)) << 32) | near)
    kept = order & 0xFFFFFFFF
    counts = np.bincount(persons[kept], minlength=size)
    rank = np.arange(len(kept)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = kept[rank < length]
    return np.minimum(counts, length), chosen[kept], scores[kept]


def _nobody(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.zeros(size, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)


def uniform(people: np.ndarray, openings: np.ndarray) -> np.ndarray:
    """A number in [0, 1) that hangs on the two keys only (Wellons' 32-bit finaliser, 2018)."""
    mixed = people.astype(np.uint32) * np.uint32(0x9E3779B1) ^ openings.astype(np.uint32) * np.uint32(0x85EBCA77)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        mixed ^= mixed >> np.uint32(shift)
        mixed *= np.uint32(factor)
    mixed ^= mixed >> np.uint32(16)
    return (mixed >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)


def _groups(values: np.ndarray) -> dict[int, np.ndarray]:
    """Value → the rows that have it."""
    if not len(values):
        return {}
    order = np.argsort(values, kind="stable")
    found, starts = np.unique(values[order], return_index=True)
    return dict(zip(found.tolist(), np.split(order, starts[1:]), strict=True))


def _trades(person: CandidateFacts, related: Mapping[int, frozenset[int]]) -> Iterator[tuple[int, int, int]]:
    """Occupation, months in it, points for it: own ones, then near ones."""
    for occupation, months in sorted(person.experience.items()):
        yield occupation, months, WEIGHTS["occupation"]
    near = frozenset().union(*(related.get(occupation, frozenset()) for occupation in person.experience))
    for occupation in sorted(near - person.experience.keys()):
        yield occupation, 0, WEIGHTS["related_occupation"]


def _ordinal(day: dt.date | None) -> int:
    return NEVER if day is None else day.toordinal()
