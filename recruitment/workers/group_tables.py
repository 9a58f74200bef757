"""A liaison's table of people: each row interpreted, or said what is wrong with which cell. Nothing is written here."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from recruitment.occupations.titles import occupation_of
from recruitment.openings.reading import Headings, TableRow
from recruitment.places.models import Province
from recruitment.places.names import province_of
from recruitment.shared.crypto import blind_index
from recruitment.shared.forms import PeopleDateField, PhoneField, clean_text
from recruitment.shared.refusals import Refusal
from recruitment.shared.templatetags.display import local_phone
from recruitment.workers.models import AssistedAct, Consent
from recruitment.workers.services.registration import check_age, identity_index_of

HEADINGS = Headings(
    {
        "name": "họ và tên;họ tên;tên;họ và tên người lao động;họ tên người lao động;họ và tên khai sinh;người lao động;full name;name",
        "birth_date": "ngày sinh;ngày tháng năm sinh;sinh ngày;năm sinh;birth date;date of birth",
        "phone": "số điện thoại;điện thoại;sđt;số đt;đt;di động;số di động;điện thoại di động;số điện thoại liên hệ;điện thoại liên hệ;phone",
        "national_id": "số căn cước;căn cước;cccd;số cccd;căn cước công dân;số căn cước công dân;cmnd cccd;cccd cmnd;số cccd cmnd;số cmnd cccd;"
        "số định danh;số định danh cá nhân;national id",
        "province": "tỉnh;đang ở tỉnh;tỉnh thành;tỉnh thành phố;tỉnh tp;nơi ở;nơi ở hiện nay;chỗ ở hiện nay;quê quán;province",
        "occupation": "nghề;nghề nghiệp;công việc;việc muốn làm;occupation;job",
        "available_from": "đi làm được từ ngày;ngày đi làm;đi làm từ;available from",
        "paper": "giấy đồng ý;số giấy đồng ý;giấy đồng ý đã ký;signed consent",
    },
    needed="name",
    first_half="họ và chữ đệm;họ và tên đệm;họ đệm;họ lót;họ và tên lót;họ;surname;family name;last name",
    only_sheet=True,
)
LABELS = {
    "name": lambda: _("Họ và tên"),
    "birth_date": lambda: _("Ngày sinh"),
    "phone": lambda: _("Số điện thoại"),
    "national_id": lambda: _("Số căn cước"),
    "province": lambda: _("Tỉnh"),
    "occupation": lambda: _("Nghề"),
    "available_from": lambda: _("Đi làm được từ ngày"),
    "paper": lambda: _("Giấy đồng ý"),
}
SERIAL = re.compile(r"(\d{4,5})(?:\.0+)?")
EPOCH = dt.date(1899, 12, 30)  # day 0 of spreadsheets
NAME = re.compile(r"[^\W\d_]+(?:[ '’.-]+[^\W\d_]+)*\.?")
LONGEST_NAME = 80
OLD_FONT = re.compile("[µ¶·¸¹»¼½¾¿ÆÇËÎÏÑÖ×ØÜÞßäåæçëîïñö÷øûüÿª®©¨«¬¢§]")  # letters of TCVN3 (.VnTime) and VNI texts that no Vietnamese name has


@dataclass
class PersonRow:
    """One row: what it says, or what is wrong with which of its `cells`. Errors are (field, sentence)."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    form: Any = None  # set by the page that shows it, as is `occupation`, the one that was recognised
    occupation: Any = None
    is_known: bool = False  # registered before, as the same person: nothing is left to do

    @property
    def is_new(self) -> bool:
        return not self.errors and not self.is_known

    @property
    def identity(self) -> str:
        return identity_index_of(self.values["name"], self.values["birth_date"])

    @property
    def national_id_index(self) -> str | None:
        return blind_index("national_id", self.values["national_id"]) if self.values["national_id"] else None

    def shown(self) -> list[dict]:
        """Each cell as it was written, with what is wrong with it, or what it was `read` as where that looks otherwise."""
        names = [name for name in HEADINGS.columns if self.cells.get(name) or any(where == name for where, _text in self.errors)]
        return [
            {
                "label": LABELS[name](),
                "value": self.cells.get(name, ""),
                "read": self._read_as(name),
                "errors": [text for where, text in self.errors if where == name],
            }
            for name in names
        ]

    def _read_as(self, name: str) -> str:
        value = self.values.get(name)
        if name == "occupation" and not self.errors:
            text = str(self.occupation or _("không nhận ra nghề này, để trống"))
        elif isinstance(value, dt.date):
            text = f"{value:%d/%m/%Y}"
        else:
            text = local_phone(value) if name == "phone" else str(value or "")
        return "" if text == self.cells.get(name) else text


def interpret(rows: Iterable[TableRow], *, on: dt.date) -> list[PersonRow]:
    """Every row in the table's order; who stands in it twice is an error of the later row."""
    provinces = {row.code: row for row in Province.objects.existing_on(on)}
    read = [_interpret(row, provinces, on) for row in rows]
    _find_doubles(read)
    return read


def _interpret(row: TableRow, provinces: dict[str, Province], on: dt.date) -> PersonRow:
    read = PersonRow(row.number, {name: row.cells.get(name, "") for name in HEADINGS.columns})
    readers = {
        "name": lambda text: name_of(text),
        "birth_date": lambda text: birth_date_of(text, on),
        "phone": lambda text: PhoneField(required=False).clean(text) or None,
        "province": lambda text: _province(text, provinces, on),
        "occupation": lambda text: occupation_of(clean_text(text)[:200]) if text.strip() else None,
        "available_from": lambda text: _available_from(text, on),
        "paper": lambda text: clean_text(text)[:60],
    }
    for name, reader in readers.items():
        try:
            read.values[name] = reader(read.cells[name])
        except ValidationError as error:
            read.errors += [(name, text) for text in error.messages]
        except Refusal as refusal:
            read.errors.append((name, refusal.for_people()))
    try:
        read.values["national_id"] = national_id_of(read.cells["national_id"], born=read.values.get("birth_date"))
    except ValidationError as error:
        read.errors += [("national_id", text) for text in error.messages]
    read.values |= {"how": AssistedAct.How.PAPER, "purposes": list(Consent.Purpose)}  # what the paper of a table says
    if not read.errors and not read.values["phone"] and not read.values["paper"]:
        read.errors.append(("phone", _("Không có số điện thoại thì người này phải ký giấy đồng ý: hãy điền số giấy ở cột “giấy đồng ý”.")))
    return read


def name_of(text: str) -> str:
    """As people write it; a name all in capitals becomes a name. Raises ValidationError."""
    name = clean_text(text)
    if not name:
        raise ValidationError(_("Thiếu họ tên."))
    if OLD_FONT.search(name):
        raise ValidationError(_("Tên này gõ bằng phông chữ cũ (.VnTime, VNI). Hãy chuyển cả bảng sang Unicode rồi chọn lại tệp, hoặc gõ lại tên."))
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise ValidationError(_("Họ tên chỉ gồm chữ và khoảng trắng, tối đa 80 ký tự."))
    return name.title() if name.isupper() or name.islower() else name


def day_of_cell(text: str) -> str | dt.date:
    """A spreadsheet's serial number as the day it means; everything else as it stands."""
    found = SERIAL.fullmatch(text.strip())
    serial = int(found[1]) if found else 0
    return EPOCH + dt.timedelta(days=serial) if serial > 3000 else text  # 3,000 is a day of 1908; a year alone (1998) stays unread


def birth_date_of(text: str, on: dt.date) -> dt.date:
    """Raises ValidationError, TooYoung or UnlikelyAge."""
    born = PeopleDateField(latest=on).clean(day_of_cell(text))
    check_age(born, on=on)
    return born


def national_id_of(text: str, *, born: dt.date | None) -> str | None:
    """Twelve digits that agree with the birth date; a number whose leading zeros a spreadsheet dropped gets them back. Raises ValidationError."""
    digits = re.sub(r"[ .\-]", "", clean_text(text)).removesuffix(".0")
    if not digits:
        return None
    if not re.fullmatch(r"\d{10,12}", digits):
        raise ValidationError(_("Số căn cước có 12 chữ số."))
    digits = digits.zfill(12)
    if born and (int(digits[3]) // 2 + 19 != born.year // 100 or int(digits[4:6]) != born.year % 100):
        raise ValidationError(_("Số căn cước không khớp năm sinh: chữ số 4 đến 6 nói thế kỷ và năm sinh."))
    return digits


def _province(text: str, provinces: dict[str, Province], on: dt.date) -> Province:
    found = province_of(text, on) if text.strip() else None
    province = provinces.get(found.code) if found else provinces.get(text.strip().zfill(2))
    if province is None:
        raise ValidationError(_("Không nhận ra tỉnh. Hãy viết tên tỉnh hoặc mã tỉnh."))
    return province


def _available_from(text: str, on: dt.date) -> dt.date:
    return max(on, PeopleDateField(latest=on + dt.timedelta(days=365)).clean(day_of_cell(text))) if text.strip() else on


def _find_doubles(read: list[PersonRow]) -> None:
    """By phone, by national ID, by name and birth date; two people may share name and birthday if both show different national IDs."""
    phones: dict[str, int] = {}
    numbers: dict[str, int] = {}
    people: dict[str, list[PersonRow]] = {}
    for row in read:
        if row.errors:
            continue
        phone, number = row.values["phone"], row.values["national_id"]
        same = next((other for other in people.get(row.identity, []) if not (number and other.values["national_id"] not in (None, number))), None)
        if phone and phone in phones:
            row.errors.append(
                (
                    "phone",
                    _("Trùng số điện thoại với dòng %(number)d. Hai người chung một máy thì người thứ hai để trống số và ghi giấy đồng ý.")
                    % {"number": phones[phone]},
                )
            )
        if number and number in numbers:
            row.errors.append(("national_id", _("Trùng số căn cước với dòng %(number)d.") % {"number": numbers[number]}))
        if same:
            row.errors.append(("name", _("Trùng họ tên và ngày sinh với dòng %(number)d.") % {"number": same.number}))
        if not row.errors:
            people.setdefault(row.identity, []).append(row)
            if phone:
                phones[phone] = row.number
            if number:
                numbers[number] = row.number
