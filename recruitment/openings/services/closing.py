"""The end of an opening's own row. Ending its applications is `applications`' work, which calls this in the same transaction."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.openings.models import Opening
from recruitment.openings.services.publishing import locked
from recruitment.shared.refusals import Refusal
from search.outbox import request_index


class NeverPublished(Refusal):
    """A draft has nothing to close. Carries `opening`."""

    def for_people(self) -> str:
        return _("Tin còn là nháp nên không có gì để đóng.")


@transaction.atomic
def close_opening(*, opening: Opening, outcome: str, by: User, on: dt.date) -> Opening:
    """End a published or paused opening for good; from here on nobody can take a place. Closing a closed one changes nothing.

    `outcome` is one of `Opening.Outcome`. Places still held are the caller's to free. Raises NeverPublished.
    """
    if outcome not in Opening.Outcome.values:
        raise ValueError(f"not an outcome: {outcome}")
    now = locked(opening)
    if now.status == Opening.Status.CLOSED:
        return now
    if now.status == Opening.Status.DRAFT:
        raise NeverPublished(opening=now)
    now.close()
    now.outcome = outcome
    now.closed_at = timezone.now()
    now.changed_by = by
    now.save(update_fields=["status", "outcome", "closed_at", "changed_by", "changed_at"])
    request_index("opening", [now.pk])
    return now
