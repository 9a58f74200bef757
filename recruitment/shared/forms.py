"""Form fields that read what people write, and say what to do when they can't."""

import datetime as dt
import re
import unicodedata

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.shared.money import parse_amount

UNSEEN = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
DATE_PATTERNS = [
    re.compile(r"^(?P<day>\d{1,2})[\s./-](?P<month>\d{1,2})[\s./-](?P<year>\d{4})$"),
    re.compile(r"^(?P<year>\d{4})[./-](?P<month>\d{1,2})[./-](?P<day>\d{1,2})$"),
    re.compile(r"^(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})$"),
]


def clean_text(text: str) -> str:
    """Composed Unicode without control, invisible and direction characters; line ends as "\\n"."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return UNSEEN.sub("", composed)


class CleanCharField(forms.CharField):
    """One line of text, spaces collapsed."""

    def to_python(self, value):
        return super().to_python(" ".join(clean_text(str(value)).split()) if value else value)


class CleanTextField(forms.CharField):
    """Several lines of text."""

    widget = forms.Textarea

    def to_python(self, value):
        return super().to_python(clean_text(str(value)).strip() if value else value)


class PeopleDateField(forms.Field):
    """A date as 24/11/2026, 24-11-2026, 24.11.2026, 24112026 or 2026-11-24.

    `earliest` and `latest` are dates, or functions that give one; both inclusive.
    """

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "24/11/2026", "class": "short"})
    default_error_messages = {
        "invalid": _("Hãy viết ngày theo dạng ngày/tháng/năm, ví dụ 24/11/2026."),
        "early": _("Ngày này quá sớm: hãy nhập từ ngày %(limit)s trở đi."),
        "late": _("Ngày này quá muộn: hãy nhập đến ngày %(limit)s."),
    }

    def __init__(self, *, earliest=None, latest=None, **options):
        super().__init__(**options)
        self.earliest, self.latest = earliest, latest

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, dt.date):
            return value
        text = clean_text(str(value)).strip()
        for pattern in DATE_PATTERNS:
            if found := pattern.match(text):
                try:
                    return dt.date(int(found["year"]), int(found["month"]), int(found["day"]))
                except ValueError:
                    break
        raise ValidationError(self.error_messages["invalid"], code="invalid")

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        earliest, latest = self._limit(self.earliest), self._limit(self.latest)
        if earliest and value < earliest:
            raise ValidationError(self.error_messages["early"], code="early", params={"limit": f"{earliest:%d/%m/%Y}"})
        if latest and value > latest:
            raise ValidationError(self.error_messages["late"], code="late", params={"limit": f"{latest:%d/%m/%Y}"})

    def prepare_value(self, value):
        return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else value

    @staticmethod
    def _limit(limit):
        return limit() if callable(limit) else limit


def today() -> dt.date:
    """A limit for dates of the past."""
    return timezone.localdate()


class MoneyField(forms.Field):
    """Đồng a month, from 9tr, 9,5 triệu, 8.000.000, 8 …: see `parse_amount`."""

    widget = forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"})
    default_error_messages = {
        "invalid": _("Hãy viết số tiền như 9 triệu, 9,5 triệu hoặc 9.500.000."),
        "range": _("Số tiền cần từ %(smallest)s đến %(largest)s đồng. Nếu là 9 triệu, hãy viết 9 triệu hoặc 9.000.000."),
    }

    def __init__(self, *, smallest=0, largest=200_000_000, **options):
        super().__init__(**options)
        self.smallest, self.largest = smallest, largest

    def to_python(self, value):
        if value in self.empty_values:
            return None
        amount = parse_amount(clean_text(str(value)))
        if amount is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return amount

    def validate(self, value):
        super().validate(value)
        if value is not None and not self.smallest <= value <= self.largest:
            limits = {name: f"{limit:,}".replace(",", ".") for name, limit in (("smallest", self.smallest), ("largest", self.largest))}
            raise ValidationError(self.error_messages["range"], code="range", params=limits)

    def prepare_value(self, value):
        return f"{value:,}".replace(",", ".") if isinstance(value, int) else value


class PhoneField(forms.CharField):
    """A Vietnamese mobile number, however written (0912 345 678, +84…, 84…), as E.164."""

    default_error_messages = {"invalid": _("Hãy nhập số di động Việt Nam gồm 10 số, ví dụ 0912 345 678.")}

    def __init__(self, **options):
        options.setdefault("widget", forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}))
        super().__init__(max_length=40, **options)

    def to_python(self, value):
        text = clean_text(super().to_python(value) or "")
        if not text:
            return text
        digits = re.sub(r"\D", "", text)
        if digits.startswith("84") and len(digits) == 11:
            digits = f"0{digits[2:]}"
        elif digits.startswith("840") and len(digits) == 12:  # +84 (0)912…
            digits = digits[2:]
        try:
            number = phonenumbers.parse(digits, "VN")
        except phonenumbers.NumberParseException:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not phonenumbers.is_valid_number_for_region(number, "VN") or phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
