import datetime as dt

import pytest
from django.urls import reverse

from recruitment.quarantine.models import BackupReservation, BedAssignment, JournalEntry
from recruitment.quarantine.services.admissions import AlreadyHasABed, WrongMoment, admit, book_bed, cancel_stay, release
from recruitment.quarantine.services.beds import BedTaken, RoomOfOthers, assign_bed
from recruitment.quarantine.services.corrections import undo_release
from recruitment.quarantine.services.extensions import NotLater, extend_stay
from recruitment.quarantine.services.housing import house_people
from recruitment.quarantine.services.ledger import NoCapacity
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import reserve_backup_beds
from recruitment.quarantine.services.transfers import AlreadyMoving, accept_transfer, request_transfer
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import RoomFactory, SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def stay_at(site, today, *, nights=3, worker=None, first=0):
    arrives_on = today + first * DAY
    return book_bed(worker=worker or WorkerFactory(), site=site, arrives_on=arrives_on, leaves_on=arrives_on + nights * DAY, by=None)


def longer(stay, today, days):
    return extend_stay(stay=stay, leaves_on=stay.leaves_on + days * DAY, by=None, on=today)


def nights_of(site, today, days):
    return [figures(site, today + offset * DAY)[1:] for offset in range(days)]


def test_every_further_night_is_taken_and_asking_again_changes_nothing(today):
    site = SiteFactory(beds=2)
    stay = stay_at(site, today)
    for _again in range(2):
        extend_stay(stay=stay, leaves_on=today + 5 * DAY, by=None, on=today)
        assert nights_of(site, today, 6) == [(0, 1)] * 5 + [(0, 0)]
    assert JournalEntry.objects.filter(change="extend", stay=stay, occupied_delta=1).count() == 1
    assert list(differences()) == []


def test_a_full_night_refuses_and_names_it(today):
    site = SiteFactory(beds=1)
    stay = stay_at(site, today)
    stay_at(site, today, first=4)
    with pytest.raises(NoCapacity) as refusal:
        longer(stay, today, 3)
    assert "28/11/2026" in refusal.value.for_people()
    stay.refresh_from_db()
    assert stay.leaves_on == today + 3 * DAY and nights_of(site, today, 4)[3] == (0, 0)


def test_an_earlier_day_an_ended_stay_and_another_bed_are_refused(today):
    site, worker = SiteFactory(), WorkerFactory()
    stay, later = stay_at(site, today, worker=worker), stay_at(site, today, worker=worker, first=5)
    with pytest.raises(NotLater):
        longer(stay, today, -1)
    with pytest.raises(AlreadyHasABed) as refusal:
        longer(stay, today, 3)
    assert refusal.value.facts["stay"] == later
    cancel_stay(stay=stay, by=None, on=today)
    with pytest.raises(WrongMoment):
        longer(stay, today, 1)


def test_a_backup_bed_draws_its_further_nights_from_the_reservation_and_raises_it_where_it_ends(today):
    site, factory = SiteFactory(beds=5), FactoryFactory()
    reserve_backup_beds(factory=factory, site=site, first=today, until=today + 4 * DAY, beds=2, by=None, on=today)
    housing = house_people(factory=factory, workers=[WorkerFactory()], first=today, until=today + 3 * DAY, by=None, on=today)
    longer(housing.stays[0], today, 2)
    assert nights_of(site, today, 6) == [(1, 1)] * 4 + [(0, 1), (0, 0)]
    rows = BackupReservation.objects.get().nights.order_by("night").values_list("beds", "drawn")
    assert list(rows) == [(2, 1)] * 4 + [(1, 1)]
    assert list(differences()) == []


def test_somebody_on_the_move_is_not_extended_behind_the_other_sites_back(today):
    stay, there = stay_at(SiteFactory(), today), SiteFactory()
    by = manager_of(there)
    transfer = request_transfer(stay=stay, destination=there, by=by, on=today)
    longer(stay, today, 1)
    accept_transfer(transfer=transfer, by=by, on=today)
    stay.refresh_from_db()
    with pytest.raises(AlreadyMoving):
        longer(stay, today, 1)


def test_the_bed_in_the_room_is_kept_unless_somebody_is_to_come(today):
    room = RoomFactory(site=SiteFactory(beds=10), beds=2)
    first, second = room.beds.order_by("label")
    stay = stay_at(room.site, today)
    assign_bed(stay=stay, bed=first, company="men", by=None, on=today)
    stay = longer(stay, today, 1)
    assert BedAssignment.objects.get(stay=stay).last_day == today + 4 * DAY
    assign_bed(stay=stay_at(room.site, today, first=4), bed=first, company="men", by=None, on=today)
    with pytest.raises(BedTaken):
        longer(stay, today, 1)
    BedAssignment.objects.exclude(stay=stay).update(bed=second)
    with pytest.raises(RoomOfOthers):
        longer(stay, today, 1)
    assert nights_of(room.site, today, 5)[4] == (0, 1)


def test_a_release_undone_gives_the_bed_in_the_room_back(today):
    room = RoomFactory(site=SiteFactory(beds=10))
    stay = stay_at(room.site, today, nights=5)
    assign_bed(stay=stay, bed=room.beds.first(), company="men", by=None, on=today)
    admit(stay=stay, by=None, on=today)
    release(stay=stay, by=None, on=today + DAY)
    undo_release(stay=stay, by=None, on=today + DAY)
    assert BedAssignment.objects.get(stay=stay).last_day == today + 5 * DAY
    room.refresh_from_db()
    assert room.is_clean


def test_the_last_bed_goes_to_one_of_two_who_stay_longer(transactional_db, race, today):
    site = SiteFactory(beds=2)
    stays = [stay_at(site, today), stay_at(site, today)]
    stay_at(site, today, first=3)
    turns = iter(stays)
    assert sorted(race(2, lambda: longer(next(turns), today, 1))) == ["NoCapacity", "done"]


def test_the_page_extends_and_says_what_is_full_beside_the_day(client, today):
    site = SiteFactory(beds=1)
    stay = admit(stay=stay_at(site, today), by=None, on=today)
    address = reverse("quarantine:extend", args=[stay.pk])
    client.force_login(UserFactory(site_manager=True))
    assert client.get(address).status_code == 404
    client.force_login(manager_of(site))
    assert "27/11/2026" in client.get(address).content.decode()
    assert "Ở thêm" in client.get(reverse("quarantine:site", args=[site.pk])).content.decode()
    assert client.post(address, {"leaves_on": "29/11/2026"}, follow=True).redirect_chain[-1][1] == 302
    stay_at(site, today, first=5)
    for day, words in [("30/11/2026", "không đủ chỗ"), ("25/11/2026", "Hãy chọn ngày sau đó"), ("mai", "Không đọc được"), ("1/1/2099", "quá muộn")]:
        answer = client.post(address, {"leaves_on": day})
        assert answer.status_code == 422 and words in answer.content.decode()
