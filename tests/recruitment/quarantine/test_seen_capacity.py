"""Nobody confirms open beds that a colleague has changed since the page was opened."""

import datetime as dt

import pytest
from django.urls import reverse

from recruitment.quarantine.models import JournalEntry
from recruitment.quarantine.services.capacity import change_capacity
from recruitment.quarantine.services.rooms import close_room
from tests.factories.quarantine import RoomFactory, SiteFactory, manager_of

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def site():
    return SiteFactory(beds=10)


@pytest.fixture
def colleague(site):
    user = manager_of(site)
    user.name = "Lường Thị Đồng"
    user.save()
    return user


@pytest.fixture
def page(client, site, today):
    client.force_login(manager_of(site))
    return client.get(reverse("quarantine:site", args=[site.pk]))


def say_unchanged(client, site, seen):
    return client.post(reverse("quarantine:confirm_figures", args=[site.pk]), {"seen": seen})


def test_unchanged_is_not_said_of_beds_that_were_not_seen(client, site, colleague, page, today):
    change_capacity(site=site, first=today + DAY, until=today + 3 * DAY, capacity=14, by=colleague, on=today)
    answer = say_unchanged(client, site, page.context["seen"])
    shown = answer.content.decode()
    assert answer.status_code == 422 and "Lường Thị Đồng" in shown and "đêm 25/11/2026 nay là 14" in shown
    assert not JournalEntry.objects.filter(change="confirm").exists()
    assert say_unchanged(client, site, answer.context["seen"]).status_code == 302
    assert JournalEntry.objects.filter(change="confirm").exists()


def test_a_room_closed_meanwhile_counts_as_a_change(client, site, colleague, page, today):
    close_room(room=RoomFactory(site=site, beds=2), by=colleague, on=today)
    assert "đêm 24/11/2026 nay là 8" in say_unchanged(client, site, page.context["seen"]).content.decode()


def test_a_page_that_is_up_to_date_confirms_and_one_that_says_nothing_readable_does_not(client, site, page, today):
    assert say_unchanged(client, site, page.context["seen"]).status_code == 302
    assert say_unchanged(client, site, "x").status_code == 422
