"""A table of rooms: each row interpreted, or said what is wrong with it. Nothing is written here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from recruitment.openings.reading import Headings, TableRow
from recruitment.quarantine.models import Room, RoomKind
from recruitment.shared.forms import clean_text
from recruitment.shared.words import plain

HEADINGS = Headings(
    {
        "name": "phòng;tên phòng;số phòng;mã phòng;room;room name",
        "building": "tòa;tòa nhà;nhà;dãy;khối;building;block",
        "floor": "tầng;lầu;floor",
        "kind": "loại;loại phòng;kind;type",
        "beds": "số giường;giường;sức chứa;beds;capacity",
    },
    needed="name",
)
MOST_BEDS = 60
KINDS = {
    "khep kin": RoomKind.PRIVATE,
    "phong khep kin": RoomKind.PRIVATE,
    "private": RoomKind.PRIVATE,
    "gia dinh": RoomKind.FAMILY,
    "phong gia dinh": RoomKind.FAMILY,
    "family": RoomKind.FAMILY,
}


@dataclass(frozen=True)
class NewRoom:
    building: str
    floor: str
    name: str
    kind: str
    beds: int

    @property
    def place(self) -> tuple[str, str]:
        """What tells rooms of a site apart."""
        return self.building.casefold(), self.name.casefold()


@dataclass
class RoomRow:
    """One row of the table: the room it describes, or why it can't be used. `outcome` is filled in by the import."""

    number: int
    text: str
    room: NewRoom | None = None
    outcome: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def kind_label(self) -> str:
        return str(RoomKind(self.room.kind).label) if self.room else "–"


def interpret(rows: Iterable[TableRow]) -> list[RoomRow]:
    """Every row, in the table's order; the same room twice is an error of the second."""
    seen: dict[tuple[str, str], int] = {}
    found = []
    for row in rows:
        read = _interpret(row)
        if read.room and (number := seen.setdefault(read.room.place, row.number)) != row.number:
            read.errors.append(_("Trùng với dòng %(number)s. Hãy giữ lại một dòng.") % {"number": number})
            read.room = None
        found.append(read)
    return found


def _interpret(row: TableRow) -> RoomRow:
    cells = {name: clean_text(row.cells.get(name, "")) for name in HEADINGS.columns}
    read = RoomRow(row.number, f"{cells['building']} {cells['name']}".strip()[:60])
    for name, words in (("name", _("tên phòng")), ("building", _("tòa nhà")), ("floor", _("tầng"))):
        longest = Room._meta.get_field(name).max_length
        if longest and len(cells[name]) > longest:
            read.errors.append(_("%(column)s dài quá: tối đa %(most)d ký tự.") % {"column": words.capitalize(), "most": longest})
    if not cells["name"]:
        read.errors.append(_("Thiếu tên phòng."))
    beds = _beds(cells["beds"])
    if beds is None:
        read.errors.append(_("Số giường là một số từ 1 đến %(most)d.") % {"most": MOST_BEDS})
    kind = _kind(cells["kind"], beds or 0)
    if kind is None:
        read.errors.append(_("Không nhận ra loại phòng “%(kind)s”. Hãy ghi “khép kín”, “gia đình”, hoặc để trống.") % {"kind": cells["kind"][:40]})
    if not read.errors and beds and kind:
        read.room = NewRoom(cells["building"], cells["floor"], cells["name"], kind, beds)
    return read


def _beds(text: str) -> int | None:
    found = re.fullmatch(r"([0-9]{1,3})(?:\s*giường)?", text, flags=re.IGNORECASE)
    return int(found[1]) if found and 1 <= int(found[1]) <= MOST_BEDS else None


def _kind(text: str, beds: int) -> str | None:
    """By its word; an empty cell, "thường" or a number of beds ("phòng 4 giường") is a kind by size. None for another word."""
    word = plain(text)
    if word in KINDS:
        return KINDS[word]
    if word and not re.fullmatch(r"(phong )?(thuong|tap the|shared|dormitory|(tu )?[0-9]{1,2}([–-][0-9]{1,2})? giuong( tro len)?)", word):
        return None
    return RoomKind.SMALL if beds <= 2 else RoomKind.MEDIUM if beds <= 4 else RoomKind.LARGE
