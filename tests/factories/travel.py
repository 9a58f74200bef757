"""Routes, trips, keys. Seats and passes come from the services, not from here."""

import datetime as dt

import factory
from django.utils import timezone

from recruitment.accounts.models import Organisation
from recruitment.travel.models import Checkpoint, PickUpPoint, Route, RouteRule, RouteState, Trip
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.places import IndustrialZoneFactory, ProvinceFactory


class RouteFactory(factory.django.DjangoModelFactory):
    """From another province to one zone; pass `zones=[…]` for others."""

    class Meta:
        model = Route
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"Tuyến thử {number}")
    origin = factory.SubFactory(ProvinceFactory)
    operator = "Nhà xe Thử"
    operator_phone = "0280000001"

    @factory.post_generation
    def zones(route, create, zones, **_options):
        if create:
            route.zones.set(zones or [IndustrialZoneFactory()])


class PickUpPointFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PickUpPoint

    route = factory.SubFactory(RouteFactory)
    position = factory.Sequence(lambda number: number % 30_000)
    province = factory.SelfAttribute("route.origin")
    name = factory.Sequence(lambda number: f"Bến xe thử {number}")


class RouteRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RouteRule

    area_level = 3
    running = "restricted"
    seat_percent = 50
    since = dt.date(2026, 1, 1)
    document = "1777/QĐ-THỬ"
    document_on = dt.date(2025, 12, 30)


class RouteStateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RouteState

    route = factory.SubFactory(RouteFactory)
    running = "closed"
    seat_percent = 0
    since = dt.date(2026, 1, 1)
    document = "12/TB-THỬ"
    document_on = dt.date(2025, 12, 31)


class TripFactory(factory.django.DjangoModelFactory):
    """Leaves the day after tomorrow at six and arrives five hours later; forty seats, all of them sold."""

    class Meta:
        model = Trip

    class Params:
        days_ahead = 2

    route = factory.SubFactory(RouteFactory)
    departs_at = factory.LazyAttribute(
        lambda trip: timezone.localtime().replace(hour=6, minute=0, second=0, microsecond=0) + dt.timedelta(days=trip.days_ahead)
    )
    arrives_at = factory.LazyAttribute(lambda trip: trip.departs_at + dt.timedelta(hours=5))
    vehicle = factory.Sequence(lambda number: f"20B-{number % 100_000:05d}")
    capacity = 40
    seats = factory.SelfAttribute("capacity")
    organised_by = factory.SubFactory(UserFactory, labour_officer=True)


class CheckpointFactory(factory.django.DjangoModelFactory):
    """With one officer: `checkpoint.officer`."""

    class Meta:
        model = Checkpoint
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory, kind=Organisation.Kind.CHECKPOINT, name=factory.SelfAttribute("..name"))
    name = factory.Sequence(lambda number: f"Chốt thử {number}")
    road = "Quốc lộ 3"

    @factory.post_generation
    def officer(checkpoint, create, given, **_options):
        if create:
            checkpoint.officer = given or UserFactory(checkpoint_officer=True, membership__organisation=checkpoint.organisation)
