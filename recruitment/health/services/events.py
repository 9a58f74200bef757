"""Health events: recorded and removed, each time with a new version of the record and a new decision."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.health.models import HealthEvent, HealthRecord
from recruitment.health.services.assessments import assess_people, assess_worker
from recruitment.health.services.contradictions import refuse_contradictions
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

MOST_EVENTS = 60


class TooManyEvents(Refusal):
    """A record holds at most 60 events."""

    def for_people(self) -> str:
        return _("Hồ sơ đã có quá nhiều mục. Hãy xóa bớt mục cũ trước khi thêm.")


@transaction.atomic
def record_event(*, worker: Worker, facts: dict, by: User, on: dt.date) -> HealthEvent:
    """Add what somebody tells (see HealthEvent for `facts`); the same facts twice are one event. Raises TooManyEvents or a Contradiction."""
    record = lock_record(worker)
    known = list(HealthEvent.objects.filter(worker=worker, removed_at=None).order_by("pk"))
    same = next((event for event in known if event.facts == facts), None)
    if same:
        return same
    if len(known) >= MOST_EVENTS:
        raise TooManyEvents(worker=worker)
    refuse_contradictions(facts, [event.facts for event in known if not event.doubt], born=worker.birth_date)
    event = HealthEvent.objects.create(worker=worker, facts=facts, recorded_by=by)
    record_changed(record, by=by, on=on)
    return event


@transaction.atomic
def record_contacts(*, workers: Collection[Worker], kind: str, contact_on: dt.date, by: User, on: dt.date) -> None:
    """An officer found these people to be F0, F1 or F2 on that day: confirmed, for all of them at once, each decided anew and told if the day moved."""
    HealthRecord.objects.bulk_create([HealthRecord(worker=worker) for worker in workers], ignore_conflicts=True)
    records = HealthRecord.objects.select_for_update(of=("self",), no_key=True).filter(worker__in=workers).order_by("worker_id")
    pks = [record.worker_id for record in records]
    facts = {"kind": "contact", "on": contact_on.isoformat(), "class": kind}
    events = [HealthEvent(worker_id=pk, facts=facts, proof=HealthEvent.Proof.CONFIRMED, recorded_by=by) for pk in pks]
    HealthEvent.objects.bulk_create(events)
    HealthRecord.objects.filter(worker__in=pks).update(version=F("version") + 1)
    if pks:
        assess_people(pks, on=on, tell=True)


@transaction.atomic
def remove_event(*, event: HealthEvent, by: User, on: dt.date) -> None:
    """Take an event back; repeating it changes nothing."""
    record = lock_record(event.worker)
    if HealthEvent.objects.filter(pk=event.pk, removed_at=None).update(removed_at=timezone.now()):
        record_changed(record, by=by, on=on)


def lock_record(worker: Worker) -> HealthRecord:
    """Inside the caller's transaction: whoever holds it is alone in changing this worker's events."""
    HealthRecord.objects.get_or_create(worker=worker)
    return HealthRecord.objects.select_for_update(of=("self",), no_key=True).select_related("worker__user").get(worker=worker)


def record_changed(record: HealthRecord, *, by: User | None, on: dt.date, tell: bool = False) -> None:
    """After a change of events: a new version of the locked record, and a new decision. `tell`: see assess_worker."""
    HealthRecord.objects.filter(pk=record.pk).update(version=F("version") + 1)
    assess_worker(worker=record.worker, by=by, on=on, tell=tell)
