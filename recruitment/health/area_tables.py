"""A table of area levels: each row interpreted, or said what is wrong with it. Nothing is written here."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from recruitment.health.services.area_levels import Entry, NoCriteria, suggested_level
from recruitment.openings.reading import Headings, TableRow
from recruitment.places.areas import Figures
from recruitment.places.models import Commune, Province
from recruitment.places.names import province_of
from recruitment.shared.forms import PeopleDateField
from recruitment.shared.words import plain

HEADINGS = Headings(
    {
        "place": "địa bàn;xã;xã phường;phường;mã xã;mã tỉnh;nơi;tên;place;commune;area",
        "province": "tỉnh;tỉnh thành;tỉnh thành phố;province",
        "level": "cấp độ;cấp độ dịch;cấp;mức độ;level",
        "since": "từ ngày;ngày;ngày hiệu lực;hiệu lực từ;since;from;date",
        "document": "văn bản;số văn bản;quyết định;document",
        "locked": "phong tỏa;lockdown",
        "incidence": "ca mới trên 100.000 dân;ca mới/100.000 dân/tuần;ca/100.000/tuần;số ca mới;incidence",
        "adults": "người lớn tiêm 1 mũi;tiêm 1 mũi;tỷ lệ tiêm 1 mũi;adults one dose",
        "elderly": "người từ 65 tuổi tiêm đủ;65 tuổi tiêm đủ;tỷ lệ 65 tuổi tiêm đủ;elderly full course",
        "capacity": "đủ năng lực điều trị;năng lực điều trị;treatment capacity",
    },
    needed="place",
)
YES = {"co", "x", "yes", "dung", "1", "true", "dat", "du"}
NO = {"", "khong", "no", "0", "false", "chua", "khong dat", "khong du"}
FIGURE_NAMES = ("incidence", "adults", "elderly")


@dataclass
class LevelRow:
    """One row of the table: what it says of which place, or why it can't be used. `is_suggested`: the level comes from the figures."""

    number: int
    place: str
    entry: Entry | None = None
    is_suggested: bool = False
    errors: list[str] = field(default_factory=list)


def interpret(rows: Iterable[TableRow], *, on: dt.date) -> list[LevelRow]:
    """Every row, in the table's order; the same place and day twice is an error of the second."""
    places, seen, found = _Places(on), {}, []
    for row in rows:
        read = _interpret(row, places, on)
        if read.entry:
            key = (read.entry.province.pk, read.entry.commune and read.entry.commune.pk, read.entry.since)
            if key in seen:
                read.errors.append(_("Trùng với dòng %(number)s: cùng nơi, cùng ngày.") % {"number": seen[key]})
                read.entry = None
            seen.setdefault(key, row.number)
        found.append(read)
    return found


class _Places:
    """Provinces and communes by code and by name, read once for the table."""

    def __init__(self, on: dt.date):
        self.on = on
        self.provinces = {row.code: row for row in Province.objects.existing_on(on)}
        self.communes: dict[str, list[Commune]] = {}
        for commune in Commune.objects.filter(province__in=self.provinces.values()).select_related("province").order_by("pk"):
            for name in (commune.code, plain(commune.name), plain(commune.name).split(" ", 1)[-1]):
                self.communes.setdefault(name, []).append(commune)

    def find(self, text: str, province_text: str) -> tuple[Province, Commune | None]:
        """Raises ValidationError with what to write instead."""
        if re.fullmatch(r"\d{1,2}", text) and (found := self.provinces.get(text.zfill(2))):
            return found, None
        within = province_of(province_text, self.on) if province_text else None
        communes = self.communes.get(text.zfill(5) if text.isdigit() else plain(text), [])
        named = [row for row in communes if within is None or row.province.code == within.code]
        if len(named) == 1:
            return named[0].province, named[0]
        if len(named) > 1:
            raise ValidationError(_("Có %(count)s xã tên này. Hãy thêm cột tỉnh, hoặc viết mã xã 5 chữ số.") % {"count": len(named)})
        province = province_of(text, self.on)
        if province and province.code in self.provinces:
            return self.provinces[province.code], None
        raise ValidationError(_("Không nhận ra nơi này. Hãy viết tên tỉnh, tên xã kèm cột tỉnh, hoặc mã."))


def _interpret(row: TableRow, places: _Places, on: dt.date) -> LevelRow:
    cells = {name: row.cells.get(name, "") for name in HEADINGS.columns}
    read = LevelRow(row.number, cells["place"][:80])
    values: dict = {}
    readers = {"where": lambda: places.find(cells["place"].strip(), cells["province"]), "since": lambda: _day(cells["since"], on), "level": lambda: _level(cells["level"]),
               "is_locked_down": lambda: _yes(cells["locked"], _("phong tỏa")), "document": lambda: _document(cells["document"]), "figures": lambda: _figures(cells)}  # fmt: skip
    for name, reader in readers.items():
        try:
            values[name] = reader()
        except ValidationError as error:
            read.errors += error.messages
    if not read.errors and values["level"] is None:
        _use_suggestion(read, values)
    if not read.errors:
        province, commune = values.pop("where")
        read.entry = Entry(province, commune, **values)
    return read


def _use_suggestion(read: LevelRow, values: dict) -> None:
    if values["figures"] is None:
        read.errors.append(_("Thiếu cấp độ. Hãy điền cấp độ 1–4, hoặc đủ các số liệu để gợi ý."))
        return
    try:
        values["level"], read.is_suggested = suggested_level(values["figures"], on=values["since"])[0], True
    except NoCriteria as refusal:
        read.errors.append(refusal.for_people())


def _day(text: str, on: dt.date) -> dt.date:
    earliest, latest = dt.date(2020, 1, 1), on + dt.timedelta(days=60)
    return PeopleDateField(earliest=earliest, latest=latest).clean(text)


def _level(text: str) -> int | None:
    found = re.fullmatch(r"(?:cap|level)?\s*([1-4])", plain(text))
    if not text.strip():
        return None
    if not found:
        raise ValidationError(_("Cấp độ là một số từ 1 đến 4."))
    return int(found[1])


def _document(text: str) -> str:
    if not text.strip():
        raise ValidationError(_("Thiếu số văn bản công bố cấp độ."))
    return text.strip()[:120]


def _yes(text: str, column: str) -> bool:
    word = plain(text)
    if word not in YES | NO:
        raise ValidationError(_("Cột %(column)s: hãy viết “có” hoặc “không”.") % {"column": column})
    return word in YES


def _figures(cells: dict[str, str]) -> Figures | None:
    """All of them or none."""
    given = [name for name in FIGURE_NAMES if cells[name].strip()]
    if not given:
        return None
    if len(given) < len(FIGURE_NAMES):
        raise ValidationError(_("Cần đủ ba số liệu: ca mới trên 100.000 dân, tỷ lệ tiêm một mũi, tỷ lệ người từ 65 tuổi tiêm đủ."))
    incidence, adults, elderly = (_number(cells[name]) for name in FIGURE_NAMES)
    if adults > 100 or elderly > 100:
        raise ValidationError(_("Tỷ lệ tiêm không quá 100 %."))
    return Figures(incidence, adults, elderly, not cells["capacity"].strip() or _yes(cells["capacity"], _("năng lực điều trị")))


def _number(text: str) -> Decimal:
    cleaned = text.replace("%", "").replace(" ", "").replace(",", ".")
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        raise ValidationError(_("Không đọc được số “%(text)s”.") % {"text": text[:20]}) from None
    if not value.is_finite() or not 0 <= value < 100_000:
        raise ValidationError(_("Số “%(text)s” nằm ngoài khoảng hợp lý.") % {"text": text[:20]})
    return round(value, 1)
