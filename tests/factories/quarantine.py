"""Quarantine sites, their nights, backup policies and stays. What a site promised comes from the services, not from here."""

import datetime as dt

import factory
from django.utils import timezone

from recruitment.accounts.models import Organisation
from recruitment.quarantine.models import BackupPolicy, Bed, Room, RoomKind, Site, SiteNight, WaitingPolicy
from recruitment.quarantine.services.capacity import open_site_nights
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.places import ProvinceFactory


class BackupPolicyFactory(factory.django.DjangoModelFactory):
    """Five beds for a hundred workers from other provinces, at least one, held for ten nights."""

    class Meta:
        model = BackupPolicy

    number = factory.Sequence(lambda number: f"{number}/DP-THỬ")
    jurisdiction = factory.SubFactory(ProvinceFactory, home=True)
    since = dt.date(2026, 1, 1)
    beds_per_hundred = 5
    minimum_beds = 1
    horizon_days = 10
    is_exercise = True


class WaitingPolicyFactory(factory.django.DjangoModelFactory):
    """Four hours to answer, need in steps of a quarter, outbreaks first."""

    class Meta:
        model = WaitingPolicy

    number = factory.Sequence(lambda number: f"{number}/DSC-THỬ")
    since = dt.date(2026, 1, 1)
    is_exercise = True


class SiteFactory(factory.django.DjangoModelFactory):
    """Figures confirmed just now, a year of nights with `beds` beds each (0: no ledger yet)."""

    class Meta:
        model = Site
        skip_postgeneration_save = True

    class Params:
        name_of_site = factory.Sequence(lambda number: f"Khu cách ly thử {number}")
        with_old_figures = factory.Trait(figures_confirmed_at=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(hours=13)))
        with_stale_figures = factory.Trait(figures_confirmed_at=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(hours=25)))
        far_away = factory.Trait(latitude=22.2)

    organisation = factory.SubFactory(OrganisationFactory, kind=Organisation.Kind.SITE, name=factory.SelfAttribute("..name"))
    code = factory.Sequence(lambda number: f"khu-cach-ly-{number}")
    name = factory.SelfAttribute("name_of_site")
    kind = Site.Kind.CENTRAL
    address = "Phường Phố Yên"
    latitude = 21.42
    longitude = 105.89
    figures_confirmed_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def beds(site, create, beds, **_options):
        beds = 10 if beds is None else beds
        if create and beds:
            open_site_nights(site=site, capacity=beds, by=None, on=timezone.localdate())


class RoomFactory(factory.django.DjangoModelFactory):
    """An open clean room with `beds` beds labelled 1, 2, … The site's ledger is not changed by it."""

    class Meta:
        model = Room
        skip_postgeneration_save = True

    class Params:
        for_families = factory.Trait(kind=RoomKind.FAMILY)

    site = factory.SubFactory(SiteFactory)
    building = "A"
    floor = "1"
    name = factory.Sequence(lambda number: f"P{101 + number}")
    kind = RoomKind.MEDIUM

    @factory.post_generation
    def beds(room, create, beds, **_options):
        if create:
            Bed.objects.bulk_create([Bed(room=room, label=str(number)) for number in range(1, (4 if beds is None else beds) + 1)])


def manager_of(site: Site, **facts):
    """A signed-in-able manager of this site."""
    return UserFactory(site_manager=True, membership__organisation=site.organisation, **facts)


def figures(site: Site, night: dt.date) -> tuple[int, int, int]:
    """Capacity, reserved and occupied of one night."""
    row = SiteNight.objects.get(site=site, night=night)
    return row.capacity, row.reserved, row.occupied
