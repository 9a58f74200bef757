"""Taking an application back at any state: whatever it held is free again in the same transaction."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_recruiter
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.room import look_for_room_after_commit
from recruitment.onboarding.services.undoing import free_everything, lock_person
from recruitment.openings.services.places import free_place, lock_openings


@transaction.atomic
def withdraw(*, application: Application, by: User, on: dt.date) -> Application:
    """The worker takes it back; place, entry bed and backup beds no longer needed are freed, and the factory is told.

    Repeating it changes nothing. Raises WrongMoment for an application that ended otherwise.
    """
    worker = lock_person(application)
    application = locked(application)
    if application.status == Application.Status.WITHDRAWN:
        return application
    if application.status not in Application.OPEN_STATUSES:
        raise WrongMoment(application=application)
    lock_openings(pks=[application.opening_id])
    was = application.status
    application.withdraw()
    application.answer_by = None
    keep(application, by=by)
    if was in Application.HOLDING_STATUSES:
        free_place(opening=application.opening, accepted=False)
        look_for_room_after_commit()
    if was == Application.Status.ACCEPTED:
        acceptance = Acceptance.objects.select_related("entry_stay").get(application=application)
        because = Acceptance.Undoing.WITHDRAWN
        free_everything(acceptance=acceptance, application=application, worker=worker, because=because, by=by, on=on)
    tell_recruiter(application, "withdrawn", gettext_noop("Người lao động đã rút hồ sơ %(receipt)s khỏi tin %(title)s."))
    return application
