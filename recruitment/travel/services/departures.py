"""What becomes of a trip and of everybody on it: announced, closed, boarded, departed, cancelled, shared anew.

Locks: workers by their keys, then the trip, then seats, passes last. Rebooking comes after, one transaction for each person.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.notifications.services.messages import send_message
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import EntryPass, Route, Seat, Trip
from recruitment.travel.services.passes import issue_pass
from recruitment.travel.services.routes import decision_on, decisions_on
from recruitment.travel.services.trips import arrival_day, departure_day, describe, hold_seat, leave, lock_seat, trips_for
from recruitment.workers.models import Worker

TripStatus, SeatStatus = Trip.Status, Seat.Status
LONGEST_RIDE = dt.timedelta(hours=48)


class RouteDoesNotRun(Refusal):
    """Suspended on the day, or no seat may be sold. Carries `route` and `decision`."""

    field = "departs_on"

    def for_people(self) -> str:
        facts = {"route": self.facts["route"], "document": self.facts["decision"].document or "–"}
        return _("Tuyến %(route)s tạm dừng vào ngày này (văn bản %(document)s). Hãy chọn ngày hoặc tuyến khác.") % facts


class WrongTimes(Refusal):
    """The trip arrives before it departs, or takes longer than two days."""

    field = "arrives_at"

    def for_people(self) -> str:
        return _("Giờ đến phải sau giờ xuất phát, chậm nhất 48 giờ.")


class VehicleTaken(Refusal):
    """The same vehicle leaves at the same time on another trip. Carries `trip`."""

    field = "vehicle"

    def for_people(self) -> str:
        return _("Xe này đã chạy chuyến %(trip)s cùng giờ.") % {"trip": describe(self.facts["trip"])}


class WrongStage(Refusal):
    """The trip is not where the step needs it. Carries `trip`."""

    def for_people(self) -> str:
        return _("Chuyến này “%(status)s” nên không làm được bước này. Hãy tải lại trang.") % {"status": self.facts["trip"].get_status_display()}


class ReasonNeeded(Refusal):
    """Whoever had a seat is told why the trip won't run."""

    field = "reason"

    def for_people(self) -> str:
        return _("Hãy ghi lý do hủy chuyến: những người đã có ghế sẽ đọc.")


@dataclass(frozen=True)
class Rebooking:
    """What became of one person: `new` None means that nobody has found a seat yet, and `trip.organised_by` answers for it.

    Another day's bus is never taken without the bed that goes with it: `others` are for onboarding's choose_trip, which moves both.
    """

    seat: Seat
    new: Seat | None
    others: list[Trip]


@transaction.atomic
def announce_trip(
    *, route: Route, departs_at: dt.datetime, arrives_at: dt.datetime, capacity: int, vehicle: str = "", driver_phone: str = "", by: User, on: dt.date
) -> Trip:
    """Open a trip with as many seats as the decision about its route allows on the day. Raises RouteDoesNotRun, WrongTimes, VehicleTaken."""
    if not dt.timedelta() < arrives_at - departs_at <= LONGEST_RIDE:
        raise WrongTimes(departs_at=departs_at, arrives_at=arrives_at)
    decision = decision_on(route, on=timezone.localtime(departs_at).date())
    seats = capacity * decision.seat_percent // 100
    if not decision.runs or not seats:
        raise RouteDoesNotRun(route=route, decision=decision)
    Route.objects.select_for_update(of=("self",), no_key=True).get(pk=route.pk)
    same = Trip.objects.exclude(status=TripStatus.CANCELLED).filter(vehicle=vehicle, departs_at=departs_at).select_related("route").first()
    if vehicle and same:
        raise VehicleTaken(trip=same)
    return Trip.objects.create(
        route=route,
        departs_at=departs_at,
        arrives_at=arrives_at,
        capacity=capacity,
        seat_percent=decision.seat_percent,
        document=decision.document,
        seats=seats,
        vehicle=vehicle,
        driver_phone=driver_phone,
        organised_by=by,
    )


@transaction.atomic
def close_trip(*, trip: Trip, by: User, on: dt.date) -> Trip:
    """The list goes to the operator; nobody is added from now on. Repeating it changes nothing. Raises WrongStage."""
    trip = _locked(trip)
    if trip.status == TripStatus.CLOSED:
        return trip
    _require(trip, TripStatus.OPEN)
    trip.close()
    trip.closed_at = timezone.now()
    trip.save()
    return trip


@transaction.atomic
def reopen_trip(*, trip: Trip, by: User, on: dt.date) -> Trip:
    """Somebody is to be added after all. Repeating it changes nothing. Raises WrongStage."""
    trip = _locked(trip)
    if trip.status == TripStatus.OPEN:
        return trip
    _require(trip, TripStatus.CLOSED)
    trip.reopen()
    trip.closed_at = None
    trip.save()
    return trip


def depart_trip(*, trip: Trip, by: User, on: dt.date) -> list[Rebooking]:
    """The bus leaves; whoever holds a seat and was not seen aboard has missed it, is told, and gets a seat of the same day if there is one.

    Repeating it changes nothing and returns nothing. Raises WrongStage.
    """
    with transaction.atomic():
        trip, seats = _locked_with_people(trip)
        if trip.status == TripStatus.DEPARTED:
            return []
        _require(trip, TripStatus.OPEN, TripStatus.CLOSED)
        trip.depart()
        trip.closed_at = trip.closed_at or timezone.now()
        trip.save()
        for seat in seats:
            seat.miss()
            leave(seat)
    return [_rebook(seat, trip, by=by, on=on) for seat in seats]


def miss_trip(*, seat: Seat, by: User, on: dt.date) -> Rebooking | None:
    """Known not to come: the seat is free before the bus leaves. Repeating it changes nothing and returns None. Raises WrongStage once aboard."""
    with transaction.atomic():
        seat = lock_seat(seat)
        if seat.status == SeatStatus.MISSED:
            return None
        if seat.status != SeatStatus.HELD:
            raise WrongStage(trip=seat.trip)
        seat.miss()
        leave(seat)
    return _rebook(seat, seat.trip, by=by, on=on)


def cancel_trip(*, trip: Trip, reason: str, by: User, on: dt.date) -> list[Rebooking]:
    """The bus won't run: everybody with a seat is told why and gets a seat of the same day if there is one.

    Repeating it changes nothing and returns nothing. Raises ReasonNeeded, or WrongStage once it has left.
    """
    if not reason.strip():
        raise ReasonNeeded()
    with transaction.atomic():
        trip, seats = _locked_with_people(trip)
        if trip.status == TripStatus.CANCELLED:
            return []
        _require(trip, TripStatus.OPEN, TripStatus.CLOSED)
        trip.cancellation, trip.closed_at = reason.strip()[:300], None
        trip.cancel()
        trip.save()
        for seat in seats:
            seat.bump()
            leave(seat)
    return [_rebook(seat, trip, by=by, on=on) for seat in seats]


@transaction.atomic
def apply_decisions(*, on: dt.date) -> list[Trip]:
    """Give open trips the share that is decided for their day: seats nobody has taken are withdrawn or added.

    Returns the trips on which more people hold seats than the share allows now, or whose route no longer runs: somebody has to act.
    """
    rows = Trip.objects.filter(status=TripStatus.OPEN, departs_at__gt=timezone.now()).select_related("route", "organised_by")
    trips = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    over = []
    for day in sorted({departure_day(trip) for trip in trips}):
        of_day = [trip for trip in trips if departure_day(trip) == day]
        decisions = decisions_on([trip.route for trip in of_day], on=day)
        for trip in of_day:
            decision = decisions[trip.route_id]
            wanted = trip.capacity * decision.seat_percent // 100 if decision.runs else 0
            if trip.taken > wanted:
                over.append(trip)
            _share(trip, wanted, decision.seat_percent, decision.document)
    return over


def _share(trip: Trip, wanted: int, percent: int, document: str) -> None:
    """Never fewer seats than are taken: those are somebody's until they are moved."""
    over = max(0, trip.taken - wanted)
    if over:
        wanted, percent, document = trip.taken, trip.seat_percent, trip.document
    if (wanted, percent, document, over) != (trip.seats, trip.seat_percent, trip.document, trip.over):
        trip.seats, trip.seat_percent, trip.document, trip.over = wanted, percent, document, over
        trip.save(update_fields=["seats", "seat_percent", "document", "over"])


def _locked(trip: Trip) -> Trip:
    return Trip.objects.select_for_update(of=("self",), no_key=True).select_related("route", "organised_by").get(pk=trip.pk)


def _locked_with_people(trip: Trip) -> tuple[Trip, list[Seat]]:
    """The trip and the seats held on it, after the workers who were on it a moment ago."""
    workers = Seat.objects.filter(trip=trip, status=SeatStatus.HELD).values("worker")
    list(Worker.objects.filter(pk__in=workers).select_for_update(of=("self",), no_key=True).order_by("pk"))
    trip = _locked(trip)
    held = Seat.objects.filter(trip=trip, status=SeatStatus.HELD).select_for_update(of=("self",), no_key=True)
    return trip, list(held.select_related("worker__user", "worker__home_province", "pick_up").order_by("number"))


def _require(trip: Trip, *statuses: str) -> None:
    if trip.status not in statuses:
        raise WrongStage(trip=trip)


@transaction.atomic
def _rebook(seat: Seat, trip: Trip, *, by: User, on: dt.date) -> Rebooking:
    """The next bus that arrives on the same day, with the pass written anew for it; else the person and whoever gave the pass are told."""
    worker = seat.worker
    passes = EntryPass.objects.not_revoked().filter(worker=worker, seat=seat).select_related("factory__zone", "issued_by")
    entry_pass = passes.first()
    zone = entry_pass.factory.zone if entry_pass else trip.route.zones.first()
    found = trips_for(from_province=worker.home_province, zone=zone, arrives_on=arrival_day(trip)) if zone else []
    others = [other for other in found if other.pk != trip.pk]
    new = None
    for other in others:
        if arrival_day(other) == arrival_day(trip):
            try:
                with transaction.atomic():
                    new = hold_seat(worker=worker, trip=other, by=by, on=on)
                break
            except Refusal:
                continue
    if entry_pass:
        issue_pass(
            worker=worker, factory=entry_pass.factory, valid_from=entry_pass.valid_from, valid_until=entry_pass.valid_until, seat=new, by=by, on=on
        )
    _tell(seat, trip, new, others, entry_pass)
    return Rebooking(seat, new, others)


def _tell(seat: Seat, trip: Trip, new: Seat | None, others: list[Trip], entry_pass: EntryPass | None) -> None:
    person = seat.worker.user
    with override(person.language):
        why = _("Chuyến %(trip)s bị hủy: %(reason)s") if seat.status == SeatStatus.BUMPED else _("Bạn đã lỡ chuyến %(trip)s.")
        text = why % {"trip": _named(trip), "reason": trip.cancellation[:150]}
        if new:
            text += " " + _("Bạn có ghế số %(number)d trên chuyến %(trip)s. Giấy vào tỉnh đã đổi theo.") % {
                "number": new.number,
                "trip": _named(new.trip),
            }
        elif others:
            text += " " + _("Chưa có ghế khác trong ngày. Mở Vùng Xanh để chọn chuyến khác.")
        else:
            text += " " + _("Chưa có chuyến khác. Người phụ trách sẽ gọi cho bạn.")
        send_message(recipient=person, kind="trip", text=text[:600], link="/my/pass/", now=timezone.now())
    if new is None:
        for owner in {trip.organised_by, entry_pass.issued_by if entry_pass and entry_pass.issued_by else trip.organised_by}:
            with override(owner.language):
                text = _("%(name)s không còn ghế (%(trip)s) và chưa có chuyến khác trong ngày.") % {"name": person.name, "trip": _named(trip)}
                send_message(recipient=owner, kind="trip", text=text[:600], link=f"/trips/{trip.pk}/", now=timezone.now())


def _named(trip: Trip) -> str:
    return f"{trip.route}, {timezone.localtime(trip.departs_at):%H:%M %d/%m/%Y}"
