"""One person's way, told by everybody who meets him: post, apply, accept (bed, seat, pass), board, checkpoint without a network,
arrive, isolate, out again, first shift, an outbreak, a backup bed, a replacement asked."""

import datetime as dt
import re

import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from recruitment.accounts.models import Role, User
from recruitment.applications.models import Application
from recruitment.openings.models import Opening
from recruitment.quarantine.models import Outbreak, OutbreakPerson, Site, Stay
from recruitment.travel.models import Crossing, EntryPass, Seat
from recruitment.workers.models import Employment, Worker
from recruitment.workers.services.employment import start_employment
from tests.browser.conftest import LAPTOP
from tests.browser.test_main_path import apply_as_newcomer, post_in_four_steps
from tests.factories.accounts import MembershipFactory
from tests.factories.travel import RouteFactory, TripFactory

TITLE, PHONE, NAME = "Công nhân đóng gói của câu chuyện", "0981 555 777", "Nông Thị Thử Nghiệm"
DAY = dt.timedelta(days=1)


def provinces_that_ask_for_isolation():
    """Names of provinces from which somebody without a dose goes into a site first, by what the demo's own people were told."""
    stays = Worker.objects.filter(clearances__entry_quarantine_days__gte=7, clearances__entry_quarantine_place="site")
    return list(stays.values_list("home_province__name", flat=True).distinct())


def bus_from(worker, zone, *, arrives_on):
    departs = timezone.make_aware(dt.datetime.combine(arrives_on, dt.time(6)))
    route = RouteFactory(origin=worker.home_province, zones=[zone])
    return TripFactory(route=route, departs_at=departs, arrives_at=departs + dt.timedelta(hours=5))


def later(day: dt.date, hour: int):
    return time_machine.travel(timezone.make_aware(dt.datetime.combine(day, dt.time(hour))), tick=True)


def sign_in_as_manager_of(stay, sign_in):
    """The demo's site manager, who runs this site too."""
    manager = User.objects.filter(is_demo=True, memberships__role=Role.SITE_MANAGER).order_by("pk").first()
    if not manager.memberships.current().filter(organisation=stay.site.organisation).exists():
        MembershipFactory(user=manager, organisation=stay.site.organisation, role=Role.SITE_MANAGER)
    return sign_in("site_manager", script=False)


def board(officer, seat, entry_pass):
    officer.goto(f"/trips/{seat.trip_id}/")
    officer.get_by_label("Mã QR hoặc mã 8 ký tự").fill(entry_pass.code)
    officer.get_by_role("button", name="Ghi lên xe").click()
    expect(officer.locator("main")).to_contain_text("đã lên xe")


def cross_without_a_network(officer, entry_pass):
    officer.clock.install(time=timezone.now())
    officer.goto("/checkpoint/")
    expect(officer.locator("#checkpoint[data-ready=yes]")).to_be_attached()
    officer.context.set_offline(True)
    officer.get_by_label("Mã QR hoặc mã 8 ký tự").fill(entry_pass.token)
    officer.get_by_role("button", name="Soát", exact=True).click()
    expect(officer.locator("#answer h2")).to_have_text("Cho vào")
    officer.locator("#answer").get_by_role("button", name="Cho qua", exact=True).click()
    expect(officer.locator("#sync-state")).to_contain_text("1 lượt chờ gửi")
    officer.context.set_offline(False)
    officer.get_by_role("button", name="Đồng bộ ngay").click()
    expect(officer.locator("#sync-state")).to_have_attribute("data-waiting", "0")
    assert Crossing.objects.filter(entry_pass=entry_pass, let_through=True, direction="in").count() == 1


def arrive(manager, newcomer, stay):
    newcomer.goto("/my/stay/")
    manager.goto(f"/sites/{stay.site_id}/arrivals/")
    manager.locator("[name=typed]").fill(newcomer.locator(".receipt-number").inner_text())
    manager.get_by_role("button", name="Tìm").click()
    manager.get_by_role("button", name="Nhận vào").click()
    expect(manager.locator(".notice.good")).to_contain_text(NAME)
    newcomer.goto("/my/stay/")
    expect(newcomer.locator("main")).to_contain_text(f"1/{(stay.leaves_on - stay.arrives_on).days}")


def record_negative_tests(manager, stay):
    """What is due on this day."""
    manager.goto(f"/sites/{stay.site_id}/tests/")
    manager.get_by_label(f"Kết quả của {NAME}").last.select_option("negative")
    manager.get_by_role("button", name="Ghi kết quả").click()
    expect(manager.locator(".notice.good")).to_be_visible()


def leave(manager, newcomer, stay):
    manager.goto(f"/sites/{stay.site_id}/arrivals/")
    manager.get_by_role("link", name=f"Cho ra {NAME}").click()
    manager.get_by_role("button", name="Cho ra").click()
    newcomer.goto("/my/stay/")
    newcomer.get_by_role("link", name=re.compile("Giấy số")).click()
    expect(newcomer.locator("main")).to_contain_text("Giấy hoàn thành đợt cách ly")


def start_work(recruiter, newcomer):
    newcomer.goto("/my/start/")
    recruiter.goto("/receive/")
    recruiter.locator("[name=typed]").fill(newcomer.locator(".receipt-number").inner_text())
    recruiter.get_by_role("button", name="Tìm").click()
    recruiter.get_by_role("button", name="Đã đến").click()
    recruiter.get_by_role("button", name="Đã vào ca đầu tiên").click()
    newcomer.goto("/my/start/")
    expect(newcomer.locator("main")).to_contain_text("Nhà máy đã xác nhận ca đầu tiên của bạn.")


def reserve_backup(recruiter, factory, *, beds):
    """The factory sets more beds aside than the rules ask for."""
    today = timezone.localdate()
    recruiter.goto(f"/backup/{factory.pk}/")
    form = recruiter.locator("form:has(#id_site)")
    form.locator("#id_site").select_option(index=0)
    for field, value in {"beds": beds, "first": f"{today:%d/%m/%Y}", "last": f"{today + 30 * DAY:%d/%m/%Y}"}.items():
        form.locator(f"[name={field}]").fill(str(value))
    form.get_by_role("button", name="Giữ chỗ").click()
    expect(recruiter.locator(".notice.good")).to_be_visible()


def declare_a_colleague(recruiter, case):
    recruiter.goto("/outbreaks/declare/")
    recruiter.locator("[name=factory]").select_option(str(case.factory_id))
    recruiter.locator("[name=name]").fill(case.worker.user.name)
    recruiter.get_by_role("button", name="Tìm trong danh sách").click()
    recruiter.locator("[name=worker]").first.check()
    recruiter.get_by_role("button", name="Khai báo", exact=True).click()
    expect(recruiter.locator("main")).to_contain_text("chờ cán bộ y tế chốt")
    return Outbreak.objects.get(factory=case.factory_id, closed_at=None)


def confirm_and_house(officer, outbreak):
    officer.goto(f"/outbreaks/{outbreak.pk}/contacts/")
    officer.get_by_role("button", name="Chốt và xếp giường").click()
    expect(officer.locator(".notice.good")).to_be_visible()


def ask_replacements(recruiter, outbreak):
    recruiter.goto(f"/outbreaks/{outbreak.pk}/replacements/")
    recruiter.get_by_role("button", name="Xếp và mời những người đã chọn").click()
    expect(recruiter.locator(".notice.good")).to_contain_text("Tin nhắn đã gửi cho từng người")


def test_from_the_advertisement_to_the_replacement(sign_in, visit):
    recruiter = sign_in("recruiter", viewport=LAPTOP, script=False)
    starts_on = timezone.localdate() + 12 * DAY
    post_in_four_steps(recruiter, title=TITLE, headcount="3", base_wage="6,5 triệu", starts_on=f"{starts_on:%d/%m/%Y}")
    opening = Opening.objects.select_related("factory__zone").get(title=TITLE)

    newcomer = visit()
    apply_as_newcomer(newcomer, opening, phone=PHONE, home=provinces_that_ask_for_isolation()[0])
    application = Application.objects.select_related("worker__user").get(opening=opening)
    worker = application.worker
    recruiter.goto(f"/applicants/{application.pk}/")
    recruiter.get_by_role("button", name="Đề nghị nhận việc").click()

    bus_from(worker, opening.factory.zone, arrives_on=starts_on - 7 * DAY)
    newcomer.goto(f"/applications/{application.pk}/")
    newcomer.get_by_label("Giữ cho tôi một ghế xe được tổ chức").check()
    newcomer.get_by_role("button", name="Tôi đồng ý").click()

    recruiter.goto(f"/applicants/{application.pk}/accept/")
    recruiter.get_by_role("button", name="Nhận & giữ chỗ").click()
    for part in ("Đã nhận: bắt đầu làm ngày", "giữ giường vào tỉnh ở", "giữ ghế số", "cấp giấy vào tỉnh từ"):
        expect(recruiter.locator(".notice.good")).to_contain_text(part)
    stay, seat, entry_pass = Stay.objects.get(worker=worker), Seat.objects.get(worker=worker), EntryPass.objects.get(worker=worker)
    newcomer.goto("/my/pass/")
    expect(newcomer.locator("main")).to_contain_text(f"{entry_pass.code[:4]} {entry_pass.code[4:]}")

    with later(stay.arrives_on, 5):
        board(sign_in("labour_officer", viewport=LAPTOP, script=False), seat, entry_pass)
    with later(stay.arrives_on, 9):
        cross_without_a_network(sign_in("checkpoint_officer"), entry_pass)
    with later(stay.arrives_on, 11):
        arrive(sign_in_as_manager_of(stay, sign_in), newcomer, stay)
    for test in stay.tests.order_by("due_on"):
        with later(test.due_on, 9):
            record_negative_tests(sign_in("site_manager", script=False), stay)
    with later(stay.leaves_on, 10):
        leave(sign_in("site_manager", script=False), newcomer, stay)

    with later(starts_on, 7):
        start_work(sign_in("recruiter", viewport=LAPTOP, script=False), newcomer)

    known = OutbreakPerson.objects.values("worker")
    case = (
        Employment.objects.filter(factory=opening.factory, until=None)
        .exclude(line=None)
        .exclude(worker__in=known)
        .select_related("worker__user")
        .first()
    )
    with later(starts_on + 3 * DAY, 8):
        today = timezone.localdate()
        start_employment(worker=worker, factory=opening.factory, since=today, by=None, on=today, line=case.line, team=case.team)
        Site.objects.update(figures_confirmed_at=timezone.now())  # every site said its figures this morning
        recruiter = sign_in("recruiter", viewport=LAPTOP, script=False)
        reserve_backup(recruiter, opening.factory, beds=20)
        outbreak = declare_a_colleague(recruiter, case)
        confirm_and_house(sign_in("health_officer", viewport=LAPTOP, script=False), outbreak)
        moved = Stay.objects.holding_a_bed().get(worker=worker)
        assert moved.drawn_from
        newcomer.goto("/my/stay/")
        expect(newcomer.locator("main")).to_contain_text(moved.site.name)
        ask_replacements(recruiter, outbreak)
