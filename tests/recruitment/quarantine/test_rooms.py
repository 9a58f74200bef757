import datetime as dt

import pytest

from recruitment.quarantine.services.admissions import admit, book_bed
from recruitment.quarantine.services.beds import assign_bed
from recruitment.quarantine.services.capacity import PromisedMore
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import reserve_backup_beds
from recruitment.quarantine.services.rooms import RoomInUse, StillThere, balance, clean_room, close_room, open_room
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import RoomFactory, SiteFactory, figures
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def room():
    return RoomFactory(site=SiteFactory(beds=10))


def capacities(site, today, *offsets):
    return [figures(site, today + offset * DAY)[0] for offset in offsets]


def test_closing_takes_the_beds_out_of_every_night_once_and_opening_gives_them_back(today, room):
    for _again in range(2):
        close_room(room=room, because="sửa điện", by=None, on=today + DAY)
        assert capacities(room.site, today, 0, 1, 364) == [10, 6, 6]
    for _again in range(2):
        open_room(room=room, by=None, on=today + 2 * DAY)
        assert capacities(room.site, today, 1, 2, 364) == [6, 10, 10]
    room.refresh_from_db()
    assert room.closed_because == ""
    assert list(differences()) == []


def test_a_room_whose_beds_are_promised_stays_open_and_says_to_whom(today, room):
    reserve_backup_beds(factory=FactoryFactory(name="Nhà máy Bình Minh"), site=room.site, first=today, until=today + DAY, beds=7, by=None, on=today)
    with pytest.raises(PromisedMore) as refusal:
        close_room(room=room, by=None, on=today)
    assert "Nhà máy Bình Minh: 7" in refusal.value.for_people()
    room.refresh_from_db()
    assert room.is_open
    assert capacities(room.site, today, 0) == [10]


def test_a_room_with_people_stays_open_and_says_until_when(today, room):
    stay = book_bed(worker=WorkerFactory(), site=room.site, arrives_on=today + DAY, leaves_on=today + 3 * DAY, by=None)
    assign_bed(stay=stay, bed=room.beds.first(), company="men", by=None, on=today)
    with pytest.raises(RoomInUse) as refusal:
        close_room(room=room, by=None, on=today)
    assert "còn 1 người" in refusal.value.for_people() and "27/11/2026" in refusal.value.for_people()


def test_a_room_is_cleaned_when_nobody_is_overdue_in_it(today, room):
    stay = book_bed(worker=WorkerFactory(), site=room.site, arrives_on=today, leaves_on=today + DAY, by=None)
    assign_bed(stay=stay, bed=room.beds.first(), company="men", by=None, on=today)
    admit(stay=stay, by=None, on=today)
    room.is_clean = False
    room.save()
    with pytest.raises(StillThere):
        clean_room(room=room, on=today + DAY)
    assert clean_room(room=room, on=today).is_clean


def test_rooms_and_ledger_that_disagree_are_named(today, room):
    RoomFactory(site=room.site, name="P9", is_open=False, beds=2)
    now = balance(room.site, on=today)
    assert (now.open_beds, now.capacity, now.difference) == (4, 10, 6)
    assert [(str(closed), beds) for closed, beds in now.closed] == [("A P9", 2)]
    assert balance(SiteFactory(), on=today) is None


def test_a_site_without_a_ledger_closes_rooms_too(today):
    room = RoomFactory(site=SiteFactory(beds=0))
    close_room(room=room, by=None, on=today)
    room.refresh_from_db()
    assert not room.is_open


@pytest.mark.django_db(transaction=True)
def test_two_people_closing_one_room_take_its_beds_once(race, today):
    room = RoomFactory(site=SiteFactory(beds=10))
    assert race(4, lambda: close_room(room=room, by=None, on=today)) == ["done"] * 4
    assert capacities(room.site, today, 0) == [6]
