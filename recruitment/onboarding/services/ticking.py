"""Tasks that only a person can say are done."""

import datetime as dt

from django.db import transaction

from recruitment.accounts.models import User
from recruitment.onboarding.models import Acceptance, TaskTick


@transaction.atomic
def tick(*, acceptance: Acceptance, code: str, is_done: bool, by: User, on: dt.date) -> None:
    """Mark a task (TaskTick.Code) as done, or as not done after all. Repeating it changes nothing."""
    if is_done:
        TaskTick.objects.get_or_create(acceptance=acceptance, code=TaskTick.Code(code).value, defaults={"ticked_by": by})
    else:
        TaskTick.objects.filter(acceptance=acceptance, code=code).delete()
