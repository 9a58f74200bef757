"""The department reads the phrases that recruiters kept with a reason, and lets them stand or not."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.openings.models import Opening, WordingOverride
from recruitment.openings.services.publishing import locked, pause
from recruitment.shared.refusals import Conflict


class AlreadyReviewed(Conflict):
    """Carries `override` with who decided and when."""

    def for_people(self) -> str:
        override = self.facts["override"]
        return _("%(person)s đã xử lý mục này lúc %(time)s: %(decision)s.") % {
            "person": override.reviewed_by,
            "time": timezone.localtime(override.reviewed_at).strftime("%H:%M %d/%m/%Y"),
            "decision": override.get_decision_display(),
        }


@transaction.atomic
def allow_phrase(*, override: WordingOverride, by: User, on: dt.date) -> WordingOverride:
    """The phrase may stay. Raises AlreadyReviewed."""
    return _decide(override, WordingOverride.Decision.ALLOWED, by=by)


@transaction.atomic
def refuse_phrase(*, override: WordingOverride, by: User, on: dt.date) -> WordingOverride:
    """The phrase must go: a published opening is paused until it does. Raises AlreadyReviewed."""
    opening = locked(override.opening)
    decided = _decide(override, WordingOverride.Decision.REFUSED, by=by)
    if opening.status == Opening.Status.PUBLISHED:
        pause(opening=opening, by=by, on=on)
    return decided


def _decide(override: WordingOverride, decision: str, *, by: User) -> WordingOverride:
    rows = WordingOverride.objects.select_for_update(of=("self",), no_key=True)
    now = rows.select_related("reviewed_by").get(pk=override.pk)
    if now.decision:
        raise AlreadyReviewed(override=now)
    now.decision, now.reviewed_by, now.reviewed_at = decision, by, timezone.now()
    now.save(update_fields=["decision", "reviewed_by", "reviewed_at"])
    return now
