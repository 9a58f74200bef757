"""Sending a certificate: by photo, by text, and what the page says to whatever is wrong with it."""

import html
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from recruitment.health.certificate_explanations import EXPLANATIONS
from recruitment.health.certificates.problems import Problem
from recruitment.health.models import HealthEvent
from recruitment.health.services import photos
from recruitment.health.services.trust import revoke_certificate
from recruitment.shared.uploads import MOST_BYTES
from recruitment.workers.models import Consent
from tests.factories.accounts import UserFactory
from tests.factories.certificates import DAY, NOW, Issuer, holder, qr_picture, recovery, vaccination
from tests.factories.health import TrustedKeyFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import ConsentFactory, WorkerFactory

pytestmark = pytest.mark.django_db
ADDRESS, RECORD = "/my/health/certificate/", "/my/health/certificate/record/"


@pytest.fixture
def issuer():
    issuer = Issuer()
    TrustedKeyFactory(issuer=issuer)
    return issuer


@pytest.fixture
def worker(client):
    ProvinceFactory(home=True)
    worker = WorkerFactory()
    ConsentFactory(worker=worker, purpose=Consent.Purpose.HEALTH)
    client.force_login(worker.user)
    return worker


def shown(response) -> str:
    return html.unescape(response.content.decode())


def picture(image: Image.Image, form="PNG") -> SimpleUploadedFile:
    data = io.BytesIO()
    image.save(data, form)
    return SimpleUploadedFile(f"photo.{form.lower()}", data.getvalue())


def record(client, response):
    """The button on the page that shows what was read."""
    text = html.unescape(re.search(r'name="text" value="([^"]+)"', response.content.decode())[1])
    return client.post(RECORD, {"text": text}, follow=True)


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_photo_is_read_shown_and_recorded_as_proof(client, worker, issuer, form):
    response = client.post(ADDRESS, {"photo": picture(qr_picture(issuer.issue(vaccination())), form)})
    page = shown(response)
    assert response.status_code == 200 and "Đã xác minh" in page and "Mũi 2 · Pfizer" in page and "01/07/2026" in page and "Bộ Y tế (VN)" in page
    assert not HealthEvent.objects.exists()
    page = shown(record(client, response))
    assert "Đã ghi, có xác minh" in page and "giấy chứng nhận đã xác minh" in page and 'class="pass green"' in page


def test_pasted_text_is_read_even_with_line_breaks_and_spaces_around_it(client, worker, issuer):
    text = issuer.issue(vaccination())
    pasted = f"  {text[:100]}\r\n{text[100:]} \n"
    assert "Đã xác minh" in shown(client.post(ADDRESS, {"typed": pasted}))


def test_what_was_pasted_stays_in_the_field(client, worker):
    response = client.post(ADDRESS, {"typed": "HC1:abc"})
    assert (
        response.status_code == 422
        and "HC1:abc</textarea>" in shown(response)
        and 'autofocus aria-labelledby="error-summary-title"' in shown(response)
    )


def test_neither_photo_nor_text_asks_for_one(client, worker):
    assert "Hãy chụp hoặc chọn ảnh mã QR" in shown(client.post(ADDRESS, {"typed": " "}))


@pytest.mark.parametrize(
    ("photo", "problem"),
    [
        (picture(Image.new("L", (600, 400), 2)), Problem.PICTURE_DARK),
        (picture(Image.new("L", (600, 400), 200)), Problem.PICTURE_EMPTY),
        (picture(qr_picture("x" * 20).resize((9, 9))), Problem.NO_CODE),
        (SimpleUploadedFile("photo.jpg", b""), Problem.PICTURE_UNREADABLE),
        (SimpleUploadedFile("photo.jpg", b"\xff\xd8\xff" + b"\0" * 100), Problem.PICTURE_UNREADABLE),
        (SimpleUploadedFile("photo.heic", b"\0\0\0\x18ftypheic"), Problem.PICTURE_UNREADABLE),
        (picture(qr_picture("https://example.invalid/")), Problem.NOT_A_CERTIFICATE),
    ],
)
def test_a_photo_that_says_nothing_is_answered_with_how_to_take_it_again(client, worker, photo, problem):
    photo.seek(0)
    response = client.post(ADDRESS, {"photo": photo})
    page = shown(response)
    assert response.status_code == 422 and str(EXPLANATIONS[problem].title) in page and str(EXPLANATIONS[problem].advice) in page
    assert reverse("health:add", args=["dose"]) in page


def test_a_photo_of_more_than_twenty_megabytes_is_refused_and_not_kept_beyond_the_bound(client, worker, monkeypatch):
    sizes = []
    monkeypatch.setattr("recruitment.health.certificate_forms.CertificateForm.clean", lambda form: sizes.append(form.files["photo"].size))
    response = client.post(ADDRESS, {"photo": SimpleUploadedFile("photo.jpg", b"\xff\xd8\xff" + b"\0" * 30_000_000)})
    assert response.status_code == 422 and "Ảnh nặng hơn 20 MB" in shown(response)
    assert sizes[0] <= MOST_BYTES


@pytest.mark.parametrize(
    ("text", "problem", "claimable"),
    [
        (lambda issuer: Issuer().issue(vaccination()), Problem.UNKNOWN_ISSUER, True),
        (lambda issuer: issuer.issue(vaccination(), claims={4: int((NOW - DAY).timestamp())}), Problem.EXPIRED, True),
        (lambda issuer: issuer.issue(vaccination(), claims={6: int((NOW + DAY).timestamp())}), Problem.NOT_YET_VALID, False),
        (lambda issuer: issuer.issue(vaccination(dt="2026-12-01")), Problem.IMPLAUSIBLE, False),
    ],
)
def test_each_problem_has_its_own_words_and_a_next_step(client, worker, issuer, text, problem, claimable):
    page = shown(client.post(ADDRESS, {"typed": text(issuer)}))
    assert str(EXPLANATIONS[problem].title) in page and str(EXPLANATIONS[problem].advice) in page
    assert ("Ghi ở mức tự khai" in page) == claimable
    assert claimable or reverse("health:add", args=["dose"]) in page


def test_a_forged_certificate_is_explained_beside_the_field(client, worker, issuer):
    forged = Issuer().issue(vaccination(), unprotected={4: issuer.key.key_id})
    response = client.post(ADDRESS, {"typed": forged})
    assert response.status_code == 422 and "Chữ ký không đúng" in shown(response)


def test_a_key_for_tests_cannot_sign_a_dose(client, worker):
    tester = Issuer(usages=("test",))
    TrustedKeyFactory(issuer=tester)
    page = shown(client.post(ADDRESS, {"typed": tester.issue(vaccination())}))
    assert "Khóa ký không dành cho loại giấy này" in page and 'name="text"' not in page


def test_a_revoked_certificate_says_so(client, worker, issuer):
    revoke_certificate(certificate_id="URN:UVCI:01:VN:THU0001", reason="Cấp nhầm", by=UserFactory(health_officer=True))
    page = shown(client.post(ADDRESS, {"typed": issuer.issue(vaccination())}))
    assert "Giấy đã bị thu hồi" in page and 'name="text"' not in page


def test_an_unknown_issuers_certificate_becomes_a_claim_and_says_so(client, worker):
    response = client.post(ADDRESS, {"typed": Issuer().issue(vaccination())})
    page = shown(record(client, response))
    assert "Đã ghi ở mức tự khai" in page and "tự khai, chưa xác minh" in page


def test_differences_stand_side_by_side_with_what_to_do(client, worker, issuer):
    person = holder(nam={"gn": "Thử", "gnt": "THU"}, dob="1998-06-05")
    page = shown(client.post(ADDRESS, {"typed": issuer.issue(vaccination(person=person))}))
    for text in ("Nông Thị Thử", "Nông Thử", "thiếu hoặc thừa chữ", "06/05/1998", "05/06/1998", "ngày và tháng đổi chỗ", "Ghi ở mức tự khai"):
        assert text in page


def test_a_certificate_of_another_person_is_not_offered_for_recording(client, worker, issuer):
    text = issuer.issue(vaccination(person=holder(nam={"fn": "Trần", "fnt": "TRAN"})))
    page = shown(client.post(ADDRESS, {"typed": text}))
    assert "Giấy có vẻ của người khác" in page and 'name="text"' not in page
    assert client.post(RECORD, {"text": text}).status_code == 422 and not HealthEvent.objects.exists()


def test_a_certificate_already_used_by_somebody_else_is_named_when_recording(client, worker, issuer):
    text = issuer.issue(vaccination())
    twin = WorkerFactory()
    client.post(RECORD, {"text": text})
    ConsentFactory(worker=twin, purpose=Consent.Purpose.HEALTH)
    client.force_login(twin.user)
    response = client.post(RECORD, {"text": text})
    assert response.status_code == 422 and "đã được dùng cho hồ sơ của người khác" in shown(response)


def test_a_recovery_that_begins_later_says_from_when(client, worker, issuer):
    text = issuer.issue(recovery(fr="2026-11-20", df="2026-12-01", du="2027-05-01"))
    assert "01/12/2026" in shown(client.post(RECORD, {"text": text}))


@pytest.mark.parametrize("text", ["", "HC1:", "x" * 10_000])
def test_recording_nothing_readable_leads_back_to_the_form(client, worker, text):
    assert client.post(RECORD, {"text": text}).url == ADDRESS


def test_nothing_is_read_before_consent(client, worker, issuer):
    worker.consents.all().delete()
    for address in (ADDRESS, RECORD):
        assert client.post(address, {"text": issuer.issue(vaccination())}).url == reverse("workers:consents")
    assert not HealthEvent.objects.exists()


def test_english_has_words_for_every_problem(client, worker):
    client.cookies["django_language"] = "en"
    page = shown(client.post(ADDRESS, {"photo": picture(Image.new("L", (600, 400), 2))}))
    assert "The picture is too dark" in page and "switch on the lamp" in page
    assert set(EXPLANATIONS) == set(Problem)


def test_the_page_asks_the_database_no_more_for_many_trusted_keys(client, worker, issuer):
    text = issuer.issue(vaccination())
    client.post(ADDRESS, {"typed": text})
    with CaptureQueriesContext(connection) as one:
        client.post(ADDRESS, {"typed": text})
    TrustedKeyFactory.create_batch(30)
    with CaptureQueriesContext(connection) as thirty:
        client.post(ADDRESS, {"typed": text})
    assert len(one) == len(thirty)


def test_the_text_of_a_code_is_neither_kept_nor_put_into_an_address(client, worker, issuer):
    text = issuer.issue(vaccination())
    response = client.post(RECORD, {"text": text}, follow=True)
    assert response.redirect_chain == [("/my/health/", 302)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(health_healthevent)::text FROM health_healthevent")
        assert all(secret not in row for (row,) in cursor.fetchall() for secret in (text[10:60], "THU0001", "Pfizer"))


def test_too_many_photos_of_one_person_wait_and_text_and_hand_still_work(client, worker, monkeypatch):
    monkeypatch.setattr(photos, "MOST_PER_PERSON", 2)

    def answer():
        return client.post("/my/health/certificate/", {"photo": SimpleUploadedFile("a.png", b"no picture", "image/png")}).content.decode()

    assert "Đã gửi nhiều ảnh" not in answer() + answer()
    page = answer()
    assert "Đã gửi nhiều ảnh. Hãy đợi 15 phút" in page and "Mũi tiêm" in page
    assert "Đã gửi nhiều ảnh" not in client.post("/my/health/certificate/", {"typed": "HC1:rác"}).content.decode()
