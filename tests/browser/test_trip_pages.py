"""The pages of trips and routes: accessible and no wider than the narrowest phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from recruitment.travel.models import Route, Trip
from tests.browser.test_every_page import NARROWEST, violations

PAGES = [
    ("labour_officer", "/trips/"),
    ("labour_officer", "/trips/new/"),
    ("labour_officer", "/trips/{trip}/"),
    ("labour_officer", "/trips/{trip}/manifest/"),
    ("labour_officer", "/trips/{trip}/cancel/"),
    ("labour_officer", "/trips/wanted/"),
    ("labour_officer", "/trips/wanted/{route}/{day}/"),
    ("labour_officer", "/checkpoint/inside/"),
    ("health_officer", "/routes/{route}/decide/"),
    ("worker", "/routes/"),
]


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_page_has_no_accessibility_violation_and_fits_a_narrow_phone(sign_in, role, path):
    page = sign_in(role, viewport=NARROWEST)
    fullest, route = Trip.objects.filter(status="open").order_by("-taken", "pk").first(), Route.objects.order_by("pk").first()
    page.goto(path.format(trip=fullest.pk, route=route.pk, day=timezone.localdate()))
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]
    assert violations(page) == []


A4 = {"width": 718, "height": 1047}  # within Chromium's usual margins


def test_the_list_of_a_bus_is_printed_as_a_table_to_sign(sign_in):
    page, fullest = sign_in("labour_officer", viewport=A4), Trip.objects.filter(status="open").order_by("-taken", "pk").first()
    page.goto(f"/trips/{fullest.pk}/manifest/")
    page.emulate_media(media="print")
    expect(page.get_by_role("columnheader", name="Ký nhận").first).to_be_visible()
    expect(page.get_by_role("link", name=str(fullest.route))).to_be_hidden()
