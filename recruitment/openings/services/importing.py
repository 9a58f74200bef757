"""A table of openings becomes drafts: a bad row is named and stops none of the good ones, and a repeated table makes no doubles."""

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import models, transaction

from recruitment.accounts.models import User
from recruitment.employers.models import Factory
from recruitment.occupations.models import Occupation
from recruitment.openings.interpreting import Interpretation, interpret
from recruitment.openings.models import Opening
from recruitment.openings.reading import TableRow
from recruitment.openings.services import publishing
from recruitment.shared.forms import clean_text
from search.outbox import request_index


class Outcome(models.TextChoices):
    NEW = "new"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass
class ImportedRow:
    """What became of one row. Money is đồng a month; `occupation` a code; `place` a province of the day; `opening` a primary key."""

    row: int
    title: str
    occupation: str | None
    wage_min: int | None
    wage_max: int | None
    wage_unit: str
    place: str | None
    errors: list[str] = field(default_factory=list)
    outcome: Outcome = Outcome.REFUSED
    opening: int | None = None

    REPORTED = ("row", "title", "occupation", "wage_min", "wage_max", "wage_unit", "place", "errors")

    def as_json(self) -> str:
        return json.dumps({name: getattr(self, name) for name in self.REPORTED}, ensure_ascii=False)


def import_openings(*, rows: Sequence[TableRow], factory: Factory, by: User, on: dt.date, dry_run: bool, publish: bool) -> list[ImportedRow]:
    """Make a draft at `factory` of each good row, and publish what may be published if `publish`.

    A row whose content this factory has imported before keeps the opening it made then. `dry_run` does everything and then
    undoes it, so its report is what an import would bring. Obstacles to publishing are errors of a row whose draft stays.
    """
    with transaction.atomic():
        imported = _import(rows, factory=factory, by=by, on=on)
        if publish:
            _publish(imported, by=by, on=on)
        if dry_run:
            transaction.set_rollback(True)
            for row in imported:
                row.opening = None
    return imported


def _import(rows: Sequence[TableRow], *, factory: Factory, by: User, on: dt.date) -> list[ImportedRow]:
    Factory.objects.select_for_update(of=("self",), no_key=True).get(pk=factory.pk)  # one table at a time: two in another order would deadlock
    occupations = dict(Occupation.objects.values_list("code", "pk"))
    keys = _keys(rows)
    there = _openings_by_key(factory, keys)
    imported, drafts = [], []
    for row, key in zip(rows, keys, strict=True):
        meaning = interpret(row, on=on)
        report = _report(row, meaning, known=set(occupations))
        imported.append(report)
        if not meaning.errors:
            report.outcome = Outcome.ALREADY if key in there else Outcome.NEW
            drafts.append((report, key))
            if key not in there:
                there[key] = _draft(meaning, factory=factory, key=key, occupation=occupations.get(meaning.occupation or ""), by=by)
    new = [opening for opening in there.values() if opening.pk is None]
    Opening.objects.bulk_create(new)
    saved = _openings_by_key(factory, [key for _report_of, key in drafts])
    for report, key in drafts:
        report.opening = saved[key].pk
    request_index("opening", [saved[opening.import_key].pk for opening in new if opening.import_key])
    return imported


def _report(row: TableRow, meaning: Interpretation, *, known: Collection[str | None]) -> ImportedRow:
    return ImportedRow(
        row=row.number,
        title=meaning.title,
        occupation=meaning.occupation if meaning.occupation in known else None,
        wage_min=meaning.wage.minimum,
        wage_max=meaning.wage.maximum,
        wage_unit=meaning.wage.unit,
        place=meaning.place,
        errors=meaning.errors,
    )


def _draft(meaning: Interpretation, *, factory: Factory, key: str, occupation: int | None, by: User) -> Opening:
    fields = dict(meaning.fields)
    opening = Opening(
        factory=factory, import_key=key, occupation_id=occupation, experience_months=fields.pop("experience"), created_by=by, changed_by=by, **fields
    )
    publishing.set_income(opening)
    return opening


def _keys(rows: Sequence[TableRow]) -> list[str]:
    """A digest of each row's content; the second of two equal rows of one table has its own."""
    seen: Counter[str] = Counter()
    keys = []
    for row in rows:
        content = json.dumps(sorted((name, clean_text(cell, lines=True)) for name, cell in row.cells.items() if cell))
        seen[content] += 1
        keys.append(hashlib.sha256(f"{seen[content]}:{content}".encode()).hexdigest())
    return keys


def _openings_by_key(factory: Factory, keys: Iterable[str]) -> dict[str, Opening]:
    openings = Opening.objects.filter(factory=factory, import_key__in=keys)
    return {opening.import_key: opening for opening in openings if opening.import_key}


def _publish(imported: Iterable[ImportedRow], *, by: User, on: dt.date) -> None:
    drafts = Opening.objects.filter(pk__in=[row.opening for row in imported if row.opening], status=Opening.Status.DRAFT).in_bulk()
    for row in imported:
        if row.opening not in drafts:
            continue
        try:
            publishing.publish(opening=drafts[row.opening], by=by, on=on)
        except publishing.CannotPublish as refusal:
            row.errors.extend(obstacle.for_people() for obstacle in refusal.facts["obstacles"])
