"""The main job of each role, in a browser, mostly without JavaScript."""

import re

from playwright.sync_api import expect

from recruitment.applications.models import Application
from recruitment.notifications.models import Message
from recruitment.openings.models import Opening
from tests.browser.conftest import LAPTOP

PHONE_OF_A_NEWCOMER = "0981 234 567"


def code_sent_to(page) -> str:
    text = Message.objects.filter(kind="code").latest("pk").text
    return re.search(r"\d{6}", text)[0]


def apply_as_newcomer(page, opening, phone=PHONE_OF_A_NEWCOMER, home="Cao Bằng"):
    """W1 → W2 → W3, the third page in its two states."""
    page.goto("/?q=" + "cong nhan")
    page.goto(f"/jobs/{opening.pk}/")
    page.get_by_role("link", name="Ứng tuyển", exact=True).first.click()
    page.locator("[name=phone]").fill(phone)
    page.locator("[name=name]").fill("Nông Thị Thử Nghiệm")
    page.locator("[name=birth_date]").fill("6-5-1998")
    page.locator("[name=home_province]").select_option(label=home)
    for box in page.locator("[name=consents]").all():
        assert not box.is_checked()  # never ticked beforehand
        box.check()
    page.locator("button[name=step][value=send]").first.click()
    page.locator("[name=code]").fill(code_sent_to(page))
    page.locator("button[name=step][value=apply]").click()


def open_opening():
    return Opening.objects.filter(status="published", headcount__gte=20, accepted=0).order_by("pk").first()


def test_somebody_new_finds_an_opening_and_applies_on_three_screens_without_script(visit):
    page = visit(script=False)
    page.goto("/")
    page.locator("[name=q]").fill("cong nhan")
    page.locator("form[role=search] button").first.click()
    expect(page.locator("article").first).to_be_visible()
    opening = open_opening()
    apply_as_newcomer(page, opening)
    application = Application.objects.get(opening=opening, worker__user__phone="+84981234567")
    expect(page.locator("main")).to_contain_text(application.receipt)
    page.goto("/my/applications/")
    expect(page.locator("main")).to_contain_text(opening.title)


def test_a_wrong_code_says_what_to_do_and_keeps_what_was_typed(visit):
    page = visit(script=False)
    page.goto(f"/jobs/{open_opening().pk}/apply/")
    page.locator("[name=phone]").fill("+84 987 654 321")
    page.locator("[name=name]").fill("Lý Văn Nhầm")
    page.locator("[name=birth_date]").fill("01/02/1990")
    page.locator("[name=home_province]").select_option(label="Lạng Sơn")
    for box in page.locator("[name=consents]").all():
        box.check()
    page.locator("button[name=step][value=send]").first.click()
    page.locator("[name=code]").fill("000000" if code_sent_to(page) != "000000" else "111111")
    page.locator("button[name=step][value=apply]").click()
    expect(page.locator(".error-summary")).to_contain_text("còn 4 lần thử")
    assert page.locator("[name=name]").input_value() == "Lý Văn Nhầm"


def post_in_four_steps(page, *, title, headcount, base_wage, starts_on="10/12/2026"):
    page.goto("/openings/new/")
    page.locator("[name=factory]").select_option(index=1)
    page.locator("[name=occupation]").select_option(index=3)
    page.locator("[name=title]").fill(title)
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.locator("[name=headcount]").fill(headcount)
    page.locator("[name=shift][value=day]").check()
    page.locator("[name=rest_day]").fill("Chủ nhật")
    page.locator("[name=starts_on]").fill(starts_on)
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.locator("[name=base_wage]").fill(base_wage)
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.get_by_role("button", name="Đăng tin").click()


def test_a_recruiter_posts_in_four_steps_and_the_opening_is_found(sign_in):
    post_in_four_steps(sign_in("recruiter", viewport=LAPTOP), title="Công nhân lắp ráp ca ngày", headcount="12", base_wage="6,5 triệu")
    opening = Opening.objects.get(title="Công nhân lắp ráp ca ngày")
    assert (opening.status, opening.headcount, opening.base_wage) == ("published", 12, 6_500_000)


def test_an_age_limit_in_an_advertisement_is_marked_with_its_article(sign_in):
    page = sign_in("recruiter", viewport=LAPTOP)
    post_in_four_steps(page, title="Tuyển nữ 18-35 tuổi đứng máy", headcount="5", base_wage="6500000")
    expect(page.locator("mark").first).to_be_visible()
    assert Opening.objects.get(title__startswith="Tuyển nữ").status == "draft"


def test_a_recruiter_accepts_an_applicant_and_reads_what_was_reserved_where(sign_in, visit):
    page = sign_in("recruiter", viewport=LAPTOP, script=False)
    page.goto("/openings/")
    own = [int(pk) for pk in re.findall(r"/openings/(\d+)/", page.content())]
    opening = Opening.objects.filter(pk__in=own, status="published", headcount__gt=5).order_by("pk").first()
    newcomer = visit(script=False)
    apply_as_newcomer(newcomer, opening, phone="0981 222 333")
    application = Application.objects.get(opening=opening, worker__user__phone="+84981222333")
    page.goto(f"/openings/{opening.pk}/applications/")
    page.goto(f"/applicants/{application.pk}/")
    page.locator(f"a[href='/applicants/{application.pk}/accept/']").click()
    expect(page.locator("main")).to_contain_text("Bắt đầu làm ngày")
    page.get_by_role("button", name="Nhận & giữ chỗ").click()
    expect(page.locator(".notice.good")).to_contain_text("Đã nhận: bắt đầu làm ngày")
    assert Application.objects.get(pk=application.pk).status == "accepted"
    newcomer.goto(f"/applications/{application.pk}/")
    expect(newcomer.locator("main")).to_contain_text("Được nhận")


def test_a_recruiter_invites_somebody_who_fits(sign_in):
    page = sign_in("recruiter", viewport=LAPTOP, script=False)
    page.goto("/openings/")
    own = [int(pk) for pk in re.findall(r"/openings/(\d+)/", page.content())]
    opening = Opening.objects.filter(pk__in=own, status="published").order_by("pk").first()
    page.goto(f"/openings/{opening.pk}/candidates/?fit=anybody")
    page.locator("[name=workers]").first.check()
    page.get_by_role("button", name="Mời những người đã chọn").click()
    expect(page.locator(".notice.good")).to_contain_text("Đã mời 1 người")


def test_a_site_manager_confirms_the_figures_and_cannot_go_below_what_is_promised(sign_in):
    page = sign_in("site_manager", script=False)
    page.get_by_role("button", name="Không đổi").click()
    expect(page.locator(".notice.good")).to_contain_text("không đổi")
    page.locator("[name=capacity]").fill("0")
    page.get_by_role("button", name="Ghi").click()
    expect(page.locator(".error-summary, .notice.good").first).to_be_visible()


def test_the_department_opens_the_list_behind_a_shortage(sign_in):
    page = sign_in("labour_officer", viewport=LAPTOP, script=False)
    wanted = page.locator("tbody tr").first.locator("td a").first
    number = int(wanted.inner_text().replace(".", ""))
    wanted.click()
    rows = page.locator("tbody tr")
    expect(rows.first).to_be_visible()
    assert sum(int(row.locator("td").nth(3).inner_text()) - int(row.locator("td").nth(4).inner_text()) for row in rows.all()) == number


def test_an_old_link_to_a_closed_opening_says_so_and_offers_others(visit):
    closed = Opening.objects.filter(status="closed").first()
    page = visit(script=False)
    page.goto(f"/jobs/{closed.pk}/")
    expect(page.locator(".notice").first).to_contain_text("đã đóng")
    expect(page.get_by_role("link", name="Ứng tuyển", exact=True)).to_have_count(0)


def test_english_is_one_tap_away_and_stays(visit):
    page = visit(script=False)
    page.goto("/")
    page.locator("button[name=language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/sign-in/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
