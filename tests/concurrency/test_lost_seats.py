"""A bus is cancelled while its people choose, withdraw, and the schedule looks after them."""

import datetime as dt
import time
from functools import partial

import pytest
from django.utils import timezone

from recruitment.notifications.models import Message
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.lost_seats import cancel, settle_lost_seats, turn_up
from recruitment.onboarding.services.redating import choose_trip
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.quarantine.services.recount import differences
from recruitment.travel.models import Seat, Trip
from recruitment.travel.services import departures
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

DAY = dt.timedelta(days=1)


@pytest.fixture
def province(race):
    return Province(beds=20, backup_per_hundred=10, **ENTRY_QUARANTINE).with_recruiter_at_the_factory()


@pytest.fixture
def coming(province, today):
    """Five people on tomorrow's bus."""
    province.bus(arrives_on=today + DAY)
    return [accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today) for _ in range(5)]


def told(acceptance) -> int:
    return Message.objects.filter(recipient=acceptance.application.worker.user, kind="trip", channel="app").count()


def test_everybody_of_a_cancelled_bus_is_settled_once_whoever_else_acts(race, province, coming, today):
    trip, later = coming[0].seat.trip, province.bus(arrives_on=today + 2 * DAY, seats=2)
    first, second = coming[0].application, coming[1].application
    acts = [
        partial(cancel, trip=trip, reason="Xe hỏng", by=trip.organised_by, on=today),
        *(partial(settle_lost_seats, on=today) for _ in range(4)),
        partial(choose_trip, application=first, trip=later, by=first.worker.user, on=today),
        partial(withdraw, application=second, by=second.worker.user, on=today),
    ]
    outcomes = race(len(acts), lambda: acts.pop()())
    assert set(outcomes) <= {"done", "NoSeat"}
    settle_lost_seats(on=today)
    assert Trip.objects.get(pk=later.pk).taken == 2 == Seat.objects.filter(status="held").count()
    assert Acceptance.objects.standing().filter(ride_by__isnull=False, entry_stay=None).count() == 2
    assert all(told(acceptance) == 1 for acceptance in coming[2:])
    assert list(invariants.find(on=today, now=timezone.now())) == [] and list(differences()) == []


def test_without_the_lock_several_find_the_same_person_unsettled(race, coming, today):
    """The twin: who only looks is one of several who look, and each would tell the person."""
    Seat.objects.filter(pk=coming[0].seat.pk).update(status="missed")
    found = []

    def look_then_write():
        rows = Acceptance.objects.without_a_seat().filter(ride_by=None)
        found.extend(rows.values_list("pk", flat=True))
        time.sleep(0.2)
        rows.update(ride_by=timezone.now(), entry_stay=None)

    race(4, look_then_write)
    assert len(found) > 1


def test_several_rounds_of_the_schedule_at_once_tell_each_person_once(race, province, coming, today):
    trip = coming[0].seat.trip
    departures.cancel_trip(trip=trip, reason="Xe hỏng", by=trip.organised_by, on=today)
    assert race(6, lambda: settle_lost_seats(on=today)) == ["done"] * 6
    assert [told(acceptance) for acceptance in coming] == [1] * 5
    assert list(invariants.find(on=today, now=timezone.now())) == [] and list(differences()) == []


def test_who_was_aboard_after_all_is_put_right_once_while_the_schedule_and_the_person_act(race, province, coming, today):
    trip, later = coming[0].seat.trip, province.bus(arrives_on=today + 2 * DAY, seats=2)
    seats = departures.depart_trip(trip=trip, by=trip.organised_by, on=today)
    first = coming[0].application
    acts = [
        *(partial(turn_up, seat=seats[0], by=trip.organised_by, on=today) for _ in range(3)),
        *(partial(settle_lost_seats, on=today) for _ in range(3)),
        partial(choose_trip, application=first, trip=later, by=first.worker.user, on=today),
    ]
    assert set(race(len(acts), lambda: acts.pop()())) <= {"done", "NoSeat", "NotComing", "AlreadySeated"}
    settle_lost_seats(on=today)
    assert Seat.objects.get(pk=seats[0].pk).status == "boarded" and Trip.objects.get(pk=trip.pk).taken == 1
    assert Acceptance.objects.get(pk=coming[0].pk).entry_stay.arrives_on == today + DAY
    assert list(invariants.find(on=today, now=timezone.now())) == [] and list(differences()) == []
