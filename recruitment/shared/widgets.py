"""Inputs that bring up the right keyboard and show values the way people write them."""

import datetime as dt
import re

from django import forms


class DayInput(forms.TextInput):
    """A day typed as dd/mm/yyyy: the same on every phone and in every language, unlike a browser's own calendar."""

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "class": "short", **(attrs or {})})

    def format_value(self, value):
        return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else super().format_value(value)


class BirthDayInput(DayInput):
    def __init__(self, attrs=None):
        super().__init__({"autocomplete": "bday", **(attrs or {})})


class MoneyInput(forms.TextInput):
    def __init__(self, attrs=None):
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "short", **(attrs or {})})


class CountInput(forms.TextInput):
    """Digits only; a text input, because a browser's number field swallows what it can't read and changes when scrolled over."""

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "class": "short", **(attrs or {})})


class PhoneInput(forms.TextInput):
    """Shows a stored +84912345678 as 0912 345 678."""

    input_type = "tel"

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "tel", "autocomplete": "tel", "class": "short", **(attrs or {})})

    def format_value(self, value):
        return re.sub(r"^\+84(\d{3})(\d{3})(\d{3})$", r"0\1 \2 \3", value) if isinstance(value, str) else super().format_value(value)


class CodeInput(forms.TextInput):
    """A one-time code; phones offer to fill it in from the message."""

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code", "maxlength": "12", **(attrs or {})})
