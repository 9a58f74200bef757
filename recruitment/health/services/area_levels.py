"""Area levels as health officers enter them, one by one or from a table: each entry kept, and the people concerned assessed anew."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.health.models import Reassessment
from recruitment.health.services.reassessments import request_reassessment
from recruitment.places.areas import Criteria, Figures, suggest_level
from recruitment.places.models import AreaLevel, AreaLevelCriteria, AreaLevelEntry, Commune, Province
from recruitment.shared.refusals import Refusal

Source = AreaLevelEntry.Source


class NoCriteria(Refusal):
    """Figures without a document that says what they mean. Carries `on`."""

    field = "incidence"

    def for_people(self) -> str:
        return _("Chưa có tiêu chí nào cho ngày %(day)s, nên không gợi ý được. Hãy tự chọn cấp độ.") % {"day": f"{self.facts['on']:%d/%m/%Y}"}


@dataclass(frozen=True)
class Entry:
    """One level for one place. `commune` None: the whole province. `figures` None: entered without them."""

    province: Province
    commune: Commune | None
    level: int
    since: dt.date
    document: str
    is_locked_down: bool = False
    figures: Figures | None = None


@dataclass
class Outcome:
    """What entering did: how many rows are new, changed an earlier one of that day, or said what was known."""

    new: int = 0
    changed: int = 0
    same: int = 0
    provinces: set[int] = field(default_factory=set)
    communes: set[int] = field(default_factory=set)


def suggested_level(figures: Figures, *, on: dt.date) -> tuple[int, AreaLevelCriteria]:
    """The level that the week's figures suggest on a day, and the document that says so. Raises NoCriteria."""
    row = AreaLevelCriteria.objects.in_force(on)
    if row is None:
        raise NoCriteria(on=on)
    thresholds = Criteria(row.bands, row.levels_when_covered, row.levels_otherwise, row.adults_one_dose, row.elderly_full_course)
    return suggest_level(figures, thresholds), row


@transaction.atomic
def enter_levels(entries: Sequence[Entry], *, source: str, by: User, on: dt.date) -> Outcome:
    """All of them or none. Repeating an entry changes nothing; another level for the same place and day corrects it and keeps both entries."""
    outcome = Outcome()
    ordered = sorted(entries, key=lambda entry: (entry.province.pk, entry.commune.pk if entry.commune else 0, entry.since))
    for entry in ordered:
        _enter(entry, source, by, outcome)
    in_force = [entry for entry in ordered if entry.since <= on]
    provinces = tuple(outcome.provinces & {entry.province.pk for entry in in_force})
    communes = tuple(outcome.communes & {entry.commune.pk for entry in in_force if entry.commune})
    if provinces or communes:
        request_reassessment(cause=Reassessment.Cause.AREA_LEVEL, on=on, by=by, provinces=provinces, communes=communes)
    return outcome


def _enter(entry: Entry, source: str, by: User, outcome: Outcome) -> None:
    place = {"province": entry.province, "commune": entry.commune, "since": entry.since}
    said = {"level": entry.level, "is_locked_down": entry.is_locked_down, "document": entry.document}
    row, is_new = AreaLevel.objects.get_or_create(**place, defaults=said)
    if not is_new:
        row = AreaLevel.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
        if all(getattr(row, name) == value for name, value in said.items()) and entry.figures is None:
            outcome.same += 1
            return
    before = None if is_new else row.level
    AreaLevel.objects.filter(pk=row.pk).update(**said)
    AreaLevelEntry.objects.create(
        area_level=row,
        level_before=before,
        source=source,
        entered_by=by,
        suggested_level=_suggestion(entry),
        **said,
        **_kept_figures(entry.figures),
    )
    outcome.new, outcome.changed = outcome.new + is_new, outcome.changed + (not is_new)
    if entry.commune:
        outcome.communes.add(entry.commune.pk)
    else:
        outcome.provinces.add(entry.province.pk)


def _suggestion(entry: Entry) -> int | None:
    if entry.figures is None:
        return None
    try:
        return suggested_level(entry.figures, on=entry.since)[0]
    except NoCriteria:
        return None


def _kept_figures(figures: Figures | None) -> dict:
    if figures is None:
        return {}
    return {
        "incidence": figures.incidence,
        "adults_one_dose": figures.adults_one_dose,
        "elderly_full_course": figures.elderly_full_course,
        "has_treatment_capacity": figures.has_treatment_capacity,
    }
