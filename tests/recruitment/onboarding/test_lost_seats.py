"""A bus that leaves without somebody, or won't run: seat, bed, days and pass go to the next one together, or the place alone waits by a clock."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from recruitment.applications.models import AnswerPolicy, Application
from recruitment.notifications.models import Message
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services import lost_seats
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.cohorts import close_cohort
from recruitment.onboarding.services.confirming import release_without_a_ride
from recruitment.onboarding.services.redating import choose_trip, follow_changes
from recruitment.onboarding.task_facts import situations
from recruitment.onboarding.task_list import Code
from recruitment.onboarding.task_words import lines_of
from recruitment.onboarding.tasks import look_after_acceptances
from recruitment.quarantine.models import SiteNight, Stay
from recruitment.quarantine.services.recount import differences
from recruitment.travel.models import Crossing, EntryPass, Seat
from recruitment.travel.services import boarding, departures
from tests.factories.travel import CheckpointFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

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


def now_of(acceptance: Acceptance) -> Acceptance:
    return Acceptance.objects.select_related("entry_stay", "application__opening", "application__worker", "clearance").get(pk=acceptance.pk)


def leave(acceptance: Acceptance, today: dt.date):
    trip = acceptance.seat.trip
    return lost_seats.depart(trip=trip, by=trip.organised_by, on=today)


def consistent(today) -> bool:
    return list(differences()) == [] and list(invariants.find(on=today, now=timezone.now())) == []


def no_beds_on(province, day):
    SiteNight.objects.filter(night=day).update(capacity=F("reserved") + F("occupied"))


def told(person, kind="trip") -> list[str]:
    return list(Message.objects.filter(recipient=person, kind=kind, channel="app").order_by("pk").values_list("text", flat=True))


def test_who_missed_the_bus_goes_with_the_next_days_and_takes_bed_days_and_pass_along(province, coming, today):
    later = province.bus(arrives_on=today + 2 * DAY)
    [settled] = leave(coming, today)
    after = now_of(coming)
    assert settled.new.trip == later and settled.seat.status == "missed"
    assert after.arrives_on == after.entry_stay.arrives_on == today + 2 * DAY
    assert after.starts_on == coming.starts_on + DAY and after.ride_by is None
    assert EntryPass.objects.not_revoked().get().seat == settled.new
    assert Stay.objects.filter(status="booked").count() == 1 and consistent(today)
    [text] = told(coming.application.worker.user)
    assert "Lỡ chuyến" in text and f"{today + 2 * DAY:%d/%m/%Y}" in text
    assert len(told(province.recruiter)) == 1
    assert leave(coming, today) == []


def test_a_bus_without_a_bed_for_its_days_is_no_way_here(province, coming, today):
    bus = province.bus(arrives_on=today + 2 * DAY)
    no_beds_on(province, today + 8 * DAY)
    [settled] = leave(coming, today)
    assert settled.new is None and now_of(coming).ride_by
    bus.refresh_from_db(fields=["taken"])
    assert bus.taken == 0 and not Seat.objects.filter(status="held").exists()
    assert list(invariants.find(on=today, now=timezone.now())) == []


def test_a_bus_beyond_the_policys_days_is_not_taken(province, coming, today):
    AnswerPolicy.objects.create(number="1/THỬ", since=today, rebook_days=1, ride_hours=5)
    province.bus(arrives_on=today + 3 * DAY)
    [settled] = leave(coming, today)
    assert settled.new is None
    assert dt.timedelta(hours=4) < now_of(coming).ride_by - timezone.now() <= dt.timedelta(hours=5)


def test_without_another_bus_seat_bed_and_pass_are_free_and_everybody_is_told_what_to_do(province, coming, today, client):
    leave(coming, today)
    after = now_of(coming)
    assert after.ride_by and after.entry_stay is None and after.application.status == "accepted"
    assert Stay.objects.get().status == "cancelled" and not EntryPass.objects.not_revoked().exists()
    assert coming.seat.trip.places.get().status == "missed" and consistent(today)
    assert "chỗ làm" in told(coming.application.worker.user)[0]
    assert len(told(province.recruiter)) == len(told(coming.seat.trip.organised_by)) == 1
    [ride] = [line for line in lines_of(situations([after], on=today)[after.pk]) if line.code == Code.RIDE.value]
    assert ride.title.startswith("Lỡ xe: chọn chuyến khác") and ride.due == timezone.localdate(after.ride_by) and ride.state == "open"
    client.force_login(after.application.worker.user)
    page = client.get(reverse("onboarding:own_tasks", args=[after.application_id])).content.decode()
    assert "Mất ghế xe, chưa có chuyến khác" in page
    client.force_login(province.recruiter)
    assert "chỗ làm giữ đến" in client.get(reverse("onboarding:arrivals")).content.decode()


def test_who_needs_no_bed_keeps_the_pass_without_the_bus(today):
    province = Province()
    province.bus(arrives_on=province.opening.starts_on)
    coming = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    leave(coming, today)
    assert EntryPass.objects.not_revoked().get().seat is None and consistent(today)


def test_a_cancelled_bus_moves_whom_it_can_and_says_why_to_all(province, coming, today):
    second = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    province.bus(arrives_on=today + 2 * DAY, seats=1)
    trip = coming.seat.trip
    settled = lost_seats.cancel(trip=trip, reason="Xe hỏng", by=trip.organised_by, on=today)
    assert [one.new is not None for one in settled] == [True, False] and consistent(today)
    assert all("Xe hỏng" in told(one.application.worker.user)[0] for one in (coming, second))
    left = now_of(second)
    assert next(line.title for line in lines_of(situations([left], on=today)[left.pk]) if line.code == "ride").startswith("Chuyến bị hủy")


def test_who_sits_in_a_bus_that_is_cancelled_gets_the_next_one_like_everybody(province, coming, today):
    trip, later = coming.seat.trip, province.bus(arrives_on=today + 2 * DAY)
    boarding.board(seat=coming.seat, by=trip.organised_by, on=today)
    [settled] = lost_seats.cancel(trip=trip, reason="Xe hỏng", by=trip.organised_by, on=today)
    assert settled.new.trip == later and now_of(coming).arrives_on == today + 2 * DAY and consistent(today)
    assert "Xe hỏng" in told(coming.application.worker.user)[0]


def test_who_waits_without_a_ride_gets_the_next_bus_that_is_opened(province, coming, today):
    leave(coming, today)
    assert lost_seats.settle_lost_seats(on=today) == 0 and len(told(coming.application.worker.user)) == 1
    bus = province.bus(arrives_on=today + 2 * DAY)
    look_after_acceptances()
    after = now_of(coming)
    assert Seat.objects.get(status="held").trip == bus and after.ride_by is None and after.entry_stay.arrives_on == today + 2 * DAY
    assert EntryPass.objects.not_revoked().count() == 1 and consistent(today)


def test_an_interrupted_departure_is_finished_by_the_schedule(province, coming, today):
    departures.depart_trip(trip=coming.seat.trip, by=coming.seat.trip.organised_by, on=today)
    lost_seats.settle_lost_seats(on=today)
    assert now_of(coming).ride_by and consistent(today)


def test_who_comes_alone_after_all_gets_bed_and_pass_again(province, coming, today):
    leave(coming, today)
    choose_trip(application=coming.application, trip=None, by=coming.application.worker.user, on=today)
    after = now_of(coming)
    assert after.ride_by is None and after.entry_stay.status == "booked" and EntryPass.objects.not_revoked().exists()
    assert consistent(today) and lost_seats.settle_lost_seats(on=today) == 0


def test_when_the_clock_runs_out_the_place_is_free_and_both_are_told(province, coming, today):
    leave(coming, today)
    assert release_without_a_ride(now=timezone.now(), on=today) == 0
    assert release_without_a_ride(now=now_of(coming).ride_by, on=today) == 1
    application = Application.objects.get()
    assert (application.status, application.ending) == ("closed", "no_ride") and Acceptance.objects.get().undone_because == "no_ride"
    assert told(application.worker.user, "no_ride") and told(province.recruiter, "no_ride") and consistent(today)


def test_a_clock_that_nobody_looks_after_is_a_breach(province, coming, today):
    leave(coming, today)
    late = now_of(coming).ride_by + dt.timedelta(hours=2)
    assert [found.rule.code for found in invariants.find(on=today, now=late, codes=["ride_not_looked_after"])] == ["ride_not_looked_after"]


def test_whoever_was_let_in_at_a_checkpoint_is_left_alone(province, coming, today):
    checkpoint, entry_pass = CheckpointFactory(), EntryPass.objects.get()
    usual = {"direction": "in", "how": "scan", "verdict": "let_in", "let_through": True, "offline": False, "by": checkpoint.officer}
    Crossing.objects.create(uuid="6f0f5d0e-5f0f-4a0e-9d52-0b5a2c1f7a01", checkpoint=checkpoint, entry_pass=entry_pass, at=timezone.now(), **usual)
    leave(coming, today)
    assert now_of(coming).entry_stay.status == "booked" and now_of(coming).ride_by is None


def test_rules_that_change_meanwhile_move_nobody_who_has_no_way_here(province, coming, today):
    leave(coming, today)
    province.opening.starts_on = coming.starts_on + 9 * DAY
    province.opening.save()
    assert follow_changes(on=today) == 0 and now_of(coming).starts_on == coming.starts_on


def test_the_database_holds_no_bed_for_whoever_has_no_way_here(coming):
    with pytest.raises(IntegrityError), transaction.atomic():
        Acceptance.objects.filter(pk=coming.pk).update(ride_by=timezone.now())


def test_the_page_of_a_trip_says_how_many_moved_and_how_many_are_left(province, coming, today, client):
    accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    province.bus(arrives_on=today + 2 * DAY, seats=1)
    client.force_login(coming.seat.trip.organised_by)
    page = client.post(reverse("onboarding:depart_trip", args=[coming.seat.trip_id]), follow=True).content.decode()
    assert "1 người đã có ghế trên chuyến khác" in page and "1 người cần xếp lại chỗ" in page


def test_who_is_known_not_to_come_is_not_given_a_seat_on_the_same_bus_again(province, coming, today):
    [settled] = lost_seats.miss(seat=coming.seat, by=coming.seat.trip.organised_by, on=today)
    assert settled.new is None and now_of(coming).ride_by
    assert told(coming.application.worker.user)[0].startswith("Bạn không còn ghế")  # nobody has missed a bus that is still there


def test_a_closed_list_binds_nobody_whose_bus_was_cancelled(province, coming, today):
    close_cohort(factory=province.opening.factory, arrives_on=coming.arrives_on, by=province.recruiter, on=today)
    lost_seats.cancel(trip=coming.seat.trip, reason="Xe hỏng", by=province.recruiter, on=today)
    assert now_of(coming).ride_by
    choose_trip(application=coming.application, trip=None, by=coming.application.worker.user, on=today)
    assert now_of(coming).entry_stay.status == "booked" and consistent(today)


def test_who_was_left_behind_just_now_is_not_kept_waiting_by_those_who_look_for_a_bus_already(province, coming, today, monkeypatch):
    monkeypatch.setattr(lost_seats, "CHUNK", 1)
    leave(coming, today)
    bus = province.bus(arrives_on=today + DAY)
    newly = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    departures.cancel_trip(trip=bus, reason="Xe hỏng", by=bus.organised_by, on=today)
    lost_seats.settle_lost_seats(on=today)
    assert now_of(newly).ride_by
