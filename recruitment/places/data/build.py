"""Rebuilds provinces.csv and communes.csv from the data set of `vietnamadminunits` (MIT licence, © Hieu Tran).

Run by hand after a new release of it: `python recruitment/places/data/build.py`. The package is needed for this only.
The 63 provinces stood from 2008-08-01 (Resolution 15/2008/QH12) to 2025-06-30; the 34 stand since 2025-07-01
(Resolution 202/2025/QH15). The data set's coordinates are centres of area, not of the capital.
"""

import csv
import sqlite3
import unicodedata
from contextlib import closing
from importlib import resources
from pathlib import Path

from vietnamadminunits.converter.converter_2025 import DICT_PROVINCE as MERGED

HERE = Path(__file__).resolve().parent
THE_63 = ("2008-08-01", "2025-06-30")
THE_34 = ("2025-07-01", "")
KNOWN_AS = {"Hà Nội": ("Hà Nội", "Hanoi"), "Hồ Chí Minh": ("Thành phố Hồ Chí Minh", "Ho Chi Minh City")}
PROVINCES = "SELECT DISTINCT provinceCode, provinceShort, provinceKey, provinceLat, provinceLon FROM {table} ORDER BY provinceCode"
COMMUNES = "SELECT DISTINCT wardCode, provinceCode, ward, wardLat, wardLon FROM admin_units ORDER BY wardCode"


def main(directory: Path = HERE) -> None:
    data_set = resources.files("vietnamadminunits") / "data" / "dataset.db"
    with resources.as_file(data_set) as path, closing(sqlite3.connect(path)) as source:
        write(directory / "provinces.csv", ["code", "since", "until", "name", "name_en", "successor", "latitude", "longitude"], provinces(source))
        write(directory / "communes.csv", ["code", "province", "name", "latitude", "longitude"], source.execute(COMMUNES))


def provinces(source: sqlite3.Connection):
    """The 34 first: the 63 point to them."""
    now = list(source.execute(PROVINCES.format(table="admin_units")))
    code_of = {key: code for code, _name, key, _latitude, _longitude in now}
    successor = {old: code_of[new] for new, olds in MERGED.items() for old in olds}
    for code, name, _key, latitude, longitude in now:
        yield [code, *THE_34, *names(name), "", latitude, longitude]
    for code, name, key, latitude, longitude in source.execute(PROVINCES.format(table="admin_units_legacy")):
        yield [code, *THE_63, *names(name), successor[key], latitude, longitude]


def names(name: str) -> tuple[str, str]:
    parts = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return KNOWN_AS.get(name, (name, "".join(letter for letter in parts if not unicodedata.combining(letter))))


def write(path: Path, header: list[str], rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
