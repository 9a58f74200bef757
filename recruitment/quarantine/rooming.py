"""Which bed each arrival of a day gets. Rules only: no database, no clock.

Families first, each whole in a room of its own. Then people by cohort and sex: rooms that their own cohort has begun, the
fullest first, then the clean empty room in which the rest of the group leaves the fewest beds idle. Rooms meant for families
come last for others. The same people and rooms always give the same beds.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

FAMILY = "family"


class Why(StrEnum):
    """What kept somebody from a bed."""

    NOT_SAID = "not_said"  # neither sex nor family was given
    NO_ROOM_FOR_FAMILY = "no_room_for_family"  # no empty clean room has as many beds as the family needs
    NOT_CLEAN = "not_clean"  # only rooms that wait for cleaning would have a bed
    FULL = "full"


@dataclass(frozen=True)
class Arrival:
    """`company` is the sex, or FAMILY; None when nobody said. People of one family have the same `cohort`."""

    key: int
    company: str | None
    cohort: str
    first: dt.date
    until: dt.date


@dataclass(frozen=True)
class Taken:
    """A bed of a room over [first, until), and for whom."""

    bed: int
    company: str
    cohort: str
    first: dt.date
    until: dt.date


@dataclass
class Space:
    """An open room as it stands. `taken` holds whatever has nights from today on."""

    key: int
    beds: Sequence[int]
    for_families: bool = False
    clean: bool = True
    taken: list[Taken] = field(default_factory=list)

    def free_beds(self, first: dt.date, until: dt.date) -> list[int]:
        busy = {row.bed for row in self.taken if row.first < until and first < row.until}
        return [bed for bed in self.beds if bed not in busy]

    def begun_by(self, who: Arrival) -> bool:
        """The person's own company and cohort are there on some of these nights."""
        return any(row.first < who.until and who.first < row.until for row in self.taken)

    def is_open_to(self, who: Arrival) -> bool:
        """Nobody else is there meanwhile, nor still there before: the room would have to be cleaned in between."""
        return all((row.company, row.cohort) == (who.company, who.cohort) or row.first >= who.until for row in self.taken)


@dataclass(frozen=True)
class Placement:
    arrival: Arrival
    room: int
    bed: int


@dataclass(frozen=True)
class Plan:
    """Everybody is in exactly one of the two."""

    placed: list[Placement]
    left_over: list[tuple[Arrival, Why]]


def plan_rooms(arrivals: Iterable[Arrival], spaces: Sequence[Space]) -> Plan:
    """A bed for as many as the rules allow; whoever has none is named with the reason. Changes `spaces` to what is planned."""
    plan = Plan([], [])
    groups: dict[tuple[str, str], list[Arrival]] = {}
    for who in sorted(arrivals, key=lambda who: (who.first, who.key)):
        if who.company is None:
            plan.left_over.append((who, Why.NOT_SAID))
        else:
            groups.setdefault((who.company, who.cohort), []).append(who)
    families = [group for (company, _cohort), group in groups.items() if company == FAMILY]
    for family in sorted(families, key=lambda group: (-len(group), group[0].key)):
        _place_family(family, spaces, plan)
    for (company, _cohort), group in sorted(groups.items()):
        if company != FAMILY:
            _place_group(group, spaces, plan)
    return plan


def _place_family(family: list[Arrival], spaces: Sequence[Space], plan: Plan) -> None:
    first, until = min(who.first for who in family), max(who.until for who in family)
    begun = [space for space in spaces if any(row.cohort == family[0].cohort for row in space.taken)]
    possible = [space for space in begun or spaces if all(space.is_open_to(who) for who in family)]
    fitting = [space for space in possible if len(space.free_beds(first, until)) >= len(family)]
    ready = [space for space in fitting if _may_enter(space, family[0])]
    if not ready:
        why = Why.NOT_CLEAN if fitting else Why.NO_ROOM_FOR_FAMILY
        plan.left_over.extend((who, why) for who in family)
        return
    best = min(ready, key=lambda space: (not space.for_families, len(space.beds), space.key))
    for who, bed in zip(family, best.free_beds(first, until), strict=False):
        _take(who, best, bed, plan)


def _place_group(group: list[Arrival], spaces: Sequence[Space], plan: Plan) -> None:
    for number, who in enumerate(group):
        fitting = [space for space in spaces if space.is_open_to(who) and space.free_beds(who.first, who.until)]
        ready = [space for space in fitting if _may_enter(space, who)]
        if not ready:
            plan.left_over.append((who, Why.NOT_CLEAN if fitting else Why.FULL))
            continue
        best = _best(ready, who, waiting=len(group) - number)
        _take(who, best, best.free_beds(who.first, who.until)[0], plan)


def _may_enter(space: Space, who: Arrival) -> bool:
    return space.clean or space.begun_by(who)


def _best(ready: list[Space], who: Arrival, *, waiting: int) -> Space:
    begun = [space for space in ready if space.begun_by(who)]
    if begun:
        return min(begun, key=lambda space: (len(space.free_beds(who.first, who.until)), space.key))
    return min(ready, key=lambda space: (space.for_families, *_waste(len(space.free_beds(who.first, who.until)), waiting), space.key))


def _waste(beds: int, waiting: int) -> tuple[bool, int]:
    """The smallest room that holds all who wait; where none does, the largest, so that few rooms are begun."""
    return (False, beds) if beds >= waiting else (True, -beds)


def _take(who: Arrival, space: Space, bed: int, plan: Plan) -> None:
    assert who.company is not None
    space.taken.append(Taken(bed, who.company, who.cohort, who.first, who.until))
    plan.placed.append(Placement(who, space.key, bed))
