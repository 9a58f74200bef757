"""Many people at the ledger at once. The twin without the guards shows that the guards are what protects."""

import datetime as dt
import random
from contextlib import suppress
from itertools import count

import pytest
from django.db import connection
from django.db.models import F

from recruitment.quarantine.models import SiteNight, Stay
from recruitment.quarantine.services.admissions import book_bed, book_entry_bed, cancel_stay
from recruitment.quarantine.services.capacity import change_capacity
from recruitment.quarantine.services.housing import house_people
from recruitment.quarantine.services.recount import recount
from recruitment.quarantine.services.reservations import give_back_surplus, reserve_backup_beds
from recruitment.quarantine.services.securing import EntryBed, give_up_beds, secure_beds
from recruitment.shared.refusals import Refusal
from tests.factories.employers import FactoryFactory
from tests.factories.places import IndustrialZoneFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.timedelta(days=1)
PARALLEL = 8


def each(things):
    """The next one on every call, from any thread."""
    turn = count()
    return lambda: things[next(turn)]


def test_the_last_bed_is_promised_once(race, today):
    site = SiteFactory(beds=1)
    factory = each([FactoryFactory() for _ in range(PARALLEL)])
    night = {"first": today, "until": today + 3 * DAY}
    outcomes = race(PARALLEL, lambda: reserve_backup_beds(factory=factory(), site=site, beds=1, by=None, on=today, **night))
    assert sorted(outcomes) == ["NoCapacity"] * (PARALLEL - 1) + ["done"]
    assert figures(site, today) == (1, 1, 0)
    assert recount() == []


def test_without_check_lock_and_condition_the_last_bed_is_promised_many_times(race, today):
    """The same race, checked first and written afterwards."""
    site = SiteFactory(beds=1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE quarantine_sitenight DROP CONSTRAINT beds_fit")

    def reserve_unguarded():
        rows = SiteNight.objects.filter(site=site, night=today)
        if rows.with_room_for(1).exists():
            rows.update(reserved=F("reserved") + 1)

    promised = [unguarded_race(race, site, today, reserve_unguarded) for _ in range(5)]
    assert max(promised) > 1


def unguarded_race(race, site, today, act) -> int:
    SiteNight.objects.filter(site=site).update(reserved=0)
    race(PARALLEL, act)
    return figures(site, today)[1]


def test_the_last_entry_bed_goes_to_one_person_and_the_others_learn_the_next_day(race, today):
    site, zone = SiteFactory(beds=1), IndustrialZoneFactory()
    worker = each([WorkerFactory() for _ in range(PARALLEL)])
    outcomes = race(PARALLEL, lambda: book_entry_bed(worker=worker(), zone=zone, arrives_on=today, days=7, by=None, on=today))
    assert sorted(outcomes) == ["NoEntryBed"] * (PARALLEL - 1) + ["done"]
    assert figures(site, today) == (1, 0, 1)


def test_one_person_booked_at_many_sites_at_once_gets_one_bed(race, today):
    worker = WorkerFactory()
    site = each([SiteFactory() for _ in range(PARALLEL)])
    outcomes = race(PARALLEL, lambda: book_bed(worker=worker, site=site(), arrives_on=today, leaves_on=today + 7 * DAY, by=None))
    assert sorted(outcomes) == ["AlreadyHasABed"] * (PARALLEL - 1) + ["done"]
    assert Stay.objects.count() == 1
    assert recount() == []


def test_parallel_acceptances_of_one_factory_reserve_what_the_policy_asks_and_no_more(race, today):
    BackupPolicyFactory()
    site, factory = SiteFactory(), FactoryFactory(out_of_province_workers=20)
    worker = each([WorkerFactory() for _ in range(PARALLEL)])
    outcomes = race(PARALLEL, lambda: secure_beds(factory=factory, extra_workers=1, entry=EntryBed(worker(), today, 7), by=None, on=today))
    assert outcomes == ["done"] * PARALLEL
    assert figures(site, today) == (10, 2, PARALLEL)
    assert recount() == []


def test_acceptances_of_many_factories_overtaken_on_the_way_find_the_next_site(race, today):
    BackupPolicyFactory()
    sites = [SiteFactory(beds=4, latitude=21.42 + number / 10) for number in range(4)]
    factory = each([FactoryFactory() for _ in range(PARALLEL)])
    worker = each([WorkerFactory() for _ in range(PARALLEL)])
    outcomes = race(PARALLEL, lambda: secure_beds(factory=factory(), extra_workers=1, entry=EntryBed(worker(), today, 7), by=None, on=today))
    assert outcomes == ["done"] * PARALLEL
    assert [sum(figures(site, today)[1:]) for site in sites] == [4, 4, 4, 4]
    assert recount() == []


class Crowd:
    """A province with few beds, and one act of each kind that people do there; `draw` chooses whose and when."""

    def __init__(self, today):
        self.today = today
        BackupPolicyFactory(horizon_days=6)
        self.sites = [SiteFactory(beds=6, latitude=21.42 + number / 10) for number in range(3)]
        self.factories = [FactoryFactory(out_of_province_workers=20) for _ in range(4)]
        self.workers = [WorkerFactory() for _ in range(12)]
        self.manager = manager_of(self.sites[0])

    def accept(self, draw):
        entry = EntryBed(draw.choice(self.workers), self.today + draw.randrange(4) * DAY, 3)
        secure_beds(factory=draw.choice(self.factories), extra_workers=draw.randint(0, 30), entry=entry, by=None, on=self.today)

    def withdraw(self, draw):
        stay = Stay.objects.holding_a_bed().filter(worker=draw.choice(self.workers), drawn_from=None).first()  # an entry bed
        give_up_beds(factory=draw.choice(self.factories), at_most=1, stay=stay, by=None, on=self.today)

    def reserve(self, draw):
        first = self.today + draw.randrange(4) * DAY
        nights = {"first": first, "until": first + draw.randint(1, 5) * DAY}
        reserve_backup_beds(factory=draw.choice(self.factories), site=draw.choice(self.sites), beds=1, by=None, on=self.today, **nights)

    def give_back(self, draw):
        give_back_surplus(factory=draw.choice(self.factories), at_most=2, by=None, on=self.today)

    def house(self, draw):
        people = draw.sample(self.workers, 3)
        house_people(factory=draw.choice(self.factories), workers=people, first=self.today, until=self.today + 2 * DAY, by=None, on=self.today)

    def cancel(self, draw):
        stay = Stay.objects.holding_a_bed().filter(worker=draw.choice(self.workers)).first()
        if stay:
            cancel_stay(stay=stay, by=None, on=self.today)

    def book(self, draw):
        zone, worker = draw.choice(self.factories).zone, draw.choice(self.workers)
        book_entry_bed(worker=worker, zone=zone, arrives_on=self.today + draw.randrange(4) * DAY, days=2, by=None, on=self.today)

    def resize(self, draw):
        first = self.today + draw.randrange(4) * DAY
        nights = {"first": first, "until": first + draw.randint(1, 5) * DAY}
        change_capacity(site=draw.choice(self.sites), capacity=draw.randint(4, 8), by=self.manager, on=self.today, **nights)


def test_mixed_acts_over_the_same_nights_never_wait_in_a_circle(race, today):
    """Whatever is refused is refused by name, nobody is a deadlock's victim, and the ledger stays right."""
    crowd, turn = Crowd(today), count()
    acts = [crowd.accept, crowd.withdraw, crowd.reserve, crowd.give_back, crowd.house, crowd.cancel, crowd.book, crowd.resize]

    def many_acts():
        draw = random.Random(next(turn))
        for _ in range(20):
            with suppress(Refusal):
                draw.choice(acts)(draw)

    assert race(PARALLEL, many_acts) == ["done"] * PARALLEL
    assert recount() == []
