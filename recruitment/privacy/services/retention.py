"""What is no longer needed goes: nightly, from a table of periods, in chunks that may be interrupted and repeated."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from recruitment.accounts.models import OneTimeCode, SensitiveReading
from recruitment.applications.models import Application
from recruitment.health.models import HealthEvent
from recruitment.notifications.models import Message
from recruitment.onboarding.models import AcceptanceBatch
from recruitment.privacy.models import RetentionPeriod, RetentionRun
from recruitment.privacy.services.erasure import NOBODY, StillNeeded, erase_worker
from recruitment.quarantine.models import Stay
from recruitment.travel.models import Crossing
from recruitment.workers.models import Employment, Worker

CHUNK = 500
What = RetentionPeriod.What
DEFAULT_DAYS = {What.CODES: 1, What.MESSAGES: 180, What.READINGS: 730, What.CROSSINGS: 180, What.BATCHES: 30, What.HEALTH: 90, What.PEOPLE: 365}


def due(what: str, *, days: int, now: dt.datetime) -> QuerySet:
    """The rows whose time is over, oldest first."""
    before = now - dt.timedelta(days=days)
    if what == What.CODES:
        return OneTimeCode.objects.filter(expires_at__lt=before).order_by("pk")
    if what == What.MESSAGES:
        return Message.objects.filter(created_at__lt=before).order_by("pk")
    if what == What.READINGS:
        return SensitiveReading.objects.filter(at__lt=before).order_by("pk")
    if what == What.CROSSINGS:
        return Crossing.objects.filter(at__lt=before).order_by("pk")
    if what == What.BATCHES:
        return AcceptanceBatch.objects.filter(finished_at__lt=before).order_by("pk")
    gone = _not_looking(before)
    if what == What.HEALTH:
        return HealthEvent.objects.filter(worker__in=gone.exclude(status=Worker.Status.LOOKING)).order_by("pk")
    return gone.exclude(user__name=NOBODY).order_by("pk")


def run_retention(*, on: dt.date, dry_run: bool) -> dict[str, int]:
    """Delete what is due, or only count it; how many by kind. A row that is still needed after all stays and isn't counted."""
    now = timezone.now()
    periods = DEFAULT_DAYS | dict(RetentionPeriod.objects.values_list("what", "days"))
    counts = {}
    for what, days in periods.items():
        rows = due(what, days=days, now=now)
        counts[str(what)] = rows.count() if dry_run else _delete(rows, erase=_erase(on) if what == What.PEOPLE else None)
    if not dry_run:
        RetentionRun.objects.create(counts=counts)
    return counts


def _not_looking(before: dt.datetime) -> QuerySet[Worker]:
    """People who have changed nothing since, and whom no open application, bed or employment still needs."""
    quiet = Worker.objects.filter(changed_at__lt=before, user__joined_at__lt=before)
    return (
        quiet.exclude(pk__in=Application.objects.open().values("worker"))
        .exclude(pk__in=Application.objects.filter(changed_at__gte=before).values("worker"))
        .exclude(pk__in=Stay.objects.holding_a_bed().values("worker"))
        .exclude(pk__in=Employment.objects.filter(until=None).values("worker"))
    )


def _delete(rows: QuerySet, *, erase: Callable[[Worker], bool] | None) -> int:
    """A chunk is a transaction; what was deleted before an interruption stays deleted."""
    done, last = 0, 0
    while pks := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:CHUNK]):
        last = pks[-1]
        if erase is None:
            with transaction.atomic():
                deleted = rows.model._base_manager.filter(pk__in=pks).delete()[1]
                done += deleted.get(rows.model._meta.label, 0)  # what hangs on a row goes along uncounted
        else:
            done += sum(erase(worker) for worker in rows.model._base_manager.filter(pk__in=pks).order_by("pk"))
    return done


def _erase(on: dt.date) -> Callable[[Worker], bool]:
    def erase(worker: Worker) -> bool:
        try:
            erase_worker(worker=worker, by=None, on=on)
        except StillNeeded:
            return False
        return True

    return erase
