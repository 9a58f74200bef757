"""Results of tests taken by an authority or a quarantine site: confirmed facts, for many people at once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from recruitment.accounts.models import User
from recruitment.health.models import HealthEvent, HealthRecord
from recruitment.health.services.assessments import assess_people
from recruitment.workers.models import Worker

SAMPLED_AT = dt.time(8)  # results say the day; the hour counts for tests before entry only


@dataclass(frozen=True)
class TestResult:
    """`method`: "pcr" or "antigen"."""

    worker: Worker
    method: str
    positive: bool
    taken_on: dt.date


@transaction.atomic
def record_test_results(*, results: Sequence[TestResult], by: User, on: dt.date) -> list[HealthEvent]:
    """Each result becomes a confirmed event of its person, in the order given, and everybody is decided anew once."""
    pks = {result.worker.pk for result in results}
    lock_records(pks)
    confirmed = HealthEvent.Proof.CONFIRMED
    events = [HealthEvent(worker=result.worker, facts=_facts(result), proof=confirmed, recorded_by=by) for result in results]
    HealthEvent.objects.bulk_create(events)
    HealthRecord.objects.filter(worker__in=pks).update(version=F("version") + 1)
    if pks:
        assess_people(pks, on=on)
    return events


def lock_records(pks: Iterable[int]) -> None:
    """Nobody else changes what is known of these workers' health until the transaction ends."""
    wanted = sorted({*pks})
    HealthRecord.objects.bulk_create([HealthRecord(worker_id=pk) for pk in wanted], ignore_conflicts=True)
    list(HealthRecord.objects.select_for_update(of=("self",), no_key=True).filter(worker__in=wanted).order_by("worker_id"))


def _facts(result: TestResult) -> dict:
    at = timezone.make_aware(dt.datetime.combine(result.taken_on, SAMPLED_AT))
    return {
        "kind": "test",
        "on": result.taken_on.isoformat(),
        "at": at.isoformat(),
        "method": result.method,
        "result": "positive" if result.positive else "negative",
    }
