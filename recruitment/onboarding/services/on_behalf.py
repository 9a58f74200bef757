"""What a liaison answers for somebody without a phone, who has been asked: done as the person would, and written down as done for them."""

import datetime as dt

from django.db import transaction

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.applying import agree, apply
from recruitment.health.services.estimates import start_estimate
from recruitment.onboarding.services.confirming import confirm
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.openings.models import Opening
from recruitment.workers.models import AssistedAct, Worker

Act = AssistedAct.Act


@transaction.atomic
def apply_for(*, worker: Worker, opening: Opening, by: User, on: dt.date) -> Application:
    """To begin on the first day on which the person may and wants to. Raises what apply raises."""
    starts_on = start_estimate(worker, on=on).ready_on or max(worker.available_from, on)
    application = apply(worker=worker, opening=opening, starts_on=starts_on, idempotency_key=None, by=by, on=on)
    _note(application, Act.APPLIED, by)
    return application


@transaction.atomic
def agree_for(*, application: Application, wants_trip: bool, by: User, on: dt.date) -> None:
    """Raises what agree raises."""
    agree(application=application, wants_trip=wants_trip, by=by, on=on)
    _note(application, Act.AGREED, by)


@transaction.atomic
def confirm_for(*, application: Application, by: User, on: dt.date) -> None:
    """Raises what confirm raises."""
    confirm(application=application, by=by, on=on)
    _note(application, Act.CONFIRMED, by)


@transaction.atomic
def withdraw_for(*, application: Application, by: User, on: dt.date) -> None:
    """Raises what withdraw raises."""
    withdraw(application=application, by=by, on=on)
    _note(application, Act.WITHDREW, by)


def _note(application: Application, act: str, by: User) -> None:
    """Once for each application, however often it is sent."""
    first = AssistedAct.objects.filter(worker=application.worker_id).select_related("group").earliest("at", "pk")
    AssistedAct.objects.get_or_create(
        worker_id=application.worker_id, act=act, receipt=application.receipt, defaults={"group": first.group, "by": by}
    )
