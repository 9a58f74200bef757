"""Form fields that read what people really write, and say what to do when they can't; and how every form is drawn."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from recruitment.shared.money import AmountOutOfRange, NotMoney, dong, grouped, parse_money
from recruitment.shared.widgets import CountInput, DayInput, MoneyInput, PhoneInput

REMOVED_CATEGORIES = {"Cc", "Cf", "Co", "Cs", "Cn"}  # controls, invisible marks (text direction among them), unassigned
DATE_PATTERNS = [
    re.compile(r"(?P<day>\d{1,2})[ ./-](?P<month>\d{1,2})[ ./-](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})[ ./-](?P<month>\d{1,2})[ ./-](?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})"),
]
Limit = dt.date | Callable[[], dt.date]


class PeopleFormRenderer(TemplatesSetting):
    """`{{ form }}`, `{{ form.as_div }}` and `{{ field.as_field_group }}` all look like components/field.html."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


def clean_text(text: str, *, lines: bool = False) -> str:
    """Composed letters (NFC), no control or invisible characters, spaces collapsed; `lines` keeps line breaks."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    rows = ["".join(letter for letter in row if unicodedata.category(letter) not in REMOVED_CATEGORIES) for row in composed.split("\n")]
    rows = [" ".join(row.split()) for row in rows]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip() if lines else " ".join(" ".join(rows).split())


class CleanCharField(forms.CharField):
    """One line. Its length is judged after cleaning, and by us: a browser that cuts a long paste loses what was typed."""

    keeps_lines = False
    default_error_messages = {
        "required": _("Hãy điền mục này."),
        "max_length": ngettext_lazy(
            "Dài quá: tối đa %(limit_value)d ký tự, đang có %(show_value)d. Hãy viết ngắn lại.",
            "Dài quá: tối đa %(limit_value)d ký tự, đang có %(show_value)d. Hãy viết ngắn lại.",
            "limit_value",
        ),
    }

    def __init__(self, *, max_length: int = 200, **options):
        super().__init__(max_length=max_length, **options)

    def to_python(self, value):
        return super().to_python(clean_text(str(value), lines=self.keeps_lines) if value not in self.empty_values else value)

    def widget_attrs(self, widget):
        attributes = super().widget_attrs(widget)
        attributes.pop("maxlength", None)
        return attributes


class SeenField(forms.CharField):
    """The version (see shared/versions.py) of what the form was filled with."""

    widget = forms.HiddenInput

    def __init__(self):
        super().__init__(required=False, empty_value=None, max_length=64)


class CleanTextField(CleanCharField):
    """Several lines."""

    keeps_lines = True
    widget = forms.Textarea(attrs={"rows": 5})

    def __init__(self, *, max_length: int = 4000, **options):
        super().__init__(max_length=max_length, **options)


class ReadField(forms.Field):
    """Reads a value that may be written in several ways: only another value is a change."""

    def has_changed(self, initial, data):
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class PeopleDateField(ReadField):
    """A day as 24/11/2026, 24-11-2026, 24.11.2026, 24112026 or 2026-11-24.

    `earliest` and `latest` are days, or functions that give one; both inclusive.
    """

    widget = DayInput
    default_error_messages = {
        "required": _("Hãy điền ngày."),
        "invalid": _("Không đọc được ngày này. Hãy viết ngày/tháng/năm, ví dụ 24/11/2026."),
        "no_such_day": _("Không có ngày này trong lịch. Hãy kiểm tra lại ngày và tháng."),
        "early": _("Ngày này quá sớm: hãy nhập từ ngày %(limit)s trở đi."),
        "late": _("Ngày này quá muộn: hãy nhập đến ngày %(limit)s."),
    }

    def __init__(self, *, earliest: Limit = dt.date(1900, 1, 1), latest: Limit = dt.date(2100, 12, 31), **options):
        super().__init__(**options)
        self.earliest, self.latest = earliest, latest

    def to_python(self, value) -> dt.date | None:
        if isinstance(value, dt.date):
            return timezone.localdate(value) if isinstance(value, dt.datetime) else value
        text = clean_text(unicodedata.normalize("NFKC", str(value or "")))
        if not text:
            return None
        for pattern in DATE_PATTERNS:
            if found := pattern.fullmatch(text):
                return self._day(found)
        raise ValidationError(self.error_messages["invalid"], code="invalid")

    def _day(self, found: re.Match) -> dt.date:
        try:
            return dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            raise ValidationError(self.error_messages["no_such_day"], code="no_such_day") from None

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        earliest, latest = day_of(self.earliest), day_of(self.latest)
        if value < earliest:
            raise ValidationError(self.error_messages["early"], code="early", params={"limit": f"{earliest:%d/%m/%Y}"})
        if value > latest:
            raise ValidationError(self.error_messages["late"], code="late", params={"limit": f"{latest:%d/%m/%Y}"})


def day_of(limit: Limit) -> dt.date:
    return limit() if callable(limit) else limit


def today() -> dt.date:
    """A limit for days of the past, or of the future."""
    return timezone.localdate()


def days_from_today(days: int) -> Callable[[], dt.date]:
    """A limit `days` ahead of today; negative: behind it."""
    return lambda: today() + dt.timedelta(days=days)


def years_ago(years: int) -> Callable[[], dt.date]:
    """A limit for birth dates: whoever was born on it turns `years` today."""

    def limit() -> dt.date:
        now = today()
        return now.replace(year=now.year - years, day=28 if (now.month, now.day) == (2, 29) else now.day)

    return limit


class MoneyField(ReadField):
    """Integer đồng, from 8, 8tr, 8tr5, 8,5 triệu, 8.000, 8.000.000: bare numbers mean what fits between the bounds."""

    widget = MoneyInput
    default_error_messages = {
        "required": _("Hãy điền số tiền."),
        "invalid": _("Không đọc được số tiền này. Hãy viết như 9 triệu, 9,5 triệu hoặc 9.500.000."),
        "range": _("Số tiền cần từ %(smallest)s đến %(largest)s."),
    }

    def __init__(self, *, smallest: int = 1_000_000, largest: int = 200_000_000, **options):
        super().__init__(**options)
        self.smallest, self.largest = smallest, largest

    def to_python(self, value) -> int | None:
        if isinstance(value, int):
            return value
        text = clean_text(str(value or ""))
        if not text:
            return None
        try:
            return parse_money(text, smallest=self.smallest, largest=self.largest)
        except NotMoney:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        except AmountOutOfRange:
            limits = {"smallest": dong(self.smallest), "largest": dong(self.largest)}
            raise ValidationError(self.error_messages["range"], code="range", params=limits) from None

    def prepare_value(self, value):
        return grouped(value) if isinstance(value, int) else value


class CountField(ReadField):
    """A whole number, from 20, 1.000, 1 000 or 1,000. `smallest` and `largest` are inclusive."""

    widget = CountInput
    default_error_messages = {
        "required": _("Hãy điền một số."),
        "invalid": _("Hãy viết một số tròn, ví dụ 20."),
        "range": _("Số này cần từ %(smallest)s đến %(largest)s."),
    }

    def __init__(self, *, smallest: int, largest: int, **options):
        super().__init__(**options)
        self.smallest, self.largest = smallest, largest

    def to_python(self, value) -> int | None:
        if isinstance(value, int):
            return value
        text = clean_text(unicodedata.normalize("NFKC", str(value or "")))
        if not text:
            return None
        if not re.fullmatch(r"-?([0-9]{1,12}|[0-9]{1,3}([., ][0-9]{3}){1,3})", text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(re.sub(r"[., ]", "", text))

    def validate(self, value):
        super().validate(value)
        if value is not None and not self.smallest <= value <= self.largest:
            limits = {"smallest": grouped(self.smallest), "largest": grouped(self.largest)}
            raise ValidationError(self.error_messages["range"], code="range", params=limits)


class PhoneField(forms.Field):
    """A Vietnamese mobile number however written (0912 345 678, +84…, 84…), as E.164."""

    widget = PhoneInput
    default_error_messages = {
        "required": _("Hãy điền số điện thoại."),
        "invalid": _("Không đọc được số điện thoại này. Hãy viết 10 chữ số, ví dụ 0912 345 678."),
        "foreign": _("Chỉ gửi được mã tới số di động Việt Nam. Hãy dùng số bắt đầu bằng 0 hoặc +84."),
        "not_mobile": _("Đây không phải số di động đang dùng ở Việt Nam. Hãy kiểm tra lại: số di động có 10 chữ số."),
    }

    def to_python(self, value) -> str:
        text = clean_text(unicodedata.normalize("NFKC", str(value or "")))
        if not text:
            return ""
        if len(text) > 30 or not re.fullmatch(r"[\d+().\- /]+", text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        digits = re.sub(r"\D", "", text)
        international = text.startswith("+") or digits.startswith("00") or (digits.startswith("84") and len(digits) > 10)
        return self._checked(f"+{digits.removeprefix('00')}" if international else digits)

    def _checked(self, text: str) -> str:
        try:
            number = phonenumbers.parse(text, "VN")
        except phonenumbers.NumberParseException:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if number.country_code != 84:
            raise ValidationError(self.error_messages["foreign"], code="foreign")
        if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
            raise ValidationError(self.error_messages["not_mobile"], code="not_mobile")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
