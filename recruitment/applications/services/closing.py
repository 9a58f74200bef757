"""Closing an opening with everything that hangs on it."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import keep, locked, tell_worker
from recruitment.openings.models import Opening
from recruitment.openings.services.closing import close_opening
from recruitment.openings.services.places import free_place

CHUNK = 500


@transaction.atomic
def close_with_applications(*, opening: Opening, outcome: str, by: User, on: dt.date) -> Opening:
    """Close the opening, end every application still in progress, free the places held, and tell the people why.

    Those accepted stay accepted. All applications are locked before the opening, as acceptance does.
    """
    open_ones = Application.objects.in_pipeline().select_for_update(of=("self",), no_key=True)
    for application in list(open_ones.filter(opening=opening).order_by("pk")):
        end_application(application=application, ending=Application.Ending.OPENING_CLOSED, by=by)
    return close_opening(opening=opening, outcome=outcome, by=by, on=on)


def end_at_closed_openings(*, on: dt.date) -> int:
    """Whoever applied in the very moment in which the opening closed was not seen by who closed it; how many. Each in a transaction of its own."""
    left = Application.objects.in_pipeline().filter(opening__status=Opening.Status.CLOSED).order_by("pk")[:CHUNK]
    return sum(end_application(application=application, ending=Application.Ending.OPENING_CLOSED, by=None) for application in left)


@transaction.atomic
def end_application(*, application: Application, ending: str, by: User | None) -> bool:
    """Ended by something else than the two sides' decision; a held place is free again. Ended ones stay as they are: False."""
    application = locked(application)
    if application.status not in Application.PIPELINE_STATUSES:
        return False
    if application.status in Application.HOLDING_STATUSES:
        free_place(opening=application.opening, accepted=False)
    application.end()
    application.ending, application.answer_by = ending, None
    keep(application, by=by)
    if ending == Application.Ending.OPENING_CLOSED:
        tell_worker(
            application,
            "closed",
            gettext_noop("Tin %(title)s của %(factory)s đã đóng, hồ sơ %(receipt)s khép lại. Mở Vùng Xanh để xem việc tương tự."),
        )
    return True
