"""What is known of accepted people, read in bulk for `task_list.tasks_of`: a fixed number of queries, however many there are."""

import datetime as dt
from collections.abc import Collection

from django.utils import timezone

from recruitment.health.models import Clearance
from recruitment.health.services.facts import person_facts
from recruitment.onboarding.models import Acceptance, FirstShift, TaskTick
from recruitment.onboarding.task_list import Isolation, Ride, Situation, Task, TestBefore, tasks_of
from recruitment.quarantine.models import Stay
from recruitment.travel.models import EntryPass, Seat
from recruitment.workers.models import Consent, Employment

RIDES = {Seat.Status.HELD: Ride.HELD, Seat.Status.BOARDED: Ride.BOARDED, Seat.Status.MISSED: Ride.MISSED, Seat.Status.BUMPED: Ride.CANCELLED}


def tasks_by_acceptance(acceptances: Collection[Acceptance], *, on: dt.date) -> dict[int, list[Task]]:
    """By the acceptance's key. `application__opening`, `entry_stay` and `clearance` of each are read already."""
    return {pk: tasks_of(situation) for pk, situation in situations(acceptances, on=on).items()}


def situations(acceptances: Collection[Acceptance], *, on: dt.date) -> dict[int, Situation]:
    workers = [acceptance.application.worker_id for acceptance in acceptances]
    consenting = set(
        Consent.objects.filter(worker__in=workers, purpose=Consent.Purpose.HEALTH, withdrawn_at=None).order_by().values_list("worker", flat=True)
    )
    seats = {}
    for seat in Seat.objects.filter(worker__in=workers).exclude(status=Seat.Status.GIVEN_UP).select_related("trip").order_by("held_at", "pk"):
        seats[seat.worker_id] = seat
    passes = set(EntryPass.objects.live_on(on).filter(worker__in=workers).order_by().values_list("worker", "factory"))
    employed = set(Employment.objects.filter(worker__in=workers, until=None).order_by().values_list("worker", "factory"))
    clearances = {row.worker_id: row for row in Clearance.objects.current().filter(worker__in=workers)}
    tests = {pk: frozenset(test.at.date() for test in facts.tests) for pk, facts in person_facts(workers, on=on).items()}
    ticks: dict[int, set[str]] = {}
    for tick in _ticks(acceptances):
        ticks.setdefault(tick[0], set()).add(tick[1])
    shifts = {shift.acceptance_id: shift for shift in FirstShift.objects.filter(acceptance__in=[acceptance.pk for acceptance in acceptances])}
    found = {}
    for acceptance in acceptances:
        worker, factory = acceptance.application.worker_id, acceptance.application.opening.factory_id
        seat = seats.get(worker)
        seat = seat if seat and seat.held_at >= acceptance.accepted_at else None
        found[acceptance.pk] = _situation(
            acceptance,
            clearances.get(worker) or acceptance.clearance,
            seat=seat,
            shift=shifts.get(acceptance.pk),
            has_consent=worker in consenting,
            has_pass=(worker, factory) in passes,
            tests_taken=tests.get(worker, frozenset()),
            ticked=ticks.get(acceptance.pk, set()),
            is_employed=(worker, factory) in employed,
            on=on,
        )
    return found


def _ticks(acceptances: Collection[Acceptance]) -> list[tuple[int, str]]:
    rows = TaskTick.objects.filter(acceptance__in=[acceptance.pk for acceptance in acceptances]).order_by("pk")
    return list(rows.values_list("acceptance_id", "code"))


def _situation(
    acceptance: Acceptance,
    clearance: Clearance,
    *,
    seat: Seat | None,
    shift: FirstShift | None,
    has_consent: bool,
    has_pass: bool,
    tests_taken: frozenset[dt.date],
    ticked: set[str],
    is_employed: bool,
    on: dt.date,
) -> Situation:
    stay = acceptance.entry_stay
    has_started = is_employed or bool(shift and shift.started_on)
    checked_in_on = timezone.localdate(shift.checked_in_at) if shift and shift.checked_in_at else None
    has_arrived = bool(stay and stay.admitted_at) or bool(seat and seat.status == Seat.Status.BOARDED) or bool(checked_in_on) or has_started
    decided = acceptance.clearance if has_arrived else clearance  # of that arrival; a later decision speaks of coming anew
    return Situation(
        today=on,
        arrives_on=acceptance.arrives_on,
        starts_on=acceptance.starts_on,
        confirm_by=timezone.localdate(acceptance.confirm_by) if acceptance.confirm_by else None,
        is_confirmed=acceptance.confirmed_at is not None,
        has_consent=has_consent,
        papers_ready="papers" in ticked,
        ride=_ride(acceptance, seat),
        ride_by=timezone.localdate(acceptance.ride_by) if acceptance.ride_by else None,
        departs_on=timezone.localdate(seat.trip.departs_at) if seat else None,
        needs_pass=acceptance.from_outside,
        has_pass=has_pass,
        test_before=_test_before(clearance),
        isolation=_isolation(acceptance, decided, checked_in_on, on),
        has_arrived=has_arrived,
        tests_due=tests_due(acceptance, decided),
        tests_taken=tests_taken,
        contract_signed="contract" in ticked,
        has_started=has_started,
    )


def tests_due(acceptance: Acceptance, clearance: Clearance) -> tuple[tuple[dt.date, str], ...]:
    """(day, method) of every test after arrival, in order."""
    arrives_on = acceptance.arrives_on.isoformat()
    return tuple((dt.date.fromisoformat(day), method) for day, method in sorted(clearance.decision.get("tests_due", [])) if day > arrives_on)


def _ride(acceptance: Acceptance, seat: Seat | None) -> Ride:
    wish = acceptance.application.wants_trip
    if seat and (seat.status in Seat.TAKING_STATUSES or wish):
        return RIDES[Seat.Status(seat.status)]
    return Ride.NOT_ASKED if wish is None else Ride.WANTED if wish else Ride.ALONE


def _test_before(clearance: Clearance) -> TestBefore | None:
    """From the reasons of the decision: a test is needed, or one is there that may grow too old until the day of arrival."""
    for reason in clearance.decision.get("reasons", []):
        if reason["code"] == "test_needed":
            return TestBefore(reason["facts"]["method"], reason["facts"]["hours"])
        if reason["code"] == "test_valid":
            return TestBefore(reason["facts"]["method"], reason["facts"]["hours"], dt.date.fromisoformat(reason["facts"]["on"]))
    return None


def _isolation(acceptance: Acceptance, clearance: Clearance, checked_in_on: dt.date | None, on: dt.date) -> Isolation | None:
    days, stay = clearance.entry_quarantine_days, acceptance.entry_stay
    if not days:
        return None
    if not clearance.asks_for_a_site:
        counted = max(checked_in_on, acceptance.arrives_on) if checked_in_on else None  # as stages.py counts them
        return Isolation(days=days, at_site=False, is_over=bool(counted and on >= counted + dt.timedelta(days=days)))
    holds = bool(stay and stay.status in (Stay.Status.BOOKED, Stay.Status.ADMITTED, Stay.Status.RELEASED))
    return Isolation(days=days, at_site=True, has_bed=holds, is_over=bool(stay and stay.status == Stay.Status.RELEASED))
