"""Accepted people whose day moved: beds, seat and pass follow it by themselves where there is room, else the recruiter decides."""

import datetime as dt
from functools import partial

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import locked, tell_recruiter, tell_worker
from recruitment.health.models import Clearance
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.cohorts import refuse_after_closing
from recruitment.onboarding.services.journey import arrival_day, seat_of, secure_pass, secure_seat, trips_to_choose
from recruitment.onboarding.services.one_by_one import one_by_one
from recruitment.onboarding.services.undoing import is_on_the_way, lock_person
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.securing import EntryBed, change_entry_bed
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import PickUpPoint, Seat, Trip
from recruitment.travel.services.departures import turn_up
from recruitment.travel.services.trips import give_up_seat, hold_seat, lock_trips
from recruitment.workers.models import Worker

CHUNK = 200


def follow_changes(*, on: dt.date) -> int:
    """Re-date every acceptance whose rules, facts or opening's first day changed; how many moved. Each is a transaction of its own.

    Whom it can't move stays as accepted, marked for the recruiter to decide (`Acceptance.to_decide`), and is tried again next time.
    """
    changed = Acceptance.objects.standing().filter(
        Q(clearance__is_current=False) | Q(application__opening__starts_on__gt=F("starts_on")),
        application__status=Application.Status.ACCEPTED,
        arrives_on__gte=on,
        ride_by=None,
    )
    return one_by_one(partial(_follow, pk, on) for pk in list(changed.order_by("pk").values_list("pk", flat=True)[:CHUNK]))


@transaction.atomic
def choose_trip(*, application: Application, trip: Trip | None, pick_up: PickUpPoint | None = None, by: User, on: dt.date) -> Acceptance:
    """The worker takes a seat on this trip, the days following it, or (None) comes alone; the pass is written anew where it changes.

    Raises what hold_seat and change_entry_bed raise, NotComing where the person is not accepted or has set out, or DayIsClosed.
    """
    lock_person(application)
    application = locked(application)
    acceptance = _standing(application)
    if acceptance is None or is_on_the_way(acceptance):
        raise NotComing(application=application)
    refuse_after_closing(acceptance)
    Application.objects.filter(pk=application.pk).update(wants_trip=trip is not None)
    travel_with(acceptance=acceptance, application=application, trip=trip, pick_up=pick_up, by=by, on=on)
    return acceptance


def travel_with(
    *, acceptance: Acceptance, application: Application, trip: Trip | None, pick_up: PickUpPoint | None = None, by: User | None, on: dt.date
) -> Seat | None:
    """A seat on this trip, or (None) the day on which the person comes alone; bed, first shift and pass go with it.

    Part of the caller's transaction, which has locked the person and the application. Raises what hold_seat and change_entry_bed raise.
    """
    worker, was = application.worker, acceptance.arrives_on
    arrives_on = arrival_day(trip) if trip else max(was, on) if acceptance.ride_by else was
    if arrives_on != was or acceptance.ride_by:
        _move_bed(acceptance, application, worker, acceptance.clearance, arrives_on, by, on)
    held = seat_of(worker)
    if held and held.status == Seat.Status.HELD and held.trip != trip:
        lock_trips([held.trip, *([trip] if trip else [])])
        give_up_seat(seat=held, by=by, on=on)
    seat = hold_seat(worker=worker, trip=trip, pick_up=pick_up, by=by, on=on) if trip else None
    acceptance.ride_by = None
    _keep(acceptance, acceptance.clearance, arrives_on, acceptance.starts_on + (arrives_on - was))
    _write_pass(acceptance, application, worker, seat, by, on)
    return seat


def came_by(*, acceptance: Acceptance, application: Application, seat: Seat, by: User, on: dt.date) -> Seat:
    """Aboard this bus after all: whatever was changed because it seemed to have left without the person is as it was, from today on at the earliest.

    Part of the caller's transaction, which has locked the person and the application. Raises what turn_up and change_entry_bed raise.
    """
    worker, was, came_on = application.worker, acceptance.arrives_on, arrival_day(seat.trip)
    settled = acceptance.ride_by is not None or was != came_on
    arrives_on = max(came_on, on) if settled else was
    if settled:
        _move_bed(acceptance, application, worker, acceptance.clearance, arrives_on, by, on)
    held = Seat.objects.filter(worker=worker, status=Seat.Status.HELD).select_related("trip").first()
    lock_trips([seat.trip, *([held.trip] if held else [])])
    if held:
        give_up_seat(seat=held, by=by, on=on)
    seat = turn_up(seat=seat, by=by, on=on)
    if settled:
        days = dt.timedelta(days=acceptance.clearance.entry_quarantine_days)
        acceptance.ride_by = None
        _keep(acceptance, acceptance.clearance, arrives_on, max(acceptance.starts_on + (arrives_on - was), arrives_on + days))
        _write_pass(acceptance, application, worker, seat, by, on)
    return seat


class NotComing(Refusal):
    """Not accepted, or on the way already. Carries `application`."""

    def for_people(self) -> str:
        return _("Chuyến đi không đổi được nữa: hồ sơ chưa được nhận hoặc bạn đã lên đường.")


@transaction.atomic
def _follow(pk: int, on: dt.date) -> bool:
    """Never for somebody who has been seen on the way: what was served is not moved."""
    application = Acceptance.objects.select_related("application").get(pk=pk).application
    worker = lock_person(application)
    application = locked(application)
    acceptance = _standing(application)
    clearance = Clearance.objects.current().filter(worker=worker).first()
    if acceptance is None or clearance is None or is_on_the_way(acceptance):
        return False
    if clearance.ready_on is None:
        return _leave_to_recruiter(acceptance, application, _("theo quy định hoặc dữ liệu mới, chưa định được ngày người này được vào."))
    days = dt.timedelta(days=clearance.entry_quarantine_days)
    starts_on = max(acceptance.starts_on, clearance.ready_on, application.opening.starts_on or on, on + days)
    try:
        with transaction.atomic():
            moved = _move(acceptance, application, worker, clearance, starts_on - days, starts_on, on)
    except Refusal as refusal:
        return _leave_to_recruiter(acceptance, application, refusal.for_people())
    if moved:
        _tell(acceptance, application)
    return moved


def _move(
    acceptance: Acceptance, application: Application, worker: Worker, clearance: Clearance, arrives_on: dt.date, starts_on: dt.date, on: dt.date
) -> bool:
    """Whether the days became others. The bed, the seat and the pass follow, all or none."""
    moved = (arrives_on, starts_on) != (acceptance.arrives_on, acceptance.starts_on)
    _move_bed(acceptance, application, worker, clearance, arrives_on, None, on)
    seat = seat_of(worker)
    if seat and seat.status == Seat.Status.HELD and arrival_day(seat.trip) != arrives_on:
        give_up_seat(seat=seat, by=None, on=on)
        trips = trips_to_choose(worker=application.worker, zone=application.opening.factory.zone, arrives_on=arrives_on)
        trip = next((trip for trip in trips if arrival_day(trip) == arrives_on), None)
        seat = secure_seat(worker=worker, trip=trip, arrives_on=arrives_on, by=None, on=on)
    _keep(acceptance, clearance, arrives_on, starts_on)
    _write_pass(acceptance, application, worker, seat, None, on)
    return moved


def _move_bed(
    acceptance: Acceptance, application: Application, worker: Worker, clearance: Clearance, arrives_on: dt.date, by: User | None, on: dt.date
) -> None:
    stay = acceptance.entry_stay if acceptance.entry_stay and acceptance.entry_stay.status == Stay.Status.BOOKED else None
    wanted = (arrives_on, clearance.entry_quarantine_days) if clearance.asks_for_a_site else None
    if wanted == ((stay.arrives_on, (stay.leaves_on - stay.arrives_on).days) if stay else None):
        return
    entry = EntryBed(worker, *wanted) if wanted else None
    acceptance.entry_stay = change_entry_bed(zone=application.opening.factory.zone, stay=stay, entry=entry, by=by, on=on)


def _keep(acceptance: Acceptance, clearance: Clearance, arrives_on: dt.date, starts_on: dt.date) -> None:
    acceptance.clearance, acceptance.arrives_on, acceptance.starts_on, acceptance.to_decide = clearance, arrives_on, starts_on, ""
    acceptance.save(update_fields=["clearance", "arrives_on", "starts_on", "entry_stay", "to_decide", "ride_by"])


def _write_pass(acceptance: Acceptance, application: Application, worker: Worker, seat: Seat | None, by: User | None, on: dt.date) -> None:
    if acceptance.from_outside:
        days = {"arrives_on": acceptance.arrives_on, "starts_on": acceptance.starts_on}
        secure_pass(worker=worker, factory=application.opening.factory, seat=seat, by=by, on=on, **days)


def _standing(application: Application) -> Acceptance | None:
    if application.status != Application.Status.ACCEPTED:
        return None
    return (
        Acceptance.objects.standing().select_related("entry_stay__site", "clearance", "application__worker").filter(application=application).first()
    )


def _leave_to_recruiter(acceptance: Acceptance, application: Application, why: str) -> bool:
    """Told once for each reason; what was held stays held until the recruiter decides."""
    if acceptance.to_decide == why[:600]:
        return False
    Acceptance.objects.filter(pk=acceptance.pk).update(to_decide=why[:600])
    tell_recruiter(
        application,
        "to_be_decided",
        gettext_noop("Cần bạn quyết định về hồ sơ %(receipt)s, tin %(title)s: không tự xếp lại được ngày đến. Mở Vùng Xanh để xem."),
    )
    return False


def _tell(acceptance: Acceptance, application: Application) -> None:
    days = {"arrives": f"{acceptance.arrives_on:%d/%m/%Y}", "starts": f"{acceptance.starts_on:%d/%m/%Y}"}
    tell_worker(
        application,
        "redated",
        gettext_noop(
            "Ngày đến làm ở %(factory)s đổi: đến %(arrives)s, bắt đầu làm %(starts)s. Giường, xe và giấy đã theo ngày mới. Mở Vùng Xanh để xem vì sao."
        ),
        **days,
    )
    tell_recruiter(
        application, "redated", gettext_noop("Hồ sơ %(receipt)s, tin %(title)s: ngày đến đổi thành %(arrives)s, bắt đầu làm %(starts)s."), **days
    )
