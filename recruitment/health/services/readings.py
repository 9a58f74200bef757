"""Whoever reads another person's health facts leaves a line, in the same transaction or not at all."""

from collections.abc import Iterable

from django.db import transaction

from recruitment.accounts.models import SensitiveReading, User
from recruitment.workers.models import Worker


@transaction.atomic
def log_readings(*, of: Iterable[Worker], what: str, why: str, by: User) -> None:
    """One line for each person shown; `what` and `why` are codes or document numbers, never the facts themselves."""
    SensitiveReading.objects.bulk_create(
        [SensitiveReading(reader=by, person_id=worker.user_id, what=what[:40], why=why[:120]) for worker in of if worker.user_id != by.pk]
    )
