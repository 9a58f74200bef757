"""The seat and the entry pass are parts of the one act, and of its undoing."""

import datetime as dt

import pytest
from django.urls import reverse

from recruitment.applications.services.choosing import offer
from recruitment.onboarding.models import Acceptance, WaitingAcceptance
from recruitment.onboarding.services.acceptance import NotAccepted, accept, outcome_sentence
from recruitment.onboarding.services.journey import pass_of
from recruitment.onboarding.services.undoing import AlreadyOnTheWay, undo_acceptance
from recruitment.onboarding.services.waiting import accept_or_wait, complete_waiting
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.quarantine.models import SiteNight
from recruitment.travel.models import EntryPass, Seat, Trip
from tests.factories.applications import ApplicationFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def province():
    return Province(**ENTRY_QUARANTINE)


def seats() -> list[str]:
    return list(Seat.objects.order_by("pk").values_list("status", flat=True))


def test_whoever_wants_a_bus_gets_a_seat_and_a_pass_that_begins_with_the_journey(province, today):
    bus = province.bus(arrives_on=today + DAY)
    acceptance = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    assert acceptance.seat.trip == bus and acceptance.arrives_on == today + DAY == acceptance.entry_stay.arrives_on
    assert acceptance.starts_on == today + 8 * DAY
    assert (acceptance.entry_pass.seat, acceptance.entry_pass.valid_from) == (acceptance.seat, today + DAY)
    assert "giữ ghế số 1" in outcome_sentence(acceptance) and "cấp giấy vào tỉnh" in outcome_sentence(acceptance)


def test_without_the_wish_there_is_a_pass_and_no_seat(province, today):
    province.bus(arrives_on=today)
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    assert seats() == [] and acceptance.entry_pass.seat is None


def test_somebody_of_the_province_needs_no_pass(province, today):
    application = province.applicant()
    application.worker.home_province = province.home
    application.worker.save()
    province.origin.arealevel_set.update(province=province.home)
    accept(application=application, by=province.recruiter, on=today)
    assert not EntryPass.objects.exists()


def test_a_missing_bus_is_named_beside_everything_else_and_nothing_is_kept(today):
    province = Province(beds=0, **ENTRY_QUARANTINE)
    province.bus(arrives_on=today + 5 * DAY)
    with pytest.raises(NotAccepted) as refusal:
        accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    assert [type(one).__name__ for one in refusal.value.shortfalls] == ["BedsMissing", "NoTrip"]
    assert not EntryPass.objects.exists()


def test_a_full_bus_leaves_beds_and_place_untouched(province, today):
    province.bus(arrives_on=today + DAY, seats=1)
    accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    before = list(SiteNight.objects.order_by("pk").values_list("reserved", "occupied"))
    with pytest.raises(NotAccepted):
        accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    assert list(SiteNight.objects.order_by("pk").values_list("reserved", "occupied")) == before
    assert EntryPass.objects.count() == 1


def test_whoever_lacks_a_seat_waits_for_the_next_one_given_up(province, today):
    province.bus(arrives_on=today + DAY, seats=1)
    first = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    assert isinstance(accept_or_wait(application=province.applicant(wants_trip=True), by=province.recruiter, on=today), WaitingAcceptance)
    withdraw(application=first.application, by=first.application.worker.user, on=today)
    assert complete_waiting(on=today) == 1
    assert seats() == ["given_up", "held"] and Trip.objects.get().taken == 1


def test_undoing_frees_the_seat_and_revokes_the_pass_with_the_reason(province, today):
    province.bus(arrives_on=today + DAY)
    acceptance = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    for _ in range(2):
        undo_acceptance(application=acceptance.application, reason="dates", by=province.recruiter, on=today)
    assert seats() == ["given_up"] and Trip.objects.get().taken == 0
    assert "không hợp ngày đến" in EntryPass.objects.get().revocation_reason


def test_whoever_is_aboard_can_no_longer_be_undone(province, today):
    province.bus(arrives_on=today + DAY)
    acceptance = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    Seat.objects.update(status="boarded")
    with pytest.raises(AlreadyOnTheWay):
        undo_acceptance(application=acceptance.application, reason="dates", by=province.recruiter, on=today)


def test_hired_again_by_the_same_factory_one_gets_a_new_pass(province, today):
    first = accept(application=province.applicant(), by=province.recruiter, on=today).application
    withdraw(application=first, by=first.worker.user, on=today)
    accept(application=ApplicationFactory(worker=first.worker, opening=province.opening), by=province.recruiter, on=today)
    assert pass_of(first.worker, province.opening.factory) == EntryPass.objects.not_revoked().get()
    assert EntryPass.objects.count() == 2


def test_the_wish_is_told_with_the_yes_to_the_offer(client, province, today):
    province.bus(arrives_on=today + DAY)
    application = offer(application=province.applicant(), by=province.recruiter, on=today)
    client.force_login(application.worker.user)
    assert "Giữ cho tôi một ghế" in client.get(reverse("applications:application", args=[application.pk])).content.decode()
    client.post(reverse("applications:agree", args=[application.pk]), {"wants_trip": "yes"})
    accept(application=application, by=province.recruiter, on=today)
    assert seats() == ["held"] and Acceptance.objects.get().confirmed_at
