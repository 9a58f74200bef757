"""Consent per purpose: given and withdrawn one by one, each row dated and versioned (Law 91/2025/QH15)."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from recruitment.accounts.models import User
from recruitment.workers.models import Consent, Worker
from search.outbox import request_index

WORDING_VERSION = 1  # raise it with every change of the wording in Consent.Purpose


@transaction.atomic
def set_consents(*, worker: Worker, given: Collection[str], withdrawn: Collection[str], by: User, on: dt.date) -> None:
    """Open a consent for each purpose in `given` that has none, close those in `withdrawn`. Repeating it changes nothing."""
    worker = Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=worker.pk)
    now = timezone.now()
    Consent.objects.filter(worker=worker, purpose__in=withdrawn, withdrawn_at=None).update(withdrawn_at=now)
    there = set(Consent.objects.filter(worker=worker, withdrawn_at=None).values_list("purpose", flat=True))
    fresh = sorted(set(given) - there - set(withdrawn))
    Consent.objects.bulk_create([Consent(worker=worker, purpose=purpose, version=WORDING_VERSION, given_at=now, recorded_by=by) for purpose in fresh])
    request_index("candidate", [worker.pk])
