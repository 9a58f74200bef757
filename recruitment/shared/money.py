"""Amounts of đồng as people write and read them. They are integers everywhere."""

import re
import unicodedata
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

MILLION = 1_000_000
THOUSAND = 1_000
LONGEST = 40  # characters; nobody writes an amount longer than this
CURRENCY = re.compile(r"\s*(đồng|dong|vnđ|vnd|₫|đ)$")
A_MONTH = re.compile(r"\s*(/|một|mot|1)\s*(tháng|thang|month|th)$")
MILLIONS = {"triệu", "trieu", "tr", "million", "m"}
GROUPED = re.compile(r"\d{1,3}(?:([.,\s])\d{3})(?:\1\d{3})*")
PLAIN = re.compile(r"(?P<whole>\d+)(?:[.,](?P<part>\d{1,2}))?")
SCALED = re.compile(
    r"(?P<whole>\d+)(?:[.,](?P<part>\d{1,6}))?\s*(?P<unit>triệu|trieu|tr|million|m|nghìn|nghin|ngàn|ngan|k)\s*(?:(?P<tail>\d{1,3})|(?P<half>rưỡi|ruoi))?"
)


class NotMoney(ValueError):
    """The text is no amount of money."""


class AmountOutOfRange(ValueError):
    """An amount, but no reading of it lies within the bounds asked for."""


def parse_money(text: str, *, smallest: int, largest: int) -> int:
    """Read "8", "8tr", "8tr5", "8,5 triệu", "8 triệu rưỡi", "8.000", "8.000.000 đ" as đồng between the bounds.

    A bare number may stand for đồng, thousands or millions, as people shorten it: the first of these that fits is meant.
    Raises NotMoney or AmountOutOfRange.
    """
    amount, has_unit = _amount_of(text)
    for factor in (1,) if has_unit else (1, THOUSAND, MILLION):
        reading = amount * factor
        if smallest <= reading <= largest and reading == int(reading):
            return int(reading)
    raise AmountOutOfRange(text)


def _amount_of(text: str) -> tuple[Decimal, bool]:
    """The number, and whether a unit leaves no doubt about its size."""
    if len(text) > LONGEST:
        raise NotMoney(text)
    plain = CURRENCY.sub("", A_MONTH.sub("", unicodedata.normalize("NFKC", text).casefold().strip())).strip()
    if match := SCALED.fullmatch(plain):
        return _scaled(**match.groupdict(default="")), True
    if GROUPED.fullmatch(plain):
        return Decimal(re.sub(r"\D", "", plain)), False
    if match := PLAIN.fullmatch(plain):
        return Decimal(f"{match['whole']}.{match['part'] or 0}"), False
    raise NotMoney(text)


def _scaled(*, whole: str, part: str, unit: str, tail: str, half: str) -> Decimal:
    """ "8tr5" and "8 triệu rưỡi" are 8.5 million; "8.500k" groups thousands, while "8,500 triệu" has decimals."""
    if part and (tail or half):
        raise NotMoney(f"{whole},{part}{unit}{tail}{half}")
    if unit not in MILLIONS and len(part) == 3:
        return Decimal(whole + part) * THOUSAND
    return Decimal(f"{whole}.{part or tail or ('5' if half else '0')}") * (MILLION if unit in MILLIONS else THOUSAND)


def grouped(number: int) -> str:
    """9500000 as 9.500.000 in Vietnamese, 9,500,000 in English."""
    return number_format(number, use_l10n=True, force_grouping=True)


def dong(amount: int) -> str:
    """9500000 as 9.500.000 ₫, never broken over two lines."""
    return f"{grouped(amount)}\N{NO-BREAK SPACE}₫"


def millions(amount: int) -> str:
    """9500000 as "9,5 triệu" or "9.5 million"; at most one decimal."""
    return (_("%(number)s triệu") % {"number": in_millions(amount)}).replace(" ", "\N{NO-BREAK SPACE}")


def in_millions(amount: int) -> str:
    """9500000 as 9,5."""
    whole, rest = divmod(round(amount / (MILLION // 10)), 10)
    return number_format(Decimal(f"{whole}.{rest}") if rest else whole, use_l10n=True)


def wage_range(lowest: int | None, highest: int | None) -> str:
    """ "8,5 – 9,5 triệu", "từ 8,5 triệu", "tới 9,5 triệu", or "Thỏa thuận" when neither is known."""
    if lowest is None and highest is None:
        return _("Thỏa thuận")
    if lowest is None:
        return _("tới %(wage)s") % {"wage": millions(highest)}
    if highest is None:
        return _("từ %(wage)s") % {"wage": millions(lowest)}
    if in_millions(lowest) == in_millions(highest):
        return millions(highest)
    return f"{in_millions(lowest)}\N{NO-BREAK SPACE}–\N{NO-BREAK SPACE}{millions(highest)}"
