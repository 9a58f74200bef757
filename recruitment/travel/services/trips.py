"""Seats on trips: found, held, given up. Locks: worker, then trip (see onboarding's acceptance.py for what comes before and after)."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Case, F, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.places.models import IndustrialZone, Province
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import PickUpPoint, Route, Seat, Trip
from recruitment.travel.services.routes import decisions_on
from recruitment.workers.models import Worker

NEAR = 3  # days on either side of the wanted one in which another trip still serves
MOST_OFFERED = 3
Status = Seat.Status


class NoSeat(Refusal):
    """The trip is full, closed, cancelled or gone, or its route doesn't run. Carries `trip` and `others`: the next trips with seats."""

    field = "trip"

    def for_people(self) -> str:
        others = "; ".join(describe(trip) for trip in self.facts["others"])
        full = _("Chuyến %(trip)s không còn ghế nhận thêm.") % {"trip": describe(self.facts["trip"])}
        if not others:
            return full + " " + _("Chưa có chuyến nào khác gần ngày này: hãy chọn ngày khác hoặc nhờ sở mở thêm chuyến.")
        return full + " " + _("Còn ghế: %(trips)s.") % {"trips": others}


class AlreadySeated(Refusal):
    """The person holds a seat on another trip that hasn't left. Carries `seat`."""

    field = "trip"

    def for_people(self) -> str:
        return _("Người này đã có ghế trên chuyến %(trip)s. Hãy trả ghế đó trước.") % {"trip": describe(self.facts["seat"].trip)}


class WrongPickUp(Refusal):
    """The pick-up point isn't on the trip's route. Carries `pick_up` and `trip`."""

    field = "pick_up"

    def for_people(self) -> str:
        return _("Chuyến này không đón ở %(place)s. Hãy chọn điểm đón khác.") % {"place": self.facts["pick_up"]}


class SeatGone(Refusal):
    """The seat can't be given up any more. Carries `seat`."""

    def for_people(self) -> str:
        return _("Ghế này đang ở trạng thái “%(status)s” nên không trả được.") % {"status": self.facts["seat"].get_status_display()}


def describe(trip: Trip) -> str:
    """Route, day and hour of departure, free seats."""
    departs = timezone.localtime(trip.departs_at)
    return _("%(route)s, %(departs)s (còn %(free)d ghế)") % {"route": trip.route, "departs": f"{departs:%H:%M %d/%m/%Y}", "free": trip.free}


def trips_for(*, from_province: Province, zone: IndustrialZone, arrives_on: dt.date, days: int = NEAR) -> list[Trip]:
    """Trips with free seats that arrive within so many days of the wanted one, nearest first, then the earlier, then the fuller bus.

    Only of routes that run on the day; each trip has its `route` loaded.
    """
    near = dt.timedelta(days=days)
    routes = Route.objects.from_province(from_province).filter(zones=zone)
    trips = _running(_with_seats(arrives_on - near, arrives_on + near).filter(route__in=routes.values("pk")))
    return sorted(trips, key=lambda trip: (abs((arrival_day(trip) - arrives_on).days), trip.arrives_at, trip.free, trip.pk))


def trips_arriving(*, first: dt.date, last: dt.date) -> list[Trip]:
    """All trips with free seats that arrive on one of these days, of routes that run, each with its `route`: for whoever looks for many people at once."""
    return _running(_with_seats(first, last))


@transaction.atomic
def hold_seat(*, worker: Worker, trip: Trip, pick_up: PickUpPoint | None = None, by: User | None, on: dt.date) -> Seat:
    """Hold the lowest free seat. Repeating it returns the same seat, moved to the pick-up point if that is another.

    Raises NoSeat (with the next trips that have seats), AlreadySeated or WrongPickUp.
    """
    worker = Worker.objects.select_for_update(of=("self",), no_key=True).select_related("home_province").get(pk=worker.pk)
    if pick_up is not None and pick_up.route_id != trip.route_id:
        raise WrongPickUp(pick_up=pick_up, trip=trip)
    mine = Seat.objects.taking_a_place().filter(worker=worker).select_related("trip__route").order_by("pk")
    for seat in mine:
        if seat.trip_id == trip.pk:
            return _picked_up_at(seat, pick_up)
        if seat.status == Status.HELD and seat.trip.departs_at > timezone.now():
            raise AlreadySeated(seat=seat)
        if seat.status == Status.HELD:  # nobody noted whether the bus left with the person: who asks for another one wasn't aboard
            seat.miss()
            leave(seat)
    _take_place(trip, worker=worker, on=on)
    used = set(Seat.objects.taking_a_place().filter(trip=trip).values_list("number", flat=True))
    number = next(number for number in range(1, len(used) + 2) if number not in used)
    now = timezone.now()
    return Seat.objects.create(trip=trip, worker=worker, number=number, pick_up=pick_up, held_at=now, moved_at=now, held_by=by)


@transaction.atomic
def give_up_seat(*, seat: Seat, by: User | None, on: dt.date) -> Seat:
    """Somebody else may have it. Repeating it changes nothing, as after a missed or cancelled bus. Raises SeatGone once aboard."""
    seat = lock_seat(seat)
    if seat.status in (Status.GIVEN_UP, Status.MISSED, Status.BUMPED):
        return seat
    if seat.status != Status.HELD:
        raise SeatGone(seat=seat)
    seat.give_up()
    return leave(seat)


def lock_trips(trips: Iterable[Trip]) -> None:
    """In one order, for whoever moves from one to the other."""
    list(Trip.objects.filter(pk__in=[trip.pk for trip in trips]).select_for_update(of=("self",), no_key=True).order_by("pk"))


def lock_seat(seat: Seat) -> Seat:
    """The row as it is now, after its worker's and its trip's."""
    Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=seat.worker_id)
    Trip.objects.select_for_update(of=("self",), no_key=True).get(pk=seat.trip_id)
    return Seat.objects.select_for_update(of=("self",), no_key=True).select_related("trip__route", "worker__user").get(pk=seat.pk)


def leave(seat: Seat) -> Seat:
    """Keep a seat that was given up or missed, and count it free; where more were taken than the rule allows now, it is withdrawn instead."""
    seat.moved_at = timezone.now()
    seat.save()
    one_less = Case(When(over__gt=0, then=1), default=0)
    Trip.objects.filter(pk=seat.trip_id).update(taken=F("taken") - 1, seats=F("seats") - one_less, over=F("over") - one_less)
    return seat


def _take_place(trip: Trip, *, worker: Worker, on: dt.date) -> None:
    """Count one more, if the trip takes people and the count stays within the seats sold: one statement, which locks the trip's row."""
    now = timezone.now()
    if departure_day(trip) >= on and _runs(trip) and Trip.objects.bookable(now).with_free_seats().filter(pk=trip.pk).update(taken=F("taken") + 1):
        return
    there = Trip.objects.select_related("route").get(pk=trip.pk)
    zone = there.route.zones.first()
    others = trips_for(from_province=worker.home_province, zone=zone, arrives_on=arrival_day(there)) if zone else []
    raise NoSeat(trip=there, others=[other for other in others if other.pk != there.pk][:MOST_OFFERED])


def _picked_up_at(seat: Seat, pick_up: PickUpPoint | None) -> Seat:
    if pick_up is not None and seat.pick_up_id != pick_up.pk and seat.status == Status.HELD:
        seat.pick_up = pick_up
        seat.save(update_fields=["pick_up"])
    return seat


def departure_day(trip: Trip) -> dt.date:
    return timezone.localtime(trip.departs_at).date()


def arrival_day(trip: Trip) -> dt.date:
    return timezone.localtime(trip.arrives_at).date()


def _runs(trip: Trip) -> bool:
    return bool(_running([trip]))


def _with_seats(first: dt.date, last: dt.date) -> QuerySet[Trip]:
    rows = Trip.objects.bookable(timezone.now()).with_free_seats().arriving_between(first, last)
    return rows.select_related("route").order_by("arrives_at", "pk")


def _running(trips: Iterable[Trip]) -> list[Trip]:
    """Those whose route runs on the day of departure: a fixed number of queries for each day."""
    trips, kept = list(trips), []
    for day in sorted({departure_day(trip) for trip in trips}):
        of_day = [trip for trip in trips if departure_day(trip) == day]
        decisions = decisions_on([trip.route for trip in of_day], on=day)
        kept += [trip for trip in of_day if decisions[trip.route_id].runs]
    return kept
