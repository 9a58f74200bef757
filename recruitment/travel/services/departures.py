"""What becomes of a trip and of everybody on it: announced, closed, boarded, departed, cancelled, shared anew.

Locks: workers by their keys, then the trip, then seats. What becomes of those left behind is onboarding's to settle (lost_seats.py).
"""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.notifications.services.messages import send_message
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Route, Seat, Trip
from recruitment.travel.services.routes import decision_on, decisions_on
from recruitment.travel.services.trips import departure_day, describe, leave, lock_seat
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


class SeatTaken(Refusal):
    """Somebody else was given the seat before the bus left. Carries `seat`."""

    def for_people(self) -> str:
        return _("Ghế này đã giao cho người khác và xe đủ số ghế được bán. Hãy ghi người lên xe không đúng danh sách là “Không đến” trước.")


class ReasonNeeded(Refusal):
    """Whoever had a seat is told why the trip won't run."""

    field = "reason"

    def for_people(self) -> str:
        return _("Hãy ghi lý do hủy chuyến: những người đã có ghế sẽ đọc.")


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


@transaction.atomic
def depart_trip(*, trip: Trip, aboard: Collection[int] = (), by: User, on: dt.date) -> list[Seat]:
    """The bus leaves; the seats of those who were not seen aboard and have missed it. Repeating it changes nothing and returns nothing.

    `aboard`: keys of held seats whose people are on the bus though nobody scanned them. Raises WrongStage.
    """
    trip, seats = _locked_with_people(trip, [SeatStatus.HELD])
    if trip.status == TripStatus.DEPARTED:
        return []
    _require(trip, TripStatus.OPEN, TripStatus.CLOSED)
    trip.depart()
    trip.closed_at = trip.closed_at or timezone.now()
    trip.save()
    there = [seat for seat in seats if seat.pk in aboard]
    for seat in there:
        seat.board()
        seat.moved_at = timezone.now()
        seat.save()
    missing = [seat for seat in seats if seat.pk not in aboard]
    for seat in missing:
        seat.miss()
        leave(seat)
    return missing


@transaction.atomic
def turn_up(*, seat: Seat, by: User, on: dt.date) -> Seat:
    """Noted as missed, and aboard after all: the seat counts again. Repeating it changes nothing. Raises WrongStage or SeatTaken."""
    seat = lock_seat(seat)
    if seat.status == SeatStatus.BOARDED:
        return seat
    if seat.status != SeatStatus.MISSED or seat.trip.status == TripStatus.CANCELLED:
        raise WrongStage(trip=seat.trip)
    full = Q(taken=F("seats"))
    withdrawn = Q(status=TripStatus.DEPARTED, seats__lt=F("capacity") * F("seat_percent") / 100)  # given up while too many had seats
    one_more = Case(When(full, then=1), default=0)
    counted = {"taken": F("taken") + 1, "seats": F("seats") + one_more, "over": F("over") + one_more}
    if not Trip.objects.filter(~full | withdrawn, pk=seat.trip_id).update(**counted):
        raise SeatTaken(seat=seat)
    used = set(Seat.objects.taking_a_place().filter(trip=seat.trip_id).values_list("number", flat=True))
    if seat.number in used:
        seat.number = next(number for number in range(1, len(used) + 2) if number not in used)
    seat.turn_up()
    seat.moved_at = timezone.now()
    seat.save()
    return seat


@transaction.atomic
def miss_trip(*, seat: Seat, by: User, on: dt.date) -> list[Seat]:
    """Known not to come: the seat is free before the bus leaves. Repeating it changes nothing and returns nothing. Raises WrongStage once aboard."""
    seat = lock_seat(seat)
    if seat.status == SeatStatus.MISSED:
        return []
    if seat.status != SeatStatus.HELD:
        raise WrongStage(trip=seat.trip)
    seat.miss()
    return [leave(seat)]


@transaction.atomic
def cancel_trip(*, trip: Trip, reason: str, by: User, on: dt.date) -> list[Seat]:
    """The bus won't run; the seats on it, also of those who sit in it already. Repeating it changes nothing and returns nothing.

    Raises ReasonNeeded, or WrongStage once it has left.
    """
    if not reason.strip():
        raise ReasonNeeded()
    trip, seats = _locked_with_people(trip, Seat.TAKING_STATUSES)
    if trip.status == TripStatus.CANCELLED:
        return []
    _require(trip, TripStatus.OPEN, TripStatus.CLOSED)
    trip.cancellation, trip.closed_at = reason.strip()[:300], None
    trip.cancel()
    trip.save()
    for seat in seats:
        seat.bump()
        leave(seat)
    return seats


@transaction.atomic
def apply_decisions(*, on: dt.date) -> list[Trip]:
    """Give open trips the share that is decided for their day: seats nobody has taken are withdrawn or added.

    Returns the trips on which more people hold seats than the share allows now, or whose route no longer runs: their organisers have to act,
    and are told when there are more than before.
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
                if trip.taken - wanted > trip.over:
                    _tell_of_too_many(trip, wanted, decision.document)
            _share(trip, wanted, decision.seat_percent, decision.document)
    return over


def _tell_of_too_many(trip: Trip, allowed: int, document: str) -> None:
    owner = trip.organised_by
    with override(owner.language):
        facts = {"trip": describe(trip), "document": document or "–", "allowed": allowed, "taken": trip.taken}
        text = _(
            "Chuyến %(trip)s: theo văn bản %(document)s chỉ được chở %(allowed)d người, đang có %(taken)d. Hãy chuyển bớt người hoặc hủy chuyến."
        )
        send_message(recipient=owner, kind="trip", text=text % facts, link=f"/trips/{trip.pk}/", now=timezone.now())


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


def _locked_with_people(trip: Trip, statuses: Collection[str]) -> tuple[Trip, list[Seat]]:
    """The trip and its seats in these states, after the workers who were on it a moment ago."""
    workers = Seat.objects.filter(trip=trip, status__in=statuses).values("worker")
    list(Worker.objects.filter(pk__in=workers).select_for_update(of=("self",), no_key=True).order_by("pk"))
    trip = _locked(trip)
    seats = Seat.objects.filter(trip=trip, status__in=statuses).select_for_update(of=("self",), no_key=True)
    return trip, list(seats.select_related("worker__user", "worker__home_province", "pick_up").order_by("number"))


def _require(trip: Trip, *statuses: str) -> None:
    if trip.status not in statuses:
        raise WrongStage(trip=trip)
