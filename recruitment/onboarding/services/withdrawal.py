"""Taking an application back at any state: whatever it held is free again in the same transaction."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_recruiter
from recruitment.onboarding.models import Acceptance
from recruitment.openings.services.places import free_place, lock_openings
from recruitment.quarantine.services.securing import give_up_beds
from recruitment.workers.models import Worker
from search.outbox import request_index


@transaction.atomic
def withdraw(*, application: Application, by: User, on: dt.date) -> Application:
    """The worker takes it back; place, entry bed and backup beds no longer needed are freed, and the factory is told.

    Repeating it changes nothing. Raises WrongMoment for an application that ended otherwise.
    """
    worker = Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=application.worker_id)
    application = locked(application)
    if application.status == Application.Status.WITHDRAWN:
        return application
    if application.status not in Application.OPEN_STATUSES:
        raise WrongMoment(application=application)
    lock_openings(pks=[application.opening_id])
    accepted, holding = application.status == Application.Status.ACCEPTED, application.status in Application.HOLDING_STATUSES
    if accepted or holding:
        free_place(opening=application.opening, accepted=accepted)
    application.withdraw()
    application.answer_by = None
    keep(application, by=by)
    if accepted:
        _undo_acceptance(application, worker, by, on)
    tell_recruiter(application, "withdrawn", gettext_noop("Người lao động đã rút hồ sơ %(receipt)s khỏi tin %(title)s."))
    return application


def _undo_acceptance(application: Application, worker: Worker, by: User, on: dt.date) -> None:
    acceptance = Acceptance.objects.select_related("entry_stay").get(application=application)
    give_up_beds(factory=application.opening.factory, at_most=acceptance.beds_added, stay=acceptance.entry_stay, by=by, on=on)
    Acceptance.objects.filter(pk=acceptance.pk).update(undone_at=timezone.now())
    worker.status = Worker.Status.LOOKING
    worker.save(update_fields=["status", "changed_at"])
    request_index("candidate", [worker.pk])
