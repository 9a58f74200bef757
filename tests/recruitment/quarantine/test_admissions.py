import datetime as dt

import pytest

from recruitment.quarantine.models import JournalEntry, Stay
from recruitment.quarantine.services.admissions import (
    AlreadyHasABed,
    NoEntryBed,
    NotToday,
    WrongMoment,
    admit,
    book_bed,
    book_entry_bed,
    cancel_stay,
    release,
)
from recruitment.quarantine.services.ledger import NoCapacity
from tests.factories.places import IndustrialZoneFactory
from tests.factories.quarantine import SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def occupied(site, today, days):
    return [figures(site, today + offset * DAY)[2] for offset in range(days)]


def booked(site, today, *, days=7, worker=None):
    return book_bed(worker=worker or WorkerFactory(), site=site, arrives_on=today, leaves_on=today + days * DAY, by=None)


def entry_bed(today, *, worker=None, days=7):
    return book_entry_bed(worker=worker or WorkerFactory(), zone=IndustrialZoneFactory(), arrives_on=today, days=days, by=None, on=today)


def test_an_entry_bed_is_at_the_nearest_site_with_fresh_figures_and_room(today):
    SiteFactory(beds=0)
    SiteFactory(with_stale_figures=True)
    booked(SiteFactory(beds=1), today)
    far = SiteFactory(far_away=True)
    near = SiteFactory(latitude=21.6)
    assert entry_bed(today).site == near
    assert occupied(near, today, 8) == [1] * 7 + [0]
    assert occupied(far, today, 1) == [0]


def test_without_a_bed_the_next_possible_day_is_named(today):
    booked(SiteFactory(beds=1), today, days=3)
    with pytest.raises(NoEntryBed) as refusal:
        entry_bed(today)
    assert refusal.value.facts["next_date"] == today + 3 * DAY
    assert "27/11/2026" in refusal.value.for_people()


def test_without_any_bed_for_thirty_days_the_department_is_named(today):
    with pytest.raises(NoEntryBed) as refusal:
        entry_bed(today)
    assert refusal.value.facts["next_date"] is None
    assert "Sở" in refusal.value.for_people()


def test_a_person_has_one_bed_at_a_time_and_is_told_which(today):
    worker = WorkerFactory()
    stay = booked(SiteFactory(name="Khu Tân Lập"), today, worker=worker)
    other = SiteFactory(far_away=True)
    with pytest.raises(AlreadyHasABed) as refusal:
        book_bed(worker=worker, site=other, arrives_on=today + 6 * DAY, leaves_on=today + 9 * DAY, by=None)
    assert refusal.value.facts["stay"] == stay
    assert "Khu Tân Lập" in refusal.value.for_people()
    assert occupied(other, today, 9) == [0] * 9
    book_bed(worker=worker, site=other, arrives_on=today + 7 * DAY, leaves_on=today + 9 * DAY, by=None)


def test_a_full_site_books_nobody(today):
    site = SiteFactory(beds=1)
    booked(site, today)
    with pytest.raises(NoCapacity):
        booked(site, today + 6 * DAY)
    assert Stay.objects.count() == 1


def test_whoever_arrives_is_admitted_once(today):
    site = SiteFactory()
    stay = booked(site, today)
    manager = manager_of(site)
    admit(stay=stay, by=manager, on=today)
    assert admit(stay=stay, by=manager, on=today).status == Stay.Status.ADMITTED
    assert JournalEntry.objects.filter(stay=stay, change="admit", by=manager).count() == 1
    assert occupied(site, today, 8) == [1] * 7 + [0]


@pytest.mark.parametrize("day", [-1, 7])
def test_nobody_is_admitted_on_a_night_that_was_not_booked(today, day):
    site = SiteFactory()
    stay = booked(site, today)
    with pytest.raises(NotToday) as refusal:
        admit(stay=stay, by=manager_of(site), on=today + day * DAY)
    assert "24/11/2026" in refusal.value.for_people()


def test_whoever_leaves_early_frees_the_remaining_nights(today):
    site = SiteFactory()
    stay = booked(site, today)
    admit(stay=stay, by=manager_of(site), on=today)
    release(stay=stay, by=manager_of(site), on=today + 4 * DAY)
    assert release(stay=stay, by=manager_of(site), on=today + 5 * DAY).freed_from == today + 4 * DAY
    assert occupied(site, today, 8) == [1] * 4 + [0] * 4


def test_whoever_leaves_on_the_day_of_arrival_frees_every_night(today):
    site = SiteFactory()
    stay = booked(site, today)
    admit(stay=stay, by=manager_of(site), on=today)
    release(stay=stay, by=manager_of(site), on=today)
    assert occupied(site, today, 7) == [0] * 7


def test_whoever_leaves_late_frees_nothing_and_is_released_all_the_same(today):
    site = SiteFactory()
    stay = booked(site, today, days=2)
    admit(stay=stay, by=manager_of(site), on=today)
    assert release(stay=stay, by=manager_of(site), on=today + 5 * DAY).status == Stay.Status.RELEASED
    assert occupied(site, today, 2) == [1, 1]


def test_a_cancelled_bed_is_free_again_and_cancelling_twice_frees_it_once(today):
    site = SiteFactory()
    stay, _other = booked(site, today), booked(site, today)
    cancel_stay(stay=stay, by=None, on=today)
    assert cancel_stay(stay=stay, by=None, on=today).status == Stay.Status.CANCELLED
    assert occupied(site, today, 7) == [1] * 7


def test_the_person_may_book_again_after_leaving(today):
    site, worker = SiteFactory(), WorkerFactory()
    cancel_stay(stay=booked(site, today, worker=worker), by=None, on=today)
    booked(site, today, worker=worker)


def test_nobody_is_released_before_admission_or_admitted_after_cancellation(today):
    site = SiteFactory()
    stay = booked(site, today)
    with pytest.raises(WrongMoment) as refusal:
        release(stay=stay, by=manager_of(site), on=today)
    assert "đã giữ giường" in refusal.value.for_people()
    cancel_stay(stay=stay, by=None, on=today)
    with pytest.raises(WrongMoment):
        admit(stay=stay, by=manager_of(site), on=today)
