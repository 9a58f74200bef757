"""A trip made from the people who are coming and have no bus: grouped, proposed, opened with them aboard, each whole or named with the reason."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recruitment.health.services.assessments import assess_worker
from recruitment.notifications.models import Message
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services import lost_seats
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.coming import (
    NobodyToSeat,
    groups_without_a_bus,
    open_trip_for_the_coming,
    people_for,
    people_without_a_bus,
    proposal,
)
from recruitment.onboarding.services.waiting import accept_or_wait
from recruitment.onboarding.tasks import look_after_acceptances
from recruitment.places.models import Province as PlaceProvince
from recruitment.quarantine.models import SiteNight
from recruitment.quarantine.services.recount import differences
from recruitment.travel.models import Route, Seat, Trip
from tests.factories.accounts import UserFactory
from tests.factories.places import ProvinceFactory
from tests.factories.travel import PickUpPointFactory, RouteFactory, RouteStateFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def province():
    return Province(**ENTRY_QUARANTINE).with_recruiter_at_the_factory()


@pytest.fixture
def officer():
    return UserFactory(labour_officer=True)


@pytest.fixture
def route(province):
    return RouteFactory(name="Tuyến của họ", origin=province.origin, zones=[province.opening.factory.zone])


def waits(province, today, **applicant):
    application = province.applicant(wants_trip=True, **applicant)
    assess_worker(worker=application.worker, by=None, on=today)
    accept_or_wait(application=application, by=province.recruiter, on=today)
    return application


def stranded(province, route, today, people=1):
    """Accepted people whose bus was cancelled."""
    trip = province.bus(arrives_on=today + DAY)
    Trip.objects.filter(pk=trip.pk).update(route=route)
    accepted = [accept(application=province.applicant(wants_trip=True), by=province.recruiter, on=today) for _ in range(people)]
    lost_seats.cancel(trip=trip, reason="Xe hỏng", by=trip.organised_by, on=today)
    return accepted


def opened(route, today, officer, *, arrives_on, **changes):
    departs = timezone.make_aware(dt.datetime.combine(arrives_on, dt.time(6)))
    usual = {"route": route, "departs_at": departs, "arrives_at": departs + dt.timedelta(hours=5), "capacity": 16, "by": officer, "on": today}
    return open_trip_for_the_coming(**usual | changes)


def consistent(today) -> bool:
    return list(differences()) == [] and list(invariants.find(on=today, now=timezone.now())) == []


def test_people_are_grouped_by_route_and_day_the_accepted_before_those_who_wait(province, route, today):
    [lost] = stranded(province, route, today)
    waiting = waits(province, today, starts_on=today)
    later = waits(province, today, starts_on=today + 20 * DAY)
    found = [(group.route, [person.application for person in group.people], group.waiting) for group in groups_without_a_bus(on=today)]
    days = {group.day for group in groups_without_a_bus(on=today)}
    assert len(days) == len(found) and {route} == {row[0] for row in found}
    assert sorted(application.pk for row in found for application in row[1]) == sorted([lost.application_id, waiting.pk, later.pk])


def test_whoever_finds_a_seat_on_a_bus_that_is_there_is_in_no_group(province, route, today):
    stranded(province, route, today)
    assert groups_without_a_bus(on=today)
    province.bus(arrives_on=today + 2 * DAY)
    assert not groups_without_a_bus(on=today)


def test_people_without_a_route_are_named_with_where_they_live(province, today):
    waits(province, today)
    [group] = groups_without_a_bus(on=today)
    assert group.route is None and group.origin == province.origin


def test_the_proposal_is_the_smallest_bus_that_may_carry_them_at_the_hour_of_the_last_one(province, route, today):
    assert (proposal(route=route, arrives_on=today + DAY, people=16).capacity, proposal(route=route, arrives_on=today + DAY, people=17).capacity) == (
        16,
        29,
    )
    RouteStateFactory(route=route, running="restricted", seat_percent=50, since=today)
    asked = proposal(route=route, arrives_on=today + DAY, people=10)
    assert (asked.capacity, asked.seats, asked.percent, asked.document) == (29, 14, 50, "12/TB-THỬ")
    assert proposal(route=route, arrives_on=today - DAY, people=1).departs_at > timezone.now()
    at = timezone.make_aware(dt.datetime.combine(today, dt.time(20)))
    Trip.objects.create(
        route=route, departs_at=at, arrives_at=at + dt.timedelta(hours=8), capacity=40, seats=20, seat_percent=50, organised_by=UserFactory()
    )
    asked = proposal(route=route, arrives_on=today + 5 * DAY, people=1)
    assert timezone.localtime(asked.departs_at) == timezone.make_aware(dt.datetime.combine(today + 4 * DAY, dt.time(20))) and asked.hours == 8


def test_opening_the_trip_seats_them_in_order_with_bed_and_pass_and_tells_everybody(province, route, today, officer):
    first, second = stranded(province, route, today, people=2)
    stop = PickUpPointFactory(route=route, province=province.origin, position=2)
    PickUpPointFactory(route=route, position=1, province=province.home)
    done = opened(route, today, officer, arrives_on=today + 2 * DAY)
    assert [(application.pk, seat.number, seat.pick_up) for application, seat in done.seated] == [
        (first.application_id, 1, stop),
        (second.application_id, 2, stop),
    ]
    for acceptance in Acceptance.objects.select_related("entry_stay", "application__worker__user"):
        assert acceptance.arrives_on == acceptance.entry_stay.arrives_on == today + 2 * DAY and acceptance.ride_by is None
        texts = Message.objects.filter(recipient=acceptance.application.worker.user, kind="trip", channel="app").values_list("text", flat=True)
        assert any("điểm đón" in text for text in texts)
    assert Message.objects.filter(recipient=province.recruiter, kind="trip", channel="app", text__contains="đã có ghế xe").count() == 2
    assert consistent(today)


def test_too_few_seats_go_to_the_first_and_the_others_are_named(province, route, today, officer):
    first, second = stranded(province, route, today, people=2)
    done = opened(route, today, officer, arrives_on=today + 2 * DAY, capacity=1)
    assert [application.pk for application, _seat in done.seated] == [first.application_id]
    [(left, refusal)] = done.left
    assert left.pk == second.application_id and "không còn ghế" in refusal.for_people() and consistent(today)


def test_without_beds_nobody_is_seated_and_the_reason_is_told(province, route, today, officer):
    stranded(province, route, today)
    SiteNight.objects.filter(night=today + 8 * DAY).update(capacity=F("reserved") + F("occupied"))
    done = opened(route, today, officer, arrives_on=today + 2 * DAY)
    assert not done.seated and "giường" in done.left[0][1].for_people()
    assert Trip.objects.get(pk=done.trip.pk).taken == 0 and not Seat.objects.filter(status="held").exists()


def test_those_who_wait_are_accepted_by_the_queue_once_the_bus_is_there(province, route, today, officer):
    application = waits(province, today, starts_on=today)
    [group] = groups_without_a_bus(on=today)
    done = opened(route, today, officer, arrives_on=group.day + DAY)
    assert not done.seated
    look_after_acceptances()
    application.refresh_from_db(fields=["worker"])
    assert Seat.objects.get().trip == done.trip and Acceptance.objects.get().application == application and consistent(today)


def test_the_same_act_twice_opens_one_trip(province, route, today, officer):
    stranded(province, route, today)
    opened(route, today, officer, arrives_on=today + 2 * DAY)
    with pytest.raises(NobodyToSeat):
        opened(route, today, officer, arrives_on=today + 2 * DAY)
    assert Trip.objects.filter(status="open").count() == 1


def test_nobody_is_made_to_wait_longer_than_the_policy_allows(province, route, today):
    stranded(province, route, today)
    assert people_for(route=route, arrives_on=today + 4 * DAY, on=today) and not people_for(route=route, arrives_on=today + 5 * DAY, on=today)


def test_one_button_proposes_and_one_confirms(province, route, today, client, officer):
    stranded(province, route, today)
    client.force_login(officer)
    listed = client.get(reverse("onboarding:wanted_trips")).content.decode()
    address = reverse("onboarding:open_wanted_trip", args=[route.pk, (today + DAY).isoformat()])
    assert "Mở chuyến cho 1 người" in listed and address in listed
    page = client.get(address).content.decode()
    assert "Đề xuất xe 16 chỗ" in page and "Theo thứ tự" in page
    sent = {"route": route.pk, "departs_on": f"{today + DAY:%d/%m/%Y}", "departs_time": "14:00", "hours": "5", "capacity": "16", "vehicle": "20B-7"}
    done = client.post(address, sent, follow=True).content.decode()
    assert "1 người có ghế" in done and Seat.objects.get(status="held").trip.vehicle == "20B-7"
    assert client.post(address, sent | {"vehicle": ""}).status_code == 422
    for day in ("mai", "0001-01-01", "9999-12-31"):
        assert client.get(reverse("onboarding:open_wanted_trip", args=[route.pk, day])).status_code == 404


def test_a_route_from_the_merged_province_serves_whoever_still_names_the_old_one(province, route, today):
    merged = ProvinceFactory()
    PlaceProvince.objects.filter(pk=province.origin.pk).update(successor=merged)
    Route.objects.filter(pk=route.pk).update(origin=merged)
    application = waits(province, today, starts_on=today)
    [group] = groups_without_a_bus(on=today)
    assert group.route == route
    assert [person.application for person in people_for(route=route, arrives_on=group.day, on=today)] == [application]


def test_the_list_takes_as_many_queries_for_one_person_as_for_thirty(province, route, today):
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert groups_without_a_bus(on=today)
        return len(counted)

    waits(province, today, starts_on=today)
    one = queries()
    for _person in range(29):
        waits(province, today, starts_on=today)
    assert queries() == one


def test_the_list_takes_as_many_queries_for_many_days_as_for_one(province, route, today):
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            groups_without_a_bus(on=today)
        return len(counted)

    waits(province, today, starts_on=today)
    one = queries()
    for days in (20, 40, 60):
        waits(province, today, starts_on=today + days * DAY)
    assert len(groups_without_a_bus(on=today)) == 4 and queries() == one


def test_who_never_came_long_ago_does_not_crowd_out_who_comes_now(province, route, today, monkeypatch):
    stranded(province, route, today)
    Acceptance.objects.update(arrives_on=today - 9 * DAY, ride_by=None)
    [coming] = stranded(province, route, today)
    monkeypatch.setattr("recruitment.onboarding.services.coming.MOST", 1)
    assert [person.application for person in people_without_a_bus(on=today)] == [coming.application]
