"""Factories of a zone that hold their backup beds together."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from recruitment.quarantine.models import BackupReservation, JournalEntry
from recruitment.quarantine.services.admissions import cancel_stay
from recruitment.quarantine.services.cover import NoBackupCover, cover, covers
from recruitment.quarantine.services.housing import house_people
from recruitment.quarantine.services.pools import BedsInUse, NoPoolHere, join_pool, leave_pool, open_pool
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import ensure_backup_cover, keep_cover, reserve_backup_beds
from tests.factories.employers import FactoryFactory
from tests.factories.places import IndustrialZoneFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, figures
from tests.factories.workers import EmploymentFactory, WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def zone():
    return IndustrialZoneFactory()


@pytest.fixture
def policy():
    """Five for a hundred alone, two for a hundred together."""
    return BackupPolicyFactory(beds_per_hundred=5, pooled_beds_per_hundred=2)


def covered(factory, today):
    ensure_backup_cover(factory=factory, extra_workers=0, by=None, on=today)
    return factory


def test_joining_brings_the_beds_along_and_gives_back_what_sharing_saves(today, zone, policy):
    site = SiteFactory(beds=20)
    first, second = (covered(FactoryFactory(zone=zone, out_of_province_workers=100), today) for _ in range(2))
    open_pool(zone=zone, by=None, on=today)
    join_pool(factory=first, by=None, on=today)
    assert figures(site, today) == (20, 2 + 5, 0)
    join_pool(factory=second, by=None, on=today)
    assert figures(site, today) == (20, 4, 0)
    shared = cover(first, on=today)
    assert (shared.headcount, shared.needed, shared.held, str(shared.holder)) == (200, 4, 4, f"Nhóm dự phòng {zone}")
    assert cover(second, on=today) == shared
    assert BackupReservation.objects.active().get().holder == shared.holder.pool
    assert list(differences()) == []


def test_joining_twice_changes_nothing(today, zone, policy):
    SiteFactory()
    factory = covered(FactoryFactory(zone=zone, out_of_province_workers=100), today)
    open_pool(zone=zone, by=None, on=today)
    for _ in range(2):
        join_pool(factory=factory, by=None, on=today)
    assert factory.pool_memberships.count() == 1
    journal = JournalEntry.objects.count()
    join_pool(factory=factory, by=None, on=today)
    assert JournalEntry.objects.count() == journal


def test_a_zone_without_a_pool_says_so(today, policy):
    with pytest.raises(NoPoolHere):
        join_pool(factory=FactoryFactory(), by=None, on=today)


def test_a_member_that_accepts_people_raises_the_pools_beds(today, zone, policy):
    site, factory = SiteFactory(beds=20), FactoryFactory(zone=zone, out_of_province_workers=100)
    open_pool(zone=zone, by=None, on=today)
    join_pool(factory=factory, by=None, on=today)
    ensure_backup_cover(factory=factory, extra_workers=50, by=None, on=today)
    assert figures(site, today) == (20, 3, 0)
    assert BackupReservation.objects.get().pool is not None


def test_leaving_takes_own_beds_and_the_pool_gives_back_its_surplus(today, zone, policy):
    site = SiteFactory(beds=20)
    staying, going = FactoryFactory(zone=zone, out_of_province_workers=200), FactoryFactory(zone=zone, out_of_province_workers=100)
    open_pool(zone=zone, by=None, on=today)
    for factory in (staying, going):
        join_pool(factory=factory, by=None, on=today)
    (reserved,) = leave_pool(factory=going, by=None, on=today)
    assert (reserved.beds, reserved.reservation.holder) == (5, going)
    assert figures(site, today) == (20, 4 + 5, 0)
    assert leave_pool(factory=going, by=None, on=today) == []
    assert list(differences()) == []


def test_whoever_finds_no_beds_of_its_own_stays_in_the_pool(today, zone, policy):
    site, factory = SiteFactory(beds=3), FactoryFactory(zone=zone, out_of_province_workers=100)
    open_pool(zone=zone, by=None, on=today)
    join_pool(factory=factory, by=None, on=today)
    with pytest.raises(NoBackupCover):
        leave_pool(factory=factory, by=None, on=today)
    assert cover(factory, on=today).holder.pool
    assert figures(site, today) == (3, 2, 0)


def test_beds_in_use_go_along_when_joining(today, zone, policy):
    site = SiteFactory(beds=20)
    factory = FactoryFactory(zone=zone, out_of_province_workers=40)
    other = FactoryFactory(zone=zone, out_of_province_workers=40)
    open_pool(zone=zone, by=None, on=today)
    join_pool(factory=other, by=None, on=today)
    reserve_backup_beds(factory=factory, site=site, first=today, until=today + 3 * DAY, beds=3, by=None, on=today)
    housed = house_people(factory=factory, workers=[WorkerFactory(), WorkerFactory()], first=today, until=today + 2 * DAY, by=None, on=today)
    join_pool(factory=factory, by=None, on=today)
    assert cover(factory, on=today).drawn == 2
    assert figures(site, today) == (20, 2, 2)
    cancel_stay(stay=housed.stays[0], by=None, on=today)
    assert cover(factory, on=today).drawn == 1
    assert list(differences()) == []


def test_nobody_leaves_while_its_people_are_in_the_pools_beds(today, zone, policy):
    site, factory = SiteFactory(beds=20), FactoryFactory(zone=zone, out_of_province_workers=100)
    pool = open_pool(zone=zone, by=None, on=today)
    join_pool(factory=factory, by=None, on=today)
    person = EmploymentFactory(factory=factory).worker
    person.stays.create(site=site, arrives_on=today, leaves_on=today + DAY, drawn_from=pool.backup_reservations.get())
    with pytest.raises(BedsInUse) as refusal:
        leave_pool(factory=factory, by=None, on=today)
    assert refusal.value.facts["drawn"] == 1


def test_a_list_of_factories_shows_the_pools_figures_for_its_members(today, zone, policy):
    SiteFactory(beds=20)
    open_pool(zone=zone, by=None, on=today)
    inside, lonely = FactoryFactory(zone=zone, out_of_province_workers=300), FactoryFactory(out_of_province_workers=20)
    join_pool(factory=inside, by=None, on=today)
    assert [(row.factory, row.needed, row.held, row.holder.pool is not None) for row in covers([inside, lonely], on=today)] == [
        (inside, 6, 6, True),
        (lonely, 1, 0, False),
    ]


def test_the_nightly_job_carries_a_pools_beds_on(today, zone, policy):
    site, factory = SiteFactory(beds=20), FactoryFactory(zone=zone, out_of_province_workers=100)
    open_pool(zone=zone, by=None, on=today)
    join_pool(factory=factory, by=None, on=today)
    assert figures(site, today + 10 * DAY) == (20, 0, 0)
    assert keep_cover(on=today + DAY) == (1, 0)
    assert figures(site, today + 10 * DAY) == (20, 2, 0)


def test_the_database_refuses_two_pools_at_once_and_beds_of_nobody(today, zone, policy):
    SiteFactory()
    factory = FactoryFactory(zone=zone, out_of_province_workers=100)
    pool = open_pool(zone=zone, by=None, on=today)
    join_pool(factory=factory, by=None, on=today)
    with pytest.raises(IntegrityError, match="one_pool_at_a_time_per_factory"), transaction.atomic():
        factory.pool_memberships.create(pool=pool, joined_at=factory.pool_memberships.get().joined_at)
    with pytest.raises(IntegrityError, match="reservation_has_one_holder"), transaction.atomic():
        pool.backup_reservations.update(pool=None)
