"""Loading occupations and skills from the files in data/."""

import csv
from pathlib import Path

from django.db import transaction

from recruitment.occupations.models import Occupation, Skill

DATA = Path(__file__).resolve().parent / "data"


@transaction.atomic
def load_occupations(*, restore: bool = False) -> int:
    """Add the occupations that are missing, with their synonyms and related ones; `restore` overwrites the others too.

    Can be repeated; what an administrator changed stays unless `restore`. Returns how many the file has.
    """
    rows = _rows("occupations.csv")
    there = set(Occupation.objects.values_list("code", flat=True))
    occupations = [
        Occupation(code=row["code"], name=row["name"], name_en=row["name_en"], synonyms=[name for name in row["synonyms"].split(";") if name])
        for row in rows
    ]
    if restore:
        Occupation.objects.bulk_create(occupations, update_conflicts=True, unique_fields=["code"], update_fields=["name", "name_en", "synonyms"])
    else:
        Occupation.objects.bulk_create(occupations, ignore_conflicts=True)
    _relate([row for row in rows if restore or row["code"] not in there])
    return len(rows)


def _relate(rows: list[dict[str, str]]) -> None:
    """Both directions of each pair, as Django keeps a symmetrical relation."""
    pk_of = dict(Occupation.objects.values_list("code", "pk"))
    link = Occupation.related.through
    pairs = {(pk_of[row["code"]], pk_of[code]) for row in rows for code in row["related"].split(";") if code}
    both = sorted(pairs | {(other, one) for one, other in pairs})
    link._default_manager.bulk_create([link(from_occupation_id=one, to_occupation_id=other) for one, other in both], ignore_conflicts=True)


@transaction.atomic
def load_skills(*, restore: bool = False) -> int:
    """The same for skills."""
    rows = _rows("skills.csv")
    skills = [Skill(code=row["code"], name=row["name"], name_en=row["name_en"]) for row in rows]
    if restore:
        Skill.objects.bulk_create(skills, update_conflicts=True, unique_fields=["code"], update_fields=["name", "name_en"])
    else:
        Skill.objects.bulk_create(skills, ignore_conflicts=True)
    return len(rows)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
