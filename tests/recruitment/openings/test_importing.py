"""Tables of openings: from the page's service and from the command."""

import datetime as dt
import io
import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from recruitment.occupations.services import load_occupations
from recruitment.openings.interpreting import interpret
from recruitment.openings.models import Opening
from recruitment.openings.reading import TableRow, read_table
from recruitment.openings.services.importing import Outcome, import_openings
from search.models import IndexRequest
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.places import MinimumWageFactory

SAMPLE = Path(__file__).resolve().parents[4] / "shared" / "testdata" / "postings" / "manufacturing-sample.csv"
HEADER = "chức danh;mức lương;nơi làm việc;kinh nghiệm;số lượng;ca;ngày nghỉ;ngày bắt đầu;lương cơ bản\n"
GOOD = "Thợ hàn TIG;8 - 10 triệu;Bắc Kạn;1 năm;20;ca xoay;Chủ nhật;01/12/2026;6.000.000\n"


def table(*lines, header=HEADER):
    return read_table(filename="tin.csv", content=(header + "".join(lines)).encode())


def understood(on=dt.date(2026, 11, 24), **cells):
    return interpret(TableRow(2, {"title": "Thợ hàn", **cells}), on=on)


@pytest.fixture
def factory(db):
    load_occupations()
    MinimumWageFactory()
    return FactoryFactory()


@pytest.fixture
def run(factory, today):
    recruiter = recruiter_of(factory)

    def run(rows, *, dry_run=False, publish=False, at=factory):
        return import_openings(rows=rows, factory=at, by=recruiter, on=today, dry_run=dry_run, publish=publish)

    return run


def test_a_good_row_becomes_a_draft_with_what_it_says(run, factory):
    (row,) = run(table(GOOD.replace("6.000.000", "")))
    assert (row.row, row.outcome, row.errors) == (2, Outcome.NEW, [])
    assert (row.occupation, row.wage_min, row.wage_max, row.wage_unit, row.place) == ("7212.1", 8_000_000, 10_000_000, "month", "Thái Nguyên")
    opening = Opening.objects.get(pk=row.opening)
    assert (opening.factory, opening.status, opening.occupation.code, opening.headcount) == (factory, "draft", "7212.1", 20)
    assert (opening.shift, opening.rest_day, opening.starts_on, opening.experience_months) == ("rotating", "Chủ nhật", dt.date(2026, 12, 1), 12)
    assert (opening.wage_min, opening.wage_max, opening.base_wage) == (8_000_000, 10_000_000, None)
    assert IndexRequest.objects.filter(kind="opening", document=opening.pk).exists()


def test_a_bad_row_is_named_and_stops_no_good_one(run):
    bad = ";abc9999999999999;;nhiều;0;ca mây;Chủ nhật;32/13/2026;xyz\n"
    first, second, third = run(table(GOOD, bad, GOOD.replace("TIG", "MIG")))
    assert [first.outcome, second.outcome, third.outcome] == [Outcome.NEW, Outcome.REFUSED, Outcome.NEW]
    assert len(second.errors) == 7
    assert second.opening is None
    assert Opening.objects.count() == 2


def test_the_same_table_again_makes_no_doubles_but_new_rows_come_in(run):
    (first,) = run(table(GOOD))
    again, new = run(table(GOOD, GOOD.replace("TIG", "MIG")))
    assert (again.outcome, again.opening) == (Outcome.ALREADY, first.opening)
    assert new.outcome == Outcome.NEW
    assert Opening.objects.count() == 2


def test_two_equal_rows_of_one_table_are_two_openings_and_stay_two(run):
    run(table(GOOD, GOOD))
    run(table(GOOD, GOOD))
    assert Opening.objects.count() == 2


def test_another_factory_may_import_the_same_table(run):
    run(table(GOOD))
    (row,) = run(table(GOOD), at=FactoryFactory())
    assert row.outcome == Outcome.NEW


def test_what_a_recruiter_changed_since_is_not_overwritten(run):
    (row,) = run(table(GOOD))
    Opening.objects.update(headcount=99)
    run(table(GOOD))
    assert Opening.objects.get(pk=row.opening).headcount == 99


def test_a_dry_run_reports_the_same_and_keeps_nothing(run):
    rows = table(GOOD, ";;;;;;;;x\n")
    rehearsal = run(rows, dry_run=True, publish=True)
    assert not Opening.objects.exists()
    assert not IndexRequest.objects.exists()
    real = run(rows, publish=True)
    assert [row.as_json() for row in rehearsal] == [row.as_json() for row in real]


def test_publishing_publishes_what_may_be_and_says_what_stands_in_the_way(run):
    good, poor, bare = run(table(GOOD, GOOD.replace("6.000.000", "3.000.000"), "Thợ hàn;;;;;;;;\n"), publish=True)
    assert Opening.objects.get(pk=good.opening).status == "published"
    assert good.errors == []
    assert Opening.objects.get(pk=poor.opening).status == "draft"
    assert any("lương tối thiểu" in error for error in poor.errors)
    assert len(bare.errors) >= 4


def test_drafts_of_an_earlier_import_can_be_published_by_a_later_one(run):
    (row,) = run(table(GOOD))
    run(table(GOOD), publish=True)
    assert Opening.objects.get(pk=row.opening).status == "published"


def test_the_number_of_queries_does_not_grow_with_the_rows(run, django_assert_num_queries, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as counted:
        run(table(GOOD))
    with django_assert_num_queries(len(counted)):
        run(table(*[GOOD.replace("TIG", f"TIG {number}") for number in range(30)]))


@pytest.mark.django_db(transaction=True)
def test_the_same_table_imported_by_several_at_once_makes_no_doubles(race):
    load_occupations()
    factory = FactoryFactory()
    recruiter = recruiter_of(factory)
    rows = table(*[GOOD.replace("TIG", f"TIG {number}") for number in range(10)])

    def once():
        import_openings(rows=rows, factory=factory, by=recruiter, on=dt.date(2026, 11, 24), dry_run=False, publish=False)

    assert race(6, once) == ["done"] * 6
    assert Opening.objects.count() == 10


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"shift": "Ca ngày"}, "shift", "day"),
        ({"shift": "ca đêm"}, "shift", "night"),
        ({"shift": "Ngày và đêm"}, "shift", "rotating"),
        ({"shift": "2 ca luân phiên"}, "shift", "rotating"),
        ({"shift": "Giờ hành chính"}, "shift", "office"),
        ({"shift": ""}, "shift", ""),
        ({"headcount": "50 người"}, "headcount", 50),
        ({"headcount": "1.200"}, "headcount", 1200),
        ({"headcount": ""}, "headcount", 1),
        ({"starts_on": "01/12/2026"}, "starts_on", dt.date(2026, 12, 1)),
        ({"starts_on": "2026-12-01"}, "starts_on", dt.date(2026, 12, 1)),
        ({"starts_on": "46357"}, "starts_on", dt.date(2026, 12, 1)),
        ({"starts_on": ""}, "starts_on", None),
        ({"base_wage": "5,5 triệu"}, "base_wage", 5_500_000),
        ({"base_wage": "8"}, "base_wage", 8_000_000),
        ({"experience": "6 tháng"}, "experience", 6),
        ({"title": "\u202eThơ\u0323\u200b  ha\u0300n\x00"}, "title", "Thợ hàn"),
    ],
)
def test_cells_are_read_as_people_write_them(cells, field, value):
    meaning = understood(**cells)
    assert meaning.errors == []
    assert meaning.fields[field] == value


@pytest.mark.parametrize(
    "cells",
    [
        {"title": ""},
        {"title": "\u200b\u202e"},
        {"title": "x" * 10_000},
        {"title": "0"},
        {"title": "#NAME?"},
        {"headcount": "-5"},
        {"headcount": "nhiều"},
        {"headcount": "5001"},
        {"headcount": "2.5"},
        {"shift": "tùy"},
        {"starts_on": "30/02/2026"},
        {"starts_on": "sớm"},
        {"base_wage": "thỏa thuận"},
        {"description": "x" * 4_001},
        {"rest_day": "x" * 61},
        {"wage": "99999999999999"},
        {"experience": "lâu"},
    ],
)
def test_a_cell_that_cannot_be_used_says_so_in_one_sentence(cells):
    (error,) = understood(**cells).errors
    assert error.endswith((".", ")"))
    assert len(error) < 200


def test_a_place_is_the_province_of_the_day():
    assert understood(place="Bắc Kạn", on=dt.date(2021, 10, 20)).place == "Bắc Kạn"
    assert understood(place="Bắc Kạn").place == "Thái Nguyên"
    assert understood(place="Nước ngoài").place is None


def written(tmp_path, text=HEADER + GOOD, name="tin.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def command(*arguments):
    output = io.StringIO()
    call_command("import_openings", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_prints_one_object_a_row(factory, tmp_path):
    recruiter_of(factory)
    line = command(written(tmp_path), "--factory", factory.code, "--json")
    assert json.loads(line) == {
        "row": 2,
        "title": "Thợ hàn TIG",
        "occupation": "7212.1",
        "wage_min": 8_000_000,
        "wage_max": 10_000_000,
        "wage_unit": "month",
        "place": "Thái Nguyên",
        "errors": [],
    }
    assert Opening.objects.count() == 1


def test_the_command_rehearses_and_sums_up(factory, tmp_path):
    recruiter_of(factory)
    output = command(written(tmp_path), "--factory", factory.code, "--dry-run")
    assert "1 new" in output
    assert not Opening.objects.exists()


@pytest.mark.parametrize(
    ("name", "text", "code", "words"),
    [
        ("tin.csv", HEADER + GOOD, "khong-co", "khong-co"),
        ("tin.csv", "a,b\n1,2\n", None, "chức danh"),
        ("tin.csv", "", None, "không có dòng"),
        ("tin.xls", "x", None, ".xlsx"),
    ],
)
def test_the_command_fails_with_a_clear_message(factory, tmp_path, name, text, code, words):
    recruiter_of(factory)
    with pytest.raises(CommandError, match=words):
        command(written(tmp_path, text, name), "--factory", code or factory.code)


def test_a_missing_file_and_a_factory_without_anybody_are_said_too(factory, tmp_path):
    with pytest.raises(CommandError, match="--by"):
        command(written(tmp_path), "--factory", factory.code)
    recruiter_of(factory)
    with pytest.raises(CommandError, match="không-có"):
        command(str(tmp_path / "không-có.csv"), "--factory", factory.code)


def test_the_real_sample_is_imported_whole(run):
    if not SAMPLE.exists():
        if os.environ.get("CI"):
            pytest.fail(f"the sample of real advertisements is missing: {SAMPLE}")
        pytest.skip(f"the sample of real advertisements is not kept with the project: {SAMPLE}")
    rows = run(read_table(filename=SAMPLE.name, content=SAMPLE.read_bytes()))
    assert len(rows) == 250
    assert [error for row in rows for error in row.errors] == []
    assert all(row.place for row in rows)
    assert Opening.objects.count() == 250
