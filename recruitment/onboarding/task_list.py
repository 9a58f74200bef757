"""What still has to be done for one accepted person until the first shift, by whom and by when, from what is known. No database.

The list is never stored: it follows from the facts, so that it is the same for the worker and the recruiter and right at once when
a fact or a rule changes. Source of the duties: the clearance (health/policy.py), and what acceptance secured.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

DAY = dt.timedelta(days=1)


class Owner(StrEnum):
    WORKER = "worker"
    FACTORY = "factory"
    SITE = "site"


class Ride(StrEnum):
    """How the person comes: not asked yet, alone, wants a seat and has none, has one, is or was aboard, missed it, the bus won't run."""

    NOT_ASKED = "not_asked"
    ALONE = "alone"
    WANTED = "wanted"
    HELD = "held"
    BOARDED = "boarded"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Code(StrEnum):
    """In the order in which things are done; a task waits only for earlier ones."""

    CONFIRM = "confirm"
    CONSENT = "consent"
    PAPERS = "papers"
    RIDE = "ride"
    BED = "bed"
    ENTRY_PASS = "entry_pass"  # noqa: S105 - no password
    TEST_BEFORE = "test_before"
    TRAVEL = "travel"
    TEST_DURING = "test_during"
    ISOLATION = "isolation"
    CONTRACT = "contract"
    FIRST_SHIFT = "first_shift"


ORDER = {code: position for position, code in enumerate(Code)}
BEFORE_TRAVEL = (Code.CONFIRM, Code.RIDE, Code.BED, Code.ENTRY_PASS, Code.TEST_BEFORE)
WAITS_FOR: dict[Code, tuple[Code, ...]] = {
    Code.BED: (Code.RIDE,),
    Code.ENTRY_PASS: (Code.RIDE,),
    Code.TRAVEL: BEFORE_TRAVEL,
    Code.TEST_DURING: (Code.TRAVEL,),
    Code.ISOLATION: (Code.TRAVEL,),
    Code.CONTRACT: (Code.CONFIRM,),
    Code.FIRST_SHIFT: (Code.TRAVEL, Code.TEST_DURING, Code.ISOLATION, Code.CONTRACT),
}


@dataclass(frozen=True)
class TestBefore:
    """A negative test may be `hours` old at noon of the day of arrival; `taken_on` is the day of the one that is there."""

    __test__ = False  # not one of pytest's

    method: str
    hours: int
    taken_on: dt.date | None = None

    def still_valid(self, day: dt.date) -> bool:
        return self.taken_on is not None and dt.timedelta() <= day - self.taken_on <= dt.timedelta(hours=self.hours)


@dataclass(frozen=True)
class Isolation:
    """`at_site`: in a bed at a quarantine site, held from `arrives_on` if `has_bed`; else where the person lives."""

    days: int
    at_site: bool
    has_bed: bool = False
    is_over: bool = False


@dataclass(frozen=True)
class Situation:
    """What is known of one accepted person on `today`. `ride_by`: the seat is lost, bed and pass are given back, and the place is held
    so long for another way here. `tests_due`: (day, method) while isolated or watched."""

    today: dt.date
    arrives_on: dt.date
    starts_on: dt.date
    confirm_by: dt.date | None = None
    is_confirmed: bool = False
    has_consent: bool = False
    papers_ready: bool = False
    ride: Ride = Ride.NOT_ASKED
    ride_by: dt.date | None = None
    departs_on: dt.date | None = None
    needs_pass: bool = False
    has_pass: bool = False
    test_before: TestBefore | None = None
    isolation: Isolation | None = None
    has_arrived: bool = False
    tests_due: tuple[tuple[dt.date, str], ...] = ()
    tests_taken: frozenset[dt.date] = field(default_factory=frozenset)
    contract_signed: bool = False
    has_started: bool = False


@dataclass(frozen=True)
class Task:
    """`waits_for`: tasks that must be done before this one can be; empty once it is done."""

    code: Code
    owner: Owner
    due: dt.date
    is_done: bool
    is_late: bool
    waits_for: tuple[Code, ...]


def tasks_of(person: Situation) -> list[Task]:
    """Every task that concerns this person, done or not: by due day, those due together in the order in which they are done."""
    rows = [(code, owner, due, done or person.has_started) for code, owner, due, done in _duties(person)]
    open_codes = {code for code, _owner, _due, done in rows if not done}
    tasks = [
        Task(
            code=code,
            owner=owner,
            due=due,
            is_done=done,
            is_late=not done and due < person.today,
            waits_for=() if done else tuple(other for other in WAITS_FOR.get(code, ()) if other in open_codes),
        )
        for code, owner, due, done in rows
    ]
    return sorted(tasks, key=lambda task: (task.due, ORDER[task.code]))


def next_task(tasks: list[Task], owner: Owner | None = None) -> Task | None:
    """The first that can be done now, of anybody or of one side."""
    return next((task for task in tasks if not task.is_done and not task.waits_for and owner in (None, task.owner)), None)


def _duties(person: Situation) -> Iterator[tuple[Code, Owner, dt.date, bool]]:
    came, leaves = person.has_arrived, person.departs_on or person.arrives_on
    yield Code.CONFIRM, Owner.WORKER, min(person.confirm_by or leaves, leaves), person.is_confirmed or came
    yield Code.CONSENT, Owner.WORKER, leaves - DAY, person.has_consent
    yield Code.PAPERS, Owner.WORKER, leaves - DAY, person.papers_ready or came
    yield Code.RIDE, Owner.WORKER, person.ride_by or leaves - DAY, person.ride in (Ride.ALONE, Ride.HELD, Ride.BOARDED) or came
    if person.isolation and person.isolation.at_site:
        yield Code.BED, Owner.FACTORY, person.arrives_on, person.isolation.has_bed or came
    if person.needs_pass:
        yield Code.ENTRY_PASS, Owner.FACTORY, leaves, person.has_pass or came
    if person.test_before:
        yield Code.TEST_BEFORE, Owner.WORKER, person.arrives_on, person.test_before.still_valid(person.arrives_on) or came
    yield Code.TRAVEL, Owner.WORKER, person.arrives_on, came
    watched = Owner.SITE if person.isolation and person.isolation.at_site else Owner.WORKER
    for day, _method in person.tests_due:
        yield Code.TEST_DURING, watched, day, any(taken >= day for taken in person.tests_taken)
    if person.isolation:
        yield Code.ISOLATION, watched, person.arrives_on + person.isolation.days * DAY, person.isolation.is_over
    yield Code.CONTRACT, Owner.FACTORY, person.starts_on, person.contract_signed
    yield Code.FIRST_SHIFT, Owner.FACTORY, person.starts_on, person.has_started
