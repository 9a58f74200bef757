"""What is known of a person, what the documents say, and which document decides about whom on which day: pure.

Of the policies in force the province's come before the nation's and the newest first: the first that says anything about a
case (an origin, and whether the person is a case or a contact) decides it.
"""

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

GREEN, YELLOW, ANY = "green", "yellow", "any"
EVERYONE, F0, F1, F2, SUSPECTED = "", "F0", "F1", "F2", "suspected"
ADMIT, OFFICER, REFUSE = "admit", "officer", "refuse"
CLAIMED, CERTIFICATE, CONFIRMED = range(3)
PROOFS = {"claimed": CLAIMED, "certificate": CERTIFICATE, "confirmed": CONFIRMED}  # HealthEvent.Proof, from weak to strong
ARRIVAL, EXPOSURE, ISOLATION = "arrival", "exposure", "isolation"
TEST_FIRST, OTHER_RULE = "test_first", "other_rule"
LONGEST_WATCH_DAYS = 120  # isolation and monitoring are at most 60 days each: no older contact matters
STAY_DAYS = 14  # a stay at a named place counts this long, where a rule gives no window of its own (the incubation that all documents use)


@dataclass(frozen=True)
class Dose:
    on: dt.date
    number: int
    full_course: bool
    proof: int = CLAIMED


@dataclass(frozen=True)
class Test:
    """`at`: when the sample was taken, with a time zone; `method`: "pcr" or "antigen"."""

    at: dt.datetime
    method: str
    positive: bool
    proof: int = CLAIMED


@dataclass(frozen=True)
class Recovery:
    on: dt.date
    proof: int = CLAIMED


@dataclass(frozen=True)
class Contact:
    """`kind`: F0, F1, F2 or SUSPECTED; `on`: the last exposure, or the first symptoms; `isolated_on`: when isolation began, if not then."""

    on: dt.date
    kind: str
    isolated_on: dt.date | None = None


class Stay(NamedTuple):
    """Days at a place away from home, both ends inclusive; `place`: a province's or a commune's code."""

    place: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class PersonFacts:
    """What is known of a person. `origin_level` 1–4, None when no level was declared for where he or she lives, in `places`."""

    origin_level: int | None
    doses: tuple[Dose, ...] = ()
    tests: tuple[Test, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    contacts: tuple[Contact, ...] = ()
    places: frozenset[str] = frozenset()
    locked_down: bool = False
    stays: tuple[Stay, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One row of a policy; the words are AdmissionRule's. Without levels, places or lockdown it is for any origin.

    A dose counts from `dose_after_days` after it until `dose_within_…`, a recovery for `recovery_months`.
    `test_valid_hours` 0: no test before entry. Follow-up tests and isolation count from `day_zero`, which is day 0.
    """

    origin_levels: frozenset[int] = frozenset()
    person_class: str = ANY
    places: frozenset[str] = frozenset()
    places_from: dt.date | None = None
    places_to: dt.date | None = None
    lockdown: bool = False
    subject: str = EVERYONE
    minimum_doses: int = 0
    dose_after_days: int = 14
    dose_within_days: int | None = None
    dose_within_months: int | None = None
    recovery_months: int = 6
    accepted_proof: int = CLAIMED
    outcome: str = ADMIT
    test_method: str = ""
    test_valid_hours: int = 0
    without_test: str = TEST_FIRST
    day_zero: str = ARRIVAL
    quarantine_place: str = ""
    quarantine_days: int = 0
    monitoring_days: int = 0
    test_days: tuple[int, ...] = ()
    test_days_method: str = "pcr"


@dataclass(frozen=True)
class Policy:
    """`provincial` policies come before national ones. `supersedes`: keys of those that end the day before this one begins."""

    key: int
    number: str
    version: int
    provincial: bool
    in_force_from: dt.date
    in_force_to: dt.date | None
    rules: tuple[Rule, ...]
    supersedes: frozenset[int] = frozenset()


class Origin(NamedTuple):
    """As much of where a person comes from as the rules of a rulebook can tell apart."""

    level: int | None
    locked_down: bool
    places: frozenset[str]
    stays: tuple[Stay, ...]


class Case(NamedTuple):
    """The policy that decides about an origin and a subject on a day, and its rules for them."""

    policy: Policy
    rules: tuple[Rule, ...]


class Rulebook:
    """Policies made ready for many decisions: in the order they are asked, with each answer about a case kept.

    One rulebook serves one run over many people; what it keeps grows with the days and origins asked about, not with people.
    """

    def __init__(self, policies: Iterable[Policy]):
        self.policies = tuple(sorted(_ended_by_successors(tuple(policies)), key=_precedence, reverse=True))
        rules = [rule for policy in self.policies for rule in policy.rules]
        self.named_places = frozenset(place for rule in rules for place in rule.places)
        self.waits = frozenset(rule.dose_after_days for rule in rules)
        self.turns = sorted({day for policy in self.policies for day in _turns(policy)})
        self._cases: dict[tuple[dt.date, Origin, str], Case | None] = {}

    def in_force(self, day: dt.date) -> Iterator[Policy]:
        return (policy for policy in self.policies if policy.in_force_from <= day and (policy.in_force_to is None or day <= policy.in_force_to))

    def origin_of(self, person: PersonFacts) -> Origin:
        named = self.named_places
        stays = tuple(stay for stay in person.stays if stay.place in named) if person.stays else ()
        return Origin(person.origin_level, person.locked_down, person.places & named, stays)

    def case(self, day: dt.date, origin: Origin, subject: str) -> Case | None:
        """The first policy on `day` with rules for this origin and subject; somebody suspected is else treated as everyone."""
        key = (day, origin, subject)
        try:
            return self._cases[key]
        except KeyError:
            found = self._cases[key] = next(self._matching(day, origin, subject), None)
            return found

    def _matching(self, day: dt.date, origin: Origin, subject: str) -> Iterator[Case]:
        for policy in self.in_force(day):
            for asked in (SUSPECTED, EVERYONE) if subject == SUSPECTED else (subject,):
                if rules := _most_specific([rule for rule in policy.rules if rule.subject == asked], origin, day):
                    yield Case(policy, rules)


def _ended_by_successors(policies: tuple[Policy, ...]) -> Iterator[Policy]:
    """A superseded policy ends the day before the first of its successors begins; one replaced from its first day is left out."""
    begins: dict[int, dt.date] = {}
    for policy in policies:
        for key in policy.supersedes:
            begins[key] = min(policy.in_force_from, begins.get(key, policy.in_force_from))
    for policy in policies:
        successor = begins.get(policy.key)
        if successor is None or (policy.in_force_to is not None and policy.in_force_to < successor):
            yield policy
        elif policy.in_force_from < successor:
            yield replace(policy, in_force_to=successor - dt.timedelta(days=1))


def _precedence(policy: Policy) -> tuple:
    return (policy.provincial, policy.in_force_from, policy.key)


def _turns(policy: Policy) -> list[dt.date]:
    """Days on which this policy begins to matter or ceases to."""
    return [policy.in_force_from, *([policy.in_force_to + dt.timedelta(days=1)] if policy.in_force_to else [])]


def _most_specific(rules: list[Rule], origin: Origin, day: dt.date) -> tuple[Rule, ...]:
    """A lockdown says more than a named place, and a named place more than a level."""
    for fits in (_fits_lockdown, _fits_place, _fits_level):
        if matching := tuple(rule for rule in rules if fits(rule, origin, day)):
            return matching
    return ()


def _fits_lockdown(rule: Rule, origin: Origin, _day: dt.date) -> bool:
    return rule.lockdown and origin.locked_down


def _fits_place(rule: Rule, origin: Origin, day: dt.date) -> bool:
    """Who lives there is there until the journey; a stay counts within the rule's window, or else for 14 days."""
    if rule.places & origin.places:
        return rule.places_from is None or rule.places_from <= day
    first = rule.places_from or day - dt.timedelta(days=STAY_DAYS)
    last = rule.places_to or day
    return any(stay.place in rule.places and stay.first <= last and first <= stay.last for stay in origin.stays)


def _fits_level(rule: Rule, origin: Origin, _day: dt.date) -> bool:
    return not (rule.lockdown or rule.places) and (not rule.origin_levels or origin.level in rule.origin_levels)


@lru_cache(maxsize=4096)
def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or its last: six months after 31 August is 28 February, or 29 in a leap year."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
