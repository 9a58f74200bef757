"""Relisting: a new draft from an old opening."""

import datetime as dt

from django.db import transaction

from recruitment.accounts.models import User
from recruitment.openings.models import Opening
from recruitment.openings.services.publishing import EDITABLE, RELATED, draft


@transaction.atomic
def copy_opening(*, opening: Opening, by: User, on: dt.date, key: str | None = None) -> Opening:
    """A draft with everything of `opening` but its people and its days that have passed. `key` makes a double click harmless."""
    fields = {field: getattr(opening, field) for field in EDITABLE - RELATED - {"factory"}}
    for field in ("starts_on", "closes_on"):
        if fields[field] is not None and fields[field] < on:
            fields[field] = None
    fields["skills"] = list(opening.skills.all())
    fields["shuttle_stops"] = [row.stop for row in opening.shuttle_stops.all()]
    copy = draft(factory=opening.factory, by=by, on=on, fields=fields, key=f"copy:{opening.pk}:{key}" if key else None)
    if copy.copied_from_id is None:
        Opening.objects.filter(pk=copy.pk).update(copied_from=opening, wage_min=opening.wage_min, wage_max=opening.wage_max)
        copy.refresh_from_db(fields=["copied_from", "wage_min", "wage_max"])
    return copy
