"""Area levels: what the figures of a week suggest, and where each province stands on the schematic map. Pure.

The map is one of tiles: no outline of the country is drawn, and Hoàng Sa and Trường Sa have tiles of their own.
"""

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"
HIGHEST = 4


@dataclass(frozen=True)
class Criteria:
    """A document's thresholds: see AreaLevelCriteria. `bands` are three bounds of new cases per 100,000 people a week."""

    bands: Sequence[int]
    levels_when_covered: Sequence[int]
    levels_otherwise: Sequence[int]
    adults_one_dose: int
    elderly_full_course: int


@dataclass(frozen=True)
class Figures:
    """`incidence`: new cases per 100,000 people in the week; coverages in per cent; whether treatment keeps up."""

    incidence: Decimal
    adults_one_dose: Decimal
    elderly_full_course: Decimal
    has_treatment_capacity: bool


def suggest_level(figures: Figures, criteria: Criteria) -> int:
    """1–4. A bound belongs to the band above it; without treatment capacity the level is one higher (QĐ 4800/QĐ-BYT)."""
    band = sum(figures.incidence >= bound for bound in criteria.bands)
    covered = figures.adults_one_dose >= criteria.adults_one_dose and figures.elderly_full_course >= criteria.elderly_full_course
    level = (criteria.levels_when_covered if covered else criteria.levels_otherwise)[band]
    return level if figures.has_treatment_capacity else min(HIGHEST, level + 1)


@dataclass(frozen=True)
class Tile:
    """A province's square: `column` from the west, `row` from the north, a short `label`."""

    code: str
    column: int
    row: int
    label: str


@dataclass(frozen=True)
class Archipelago:
    """Drawn two tiles wide, off the coast; `province` and `commune` are the codes whose level it shows (the commune's first)."""

    name: str
    name_en: str
    province: str
    commune: str
    column: int
    row: int


ARCHIPELAGOS = {  # by the day since which the provinces stand as they do
    dt.date(2008, 8, 1): (Archipelago("Hoàng Sa", "Hoang Sa", "48", "", 7, 10), Archipelago("Trường Sa", "Truong Sa", "56", "", 7, 17)),
    dt.date(2025, 7, 1): (Archipelago("Hoàng Sa", "Hoang Sa", "48", "20333", 6, 8), Archipelago("Trường Sa", "Truong Sa", "56", "22736", 6, 14)),
}


def system_on(day: dt.date) -> dt.date:
    """Since when the provinces of `day` stand as they do: 63 of them, or 34 since 2025-07-01."""
    return max((since for since in ARCHIPELAGOS if since <= day), default=min(ARCHIPELAGOS))


@cache
def tiles(since: dt.date) -> tuple[Tile, ...]:
    with (DATA / "tiles.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["since"] == since.isoformat()]
    return tuple(Tile(row["code"], int(row["column"]), int(row["row"]), row["label"]) for row in rows)
