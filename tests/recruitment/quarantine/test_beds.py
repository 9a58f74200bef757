import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from recruitment.quarantine.models import Bed, BedAssignment, Room, Stay
from recruitment.quarantine.rooming import Why
from recruitment.quarantine.services.admissions import admit, book_bed, cancel_stay, release
from recruitment.quarantine.services.beds import (
    BedTaken,
    CompanyNotSaid,
    Guest,
    NotOfThisSite,
    RoomClosed,
    RoomNotClean,
    RoomOfOthers,
    assign_arrivals,
    assign_bed,
)
from recruitment.quarantine.services.transfers import accept_transfer, arrive, depart, request_transfer
from tests.factories.quarantine import RoomFactory, SiteFactory, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def stay_at(site, today, *, inside=False, ago=0, nights=7):
    first = today - ago * DAY
    stay = book_bed(worker=WorkerFactory(), site=site, arrives_on=today, leaves_on=today + nights * DAY, by=None)
    if ago:
        Stay.objects.filter(pk=stay.pk).update(arrives_on=first)
        stay.refresh_from_db()
    return admit(stay=stay, by=None, on=today) if inside else stay


def put(stay, bed, today, company="men", **options):
    return assign_bed(stay=stay, bed=bed, company=company, by=None, on=today, **options)


@pytest.fixture
def room():
    return RoomFactory(site=SiteFactory(beds=30))


def beds_of(room):
    return list(room.beds.order_by("label"))


def test_a_bed_is_for_the_nights_of_the_stay_and_asking_again_changes_nothing(today, room):
    stay, bed = stay_at(room.site, today), beds_of(room)[0]
    first, again = put(stay, bed, today), put(stay, bed, today)
    assert first.pk == again.pk
    assert (first.first, first.last_day) == (today, today + 7 * DAY)
    assert BedAssignment.objects.count() == 1


def test_a_taken_bed_says_until_when(today, room):
    bed = beds_of(room)[0]
    put(stay_at(room.site, today), bed, today)
    with pytest.raises(BedTaken) as refusal:
        put(stay_at(room.site, today), bed, today)
    assert "01/12/2026" in refusal.value.for_people()


@pytest.mark.parametrize(("company", "ago"), [("women", 0), ("family", 0), ("men", 3)])
def test_other_sexes_families_and_days_keep_apart(today, room, company, ago):
    put(stay_at(room.site, today), beds_of(room)[0], today)
    with pytest.raises(RoomOfOthers) as refusal:
        put(stay_at(room.site, today, ago=ago), beds_of(room)[1], today, company=company)
    assert "nam" in refusal.value.for_people() and "24/11/2026" in refusal.value.for_people()


def test_a_family_shares_a_room_and_two_families_do_not(today, room):
    mother, child, stranger = (stay_at(room.site, today) for _ in range(3))
    put(mother, beds_of(room)[0], today, "family", family="1")
    put(child, beds_of(room)[1], today, "family", family=" 1 ")
    with pytest.raises(RoomOfOthers):
        put(stranger, beds_of(room)[2], today, "family", family="2")
    assert BedAssignment.objects.filter(room=room).count() == 2


def test_a_closed_and_an_uncleaned_room_take_nobody(today, room):
    stay, bed = stay_at(room.site, today), beds_of(room)[0]
    Room.objects.update(is_clean=False)
    with pytest.raises(RoomNotClean):
        put(stay, bed, today)
    Room.objects.update(is_clean=True, is_open=False)
    with pytest.raises(RoomClosed):
        put(stay, bed, today)


def test_a_bed_of_another_site_and_a_person_who_has_left_are_refused(today, room):
    stay = stay_at(room.site, today)
    with pytest.raises(NotOfThisSite):
        put(stay, beds_of(RoomFactory())[0], today)
    cancel_stay(stay=stay, by=None, on=today)
    with pytest.raises(NotOfThisSite):
        put(stay, beds_of(room)[0], today)


def test_nobody_gets_a_bed_unsaid(today, room):
    with pytest.raises(CompanyNotSaid):
        put(stay_at(room.site, today), beds_of(room)[0], today, company="")


def test_moving_keeps_the_nights_gone_by_and_leaves_a_room_to_be_cleaned(today, room):
    other, stay = RoomFactory(site=room.site), stay_at(room.site, today, inside=True)
    put(stay, beds_of(room)[0], today)
    put(stay, beds_of(other)[2], today + 2 * DAY, company="")
    rows = BedAssignment.objects.filter(stay=stay).order_by("during")
    assert [(row.room, row.first, row.last_day, row.company) for row in rows] == [
        (room, today, today + 2 * DAY, "men"),
        (other, today + 2 * DAY, today + 7 * DAY, "men"),
    ]
    room.refresh_from_db()
    assert not room.is_clean


def test_leaving_gives_the_bed_back_and_the_last_one_leaves_a_room_to_clean(today, room):
    first, second = (stay_at(room.site, today, inside=True) for _ in range(2))
    for stay, bed in zip((first, second), beds_of(room), strict=False):
        put(stay, bed, today)
    release(stay=first, by=None, on=today + 3 * DAY)
    room.refresh_from_db()
    assert room.is_clean
    assert BedAssignment.objects.get(stay=first).last_day == today + 3 * DAY
    release(stay=second, by=None, on=today + 3 * DAY)
    room.refresh_from_db()
    assert not room.is_clean


def test_whoever_leaves_late_still_leaves_a_room_to_clean(today, room):
    stay = stay_at(room.site, today, inside=True)
    put(stay, beds_of(room)[0], today)
    release(stay=stay, by=None, on=today + 9 * DAY)
    room.refresh_from_db()
    assert not room.is_clean


def test_a_cancelled_bed_is_free_and_needs_no_cleaning(today, room):
    stay = stay_at(room.site, today)
    put(stay, beds_of(room)[0], today)
    cancel_stay(stay=stay, by=None, on=today)
    room.refresh_from_db()
    assert room.is_clean and not BedAssignment.objects.exists()


def test_a_transfer_gives_the_bed_back(today, room):
    stay = stay_at(room.site, today, inside=True)
    put(stay, beds_of(room)[0], today)
    there = SiteFactory()
    by = manager_of(there)
    transfer = request_transfer(stay=stay, destination=there, by=by, on=today)
    transfer = accept_transfer(transfer=transfer, by=by, on=today)
    transfer = depart(transfer=transfer, by=by, on=today)
    arrive(transfer=transfer, by=by, on=today + DAY)
    assert BedAssignment.objects.get(stay=stay).last_day == today + DAY
    room.refresh_from_db()
    assert not room.is_clean


def test_a_days_arrivals_get_beds_at_once_and_the_others_are_named(today, room):
    RoomFactory(site=room.site, beds=2)
    RoomFactory(site=room.site, name="P999", is_clean=False)
    men, women = [stay_at(room.site, today) for _ in range(3)], [stay_at(room.site, today) for _ in range(3)]
    unsaid = stay_at(room.site, today)
    guests = [Guest(stay, "men") for stay in men] + [Guest(stay, "women") for stay in women] + [Guest(unsaid)]
    rooming = assign_arrivals(site=room.site, guests=guests, by=None, on=today)
    assert {(row.stay, row.room) for row in rooming.placed if row.company == "men"} == {(stay, room) for stay in men}
    assert [(row.stay, row.why, row.rooms) for row in rooming.left_over] == [
        (unsaid, Why.NOT_SAID, []),
        (women[2], Why.NOT_CLEAN, ["A P999"]),
    ]
    again = assign_arrivals(site=room.site, guests=guests[:5], by=None, on=today)
    assert (again.placed, again.left_over) == ([], [])


def test_assigning_many_asks_no_query_per_person(today, room, django_assert_max_num_queries):
    RoomFactory(site=room.site, beds=20)
    guests = [Guest(stay_at(room.site, today), "men") for _ in range(20)]
    with django_assert_max_num_queries(10):
        assert len(assign_arrivals(site=room.site, guests=guests, by=None, on=today).placed) == 20


def test_whoever_is_overdue_keeps_the_room_from_others(today, room):
    stay = stay_at(room.site, today, inside=True, nights=2)
    put(stay, beds_of(room)[0], today)
    later = today + 3 * DAY
    new = book_bed(worker=WorkerFactory(), site=room.site, arrives_on=later, leaves_on=later + DAY, by=None)
    assert [row.why for row in assign_arrivals(site=room.site, guests=[Guest(new, "men")], by=None, on=later).left_over] == [Why.NOT_CLEAN]


def save_and_check(row):
    row.save()
    transaction.get_connection().check_constraints()


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"same_bed": True}, "one_person_per_bed_and_night"),
        ({"company": "women"}, "no_mixed_company_in_a_room"),
        ({"cohort": "2026-11-20"}, "no_mixed_cohorts_in_a_room"),
        ({"other_room": True}, "assigned_bed_stands_in_the_room"),
    ],
)
def test_the_database_refuses_by_itself(today, room, changed, constraint):
    one, other = beds_of(room)[:2]
    put(stay_at(room.site, today), one, today)
    row = BedAssignment(stay=stay_at(room.site, today), bed=other, room=room, during=DateRange(today, today + DAY), company="men")
    row.cohort = changed.get("cohort", today.isoformat())
    row.company = changed.get("company", "men")
    if changed.get("same_bed"):
        row.bed = one
    if changed.get("other_room"):
        row.room = RoomFactory(site=room.site)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        save_and_check(row)


@pytest.mark.django_db(transaction=True)
def test_one_bed_asked_for_by_many_goes_to_one(race, today):
    room = RoomFactory(site=SiteFactory(beds=30))
    stays = iter([stay_at(room.site, today) for _ in range(6)])
    bed = beds_of(room)[0]
    outcomes = race(6, lambda: put(next(stays), Bed.objects.get(pk=bed.pk), today))
    assert sorted(outcomes) == ["BedTaken"] * 5 + ["done"]


@pytest.mark.django_db(transaction=True)
def test_two_people_pressing_assign_all_place_everybody_once(race, today):
    room = RoomFactory(site=SiteFactory(beds=30), beds=6)
    stays = [stay_at(room.site, today) for _ in range(5)]
    assert race(4, lambda: assign_arrivals(site=room.site, guests=[Guest(stay, "men") for stay in stays], by=None, on=today)) == ["done"] * 4
    assert BedAssignment.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_gates_that_place_different_people_at_once_give_no_bed_twice(race, today):
    site = SiteFactory(beds=30)
    for _room in range(2):
        RoomFactory(site=site, beds=8)
    groups = [[stay_at(site, today) for _ in range(3)] for _ in range(4)]
    gates = iter(zip(groups, ["men", "women", "men", "women"], strict=True))

    def place():
        stays, company = next(gates)
        assign_arrivals(site=site, guests=[Guest(stay, company) for stay in stays], by=None, on=today)

    assert race(4, place) == ["done"] * 4
    assert BedAssignment.objects.count() == 12 and BedAssignment.objects.values("room", "company").distinct().count() == 2
