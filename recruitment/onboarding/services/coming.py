"""A bus for the people who are coming and have none: who wants one, by route and day, and a trip opened with them aboard."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import AnswerPolicy, Application
from recruitment.applications.services.steps import tell_recruiter, tell_worker
from recruitment.health.models import Clearance
from recruitment.onboarding.models import Acceptance, WaitingAcceptance
from recruitment.onboarding.services.acceptance import wanted_days
from recruitment.onboarding.services.journey import DAY, arrival_day
from recruitment.onboarding.services.lost_seats import named
from recruitment.onboarding.services.redating import travel_with
from recruitment.onboarding.services.room import look_for_room_after_commit
from recruitment.places.models import IndustrialZone, Province
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.admissions import entry_ranges
from recruitment.quarantine.services.ledger import lock_nights
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import PickUpPoint, Route, Seat, Trip
from recruitment.travel.services.departures import announce_trip
from recruitment.travel.services.routes import decision_on
from recruitment.travel.services.trips import NEAR, trips_arriving
from recruitment.workers.models import Worker

MOST = 1000
SIZES = (16, 29, 45)  # seats of the usual buses
USUAL_START, USUAL_HOURS = dt.time(6), 6  # until a route has had its first trip
RELATED = ["application__worker__user", "application__worker__home_province", "application__opening__factory__zone"]


class NobodyToSeat(Refusal):
    """Everybody whom this trip would serve has found another way meanwhile, or was seated by the same act a moment ago."""

    def for_people(self) -> str:
        return _("Không còn ai cần chuyến này: họ đã có ghế, hoặc ngày đến đã đổi. Xem lại danh sách.")


@dataclass(frozen=True)
class Coming:
    """One person who wants a bus, not before `day`. `acceptance` None: still waiting for room, a seat among it."""

    application: Application
    acceptance: Acceptance | None
    day: dt.date
    since: dt.datetime

    @property
    def worker(self) -> Worker:
        return self.application.worker

    @property
    def zone(self) -> IndustrialZone:
        return self.application.opening.factory.zone


@dataclass
class Group:
    """People of one route and day, the accepted first, each in the order of acceptance or of the queue; `route` None where none runs there."""

    route: Route | None
    origin: Province
    zone: IndustrialZone
    day: dt.date
    people: list[Coming] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        return sum(person.acceptance is None for person in self.people)


@dataclass(frozen=True)
class Proposal:
    """What the form of the new trip starts from; `seats` of `capacity` may be sold on the day."""

    departs_at: dt.datetime
    hours: int
    capacity: int
    seats: int
    percent: int
    document: str

    @property
    def arrives_on(self) -> dt.date:
        return timezone.localtime(self.departs_at + dt.timedelta(hours=self.hours)).date()


@dataclass
class Opened:
    """The trip, who has a seat on it, and who has not, with the reason."""

    trip: Trip
    seated: list[tuple[Application, Seat]] = field(default_factory=list)
    left: list[tuple[Application, Refusal]] = field(default_factory=list)


def groups_without_a_bus(*, on: dt.date) -> list[Group]:
    """By day, then route; whoever finds a seat on a bus that is there already is in none of them."""
    routes = _routes()
    groups: dict[tuple, Group] = {}
    for person in people_without_a_bus(on=on):
        key = (person.worker.home_province_id, person.zone.pk, person.day)
        if key not in groups:
            route = next(iter(routes.get(key[:2], [])), None)
            groups[key] = Group(route, person.worker.home_province, person.zone, person.day)
        groups[key].people.append(person)
    lacking = _without_a_seat(groups, routes)
    return sorted(_of_one_route(lacking), key=lambda group: (group.day, group.route.name if group.route else "", group.origin.name))


def people_without_a_bus(*, on: dt.date) -> list[Coming]:
    """Accepted people who want a seat and hold none, then those who wait for room and want one: a fixed number of queries."""
    ahead = Q(arrives_on__gte=on) | Q(ride_by__isnull=False)
    accepted = Acceptance.objects.wanting_a_seat().not_there().filter(ahead).select_related(*RELATED).order_by("accepted_at", "pk")[:MOST]
    found = [Coming(row.application, row, max(row.arrives_on, on), row.accepted_at) for row in accepted]
    waits = list(WaitingAcceptance.objects.open().filter(application__wants_trip=True).select_related(*RELATED)[:MOST])
    clearances = {row.worker_id: row for row in Clearance.objects.current().filter(worker__in=[wait.application.worker_id for wait in waits])}
    for wait in waits:
        clearance = clearances.get(wait.application.worker_id) or Clearance(ready_on=on)
        if clearance.ready_on:
            arrives_on, _starts_on = wanted_days(wait.application, wait.application.worker, clearance, on)
            found.append(Coming(wait.application, None, max(arrives_on, on), wait.asked_at))
    return found


def people_for(*, route: Route, arrives_on: dt.date, on: dt.date) -> list[Coming]:
    """Whom a bus of this route that arrives on this day would serve: wanted then or so many days before as the policy lets people wait."""
    first = arrives_on - dt.timedelta(days=AnswerPolicy.objects.in_force(on).rebook_days)
    served = {key for key, routes in _routes().items() if route in routes}
    return [
        person
        for person in people_without_a_bus(on=on)
        if first <= person.day <= arrives_on and (person.worker.home_province_id, person.zone.pk) in served
    ]


def proposal(*, route: Route, arrives_on: dt.date, people: int) -> Proposal:
    """As the route's latest trip went, on a bus of the smallest usual size that may carry so many on the day; never a bus that has left."""
    last = Trip.objects.filter(route=route).exclude(status=Trip.Status.CANCELLED).order_by("-departs_at", "-pk").first()
    start = timezone.localtime(last.departs_at).time() if last else USUAL_START
    hours = max(1, round((last.arrives_at - last.departs_at) / dt.timedelta(hours=1))) if last else USUAL_HOURS
    departs_at = timezone.make_aware(dt.datetime.combine(arrives_on, start))
    while timezone.localtime(departs_at + dt.timedelta(hours=hours)).date() > arrives_on:
        departs_at -= dt.timedelta(days=1)
    while departs_at <= timezone.now():
        departs_at += dt.timedelta(days=1)
    decision = decision_on(route, on=timezone.localtime(departs_at).date())
    capacity = next((size for size in SIZES if size * decision.seat_percent // 100 >= people), SIZES[-1])
    return Proposal(departs_at, hours, capacity, capacity * decision.seat_percent // 100, decision.seat_percent, decision.document)


@transaction.atomic
def open_trip_for_the_coming(
    *, route: Route, departs_at: dt.datetime, arrives_at: dt.datetime, capacity: int, vehicle: str = "", driver_phone: str = "", by: User, on: dt.date
) -> Opened:
    """Announce the trip and seat the accepted people whom it serves, in order: each whole (bed, days and pass go along) or left out with the reason.

    Those who wait for room are looked at by the queue right after, in its own order. Everybody seated is told.
    Raises NobodyToSeat, or what announce_trip raises. Locks: workers, applications, nights, trip, passes.
    """
    arrives_on = timezone.localtime(arrives_at).date()
    coming = people_for(route=route, arrives_on=arrives_on, on=on)
    people = [person for person in coming if person.acceptance]
    acceptances = _locked([person.application for person in people], arrives_on, on)
    if not acceptances and len(people) == len(coming):
        raise NobodyToSeat(route=route)
    trip = announce_trip(
        route=route, departs_at=departs_at, arrives_at=arrives_at, capacity=capacity, vehicle=vehicle, driver_phone=driver_phone, by=by, on=on
    )
    opened = Opened(trip)
    stops = list(PickUpPoint.objects.filter(route=route).order_by("position", "pk"))
    for person in people:
        acceptance = acceptances.get(person.application.pk)
        if acceptance is None:
            continue  # found another way meanwhile
        application, stop = acceptance.application, pick_up_for(person.worker, stops)
        try:
            with transaction.atomic():
                seat = travel_with(acceptance=acceptance, application=application, trip=opened.trip, pick_up=stop, by=by, on=on)
        except Refusal as refusal:
            opened.left.append((application, refusal))
            continue
        if seat:
            opened.seated.append((application, seat))
            _tell(acceptance, application, seat)
    look_for_room_after_commit()
    return opened


def pick_up_for(worker: Worker, stops: Collection[PickUpPoint]) -> PickUpPoint | None:
    """The route's first stop in the person's province, else its first of all."""
    return next((stop for stop in stops if stop.province_id == worker.home_province_id), next(iter(stops), None))


def _locked(applications: Collection[Application], arrives_on: dt.date, on: dt.date) -> dict[int, Acceptance]:
    """Who still wants a seat, by application: people, their applications, and every night that may be given back or taken."""
    pks = [application.pk for application in applications]
    workers = Worker.objects.filter(applications__in=pks).order_by().values("pk")
    list(Worker.objects.filter(pk__in=workers).select_for_update(of=("self",), no_key=True).order_by("pk"))
    list(Application.objects.filter(pk__in=pks).select_for_update(of=("self",), no_key=True).order_by("pk"))
    rows = Acceptance.objects.wanting_a_seat().not_there().filter(application__in=pks)
    related = [*RELATED, "application__opening__factory__enterprise__organisation", "entry_stay__site", "clearance"]
    found = list(rows.select_related(*related).order_by("pk"))
    days = max((row.clearance.entry_quarantine_days for row in found if row.clearance.asks_for_a_site), default=0)
    booked = [row.entry_stay for row in found if row.entry_stay and row.entry_stay.status == Stay.Status.BOOKED]
    ranges = entry_ranges(arrives_on=arrives_on, days=days, on=on) if days else []
    lock_nights(ranges + [(stay.site_id, stay.arrives_on, stay.leaves_on) for stay in booked])
    return {row.application_id: row for row in found}


def _routes() -> dict[tuple[int, int], list[Route]]:
    """By province of the people (as it is called today or was) and zone, those that start there before those that only stop there."""
    found: dict[tuple[int, int], list[Route]] = defaultdict(list)
    stops_and_names = ["zones", "origin__predecessors", "pick_up_points__province__predecessors"]
    rows = list(Route.objects.select_related("origin").prefetch_related(*stops_and_names).order_by("name", "pk"))
    for is_start in (True, False):
        for route in rows:
            stops = [route.origin] if is_start else [stop.province for stop in route.pick_up_points.all()]
            places = {pk for stop in stops for pk in (stop.pk, stop.successor_id, *(old.pk for old in stop.predecessors.all())) if pk}
            for key in ((place, zone.pk) for place in places for zone in route.zones.all()):
                if route not in found[key]:
                    found[key].append(route)
    return found


def _without_a_seat(groups: dict[tuple, Group], routes: dict[tuple[int, int], list[Route]]) -> list[Group]:
    """Where a bus with seats is there already the schedule gives them out by itself, in order."""
    days = [group.day for group in groups.values()]
    trips = trips_arriving(first=min(days), last=max(days) + NEAR * DAY) if days else []

    def finds_a_seat(group: Group) -> bool:
        serving = {route.pk for route in routes.get((group.origin.pk, group.zone.pk), [])}
        return any(trip.route_id in serving and group.day <= arrival_day(trip) <= group.day + NEAR * DAY for trip in trips)

    return [group for group in groups.values() if not finds_a_seat(group)]


def _of_one_route(groups: list[Group]) -> list[Group]:
    """People of one route and day ride together, wherever they get on or off."""
    merged: dict[tuple, Group] = {}
    for group in groups:
        key = (group.route.pk, group.day) if group.route else (None, group.origin.pk, group.zone.pk, group.day)
        if key in merged:
            merged[key].people += group.people
        else:
            merged[key] = group
    for group in merged.values():
        group.people.sort(key=lambda person: (person.acceptance is None, person.since, person.application.pk))
    return list(merged.values())


def _tell(acceptance: Acceptance, application: Application, seat: Seat) -> None:
    facts = {
        "number": seat.number,
        "trip": named(seat.trip),
        "stop": seat.pick_up or "–",
        "arrives": f"{acceptance.arrives_on:%d/%m/%Y}",
        "starts": f"{acceptance.starts_on:%d/%m/%Y}",
    }
    mine = gettext_noop(
        "Bạn có ghế số %(number)d, %(trip)s, điểm đón %(stop)s; đến %(arrives)s, bắt đầu làm %(starts)s. Giường và giấy đi theo chuyến."
    )
    tell_worker(application, "trip", mine, **facts)
    theirs = gettext_noop("Hồ sơ %(receipt)s, tin %(title)s: đã có ghế xe; đến %(arrives)s, bắt đầu làm %(starts)s.")
    tell_recruiter(application, "trip", theirs, **facts)
