"""Sites with a ledger, and the backup policy. `SiteFactory()` has fresh figures and ten beds a night for sixty nights."""

import datetime as dt

import factory
from django.utils import timezone

from recruitment.accounts.models import Organisation
from recruitment.quarantine.models import BackupPolicy, JournalEntry, Site, SiteNight
from tests.factories.accounts import OrganisationFactory
from tests.factories.places import ProvinceFactory


class SiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Site
        skip_postgeneration_save = True

    class Params:
        stale = factory.Trait(figures_confirmed_at=factory.LazyFunction(lambda: timezone.now() - dt.timedelta(hours=30)))

    organisation = factory.SubFactory(OrganisationFactory, kind=Organisation.Kind.SITE)
    code = factory.Sequence(lambda number: f"khu-{number}")
    name = factory.Sequence(lambda number: f"Khu cách ly thử {number}")
    kind = Site.Kind.CENTRAL
    address = "Lô B2"
    latitude = 21.42
    longitude = 105.9
    figures_confirmed_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def beds(site, create, extracted, **options):
        """`beds=40` for another capacity; the journal says how the nights came to be."""
        capacity, first = 10 if extracted is None else extracted, timezone.localdate()
        nights = [first + dt.timedelta(days=offset) for offset in range(60)]
        SiteNight.objects.bulk_create([SiteNight(site=site, night=night, capacity=capacity) for night in nights])
        until = nights[-1] + dt.timedelta(days=1)
        JournalEntry.objects.create(site=site, first=first, until=until, change=JournalEntry.Change.CAPACITY, capacity_delta=capacity)


class BackupPolicyFactory(factory.django.DjangoModelFactory):
    """One bed for each worker from another province, for ten nights."""

    class Meta:
        model = BackupPolicy

    number = "01/THỬ"
    jurisdiction = factory.SubFactory(ProvinceFactory, home=True)
    since = dt.date(2026, 1, 1)
    beds_per_hundred = 100
    minimum_beds = 1
    horizon_days = 10
    is_exercise = True
