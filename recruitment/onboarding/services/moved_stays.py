"""Accepted people who were moved to another site: the bed there is the acceptance's from then on, so that its days, tests and release count."""

import datetime as dt
from functools import partial

from django.db import transaction

from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.one_by_one import one_by_one
from recruitment.onboarding.services.undoing import lock_person
from recruitment.quarantine.models import Transfer


def follow_transfers(*, on: dt.date) -> int:
    """Each move that has ended since the last look; how many. Who was moved twice is followed once a look."""
    moved = Transfer.objects.filter(status=Transfer.Status.COMPLETED, held_stay__isnull=False, stay__acceptance__undone_at=None)
    moved = moved.filter(stay__acceptance__isnull=False).order_by("pk")
    return one_by_one(partial(_follow, transfer) for transfer in list(moved.select_related("stay__acceptance__application")))


@transaction.atomic
def _follow(transfer: Transfer) -> bool:
    lock_person(transfer.stay.acceptance.application)
    now = Acceptance.objects.standing().filter(entry_stay=transfer.stay)
    return bool(now.update(entry_stay=transfer.held_stay))
