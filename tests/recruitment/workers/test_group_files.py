"""A liaison's table as real offices draw it: read whole, or refused with what to do."""

import datetime as dt
import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from recruitment.workers.models import Worker
from tests.factories.accounts import UserFactory
from tests.factories.places import ProvinceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def liaison(client):
    ProvinceFactory(home=True)
    ProvinceFactory(name="Cao Bằng", code="04")
    person = UserFactory(liaison=True)
    client.force_login(person)
    return person


HEADER = ["Họ và tên", "Ngày sinh", "Số điện thoại", "CCCD", "Tỉnh"]
GOOD = ["Nông Văn Dền ", 35921, 912345678, 4098123456, " Cao Bằng\xa0"]


def book(write, name="nhom.xlsx") -> SimpleUploadedFile:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as made:
        write(made)
    return SimpleUploadedFile(name, data.getvalue())


def two_rows_of_headings(made):
    page = made.add_worksheet()
    page.merge_range(0, 0, 0, 6, "DANH SÁCH NGƯỜI LAO ĐỘNG")
    for column, heading in ((0, "STT"), (1, "Họ và tên"), (2, "Ngày, tháng, năm sinh")):
        page.merge_range(2, column, 3, column, heading)
    page.merge_range(2, 3, 2, 4, "Liên hệ, giấy tờ")
    page.merge_range(2, 5, 2, 6, "Nơi ở hiện nay")
    page.write_row(3, 3, ["Số ĐT", "Số CCCD/CMND", "Xã", "Tỉnh/TP"])
    page.write_row(4, 0, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"])
    page.write_row(5, 0, [1, *GOOD[:4], "Trường Hà", GOOD[4]])


def a_name_in_two_columns(made):
    made.add_worksheet().write_row(0, 0, ["Họ và chữ đệm", "Tên", *HEADER[1:]])
    made.worksheets()[0].write_row(1, 0, ["Nông Văn", "Dền", *GOOD[1:]])


def a_heading_over_two_columns(made):
    page = made.add_worksheet()
    page.merge_range(0, 0, 0, 1, "Họ và tên")
    page.write_row(0, 2, HEADER[1:])
    page.write_row(1, 0, ["Nông Văn", "Dền", *GOOD[1:]])


def a_hidden_sheet(made):
    hidden, page = made.add_worksheet(), made.add_worksheet()
    for sheet, name in ((hidden, "Người Ẩn"), (page, GOOD[0])):
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, [name, *GOOD[1:]])
    page.activate()
    hidden.hide()


def formulas(made):
    page = made.add_worksheet()
    page.write_row(0, 0, HEADER)
    page.write_row(1, 0, GOOD)
    page.write_formula(1, 0, '="Nông Văn"&" Dền"', None, "Nông Văn Dền")
    page.write_formula(1, 1, "=DATE(1998,5,6)", None, 35921)


@pytest.mark.parametrize("write", [two_rows_of_headings, a_name_in_two_columns, a_heading_over_two_columns, a_hidden_sheet, formulas])
def test_a_table_is_read_as_real_offices_draw_it(client, liaison, write):
    checked = client.post(reverse("workers:group_upload"), {"file": book(write)}, follow=True)
    assert "Đăng ký 1 người" in checked.content.decode()
    client.post(checked.request["PATH_INFO"])
    worker = Worker.objects.select_related("user", "home_province").get()
    assert (worker.user.name, worker.user.phone, worker.birth_date) == ("Nông Văn Dền", "+84912345678", dt.date(1998, 5, 6))
    assert (worker.national_id, worker.home_province.name) == ("004098123456", "Cao Bằng")


def test_the_trial_shows_what_each_cell_was_read_as(client, liaison):
    row = ["NONG VAN DEN", 35921, 912345678, 4098123456, "cao bang"]

    def write(made):
        page = made.add_worksheet()
        page.write_row(0, 0, [*HEADER, "Nghề"])
        page.write_row(1, 0, [*row, "nghề không ai biết"])

    page = client.post(reverse("workers:group_upload"), {"file": book(write)}, follow=True).content.decode()
    for read_as, written in [
        ("Nong Van Den", "NONG VAN DEN"),
        ("06/05/1998", "35921"),
        ("0912 345 678", "912345678"),
        ("004098123456", "4098123456"),
    ]:
        assert f'{read_as} <span class="muted">ghi “{written}”' in page
    assert "không nhận ra nghề này, để trống" in page and "Cao Bằng <span" in page


def two_lists(made):
    for _number in range(2):
        page = made.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, GOOD)


def ten_thousand(made):
    page = made.add_worksheet()
    page.write_row(0, 0, HEADER)
    for number in range(1, 10_001):
        page.write_row(number, 0, GOOD)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (lambda: book(two_lists), "2 trang đều có danh sách"),
        (lambda: book(ten_thousand), "tối đa 2000 dòng"),
        (lambda: SimpleUploadedFile("nhom.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), ".xls kiểu cũ"),
        (lambda: SimpleUploadedFile("nhom.csv", "Họ và tên;Năm sinh\nNông;1998".encode("cp1258", "replace")), "CSV UTF-8"),
        (lambda: SimpleUploadedFile("nhom.csv", b""), "không có dòng nào"),
        (lambda: book(lambda made: made.add_worksheet().write_row(0, 0, HEADER)), "không có dòng nào"),
    ],
)
def test_a_file_that_can_not_be_read_whole_is_refused_with_what_to_do(client, liaison, file, said):
    refused = client.post(reverse("workers:group_upload"), {"file": file()})
    page = refused.content.decode()
    assert refused.status_code == 422 and said in page and not Worker.objects.exists()
