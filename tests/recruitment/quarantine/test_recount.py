import datetime as dt

import pytest
from django.core.management import call_command

from recruitment.quarantine.models import JournalEntry, ReservationNight, SiteNight, Stay
from recruitment.quarantine.services.admissions import admit, book_bed, cancel_stay, release
from recruitment.quarantine.services.housing import house_people
from recruitment.quarantine.services.recount import recount
from recruitment.quarantine.services.reservations import reserve_backup_beds
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import SiteFactory, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.timedelta(days=1)


@pytest.fixture
def busy_site(today):
    """Beds reserved, drawn, booked, given back early and cancelled."""
    site = SiteFactory(code="khu-ban-ron")
    manager = manager_of(site)
    factory = FactoryFactory()
    reserve_backup_beds(factory=factory, site=site, first=today, until=today + 5 * DAY, beds=4, by=None, on=today)
    housed = house_people(factory=factory, workers=[WorkerFactory() for _ in range(3)], first=today, until=today + 2 * DAY, by=None, on=today)
    cancel_stay(stay=housed.stays[0], by=None, on=today)
    stays = [book_bed(worker=WorkerFactory(), site=site, arrives_on=today, leaves_on=today + 7 * DAY, by=None) for _ in range(3)]
    admit(stay=stays[0], by=manager, on=today)
    release(stay=stays[0], by=manager, on=today + 3 * DAY)
    cancel_stay(stay=stays[1], by=None, on=today)
    return site


def test_a_ledger_moved_by_the_services_is_right(busy_site, capsys):
    call_command("ledger_recount")
    assert "right" in capsys.readouterr().out


def test_a_changed_night_is_named_by_site_night_column_and_both_numbers(busy_site, today, capsys):
    SiteNight.objects.filter(site=busy_site, night=today + DAY).update(occupied=6)
    with pytest.raises(SystemExit) as left:
        call_command("ledger_recount")
    assert left.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "site khu-ban-ron, night 2026-11-25: occupied is 6, by the journal 4",
        "site khu-ban-ron, night 2026-11-25: occupied is 6, by the reservations and stays 4",
    ]


def test_a_lost_journal_entry_is_found(busy_site, today):
    JournalEntry.objects.filter(site=busy_site, change="draw").delete()
    assert {(row.night, row.column, row.source) for row in recount()} == {
        (today + offset * DAY, column, "journal") for offset in range(2) for column in ("reserved", "occupied")
    }


def test_a_stay_or_reservation_changed_behind_the_ledger_is_found(busy_site, today):
    Stay.objects.filter(status="booked").update(leaves_on=today + 8 * DAY)
    ReservationNight.objects.filter(night=today).update(beds=5)
    found = [(row.night, row.column, row.expected, row.found) for row in recount()]
    assert found == [(today, "reserved", 3, 2), (today + 7 * DAY, "occupied", 1, 0)]
