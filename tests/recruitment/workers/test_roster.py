"""A factory's table of who works where."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from xlsxwriter import Workbook

from recruitment.employers.models import Line, Workshop
from recruitment.notifications.models import Message
from recruitment.workers.models import Employment
from recruitment.workers.services.employment import start_employment
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, LineFactory, WorkshopFactory, recruiter_of
from tests.factories.workers import EmploymentFactory, WorkerFactory

pytestmark = pytest.mark.django_db
HEADER = "Họ tên\tSố điện thoại\tXưởng\tChuyền\tCa\tPhòng\tXe\tTừ ngày"


@pytest.fixture
def factory(client):
    factory = FactoryFactory()
    client.force_login(recruiter_of(factory))
    return factory


def worker(phone="+84912345678", name="Lò Văn Bình"):
    return WorkerFactory(user=UserFactory(phone=phone, name=name))


def row(name="Lò Văn Bình", phone="0912 345 678", workshop="Xưởng 1", line="Chuyền 2", team="Ca A", room="P101", bus="Tuyến 1", since="01/11/2026"):
    return "\t".join([name, phone, workshop, line, team, room, bus, since])


def upload(client, factory, *rows, header=HEADER):
    """The page that shows every row of the table."""
    answer = client.post("/roster/", {"factory": factory.pk, "table": "\n".join([header, *rows])})
    assert answer.status_code == 302, answer.context["form"].errors
    return answer.url


def outcomes(client, address):
    return [(row.outcome, row.errors) for row in client.get(address).context["waiting"].report]


def test_a_table_is_tried_first_and_written_when_confirmed(client, factory):
    person = worker()
    page = upload(client, factory, row())
    assert outcomes(client, page) == [("new", [])]
    assert not Employment.objects.exists() and not Line.objects.exists()
    assert "Nhập 1 dòng" in client.get(page).content.decode()
    client.post(page)
    post = Employment.objects.select_related("line__workshop").get()
    assert (post.worker, post.factory, str(post.line), post.team) == (person, factory, "Xưởng 1 · Chuyền 2", "Ca A")
    assert (post.dormitory_room, post.shuttle, post.since.isoformat()) == ("P101", "Tuyến 1", "2026-11-01")
    assert str(factory) in Message.objects.get(recipient=person.user, channel="sms").text
    assert "Đã nhập xong" in client.get(page).content.decode()


def test_confirming_twice_and_uploading_again_change_nothing(client, factory):
    worker()
    page = upload(client, factory, row())
    for _ in range(2):
        client.post(page)
    again = upload(client, factory, row(workshop="XƯỞNG 1", line="chuyền  2"))
    assert outcomes(client, again) == [("already", [])]
    client.post(again)
    assert (Employment.objects.count(), Line.objects.count(), Message.objects.filter(channel="sms").count()) == (1, 1, 1)


def test_somebody_who_changes_places_is_moved(client, factory):
    person, line = worker(), LineFactory(workshop__factory=factory)
    EmploymentFactory(worker=person, factory=factory, line=line, team="Ca A")
    page = upload(client, factory, row(workshop=line.workshop.name, line=line.name, team="Ca B"))
    assert outcomes(client, page) == [("moved", [])]
    client.post(page)
    assert Employment.objects.values_list("line", "team").get() == (line.pk, "Ca B")
    assert not Message.objects.exists()


def test_a_line_is_known_without_its_workshop_when_there_is_only_one_of_the_name(client, factory):
    worker(), worker("+84912345679", "Vi Thị Hoa")
    line = LineFactory(workshop__factory=factory, name="Chuyền 2")
    page = upload(client, factory, row(workshop=""), row(name="Vi Thị Hoa", phone="0912345679", workshop="", line="Chuyền 9"))
    (first, _none), (second, errors) = outcomes(client, page)
    assert (first, second) == ("new", "refused") and "ghi thêm tên xưởng" in errors[0]
    client.post(page)
    assert Employment.objects.get().line == line and Workshop.objects.count() == 1


def test_strangers_and_people_of_other_factories_get_the_same_answer(client, factory, today):
    elsewhere, misnamed = worker(), worker("+84912345679", "Vi Thị Hoa")
    start_employment(worker=elsewhere, factory=FactoryFactory(name="Nhà máy Kia"), since=today, by=None, on=today)
    page = upload(client, factory, row(), row(name="Ai Khác", phone="0912345679"), row(name="Người Lạ", phone="0912345670"))
    said = outcomes(client, page)
    assert [outcome for outcome, _errors in said] == ["refused"] * 3
    assert len({errors[0] for _outcome, errors in said}) == 1
    assert "Nhà máy Kia" not in client.get(page).content.decode() and str(misnamed.user.name) not in client.get(page).content.decode()


def test_a_name_without_accents_is_the_same_name(client, factory):
    worker()
    assert outcomes(client, upload(client, factory, row(name="LO VAN BINH"))) == [("new", [])]


def test_the_second_row_about_somebody_is_refused(client, factory):
    worker()
    said = outcomes(client, upload(client, factory, row(), row(team="Ca B")))
    assert [outcome for outcome, _errors in said] == ["new", "refused"] and "dòng 2" in said[1][1][0]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"phone": "12"}, "Số điện thoại"),
        ({"phone": ""}, "Số điện thoại"),
        ({"name": ""}, "Họ tên"),
        ({"team": "x" * 41}, "Tổ, ca"),
        ({"line": "x" * 81}, "Chuyền"),
        ({"since": "32/1/2026"}, "Từ ngày"),
    ],
)
def test_a_row_with_something_to_mend_says_what_and_the_others_go_on(client, factory, changed, named):
    worker("+84912345679", "Vi Thị Hoa")
    said = outcomes(client, upload(client, factory, row(**changed), row(name="Vi Thị Hoa", phone="0912345679")))
    assert [outcome for outcome, _errors in said] == ["refused", "new"]
    assert said[0][1][0].startswith(named)


def test_a_spreadsheet_is_read_too(client, factory):
    worker()
    content = BytesIO()
    with Workbook(content) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate([HEADER, row()]):
            sheet.write_row(number, 0, line.split("\t"))
    answer = client.post("/roster/", {"factory": factory.pk, "file": SimpleUploadedFile("ds.xlsx", content.getvalue())})
    assert outcomes(client, answer.url) == [("new", [])]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"PK\x03\x04xx", b"a,b\n1,2", b"%PDF-1.7"])
def test_a_file_that_is_no_such_table_is_refused_with_what_to_do(client, factory, content):
    answer = client.post("/roster/", {"factory": factory.pk, "file": SimpleUploadedFile("ds.csv", content)})
    assert answer.status_code == 422 and answer.context["form"].errors["file"]


def test_nothing_chosen_is_said_at_the_field(client, factory):
    assert client.post("/roster/", {"factory": factory.pk}).context["form"].errors["file"]
    assert client.post("/roster/", {"factory": FactoryFactory().pk, "table": HEADER}).context["form"].errors["factory"]


def test_the_page_counts_who_works_where_and_only_at_own_factories(client, factory):
    line = LineFactory(workshop__factory=factory, name="Chuyền 7")
    for _ in range(3):
        EmploymentFactory(factory=factory, line=line, team="Ca C")
    EmploymentFactory(team="Ca Lạ")
    page = client.get("/roster/")
    assert [(row["line__name"], row["team"], row["people"]) for row in page.context["page"]] == [("Chuyền 7", "Ca C", 3)]


def test_another_persons_table_is_not_found(client, factory):
    worker()
    page = upload(client, factory, row())
    client.force_login(recruiter_of(factory))
    assert client.get(page).url == "/roster/"
    client.force_login(UserFactory(health_officer=True))
    assert client.get("/roster/").status_code == 403


def test_fifty_rows_cost_as_many_queries_as_two(client, factory):
    WorkshopFactory(factory=factory, name="Xưởng 1")
    people = [worker(f"+8491234{number:04d}", f"Người {number}") for number in range(52)]

    def queries(some):
        rows = [row(name=person.user.name, phone=person.user.phone, line=f"Chuyền {person.pk}") for person in some]
        with CaptureQueriesContext(connection) as tried:
            page = upload(client, factory, *rows)
        with CaptureQueriesContext(connection) as applied:
            client.post(page)
        return len(tried), len(applied)

    assert queries(people[:2]) == queries(people[2:])
