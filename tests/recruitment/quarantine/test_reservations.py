import datetime as dt

import pytest

from recruitment.quarantine.models import BackupReservation, JournalEntry, ReservationNight
from recruitment.quarantine.services.freshness import StaleFigures
from recruitment.quarantine.services.housing import house_people
from recruitment.quarantine.services.ledger import NoCapacity
from recruitment.quarantine.services.reservations import NotHeld, StillNeeded, lower, reserve_backup_beds
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, figures
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def reserve(site, today):
    """Reserve beds at the site from today on, for three nights unless said otherwise."""

    def reserve(factory, beds, *, nights=3, first=today):
        until = first + nights * DAY
        return reserve_backup_beds(factory=factory, site=site, first=first, until=until, beds=beds, by=recruiter_of(factory), on=today)

    return reserve


def test_beds_are_set_aside_every_night_and_the_journal_says_by_whom(site, reserve, today):
    reservation = reserve(FactoryFactory(), 4)
    assert [figures(site, today + offset * DAY)[1] for offset in range(4)] == [4, 4, 4, 0]
    entry = JournalEntry.objects.get(reservation=reservation)
    assert (entry.change, entry.first, entry.until, entry.reserved_delta) == ("reserve", today, today + 3 * DAY, 4)
    assert entry.by == reservation.created_by


def test_a_second_request_adds_to_the_same_reservation(site, reserve, today):
    factory = FactoryFactory()
    reservation = reserve(factory, 4)
    assert reserve(factory, 2, nights=5) == reservation
    assert list(reservation.nights.values_list("beds", flat=True)) == [6, 6, 6, 2, 2]


def test_one_full_night_refuses_all_of_them_and_is_named(site, reserve, today):
    reserve(FactoryFactory(), 8, first=today + DAY, nights=1)
    with pytest.raises(NoCapacity) as refusal:
        reserve(FactoryFactory(), 3)
    assert refusal.value.facts["nights"] == [today + DAY]
    assert "25/11/2026" in refusal.value.for_people()
    assert figures(site, today)[1] == 0
    assert BackupReservation.objects.count() == 1


def test_a_site_with_stale_figures_takes_no_reservation(today):
    site = SiteFactory(with_stale_figures=True)
    with pytest.raises(StaleFigures) as refusal:
        reserve_backup_beds(factory=FactoryFactory(), site=site, first=today, until=today + DAY, beds=1, by=None, on=today)
    assert "24 giờ" in refusal.value.for_people()


def test_beds_given_back_are_free_for_others(site, reserve, today):
    reservation = reserve(FactoryFactory(), 10)
    lower(reservation=reservation, beds=4, first=today + DAY, until=today + 3 * DAY, by=None, on=today)
    assert [figures(site, today + offset * DAY)[1] for offset in range(3)] == [10, 6, 6]
    reserve(FactoryFactory(), 4, first=today + DAY, nights=2)


def test_a_reservation_with_nothing_left_has_ended(reserve, today):
    factory = FactoryFactory()
    reservation = reserve(factory, 2)
    lower(reservation=reservation, beds=2, first=today, until=today + 3 * DAY, by=None, on=today)
    assert not BackupReservation.objects.active().filter(pk=reservation.pk).exists()
    assert reserve(factory, 1) != reservation


def test_more_than_is_held_can_not_be_given_back(reserve, today):
    reservation = reserve(FactoryFactory(), 2)
    with pytest.raises(NotHeld) as refusal:
        lower(reservation=reservation, beds=2, first=today, until=today + 4 * DAY, by=None, on=today)
    assert refusal.value.facts["nights"] == [today + 3 * DAY]


def test_beds_that_the_policy_asks_for_can_not_be_given_back(reserve, today):
    BackupPolicyFactory(horizon_days=3)
    reservation = reserve(FactoryFactory(out_of_province_workers=40), 3)
    lower(reservation=reservation, beds=1, first=today, until=today + 3 * DAY, by=None, on=today)
    with pytest.raises(StillNeeded) as refusal:
        lower(reservation=reservation, beds=1, first=today, until=today + DAY, by=None, on=today)
    assert (refusal.value.facts["needed"], refusal.value.facts["left"]) == (2, 1)


def house(factory, people, today, nights):
    workers = [WorkerFactory() for _ in range(people)]
    return house_people(factory=factory, workers=workers, first=today, until=today + nights * DAY, by=None, on=today)


def test_a_full_site_can_not_refuse_a_factory_its_own_beds(site, reserve, today):
    factory = FactoryFactory()
    reservation = reserve(factory, 6)
    reserve(FactoryFactory(), 4)
    house(factory, 5, today, 2)
    assert [figures(site, today + offset * DAY) for offset in range(3)] == [(10, 5, 5), (10, 5, 5), (10, 10, 0)]
    assert list(ReservationNight.objects.filter(reservation=reservation).values_list("beds", "drawn")) == [(6, 5), (6, 5), (6, 0)]


def test_beds_in_use_can_be_neither_drawn_again_nor_given_back(site, reserve, today):
    factory = FactoryFactory()
    reservation = reserve(factory, 6)
    reserve(FactoryFactory(), 4)
    house(factory, 5, today, 3)
    assert len(house(factory, 2, today, 1).without_bed) == 1
    with pytest.raises(NotHeld):
        lower(reservation=reservation, beds=2, first=today, until=today + DAY, by=None, on=today)
