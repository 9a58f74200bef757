"""Turns an XLSX file into rows of text, having made sure beforehand that parsing it can't exhaust the machine.

The archive is inflated here first, within a bound and with its checksums, and every cell that holds something is counted:
the parser lays a sheet out from its first to its last cell, so two cells far apart would cost the area between them.
"""

import datetime as dt
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from recruitment.openings.unreadable import Damaged, Encrypted, FileTooLarge, NotATable, TooManyColumns, TooManyRows

MOST_MEGABYTES_INFLATED = 20
MOST_MEMBERS = 500
LAST_ROW = 10_000
ENCRYPTED_MEMBER = 0x1
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError)  # what zipfile raises

Rows = list[list[str]]


def read_sheets(content: bytes, *, most_columns: int, most_rows: int) -> Iterator[Rows]:
    """The visible worksheets in order, each from its first row and column. Formulas give the value they were saved with.

    Raises NotATable, Encrypted, Damaged, FileTooLarge, TooManyRows or TooManyColumns.
    """
    inspect(content, most_columns=most_columns, most_rows=most_rows)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = [
            sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        for name in sheets:
            yield [[as_text(cell) for cell in row] for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)]
    except CalamineError as error:
        raise Damaged from error


def inspect(content: bytes, *, most_columns: int, most_rows: int) -> None:
    """Refuse archives that are no workbook, or that would not fit."""
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except BROKEN as error:
        raise Damaged from error
    with archive:
        members = archive.infolist()
        if any(member.flag_bits & ENCRYPTED_MEMBER for member in members):
            raise Encrypted
        if "xl/workbook.xml" not in archive.namelist():
            raise NotATable
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_MEGABYTES_INFLATED * 2**20:
            raise FileTooLarge(megabytes=MOST_MEGABYTES_INFLATED)
        for member in members:
            inspect_member(archive, member, most_columns=most_columns, most_rows=most_rows)


def inspect_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, most_columns: int, most_rows: int) -> None:
    """Inflate one part (never past the size it declares) and, if it is XML, walk over its cells."""
    try:
        inflated = archive.read(member)
    except BROKEN as error:
        raise Damaged from error
    if member.filename.endswith((".xml", ".rels")):
        CellWalk(most_columns=most_columns, most_rows=most_rows).over(inflated)
    elif b"sheetData" in inflated:
        raise Damaged


class CellWalk:
    """Notices the furthest cell that holds something, whatever prefix or quotes its markup uses."""

    def __init__(self, *, most_columns: int, most_rows: int):
        self.most_columns, self.most_rows = most_columns, most_rows
        self.row = self.column = 0

    def over(self, xml: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self.start
        parser.StartDoctypeDeclHandler = self.refuse_doctype
        try:
            parser.Parse(xml, True)
        except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: an encoding that doesn't exist
            raise Damaged from error

    def refuse_doctype(self, *_declaration: object) -> None:
        raise Damaged

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition(" ")[2]
        if element == "row":
            self.row = number_in(attributes.get("r", "")) or self.row + 1
            self.column = 0
        elif element == "c":
            reference = attributes.get("r", "")
            self.row = number_in(reference) or self.row
            self.column = column_in(reference) or self.column + 1
        elif element in ("v", "is", "f"):
            self.refuse_if_far()

    def refuse_if_far(self) -> None:
        if self.row > LAST_ROW:
            raise TooManyRows(most=self.most_rows)  # as many as may be filled: a smaller table is what helps
        if self.column > self.most_columns:
            raise TooManyColumns(most=self.most_columns)


def number_in(reference: str) -> int:
    digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$")
    return int(digits[:9]) if digits.isascii() and digits.isdigit() else 0


def column_in(reference: str) -> int:
    """A is 1, AA is 27; 0 without letters."""
    column = 0
    for letter in reference.upper()[:8]:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def as_text(cell: object) -> str:
    """A cell as a person would type it: whole numbers without a point, days as dd/mm/yyyy."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.date):  # a datetime too: nobody imports openings by the hour
        return f"{cell:%d/%m/%Y}"
    return str(cell)
