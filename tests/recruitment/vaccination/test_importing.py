"""A table of operators and communes: tried, seen, confirmed; every wrong row says why; nothing is doubled."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.vaccination.models import CoverageReport, TransportOperator
from tests.factories.accounts import UserFactory
from tests.factories.places import CommuneFactory, ProvinceFactory
from tests.factories.vaccination import CoverageReportFactory

pytestmark = pytest.mark.django_db
HEADER = "Loại,Tên,Số người,Ít nhất một mũi,Đủ mũi,Ngày\n"


@pytest.fixture(autouse=True)
def officer(client):
    person = UserFactory(health_officer=True)
    client.force_login(person)
    return person


@pytest.fixture
def commune():
    return CommuneFactory(province=ProvinceFactory(home=True), name="Phường Phổ Yên")


def upload(client, rows: str | bytes, header=HEADER):
    content = rows if isinstance(rows, bytes) else (header + rows).encode()
    return client.post(reverse("vaccination:import"), {"file": SimpleUploadedFile("bang.csv", content)})


def tried(client, rows: str):
    """The rows of the dry run, by their number."""
    return {row.number: row for row in client.get(upload(client, rows).url).context["page"]}


def test_a_table_is_tried_seen_and_confirmed_and_the_same_table_again_brings_nothing(client, commune):
    table = "xã,phổ yên,1.000,900,800,20/11/2026\nVận tải,Xe khách Thử,50,50,40,20/11/2026\n"
    for _ in range(2):
        answer = upload(client, table)
        assert "Xe khách Thử" in client.get(answer.url).content.decode()
        client.post(answer.url)
        client.post(answer.url)
        assert CoverageReport.objects.count() == 2
    assert CoverageReport.objects.of(commune).get().people == 1000
    assert "không có gì mới" in client.get(upload(client, table).url).content.decode()


def test_a_dry_run_writes_nothing(client, commune):
    tried(client, "vận tải,Xe khách Thử,50,50,40,20/11/2026\n")
    assert not CoverageReport.objects.exists() and not TransportOperator.objects.exists()


def test_every_wrong_row_says_why_and_the_right_ones_enter(client, commune):
    twin = ProvinceFactory(home=True)
    CommuneFactory(province=twin, name="Xã Trùng Tên")
    CommuneFactory(province=twin, name="Xã Trùng Tên")
    CommuneFactory(name="Xã Tỉnh Khác")
    rows = tried(
        client,
        f"xã,{commune.code},10,5,5,20/11/2026\n"  # 2: good, by its code
        "xã,Phường Phổ Yên,10,6,5,20/11/2026\n"  # 3: the same commune and day
        "xã,Trùng Tên,10,5,5,20/11/2026\n"
        "xã,Xã Tỉnh Khác,10,5,5,20/11/2026\n"
        "tàu,Xe,10,5,5,20/11/2026\n"
        "vận tải,,10,5,5,20/11/2026\n"
        "vận tải,Xe A,10,11,5,20/11/2026\n"
        "vận tải,Xe B,mười,5,5,31/02/2026\n"
        "vận tải,Xe C,10,5,5,25/11/2026\n",
    )
    assert {number: bool(row.errors) for number, row in rows.items()} == {2: False, **dict.fromkeys(range(3, 11), True)}
    assert "Trùng với dòng 2" in rows[3].errors[0]
    assert "Có 2 xã" in rows[4].errors[0]
    assert "Không có xã" in rows[5].errors[0]
    assert len(rows[9].errors) == 2


def test_figures_older_than_what_counts_go_to_history_once(client, today):
    known = CoverageReportFactory(of_operator=True, days_ago=1)
    table = f"vận tải,{known.operator.name},90,10,5,{today - dt.timedelta(days=30):%d/%m/%Y}\n"
    for outcome in ("history", "already"):
        answer = upload(client, table)
        assert [row.outcome for row in client.get(answer.url).context["page"]] == [outcome]
        client.post(answer.url)
    assert CoverageReport.objects.newest().get() == known
    assert CoverageReport.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "không có dòng nào"),
        (b"PK\x03\x04\x00\x00", "không phải là bảng CSV"),
        ("loại,tên\nxã,A\n".encode(), "thiếu cột"),
        (HEADER.encode(), "chỉ có dòng tiêu đề"),
        ((HEADER + "xã,Đại Từ").encode("cp1258", "replace"), "Không đọc được chữ"),
        ((HEADER + "xã,A,1,1,1,20/11/2026\n" * 1001).encode(), "tối đa 1.000 dòng"),
        (b"x" * (2**20 + 1), "tối đa 1 MB"),
        ((HEADER + '"' + "x" * 200_000).encode(), "dấu ngoặc kép"),
    ],
)
def test_an_unreadable_file_says_what_to_do(client, content, said):
    answer = upload(client, content)
    assert answer.status_code == 422
    assert said in answer.content.decode()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_tables_from_a_spreadsheet_are_read_with_tabs_and_semicolons(client, encoding):
    for delimiter in ";\t":
        content = (HEADER + "vận tải,Xe A,10,5,5,20/11/2026\n").replace(",", delimiter).encode(encoding)
        assert [row.outcome for row in client.get(upload(client, content).url).context["page"]] == ["new"]


def test_a_pasted_table_works_and_an_old_link_says_so(client):
    answer = client.post(reverse("vaccination:import"), {"table": HEADER + "vận tải,Xe A,10,5,5,20/11/2026\n"})
    upload(client, "vận tải,Xe B,10,5,5,20/11/2026\n")
    late = client.post(answer.url, follow=True)
    assert "quá 30 phút" in late.content.decode()
    assert not CoverageReport.objects.exists()


def test_thirty_rows_cost_as_many_queries_as_one(client, commune):
    def queries(rows: int) -> int:
        table = "".join(f"vận tải,Xe {rows} {number},10,5,5,20/11/2026\n" for number in range(rows))
        address = upload(client, table).url
        with CaptureQueriesContext(connection) as counted:
            client.post(address)
        return len(counted)

    assert queries(30) == queries(1)
