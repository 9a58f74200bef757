"""A certificate from the phone's photo to the record, with and without script; and the pages of those who keep the keys."""

import io

import pytest
from playwright.sync_api import expect

from recruitment.health.models import HealthEvent
from recruitment.health.models.trust import TrustedKey
from recruitment.workers.models import Worker
from tests.browser.conftest import LAPTOP
from tests.browser.test_every_page import FIRST_VISIT_BYTES, FIRST_VISIT_REQUESTS, NARROWEST, violations, weigh
from tests.factories.certificates import DAY, NOW, Issuer, holder, qr_picture, vaccination
from tests.factories.health import TrustedKeyFactory

CAMERA = """
window.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
  detect() { return Promise.resolve([{ rawValue: window.codeBeforeTheCamera }]); }
};
navigator.mediaDevices.getUserMedia = async () => document.createElement("canvas").captureStream();
"""

SMALL_PHOTO = """
new Promise((tell) => {
  const look = () => {
    const file = document.querySelector("[name=photo]").files[0];
    file.type === "image/jpeg" ? tell(file.size) : setTimeout(look, 50);
  };
  look();
})
"""


@pytest.fixture
def issuer(province):
    issuer = Issuer()
    key = TrustedKeyFactory(issuer=issuer)
    yield issuer
    HealthEvent.objects.filter(certificate_digest__isnull=False).delete()
    TrustedKey.objects.filter(pk=key.pk).delete()


@pytest.fixture
def own_certificate(issuer):
    """`own_certificate(…)`: the second dose of the worker who signs in through the demo page."""
    worker = Worker.objects.select_related("user").filter(user__is_demo=True, user__is_active=True).order_by("user_id").first()
    person = holder(nam={"fn": worker.user.name, "gn": "", "fnt": "X", "gnt": ""}, dob=worker.birth_date.isoformat())
    return lambda **changes: issuer.issue(vaccination(person=person | changes.pop("person", {}), **changes.pop("entry", {})), **changes)


def photo_of(text: str, *, kilobytes: int = 0) -> dict:
    data = io.BytesIO()
    qr_picture(text, scale=6).save(data, "PNG")
    return {"name": "photo.png", "mimeType": "image/png", "buffer": data.getvalue() + b"\0" * kilobytes * 1000}


def test_a_photo_becomes_proof_in_two_steps_without_script(sign_in, own_certificate):
    page = sign_in("worker", script=False)
    page.goto("/my/health/")
    page.get_by_role("link", name="Quét mã QR trên giấy").click()
    expect(page.get_by_role("button", name="Quét bằng máy ảnh")).to_be_hidden()
    page.locator("[name=photo]").set_input_files(photo_of(own_certificate()))
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.locator(".notice.good")).to_contain_text("Đã xác minh")
    page.get_by_role("button", name="Ghi vào hồ sơ").click()
    expect(page.locator("main")).to_contain_text("giấy chứng nhận đã xác minh")


def test_the_camera_reads_the_code_and_sends_it_where_the_browser_can(sign_in, own_certificate):
    page = sign_in("worker")
    page.add_init_script(CAMERA)
    page.goto("/my/health/certificate/")
    page.evaluate("window.codeBeforeTheCamera = 'https://example.invalid/'")
    page.get_by_role("button", name="Quét bằng máy ảnh").click()
    expect(page.locator("[data-camera] [role=status]")).to_contain_text("Đây là mã QR loại khác")
    page.get_by_role("button", name="Dừng quét").click()
    expect(page.get_by_role("button", name="Quét bằng máy ảnh")).to_be_focused()
    page.get_by_role("button", name="Quét bằng máy ảnh").click()
    page.evaluate("text => { window.codeBeforeTheCamera = text }", own_certificate())
    expect(page.locator(".notice.good")).to_contain_text("Đã xác minh")


def test_a_camera_that_may_not_be_used_leaves_the_other_ways(sign_in, province):
    page = sign_in("worker")
    page.add_init_script(CAMERA + "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error());")
    page.goto("/my/health/certificate/")
    page.get_by_role("button", name="Quét bằng máy ảnh").click()
    expect(page.locator("[data-camera] [role=status]")).to_contain_text("chọn ảnh ở dưới")
    expect(page.locator("[name=photo]")).to_be_visible()


def test_a_large_photo_is_made_small_before_it_is_sent(sign_in, own_certificate):
    page = sign_in("worker")
    page.goto("/my/health/certificate/")
    page.locator("[name=photo]").set_input_files(photo_of(own_certificate(), kilobytes=4_000))
    assert page.evaluate(SMALL_PHOTO) < 500_000
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.locator(".notice.good")).to_contain_text("Đã xác minh")


@pytest.mark.parametrize(
    "changes",
    [{}, {"claims": {4: int((NOW - DAY).timestamp())}}, {"person": {"dob": "1960-02-01"}}, {"person": {"dob": ""}}],
    ids=["verified", "expired", "another person", "not quite"],
)
def test_what_was_read_is_accessible_and_fits_a_narrow_phone(sign_in, own_certificate, changes):
    page = sign_in("worker", viewport=NARROWEST)
    page.goto("/my/health/certificate/")
    page.locator("[name=typed]").fill(own_certificate(**changes))
    page.get_by_role("button", name="Kiểm tra").click()
    expect(page.locator("h1")).to_have_text("Giấy chứng nhận tiêm chủng")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]


def test_the_first_visit_is_light_with_the_script(sign_in):
    page = sign_in("worker")
    page.wait_for_load_state()
    weight, requests = weigh(page, "/my/health/certificate/")
    assert weight <= FIRST_VISIT_BYTES and requests <= FIRST_VISIT_REQUESTS


def test_an_officer_adds_and_withdraws_a_key(sign_in, province):
    page = sign_in("health_officer", viewport=LAPTOP)
    page.goto("/health/keys/")
    page.get_by_role("link", name="Thêm khóa").click()
    page.locator("[name=pem]").fill(Issuer(country="FR").pem)
    page.locator("[name=source]").fill("Cổng thử")
    page.get_by_role("button", name="Thêm", exact=True).click()
    expect(page.locator(".notice.good")).to_contain_text("Đã thêm 1 khóa")
    page.locator("tr", has_text="Cổng thử").get_by_role("link", name="Thu hồi").click()
    page.locator("[name=reason]").fill("Thử xong")
    assert violations(page) == []
    page.set_viewport_size(NARROWEST)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]
    page.set_viewport_size(LAPTOP)
    page.get_by_role("button", name="Thu hồi").click()
    expect(page.locator("tr", has_text="Cổng thử")).to_contain_text("đã thu hồi")
    assert violations(page) == []
    TrustedKey.objects.filter(source="Cổng thử").delete()
