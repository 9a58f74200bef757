import datetime as dt

import pytest
from django.utils import timezone

from recruitment.notifications.models import Message
from recruitment.travel.models import PassKey, Seat, Trip
from recruitment.travel.services.boarding import NoPass, NotBoarding, OnAnotherTrip, board, board_by_pass, step_off
from recruitment.travel.services.departures import (
    ReasonNeeded,
    RouteDoesNotRun,
    VehicleTaken,
    WrongStage,
    WrongTimes,
    announce_trip,
    apply_decisions,
    cancel_trip,
    close_trip,
    depart_trip,
    miss_trip,
    reopen_trip,
)
from recruitment.travel.services.passes import issue_pass, revoke_pass
from recruitment.travel.services.routes import SameDay, decide_route
from recruitment.travel.services.trips import NoSeat, give_up_seat, hold_seat
from recruitment.travel.tasks import rotate_pass_keys, share_seats
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.places import AreaLevelFactory
from tests.factories.travel import RouteFactory, RouteRuleFactory, RouteStateFactory, TripFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def officer():
    return UserFactory(labour_officer=True)


@pytest.fixture
def ride(today):
    """Somebody with a seat on the trip and a pass for it."""

    def ride(trip, *, worker=None, factory=None):
        worker = worker or WorkerFactory(home_province=trip.route.origin)
        seat = hold_seat(worker=worker, trip=trip, by=None, on=today)
        factory = factory or FactoryFactory(zone=trip.route.zones.get())
        issue_pass(worker=worker, factory=factory, valid_from=today, valid_until=today + dt.timedelta(days=20), seat=seat, by=None, on=today)
        return seat

    return ride


@pytest.fixture
def announce(officer, today):
    route = RouteFactory()
    departs = timezone.localtime().replace(hour=6, minute=0) + dt.timedelta(days=2)
    usual = {"route": route, "departs_at": departs, "arrives_at": departs + 5 * HOUR, "capacity": 41, "vehicle": "20B-1", "by": officer, "on": today}
    return lambda **changes: announce_trip(**usual | changes)


def status_of(seat):
    return Seat.objects.get(pk=seat.pk).status


def test_a_trip_sells_the_share_that_the_document_of_its_day_allows(announce, today):
    assert announce().seats == 41
    route = RouteFactory()
    RouteStateFactory(route=route, running="restricted", seat_percent=50, since=today)
    trip = announce(route=route, vehicle="")
    assert (trip.seats, trip.seat_percent, trip.document) == (20, 50, "12/TB-THỬ")


def test_a_suspended_route_has_no_trip(announce, today):
    route = RouteFactory()
    RouteStateFactory(route=route, since=today)
    with pytest.raises(RouteDoesNotRun) as refusal:
        announce(route=route)
    assert "12/TB-THỬ" in refusal.value.for_people()


def test_a_bus_is_not_in_two_places_nor_back_before_it_left(announce):
    trip = announce()
    with pytest.raises(VehicleTaken):
        announce()
    with pytest.raises(WrongTimes):
        announce(vehicle="", arrives_at=trip.departs_at)


def test_a_closed_list_takes_nobody_until_it_is_opened_again(today, officer):
    trip = TripFactory()
    for _press in range(2):
        close_trip(trip=trip, by=officer, on=today)
    with pytest.raises(NoSeat):
        hold_seat(worker=WorkerFactory(), trip=trip, by=None, on=today)
    reopen_trip(trip=trip, by=officer, on=today)
    assert hold_seat(worker=WorkerFactory(), trip=trip, by=None, on=today)


def test_a_pass_lets_its_holder_aboard_the_right_bus(today, officer, ride):
    seat = ride(TripFactory())
    entry_pass = seat.passes.get()
    for text in (entry_pass.code, entry_pass.token):
        board_by_pass(trip=seat.trip, text=text, by=officer, on=today)
    assert status_of(seat) == Seat.Status.BOARDED
    with pytest.raises(OnAnotherTrip):
        board_by_pass(trip=TripFactory(), text=entry_pass.code, by=officer, on=today)
    with pytest.raises(NoPass):
        board_by_pass(trip=seat.trip, text="ABCD1234", by=officer, on=today)


def test_a_pass_for_tomorrow_rides_today_and_a_revoked_one_does_not(today, officer):
    trip, worker = TripFactory(), WorkerFactory()
    seat = hold_seat(worker=worker, trip=trip, by=None, on=today)
    day = today + dt.timedelta(days=1)
    entry_pass = issue_pass(worker=worker, factory=FactoryFactory(), valid_from=day, valid_until=day, seat=seat, by=None, on=today)
    assert board_by_pass(trip=trip, text=entry_pass.code, by=officer, on=today) == seat
    revoke_pass(entry_pass=entry_pass, reason="Rút đơn.", by=None)
    with pytest.raises(NoPass):
        board_by_pass(trip=trip, text=entry_pass.code, by=officer, on=today)


def test_whoever_isnt_aboard_when_the_bus_leaves_has_missed_it(today, officer, ride):
    trip = TripFactory()
    aboard, late = ride(trip), ride(trip)
    board(seat=aboard, by=officer, on=today)
    assert depart_trip(trip=trip, by=officer, on=today) == [late]
    assert (status_of(aboard), status_of(late)) == ("boarded", "missed")
    assert Trip.objects.get(pk=trip.pk).taken == 1 and list(Seat.objects.stranded()) == [late]
    assert depart_trip(trip=trip, by=officer, on=today) == []


def test_whoever_is_known_not_to_come_frees_the_seat_before_the_bus_leaves(today, officer, ride):
    seat = ride(TripFactory())
    tomorrow = TripFactory(route=seat.trip.route, days_ahead=3)
    assert miss_trip(seat=seat, by=officer, on=today) == [seat]
    assert Trip.objects.get(pk=seat.trip_id).taken == 0 and list(Seat.objects.stranded()) == [seat]
    hold_seat(worker=seat.worker, trip=tomorrow, by=None, on=today)
    assert not Seat.objects.stranded().exists()
    assert miss_trip(seat=seat, by=officer, on=today) == []


def test_a_cancelled_bus_gives_every_seat_back_and_says_why(today, officer, ride):
    trip = TripFactory(organised_by=officer)
    seats = [ride(trip) for _person in range(3)]
    with pytest.raises(ReasonNeeded):
        cancel_trip(trip=trip, reason=" ", by=officer, on=today)
    assert cancel_trip(trip=trip, reason="Xe hỏng", by=officer, on=today) == seats
    assert {status_of(seat) for seat in seats} == {"bumped"}
    assert (Trip.objects.get(pk=trip.pk).taken, Trip.objects.get(pk=trip.pk).cancellation) == (0, "Xe hỏng")
    assert {seat.trip.organised_by for seat in Seat.objects.stranded()} == {officer}
    assert cancel_trip(trip=trip, reason="Xe hỏng", by=officer, on=today) == []


def test_who_was_noted_as_aboard_by_mistake_is_expected_again_until_the_bus_leaves(today, officer, ride):
    trip = TripFactory()
    seat = board(seat=ride(trip), by=officer, on=today)
    for _ in range(2):
        assert step_off(seat=seat, by=officer, on=today).status == "held"
    assert Trip.objects.get(pk=trip.pk).taken == 1
    board(seat=seat, by=officer, on=today)
    elsewhere = hold_seat(worker=seat.worker, trip=TripFactory(days_ahead=5), by=None, on=today)
    with pytest.raises(NotBoarding):
        step_off(seat=seat, by=officer, on=today)
    give_up_seat(seat=elsewhere, by=None, on=today)
    depart_trip(trip=trip, by=officer, on=today)
    with pytest.raises(NotBoarding):
        step_off(seat=seat, by=officer, on=today)


def test_a_bus_cancelled_with_people_aboard_carries_nobody(today, officer, ride):
    trip = TripFactory()
    aboard, held = ride(trip), ride(trip)
    board(seat=aboard, by=officer, on=today)
    assert cancel_trip(trip=trip, reason="Xe hỏng", by=officer, on=today) == [aboard, held]
    assert (status_of(aboard), status_of(held), Trip.objects.get(pk=trip.pk).taken) == ("bumped", "bumped", 0)


def test_a_bus_that_has_left_is_neither_cancelled_nor_opened_nor_boarded(today, officer, ride):
    trip = TripFactory()
    seat = ride(trip)
    depart_trip(trip=trip, by=officer, on=today)
    for act in (lambda: cancel_trip(trip=trip, reason="Xe hỏng", by=officer, on=today), lambda: reopen_trip(trip=trip, by=officer, on=today)):
        with pytest.raises(WrongStage):
            act()
    with pytest.raises(NotBoarding):
        board(seat=seat, by=officer, on=today)


def test_a_lower_share_withdraws_free_seats_and_names_the_buses_with_too_many_people(today, officer):
    full, half = TripFactory(capacity=2), TripFactory(capacity=10)
    for trip, people in ((full, 2), (half, 3)):
        for _person in range(people):
            hold_seat(worker=WorkerFactory(), trip=trip, by=None, on=today)
        decide_route(route=trip.route, running="restricted", seat_percent=50, since=today, until=None, document="9/QĐ", document_on=today, by=officer)
    assert apply_decisions(on=today) == [full]
    full, half = Trip.objects.get(pk=full.pk), Trip.objects.get(pk=half.pk)
    assert (full.seats, full.seat_percent, full.over) == (2, 100, 1)
    assert (half.seats, half.seat_percent, half.document) == (5, 50, "9/QĐ")
    assert apply_decisions(on=today) == [full]
    [told] = Message.objects.filter(kind="trip", channel="app")
    assert told.recipient == full.organised_by and "9/QĐ chỉ được chở 1 người, đang có 2" in told.text
    give_up_seat(seat=Seat.objects.filter(trip=full).first(), by=None, on=today)
    full = Trip.objects.get(pk=full.pk)
    assert (full.taken, full.seats, full.over) == (1, 1, 0)
    with pytest.raises(NoSeat):
        hold_seat(worker=WorkerFactory(), trip=full, by=None, on=today)
    assert apply_decisions(on=today) == []
    assert Trip.objects.get(pk=full.pk).seat_percent == 50


def test_the_schedule_follows_a_rule_and_its_end(today):
    rule, trip = RouteRuleFactory(area_level=3, since=today), TripFactory(capacity=10)
    AreaLevelFactory(province=trip.route.origin, level=3, since=today)
    assert share_seats() == 0
    assert (Trip.objects.get(pk=trip.pk).seats, Trip.objects.get(pk=trip.pk).document) == (5, rule.document)
    rule.delete()
    share_seats()
    assert Trip.objects.get(pk=trip.pk).seats == 10


def test_the_schedule_looks_every_few_minutes(settings):
    every = settings.CELERY_BEAT_SCHEDULE["share seats by the rules of the day"]["schedule"]
    assert every <= 600  # a rule that counts from today must not wait for the night


def test_every_month_the_next_key_is_made(today, ride):
    ride(TripFactory())
    first = PassKey.objects.get()
    assert rotate_pass_keys() != first.kid
    assert PassKey.objects.count() == 2


def test_two_decisions_of_one_day_are_refused(today, officer):
    given = {"route": RouteFactory(), "running": "open", "seat_percent": 100, "since": today, "until": None, "document": "1", "document_on": today}
    decide_route(**given, by=officer)
    decide_route(**given, by=officer)  # the same again
    with pytest.raises(SameDay):
        decide_route(**given | {"seat_percent": 50}, by=officer)


@pytest.mark.parametrize("give", [give_up_seat])
def test_who_gave_a_seat_up_is_nobodys_to_find_another_for(today, ride, give):
    give(seat=ride(TripFactory()), by=None, on=today)
    assert not Seat.objects.stranded().exists()
