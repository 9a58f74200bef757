"""Two versions of an advertisement side by side: for near-duplicates, and for two people editing one."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from recruitment.openings.models import Opening
from recruitment.shared.money import dong, grouped
from recruitment.shared.versions import Difference

COMPARED = [
    "title",
    "headcount",
    "shift",
    "overtime_hours_per_week",
    "starts_on",
    "closes_on",
    "base_wage",
    "allowances",
    "has_dormitory",
    "meals",
    "experience_months",
]
MONEY = frozenset({"base_wage", "allowances", "dormitory_fee"})
MOST_DIFFERENCES = 4
MOST_DUPLICATES = 3


def near_duplicates(opening: Opening) -> list[tuple[Opening, list[Difference]]]:
    """Openings shown for the same factory and occupation that differ in at most four fields, closest first; at most three."""
    if opening.occupation_id is None:
        return []
    others = [(other, differences(values(opening, COMPARED), values(other, COMPARED))) for other in Opening.objects.similar_to(opening)[:50]]
    close = [pair for pair in others if len(pair[1]) <= MOST_DIFFERENCES]
    return sorted(close, key=lambda pair: (len(pair[1]), -pair[0].pk))[:MOST_DUPLICATES]


def values(opening: Opening, fields: list[str]) -> dict[str, object]:
    """The fields' values, related rows as lists."""
    found: dict[str, object] = {}
    for field in fields:
        if field == "skills":
            found[field] = list(opening.skills.all())
        elif field == "shuttle_stops":
            found[field] = [row.stop for row in opening.shuttle_stops.all()]
        else:
            found[field] = getattr(opening, field)
    return found


def differences(this: Mapping[str, object], other: Mapping[str, object]) -> list[Difference]:
    """Fields of both that people would read differently."""
    pairs = [(field, shown(field, this[field]), shown(field, other[field])) for field in this if field in other]
    return [Difference(label(field), mine, theirs) for field, mine, theirs in pairs if mine != theirs]


def label(field: str) -> str:
    return _("xe đưa đón") if field == "shuttle_stops" else str(Opening._meta.get_field(field).verbose_name)


def shown(field: str, value: object) -> str:
    """A value as the page shows it; "—" for none."""
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return pgettext("trả lời", "có") if value else pgettext("trả lời", "không")
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int):
        return dong(value) if field in MONEY else grouped(value)
    if isinstance(value, Decimal):
        return number_format(value)
    if isinstance(value, list):
        return ", ".join(sorted(str(item) for item in value))
    choices = dict(Opening._meta.get_field(field).flatchoices)
    return str(choices.get(value, value))
