"""A liaison registers a group from a spreadsheet: tried first, each error beside its cell, nobody twice, nothing shown before consent."""

import datetime as dt
import io
import time

import pytest
import xlsxwriter
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.accounts.models import Organisation, User
from recruitment.accounts.services import codes
from recruitment.notifications.models import Message
from recruitment.openings.reading import TableRow
from recruitment.workers.group_tables import interpret, national_id_of
from recruitment.workers.models import AssistedAct, Consent, GroupRegistration, Worker
from recruitment.workers.services.groups import find_known, register_group
from recruitment.workers.services.helpers import name_helper
from tests.factories.accounts import UserFactory
from tests.factories.employers import recruiter_of
from tests.factories.openings import OpeningFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def liaison(client):
    ProvinceFactory(home=True)
    ProvinceFactory(name="Cao Bằng", code="04")
    person = UserFactory(liaison=True, name="Bế Thị Đầu Mối")
    client.force_login(person)
    return person


@pytest.fixture
def house(liaison):
    return liaison.memberships.get().organisation


def cells(**changes):
    return {"name": "Nông Văn Dền", "birth_date": "06/05/1998", "phone": "0912345678", "province": "Cao Bằng"} | changes


def table(*rows):
    return [TableRow(number, row) for number, row in enumerate(rows, start=2)]


def read(*rows, house=None):
    found = interpret(table(*rows), on=TODAY)
    find_known(found, house=house or Organisation.objects.get(kind="liaison"))
    return found


def register(house, liaison, *rows):
    return register_group(rows=read(*rows, house=house), organisation=house, by=liaison, on=TODAY)


# --- one row -----------------------------------------------------------------


@pytest.mark.parametrize("written", ["06/05/1998", "6-5-1998", "1998-05-06", "35921", "35921.0"])
def test_a_birth_date_is_read_however_a_spreadsheet_left_it(liaison, written):
    assert read(cells(birth_date=written))[0].values["birth_date"] == dt.date(1998, 5, 6)


@pytest.mark.parametrize(
    ("written", "name"), [("NONG VAN DEN", "Nong Van Den"), ("nông văn dền", "Nông Văn Dền"), ("  Nông  Văn Dền ", "Nông Văn Dền")]
)
def test_a_name_is_written_as_a_name(liaison, written, name):
    assert read(cells(name=written))[0].values["name"] == name


def test_phones_and_national_ids_get_back_the_zero_that_a_spreadsheet_dropped(liaison):
    [row] = read(cells(phone="912345678", national_id="4098123456"[:2] + "098123456"))
    assert row.values["phone"] == "+84912345678"
    assert national_id_of("04098123456", born=dt.date(1998, 5, 6)) == "004098123456"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "Thiếu họ tên"),
        ({"name": "Nông 123"}, "name", "chỉ gồm chữ"),
        ({"name": "Lª ThÞ Hång"}, "name", "phông chữ cũ"),
        ({"name": "NguyÔn V¨n A"}, "name", "phông chữ cũ"),
        ({"birth_date": ""}, "birth_date", "Hãy điền ngày"),
        ({"birth_date": "31/02/1998"}, "birth_date", "Không có ngày này"),
        ({"birth_date": "1998"}, "birth_date", "Không đọc được ngày"),
        ({"birth_date": "01/01/2020"}, "birth_date", "đủ 15 tuổi"),
        ({"phone": "123"}, "phone", "số"),
        ({"phone": ""}, "phone", "phải ký giấy đồng ý"),
        ({"national_id": "12345"}, "national_id", "12 chữ số"),
        ({"national_id": "004199123456"}, "national_id", "không khớp năm sinh"),
        ({"province": "Xứ Lạ"}, "province", "Không nhận ra tỉnh"),
        ({"available_from": "mai"}, "available_from", "Không đọc được ngày"),
    ],
)
def test_what_is_wrong_is_said_beside_the_cell_and_the_cell_is_kept(liaison, changes, field, message):
    [row] = read(cells(**changes))
    assert [where for where, _text in row.errors] == [field] and message in row.errors[0][1]
    shown = next(cell for cell in row.shown() if cell["errors"])
    assert shown["value"] == next(iter(changes.values()))


def test_the_same_person_thrice_in_one_table_is_found_by_phone_by_national_id_and_by_name(liaison):
    number = "004098123456"
    rows = read(
        cells(national_id=number),
        cells(name="NONG VAN DEN", birth_date="35921", phone="0987654321"),
        cells(name="Người Khác", phone="0912 345 678"),
        cells(name="Người Nữa", phone="0977777777", national_id=number),
        cells(phone="0966666666", national_id="004098999999"),
    )
    assert [[where for where, _text in row.errors] for row in rows] == [[], ["name"], ["phone"], ["national_id"], []]
    assert "dòng 2" in rows[1].errors[0][1]


# --- registering -------------------------------------------------------------


def test_a_group_is_registered_with_consent_pending_and_each_is_told(liaison, house):
    group = register(house, liaison, cells(), cells(name="Lý Thị Xanh", phone="0987654321", national_id="004198000001", birth_date="01/02/1998"))
    assert GroupRegistration.objects.visible_to(liaison).with_figures().get(pk=group.pk).people == 2
    assert not Consent.objects.exists() and not Worker.objects.searchable().exists()
    messages = Message.objects.filter(kind="registered_for_you", channel="sms")
    assert set(messages.values_list("address", flat=True)) == {"+84912345678", "+84987654321"}
    assert house.name in messages.first().text
    assert Worker.objects.get(user__phone="+84987654321").national_id == "004198000001"


def test_no_factory_sees_anybody_before_the_person_agrees_on_the_own_phone(client, liaison, house, monkeypatch):
    register(house, liaison, cells())
    worker = Worker.objects.get()
    assert not Worker.objects.visible_to(recruiter_of(OpeningFactory().factory)).exists()
    client.logout()
    monkeypatch.setattr(codes.secrets, "randbelow", lambda _most: 123456)
    client.post(reverse("workers:sign_in"), {"phone": "0912345678"})
    landed = client.post(reverse("workers:code"), {"code": "123456"})
    assert landed.headers["Location"] == reverse("workers:consents")
    page = client.get(reverse("workers:consents")).content.decode()
    assert "Bế Thị Đầu Mối" in page and house.name in page and "đăng ký hồ sơ" in page
    client.post(reverse("workers:consents"), {"give": "matching"})
    assert Worker.objects.searchable().get() == worker
    assert GroupRegistration.objects.with_figures().get().agreed == 1


def test_who_has_no_phone_agrees_on_signed_paper_which_is_an_act_in_that_persons_name(liaison, house):
    register(house, liaison, cells(phone="", paper="GĐY 12/2026"))
    worker = Worker.objects.get()
    assert worker.user.phone is None
    assert set(worker.consents.values_list("purpose", flat=True)) == set(Consent.Purpose.values)
    assert worker.consents.first().recorded_by == liaison
    assert AssistedAct.objects.get(act="consented").paper == "GĐY 12/2026"
    assert not Message.objects.exists()


def test_the_same_table_again_changes_nothing(liaison, house):
    rows = [cells(), cells(name="Lý Xanh", phone="", paper="GĐY 1")]
    assert register(house, liaison, *rows)
    counts = [model.objects.count() for model in (Worker, User, AssistedAct, Message, Consent)]
    again = read(*rows)
    assert [row.is_known for row in again] == [True, True]
    assert register(house, liaison, *rows) is None
    assert counts == [model.objects.count() for model in (Worker, User, AssistedAct, Message, Consent)]


def test_of_somebody_of_another_house_nothing_is_said_but_that_the_row_can_not_be_registered(liaison, house):
    """By phone, by national ID, by name and birth date, right or wrong: one sentence at one place."""
    other = UserFactory(liaison=True)
    theirs = cells(name="Hoàng Thị Kín", phone="0912345678", national_id="004198000001")
    register(other.memberships.get().organisation, other, theirs)
    alone = WorkerFactory(user__name="Lò Văn Tự", user__phone="+84987000111")
    staff = UserFactory(phone="+84987000222")
    tries = [
        theirs,
        cells(),
        cells(phone="0966666666", national_id="004198000001"),
        cells(name="HOANG THI KIN", phone="0966666666"),
        cells(name="HOANG THI KIN", phone="", paper="GĐY 1"),
        cells(name="Lò Văn Tự", birth_date=f"{alone.birth_date:%d/%m/%Y}", phone="0966666666"),
        cells(phone=staff.phone),
    ]
    said = [read(row, house=house)[0].errors for row in tries]
    assert all(errors == said[0] for errors in said) and [where for where, _text in said[0]] == ["name"]
    assert "Kín" not in said[0][0][1] and not Worker.objects.filter(assisted_acts__group__organisation=house).exists()


def test_of_the_own_people_it_is_said_what_differs(liaison, house):
    register(house, liaison, cells(national_id="004098123456"))
    tries = [cells(), cells(name="Người Khác"), cells(phone="0966666666", name="Người Khác", national_id="004098123456"), cells(phone="0966666666")]
    rows = [read(row)[0] for row in tries]
    assert [row.is_known for row in rows] == [True, False, False, False]
    assert [[where for where, _text in row.errors] for row in rows] == [[], ["phone"], ["national_id"], ["name"]]
    assert read(cells(phone="0966666666", national_id="004098999999"))[0].is_new


def test_people_whom_another_house_entrusted_to_this_one_are_its_own(liaison, house):
    other = UserFactory(liaison=True)
    without_phone = cells(name="Hoàng Thị Kín", phone="", paper="GĐY 1")
    register(other.memberships.get().organisation, other, without_phone)
    assert read(without_phone, house=house)[0].errors
    name_helper(workers=Worker.objects.values_list("pk", flat=True), helper=liaison.memberships.get(), by=other, on=TODAY)
    assert read(without_phone, house=house)[0].is_known


def test_looking_for_who_is_known_asks_three_times_for_any_number_of_rows(liaison, house):
    rows = interpret(table(*(cells(phone=f"09123456{number:02d}", name=f"Nông Văn {chr(97 + number)}") for number in range(20))), on=TODAY)
    with CaptureQueriesContext(connection) as counted:
        find_known(rows, house=house)
    assert len(counted) == 2  # nobody shows a national ID here


def test_a_thousand_rows_take_seconds_and_as_many_queries_as_ten(liaison, house):
    def people(count, start):
        return [
            cells(name=f"Nông Văn {chr(97 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676)}", phone=f"09{start + number:08d}")
            for number in range(count)
        ]

    def queries(rows):
        with CaptureQueriesContext(connection) as counted:
            assert register(house, liaison, *rows)
        return len(counted)

    ten = queries(people(10, 12_000_000))
    started = time.perf_counter()
    thousand = queries([row | {"birth_date": "07/05/1998"} for row in people(1000, 13_000_000)])
    assert time.perf_counter() - started < 15
    assert thousand <= ten + 4
    assert Worker.objects.count() == 1010


def test_an_import_that_breaks_leaves_nothing(liaison, house, monkeypatch):
    monkeypatch.setattr("recruitment.workers.services.groups.request_index", lambda *_arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        register(house, liaison, cells())
    assert not Worker.objects.exists() and not GroupRegistration.objects.exists() and not Message.objects.exists()


# --- pages -------------------------------------------------------------------


def sheet(*rows) -> SimpleUploadedFile:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        page = book.add_worksheet()
        for number, row in enumerate([["Họ và tên", "Ngày sinh", "Số điện thoại", "CCCD", "Tỉnh"], *rows]):
            page.write_row(number, 0, row)
    return SimpleUploadedFile("nhom.xlsx", data.getvalue())


def test_a_spreadsheet_is_tried_then_registered_then_mended(client, liaison):
    good, bad = ["NONG VAN DEN", 35921, 912345678, 4098123456, "Cao Bằng"], ["Lý Xanh", "31/02/1998", "0987654321", "", "Cao Bằng"]
    checked = client.post(reverse("workers:group_upload"), {"file": sheet(good, bad)}, follow=True)
    page = checked.content.decode()
    assert "Không có ngày này" in page and "31/02/1998" in page and "Đăng ký 1 người" in page and not Worker.objects.exists()
    done = client.post(checked.request["PATH_INFO"], follow=True).content.decode()
    assert "Đã đăng ký 1 người" in done and "31/02/1998" in done
    bad[1] = "01/02/1998"
    again = client.post(reverse("workers:group_upload"), {"file": sheet(good, bad)}, follow=True)
    assert "đã có hồ sơ" in again.content.decode()
    client.post(again.request["PATH_INFO"])
    assert Worker.objects.count() == 2
    assert "Bế Thị Đầu Mối" in client.get(reverse("workers:groups")).content.decode()


def test_what_waits_for_confirmation_is_kept_encrypted(client, liaison):
    client.post(
        reverse("workers:group_upload"), {"table": "Họ và tên\tNgày sinh\tSố điện thoại\tTỉnh\nNông Văn Dền\t06/05/1998\t0912345678\tCao Bằng"}
    )
    _key, kept = cache.get(f"group:{liaison.pk}")
    assert isinstance(kept, bytes) and b"0912345678" not in kept and "Nông".encode() not in kept


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"PK\x03\x04rubbish", "tên\nA".encode("utf-16")])
def test_what_is_no_table_says_what_to_do(client, liaison, content):
    response = client.post(reverse("workers:group_upload"), {"file": SimpleUploadedFile("nhom.xlsx", content)})
    assert response.status_code == 422 and "error-summary" in response.content.decode()


def test_another_house_does_not_see_it(liaison, house):
    register(house, liaison, cells())
    assert not GroupRegistration.objects.visible_to(UserFactory(liaison=True)).exists()
