"""Beds for many people at once when an infection strikes."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recruitment.quarantine.models import JournalEntry, Stay
from recruitment.quarantine.services.admissions import admit, book_bed, cancel_stay, release
from recruitment.quarantine.services.cover import cover
from recruitment.quarantine.services.housing import house_people
from recruitment.quarantine.services.pools import join_pool, open_pool
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import reserve_backup_beds
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def people(number):
    return [WorkerFactory() for _ in range(number)]


def house(factory, workers, today, nights=14):
    return house_people(factory=factory, workers=workers, first=today, until=today + nights * DAY, by=None, on=today)


def reserve(factory, site, today, beds, nights=14):
    reserve_backup_beds(factory=factory, site=site, first=today, until=today + nights * DAY, beds=beds, by=None, on=today)


def test_the_factorys_own_beds_come_first_even_if_farther_then_the_nearest_with_room(today):
    near, far, factory = SiteFactory(beds=3), SiteFactory(beds=10, far_away=True), FactoryFactory()
    reserve(factory, far, today, 2)
    done = house(factory, people(6), today)
    assert [(stay.site, stay.drawn_from is not None) for stay in done.stays] == [(far, True)] * 2 + [(near, False)] * 3 + [(far, False)]
    assert (figures(near, today), figures(far, today)) == ((3, 0, 3), (10, 0, 3))
    assert list(differences()) == []


def test_a_member_uses_the_pools_beds(today):
    BackupPolicyFactory(horizon_days=20)
    site, struck = SiteFactory(beds=10), FactoryFactory(out_of_province_workers=100)
    open_pool(zone=struck.zone, by=None, on=today)
    for factory in (struck, FactoryFactory(zone=struck.zone, out_of_province_workers=100)):
        join_pool(factory=factory, by=None, on=today)
    assert figures(site, today) == (10, 10, 0)
    done = house(struck, people(8), today)
    assert (len(done.stays), done.without_bed) == (8, [])
    assert cover(struck, on=today).drawn == 8


def test_who_finds_no_bed_is_named_and_the_others_keep_theirs(today):
    SiteFactory(beds=2)
    workers = people(5)
    done = house(FactoryFactory(), workers, today)
    assert [stay.worker for stay in done.stays] == workers[:2]
    assert done.without_bed == workers[2:]
    assert list(differences()) == []


def test_a_site_with_stale_figures_gives_only_what_is_reserved_there(today):
    site, factory = SiteFactory(beds=5), FactoryFactory()
    reserve(factory, site, today, 2)
    site.figures_confirmed_at -= dt.timedelta(hours=30)
    site.save()
    assert len(house(factory, people(4), today).stays) == 2


def test_a_reservation_shorter_than_the_stay_is_carried_on_while_the_site_has_room(today):
    site, factory = SiteFactory(beds=3), FactoryFactory()
    reserve(factory, site, today, 3, nights=10)
    book_bed(worker=WorkerFactory(), site=site, arrives_on=today + 12 * DAY, leaves_on=today + 13 * DAY, by=None)
    done = house(factory, people(3), today)
    assert (len(done.stays), len(done.without_bed)) == (2, 1)
    assert figures(site, today) == (3, 1, 2)
    assert figures(site, today + 12 * DAY) == (3, 0, 3)
    assert list(differences()) == []


def test_repeating_the_call_houses_nobody_twice(today):
    SiteFactory()
    factory, workers = FactoryFactory(), people(3)
    first = house(factory, workers, today)
    again = house(factory, [*workers, workers[0]], today)
    assert again.stays == [] and again.without_bed == []
    assert {stay.pk for stay in again.housed_already} == {stay.pk for stay in first.stays}
    assert Stay.objects.count() == 3


def test_a_bed_given_back_early_refills_the_reservation(today):
    site, factory = SiteFactory(beds=4), FactoryFactory()
    reserve(factory, site, today, 4)
    going, cancelled, _staying = house(factory, people(3), today).stays
    manager = manager_of(site)
    admit(stay=going, by=manager, on=today)
    release(stay=going, by=manager, on=today + 5 * DAY)
    cancel_stay(stay=cancelled, by=manager, on=today)
    assert [figures(site, today + day * DAY) for day in (0, 4, 5, 13)] == [(4, 2, 2), (4, 2, 2), (4, 3, 1), (4, 3, 1)]
    assert list(differences()) == []


def test_everybody_is_in_the_journal_with_who_did_it(today):
    site, factory = SiteFactory(), FactoryFactory()
    manager = manager_of(site)
    done = house_people(factory=factory, workers=people(2), first=today, until=today + DAY, by=manager, on=today)
    noted = JournalEntry.objects.filter(change="house")
    assert {entry.stay_id for entry in noted} == {stay.pk for stay in done.stays}
    assert {entry.by for entry in noted} == {manager}


def test_forty_people_cost_as_many_queries_as_four(today):
    def queries(number):
        workers = people(number)
        with CaptureQueriesContext(connection) as counted:
            assert len(house(factory, workers, today).stays) == number
        return len(counted)

    site, factory = SiteFactory(beds=60), FactoryFactory()
    reserve(factory, site, today, 50)
    assert queries(4) == queries(40)
