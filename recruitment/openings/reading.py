"""Reads an uploaded table (CSV or XLSX) into named cells. Nothing in it is ever evaluated: a cell that begins with = is text.

Bounds: 5 MB, 2,000 rows, 60 columns, 10,000 characters a cell. The header is the first row, among the first 40, that has a
column for the title; whatever stands above it (a merged heading, empty rows) is skipped. It may have a second row, which names
the columns beneath a merged heading ("Nơi ở" over "Tỉnh" and "Xã"), and beneath it one with their numbers.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from itertools import islice
from pathlib import PurePath

from recruitment.openings.spreadsheets import LAST_ROW, Rows, read_sheets
from recruitment.openings.unreadable import (
    CellTooLong,
    EmptyFile,
    Encrypted,
    FileTooLarge,
    NoHeader,
    NotATable,
    NotUnicode,
    NotWhatItsNameSays,
    OldSpreadsheet,
    SeveralSheets,
    TooManyColumns,
    TooManyRows,
)
from recruitment.shared.words import plain

MOST_MEGABYTES = 5
MOST_ROWS = 2_000
MOST_COLUMNS = 60
LONGEST_CELL = 10_000  # characters
HEADER_WITHIN = 40  # rows

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old .xls files, and .xlsx files with a password
ZIP = b"PK\x03\x04"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
TEXT_SUFFIXES = {".csv", ".tsv", ".txt"}
SHEET_SUFFIXES = {".xlsx", ".xlsm"}
OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")
DELIMITERS = ",;\t"
COLUMN_NUMBER = re.compile(r"\(?([A-Z]|\d{1,2})\)?")

COLUMNS = {
    "title": "chức danh;chức danh công việc;chức danh tuyển dụng;vị trí;vị trí tuyển dụng;vị trí công việc;tên công việc;công việc;tiêu đề;title;job title;position;job",
    "wage": "mức lương;lương;thu nhập;mức thu nhập;lương tháng;wage;salary;income;pay",
    "base_wage": "lương cơ bản;lương hợp đồng;base wage;base salary;basic salary",
    "place": "nơi làm việc;địa điểm;địa điểm làm việc;nơi làm;tỉnh;tỉnh thành;place;location;workplace",
    "experience": "kinh nghiệm;yêu cầu kinh nghiệm;kinh nghiệm yêu cầu;số năm kinh nghiệm;experience",
    "headcount": "số lượng;số lượng cần tuyển;số lượng tuyển;số người;số người cần tuyển;chỉ tiêu;sl;headcount;quantity;number",
    "shift": "ca;ca làm;ca làm việc;thời gian làm việc;shift",
    "rest_day": "ngày nghỉ;nghỉ hằng tuần;nghỉ hàng tuần;rest day;day off",
    "starts_on": "ngày bắt đầu;ngày đi làm;ngày nhận việc;start date;starts on;start",
    "closes_on": "hạn nhận hồ sơ;hạn nộp hồ sơ;hạn nộp;hạn;deadline;closing date",
    "description": "mô tả;mô tả công việc;nội dung công việc;description;job description",
}


@dataclass(frozen=True)
class Headings:
    """What the columns of a kind of table may be called; the header is the row that has `needed`."""

    columns: Mapping[str, str]  # names separated by ";" by field
    needed: str
    first_half: str = ""  # names of a column that stands before the needed one and belongs to it; a heading may span both
    only_sheet: bool = False  # two sheets with a table are refused, rather than one of them left out in silence

    @cached_property
    def field_of(self) -> dict[str, str]:
        return {_bare(name): field for field, names in self.columns.items() for name in names.split(";")}

    @cached_property
    def first_halves(self) -> set[str]:
        return {_bare(name) for name in self.first_half.split(";")} - {""}


OPENINGS = Headings(COLUMNS, needed="title")


@dataclass(frozen=True)
class TableRow:
    """One row with something in it. `number` is the row as a spreadsheet counts it; `cells` has the columns that were recognised."""

    number: int
    cells: dict[str, str]


def read_table(*, filename: str, content: bytes, headings: Headings = OPENINGS) -> list[TableRow]:
    """The rows below the header. Raises an UnreadableFile that says what to do."""
    if not content.strip():
        raise EmptyFile
    if len(content) > MOST_MEGABYTES * 2**20:
        raise FileTooLarge(megabytes=MOST_MEGABYTES)
    rows = _below_the_header(_tables(PurePath(filename).suffix.lower(), filename, content, headings), headings)
    if not rows:
        raise EmptyFile
    return rows


def _tables(suffix: str, filename: str, content: bytes, headings: Headings) -> Iterable[Rows]:
    if content.startswith(OLE):
        raise Encrypted if ENCRYPTED_STREAM in content else OldSpreadsheet
    if suffix == ".xls":
        raise OldSpreadsheet
    if suffix not in TEXT_SUFFIXES | SHEET_SUFFIXES or content.startswith(OTHERS):
        raise NotATable
    if content.startswith(ZIP):
        if suffix in TEXT_SUFFIXES:
            raise NotWhatItsNameSays(name=filename, kind="ZIP/XLSX")
        return read_sheets(content, most_columns=MOST_COLUMNS, most_rows=MOST_ROWS)
    text = _decoded(content)
    if suffix in SHEET_SUFFIXES:
        raise NotWhatItsNameSays(name=filename, kind="CSV/TXT")
    return [_cut(text, _delimiter_of(text, headings))]


def _decoded(content: bytes) -> str:
    """Text in UTF-8 with or without its mark, or in UTF-16 with one."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    if encoding == "utf-8-sig" and b"\x00" in content:
        raise NotATable
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotUnicode from error


def _delimiter_of(text: str, headings: Headings) -> str:
    """The one at which the header falls into most known columns."""

    def known_columns(delimiter: str) -> int:
        try:
            return max((len(_columns(row, headings)) for row in islice(_reader(text, delimiter), HEADER_WITHIN)), default=0)
        except csv.Error:
            return 0

    return max(DELIMITERS, key=known_columns)


def _cut(text: str, delimiter: str) -> Rows:
    rows: Rows = []
    try:
        for row in _reader(text, delimiter):
            if len(rows) >= LAST_ROW:
                raise TooManyRows(most=MOST_ROWS)
            rows.append(row[: MOST_COLUMNS + 1])
    except csv.Error as error:  # a cell past the csv module's own limit
        raise CellTooLong(row=len(rows) + 1, most=LONGEST_CELL) from error
    return rows


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=delimiter)


def _below_the_header(tables: Iterable[Rows], headings: Headings) -> list[TableRow]:
    """The reading whose header names most columns; of several sheets, the first such."""
    best: tuple[int, dict[int, str], Rows] | None = None
    anything, filled = False, 0
    for rows in tables:
        anything = anything or any(_is_filled(row) for row in rows)
        if found := _header(rows, headings):
            last, columns = found
            filled += len(columns) > 1 and any(_is_filled(row) for row in rows[last:])
            if best is None or len(columns) > len(best[1]):
                best = (last, columns, rows)
    if best is None:
        raise NoHeader(column=headings.columns[headings.needed].split(";")[0]) if anything else EmptyFile
    if headings.only_sheet and filled > 1:
        raise SeveralSheets(sheets=filled)
    last, columns, rows = best
    return list(_named(rows, last, columns))


def _header(rows: Rows, headings: Headings) -> tuple[int, dict[int, str]] | None:
    """The number of its last row, and the field of each position; two positions of one field are read as one text."""
    for number, row in enumerate(rows[:HEADER_WITHIN], start=1):
        columns = _columns(row, headings)
        if headings.needed not in columns.values():
            continue
        second = rows[number] if number < len(rows) else []
        beneath = _columns(second, headings)
        needed = next(position for position, field in columns.items() if field == headings.needed)
        if not beneath or not (needed in beneath or not _at(second, needed)):
            return number, _spread(columns, [row], headings)
        columns = {position: field for position, field in columns.items() if field not in beneath.values()} | beneath
        return number + 1, _spread(dict(sorted(columns.items())), [row, second], headings)
    return None


def _columns(row: list[str], headings: Headings) -> dict[int, str]:
    """Positions of the columns that are recognised, the first of each; remarks in brackets and asterisks don't matter."""
    found: dict[int, str] = {}
    for position, cell in enumerate(row[: MOST_COLUMNS + 1]):
        field = headings.field_of.get(_bare(cell[:200]))
        if field and field not in found.values():
            found[position] = field
            if field == headings.needed and position and _bare(row[position - 1][:200]) in headings.first_halves:
                found[position - 1] = field
    return dict(sorted(found.items()))


def _spread(columns: dict[int, str], header: list[list[str]], headings: Headings) -> dict[int, str]:
    """A heading over two columns, of which the second has none: a person's family name and given name."""
    own = [position for position, field in columns.items() if field == headings.needed]
    after = own[-1] + 1
    if headings.first_half and len(own) == 1 and after not in columns and not any(_at(row, after) for row in header):
        columns[after] = headings.needed
    return columns


def _bare(name: str) -> str:
    return " ".join(re.sub(r"\([^)]*\)|[*:/,.]", " ", plain(name)).split())


def _at(row: list[str], position: int) -> str:
    return row[position].strip() if position < len(row) else ""


def _is_filled(row: list[str]) -> bool:
    return any(cell.strip() for cell in row)


def _named(rows: Rows, header: int, columns: dict[int, str]) -> Iterator[TableRow]:
    filled = 0
    for number, row in enumerate(rows[header:], start=header + 1):
        if not _is_filled(row) or (filled == 0 and _numbers_columns(row)):
            continue
        filled += 1
        if filled > MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        if len(row) > MOST_COLUMNS:
            raise TooManyColumns(most=MOST_COLUMNS)
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise CellTooLong(row=number, most=LONGEST_CELL)
        cells = dict.fromkeys(columns.values(), "")
        for position, field in columns.items():
            cells[field] = f"{cells[field]} {_at(row, position)}".strip()
        yield TableRow(number, cells)


def _numbers_columns(row: list[str]) -> bool:
    """(1) (2) (3) or A B 1 2 beneath the header of an official form."""
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) > 2 and all(COLUMN_NUMBER.fullmatch(cell) for cell in cells)
