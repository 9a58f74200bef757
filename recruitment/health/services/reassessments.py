"""Runs over the people whom a change concerns: asked for in the transaction of the change, done in the background, resumable.

Each chunk is one transaction that also moves the run's cursor: a worker killed in the middle leaves nothing half done, and
whoever continues begins where the last commit ended. A trial compares two rulebooks and decides nothing.
"""

import datetime as dt
from collections import Counter

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from recruitment.accounts.models import User
from recruitment.health import policy
from recruitment.health.models import AdmissionPolicy, ClearanceChange, Reassessment
from recruitment.health.rulebook import Rulebook
from recruitment.health.services.assessments import CHUNK, as_row, assess_chunk
from recruitment.health.services.facts import Levels, person_facts
from recruitment.health.services.policies import rulebook_from
from recruitment.shared.nudges import nudge_after_commit
from recruitment.workers.models import Worker

Cause = Reassessment.Cause


@transaction.atomic
def request_reassessment(
    *,
    cause: str,
    on: dt.date,
    by: User | None,
    policy: AdmissionPolicy | None = None,
    provinces: tuple[int, ...] = (),
    communes: tuple[int, ...] = (),
) -> Reassessment:
    """Have everybody assessed anew after this transaction, or those who live in the places given. Of one day's there is one."""
    scope = {"provinces": sorted(provinces), "communes": sorted(communes)} if provinces or communes else {}
    people = _concerned(scope).count()
    row = {"requested_by": by, "policy": policy, "scope": scope, "people": people}
    if cause == Cause.DAY:
        run, _created = Reassessment.objects.get_or_create(cause=cause, on=on, defaults=row)
    else:
        run = Reassessment.objects.create(cause=cause, on=on, **row)
    nudge_after_commit("recruitment.health.tasks.run_reassessment", run.pk, expires=3600)
    return run


@transaction.atomic
def request_trial(*, draft: AdmissionPolicy, on: dt.date, by: User) -> Reassessment:
    """What the draft would change for the registered people on `on`; an earlier trial of it gives way."""
    Reassessment.objects.filter(cause=Cause.TRIAL, policy=draft).delete()
    return request_reassessment(cause=Cause.TRIAL, on=on, by=by, policy=draft)


def continue_reassessment(pk: int) -> bool:
    """Go on until the run is finished; False if another process is at it. Repeating it after the end changes nothing."""
    run = Reassessment.objects.select_related("policy").get(pk=pk)
    rulebooks = [rulebook_from(run.on), rulebook_from(run.on, including=run.policy)] if run.cause == Cause.TRIAL else [rulebook_from(run.on)]
    levels = Levels(run.on)
    while True:
        with transaction.atomic():
            row = Reassessment.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=pk).first()
            if row is None:
                return False
            if row.finished_at or _next_chunk(row, rulebooks, levels):
                return True


def continue_unfinished() -> int:
    """What a killed worker or a lost message left behind; how many runs were looked at."""
    pks = list(Reassessment.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        continue_reassessment(pk)
    return len(pks)


def trial_summary(run: Reassessment) -> Counter:
    """How many people of a run: (verdict before, verdict after) → people, and "earlier", "later", "gained", "lost" → people."""
    counts: Counter = Counter()
    rows = run.changes.order_by().values_list("verdict_before", "verdict", "ready_before", "ready_on", "moved")
    for before, after, ready_before, ready_on, moved in rows.iterator(chunk_size=5000):
        counts[before, after] += 1
        if moved:
            counts["lost" if ready_on is None else "gained" if ready_before is None else "earlier" if ready_on < ready_before else "later"] += 1
    return counts


def _concerned(scope: dict) -> QuerySet[Worker]:
    people = Worker.objects.all()
    return people.filter(Q(home_province__in=scope["provinces"]) | Q(home_commune__in=scope["communes"])) if scope else people


def _next_chunk(run: Reassessment, rulebooks: list[Rulebook], levels: Levels) -> bool:
    """One chunk of a locked run; whether it was the last."""
    pks = list(_concerned(run.scope).filter(pk__gt=run.cursor).order_by("pk").values_list("pk", flat=True)[:CHUNK])
    if not pks:
        Reassessment.objects.filter(pk=run.pk).update(finished_at=timezone.now())
        return True
    if run.cause == Cause.TRIAL:
        changes = _compare(run, pks, rulebooks, levels)
    else:
        changes = assess_chunk(pks, rulebook=rulebooks[0], levels=levels, on=run.on, tell=True, reassessment=run)
    Reassessment.objects.filter(pk=run.pk).update(
        cursor=pks[-1],
        assessed=F("assessed") + len(pks),
        changed=F("changed") + len(changes),
        moved=F("moved") + sum(change.moved for change in changes),
    )
    return False


def _compare(run: Reassessment, pks: list[int], rulebooks: list[Rulebook], levels: Levels) -> list[ClearanceChange]:
    """Who would be decided about otherwise under the second rulebook than under the first."""
    changes = []
    for pk, facts in person_facts(pks, on=run.on, levels=levels).items():
        before, after = (as_row(pk, policy.assess(facts, rulebook, run.on), 0, run.on) for rulebook in rulebooks)
        moved = before.ready_on != after.ready_on
        if moved or before.verdict != after.verdict:
            changes.append(
                ClearanceChange(
                    reassessment=run,
                    worker_id=pk,
                    verdict_before=before.verdict,
                    verdict=after.verdict,
                    ready_before=before.ready_on,
                    ready_on=after.ready_on,
                    moved=moved,
                )
            )
    ClearanceChange.objects.bulk_create(changes, batch_size=CHUNK)
    return changes
