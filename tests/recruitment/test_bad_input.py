"""What people type and send that isn't as a form would have it, through the public door: read, or answered with what to do."""

import datetime as dt
import re
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from recruitment.applications.models import Application
from recruitment.notifications.models import Message
from recruitment.openings.models import Opening
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.openings import OpeningFactory
from tests.factories.places import ProvinceFactory
from tests.recruitment.openings.test_reading import OLE, workbook

pytestmark = pytest.mark.django_db
LETTER = "Lò Văn Pín"


@pytest.fixture(autouse=True)
def home():
    """The recruiting province, whose policies decide."""
    return ProvinceFactory(home=True)


@pytest.fixture
def factory(client):
    factory = FactoryFactory()
    client.force_login(recruiter_of(factory))
    return factory


def details(**changed) -> dict:
    return {
        "step": "send",
        "key": str(uuid4()),
        "phone": "0912 345 678",
        "name": LETTER,
        "birth_date": "06/05/1998",
        "home_province": ProvinceFactory().pk,
        "starts_on": "01/12/2026",
        "consents": ["application"],
    } | changed


def apply(client, answers: dict, opening=None):
    """Send the details, then the code that came to the phone."""
    page = reverse("applications:apply", args=[(opening or OpeningFactory()).pk])
    client.post(page, answers)
    return client.post(page, answers | {"step": "apply", "code": newest_code()})


def newest_code() -> str:
    return re.search(r"\d{6}", Message.objects.filter(kind="code").latest("pk").text)[0]


@pytest.mark.parametrize(
    "phone", ["0912345678", "0912 345 678", "0912.345.678", "+84 912 345 678", "84912345678", "+84(0)912-345-678", "\u202a0912345678\u202c"]
)
def test_a_phone_number_is_one_however_it_is_written(client, phone):
    assert apply(client, details(phone=phone)).status_code == 302
    assert Application.objects.get().worker.user.phone == "+84912345678"


@pytest.mark.parametrize("birth_date", ["06/05/1998", "6-5-1998", "1998-05-06"])
def test_a_birth_date_is_one_however_it_is_written(client, birth_date):
    assert apply(client, details(birth_date=birth_date)).status_code == 302
    assert Application.objects.get().worker.birth_date == dt.date(1998, 5, 6)


@pytest.mark.parametrize("birth_date", ["06/05/2027", "25/11/2026", "1/1/1800", "31/02/1998", "hai mươi"])
def test_a_birth_date_that_cannot_be_is_answered_at_its_field_and_kept(client, birth_date):
    answered = client.post(reverse("applications:apply", args=[OpeningFactory().pk]), details(birth_date=birth_date))
    shown = answered.content.decode()
    assert answered.status_code == 422
    assert 'href="#id_birth_date"' in shown and f'value="{birth_date}"' in shown and f'value="{LETTER}"' in shown
    assert not Message.objects.exists()


def test_a_name_taken_apart_or_with_hidden_marks_is_stored_as_people_read_it(client):
    assert apply(client, details(name="\u202eLo\u0300 Va\u0306n\u200b Pi\u0301n\u0007")).status_code == 302
    assert Application.objects.get().worker.user.name == LETTER


def test_a_code_that_has_expired_says_so_and_keeps_the_details(client):
    page, answers = reverse("applications:apply", args=[OpeningFactory().pk]), details()
    client.post(page, answers)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11), tick=True):
        refused = client.post(page, answers | {"step": "apply", "code": newest_code()})
    shown = refused.content.decode()
    assert refused.status_code == 422 and "không còn dùng được" in shown and f'value="{LETTER}"' in shown
    assert not Application.objects.exists()


def test_after_five_wrong_codes_a_new_one_is_asked_for_and_the_details_are_kept(client):
    page, answers = reverse("applications:apply", args=[OpeningFactory().pk]), details()
    client.post(page, answers)
    wrong = "000000" if newest_code() != "000000" else "111111"
    for _try in range(5):
        client.post(page, answers | {"step": "apply", "code": wrong})
    refused = client.post(page, answers | {"step": "apply", "code": newest_code()})
    shown = refused.content.decode()
    assert refused.status_code == 422 and "không còn dùng được" in shown and f'value="{LETTER}"' in shown
    assert not Application.objects.exists()


@pytest.mark.parametrize("typed", ["8", "8.000", "8000000", "8.000.000", "8tr", "8 triệu"])
def test_a_wage_of_eight_million_is_one_however_it_is_written(client, factory, typed):
    opening = OpeningFactory(factory=factory, draft=True)
    answered = client.post(reverse("openings:step", args=[opening.pk, 3]), {"base_wage": typed, "seen": opening.changed_at.isoformat()})
    assert answered.status_code == 302
    assert Opening.objects.get(pk=opening.pk).base_wage == 8_000_000


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mat-khau.xlsx", OLE + b"0" * 600 + "EncryptedPackage".encode("utf-16-le"), "bỏ mật khẩu"),
        ("cu.xls", OLE + b"0" * 600, "lưu lại thành .xlsx"),
        ("to.csv", b"chuc danh\n" + b"x" * (5 * 2**20), "chia thành nhiều tệp"),
        ("bang.xlsx", "chức danh\nThợ hàn\n".encode(), "không khớp với đuôi tệp"),
        ("bang.csv", workbook(["Chức danh"], ["Thợ hàn"]), "không khớp với đuôi tệp"),
        ("hong.xlsx", workbook(["Chức danh"], ["Thợ hàn"])[:-100], "bị hỏng"),
        ("trong.xlsx", workbook(), "không có dòng nào"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_says_what_to_do(client, factory, name, content, said):
    answered = client.post(reverse("openings:import"), {"factory": factory.pk, "file": SimpleUploadedFile(name, content)})
    assert answered.status_code == 422
    assert said in answered.content.decode()


def test_a_workbook_as_offices_make_them_becomes_drafts_and_its_formulas_are_never_run(client, factory):
    """A merged title above the header, an empty row, numbers as text, a date as a serial number, and formulas."""
    content = workbook(
        ["Chức danh", "Mức lương", "Số lượng", "Ngày bắt đầu"],
        ["Công nhân may", "8 - 10 triệu", "20", 46371],
        [],
        ["Thợ hàn", 9_000_000, 5, dt.date(2026, 12, 15)],
        ["=1+1", "9 triệu", 1, ""],
        title="DANH SÁCH TUYỂN DỤNG THÁNG 12",
    )
    tried = client.post(reverse("openings:import"), {"factory": factory.pk, "file": SimpleUploadedFile("bang.xlsx", content)})
    assert "không phải là tên việc" in client.get(tried.url).content.decode()
    client.post(tried.url)
    assert list(Opening.objects.order_by("title").values_list("title", "headcount", "wage_min", "starts_on")) == [
        ("Công nhân may", 20, 8_000_000, dt.date(2026, 12, 15)),
        ("Thợ hàn", 5, 9_000_000, dt.date(2026, 12, 15)),
    ]
