"""A liaison's spreadsheet as they come: 250 people with capitals, serials and one of them thrice; and one that is too large."""

import io
import time

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from recruitment.workers.models import Worker
from tests.factories.accounts import UserFactory
from tests.factories.places import ProvinceFactory

pytestmark = pytest.mark.django_db
HEADER = ["Họ và tên", "Ngày sinh", "Số điện thoại", "Tỉnh"]
FAMILIES, GIVEN = ["NONG VAN", "LY THI", "HOANG VAN", "BE THI", "DAM VAN"], ["AN", "BINH", "CHI", "DUNG", "EM"]


@pytest.fixture
def liaison(client):
    ProvinceFactory(home=True)
    ProvinceFactory(name="Cao Bằng", code="04")
    client.force_login(UserFactory(liaison=True))


def sheet(rows) -> SimpleUploadedFile:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        page = book.add_worksheet()
        for number, row in enumerate([HEADER, *rows]):
            page.write_row(number, 0, row)
    return SimpleUploadedFile("nhom.xlsx", data.getvalue())


def person(number: int) -> list:
    """In capitals without accents, the birth date a serial, the phone without its zero."""
    return [f"{FAMILIES[number % 5]} {GIVEN[number // 5 % 5]}", 33000 + number, 912_000_000 + number, "CAO BANG"]


def test_250_people_are_read_and_registered_in_seconds_and_the_one_who_stands_thrice_once(client, liaison):
    people = [person(number) for number in range(248)]
    again = [["Nong Van An", "07/05/1990", 987_000_001, "Cao Bằng"], ["NONG VAN AN", 33000, 987_000_002, "04"]]
    assert people[0][:2] == ["NONG VAN AN", 33000]
    again[0][1] = "07/05/1990"  # day 33,000 of the spreadsheet
    started = time.perf_counter()
    checked = client.post(reverse("workers:group_upload"), {"file": sheet(people + again)}, follow=True)
    page = checked.content.decode()
    assert "Đăng ký 248 người" in page and page.count("Trùng họ tên và ngày sinh với dòng 2") >= 2
    assert len(checked.content) < 400_000
    client.post(checked.request["PATH_INFO"])
    assert time.perf_counter() - started < 20
    assert Worker.objects.count() == 248 and Worker.objects.filter(user__name="Nong Van An").exists()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("\t".join(HEADER) + "\n" + "A\t1/1/1990\t0912345678\tCao Bằng\n" * 2001, "2000"),
        ("\t".join(HEADER) + "\n" + "A" * 10_001 + "\t1/1/1990\t0912345678\tCao Bằng\n", "ký tự"),
        ("A" * 500_001, "500000"),
    ],
)
def test_what_is_too_large_is_told_and_nothing_is_kept(client, liaison, table, said):
    answer = client.post(reverse("workers:group_upload"), {"table": table})
    assert answer.status_code == 422 and said in answer.content.decode() and not Worker.objects.exists()
