"""Reads a province out of the text of an advertisement, as of a day: pure, from data/provinces.csv."""

import csv
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recruitment.shared.words import plain

DATA = Path(__file__).resolve().parent / "data"
LONGEST_TEXT = 500  # characters; what follows is ignored
ALSO_WRITTEN = {
    "ho chi minh": "thanh pho ho chi minh",
    "hcm": "thanh pho ho chi minh",
    "tphcm": "thanh pho ho chi minh",
    "sai gon": "thanh pho ho chi minh",
    "saigon": "thanh pho ho chi minh",
    "hanoi": "ha noi",
    "thua thien hue": "hue",
    "vung tau": "ba ria vung tau",
    "brvt": "ba ria vung tau",
    "dac lac": "dak lak",
    "dak lac": "dak lak",
    "daklak": "dak lak",
    "dac nong": "dak nong",
    "daknong": "dak nong",
    "bac can": "bac kan",
    "backan": "bac kan",
    "kontum": "kon tum",
}


@dataclass(frozen=True)
class NamedProvince:
    """One row of the file: a province as it stood from `since` to `until`."""

    code: str
    since: dt.date
    until: dt.date
    name: str
    successor: str


def place_of(text: str, on: dt.date) -> str | None:
    """The code of `province_of`."""
    province = province_of(text, on)
    return province.code if province else None


def province_of(text: str, on: dt.date) -> NamedProvince | None:
    """The first province named in `text`, in the system of the day `on`; None if there is none.

    Names of the 63 provinces are understood after their merger too: they give the province that they are part of now.
    """
    words = " ".join(re.findall(r"[a-z0-9]+", plain(text[:LONGEST_TEXT])))
    found = _any_name().search(words)
    if not found:
        return None
    rows = _provinces()[ALSO_WRITTEN.get(found[0], found[0])]
    standing = next((row for row in rows if row.since <= on <= row.until), None)
    if standing:
        return standing
    before = next((row for row in rows if row.until < on), None)
    return _today()[before.successor] if before else None


@cache
def _provinces() -> dict[str, list[NamedProvince]]:
    """Rows by name without accents, the newest first."""
    by_name: dict[str, list[NamedProvince]] = {}
    with (DATA / "provinces.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            until = dt.date.fromisoformat(row["until"]) if row["until"] else dt.date.max
            province = NamedProvince(row["code"], dt.date.fromisoformat(row["since"]), until, row["name"], row["successor"])
            by_name.setdefault(" ".join(re.findall(r"[a-z0-9]+", plain(row["name"]))), []).append(province)
    return by_name


@cache
def _today() -> dict[str, NamedProvince]:
    return {row.code: row for rows in _provinces().values() for row in rows if row.until == dt.date.max}


@cache
def _any_name() -> re.Pattern:
    """Longer names first, so that "thua thien hue" isn't read as "hue" further on."""
    names = sorted({*_provinces(), *ALSO_WRITTEN}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(names)})\b")
