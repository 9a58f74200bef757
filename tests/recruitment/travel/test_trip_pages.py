import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from recruitment.travel.models import RouteState, Seat, Trip
from recruitment.travel.services.passes import issue_pass
from recruitment.travel.services.trips import hold_seat
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.openings import OpeningFactory
from tests.factories.travel import PickUpPointFactory, RouteFactory, RouteStateFactory, TripFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    client.force_login(UserFactory(labour_officer=True))
    return client


@pytest.fixture
def trip():
    return TripFactory()


def ride(trip, today, **worker):
    return hold_seat(worker=WorkerFactory(**worker), trip=trip, by=None, on=today)


def announced(**changes):
    day = timezone.localdate() + dt.timedelta(days=2)
    return {"departs_on": f"{day:%d/%m/%Y}", "departs_time": "6h30", "hours": "5", "capacity": "40", "vehicle": "20B-9", "driver_phone": ""} | changes


def test_a_trip_is_announced_with_the_seats_of_its_day(officer, today):
    route = RouteFactory()
    RouteStateFactory(route=route, running="restricted", seat_percent=50, since=today)
    page = officer.post("/trips/new/", announced(route=route.pk), follow=True).content.decode()
    assert "Đã mở chuyến với 20 ghế." in page
    assert f"{timezone.localtime(Trip.objects.get().departs_at):%H:%M}" == "06:30"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"departs_time": "25:00"}, "Không đọc được giờ này"),
        ({"hours": "0"}, "Số này cần từ 1 đến 48"),
        ({"capacity": "x"}, "Hãy viết một số tròn"),
        ({"route": "987654321"}, "Hãy chọn trong danh sách."),
        ({"departs_on": "1/1/2020"}, "quá sớm"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(officer, change, said):
    page = officer.post("/trips/new/", announced(route=RouteFactory().pk) | change)
    assert page.status_code == 422
    assert said in page.content.decode() and "20B-9" in page.content.decode()


def test_a_suspended_route_is_named_beside_the_day(officer, today):
    route = RouteFactory()
    RouteStateFactory(route=route, since=today)
    assert "tạm dừng vào ngày này" in officer.post("/trips/new/", announced(route=route.pk)).content.decode()


def test_the_list_takes_as_many_queries_for_one_trip_as_for_thirty(officer, today, django_assert_max_num_queries):
    for _trip in range(25):
        ride(TripFactory(), today)
    with django_assert_max_num_queries(12):
        officer.get("/trips/")


def test_the_list_says_how_many_trips_there_are_and_when_they_were_counted(officer, trip):
    TripFactory()
    assert "2 chuyến, tính lúc 09:0" in officer.get("/trips/").content.decode()


def test_people_board_by_code_and_by_name_and_the_list_closes_and_leaves(officer, trip, today):
    first, second = ride(trip, today, name="Hoàng Thị Một"), ride(trip, today, name="Hoàng Thị Hai")
    entry_pass = issue_pass(worker=first.worker, factory=FactoryFactory(), valid_from=today, valid_until=today, seat=first, by=None, on=today)
    assert "Hoàng Thị Một đã lên xe, ghế 1." in officer.post(f"/trips/{trip.pk}/", {"text": entry_pass.code}, follow=True).content.decode()
    assert "Không có giấy còn hiệu lực" in officer.post(f"/trips/{trip.pk}/", {"text": "ABCDEFGH"}).content.decode()
    officer.post(f"/trips/{trip.pk}/close/")
    page = officer.post(f"/trips/{trip.pk}/depart/", follow=True).content.decode()
    assert "1 người cần xếp lại chỗ" in page
    assert set(Seat.objects.values_list("status", flat=True)) == {"boarded", "missed"}
    assert "Hoàng Thị Hai" in officer.get("/trips/").content.decode()
    assert second.worker.user.phone not in officer.get("/routes/").content.decode()


def test_a_cancelled_trip_asks_for_the_reason_first(officer, trip, today):
    ride(trip, today)
    assert "1 người đang có ghế" in officer.get(f"/trips/{trip.pk}/cancel/").content.decode()
    assert officer.post(f"/trips/{trip.pk}/cancel/", {"reason": ""}).status_code == 422
    page = officer.post(f"/trips/{trip.pk}/cancel/", {"reason": "Xe hỏng"}, follow=True).content.decode()
    assert "Xe hỏng" in page and "1 người cần xếp lại chỗ" in page


def test_the_manifest_lists_people_by_pick_up_point_in_order(officer, trip, today):
    second, first = (PickUpPointFactory(route=trip.route, position=place, name=f"Điểm {place}") for place in (2, 1))
    for stop in (second, first):
        hold_seat(worker=WorkerFactory(), trip=trip, pick_up=stop, by=None, on=today)
    page = officer.get(f"/trips/{trip.pk}/manifest/").content.decode()
    assert page.index("Điểm 1") < page.index("Điểm 2")


def test_a_recruiter_sees_own_people_and_no_button(client, trip, today):
    factory = FactoryFactory()
    mine, other = ride(trip, today, name="Người Của Tôi"), ride(trip, today, name="Người Nơi Khác")
    issue_pass(worker=mine.worker, factory=factory, valid_from=today, valid_until=today, seat=mine, by=None, on=today)
    client.force_login(recruiter_of(factory))
    page = client.get(f"/trips/{trip.pk}/").content.decode()
    assert "Người Của Tôi" in page and "Người Nơi Khác" not in page
    assert "Chốt chuyến" not in page
    assert client.post(f"/trips/{trip.pk}/close/").status_code == 403
    assert client.get(f"/trips/{TripFactory().pk}/").status_code == 404
    assert other.status == "held"


def test_anybody_sees_whether_a_route_runs_by_which_document_and_the_next_seats(client, trip, today):
    RouteStateFactory(route=RouteFactory(name="Tuyến tạm nghỉ"), since=today)
    page = client.get("/routes/").content.decode()
    assert "Theo 12/TB-THỬ ngày 31/12/2025" in page
    assert "06:00, 26/11/2026" in page and "còn 40 ghế" in page


def test_a_health_officer_enters_a_decision_and_hears_of_buses_that_are_too_full(client, today):
    trip = TripFactory(capacity=2)
    for _person in range(2):
        ride(trip, today)
    client.force_login(UserFactory(health_officer=True))
    said = {
        "running": "restricted",
        "seat_percent": "50",
        "since": f"{today:%d/%m/%Y}",
        "until": "",
        "document": "9/QĐ",
        "document_on": f"{today:%d/%m/%Y}",
    }
    assert client.post(f"/routes/{trip.route_id}/decide/", said | {"running": "closed"}).status_code == 422
    page = client.post(f"/routes/{trip.route_id}/decide/", said, follow=True).content.decode()
    assert "1 chuyến có nhiều người hơn số ghế được phép." in page
    assert RouteState.objects.get().seat_percent == 50
    assert "quá 1 người theo quy định" in client.get("/trips/").content.decode()
    assert "cần chuyển 1 người" in client.get(f"/trips/{trip.pk}/").content.decode()


def test_who_was_noted_as_aboard_by_mistake_is_expected_again(officer, trip, today):
    seat = ride(trip, today)
    officer.post(f"/seats/{seat.pk}/board/")
    assert f"/seats/{seat.pk}/off/" in officer.get(f"/trips/{trip.pk}/").content.decode()
    officer.post(f"/seats/{seat.pk}/off/")
    assert Seat.objects.get().status == "held" and f"/seats/{seat.pk}/board/" in officer.get(f"/trips/{trip.pk}/").content.decode()


def test_a_bus_that_is_late_stays_among_those_to_come_until_it_has_left(officer):
    departs = timezone.now() - dt.timedelta(minutes=20)
    late, _old = TripFactory(departs_at=departs), TripFactory(departs_at=departs - dt.timedelta(days=3))
    page = officer.get("/trips/").content.decode()
    assert f"/trips/{late.pk}/" in page and "quá giờ, chưa ghi xuất phát" in page and "1 chuyến" in page
    Trip.objects.update(status="departed", closed_at=departs)
    assert f"/trips/{late.pk}/" not in officer.get("/trips/").content.decode()


def test_a_worker_reads_the_routes_from_the_own_province_first(client):
    RouteFactory(name="A xa")
    own = RouteFactory(name="B gần")
    page = client.get("/routes/").content.decode()
    assert page.index("A xa") < page.index("B gần") and "từ tỉnh của bạn" not in page
    client.force_login(WorkerFactory(home_province=own.origin).user)
    page = client.get("/routes/").content.decode()
    assert page.index("B gần") < page.index("A xa") and page.count("từ tỉnh của bạn") == 1


def test_who_reads_an_opening_finds_the_buses(client):
    opening = OpeningFactory()
    assert 'href="/routes/"' in client.get(reverse("search:opening", args=[opening.pk])).content.decode()
