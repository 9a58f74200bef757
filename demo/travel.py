"""Routes from the provinces around, a month of trips, seats of the accepted, and two checkpoints with crossings."""

import datetime as dt
from contextlib import suppress
from random import Random
from uuid import UUID

from django.utils import timezone

from demo.employers import staff
from recruitment.accounts.models import Organisation, Role, User
from recruitment.employers.models import Factory
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.journey import trips_to_choose
from recruitment.onboarding.services.redating import choose_trip
from recruitment.places.models import IndustrialZone, Province
from recruitment.quarantine.models import Stay
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Checkpoint, Crossing, EntryPass, PickUpPoint, Route, RouteRule, RouteState, Trip
from recruitment.travel.services.passes import issue_pass

ROUTES = [  # province, operator, pick-up points, hours on the road
    ("Lạng Sơn", "Xe khách Xứ Lạng (mẫu)", ["Bến xe phía Bắc Lạng Sơn", "Ngã tư Đồng Mỏ", "Thị trấn Đình Cả"], 4),
    ("Cao Bằng", "Xe khách Non Nước (mẫu)", ["Bến xe Cao Bằng", "Ngân Sơn", "Bến xe Bắc Kạn"], 6),
    ("Tuyên Quang", "Xe khách Thành Tuyên (mẫu)", ["Bến xe Hà Giang", "Bến xe Tuyên Quang"], 5),
    ("Bắc Ninh", "Xe khách Kinh Bắc (mẫu)", ["Bến xe Bắc Giang", "Cầu Ca"], 2),
    ("Hà Nội", "Xe khách Thăng Long (mẫu)", ["Bến xe Mỹ Đình", "Sóc Sơn"], 2),
    ("Nghệ An", "Xe khách sông Lam (mẫu)", ["Bến xe Vinh", "Diễn Châu"], 8),
]
RULES = {1: ("open", 100), 2: ("open", 100), 3: ("restricted", 50), 4: ("closed", 0)}
CHECKPOINTS = [("Chốt cầu Đa Phúc (mẫu)", "Quốc lộ 3"), ("Chốt Chợ Mới (mẫu)", "Quốc lộ 3 mới")]
DAYS = 32
CAPACITY = 40
MOST_TRAVELLERS = 40


def make_routes(*, today: dt.date, by: User) -> None:
    """One trip every second day on each route; the share of seats as the rule of the area level has it."""
    first = today.replace(month=1, day=1)
    RouteRule.objects.bulk_create(
        RouteRule(area_level=level, running=running, seat_percent=share, since=first, document="Diễn tập 01/VT (mẫu)", document_on=first)
        for level, (running, share) in RULES.items()
    )
    zones, shares = list(IndustrialZone.objects.all()), {"Hà Nội": 50, "Nghệ An": 50}
    for number, (name, operator, stops, hours) in enumerate(ROUTES):
        province = Province.objects.existing_on(today).get(name=name)
        route = Route.objects.create(
            name=f"{name} – Thái Nguyên", origin=province, operator=operator, operator_phone="02800000000", frequency="2 ngày một chuyến"
        )
        route.zones.set(zones)
        PickUpPoint.objects.bulk_create(
            PickUpPoint(route=route, position=place + 1, province=province, name=stop, minutes=place * 60) for place, stop in enumerate(stops)
        )
        share = shares.get(name, 100)
        Trip.objects.bulk_create(_trip(route, today + dt.timedelta(days=day), number, hours, share, by) for day in range(1 + number % 2, DAYS, 2))
    suspended = Route.objects.order_by("pk").last()
    RouteState.objects.create(
        route=suspended, running="closed", seat_percent=0, since=today + dt.timedelta(days=7), document="Diễn tập 02/VT (mẫu)", document_on=today
    )


def _trip(route: Route, day: dt.date, number: int, hours: int, share: int, by: User) -> Trip:
    departs = timezone.make_aware(dt.datetime.combine(day, dt.time(6)))
    plate = f"20B-{number:02d}{day:%d}{number}"
    document = "Diễn tập 01/VT (mẫu)" if share < 100 else ""
    return Trip(
        route=route, departs_at=departs, arrives_at=departs + dt.timedelta(hours=hours), vehicle=plate, driver_phone="0912000000",
        capacity=CAPACITY, seat_percent=share, seats=CAPACITY * share // 100, document=document, organised_by=by,
    )  # fmt: skip


def make_checkpoints() -> list[Checkpoint]:
    made = []
    for number, (name, road) in enumerate(CHECKPOINTS):
        organisation = Organisation.objects.create(kind=Organisation.Kind.CHECKPOINT, name=name)
        made.append(Checkpoint.objects.create(organisation=organisation, name=name, road=road))
        staff(name=f"Cán bộ chốt mẫu {number + 1}", email=f"chot-{number + 1}@mau.invalid", organisation=organisation, role=Role.CHECKPOINT_OFFICER)
    return made


def send_some(random: Random, checkpoints: list[Checkpoint], *, today: dt.date, now: dt.datetime) -> None:
    """Accepted people choose a bus where one goes; some who came last week have crossed, one has left, two overstay."""
    coming = Acceptance.objects.standing().filter(from_outside=True).select_related(
        "application__worker__home_province", "application__worker__user", "application__opening__factory__zone"
    )  # fmt: skip
    for acceptance in coming.order_by("arrives_on", "pk")[:MOST_TRAVELLERS]:
        application = acceptance.application
        worker, zone = application.worker, application.opening.factory.zone
        for trip in trips_to_choose(worker=worker, zone=zone, arrives_on=acceptance.arrives_on)[:1]:
            with suppress(Refusal):
                choose_trip(application=application, trip=trip, pick_up=random.choice(trip.route.pick_up_points.all()), by=worker.user, on=today)
    _let_some_cross(random, checkpoints, today=today, now=now)


def _let_some_cross(random: Random, checkpoints: list[Checkpoint], *, today: dt.date, now: dt.datetime) -> None:
    stays = Stay.objects.filter(status=Stay.Status.ADMITTED).select_related("worker").order_by("pk")[:8]
    factory = Factory.objects.order_by("pk").first()
    for number, stay in enumerate(stays):
        until = today - dt.timedelta(days=1) if number < 2 else today + dt.timedelta(days=5)
        week_ago = today - dt.timedelta(days=6)
        entry_pass = issue_pass(worker=stay.worker, factory=factory, valid_from=week_ago, valid_until=until, by=None, on=week_ago)
        _cross(random, entry_pass, checkpoints[number % len(checkpoints)], "in", now - dt.timedelta(days=6, hours=number))
        if number == 7:
            _cross(random, entry_pass, checkpoints[0], "out", now - dt.timedelta(hours=3))


def _cross(random: Random, entry_pass: EntryPass, checkpoint: Checkpoint, direction: str, at: dt.datetime) -> None:
    Crossing.objects.create(
        uuid=UUID(int=random.getrandbits(128), version=4), checkpoint=checkpoint, entry_pass=entry_pass, direction=direction, how="scan",
        verdict="let_in", let_through=True, at=at, offline=False, by=checkpoint.organisation.memberships.get().user,
    )  # fmt: skip
