"""Reads what advertisements say about wages and experience: pure, but for the file of dollar rates.

A wage becomes a range in đồng a month. A rate by the hour or day is multiplied by the hours or days of a full month (26 days
of 8 hours, the working week of Labour Code 2019 art. 105); dollars by the rate of a stated day. Both remain estimates, so the unit is kept.
"""

import csv
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recruitment.shared.money import AmountOutOfRange, NotMoney, parse_money
from recruitment.shared.words import plain

DAYS_A_MONTH = 26
HOURS_A_MONTH = DAYS_A_MONTH * 8
LONGEST_TEXT = 200  # characters; a longer cell isn't about a wage
RATES = Path(__file__).resolve().parent / "data" / "dollar_rates.csv"

MONTH, HOUR, DAY, DOLLARS, UNKNOWN = "month", "hour", "day", "usd_month", "unknown"
BOUNDS = {MONTH: (500_000, 1_000_000_000), HOUR: (5_000, 500_000), DAY: (50_000, 5_000_000), DOLLARS: (50, 50_000)}  # what somebody may earn
TIMES = {MONTH: 1, HOUR: HOURS_A_MONTH, DAY: DAYS_A_MONTH}
BY_THE = {
    HOUR: re.compile(r"(?:/|\bmot|\bmoi|\bper|\ban)\s*(?:gio|h|hour|hr)\b"),
    DAY: re.compile(r"(?:/|\bmot|\bmoi|\bper|\ba)\s*(?:ngay|cong|ca|day|shift)\b"),
}
BILLIONS = re.compile(r"\d\s*(?:ty|billion)\b")
DOLLAR = re.compile(r"\busd\b|\$|\bdo la\b")
SCALE = r"(?:trieu|tr|million|nghin|ngan|k|m)"
NUMBER = r"(?:\d{1,3}(?:[., ]\d{3})+(?![\d.,]*\d)|\d+(?:[.,]\d+)?)"
AMOUNT = re.compile(rf"(?P<number>{NUMBER})(?:\s*(?P<scale>{SCALE})(?![a-z])(?P<tail>\d{{1,3}}(?!\d)|\s*ruoi\b)?)?")
BETWEEN = re.compile(r"\s*(?:vnd|dong|d|usd|\$)?\s*(?:/\s*[a-z]+)?\s*(?:-|–|—|~|\bden\b|\btoi\b|\bto\b)\s*(?:\$)?\s*")
AT_LEAST = re.compile(r"(?:\btu|\btren|\bhon|\btoi thieu|\bfrom|\bover|\babove|\bmin|>|≥)\s*:?=?\s*\$?\s*$")
AT_MOST = re.compile(r"(?:\btoi|\bden|\bduoi|\bup ?to|\btoi da|\bkhong qua|\bbelow|\bunder|\bmax|<|≤)\s*:?=?\s*\$?\s*$")


class WageNotRead(ValueError):
    """There is a number, but not one that anybody earns."""


class ExperienceNotRead(ValueError):
    """The text says nothing about years or months."""


@dataclass(frozen=True)
class Wage:
    """Đồng a month, None where the text sets no limit; `unit` is how it was written."""

    minimum: int | None
    maximum: int | None
    unit: str


NOT_SAID = Wage(None, None, UNKNOWN)


def read_wage(text: str, *, dong_per_dollar: int) -> Wage:
    """A wage as people write it: "8 - 10 triệu", "từ 9,5tr", "25k/giờ", "500 - 700 USD", "8000000", "Thỏa thuận".

    Without a number, or with zeros only, it is unknown. Raises WageNotRead for a number that can't be a wage.
    """
    words = plain(text[: LONGEST_TEXT + 1])
    if len(words) > LONGEST_TEXT or not re.search(r"[1-9]", words):
        return NOT_SAID
    unit = _unit_of(words)
    first = AMOUNT.search(words)
    if first is None or BILLIONS.search(words):
        raise WageNotRead(text)
    second = AMOUNT.match(words, gap.end()) if (gap := BETWEEN.match(words, first.end())) else None
    ends = [_amount(end, unit=unit, scale=_scale(second) or _scale(first) or "") for end in (first, second) if end]
    low: int | None = min(ends)
    high: int | None = max(ends)
    if second is None:
        before = words[: first.start()]
        at_most = AT_MOST.search(before)
        low, high = (None if at_most else low), (None if AT_LEAST.search(before) and not at_most else high)
    times = dong_per_dollar if unit == DOLLARS else TIMES[unit]
    return Wage(low and low * times, high and high * times, unit)


def _unit_of(words: str) -> str:
    if DOLLAR.search(words):
        return DOLLARS
    return next((unit for unit, pattern in BY_THE.items() if pattern.search(words)), MONTH)


def _scale(amount: re.Match | None) -> str | None:
    return amount["scale"] if amount else None


def _amount(found: re.Match, *, unit: str, scale: str) -> int:
    """One end of the range; "8 - 10 triệu" leaves the first end's scale to the second."""
    if unit == DOLLARS:
        whole = re.sub(r"[., ](?=\d{3}\b)", "", found["number"])
        amount = round(float(whole.replace(",", "."))) * (1000 if scale == "k" else 1)
    else:
        written = found[0] if found["scale"] else f"{found['number']} {scale}".strip()
        try:
            amount = parse_money(written, smallest=BOUNDS[unit][0], largest=BOUNDS[unit][1])
        except (NotMoney, AmountOutOfRange) as error:
            raise WageNotRead(found.string) from error
    if not BOUNDS[unit][0] <= amount <= BOUNDS[unit][1]:
        raise WageNotRead(found.string)
    return amount


def read_experience(text: str) -> int:
    """Months of experience that an advertisement asks for at least: "Trên 5 năm" is 60, "Dưới 1 năm" and "Không yêu cầu" 0.

    A bare number means years. Raises ExperienceNotRead when nothing about time is in it.
    """
    words = plain(text[:LONGEST_TEXT])
    if not words or re.search(r"\b(?:khong|chua|duoi|none|no|under|less)\b", words):
        return 0
    found = re.search(r"(\d{1,3}(?:[.,]\d)?)\s*\+?\s*(?:-|–|den|to)?\s*(?:\d{1,3}(?:[.,]\d)?)?\s*\+?\s*(nam|thang|years?|months?|y|m)?\b", words)
    if found is None:
        raise ExperienceNotRead(text)
    number = float(found[1].replace(",", "."))
    months = round(number) if (found[2] or "").startswith(("thang", "m")) else round(number * 12)
    if months > 600:
        raise ExperienceNotRead(text)
    return months


def dong_per_dollar_on(day: dt.date) -> int:
    """The stated rate of the day, or the first known one before it."""
    rates = _rates()
    return next((dong for since, dong in reversed(rates) if since <= day), rates[0][1])


@cache
def _rates() -> list[tuple[dt.date, int]]:
    with RATES.open(encoding="utf-8", newline="") as file:
        return sorted((dt.date.fromisoformat(row["since"]), int(row["dong"])) for row in csv.DictReader(file))
