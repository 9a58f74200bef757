"""Several people at once for the last seats of a bus, and one person twice."""

import datetime as dt
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from recruitment.travel.models import EntryPass, Seat, Trip
from recruitment.travel.services.boarding import board
from recruitment.travel.services.crossings import receive_crossings
from recruitment.travel.services.departures import cancel_trip, depart_trip
from recruitment.travel.services.passes import issue_pass
from recruitment.travel.services.trips import give_up_seat, hold_seat
from tests.factories.employers import FactoryFactory
from tests.factories.travel import CheckpointFactory, TripFactory
from tests.factories.workers import WorkerFactory


@pytest.mark.parametrize("seats", [1, 3])
def test_the_last_seats_go_once_each(race, today, seats):
    trip = TripFactory(capacity=seats)
    workers = [WorkerFactory() for _number in range(8)]
    outcomes = race(8, lambda: hold_seat(worker=workers.pop(), trip=trip, by=None, on=today))
    assert sorted(outcomes) == ["NoSeat"] * (8 - seats) + ["done"] * seats
    assert sorted(Seat.objects.filter(trip=trip).values_list("number", flat=True)) == list(range(1, seats + 1))
    assert Trip.objects.get(pk=trip.pk).taken == seats


def test_without_the_conditional_count_the_same_race_oversells(race):
    """The twin: whoever looks first and writes later takes the one seat several times; here the constraint refuses what care missed."""
    trip = TripFactory(capacity=1)

    def look_then_write():
        with transaction.atomic():
            there = Trip.objects.get(pk=trip.pk)
            if there.free:
                Trip.objects.filter(pk=trip.pk).update(taken=there.taken + 1)

    outcomes = race(8, look_then_write)
    assert outcomes == ["done"] * 8  # several of them believe that the one seat is theirs
    assert Trip.objects.get(pk=trip.pk).taken == 1


def test_one_person_gets_one_seat_from_two_recruiters(race, today):
    worker, trip = WorkerFactory(), TripFactory()
    assert race(6, lambda: hold_seat(worker=worker, trip=trip, by=None, on=today)) == ["done"] * 6
    assert (Seat.objects.count(), Trip.objects.get(pk=trip.pk).taken) == (1, 1)


def test_a_seat_given_up_by_several_at_once_comes_back_once(race, today):
    trip = TripFactory()
    seat = hold_seat(worker=WorkerFactory(), trip=trip, by=None, on=today)
    assert race(6, lambda: give_up_seat(seat=seat, by=None, on=today)) == ["done"] * 6
    assert Trip.objects.get(pk=trip.pk).taken == 0


def test_a_bus_cancelled_while_people_take_seats_leaves_nobody_on_it(race, today):
    trip = TripFactory(capacity=10)
    officer = trip.organised_by
    acts = [partial(hold_seat, worker=WorkerFactory(), trip=trip, by=None, on=today) for _number in range(6)]
    acts.insert(3, partial(cancel_trip, trip=trip, reason="Xe hỏng", by=officer, on=today))
    outcomes = race(len(acts), lambda: acts.pop()())
    assert set(outcomes) <= {"done", "NoSeat"}
    trip = Trip.objects.get(pk=trip.pk)
    assert (trip.status, trip.taken) == ("cancelled", 0)
    assert not Seat.objects.filter(trip=trip, status="held").exists()


def test_whoever_boards_as_the_bus_leaves_is_either_aboard_or_late(race, today):
    trip = TripFactory()
    seats = [hold_seat(worker=WorkerFactory(), trip=trip, by=None, on=today) for _number in range(5)]
    acts = [partial(board, seat=seat, by=None, on=today) for seat in seats]
    acts.insert(2, partial(depart_trip, trip=trip, by=trip.organised_by, on=today))
    outcomes = race(len(acts), lambda: acts.pop()())
    assert set(outcomes) <= {"done", "NotBoarding"}
    aboard = Seat.objects.filter(trip=trip, status="boarded").count()
    assert aboard == outcomes.count("done") - 1 == Trip.objects.get(pk=trip.pk).taken
    assert Seat.objects.filter(trip=trip, status="missed").count() == 5 - aboard


def test_a_queue_sent_by_two_devices_at_once_is_kept_once(race):
    checkpoint, now = CheckpointFactory(), timezone.now()
    usual = {"number": None, "direction": "in", "how": "scan", "verdict": "unknown", "reasons": ["unreadable"], "let_through": False, "order": ""}
    rows = [usual | {"uuid": str(uuid4()), "at": int(now.timestamp() * 1000)} for _row in range(100)]
    queues = [rows, rows[::-1], rows, rows[::-1]]
    outcomes = race(4, lambda: receive_crossings(checkpoint=checkpoint, sent=queues.pop(), device_now=now, by=checkpoint.officer, now=timezone.now()))
    assert outcomes == ["done"] * 4
    assert checkpoint.crossings.count() == 100


def test_one_pass_is_issued_however_many_ask(race, today):
    given = {"worker": WorkerFactory(), "factory": FactoryFactory(), "valid_from": today, "valid_until": today + dt.timedelta(days=3)}
    assert race(6, lambda: issue_pass(**given, by=None, on=today)) == ["done"] * 6
    assert EntryPass.objects.count() == 1
