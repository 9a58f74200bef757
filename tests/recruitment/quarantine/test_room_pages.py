import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.quarantine.models import BedAssignment, Room
from recruitment.quarantine.services.admissions import admit, book_bed
from recruitment.quarantine.services.beds import assign_bed
from tests.factories.accounts import UserFactory
from tests.factories.quarantine import RoomFactory, SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def room():
    return RoomFactory(site=SiteFactory(beds=4), name="P101")


@pytest.fixture
def manager(client, room):
    user = manager_of(room.site)
    client.force_login(user)
    return user


def stay_of(site, today, *, name="Nông Thị Thử", inside=False):
    stay = book_bed(worker=WorkerFactory(name=name), site=site, arrives_on=today, leaves_on=today + 7 * DAY, by=None)
    return admit(stay=stay, by=None, on=today) if inside else stay


def page(client, name, pk):
    return client.get(reverse(f"quarantine:{name}", args=[pk]))


def test_the_map_shows_rooms_people_and_days_of_leaving(client, today, room, manager):
    assign_bed(stay=stay_of(room.site, today, name="Lò Văn Ở", inside=True), bed=room.beds.first(), company="men", by=None, on=today)
    stay_of(room.site, today, name="Lò Văn Chưa")
    text = page(client, "rooms", room.site_id).content.decode()
    assert "A P101" in text and "Lò Văn Ở" in text and "đến 01/12" in text and "trống 3/4" in text
    assert "1 người chưa có giường" in text and "Lò Văn Chưa" not in text


def test_the_map_asks_as_often_for_thirty_rooms_as_for_one(client, today, room, manager):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert page(client, "rooms", room.site_id).status_code == 200
        return len(queries)

    assign_bed(stay=stay_of(room.site, today), bed=room.beds.first(), company="men", by=None, on=today)
    few = count()
    for _number in range(12):
        other = RoomFactory(site=room.site)
        BedAssignment.objects.create(
            stay=stay_of(SiteFactory(), today), bed=other.beds.first(), room=other, during=(today, today + DAY), company="men", cohort="2026-11-24"
        )
    assert count() == few


def test_whoever_leaves_tomorrow_is_listed_with_the_bed(client, today, room, manager):
    stay = book_bed(worker=WorkerFactory(name="Lò Văn Mai"), site=room.site, arrives_on=today, leaves_on=today + DAY, by=None)
    assign_bed(stay=stay, bed=room.beds.first(), company="men", by=None, on=today)
    assign_bed(stay=stay_of(room.site, today), bed=room.beds.last(), company="men", by=None, on=today)
    answer = page(client, "rooms", room.site_id)
    assert [row.stay for _room, row in answer.context["leaving"]] == [stay]
    assert "Ra ngày mai" in answer.content.decode()


def test_a_site_without_rooms_is_told_so(client, manager, room):
    Room.objects.all().delete()
    assert "Khu chưa khai phòng nào" in page(client, "rooms", room.site_id).content.decode()


def test_other_managers_do_not_find_it(client, today, room):
    stay = stay_of(room.site, today)
    client.force_login(UserFactory(site_manager=True))
    for name, pk in [("rooms", room.site_id), ("assign_arrivals", room.site_id), ("room", room.pk), ("bed", stay.pk)]:
        assert page(client, name, pk).status_code == 404
    for name in ("clean_room", "close_room", "open_room"):
        assert client.post(reverse(f"quarantine:{name}", args=[room.pk])).status_code == 404


def test_arrivals_are_given_beds_and_whoever_is_left_is_told_why(client, today, room, manager):
    woman, man = stay_of(room.site, today, name="Lò Thị Một"), stay_of(room.site, today, name="Lò Văn Hai")
    address = reverse("quarantine:assign_arrivals", args=[room.site_id])
    answer = client.post(address, {f"{woman.pk}-company": "women", "rest": "men"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Đã xếp giường cho 1 người" in text and "1 người chưa xếp được" in text and "Không còn giường" in text
    assert BedAssignment.objects.get().stay in (woman, man)
    RoomFactory(site=room.site)
    assert client.post(address, {f"{woman.pk}-company": "women", "rest": "men"}).status_code == 302
    assert {row.stay: row.company for row in BedAssignment.objects.all()} == {woman: "women", man: "men"}
    assert "đều đã có giường" in client.get(address).content.decode()


def test_a_wrong_word_for_the_sex_comes_back(client, today, room, manager):
    stay = stay_of(room.site, today)
    answer = client.post(reverse("quarantine:assign_arrivals", args=[room.site_id]), {f"{stay.pk}-company": "chim", "rest": "x" * 500})
    assert answer.status_code == 422
    assert not BedAssignment.objects.exists()


def test_one_person_is_given_a_bed_and_another_later(client, today, room, manager):
    stay = stay_of(room.site, today)
    first, second = room.beds.order_by("label")[:2]
    address = reverse("quarantine:bed", args=[stay.pk])
    assert client.post(address, {"bed": first.pk}).status_code == 422
    assert client.post(address, {"bed": first.pk, "company": "women"}).status_code == 302
    assert client.post(address, {"bed": second.pk}).status_code == 302
    assert BedAssignment.objects.get().bed == second


def test_a_bed_of_others_is_explained_beside_the_field(client, today, room, manager):
    first, second = room.beds.order_by("label")[:2]
    assign_bed(stay=stay_of(room.site, today), bed=first, company="women", by=None, on=today)
    answer = client.post(reverse("quarantine:bed", args=[stay_of(room.site, today).pk]), {"bed": second.pk, "company": "men"})
    assert answer.status_code == 422
    assert "Không xếp chung nam với nữ" in answer.content.decode()


@pytest.mark.parametrize("bed", ["", "abc", "99999999999999999999", "-1"])
def test_a_bed_that_is_none_is_refused_with_a_message(client, today, room, manager, bed):
    assert client.post(reverse("quarantine:bed", args=[stay_of(room.site, today).pk]), {"bed": bed, "company": "men"}).status_code == 422


def test_cleaning_closing_and_opening_are_a_tap_each(client, today, room, manager):
    Room.objects.update(is_clean=False)
    assert "cần dọn" in page(client, "rooms", room.site_id).content.decode()
    client.post(reverse("quarantine:clean_room", args=[room.pk]))
    client.post(reverse("quarantine:close_room", args=[room.pk]), {"because": "sửa mái"})
    room.refresh_from_db()
    assert room.is_clean and not room.is_open
    assert "sửa mái" in page(client, "room", room.pk).content.decode()
    assert figures(room.site, today)[0] == 0
    client.post(reverse("quarantine:open_room", args=[room.pk]))
    assert figures(room.site, today)[0] == 4


def test_closing_what_is_promised_says_who_holds_it(client, today, room, manager):
    stay_of(room.site, today)
    answer = client.post(reverse("quarantine:close_room", args=[room.pk]))
    assert answer.status_code == 422
    assert "1 người đang ở hoặc đã xếp giường" in answer.content.decode()


def test_a_ledger_that_says_other_than_the_rooms_is_set_by_one_tap(client, today, room, manager):
    RoomFactory(site=room.site, name="P102", is_open=False)
    RoomFactory(site=room.site, name="P103", beds=2)
    text = page(client, "rooms", room.site_id).content.decode()
    assert "Phòng đang mở có 6 giường, sổ ghi 4" in text and "A P102 (4)" in text
    form = {"capacity": "6", "first": today.isoformat(), "last": (today + 364 * DAY).isoformat()}
    assert client.post(reverse("quarantine:change_capacity", args=[room.site_id]), form).status_code == 302
    assert "sổ ghi" not in page(client, "rooms", room.site_id).content.decode()
