"""The site manager's phone at the gate, with and without a network."""

import re

from playwright.sync_api import expect

from recruitment.accounts.models import User
from recruitment.quarantine.models import FigureUpdate, Site
from recruitment.quarantine.services.figures import counts_of, latest_update

CLOSED = "[name=large-closed]"


def open_update(sign_in, **options):
    page = sign_in("site_manager", **options)
    page.goto(f"/sites/{own_site().pk}/update/")
    return page


def own_site():
    return Site.objects.managed_by(User.objects.filter(is_demo=True, memberships__role="site_manager").order_by("pk").first()).get()


def closed_of(site):
    return next((row.closed for row in counts_of(latest_update(site)) if row.kind == "large"), 0)


def press_plus(page, times=1):
    for _press in range(times):
        page.locator("button[name=step][value='large:closed:1']").click()


def write(page):
    page.locator("button[name=do][value=write]").click()


def unchanged(page):
    page.locator("button[name=do][value=unchanged]").click()


def test_without_script_two_presses_and_write_close_two_beds(sign_in):
    page = open_update(sign_in, script=False)
    before = int(page.locator(CLOSED).input_value())
    press_plus(page, 2)
    expect(page.locator(CLOSED)).to_have_value(str(before + 2))
    write(page)
    expect(page.locator("main")).to_contain_text("Đã ghi số liệu.")
    assert closed_of(own_site()) == before + 2
    unchanged(page)
    expect(page.locator("main")).to_contain_text("số liệu không đổi")


def test_thumbs_have_room(sign_in):
    page = open_update(sign_in)
    sizes = [button.bounding_box() for button in page.locator("button[name=step]").all()]
    assert sizes and all(size["width"] >= 48 and size["height"] >= 48 for size in sizes)


def test_without_a_network_updates_wait_in_sight_and_go_by_themselves_once(sign_in):
    page, site = open_update(sign_in), own_site()
    before, updates = closed_of(site), FigureUpdate.objects.filter(site=site).count()
    page.context.set_offline(True)
    press_plus(page)
    write(page)
    press_plus(page)
    write(page)
    queue = page.locator("#queue")
    expect(queue).to_contain_text("Chưa gửi (2)")
    expect(queue.locator("li").first).to_contain_text("chưa gửi")
    assert FigureUpdate.objects.filter(site=site).count() == updates
    page.context.set_offline(False)
    expect(queue).to_be_hidden()
    expect(page.locator("#sent")).to_contain_text("Đã ghi số liệu.")
    assert closed_of(site) == before + 2
    assert FigureUpdate.objects.filter(site=site).count() == updates + 2


def test_an_update_whose_answer_was_lost_is_sent_again_and_written_once(sign_in):
    page, site = open_update(sign_in), own_site()
    before, updates = closed_of(site), FigureUpdate.objects.filter(site=site).count()

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    page.route(re.compile("/update/$"), lose_the_answer, times=1)
    press_plus(page)
    write(page)
    expect(page.locator("#queue")).to_contain_text("Chưa gửi (1)")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#queue")).to_be_hidden()
    assert closed_of(site) == before + 1
    assert FigureUpdate.objects.filter(site=site).count() == updates + 1


def test_what_waited_while_somebody_else_wrote_shows_the_difference_and_is_written_after_all_when_told(sign_in):
    page, other, site = open_update(sign_in), open_update(sign_in), own_site()
    before = closed_of(site)
    page.context.set_offline(True)
    press_plus(page, 3)
    write(page)
    press_plus(other)
    write(other)
    expect(other.locator("#sent")).to_contain_text("Đã ghi")
    page.context.set_offline(False)
    queue = page.locator("#queue")
    expect(queue).to_contain_text("có người vừa đổi")
    expect(queue).to_contain_text(f"bạn thấy {before}, nay là {before + 1}, bạn ghi {before + 3}")
    assert closed_of(site) == before + 1
    queue.get_by_role("button", name="Vẫn ghi").click()
    expect(queue).to_be_hidden()
    assert closed_of(site) == before + 3


def test_an_update_that_is_refused_says_why_and_can_be_dropped(sign_in):
    page, site = open_update(sign_in), own_site()
    page.locator(CLOSED).fill("9999")
    write(page)
    queue = page.locator("#queue")
    expect(queue).to_contain_text("không ghi được")
    expect(queue).to_contain_text("nhiều hơn tổng số")
    queue.get_by_role("button", name="Bỏ").click()
    expect(queue).to_be_hidden()
    assert closed_of(site) < 9999


def test_the_screen_opens_without_a_network_says_so_and_what_is_written_goes_later(sign_in):
    page, site = open_update(sign_in), own_site()
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    before = closed_of(site)
    expect(page.locator(".kept")).to_be_hidden()
    page.context.set_offline(True)
    page.reload()
    expect(page.locator(".kept")).to_contain_text("bản giữ trên máy")
    press_plus(page)
    write(page)
    expect(page.locator("#queue")).to_contain_text("Chưa gửi (1)")
    page.reload()
    expect(page.locator("#queue")).to_contain_text("Chưa gửi (1)")
    page.context.set_offline(False)
    expect(page.locator("#queue")).to_be_hidden()
    assert closed_of(site) == before + 1
