import datetime as dt
import io
import uuid

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from recruitment.openings.reading import TableRow
from recruitment.quarantine.models import Bed, Room
from recruitment.quarantine.room_tables import HEADINGS, interpret
from recruitment.quarantine.services.capacity import PromisedMore
from recruitment.quarantine.services.figures import Counts, counts_of, latest_update, write_figures
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import reserve_backup_beds
from recruitment.quarantine.services.room_import import import_rooms
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import RoomFactory, SiteFactory, figures, manager_of

TABLE = "Tòa nhà,Tầng,Phòng,Loại phòng,Số giường\nA,1,P1,,2\nA,1,P2,gia đình,4\nA,2,P3,khép kín,1 giường\nB,1,P1,thường,6\nB,1,P1,,6\n,,,,\nB,1,,,0\n"


def rows_of(*rows):
    return interpret(
        [TableRow(number, dict(zip(("building", "floor", "name", "kind", "beds"), cells, strict=True))) for number, cells in enumerate(rows, 2)]
    )


def bring(site, today, *rows, dry_run=False):
    read = rows_of(*rows)
    more = import_rooms(site=site, rows=read, dry_run=dry_run, by=manager_of(site), on=today)
    return read, more


def test_a_row_is_a_room_and_its_kind_follows_from_its_beds():
    rows = rows_of(
        ("A", "1", "P1", "", "2"), ("A", "1", "P2", "Phòng 4 giường", "4"), ("", "", "P3", "GIA ĐÌNH", "3"), ("", "", "P4", "", "5 giường")
    )
    assert [(row.room.kind, row.room.beds) for row in rows] == [("small", 2), ("medium", 4), ("family", 3), ("large", 5)]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("A", "1", "", "", "2"), "Thiếu tên phòng"),
        (("A", "1", "P" * 21, "", "2"), "tối đa 20 ký tự"),
        (("A", "1", "P1", "", "0"), "từ 1 đến 60"),
        (("A", "1", "P1", "", "2,5"), "từ 1 đến 60"),
        (("A", "1", "P1", "", "²"), "từ 1 đến 60"),
        (("A", "1", "P1", "tàu vũ trụ", "2"), "tàu vũ trụ"),
    ],
)
def test_a_row_that_is_no_room_says_why(cells, words):
    row = rows_of(cells)[0]
    assert row.room is None and words in row.errors[0]


@given(cells=st.fixed_dictionaries({name: st.text(max_size=30) for name in HEADINGS.columns}))
def test_whatever_stands_in_a_row_it_is_a_room_or_says_why(cells):
    row = interpret([TableRow(2, cells)])[0]
    assert (row.room is None) == bool(row.errors)


@pytest.mark.django_db
def test_a_dry_run_says_what_the_import_does_and_writes_nothing(today):
    site = SiteFactory()
    RoomFactory(site=site, name="P1", floor="1", beds=2, kind="small")
    table = [("A", "1", "P1", "", "2"), ("A", "1", "P2", "", "4"), ("A", "3", "p1", "", "1")]
    tried, _more = bring(site, today, *table[:2], dry_run=True)
    assert Room.objects.count() == 1
    done, _more = bring(site, today, *table[:2])
    assert [row.outcome for row in tried] == [row.outcome for row in done] == ["already", "new"]
    assert Bed.objects.filter(room__name="P2").count() == 4
    again, _more = bring(site, today, *table[:2])
    assert [row.outcome for row in again] == ["already", "already"]
    fewer, _more = bring(site, today, table[2])
    assert "đang có 2 giường" in fewer[0].errors[0]


@pytest.mark.django_db
def test_a_room_grows_and_keeps_its_beds(today):
    site = SiteFactory()
    room = RoomFactory(site=site, name="P1", beds=2, kind="small")
    kept = set(room.beds.values_list("pk", flat=True))
    assert bring(site, today, ("A", "2", "P1", "", "4"))[0][0].outcome == "changed"
    room.refresh_from_db()
    assert (room.floor, room.kind) == ("2", "medium")
    assert kept < set(room.beds.values_list("pk", flat=True))
    assert sorted(room.beds.values_list("label", flat=True)) == ["1", "2", "3", "4"]


@pytest.mark.django_db
def test_figures_and_ledger_follow_the_rooms_once_the_site_has_said_figures(today):
    site = SiteFactory(beds=10)
    assert bring(site, today, ("A", "1", "P1", "", "2"))[1] == 0
    assert figures(site, today)[0] == 10
    write_figures(site=site, counts=[Counts("small", 2, 0, 0, 1), Counts("large", 9, 0, 2, 0)], key=uuid.uuid4(), seen=0, by=None, on=today)
    assert figures(site, today)[0] == 8
    assert bring(site, today, ("A", "1", "P2", "", "2"), ("A", "1", "P3", "gia đình", "3"))[1] == 5
    assert bring(site, today, ("A", "1", "P4", "", "6"))[1] == -3
    assert counts_of(latest_update(site)) == [Counts("small", 4, 0, 0, 1), Counts("large", 6, 0, 2, 0), Counts("family", 3, 0, 0, 0)]
    assert figures(site, today)[0] == 10
    assert list(differences()) == []


@pytest.mark.django_db
def test_a_table_with_fewer_beds_than_are_promised_is_refused_whole(today):
    site = SiteFactory(beds=10)
    write_figures(site=site, counts=[Counts("large", 10, 0, 0, 0)], key=uuid.uuid4(), seen=0, by=None, on=today)
    reserve_backup_beds(factory=FactoryFactory(), site=site, first=today, until=today + dt.timedelta(days=1), beds=8, by=None, on=today)
    with pytest.raises(PromisedMore):
        bring(site, today, ("A", "1", "P1", "", "6"))
    assert not Room.objects.exists()


@pytest.mark.django_db
def test_many_rooms_ask_no_query_each(today, django_assert_max_num_queries):
    site = SiteFactory()
    rows, by = rows_of(*[("A", "1", f"P{number}", "", "4") for number in range(200)]), manager_of(site)
    with django_assert_max_num_queries(14):
        import_rooms(site=site, rows=rows, dry_run=False, by=by, on=today)
    assert Bed.objects.count() == 800


@pytest.fixture
def place(client, db):
    site = SiteFactory()
    client.force_login(manager_of(site))
    return site


def upload(client, site, **fields):
    return client.post(reverse("quarantine:room_import", args=[site.pk]), fields)


def spreadsheet():
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(TABLE.splitlines()):
            sheet.write_row(row, 0, line.split(","))
    return content.getvalue()


@pytest.mark.parametrize("name", ["phong.csv", "phong.xlsx"])
def test_a_file_is_tried_first_and_then_imported(client, place, name):
    content = spreadsheet() if name.endswith("xlsx") else TABLE.encode()
    answer = upload(client, place, file=SimpleUploadedFile(name, content))
    text = client.get(answer.url).content.decode()
    assert "Trùng với dòng 5" in text and "Thiếu tên phòng" in text and not Room.objects.exists()
    done = client.post(answer.url, follow=True).content.decode()
    assert "Đã nhập 4 phòng" in done and "A P2" in done
    assert client.post(answer.url).url == reverse("quarantine:room_import", args=[place.pk])


def test_a_pasted_table_is_read_too(client, place):
    answer = upload(client, place, table="Phòng\tSố giường\nP1\t4\n")
    client.post(answer.url)
    assert Room.objects.get().name == "P1"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"table": "một\nhai"},
        {"table": "Phòng,Số giường"},
        {"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04")},
        {"file": SimpleUploadedFile("x.csv", b"")},
    ],
)
def test_a_table_that_is_none_is_refused_with_a_message(client, place, fields):
    answer = upload(client, place, **fields)
    assert answer.status_code == 422 and 'class="error"' in answer.content.decode()


def test_other_managers_do_not_find_it(client, place):
    answer = upload(client, place, table="Phòng\tSố giường\nP1\t4\n")
    client.force_login(UserFactory(site_manager=True))
    assert client.get(answer.url).status_code == 404
    assert client.get(reverse("quarantine:room_import", args=[place.pk])).status_code == 404
