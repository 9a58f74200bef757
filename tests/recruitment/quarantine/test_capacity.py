import datetime as dt

import pytest
from django.db import IntegrityError
from django.utils import timezone

from recruitment.quarantine.models import JournalEntry, SiteNight
from recruitment.quarantine.services.admissions import book_bed
from recruitment.quarantine.services.capacity import PromisedMore, change_capacity, confirm_figures, extend_all, open_site_nights
from recruitment.quarantine.services.ledger import NoCapacity
from recruitment.quarantine.services.reservations import reserve_backup_beds
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_a_new_site_gets_a_year_of_nights_and_opening_it_twice_changes_nothing(today):
    site = SiteFactory(beds=0)
    assert open_site_nights(site=site, capacity=40, by=None, on=today) == 365
    assert open_site_nights(site=site, capacity=99, by=None, on=today) == 0
    assert figures(site, today) == figures(site, today + 364 * DAY) == (40, 0, 0)


def test_each_day_adds_one_night_with_the_capacity_of_the_last(today):
    site = SiteFactory(beds=40)
    SiteFactory(beds=0)
    change_capacity(site=site, first=today + 364 * DAY, until=today + 365 * DAY, capacity=35, by=manager_of(site), on=today)
    assert extend_all(on=today + DAY) == 1
    assert figures(site, today + 365 * DAY) == (35, 0, 0)


def test_capacity_changes_on_the_nights_asked_for_and_stamps_the_figures(today):
    site = SiteFactory(with_stale_figures=True)
    manager = manager_of(site)
    change_capacity(site=site, first=today + DAY, until=today + 3 * DAY, capacity=25, by=manager, on=today)
    assert [figures(site, today + offset * DAY)[0] for offset in range(4)] == [10, 25, 25, 10]
    site.refresh_from_db()
    assert timezone.now() - site.figures_confirmed_at < dt.timedelta(minutes=1)
    entry = JournalEntry.objects.filter(site=site).first()
    assert (entry.change, entry.first, entry.until, entry.capacity_delta, entry.by) == ("capacity", today + DAY, today + 3 * DAY, 15, manager)


def test_nights_that_differ_are_brought_to_the_same_number(today):
    site = SiteFactory()
    manager = manager_of(site)
    change_capacity(site=site, first=today, until=today + DAY, capacity=4, by=manager, on=today)
    change_capacity(site=site, first=today, until=today + 2 * DAY, capacity=12, by=manager, on=today)
    assert [figures(site, today + offset * DAY)[0] for offset in range(3)] == [12, 12, 10]


def test_capacity_below_what_is_promised_is_refused_and_says_who_holds_what(today):
    site = SiteFactory()
    factory = FactoryFactory(name="Nhà máy Bình Minh")
    reserve_backup_beds(factory=factory, site=site, first=today + DAY, until=today + 2 * DAY, beds=3, by=None, on=today)
    book_bed(worker=WorkerFactory(), site=site, arrives_on=today, leaves_on=today + 7 * DAY, by=None)
    with pytest.raises(PromisedMore) as refusal:
        change_capacity(site=site, first=today, until=today + 7 * DAY, capacity=3, by=manager_of(site), on=today)
    facts = refusal.value.facts
    assert (facts["night"], facts["promised"], facts["asked"]) == (today + DAY, 4, 3)
    assert facts["holders"] == ["Nhà máy Bình Minh: 3", "1 người đang ở hoặc đã xếp giường"]
    assert "25/11/2026" in refusal.value.for_people() and "Bình Minh" in refusal.value.for_people()
    assert figures(site, today)[0] == 10, "no night moved"


def test_capacity_can_go_down_to_exactly_what_is_promised(today):
    site = SiteFactory()
    reserve_backup_beds(factory=FactoryFactory(), site=site, first=today, until=today + DAY, beds=3, by=None, on=today)
    change_capacity(site=site, first=today, until=today + DAY, capacity=3, by=manager_of(site), on=today)
    assert figures(site, today) == (3, 3, 0)


def test_nights_beyond_the_ledger_are_refused_by_name(today):
    site = SiteFactory()
    with pytest.raises(NoCapacity) as refusal:
        change_capacity(site=site, first=today + 364 * DAY, until=today + 366 * DAY, capacity=9, by=manager_of(site), on=today)
    assert refusal.value.facts["nights"] == [today + 365 * DAY]


def test_saying_that_nothing_changed_renews_the_age_and_says_who_did(today):
    site = SiteFactory(with_stale_figures=True)
    manager = manager_of(site)
    confirm_figures(site=site, by=manager, on=today)
    site.refresh_from_db()
    assert timezone.now() - site.figures_confirmed_at < dt.timedelta(minutes=1)
    assert JournalEntry.objects.filter(site=site, change="confirm", by=manager).count() == 1


def test_the_database_itself_refuses_a_promise_that_does_not_fit(today):
    site = SiteFactory()
    with pytest.raises(IntegrityError, match="beds_fit"):
        SiteNight.objects.filter(site=site, night=today).update(reserved=11)
