"""Health officers keep the keys that count and the certificates that don't."""

import html

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.health.models.trust import RevokedCertificate, TrustedKey
from tests.factories.accounts import UserFactory
from tests.factories.certificates import DAY, NOW, Issuer
from tests.factories.health import TrustedKeyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    officer = UserFactory(health_officer=True, name="Cán bộ Thử")
    client.force_login(officer)
    return officer


def shown(response) -> str:
    return html.unescape(response.content.decode())


def test_an_empty_list_says_what_that_means(client, officer):
    assert "Chưa tin khóa nào" in shown(client.get("/health/keys/"))


def test_a_key_is_pasted_and_listed_with_what_its_certificate_says(client, officer):
    issuer = Issuer(usages=("test",))
    response = client.post("/health/keys/new/", {"pem": issuer.pem, "source": "Công văn thử", "country": ""}, follow=True)
    page = shown(response)
    for text in (
        "Đã thêm 1 khóa",
        f'VN <span class="muted">{issuer.key.key_id.hex()}',
        "xét nghiệm",
        "Công văn thử",
        "Cán bộ Thử",
        "chờ người thứ hai duyệt",
    ):
        assert text in page


def test_a_bundle_adds_what_it_can_and_counts_the_rest(client, officer):
    old, known = Issuer(valid_until=NOW - DAY), TrustedKeyFactory()
    bundle = "\n".join([Issuer().pem, "rác", Issuer(country="FR").pem, old.pem, known.pem])
    page = shown(client.post("/health/keys/new/", {"pem": bundle, "source": "Cổng thử"}, follow=True))
    assert "Đã thêm 2 khóa" in page and "Bỏ qua 2 chứng thư" in page and "đã hết hạn" in page and "đã có trong danh sách" in page


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"pem": "rác", "source": "Thử"}, "Đây không phải chứng thư dùng được"),
        ({"pem": "", "source": "Thử"}, "Hãy dán chứng thư"),
        ({"pem": Issuer().pem, "source": ""}, "Hãy điền mục này"),
        ({"pem": Issuer().pem, "source": "Thử", "country": "84"}, "Mã nước gồm hai hoặc ba chữ cái"),
        ({"pem": "x" * 1_600_000, "source": "Thử"}, "hãy chia thành nhiều lần"),
    ],
)
def test_what_cannot_be_added_says_why_and_stays(client, officer, answers, message):
    response = client.post("/health/keys/new/", answers)
    assert response.status_code == 422 and message in shown(response) and not TrustedKey.objects.exists()


def test_a_key_is_withdrawn_with_a_reason_after_seeing_what_hangs_on_it(client, officer):
    key = TrustedKeyFactory()
    address = reverse("health:withdraw_key", args=[key.pk])
    assert "0 mục đã xác minh" in shown(client.get(address))
    assert client.post(address, {"reason": ""}).status_code == 422
    page = shown(client.post(address, {"reason": "Khóa bị lộ"}, follow=True))
    assert "đã thu hồi" in page and "Khóa bị lộ (Cán bộ Thử" in page
    assert client.get(address).status_code == 404


def test_keys_are_found_by_country_or_the_beginning_of_their_id(client, officer):
    french, own = TrustedKeyFactory(issuer=Issuer(country="FR")), TrustedKeyFactory()
    for sought, there, not_there in (("fr", french, own), (own.key_id[:6].upper(), own, french)):
        page = shown(client.get("/health/keys/", {"q": sought}))
        assert there.key_id in page and not_there.key_id not in page
    assert "Không có khóa nào như vậy" in shown(client.get("/health/keys/", {"q": "zz"}))


def test_keys_out_of_their_period_are_marked(client, officer):
    TrustedKeyFactory(issuer=Issuer(valid_until=NOW - DAY))
    TrustedKeyFactory(issuer=Issuer(valid_from=NOW + DAY))
    page = shown(client.get("/health/keys/"))
    assert "hết hạn" in page and "chưa đến hạn dùng" in page


def test_a_certificate_is_revoked_listed_without_its_id_and_restored(client, officer):
    answers = {"certificate_id": "URN:UVCI:01:VN:BIMAT#7", "reason": "Cấp nhầm"}
    page = shown(client.post("/health/revoked/", answers, follow=True))
    assert "Cấp nhầm" in page and "BIMAT" not in page
    assert client.post("/health/revoked/", answers | {"certificate_id": "01:vn:bimat"}).status_code == 422
    page = shown(client.post(reverse("health:restore_certificate", args=[RevokedCertificate.objects.get().pk]), follow=True))
    assert "Đã bỏ thu hồi" in page and "Chưa thu hồi giấy nào" in page


def test_the_list_costs_the_same_for_one_key_and_for_thirty(client, officer):
    TrustedKeyFactory()
    client.get("/health/keys/")
    with CaptureQueriesContext(connection) as one:
        client.get("/health/keys/")
    TrustedKeyFactory.create_batch(29)
    with CaptureQueriesContext(connection) as thirty:
        client.get("/health/keys/")
    assert len(one) == len(thirty)


def test_a_key_proves_nothing_until_a_second_officer_approves_it(client, officer):
    client.post("/health/keys/new/", {"pem": Issuer().pem, "source": "Cổng thử"})
    key = TrustedKey.objects.get()
    assert not TrustedKey.objects.trusted().exists()
    refused = shown(client.post(f"/health/keys/{key.pk}/approve/", follow=True))
    assert "không tự duyệt được" in refused and "Cần cán bộ khác duyệt" in refused
    client.force_login(UserFactory(health_officer=True, name="Người Thứ Hai"))
    assert key.fingerprint in shown(client.get("/health/keys/"))
    approved = shown(client.post(f"/health/keys/{key.pk}/approve/", follow=True))
    assert "Đã duyệt" in approved and "duyệt: Người Thứ Hai" in approved and "đang dùng" in approved
    assert TrustedKey.objects.trusted().get() == key
    assert "không còn chờ duyệt" in shown(client.post(f"/health/keys/{key.pk}/approve/", follow=True))


def test_the_database_wants_two_people_for_a_key(officer):
    with pytest.raises(IntegrityError):
        TrustedKeyFactory(added_by=officer, approved_by=officer)
