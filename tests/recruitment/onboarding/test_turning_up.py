"""Noted as left behind by a bus, and aboard after all: everything is as if it had been seen at the door, or nothing changes."""

import datetime as dt

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services import lost_seats
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.confirming import release_without_a_ride
from recruitment.onboarding.services.first_shift import NoBedHeld, TooEarly, check_in
from recruitment.onboarding.services.lost_seats import NotPutRight
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.arrivals import codes_of
from recruitment.quarantine.services.securing import NoEntryBed
from recruitment.travel.models import EntryPass, Seat, Trip
from recruitment.travel.services.departures import SeatTaken, apply_decisions
from tests.factories.accounts import UserFactory
from tests.factories.quarantine import SiteFactory
from tests.factories.travel import RouteStateFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province
from tests.recruitment.onboarding.test_lost_seats import consistent, leave, no_beds_on, now_of, told

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def province():
    return Province(**ENTRY_QUARANTINE).with_recruiter_at_the_factory()


@pytest.fixture
def coming(province, today):
    """Somebody accepted with a seat on the only bus, which arrives tomorrow."""
    province.bus(arrives_on=today + DAY)
    return accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)


def turn_up(acceptance: Acceptance, on: dt.date) -> Seat:
    trip = acceptance.seat.trip
    return lost_seats.turn_up(seat=Seat.objects.get(trip=trip, worker=acceptance.application.worker), by=trip.organised_by, on=on)


def test_who_lost_bed_and_pass_has_both_again_with_the_seat_and_all_are_told(province, coming, today):
    leave(coming, today)
    seat = turn_up(coming, today)
    after = now_of(coming)
    assert (seat.status, seat.number) == ("boarded", coming.seat.number) and Trip.objects.get(pk=seat.trip_id).taken == 1
    assert (after.arrives_on, after.starts_on, after.ride_by) == (coming.arrives_on, coming.starts_on, None)
    assert after.entry_stay.status == "booked" and after.entry_stay.arrives_on == coming.arrives_on
    entry_pass = EntryPass.objects.not_revoked().get()
    assert entry_pass.seat == seat and entry_pass.valid_from <= coming.arrives_on and consistent(today)
    assert "thật ra" not in told(coming.application.worker.user)[-1] and "có đi chuyến" in told(coming.application.worker.user)[-1]
    assert "thật ra có đi" in told(province.recruiter)[-1]
    assert turn_up(coming, today) == seat and len(told(province.recruiter)) == 2
    assert lost_seats.settle_lost_seats(on=today) == 0 and release_without_a_ride(now=timezone.now() + 9 * DAY, on=today) == 0


def test_who_was_moved_to_a_later_bus_gives_that_seat_back_and_comes_on_the_day_of_the_first(province, coming, today):
    later = province.bus(arrives_on=today + 3 * DAY)
    leave(coming, today)
    assert now_of(coming).arrives_on == today + 3 * DAY
    turn_up(coming, today)
    after = now_of(coming)
    assert (after.arrives_on, after.starts_on) == (coming.arrives_on, coming.starts_on)
    assert Trip.objects.get(pk=later.pk).taken == 0 and not Seat.objects.filter(status="held").exists()
    assert Stay.objects.filter(status="booked").get() == after.entry_stay and consistent(today)
    assert EntryPass.objects.not_revoked().get().valid_from <= coming.arrives_on


def test_said_a_day_later_everything_counts_from_that_day(coming, today):
    leave(coming, today)
    turn_up(coming, coming.arrives_on + DAY)
    after = now_of(coming)
    assert after.arrives_on == after.entry_stay.arrives_on == coming.arrives_on + DAY and after.starts_on == coming.starts_on + DAY


def test_without_a_bed_nothing_changes_and_the_next_day_with_one_is_named(province, coming, today):
    leave(coming, today)
    no_beds_on(province, coming.arrives_on)
    with pytest.raises(NoEntryBed):
        turn_up(coming, today)
    assert Seat.objects.get().status == "missed" and now_of(coming).ride_by
    assert list(invariants.find(on=today, now=timezone.now())) == []


def test_interrupted_before_anybody_was_settled_only_the_seat_is_put_right(coming, today):
    lost_seats.departures.depart_trip(trip=coming.seat.trip, by=coming.seat.trip.organised_by, on=today)
    turn_up(coming, today)
    assert now_of(coming).entry_stay == coming.entry_stay and EntryPass.objects.get().revoked_at is None and consistent(today)


def test_neither_after_the_place_was_given_back_nor_after_the_hours_of_the_rule(coming, today):
    leave(coming, today)
    Seat.objects.update(held_at=F("held_at") - 4 * DAY, moved_at=F("moved_at") - 4 * DAY)
    Acceptance.objects.update(accepted_at=F("accepted_at") - 5 * DAY)
    with pytest.raises(NotPutRight):
        turn_up(coming, today)
    Seat.objects.update(moved_at=timezone.now())
    release_without_a_ride(now=now_of(coming).ride_by, on=today)
    with pytest.raises(NotPutRight):
        turn_up(coming, today)
    assert Seat.objects.get().status == "missed"


def test_a_seat_that_somebody_else_was_given_before_the_bus_left_is_not_sold_twice(province, today):
    province.bus(arrives_on=today + DAY, seats=1)
    coming = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    lost_seats.miss(seat=coming.seat, by=coming.seat.trip.organised_by, on=today)
    accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    with pytest.raises(SeatTaken):
        turn_up(coming, today)
    assert now_of(coming).ride_by and consistent(today)


def test_who_takes_another_number_on_the_same_bus_because_the_own_is_gone(province, coming, today):
    lost_seats.miss(seat=coming.seat, by=coming.seat.trip.organised_by, on=today)
    other = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    assert other.seat.number == coming.seat.number == 1 and turn_up(coming, today).number == 2 and consistent(today)


def test_a_seat_withdrawn_when_the_rule_allowed_fewer_counts_again_as_one_too_many(province, coming, today):
    accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    trip = coming.seat.trip
    Trip.objects.filter(pk=trip.pk).update(capacity=2, seats=2)
    RouteStateFactory(route=trip.route, running="restricted", seat_percent=50, since=today)
    apply_decisions(on=today)
    before = Trip.objects.values("taken", "seats", "over").get(pk=trip.pk)
    assert before == {"taken": 2, "seats": 2, "over": 1}
    leave(coming, today)
    turn_up(coming, today)
    assert Trip.objects.values("taken", "seats", "over").get(pk=trip.pk) == {"taken": 1, "seats": 1, "over": 0}


def test_nobody_whose_bed_was_given_back_goes_past_isolation_by_the_factorys_gate(province, coming, today):
    leave(coming, today)
    with pytest.raises(NoBedHeld):
        check_in(application=coming.application, by=province.recruiter, on=coming.arrives_on)
    assert now_of(coming).ride_by


def test_who_needs_no_bed_and_found_a_way_without_the_bus_is_simply_checked_in(today):
    province = Province()
    province.bus(arrives_on=province.opening.starts_on)
    coming = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    leave(coming, today)
    with pytest.raises(TooEarly):
        check_in(application=coming.application, by=province.recruiter, on=today)
    check_in(application=coming.application, by=province.recruiter, on=coming.arrives_on)
    assert now_of(coming).ride_by is None
    assert list(invariants.find(on=coming.arrives_on, now=timezone.now(), codes=["entry_bed_missing", "seat_missing", "pass_missing"])) == []


def test_before_the_bus_leaves_those_nobody_scanned_are_named_and_the_ticked_are_aboard(province, coming, today, client):
    other = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    client.force_login(coming.seat.trip.organised_by)
    address = reverse("onboarding:depart_trip", args=[coming.seat.trip_id])
    page = client.get(address).content.decode()
    assert coming.application.worker.user.name in page and "Chưa đến giờ xuất phát" in page
    client.post(address, {"aboard": [str(coming.seat.pk), "x", "9" * 5000]})
    assert Seat.objects.get(pk=coming.seat.pk).status == "boarded" and Seat.objects.get(pk=other.seat.pk).status == "missed"


@pytest.mark.parametrize("who", ["organiser", "recruiter", "site_manager"])
def test_each_who_sees_the_person_arrive_can_say_so(province, coming, today, client, who):
    code = codes_of([coming.entry_stay])[coming.entry_stay.pk]
    leave(coming, today)
    site = coming.entry_stay.site
    user, page = {
        "organiser": (coming.seat.trip.organised_by, reverse("travel:trip", args=[coming.seat.trip_id])),
        "recruiter": (province.recruiter, reverse("onboarding:today")),
        "site_manager": (UserFactory(site_manager=True, membership__organisation=site.organisation), reverse("quarantine:arrive", args=[code])),
    }[who]
    client.force_login(user)
    address = reverse("onboarding:turned_up", args=[coming.seat.pk])
    assert address in client.get(page).content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, follow=True).status_code == 200
    assert Seat.objects.get().status == "boarded" and address not in client.get(page).content.decode()


def test_nobody_else_can(coming, today, client):
    leave(coming, today)
    address = reverse("onboarding:turned_up", args=[coming.seat.pk])
    for user in (UserFactory(recruiter=True), UserFactory(site_manager=True, membership__organisation=SiteFactory().organisation)):
        client.force_login(user)
        assert client.post(address).status_code == 404
    client.force_login(coming.application.worker.user)
    assert client.post(address).status_code in (403, 404)
    assert Seat.objects.get().status == "missed"


def test_a_refusal_is_read_on_the_page_that_asked(province, coming, today, client):
    leave(coming, today)
    no_beds_on(province, coming.arrives_on)
    client.force_login(province.recruiter)
    answer = client.post(reverse("onboarding:turned_up", args=[coming.seat.pk]))
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
