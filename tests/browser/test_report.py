"""A person in quarantine says how he or she feels, with and without a network."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from recruitment.quarantine.models import Site, Stay, SymptomReport
from recruitment.quarantine.services.admissions import admit, book_bed, cancel_stay
from recruitment.workers.models import Worker

KEPT = "() => Object.entries(localStorage).filter(([key]) => key.startsWith('report:')).map(([, value]) => value)"


@pytest.fixture
def stay(province):
    """The demo's job seeker is in a site."""
    worker, today = Worker.objects.filter(user__is_demo=True).order_by("pk").first(), timezone.localdate()
    for booked in Stay.objects.filter(worker=worker, status="booked"):
        cancel_stay(stay=booked, by=None, on=today)
    current = Stay.objects.filter(worker=worker, status="admitted").first()
    site = Site.objects.filter(nights__night=today, nights__capacity__gt=0).order_by("-pk").first()
    return current or admit(
        stay=book_bed(worker=worker, site=site, arrives_on=today, leaves_on=today + dt.timedelta(days=5), by=None), by=None, on=today
    )


def open_stay(sign_in, **options):
    page = sign_in("worker", **options)
    page.goto("/my/stay/")
    return page


def say(page, text):
    page.locator("#report [name=text]").fill(text)
    page.locator("#report button").click()


def reports(stay):
    return SymptomReport.objects.filter(stay=stay).count()


def test_without_script_a_report_goes_at_once(sign_in, stay):
    page, before = open_stay(sign_in, script=False), reports(stay)
    say(page, "Tôi ho khan (mẫu).")
    expect(page.locator("main")).to_contain_text("Bạn đã báo lúc")
    assert reports(stay) == before + 1


def test_without_a_network_a_report_waits_in_sight_goes_by_itself_and_leaves_nothing_on_the_phone(sign_in, stay):
    page, before = open_stay(sign_in), reports(stay)
    page.context.set_offline(True)
    say(page, "Tôi đau đầu từ sáng (mẫu).")
    queue = page.locator("#queue")
    expect(queue).to_contain_text("Chưa gửi (1)")
    expect(queue.locator("li")).to_contain_text("chưa gửi")
    expect(queue).not_to_contain_text("đau đầu")
    expect(page.locator("#report [name=text]")).to_have_value("")
    assert len(page.evaluate(KEPT)) == 1 and reports(stay) == before
    page.context.set_offline(False)
    expect(queue).to_be_hidden()
    expect(page.locator("#sent")).to_contain_text("Đã báo cho người trực khu")
    assert page.evaluate(KEPT) == [] and reports(stay) == before + 1


def test_a_report_whose_answer_was_lost_is_sent_again_and_arrives_once(sign_in, stay):
    page, before = open_stay(sign_in), reports(stay)

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    page.route(re.compile("/report/$"), lose_the_answer, times=1)
    say(page, "Tôi mất vị giác (mẫu).")
    expect(page.locator("#queue")).to_contain_text("Chưa gửi (1)")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#queue")).to_be_hidden()
    assert reports(stay) == before + 1


def test_an_empty_report_is_explained_by_the_page(sign_in, stay):
    page = open_stay(sign_in)
    say(page, " ")
    expect(page.locator("#report .error").first).to_be_visible()


def test_what_waited_when_the_stay_ended_is_gone_from_the_phone(sign_in, stay):
    page = open_stay(sign_in)
    page.context.set_offline(True)
    say(page, "Tôi thấy mệt (mẫu).")
    expect(page.locator("#queue")).to_contain_text("Chưa gửi (1)")
    Stay.objects.filter(pk=stay.pk).update(status="released", ended_at=timezone.now(), freed_from=timezone.localdate() + dt.timedelta(days=1))
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto("/my/stay/")
    expect(page.locator("#report")).to_have_count(0)
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('report:'))")
    Stay.objects.filter(pk=stay.pk).update(status="admitted", ended_at=None, freed_from=None)
