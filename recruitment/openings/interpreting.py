"""What one row of an uploaded table means for an opening: its fields, and a sentence for each cell that can't be used."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from recruitment.occupations.titles import occupation_of
from recruitment.openings.models import Opening
from recruitment.openings.reading import TableRow
from recruitment.openings.wages import NOT_SAID, ExperienceNotRead, Wage, WageNotRead, dong_per_dollar_on, read_experience, read_wage
from recruitment.places.names import province_of
from recruitment.shared.forms import PeopleDateField, clean_text
from recruitment.shared.money import AmountOutOfRange, NotMoney, parse_money
from recruitment.shared.words import plain
from recruitment.workers.models import Shift

SMALLEST_WAGE, LARGEST_WAGE = 500_000, 1_000_000_000  # đồng a month
MOST_PEOPLE = 5_000
BROKEN_FORMULA = ("#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!")  # what a spreadsheet shows for one that has no result
SERIAL_DAYS = re.compile(r"[3-7]\d{4}(?:\.0+)?")  # spreadsheets count days from 1899-12-30: 30000 is 1982, 79999 is 2119
SHIFTS = [
    (Shift.ROTATING, re.compile(r"\bxoay|\bluan phien|\b[234] ca\b|\bngay .*dem\b|\brotat|\bkip\b")),
    (Shift.NIGHT, re.compile(r"\bdem\b|\bnight")),
    (Shift.OFFICE, re.compile(r"\bhanh chinh\b|\boffice")),
    (Shift.DAY, re.compile(r"\bngay\b|\bday\b|\bca sang\b")),
]


class CellNotUsed(Exception):
    """Carries the sentence for the person who sent the table."""


@dataclass
class Interpretation:
    """`fields` are an opening's; `occupation` a code or None; `place` the province's name of that day or None."""

    title: str
    occupation: str | None
    wage: Wage
    place: str | None
    fields: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def interpret(row: TableRow, *, on: dt.date) -> Interpretation:
    """Read every cell; all errors at once."""
    title = clean_text(row.cells["title"])
    province = province_of(row.cells.get("place", ""), on)
    meaning = Interpretation(title=title, occupation=occupation_of(title), wage=NOT_SAID, place=province.name if province else None)
    for name, read in READERS.items():
        try:
            meaning.fields[name] = read(row.cells.get(name, ""))
        except CellNotUsed as problem:
            meaning.errors.append(str(problem))
    try:
        meaning.wage = read_wage(row.cells.get("wage", ""), dong_per_dollar=dong_per_dollar_on(on))
    except WageNotRead:
        meaning.errors.append(
            _("Không đọc được mức lương “%(text)s”. Hãy viết như “8 - 10 triệu” hoặc “Thỏa thuận”.") % {"text": shown(row.cells["wage"])}
        )
    meaning.fields |= {"wage_min": meaning.wage.minimum, "wage_max": meaning.wage.maximum}
    return meaning


def shown(text: str) -> str:
    """What was typed, short enough for a message."""
    cleaned = clean_text(text)
    return cleaned if len(cleaned) <= 40 else cleaned[:39] + "…"


def longest(name: str) -> int:
    """How many characters a field of an opening holds."""
    return getattr(Opening._meta.get_field(name), "max_length", None) or 0


def read_title(text: str) -> str:
    title = clean_text(text)
    most = longest("title")
    if not title:
        raise CellNotUsed(_("Thiếu chức danh."))
    if not any(letter.isalpha() for letter in title) or title.startswith(BROKEN_FORMULA):
        raise CellNotUsed(_("Chức danh “%(text)s” không phải là tên việc. Nếu ô có công thức, hãy gõ chữ thay vào.") % {"text": shown(title)})
    if len(title) > most:
        raise CellNotUsed(_("Chức danh dài quá: tối đa %(most)s ký tự, đang có %(length)s.") % {"most": most, "length": len(title)})
    return title


def read_description(text: str) -> str:
    description = clean_text(text, lines=True)
    most = longest("description")
    if len(description) > most:
        raise CellNotUsed(_("Mô tả dài quá: tối đa %(most)s ký tự, đang có %(length)s.") % {"most": most, "length": len(description)})
    return description


def read_rest_day(text: str) -> str:
    rest_day = clean_text(text)
    most = longest("rest_day")
    if len(rest_day) > most:
        raise CellNotUsed(_("Ngày nghỉ dài quá: tối đa %(most)s ký tự.") % {"most": most})
    return rest_day


def read_headcount(text: str) -> int:
    """1 when nothing is said."""
    written = clean_text(text)
    if not written:
        return 1
    found = re.match(r"(\d{1,3}(?:[., ]\d{3})+|\d{1,9})(?!\d|[.,]\d)", written)
    number = int(re.sub(r"\D", "", found[1])) if found else 0
    if not 1 <= number <= MOST_PEOPLE:
        raise CellNotUsed(_("Số lượng “%(text)s” phải là số từ 1 đến %(most)s.") % {"text": shown(text), "most": MOST_PEOPLE})
    return number


def read_shift(text: str) -> str:
    """Empty when nothing is said."""
    words = plain(text[:200])
    if not words:
        return ""
    for shift, pattern in SHIFTS:
        if pattern.search(words):
            return shift
    raise CellNotUsed(_("Không hiểu ca làm “%(text)s”. Hãy viết: ca ngày, ca đêm, ca xoay hoặc giờ hành chính.") % {"text": shown(text)})


def read_day(text: str) -> dt.date | None:
    written = clean_text(text)
    if SERIAL_DAYS.fullmatch(written):
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(float(written)))
    try:
        return PeopleDateField(required=False).clean(written)
    except ValidationError as error:
        raise CellNotUsed(f"“{shown(text)}”: {' '.join(error.messages)}") from error


def read_base_wage(text: str) -> int | None:
    if not clean_text(text):
        return None
    try:
        return parse_money(clean_text(text), smallest=SMALLEST_WAGE, largest=LARGEST_WAGE)
    except (NotMoney, AmountOutOfRange) as error:
        raise CellNotUsed(_("Không đọc được lương cơ bản “%(text)s”. Hãy viết như 5.500.000 hoặc 5,5 triệu.") % {"text": shown(text)}) from error


def read_months(text: str) -> int:
    try:
        return read_experience(text)
    except ExperienceNotRead as error:
        raise CellNotUsed(_("Không đọc được kinh nghiệm “%(text)s”. Hãy viết như “1 năm” hoặc “Không yêu cầu”.") % {"text": shown(text)}) from error


READERS: dict[str, Callable[[str], Any]] = {
    "title": read_title,
    "headcount": read_headcount,
    "shift": read_shift,
    "rest_day": read_rest_day,
    "starts_on": read_day,
    "closes_on": read_day,
    "base_wage": read_base_wage,
    "description": read_description,
    "experience": read_months,
}
