"""What lacks only room waits in order and completes by itself."""

import datetime as dt

import pytest
from django.db.models import F
from django.urls import reverse

from recruitment.applications.models import Application
from recruitment.notifications.models import Message
from recruitment.onboarding.models import Acceptance, WaitingAcceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.waiting import NotForRoom, accept_or_wait, complete_waiting, position_of, stop_waiting
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.openings.models import Opening
from recruitment.quarantine.services.capacity import change_capacity
from tests.factories.quarantine import manager_of
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db
Status = Application.Status


def wait(province, application, today):
    return accept_or_wait(application=application, by=province.recruiter, on=today)


@pytest.fixture
def queue(today):
    """One place, taken; two people wait for it."""
    province = Province(places=1, beds=50).with_recruiter_at_the_factory()
    taken = accept(application=province.applicant(), by=province.recruiter, on=today).application
    people = [province.applicant(), province.applicant()]
    for application in people:
        assert isinstance(wait(province, application, today), WaitingAcceptance)
    return province, taken, people


def accepted() -> set[int]:
    return set(Acceptance.objects.standing().values_list("application", flat=True))


def test_the_first_in_the_queue_gets_the_place_that_somebody_gives_back(queue, today):
    _province, taken, (first, second) = queue
    assert complete_waiting(on=today) == 0
    withdraw(application=taken, by=taken.worker.user, on=today)
    assert complete_waiting(on=today) == 1
    assert accepted() == {first.pk}
    assert (position_of(first), position_of(second)) == (None, 1)
    assert WaitingAcceptance.objects.get(application=first).outcome == "accepted"
    assert Message.objects.filter(kind="room_appeared", channel="app").count() == 1


def test_a_bed_that_appears_completes_whoever_lacked_it(today):
    province = Province(places=5, beds=1)
    accept(application=province.applicant(), by=province.recruiter, on=today)
    application = province.applicant()
    wait(province, application, today)
    assert complete_waiting(on=today) == 0
    year = today + dt.timedelta(days=300)
    change_capacity(site=province.site, first=today, until=year, capacity=5, by=manager_of(province.site), on=today)
    assert complete_waiting(on=today) == 1


def test_with_room_one_is_accepted_instead_of_waiting(today):
    province = Province()
    assert isinstance(wait(province, province.applicant(), today), Acceptance)
    assert not WaitingAcceptance.objects.exists()


def test_somebody_who_may_not_enter_does_not_wait_for_room(today):
    province = Province(beds=0, outcome="refuse", person_class="any")
    with pytest.raises(NotForRoom):
        wait(province, province.applicant(), today)
    assert not WaitingAcceptance.objects.exists()


def test_asking_again_keeps_the_place_in_the_queue(queue, today):
    province, _taken, (first, second) = queue
    wait(province, first, today)
    assert (position_of(first), position_of(second)) == (1, 2)
    assert Message.objects.filter(kind="waiting_for_room", channel="app").count() == 2


def test_whoever_withdraws_moves_the_queue_up_and_is_never_accepted(queue, today):
    _province, taken, (first, second) = queue
    withdraw(application=first, by=first.worker.user, on=today)
    assert position_of(second) == 1
    withdraw(application=taken, by=taken.worker.user, on=today)
    complete_waiting(on=today)
    assert accepted() == {second.pk}
    assert not WaitingAcceptance.objects.filter(ended_at=None).exists()


def test_the_recruiter_stops_waiting(queue, today):
    province, _taken, (first, _second) = queue
    stop_waiting(application=first, by=province.recruiter, on=today)
    Opening.objects.update(headcount=F("headcount") + 2)
    assert complete_waiting(on=today) == 1
    assert Application.objects.get(pk=first.pk).status == Status.APPLIED


def test_two_schedules_at_once_accept_each_person_once(today, race):
    province = Province(places=1, beds=50)
    taken = accept(application=province.applicant(), by=province.recruiter, on=today).application
    for _ in range(3):
        wait(province, province.applicant(), today)
    Opening.objects.filter(pk=taken.opening_id).update(headcount=3)
    assert race(4, lambda: complete_waiting(on=today)) == ["done"] * 4
    assert Acceptance.objects.count() == 3
    assert WaitingAcceptance.objects.filter(ended_at=None).count() == 1
    assert Opening.objects.get(pk=taken.opening_id).accepted == 3


def test_from_the_refusal_a_recruiter_chooses_to_wait_and_both_see_the_position(client, queue, today):
    province, _taken, (first, second) = queue
    third = province.applicant()
    client.force_login(province.recruiter)
    assert "Chờ chỗ" in client.get(reverse("onboarding:accept", args=[third.pk])).content.decode()
    page = client.post(reverse("onboarding:wait", args=[third.pk]), follow=True).content.decode()
    assert "thứ 3" in page and "Chờ chỗ (3)" in page
    tab = client.get(reverse("applications:of_opening", args=[province.opening.pk]), {"tab": "waiting"}).content.decode()
    assert all(row.receipt in tab for row in (first, second, third))
    assert "thứ 2 trong hàng" in client.get(reverse("applications:applicant", args=[second.pk])).content.decode()
    client.post(reverse("onboarding:stop_waiting", args=[first.pk]))
    client.force_login(second.worker.user)
    assert "bạn đứng thứ 1" in client.get(reverse("applications:application", args=[second.pk])).content.decode()
