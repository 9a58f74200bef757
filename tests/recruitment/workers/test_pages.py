"""Signing in by phone, registering, and the profile, as a person does it in a browser without script."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.accounts.models import SensitiveReading, User
from recruitment.notifications.models import Message
from recruitment.workers.models import Consent, Worker
from tests.factories.accounts import UserFactory
from tests.factories.occupations import OccupationFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
NO_OCCUPATION = {"work-TOTAL_FORMS": 3, "work-INITIAL_FORMS": 0}


@pytest.fixture(autouse=True)
def home():
    """The recruiting province, whose policies decide."""
    return ProvinceFactory(home=True)


def latest_code(phone="+84912345678") -> str:
    return re.search(r"\d{6}", Message.objects.filter(address=phone, kind="code").latest("pk").text)[0]


def sign_in(client, phone="0912 345 678", **extra):
    client.post(reverse("workers:sign_in"), {"phone": phone, **extra})
    return client.post(reverse("workers:code"), {"code": latest_code()})


def test_a_new_person_signs_in_by_code_and_registers_with_consent(client):
    province, occupation = ProvinceFactory(), OccupationFactory()
    assert sign_in(client).url == reverse("workers:register")
    answers = NO_OCCUPATION | {
        "name": "Hoàng  Thị\u200b Na",
        "birth_date": "6-5-1998",
        "home_province": province.pk,
        "available_from": "01/12/2026",
        "shifts": ["day", "rotating"],
        "consents": ["application", "health"],
        "work-0-occupation": occupation.pk,
        "work-0-experience_months": 12,
    }
    response = client.post(reverse("workers:register"), answers)
    assert response.status_code == 302 and response.url == reverse("health:own")
    worker = Worker.objects.get(user__phone="+84912345678")
    assert (worker.user.name, worker.birth_date, worker.available_from) == ("Hoàng Thị Na", dt.date(1998, 5, 6), dt.date(2026, 12, 1))
    assert worker.occupations.get().experience_months == 12
    assert set(worker.consents.values_list("purpose", flat=True)) == {"application", "health"}
    assert worker.clearances.filter(is_current=True).count() == 1


def test_no_consent_box_is_ticked_beforehand(client):
    sign_in(client)
    page = client.get(reverse("workers:register")).content.decode()
    assert page.count('name="consents"') == len(Consent.Purpose) and "checked" not in page


def test_a_child_is_told_the_working_age_and_keeps_what_was_typed(client):
    sign_in(client)
    response = client.post(reverse("workers:register"), NO_OCCUPATION | {"name": "Bé Na", "birth_date": "1/1/2014"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "15 tuổi" in page and 'value="Bé Na"' in page and 'value="1/1/2014"' in page
    assert 'href="#id_birth_date"' in page and not Worker.objects.exists()


def test_a_wrong_code_says_how_many_tries_are_left(client):
    client.post(reverse("workers:sign_in"), {"phone": "0912345678"})
    wrong = "000000" if latest_code() != "000000" else "111111"
    response = client.post(reverse("workers:code"), {"code": wrong})
    assert response.status_code == 422 and "còn 4 lần" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_code_is_read_with_spaces_and_used_once(client):
    client.post(reverse("workers:sign_in"), {"phone": "84912345678"})
    code = latest_code()
    assert client.post(reverse("workers:code"), {"code": f"{code[:3]} {code[3:]}"}).status_code == 302
    client.logout()
    client.post(reverse("workers:sign_in"), {"phone": "0912345678"})
    response = client.post(reverse("workers:code"), {"code": code})
    assert response.status_code == 422 and not client.session.get("_auth_user_id")


def test_asking_for_codes_without_end_is_refused_beside_the_phone(client):
    answers = [client.post(reverse("workers:sign_in"), {"phone": "0912345678"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 422]
    assert "Đã gửi nhiều mã" in answers[-1].content.decode()


def test_after_signing_in_a_known_person_goes_on_to_the_page_wanted(client):
    WorkerFactory(user__phone="+84912345678")
    assert sign_in(client, next=reverse("health:own")).url == reverse("health:own")


@pytest.mark.parametrize("address", ["https://elsewhere.invalid/", "//elsewhere.invalid", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client, address):
    WorkerFactory(user__phone="+84912345678")
    assert sign_in(client, next=address).url == reverse("search:openings")


def test_the_code_page_without_a_phone_leads_back(client):
    assert client.get(reverse("workers:code")).url == reverse("workers:sign_in")
    assert client.get(reverse("workers:register")).url == reverse("workers:sign_in")


@pytest.fixture
def worker(client):
    worker = WorkerFactory(consented=True)
    client.force_login(worker.user)
    return worker


def wishes(worker, **changed) -> dict:
    return {
        "work-TOTAL_FORMS": 3,
        "work-INITIAL_FORMS": 0,
        "name": worker.user.name,
        "birth_date": "06/05/1998",
        "available_from": "24/11/2026",
        "shifts": ["day"],
        "wage_wanted": "",
        "home_province": worker.home_province_id,
        "home_commune": "",
    } | changed


def test_the_profile_is_changed_and_read_back(client, worker):
    occupation = OccupationFactory(name="Thợ hàn")
    change = wishes(worker, wage_wanted="9 triệu rưỡi", needs_dormitory="on", **{"work-0-occupation": occupation.pk, "work-0-experience_months": 24})
    assert client.post(reverse("workers:edit"), change).status_code == 302
    page = client.get(reverse("workers:profile")).content.decode()
    assert "Thợ hàn (2 năm)" in page and "9,5\xa0triệu" in page


def test_a_profile_open_on_two_pages_is_not_written_over_unseen(client, worker):
    occupation = OccupationFactory(name="Thợ hàn")
    seen = client.get(reverse("workers:edit")).context["form"]["seen"].value()
    first = wishes(worker, seen=seen, wage_wanted="9 triệu", **{"work-0-occupation": occupation.pk, "work-0-experience_months": 24})
    assert client.post(reverse("workers:edit"), first).status_code == 302
    late = client.post(reverse("workers:edit"), wishes(worker, seen=seen, wage_wanted="12 triệu", shifts=["night"], name="Lò Thị Sửa"))
    assert late.status_code == 409
    found = {row.label: (row.this, row.other) for row in late.context["differences"]}
    assert found["Thu nhập mong muốn một tháng"] == ("12.000.000", "9.000.000") and found["Ca làm được"] == ("ca đêm", "ca ngày")
    assert found["Nghề"] == ("—", "Thợ hàn (2 năm)") and found["Họ và tên"][0] == "Lò Thị Sửa" and set(found) & {"Ngày sinh", "Kỹ năng"} == set()
    worker.refresh_from_db()
    assert worker.wage_wanted == 9_000_000
    anyway = wishes(worker, seen=late.context["form"]["seen"].value(), wage_wanted="12 triệu", shifts=["night"])
    assert client.post(reverse("workers:edit"), anyway).status_code == 302
    worker.refresh_from_db()
    assert worker.wage_wanted == 12_000_000 and not worker.occupations.exists()


def test_the_same_profile_sent_twice_is_no_conflict_nor_is_being_hired_meanwhile(client, worker):
    seen = client.get(reverse("workers:edit")).context["form"]["seen"].value()
    for _again in range(2):
        assert client.post(reverse("workers:edit"), wishes(worker, seen=seen, wage_wanted="9 triệu")).status_code == 302
    seen = client.get(reverse("workers:edit")).context["form"]["seen"].value()
    worker.refresh_from_db()
    worker.status = "hired"
    worker.save()
    assert client.post(reverse("workers:edit"), wishes(worker, seen=seen, wage_wanted="8 triệu")).status_code == 302


def test_one_occupation_twice_is_named(client, worker):
    occupation = OccupationFactory()
    response = client.post(reverse("workers:edit"), wishes(worker, **{"work-0-occupation": occupation.pk, "work-1-occupation": occupation.pk}))
    assert response.status_code == 422 and "chọn hai lần" in response.content.decode()


def test_a_broken_list_of_occupations_is_no_server_error(client, worker):
    response = client.post(reverse("workers:edit"), wishes(worker, **{"work-TOTAL_FORMS": "x", "work-INITIAL_FORMS": ""}))
    assert response.status_code == 422


def test_taking_a_consent_back_closes_it_and_can_be_given_again(client, worker):
    client.post(reverse("workers:consents"), {"withdraw": "matching"})
    assert not worker.consents.filter(purpose="matching", withdrawn_at=None).exists()
    client.post(reverse("workers:consents"), {"give": "matching"})
    assert worker.consents.filter(purpose="matching").count() == 2
    assert client.post(reverse("workers:consents"), {"give": "everything"}).status_code == 302
    assert client.get(reverse("workers:consents")).content.decode().count("đồng ý từ 24/11/2026") == 3


def test_a_hidden_person_is_in_no_list_until_shown_again(client, worker):
    client.post(reverse("workers:visibility"), {"hidden": "yes"})
    assert not Worker.objects.searchable().filter(pk=worker.pk).exists()
    client.post(reverse("workers:visibility"), {"hidden": "no"})
    assert Worker.objects.searchable().filter(pk=worker.pk).exists()


def test_the_print_page_carries_no_navigation_for_paper(client, worker):
    assert worker.user.name in client.get(reverse("workers:print")).content.decode()


@pytest.mark.parametrize("name", ["workers:profile", "workers:edit", "workers:print", "workers:consents"])
def test_strangers_are_sent_to_sign_in_and_staff_are_refused(client, name):
    assert client.get(reverse(name)).url.startswith(reverse("workers:sign_in"))
    client.force_login(UserFactory(recruiter=True))
    assert client.get(reverse(name)).status_code == 403


def test_pages_speak_english_when_asked(client, worker):
    client.cookies["django_language"] = "en"
    assert "Profile" in client.get(reverse("workers:profile")).content.decode()


def test_an_account_without_profile_is_not_made_before_the_code_is_right(client):
    client.post(reverse("workers:sign_in"), {"phone": "0912345678"})
    assert not User.objects.filter(phone="+84912345678").exists()


def test_a_phone_that_others_use_signs_out_after_half_an_hour(client):
    client.post(reverse("workers:sign_in"), {"phone": "0912 345 678"})
    client.post(reverse("workers:code"), {"code": latest_code(), "is_shared": "on"})
    assert client.session.get_expiry_age() <= 30 * 60
    client.logout()
    sign_in(client)
    assert client.session.get_expiry_age() > 29 * 24 * 3600


def test_everybody_reads_who_opened_their_sensitive_facts(client):
    worker, officer = WorkerFactory(), UserFactory(health_officer=True, name="Vi Thị Khám")
    client.force_login(worker.user)
    assert "Chưa cán bộ nào" in client.get(reverse("workers:consents")).content.decode()
    with CaptureQueriesContext(connection) as none:
        client.get(reverse("workers:consents"))
    SensitiveReading.objects.create(reader=officer, person=WorkerFactory().user, what="người khác", why="…")
    for number in range(30):
        SensitiveReading.objects.create(reader=officer, person=worker.user, what="mũi tiêm", why=f"duyệt lần {number}")
    with CaptureQueriesContext(connection) as thirty:
        page = client.get(reverse("workers:consents")).content.decode()
    assert page.count("Vi Thị Khám") == 30 and "người khác" not in page
    assert len(thirty) == len(none) + 1  # the rows, once there are any


def test_a_misspelt_name_and_a_wrong_birth_date_can_be_mended(client, worker):
    before = worker.identity_index
    refused = client.post(reverse("workers:edit"), wishes(worker, birth_date="06/05/2020"))
    assert refused.status_code == 422 and "Phải đủ 15 tuổi" in refused.content.decode()
    client.post(reverse("workers:edit"), wishes(worker, name="Lò  Thị\u200b Sửa", birth_date="7.5.1998"))
    now = Worker.objects.select_related("user").get(pk=worker.pk)
    assert (now.user.name, now.birth_date) == ("Lò Thị Sửa", dt.date(1998, 5, 7)) and now.identity_index != before
