"""Reads a table of coverage (CSV, or cells pasted from a spreadsheet) into named cells, within bounds.

Bounds: 1 MB, 1,000 rows, 200 characters a cell. Excel files are saved as CSV first: these tables are short and rarely sent.
"""

import csv
import re
from dataclasses import dataclass
from io import StringIO

from django.utils.translation import gettext as _

from recruitment.shared.refusals import Refusal
from recruitment.shared.words import plain

MOST_BYTES = 2**20
MOST_ROWS = 1_000
LONGEST_CELL = 200  # characters; the rest of a longer one is dropped, and its field says that it is too long
MOST_COLUMNS = 30

COLUMNS = {
    "kind": "loại;loại đơn vị;kind;type",
    "name": "tên;đơn vị;tên đơn vị;xã phường;đơn vị vận tải;name;subject",
    "people": "số người;tổng số người;tổng số;people",
    "one_dose": "ít nhất một mũi;ít nhất 1 mũi;đã tiêm ít nhất một mũi;đã tiêm ít nhất 1 mũi;mũi 1;one dose;at least one dose",
    "full_course": "đủ mũi;đã tiêm đủ mũi;tiêm đủ;mũi 2;full course;fully vaccinated",
    "as_of": "ngày;tính đến ngày;tính đến;as of;date",
}
FIELD_OF = {plain(name): field for field, names in COLUMNS.items() for name in names.split(";")}


class UnreadableTable(Refusal):
    """Nothing of the table was read. Carries `reason`, a sentence that says what to do."""

    field = "file"

    def for_people(self) -> str:
        return self.facts["reason"]


@dataclass(frozen=True)
class TableRow:
    """`number` as a spreadsheet counts rows; `cells` by field."""

    number: int
    cells: dict[str, str]


def read_table(content: bytes) -> list[TableRow]:
    """The rows below the header. Raises UnreadableTable."""
    if len(content) > MOST_BYTES:
        raise UnreadableTable(reason=_("Tệp lớn quá: tối đa 1 MB. Hãy chia thành nhiều tệp nhỏ hơn."))
    rows = _cut(_decoded(content))
    if not rows:
        raise UnreadableTable(reason=_("Tệp không có dòng nào. Hãy kiểm tra lại tệp rồi chọn lại."))
    columns = _columns(rows[0][1])
    if missing := [names.split(";")[0] for field, names in COLUMNS.items() if field not in columns]:
        raise UnreadableTable(reason=_("Dòng đầu thiếu cột: %(columns)s. Hãy đặt tên cột ở dòng đầu của bảng.") % {"columns": ", ".join(missing)})
    if len(rows) == 1:
        raise UnreadableTable(reason=_("Bảng chỉ có dòng tiêu đề. Hãy thêm ít nhất một dòng số liệu."))
    return [TableRow(number, {field: row[place] if place < len(row) else "" for field, place in columns.items()}) for number, row in rows[1:]]


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableTable(reason=_("Không đọc được chữ trong tệp. Hãy lưu lại dạng “CSV UTF-8”.")) from error
    if "\x00" in text:
        raise UnreadableTable(reason=_("Tệp này không phải là bảng CSV. Trong Excel, hãy chọn Lưu dưới dạng “CSV UTF-8”."))
    return text


def _cut(text: str) -> list[tuple[int, list[str]]]:
    """Rows with something in them, numbered, each cell within its bound."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    rows = []
    try:
        for number, row in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter), start=1):
            if any(cell.strip() for cell in row):
                rows.append((number, [cell.strip()[: LONGEST_CELL + 1] for cell in row[:MOST_COLUMNS]]))
            if len(rows) > MOST_ROWS + 1:
                raise UnreadableTable(reason=_("Bảng dài quá: tối đa 1.000 dòng. Hãy chia thành nhiều tệp nhỏ hơn."))
    except csv.Error as error:
        raise UnreadableTable(reason=_("Có ô dài quá mức. Hãy kiểm tra dấu ngoặc kép trong tệp.")) from error
    return rows


def _columns(header: list[str]) -> dict[str, int]:
    """Place of each field that is recognised, the first of each; brackets, commas and asterisks don't matter."""
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        field = FIELD_OF.get(" ".join(re.sub(r"\([^)]*\)|[*:,]", " ", plain(cell)).split()))
        if field:
            found.setdefault(field, place)
    return found
