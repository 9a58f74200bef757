"""Amounts of đồng as people write and read them."""

import re

from django.utils.translation import get_language
from django.utils.translation import gettext as _

MILLION = 1_000_000
THOUSAND = 1_000
LARGEST = 2_000_000_000
AMOUNT = re.compile(r"^(?P<number>[0-9][0-9.,\s]*)(?P<unit>triệu|trieu|tr|nghìn|nghin|ngàn|ngan|k|đồng|dong|đ|d|₫|vnđ|vnd)?\s*(?P<half>rưỡi|ruoi)?(?:\s*(?:đồng|dong|đ|₫|vnđ|vnd))?(?:\s*/?\s*(?:tháng|thang))?$")
MILLIONS = {"triệu", "trieu", "tr"}
THOUSANDS = {"nghìn", "nghin", "ngàn", "ngan", "k"}
GROUPED = re.compile(r"^[0-9]{1,3}(?:([.,\s])[0-9]{3})(?:\1[0-9]{3})*$")


def parse_amount(text: str) -> int | None:
    """Đồng from "9tr", "9,5 triệu", "8 triệu rưỡi", "8.000.000", "8000000", "8.000" (thousands meant) or a bare "8" (millions).

    Nobody earns less than 1,000 đồng a month, so a bare number below 1,000 means millions, and below 1,000,000 thousands.
    None when it is no amount, negative, or beyond 2 billion.
    """
    found = AMOUNT.match(" ".join(text.strip().lower().split()))
    if not found:
        return None
    number = _number(found["number"].strip(), found["unit"])
    if number is None:
        return None
    amount = round(number * _factor(number, found["unit"]))
    if found["half"]:
        amount += MILLION // 2
    return amount if 0 <= amount <= LARGEST else None


def _number(text: str, unit: str | None) -> float | None:
    if GROUPED.match(text) and unit not in MILLIONS:
        return float(re.sub(r"[.,\s]", "", text))
    plain = text.replace(" ", "").replace(",", ".")
    return float(plain) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain) else None


def _factor(number: float, unit: str | None) -> int:
    if unit in MILLIONS:
        return MILLION
    if unit in THOUSANDS:
        return THOUSAND
    if unit or number == 0 or number >= MILLION:
        return 1
    return MILLION if number < THOUSAND else THOUSAND


def grouped(number: int) -> str:
    """9500000 as 9.500.000 in Vietnamese, 9,500,000 in English."""
    text = f"{number:,}"
    return text if get_language() == "en" else text.replace(",", ".")


def dong(amount: int) -> str:
    return f"{grouped(amount)} ₫"


def millions(amount: int) -> str:
    """9500000 as "9,5 triệu" or "9.5 million"; at most one decimal."""
    tenths = round(amount / 100_000)
    whole, rest = divmod(tenths, 10)
    if get_language() == "en":
        number = f"{whole}.{rest}" if rest else str(whole)
    else:
        number = f"{whole},{rest}" if rest else str(whole)
    return _("%(number)s triệu") % {"number": number}
