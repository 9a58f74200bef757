"""R7: a day's people are gone through, closed, and opened again."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.onboarding.models import Acceptance, Cohort
from recruitment.onboarding.services import lost_seats
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.cohorts import DayIsClosed, NobodyComes, close_cohort, reopen_cohort
from recruitment.onboarding.services.redating import choose_trip
from recruitment.onboarding.services.withdrawal import withdraw
from tests.factories.employers import recruiter_of
from tests.factories.openings import OpeningFactory
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(today):
    """Two people who come on the same day, of whom a test before travel is asked."""
    province = Province(places=40, beds=90, test_method="pcr", test_valid_hours=72).with_recruiter_at_the_factory()
    return province, [accept(application=province.applicant(), by=province.recruiter, on=today) for _ in range(2)]


def address_of(acceptance: Acceptance) -> str:
    on = acceptance.arrives_on
    return reverse("onboarding:cohort", args=[acceptance.application.opening.factory_id, on.year, on.month, on.day])


def close(province: Province, acceptance: Acceptance, today) -> Cohort:
    return close_cohort(factory=province.opening.factory, arrives_on=acceptance.arrives_on, by=province.recruiter, on=today)


def take_back(acceptance: Acceptance, today) -> None:
    withdraw(application=acceptance.application, by=acceptance.application.worker.user, on=today)


def test_the_list_says_who_lacks_what_and_is_closed_and_reopened_by_a_button(client, day):
    province, people = day
    client.force_login(province.recruiter)
    address = address_of(people[0])
    assert address in client.get(reverse("onboarding:arrivals")).content.decode()
    page = client.get(address).content.decode()
    assert "2 người đến" in page and "2/2 người chưa có xét nghiệm" in page and people[0].application.worker.user.name in page
    page = client.post(address, follow=True).content.decode()
    assert "Đã chốt danh sách" in page and "Mở lại danh sách" in page
    assert "Đã chốt:" in client.get(reverse("onboarding:arrivals")).content.decode()
    page = client.post(address, {"reopen": "1"}, follow=True).content.decode()
    assert "Đã mở lại danh sách" in page and Cohort.objects.get().reopened_by == province.recruiter


def test_what_changes_after_closing_is_named(client, day, today):
    province, (goes, _stays) = day
    client.force_login(province.recruiter)
    close(province, goes, today)
    take_back(goes, today)
    late = accept(application=province.applicant(), by=province.recruiter, on=today)
    page = client.get(address_of(late)).content.decode()
    assert f"thêm: {late.application.worker.user.name}" in page
    assert f"không còn đến ngày này: {goes.application.worker.user.name}" in page


def test_a_day_is_closed_once_and_may_be_closed_again_after_reopening(day, today):
    province, people = day
    assert close(province, people[0], today) == close(province, people[0], today)
    for _ in range(2):
        reopen_cohort(factory=province.opening.factory, arrives_on=people[0].arrives_on, by=province.recruiter, on=today)
    close(province, people[0], today)
    assert Cohort.objects.count() == 2 and Cohort.objects.closed().count() == 1


def test_who_is_on_a_closed_list_changes_the_way_only_after_it_is_opened(day, today):
    province, people = day
    application = people[0].application
    close(province, people[0], today)
    with pytest.raises(DayIsClosed) as refused:
        choose_trip(application=application, trip=None, by=application.worker.user, on=today)
    assert "gọi nhà máy" in refused.value.for_people()
    reopen_cohort(factory=province.opening.factory, arrives_on=people[0].arrives_on, by=province.recruiter, on=today)
    assert choose_trip(application=application, trip=None, by=application.worker.user, on=today)


def test_the_own_page_says_so_instead_of_offering_a_choice(client, day, today):
    province, people = day
    client.force_login(people[0].application.worker.user)
    address = reverse("onboarding:own_tasks", args=[people[0].application_id])
    assert "Tôi tự đi" in client.get(address).content.decode()
    close(province, people[0], today)
    page = client.get(address).content.decode()
    assert "đã chốt danh sách" in page and "Tôi tự đi" not in page


def test_who_lost_the_seat_chooses_another_way_though_the_day_is_closed(day, today):
    province, people = day
    province.bus(arrives_on=people[0].arrives_on)
    acceptance = accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today)
    close(province, acceptance, today)
    lost_seats.depart(trip=acceptance.seat.trip, by=province.recruiter, on=today)
    application = acceptance.application
    choose_trip(application=application, trip=None, by=application.worker.user, on=today)
    assert Acceptance.objects.get(pk=acceptance.pk).ride_by is None


def test_a_day_on_which_nobody_comes_any_more_is_not_closed(client, day, today):
    province, people = day
    client.force_login(province.recruiter)
    for acceptance in people:
        take_back(acceptance, today)
    with pytest.raises(NobodyComes):
        close(province, people[0], today)
    assert "không có gì để chốt" in client.post(address_of(people[0]), follow=True).content.decode()


def test_another_factorys_day_or_one_that_does_not_exist_is_not_found(client, day):
    province, people = day
    client.force_login(province.recruiter)
    nowhere = reverse("onboarding:cohort", args=[province.opening.factory_id, 2026, 13, 40])
    empty = reverse("onboarding:cohort", args=[province.opening.factory_id, 2030, 1, 1])
    assert [client.get(path).status_code for path in (nowhere, empty)] == [404, 404]
    client.force_login(recruiter_of(OpeningFactory().factory))
    assert client.get(address_of(people[0])).status_code == 404 == client.post(address_of(people[0])).status_code


def test_the_list_asks_as_often_for_many_as_for_two(client, day, today, django_assert_num_queries):
    province, people = day
    client.force_login(province.recruiter)
    client.get(address_of(people[0]))
    with CaptureQueriesContext(connection) as two:
        client.get(address_of(people[0]))
    for _ in range(10):
        accept(application=province.applicant(), by=province.recruiter, on=today)
    Acceptance.objects.update(arrives_on=people[0].arrives_on, starts_on=people[0].starts_on + dt.timedelta(days=1))
    with django_assert_num_queries(len(two)):
        client.get(address_of(people[0]))
