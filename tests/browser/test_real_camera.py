"""Real codes of real passes before a camera: at the checkpoint, also without a network, and at the door of the bus."""

import re

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import expect

from recruitment.travel.models import Crossing, Seat, Trip
from recruitment.travel.services.trips import hold_seat
from tests.browser.cameras import DETECTOR, arguments, film, read_frame
from tests.browser.conftest import PHONE
from tests.browser.test_checkpoint import give  # noqa: F401 (a fixture)

SECONDS = 15_000  # a film's scenes come in their time


@pytest.fixture
def before_the_camera(browser_type, browser_type_launch_args, address, tmp_path):
    """`before_the_camera(role, scenes)`: a page signed in as that role, in a browser whose camera plays these scenes (see film)."""
    browsers = []

    def open_page(role, scenes):
        args = [*browser_type_launch_args["args"], *arguments(film(tmp_path / "scenes.y4m", scenes))]
        browsers.append(browser_type.launch(**browser_type_launch_args | {"args": args}))
        context = browsers[-1].new_context(base_url=address, viewport=PHONE, locale="vi-VN", permissions=["camera"])
        page = context.new_page()
        page.expose_function("readFrame", read_frame)
        page.add_init_script(DETECTOR)
        page.clock.install(time=timezone.now())
        page.goto("/demo/")
        page.locator(f"form[data-role={role}] button").click()
        expect(page).not_to_have_url(re.compile("/demo/"))
        return page

    yield open_page
    for browser in browsers:
        browser.close()


def test_passes_held_before_the_camera_are_read_one_after_the_other_without_a_network(before_the_camera, give):  # noqa: F811
    first, second = give(), give()
    page = before_the_camera("checkpoint_officer", [(first.token, 2), ("", 5), (second.token, 2), ("", 5)])
    expect(page.locator("#checkpoint[data-ready=yes]")).to_be_attached()
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    page.reload()  # what reads codes is kept on the phone too
    expect(page.locator("#checkpoint[data-ready=yes]")).to_be_attached()
    page.get_by_role("button", name="Quét bằng máy ảnh").click()
    answer = page.locator("#answer")
    for number, verdict in enumerate(("Cho vào", "Cho vào", "Cho vào có điều kiện"), start=1):  # the third is the first one's second phone
        expect(answer.locator("h2")).to_have_text(verdict, timeout=SECONDS)
        answer.get_by_role("button", name="Cho qua", exact=True).click()
        expect(answer).to_be_hidden()
        expect(page.locator("#sync-state")).to_have_attribute("data-waiting", str(number))
    page.get_by_role("button", name="Dừng quét").click()
    page.context.set_offline(False)
    expect(page.locator("#sync-state")).to_have_attribute("data-waiting", "0")
    assert [Crossing.objects.filter(entry_pass=entry_pass, how="scan").count() for entry_pass in (first, second)] == [2, 1]


def test_who_shows_the_pass_at_the_door_of_the_bus_is_aboard(before_the_camera, give):  # noqa: F811
    trip = Trip.objects.filter(status="open", departs_at__gt=timezone.now(), taken__lt=F("seats")).order_by("departs_at").first()
    entry_pass = give()
    seat = hold_seat(worker=entry_pass.worker, trip=trip, by=None, on=timezone.localdate())
    page = before_the_camera("labour_officer", [("", 1), (entry_pass.token, 2)])
    try:
        page.goto(f"/trips/{trip.pk}/")
        page.get_by_role("button", name="Quét bằng máy ảnh").click()
        expect(page.get_by_text(f"{entry_pass.worker.user.name} đã lên xe, ghế {seat.number}.")).to_be_visible(timeout=SECONDS)
        assert Seat.objects.get(pk=seat.pk).status == "boarded"
    finally:
        Seat.objects.filter(pk=seat.pk).delete()
        Trip.objects.filter(pk=trip.pk).update(taken=F("taken") - 1)
