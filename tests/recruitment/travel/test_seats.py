import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from recruitment.travel.models import Seat, Trip
from recruitment.travel.services.trips import AlreadySeated, NoSeat, WrongPickUp, give_up_seat, hold_seat, trips_for
from tests.factories.places import AreaLevelFactory, IndustrialZoneFactory
from tests.factories.travel import PickUpPointFactory, RouteFactory, RouteRuleFactory, RouteStateFactory, TripFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db


def test_a_seat_is_held_once_however_often_it_is_asked_for(today):
    trip, worker = TripFactory(), WorkerFactory()
    stop, other_stop = (PickUpPointFactory(route=trip.route) for _number in range(2))
    seat = hold_seat(worker=worker, trip=trip, pick_up=stop, by=None, on=today)
    again = hold_seat(worker=worker, trip=trip, pick_up=other_stop, by=None, on=today)
    trip = Trip.objects.get(pk=trip.pk)
    assert again.pk == seat.pk and again.pick_up == other_stop
    assert (trip.taken, trip.free) == (1, 39)


def test_a_seat_given_up_is_somebody_elses_and_giving_it_up_twice_changes_nothing(today):
    trip = TripFactory(capacity=2)
    first, second = (hold_seat(worker=WorkerFactory(), trip=trip, by=None, on=today) for _number in range(2))
    assert (first.number, second.number) == (1, 2)
    for _attempt in range(2):
        given_up = give_up_seat(seat=first, by=None, on=today)
    assert given_up.status == Seat.Status.GIVEN_UP
    third = hold_seat(worker=WorkerFactory(), trip=trip, by=None, on=today)
    trip = Trip.objects.get(pk=trip.pk)
    assert third.number == 1
    assert trip.taken == 2


def test_whoever_gave_a_seat_up_may_have_one_again(today):
    trip, worker = TripFactory(), WorkerFactory()
    give_up_seat(seat=hold_seat(worker=worker, trip=trip, by=None, on=today), by=None, on=today)
    assert hold_seat(worker=worker, trip=trip, by=None, on=today).status == Seat.Status.HELD


def test_a_full_bus_names_the_next_ones_that_have_seats(today):
    route = RouteFactory()
    full = TripFactory(route=route, capacity=1)
    later = TripFactory(route=route, days_ahead=3)
    hold_seat(worker=WorkerFactory(home_province=route.origin), trip=full, by=None, on=today)
    with pytest.raises(NoSeat) as refusal:
        hold_seat(worker=WorkerFactory(home_province=route.origin), trip=full, by=None, on=today)
    assert refusal.value.others == [later]
    assert "06:00 27/11/2026 (còn 40 ghế)" in refusal.value.for_people()


@pytest.mark.parametrize("status", ["closed", "departed"])
def test_a_list_that_is_closed_takes_nobody(today, status):
    trip = TripFactory(status=status, closed_at=timezone.now())
    with pytest.raises(NoSeat, match="trip=") as refusal:
        hold_seat(worker=WorkerFactory(), trip=trip, by=None, on=today)
    assert refusal.value.others == []


def test_a_bus_that_has_left_takes_nobody(today):
    with pytest.raises(NoSeat):
        hold_seat(worker=WorkerFactory(), trip=TripFactory(days_ahead=0), by=None, on=today)


def test_nobody_holds_seats_on_two_buses(today):
    worker = WorkerFactory()
    seat = hold_seat(worker=worker, trip=TripFactory(), by=None, on=today)
    with pytest.raises(AlreadySeated) as refusal:
        hold_seat(worker=worker, trip=TripFactory(), by=None, on=today)
    assert refusal.value.seat == seat


def test_a_bus_that_left_unnoted_holds_nobody_back_from_the_next(today):
    worker = WorkerFactory()
    gone = hold_seat(worker=worker, trip=TripFactory(), by=None, on=today)
    Trip.objects.filter(pk=gone.trip_id).update(departs_at=F("departs_at") - dt.timedelta(days=3), arrives_at=F("arrives_at") - dt.timedelta(days=3))
    assert hold_seat(worker=worker, trip=TripFactory(), by=None, on=today).status == Seat.Status.HELD
    assert Seat.objects.get(pk=gone.pk).status == Seat.Status.MISSED


def test_a_stop_of_another_route_is_refused(today):
    with pytest.raises(WrongPickUp):
        hold_seat(worker=WorkerFactory(), trip=TripFactory(), pick_up=PickUpPointFactory(), by=None, on=today)


def test_trips_are_found_from_home_to_the_zone_near_the_day_nearest_first(today):
    route = RouteFactory()
    zone, home = route.zones.get(), route.origin
    early, right, late = (TripFactory(route=route, days_ahead=days) for days in (1, 3, 4))
    TripFactory(route=route, days_ahead=8)
    TripFactory(route=route, days_ahead=3, capacity=1, taken=1)
    TripFactory(route=RouteFactory(origin=home), days_ahead=3)  # to another zone
    TripFactory(route=RouteFactory(zones=[zone]), days_ahead=3)  # from another province
    passing = TripFactory(route=RouteFactory(zones=[zone]), days_ahead=5)
    PickUpPointFactory(route=passing.route, province=home)
    found = trips_for(from_province=home, zone=zone, arrives_on=today + dt.timedelta(days=3))
    assert found == [right, late, early, passing]


def test_a_route_that_is_suspended_on_the_day_has_no_trips(today, django_assert_max_num_queries):
    zone = IndustrialZoneFactory()
    route = RouteFactory(zones=[zone])
    trip = TripFactory(route=route, days_ahead=2)
    RouteStateFactory(route=route, since=today + dt.timedelta(days=1), until=today + dt.timedelta(days=2))
    later = TripFactory(route=route, days_ahead=3)
    assert trips_for(from_province=route.origin, zone=zone, arrives_on=today + dt.timedelta(days=2)) == [later]
    with pytest.raises(NoSeat) as refusal:
        hold_seat(worker=WorkerFactory(home_province=route.origin), trip=trip, by=None, on=today)
    assert refusal.value.others == [later]


def test_the_rule_of_the_higher_area_level_decides(today):
    route = RouteFactory()
    RouteRuleFactory(area_level=4, running="closed", seat_percent=0)
    RouteRuleFactory(area_level=1, running="open", seat_percent=100)
    AreaLevelFactory(province__home=True, level=1)
    trip = TripFactory(route=route)
    wanted = {"from_province": route.origin, "zone": route.zones.get(), "arrives_on": today}
    assert trips_for(**wanted) == [trip]
    AreaLevelFactory(province=route.origin, level=4)
    assert trips_for(**wanted) == []


def test_the_database_sells_no_seat_twice():
    trip = TripFactory(capacity=3, taken=3)
    with pytest.raises(IntegrityError, match="no_seat_is_sold_twice"), transaction.atomic():
        Trip.objects.filter(pk=trip.pk).update(taken=F("taken") + 1)
    with pytest.raises(IntegrityError, match="seats_keep_to_the_share"), transaction.atomic():
        Trip.objects.filter(pk=trip.pk).update(seat_percent=50)
