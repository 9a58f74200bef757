"""Uploaded tables: as people save them, and as nobody should."""

import datetime as dt
import io
import zipfile
from contextlib import suppress

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from recruitment.openings.reading import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, read_table
from recruitment.openings.unreadable import (
    CellTooLong,
    Damaged,
    EmptyFile,
    Encrypted,
    FileTooLarge,
    NoHeader,
    NotATable,
    NotUnicode,
    NotWhatItsNameSays,
    OldSpreadsheet,
    TooManyColumns,
    TooManyRows,
    UnreadableFile,
)

PLAIN = "chức danh,mức lương,nơi làm việc,kinh nghiệm\nThợ hàn,8 - 10 triệu,Bắc Kạn,1 năm\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def workbook(*rows, title=None, sheets=1, options=None):
    """An .xlsx file with these rows on its last sheet."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, options or {})
    for _sheet in range(sheets):
        sheet = book.add_worksheet()
    first = 0
    if title:
        sheet.merge_range(0, 0, 0, 3, title)
        first = 2
    days = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate(rows, start=first):
        for position, cell in enumerate(row):
            if isinstance(cell, dt.date):
                sheet.write_datetime(number, position, dt.datetime.combine(cell, dt.time()), days)
            else:
                sheet.write(number, position, cell)
    book.close()
    return file.getvalue()


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return file.getvalue()


def with_member(content, name, text):
    """The same workbook with one part replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, text if member == name else old.read(member))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        ("sep=;\n" + PLAIN.replace(",", ";")).encode(),
        ("\n\n" + PLAIN + "\n\n").encode(),
        ("DANH SÁCH TUYỂN DỤNG,,,\n,,,\n" + PLAIN + ",,,\n").encode(),
        PLAIN.replace("chức danh", "Vị trí tuyển dụng (*)").replace("mức lương", "Lương:").encode(),
        PLAIN.replace("chức danh", "CHU\u031b\u0301C  DANH").encode(),
        PLAIN.replace("chức danh", "Job title").replace("nơi làm việc", "Location").encode(),
    ],
)
def test_a_csv_file_is_read_however_it_was_saved(content):
    (row,) = read_table(filename="tin.csv", content=content)
    assert row.cells == {"title": "Thợ hàn", "wage": "8 - 10 triệu", "place": "Bắc Kạn", "experience": "1 năm"}


def test_rows_are_numbered_as_the_spreadsheet_shows_them():
    content = "chức danh;lương\nThợ hàn;8\n;\n\nThợ tiện;9\n".encode()
    assert [row.number for row in read_table(filename="tin.csv", content=content)] == [2, 5]


def test_quotes_keep_delimiters_and_line_breaks_inside_a_cell():
    content = 'chức danh,mô tả\n"Thợ hàn, TIG","dòng 1\ndòng 2"\n'.encode()
    (row,) = read_table(filename="tin.csv", content=content)
    assert row.cells == {"title": "Thợ hàn, TIG", "description": "dòng 1\ndòng 2"}


def test_unknown_columns_are_left_out_and_short_rows_filled():
    content = "stt,chức danh,ghi chú,lương\n1,Thợ hàn\n".encode()
    (row,) = read_table(filename="tin.csv", content=content)
    assert row.cells == {"title": "Thợ hàn", "wage": ""}


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)"])
def test_a_formula_in_a_csv_file_stays_text(cell):
    (row,) = read_table(filename="tin.csv", content=f'chức danh,lương\n"{cell}",8\n'.encode())
    assert row.cells["title"] == cell


def test_a_workbook_with_a_merged_heading_empty_rows_numbers_as_text_and_dates_is_read():
    content = workbook(
        ["Chức danh", "Mức lương", "Số lượng", "Ngày bắt đầu"],
        ["Thợ hàn", "8 - 10 triệu", 12, dt.date(2026, 12, 1)],
        ["", "", "", ""],
        ["Thợ tiện", 8_500_000, "5", "01/12/2026"],
        title="DANH SÁCH TUYỂN DỤNG",
    )
    first, second = read_table(filename="tin.xlsx", content=content)
    assert (first.number, second.number) == (4, 6)
    assert first.cells == {"title": "Thợ hàn", "wage": "8 - 10 triệu", "headcount": "12", "starts_on": "01/12/2026"}
    assert second.cells == {"title": "Thợ tiện", "wage": "8500000", "headcount": "5", "starts_on": "01/12/2026"}


def test_the_sheet_with_the_header_is_found_behind_an_empty_one():
    (row,) = read_table(filename="tin.xlsx", content=workbook(["Chức danh"], ["Thợ hàn"], sheets=2))
    assert row.cells == {"title": "Thợ hàn"}


def test_a_formula_in_a_workbook_gives_the_value_it_was_saved_with():
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Chức danh", "Số lượng"])
    sheet.write_formula(1, 0, '=CONCAT("a")', None, "Thợ hàn")
    sheet.write_formula(1, 1, "=2*3", None, 6)
    book.close()
    (row,) = read_table(filename="tin.xlsx", content=file.getvalue())
    assert row.cells == {"title": "Thợ hàn", "headcount": "6"}


@pytest.mark.parametrize(
    ("filename", "content", "refusal"),
    [
        ("tin.csv", b"", EmptyFile),
        ("tin.csv", b" \n\n ", EmptyFile),
        ("tin.csv", "\n".encode("utf-16"), EmptyFile),
        ("tin.csv", "chức danh,lương\n\n,\n".encode(), EmptyFile),
        ("tin.csv", b"a,b\n1,2\n", NoHeader),
        ("tin.csv", b"x" * (5 * 2**20 + 1), FileTooLarge),
        ("tin.csv", ("chức danh\n" + "Thợ hàn\n" * (MOST_ROWS + 1)).encode(), TooManyRows),
        ("tin.csv", b"\n" * 1_000_000 + b"x", TooManyRows),
        ("tin.csv", ("chức danh\nThợ hàn" + "," * MOST_COLUMNS).encode(), TooManyColumns),
        ("tin.csv", ("chức danh\n" + "x" * (LONGEST_CELL + 1)).encode(), CellTooLong),
        ("tin.csv", ('chức danh\n"' + "x\n" * 200_000).encode(), CellTooLong),
        ("tin.csv", "chức danh\nThợ hàn".encode("utf-16-le"), NotATable),
        ("tin.csv", "Thợ hàn;café".encode("cp1258", errors="replace") + b"\xe9\xe8", NotUnicode),
        ("tin.csv", b"\x00\x01\x02binary", NotATable),
        ("tin.csv", b"%PDF-1.7 ...", NotATable),
        ("tin.csv", workbook(["Chức danh"], ["Thợ hàn"]), NotWhatItsNameSays),
        ("tin.xlsx", PLAIN.encode(), NotWhatItsNameSays),
        ("tin.xlsx", b"PK\x03\x04 not really", Damaged),
        ("tin.xlsx", workbook(["Chức danh"], ["Thợ hàn"])[:-200], Damaged),
        ("tin.xlsx", zipped(word__document_xml="<w/>"), NotATable),
        ("tin.xlsx", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), Encrypted),
        ("tin.xls", OLE + b"\0" * 600, OldSpreadsheet),
        ("tin.xlsx", OLE + b"\0" * 600, OldSpreadsheet),
        ("tin.xls", b"<html><table>", OldSpreadsheet),
        ("tin.docx", zipped(word__document_xml="<w/>"), NotATable),
        ("tin", PLAIN.encode(), NotATable),
        ("tin.xlsx", workbook(["x"]), NoHeader),
        ("tin.xlsx", workbook(), EmptyFile),
    ],
)
def test_what_cannot_be_read_is_refused_by_name_with_a_sentence_that_helps(filename, content, refusal):
    with pytest.raises(refusal) as refused:
        read_table(filename=filename, content=content)
    assert refused.value.for_people().endswith(".")
    assert refused.value.field == "file"


def test_a_workbook_that_inflates_beyond_all_bounds_is_refused_before_it_is_parsed():
    bomb = with_member(workbook(["Chức danh"]), "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * (30 * 2**20) + b"</worksheet>")
    assert len(bomb) < 100_000
    with pytest.raises(FileTooLarge):
        read_table(filename="tin.xlsx", content=bomb)


def test_an_archive_that_lies_about_its_size_is_refused():
    honest = with_member(workbook(["Chức danh"]), "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * (30 * 2**20) + b"</worksheet>")
    size = (30 * 2**20 + 23).to_bytes(4, "little")
    assert size in honest
    with pytest.raises(Damaged):
        read_table(filename="tin.xlsx", content=honest.replace(size, (900).to_bytes(4, "little")))


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>', TooManyRows),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>', TooManyColumns),
        ("<row r='900000'><c r='B900000' t='inlineStr'><is><t>x</t></is></c></row>", TooManyRows),
        ('<row r="900000"><c><v>1</v></c></row>', TooManyRows),
    ],
)
def test_two_cells_far_apart_do_not_cost_the_area_between_them(cells, refusal):
    content = with_member(workbook(["Chức danh"]), "xl/worksheets/sheet1.xml", SHEET.format(cells).encode())
    with pytest.raises(refusal):
        read_table(filename="tin.xlsx", content=content)


def test_entities_that_multiply_are_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    with pytest.raises(Damaged):
        read_table(filename="tin.xlsx", content=with_member(workbook(["Chức danh"]), "xl/worksheets/sheet1.xml", bomb))


@given(st.binary(max_size=300), st.sampled_from(["tin.csv", "tin.xlsx", "tin.xls", "tin.pdf", "tin"]))
def test_any_bytes_are_read_or_refused_but_never_break(content, filename):
    with suppress(UnreadableFile):
        read_table(filename=filename, content=content)


WHOLE = workbook(["Chức danh", "Lương", "Ngày bắt đầu"], ["Thợ hàn", 8_000_000, dt.date(2026, 12, 1)])


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=4))
def test_a_workbook_with_damaged_bytes_is_read_or_refused(position, damage):
    with suppress(UnreadableFile):
        read_table(filename="tin.xlsx", content=WHOLE[:position] + damage + WHOLE[position + len(damage) :])


@given(
    st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"]),
    st.integers(0, 3000),
    st.text('<>/"=0A9s', max_size=3),
)
def test_a_workbook_with_damaged_parts_is_read_or_refused(name, position, damage):
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        part = archive.read(name).decode()
    with suppress(UnreadableFile):
        read_table(filename="tin.xlsx", content=with_member(WHOLE, name, part[:position] + damage + part[position + 1 :]))


@given(st.text(max_size=200))
def test_any_text_below_a_header_is_read_or_refused(text):
    try:
        rows = read_table(filename="tin.csv", content=("chức danh,lương\nThợ,8\n" + text).encode(errors="ignore"))
    except UnreadableFile:
        return
    assert rows[0].cells["title"] == "Thợ"
