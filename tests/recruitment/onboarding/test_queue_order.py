"""Whoever waits in front for the same room is accepted first, whoever presses the button."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.applications.models import Application
from recruitment.applications.services.choosing import OthersWait, offer
from recruitment.onboarding.models import Acceptance, WaitingAcceptance
from recruitment.onboarding.services.acceptance import NotAccepted, accept
from recruitment.onboarding.services.queue_order import OthersAreFirst
from recruitment.onboarding.services.waiting import accept_or_wait, complete_waiting, position_of
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.openings.models import Opening
from recruitment.quarantine.services.capacity import change_capacity
from tests.factories.applications import ApplicationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.quarantine import manager_of
from tests.factories.workers import WorkerFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db


def take_back(acceptance: Acceptance, today) -> None:
    application = acceptance.application
    withdraw(application=application, by=application.worker.user, on=today)


def refusal_of(province: Province, application: Application, today) -> OthersAreFirst:
    with pytest.raises(NotAccepted) as refused:
        accept(application=application, by=province.recruiter, on=today)
    (shortfall,) = refused.value.shortfalls
    assert isinstance(shortfall, OthersAreFirst)
    return shortfall


def wait(province: Province, application: Application, today) -> WaitingAcceptance:
    waiting = accept_or_wait(application=application, by=province.recruiter, on=today)
    assert isinstance(waiting, WaitingAcceptance)
    return waiting


@pytest.fixture
def freed(today):
    """The one place was taken, somebody waits for it, and it has just become free."""
    province = Province(places=1, beds=50).with_recruiter_at_the_factory()
    taken = accept(application=province.applicant(), by=province.recruiter, on=today)
    first = wait(province, province.applicant(), today)
    take_back(taken, today)
    return province, first


def test_a_place_that_came_free_is_not_given_past_those_who_wait_for_it(freed, today):
    province, first = freed
    second = province.applicant()
    refusal = refusal_of(province, second, today)
    assert refusal.first == first and first.application.worker.user.name in refusal.for_people() and "chỗ làm" in refusal.for_people()
    assert Opening.objects.get(pk=province.opening.pk).accepted == 0
    assert complete_waiting(on=today) == 1 and Acceptance.objects.standing().get().application == first.application


def test_who_is_held_back_joins_the_queue_behind(client, freed, today):
    province, first = freed
    second = province.applicant()
    client.force_login(province.recruiter)
    page = client.get(reverse("onboarding:accept", args=[second.pk])).content.decode()
    assert f"{first.application.worker.user.name} chờ trước" in page and "Chờ chỗ" in page
    client.post(reverse("onboarding:wait", args=[second.pk]))
    assert (position_of(first.application), position_of(second)) == (1, 2)
    Opening.objects.update(headcount=2)
    assert complete_waiting(on=today) == 2


def test_whoever_waits_for_something_else_as_well_keeps_no_place_idle(today):
    """The next try finds the place and still no bus; from then on the place is for others."""
    province = Province(places=1, beds=50)
    taken = accept(application=province.applicant(), by=province.recruiter, on=today)
    wait(province, province.applicant(wants_trip=True), today)
    take_back(taken, today)
    second = province.applicant()
    refusal_of(province, second, today)
    assert complete_waiting(on=today) == 0
    assert accept(application=second, by=province.recruiter, on=today)


def test_a_place_already_held_by_an_offer_is_nobody_elses(freed, today):
    province, _first = freed
    Opening.objects.filter(pk=province.opening.pk).update(held=1)
    agreed = province.applicant(status=Application.Status.AGREED)
    assert accept(application=agreed, by=province.recruiter, on=today)


@pytest.fixture
def one_bed(today):
    """One bed for the days of isolation, taken; somebody waits for it, and it has just become free."""
    province = Province(beds=1, backup_per_hundred=0, **ENTRY_QUARANTINE)
    taken = accept(application=province.applicant(), by=province.recruiter, on=today)
    wait(province, province.applicant(), today)
    take_back(taken, today)
    return province


def elsewhere(province: Province, **fields) -> Application:
    """Somebody who applied at another factory."""
    return ApplicationFactory(worker=WorkerFactory(consented=True, home_province=province.origin), opening=OpeningFactory(headcount=5), **fields)


def test_a_bed_goes_to_whoever_waits_for_it_at_another_factory_whose_name_stays_there(one_bed, today):
    refusal = refusal_of(one_bed, elsewhere(one_bed), today)
    assert refusal.first.application.worker.user.name not in refusal.for_people()
    assert "Một người của nhà máy khác" in refusal.for_people() and "giường" in refusal.for_people()


def test_a_bed_on_other_nights_is_nobodys_turn(one_bed, today):
    later = elsewhere(one_bed, starts_on=today + dt.timedelta(days=60))
    assert accept(application=later, by=one_bed.recruiter, on=today)


def test_whoever_waits_behind_others_for_a_place_keeps_no_bed_idle(today):
    province = Province(places=1, beds=1, backup_per_hundred=0, **ENTRY_QUARANTINE)
    accept(application=province.applicant(), by=province.recruiter, on=today)
    for _ in range(2):
        wait(province, province.applicant(), today)
    year = today + dt.timedelta(days=300)
    change_capacity(site=province.site, first=today, until=year, capacity=5, by=manager_of(province.site), on=today)
    refusal_of(province, elsewhere(province), today)
    complete_waiting(on=today)
    assert accept(application=elsewhere(province), by=province.recruiter, on=today)


def test_a_seat_goes_to_whoever_waits_for_it(today):
    province = Province(beds=50)
    waiting = wait(province, province.applicant(wants_trip=True), today)
    province.bus(arrives_on=waiting.seat_from, seats=1)
    assert "ghế xe" in refusal_of(province, province.applicant(wants_trip=True), today).for_people()
    assert accept(application=province.applicant(), by=province.recruiter, on=today)  # comes alone
    assert complete_waiting(on=today) == 1


def test_backup_cover_goes_to_whoever_waits_at_the_same_factory(today):
    province = Province(beds=1)
    taken = accept(application=province.applicant(), by=province.recruiter, on=today)
    wait(province, province.applicant(), today)
    take_back(taken, today)
    assert "suất dự phòng" in refusal_of(province, province.applicant(), today).for_people()


def test_the_order_costs_an_acceptance_one_statement(today):
    province = Province(beds=50, **ENTRY_QUARANTINE)
    with CaptureQueriesContext(connection) as counted:
        accept(application=province.applicant(), by=province.recruiter, on=today)
    assert sum("onboarding_waitingacceptance" in query["sql"] for query in counted) == 1


def test_an_offer_takes_no_place_for_which_somebody_waits(client, freed, today):
    province, first = freed
    other = province.applicant()
    with pytest.raises(OthersWait) as refused:
        offer(application=other, by=province.recruiter, on=today)
    assert first.application.worker.user.name in refused.value.for_people() and "1 người đang chờ" in refused.value.for_people()
    assert Opening.objects.get(pk=province.opening.pk).held == 0 and Application.objects.get(pk=other.pk).status == "applied"
    client.force_login(province.recruiter)
    page = client.post(reverse("applications:offer", args=[other.pk]), follow=True).content.decode()
    assert first.application.worker.user.name in page
    complete_waiting(on=today)
    assert Application.objects.get(pk=first.application_id).status == "accepted"


def test_an_offer_is_made_where_places_are_left_for_all_who_wait(freed, today):
    province, _first = freed
    Opening.objects.filter(pk=province.opening.pk).update(headcount=F("headcount") + 1)
    assert offer(application=province.applicant(), by=province.recruiter, on=today).status == "offered"
    with pytest.raises(OthersWait):
        offer(application=province.applicant(), by=province.recruiter, on=today)


def test_whoever_waits_in_front_may_be_offered_the_place_itself(freed, today):
    province, first = freed
    accept_or_wait(application=province.applicant(), by=province.recruiter, on=today)
    assert offer(application=first.application, by=province.recruiter, on=today).status == "offered"


def test_both_sides_read_since_when_somebody_waits_for_what_and_what_helps(client, today):
    province = Province(places=1, beds=50).with_recruiter_at_the_factory()
    accept(application=province.applicant(), by=province.recruiter, on=today)
    waiting = wait(province, province.applicant(), today).application
    client.force_login(province.recruiter)
    page = client.get(reverse("applications:applicant", args=[waiting.pk])).content.decode()
    assert "thứ 1 trong hàng" in page and "Vào hàng vừa xong." in page and "Còn thiếu: chỗ làm." in page
    assert "Tăng số lượng cần tuyển" in page and "Thêm suất dự phòng" not in page
    client.force_login(waiting.worker.user)
    assert "Còn thiếu: chỗ làm." in client.get(reverse("applications:application", args=[waiting.pk])).content.decode()
