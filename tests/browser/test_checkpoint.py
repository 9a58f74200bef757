"""The checkpoint without a network, the pass kept on the phone, and the page's own reading of passes held to the server's."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from recruitment.accounts.models import Membership, Organisation, Role, User
from recruitment.employers.models import Factory
from recruitment.travel.models import Checkpoint, Crossing, EntryPass
from recruitment.travel.pass_text import Claims, new_key_pair, sign
from recruitment.travel.services.packs import public_keys
from recruitment.travel.services.passes import issue_pass, revoke_pass
from recruitment.workers.models import Worker
from tests.browser.test_certificate import CAMERA
from tests.browser.test_every_page import weigh

VERDICTS = Path(__file__).parents[1] / "recruitment" / "travel" / "verdicts.json"
PASS_BYTES, CHECK_MILLISECONDS, THROTTLE = 15_000, 50, 4
READ = """
async ([texts, keys]) => {
  const said = [];
  for (const text of texts) said.push(await EntryPass.read(text, keys).then((claims) => claims.number, (problem) => problem.reason));
  return said;
}
"""
JUDGE = """
(cases) => cases.map(({ known, leaving }) => {
  const now = Date.UTC(2026, 10, 24, 2), today = EntryPass.dayOf(now), minutes = 60e3;
  const told = { from: -3, until: 3, ...known };
  return EntryPass.judge({
    problem: told.problem, from: today + told.from, until: today + told.until, revoked: told.revoked, typed: told.typed, issuedSince: told.issued_since,
    lastEntry: told.entered_minutes_ago == null ? null : now - told.entered_minutes_ago * minutes,
    listedAt: now - (told.listed_minutes_ago ?? 0) * minutes, clock: (told.clock_minutes ?? 0) * minutes,
  }, { leaving: Boolean(leaving), now, today });
})
"""
TIME_IT = """
async ([text, keys, list, now]) => {
  const times = [];
  for (let turn = 0; turn < 30; turn++) {
    const begun = performance.now();
    const claims = await EntryPass.read(text, keys);
    EntryPass.judge({ ...claims, revoked: EntryPass.isRevoked(list, claims.number), listedAt: now }, { leaving: false, now, today: EntryPass.dayOf(now) });
    times.push(performance.now() - begun);
  }
  return times.sort((one, other) => one - other);
}
"""


@pytest.fixture
def give(province):
    """Passes of the demo's first people to the first factory; gone again afterwards."""
    today, factory = timezone.localdate(), Factory.objects.order_by("pk").first()
    workers = iter(Worker.objects.filter(passes=None, user__is_demo=True).select_related("user").order_by("user_id"))
    made = []

    def give(*, days=(0, 7), worker=None):
        first, last = (today + dt.timedelta(days=number) for number in days)
        entry_pass = issue_pass(worker=worker or next(workers), factory=factory, valid_from=first, valid_until=last, by=None, on=today)
        made.append(entry_pass.pk)
        return entry_pass

    yield give
    Crossing.objects.filter(entry_pass__in=made).delete()
    EntryPass.objects.filter(pk__in=made).delete()


@pytest.fixture
def checkpoint(sign_in):
    """The checkpoint's page, synced, with the browser's clock set to the tests' own."""
    page = sign_in("checkpoint_officer")

    def open_page(*, clock=dt.timedelta()):
        page.clock.install(time=timezone.now() + clock)
        page.goto("/checkpoint/")
        expect(page.locator("#checkpoint[data-ready=yes]")).to_be_attached()
        return page

    return open_page


def scan(page, text, verdict):
    page.get_by_label("Mã QR hoặc mã 8 ký tự").fill(text)
    page.get_by_role("button", name="Soát", exact=True).click()
    expect(page.locator("#answer h2")).to_have_text(verdict)
    return page.locator("#answer")


def test_of_two_checkpoints_the_one_chosen_without_a_network_is_remembered_and_written_down(checkpoint, give):
    entry_pass, officer = give(), User.objects.filter(is_demo=True, memberships__role=Role.CHECKPOINT_OFFICER).order_by("pk").first()
    organisation = Organisation.objects.create(name="Chốt thứ hai", kind=Organisation.Kind.CHECKPOINT)
    second = Checkpoint.objects.create(organisation=organisation, name="Chốt thứ hai")
    membership = Membership.objects.create(user=officer, organisation=organisation, role=Role.CHECKPOINT_OFFICER)
    try:
        page = checkpoint()
        page.evaluate("navigator.serviceWorker.ready")
        page.context.set_offline(True)
        page.reload()
        page.get_by_label("Bạn đang ở chốt nào?").select_option("Chốt thứ hai")
        expect(page.locator("#here")).to_have_text("Chốt thứ hai")
        page.reload()
        expect(page.locator("#here")).to_have_text("Chốt thứ hai")
        scan(page, entry_pass.token, "Cho vào").get_by_role("button", name="Cho qua", exact=True).click()
        expect(page.locator("#sync-state")).to_contain_text("1 lượt chờ gửi")
        page.context.set_offline(False)
        page.get_by_role("button", name="Đồng bộ ngay").click()
        expect(page.locator("#sync-state")).to_have_attribute("data-waiting", "0")
        assert Crossing.objects.get(entry_pass=entry_pass).checkpoint == second
        page.reload()
        expect(page.locator("#here")).to_have_text("Chốt thứ hai")
    finally:
        Crossing.objects.filter(checkpoint=second).delete()
        membership.delete()
        second.delete()
        organisation.delete()


def test_a_day_at_the_checkpoint_without_a_network(checkpoint, give):
    good, revoked, later, old = give(), give(), give(days=(1, 7)), give(days=(-5, -1))
    revoke_pass(entry_pass=revoked, reason="Rút đơn.", by=None)
    page = checkpoint()
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator(".no-network")).to_be_visible()
    expect(page.locator("#checkpoint[data-ready=yes]")).to_be_attached()
    before = Crossing.objects.count()

    answer = scan(page, good.token, "Cho vào")
    expect(answer).to_contain_text(good.factory.name)
    answer.get_by_role("button", name="Cho qua", exact=True).click()
    expect(page.locator("#sync-state")).to_contain_text("1 lượt chờ gửi")

    answer = scan(page, good.token, "Cho vào có điều kiện")  # a second phone with the same picture
    expect(answer).to_contain_text(re.compile(r"đã vào lúc \d\d:\d\d ở Chốt"))
    answer.get_by_role("button", name="Không cho qua").click()
    for entry_pass, reason in ((revoked, "đã bị thu hồi"), (later, "chỉ có hiệu lực từ ngày 25/11/2026"), (old, "hết hạn từ sau ngày 23/11/2026")):
        answer = scan(page, entry_pass.token, "Không cho vào")
        expect(answer).to_contain_text(reason)
        answer.get_by_role("button", name="Không cho qua").click()

    stranger, claims = new_key_pair(), Claims("20", 5, "A", "B", "", timezone.localdate(), timezone.localdate())
    for text, verdict, reason in (
        (sign(claims, kid=stranger.kid, private=stranger.private), "Không rõ", "Khóa ký không phải của tỉnh này"),
        (sign(claims, kid=good.key.kid, private=stranger.private), "Không cho vào", "Chữ ký sai"),
        (good.token[:-9], "Không rõ", "quét thiếu"),
    ):
        answer = scan(page, text, verdict)
        expect(answer).to_contain_text(reason)
        answer.get_by_role("button", name="Không cho qua").click()

    typed = give()  # after the sync: its code isn't on the list
    scan(page, typed.code, "Không rõ").get_by_role("button", name="Không cho qua").click()
    answer = scan(page, typed.token, "Cho vào có điều kiện")
    expect(answer).to_contain_text("cấp sau lần đồng bộ")
    answer.get_by_role("button", name="Không cho qua").click()
    by_code = scan(page, f"{good.code[:4]} {good.code[4:]}".lower(), "Cho vào có điều kiện")
    expect(by_code).to_contain_text("Chỉ có mã")
    by_code.get_by_role("button", name="Không cho qua").click()
    answer = scan(page, revoked.token, "Không cho vào")
    answer.get_by_text("Cho qua theo lệnh").click()
    answer.get_by_label("Theo lệnh của ai").fill("Trưởng chốt, đưa đi viện")
    answer.get_by_role("button", name="Ghi và cho qua").click()

    waiting = 12
    expect(page.locator("#sync-state")).to_have_attribute("data-waiting", str(waiting))
    assert Crossing.objects.count() == before
    page.context.set_offline(False)
    expect(page.locator("#sync-state")).to_have_attribute("data-waiting", "0")
    assert Crossing.objects.count() == before + waiting
    assert Crossing.objects.filter(entry_pass=good, let_through=True).count() == 1
    assert Crossing.objects.get(order="Trưởng chốt, đưa đi viện").entry_pass == revoked
    Crossing.objects.filter(entry_pass=None).delete()


def test_a_wrong_clock_is_seen_at_the_sync_and_the_days_are_judged_by_the_servers(checkpoint, give):
    page = checkpoint(clock=dt.timedelta(days=9))
    expect(page.locator("#sync-state")).to_contain_text("Đồng hồ của máy này sai")
    answer = scan(page, give().token, "Cho vào có điều kiện")
    with page.expect_response("**/checkpoint/crossings/"):
        answer.get_by_role("button", name="Cho qua", exact=True).click()
    crossing = Crossing.objects.order_by("-pk").first()
    assert abs(crossing.at - timezone.now()) < dt.timedelta(minutes=1) and crossing.clock_seconds > 8 * 86_400


def test_a_session_that_has_ended_loses_no_crossing(checkpoint, give, sign_in):
    page = checkpoint()
    cookies = page.context.cookies()
    page.context.clear_cookies()
    scan(page, give().token, "Cho vào có điều kiện").get_by_role("button", name="Cho qua", exact=True).click()
    expect(page.locator("#sync-state")).to_contain_text("1 lượt chờ gửi. Phiên đăng nhập đã hết")
    page.context.add_cookies(cookies)
    with page.expect_response("**/checkpoint/crossings/"):
        page.get_by_role("button", name="Đồng bộ ngay").click()
    expect(page.locator("#sync-state")).to_have_attribute("data-waiting", "0")


def test_the_page_judges_as_the_server_does(checkpoint):
    cases = json.loads(VERDICTS.read_text())
    said = checkpoint().evaluate(JUDGE, cases)
    assert said == [[case["verdict"], case["reasons"]] for case in cases]


def test_no_altered_pass_is_one_in_the_page_either(checkpoint, give):
    entry_pass = give()
    page, keys, text = checkpoint(), public_keys(now=timezone.now()), entry_pass.token
    altered = [text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :] for place in range(len(text))]
    said = page.evaluate(READ, [[text, *altered, text + "00", text[:-3], ""], keys])
    assert said[0] == entry_pass.pk
    assert set(said[1:]) <= {"forged", "unreadable", "unknown_issuer"}


def test_a_pass_is_verified_in_a_blink_on_a_slow_phone(checkpoint, give):
    entry_pass, page = give(), checkpoint()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    now = int(timezone.now().timestamp() * 1000)
    times = page.evaluate(TIME_IT, [entry_pass.token, public_keys(now=timezone.now()), {"first": 1, "last": 0, "bits": []}, now])
    assert times[len(times) // 2] <= CHECK_MILLISECONDS


def test_the_camera_reads_one_pass_after_the_other(checkpoint, give):
    good, other = give(), give()
    page = checkpoint()
    page.add_init_script(CAMERA)
    page.reload()
    expect(page.locator("#checkpoint[data-ready=yes]")).to_be_attached()
    page.evaluate("text => { window.codeBeforeTheCamera = text }", good.token)
    page.get_by_role("button", name="Quét bằng máy ảnh").click()
    for entry_pass in (good, other):
        page.evaluate("text => { window.codeBeforeTheCamera = text }", entry_pass.token)
        page.clock.fast_forward(5000)
        expect(page.locator("#answer h2")).to_have_text("Cho vào")
        with page.expect_response("**/checkpoint/crossings/"):
            page.locator("#answer").get_by_role("button", name="Cho qua", exact=True).click()
        assert Crossing.objects.filter(entry_pass=entry_pass, let_through=True).count() == 1


def test_without_script_the_server_answers(sign_in, give):
    page = sign_in("checkpoint_officer", script=False)
    page.get_by_label("Mã QR hoặc mã 8 ký tự").fill(give().code)
    page.get_by_role("button", name="Soát", exact=True).click()
    expect(page.get_by_role("heading", name="Cho vào")).to_be_visible()
    page.get_by_role("button", name="Cho qua", exact=True).click()
    expect(page.get_by_text("Đã ghi.")).to_be_visible()


@pytest.fixture
def demo_worker(province):
    return Worker.objects.select_related("user").filter(user__is_demo=True, user__is_active=True).order_by("user_id").first()


def test_the_pass_is_light_and_stays_on_the_phone_when_the_network_goes(sign_in, give, demo_worker):
    entry_pass = give(worker=demo_worker, days=(0, 6))
    page = sign_in("worker")
    weight, _requests = weigh(page, "/my/pass/")
    assert weight <= PASS_BYTES
    page.evaluate("navigator.serviceWorker.ready")
    expect(page.locator("#forget")).to_be_visible()
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("Mất mạng. Cập nhật lúc")).to_be_visible()
    expect(page.get_by_text(f"{entry_pass.code[:4]} {entry_pass.code[4:]}")).to_be_visible()
    page.context.set_offline(False)
    page.reload()
    expect(page.get_by_text("Mất mạng. Cập nhật lúc")).to_be_hidden()
    page.get_by_role("button", name="Xóa giấy khỏi máy này").click()
    expect(page.get_by_role("button", name="Đã xóa khỏi máy này")).to_be_disabled()


def test_whoever_signs_out_leaves_no_pass_behind(sign_in, give, demo_worker):
    give(worker=demo_worker, days=(0, 5))
    page = sign_in("worker")
    page.goto("/my/pass/")
    page.evaluate("navigator.serviceWorker.ready")
    page.context.clear_cookies()
    page.goto("/my/pass/")
    expect(page).to_have_url(re.compile("sign-in"))
    assert page.evaluate("caches.match('/my/pass/').then(Boolean)") is False
