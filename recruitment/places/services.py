"""Loading the reference data of places from the files in data/. See also `names.place_of`, which reads place names.

Each function adds what is missing and leaves alone what is there, so that an administrator's changes stay; `restore`
overwrites them with the files. All can be repeated; each returns how many rows the file has.
"""

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from django.db import models, transaction

from recruitment.places.models import AreaLevelCriteria, Commune, IndustrialZone, MinimumWage, Province

DATA = Path(__file__).resolve().parent / "data"


@transaction.atomic
def load_provinces(*, restore: bool = False) -> int:
    """Both systems: 63 provinces until 2025-06-30, each with its successor, and 34 since 2025-07-01."""
    rows = _rows("provinces.csv")
    now = [row for row in rows if not row["until"]]
    _add([_province(row, successors={}) for row in now], unique=["code", "since"], restore=restore)
    successors = _provinces_now()
    before = [_province(row, successors=successors) for row in rows if row["until"]]
    _add(before, unique=["code", "since"], restore=restore)
    return len(rows)


@transaction.atomic
def load_communes(*, restore: bool = False) -> int:
    """The 3,321 communes, wards and special zones since 2025-07-01. The provinces must be there."""
    provinces = _provinces_now()
    rows = _rows("communes.csv")
    communes = [
        Commune(
            code=row["code"],
            province=provinces[row["province"]],
            name=row["name"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
        )
        for row in rows
    ]
    _add(communes, unique=["code"], restore=restore)
    return len(rows)


@transaction.atomic
def load_zones(*, restore: bool = False) -> int:
    """The industrial zones of the recruiting province. The provinces must be there."""
    provinces = _provinces_now()
    rows = _rows("zones.csv")
    zones = [
        IndustrialZone(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            province=provinces[row["province"]],
            wage_region=int(row["wage_region"]),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            area_hectares=row["area_hectares"] or None,
        )
        for row in rows
    ]
    _add(zones, unique=["code"], restore=restore)
    return len(rows)


@transaction.atomic
def load_minimum_wages(*, restore: bool = False) -> int:
    """Monthly minimum wages in đồng by region, with the decree and the day since which each is in force."""
    rows = _rows("minimum_wages.csv")
    wages = [
        MinimumWage(region=int(row["region"]), since=dt.date.fromisoformat(row["since"]), monthly=int(row["monthly"]), document=row["document"])
        for row in rows
    ]
    _add(wages, unique=["region", "since"], restore=restore)
    return len(rows)


@transaction.atomic
def load_area_level_criteria(*, restore: bool = False) -> int:
    """The thresholds of area levels, with the document and the day since which each is in force."""
    rows = _rows("area_level_criteria.csv")
    bands = ("bands", "levels_when_covered", "levels_otherwise")
    criteria = [
        AreaLevelCriteria(
            document=row["document"],
            since=dt.date.fromisoformat(row["since"]),
            adults_one_dose=int(row["adults_one_dose"]),
            elderly_full_course=int(row["elderly_full_course"]),
            source=row["source"],
            **{name: [int(number) for number in row[name].split()] for name in bands},
        )
        for row in rows
    ]
    _add(criteria, unique=["since"], restore=restore)
    return len(rows)


def _province(row: dict[str, str], *, successors: dict[str, Province]) -> Province:
    return Province(
        code=row["code"],
        since=dt.date.fromisoformat(row["since"]),
        until=dt.date.fromisoformat(row["until"]) if row["until"] else None,
        name=row["name"],
        name_en=row["name_en"],
        successor=successors[row["successor"]] if row["successor"] else None,
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
    )


def _provinces_now() -> dict[str, Province]:
    return {province.code: province for province in Province.objects.filter(until=None)}


def _add(rows: Iterable[models.Model], *, unique: list[str], restore: bool) -> None:
    rows = list(rows)
    model = type(rows[0])
    if not restore:
        model._default_manager.bulk_create(rows, ignore_conflicts=True)
        return
    fields = [field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in unique]
    model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=fields)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
