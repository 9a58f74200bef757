"""Decisions about people: taken from their facts and the policies of the day, stored with the versions they rest on."""

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.health import policy
from recruitment.health.models import Clearance, ClearanceChange, HealthRecord, OfficerDecision, Reassessment
from recruitment.health.rulebook import Rulebook
from recruitment.health.services.facts import Levels, person_facts
from recruitment.health.services.policies import rulebook_from
from recruitment.notifications.services.messages import send_messages
from recruitment.shared.crypto import encrypt
from recruitment.workers.models import Worker
from search.outbox import request_index

CHUNK = 1000
COMPARED = [
    "verdict",
    "entry_quarantine_place",
    "entry_quarantine_days",
    "monitoring_days",
    "policy_id",
    "policy_version",
    "officer_decision_id",
    "record_version",
]
SLIDE = """
UPDATE health_clearance SET assessed_on = %s, ready_on = slid.ready_on, decision = slid.decision, decided_at = %s
FROM unnest(%s::bigint[], %s::date[], %s::bytea[]) AS slid (pk, ready_on, decision) WHERE health_clearance.id = slid.pk
"""


@transaction.atomic
def assess_worker(*, worker: Worker, by: User | None, on: dt.date, tell: bool = False) -> Clearance:
    """Decide anew about one person; the former decision stays, no longer current. Unchanged decisions are kept as they are.

    `tell`: with a message to the person if the first day of work has become another one.
    """
    assess_chunk([worker.pk], rulebook=rulebook_from(on), levels=Levels(on), on=on, tell=tell)
    return Clearance.objects.current().select_related("policy").get(worker=worker)


def assess_everybody(*, by: User | None, on: dt.date) -> int:
    """Decide anew about all job seekers, telling nobody, a thousand at a time, each chunk a transaction; how many decisions changed."""
    rulebook, levels = rulebook_from(on), Levels(on)
    changed, last = 0, 0
    while pks := list(Worker.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        last = pks[-1]
        with transaction.atomic():
            changed += len(assess_chunk(pks, rulebook=rulebook, levels=levels, on=on))
    return changed


@transaction.atomic
def assess_people(pks: Collection[int], *, on: dt.date, tell: bool = False) -> int:
    """Decide anew about these people, in one transaction; how many decisions changed. `tell`: see assess_worker."""
    return len(assess_chunk(pks, rulebook=rulebook_from(on), levels=Levels(on), on=on, tell=tell))


def assess_chunk(
    pks: Collection[int], *, rulebook: Rulebook, levels: Levels, on: dt.date, tell: bool = False, reassessment: Reassessment | None = None
) -> list[ClearanceChange]:
    """Inside the caller's transaction: lock the records in order, decide, replace the decisions that changed, and note what changed.

    A decision that only follows the calendar (the same conditions, a day later) is moved in place and nobody is told.
    """
    HealthRecord.objects.bulk_create([HealthRecord(worker_id=pk) for pk in sorted(pks)], ignore_conflicts=True)
    locked = HealthRecord.objects.select_for_update(of=("self",), no_key=True).filter(worker__in=pks).order_by("worker_id")
    versions = dict(locked.values_list("worker_id", "version"))
    former = {row.worker_id: row for row in Clearance.objects.current().filter(worker__in=pks)}
    decided = {row.worker_id: row for row in OfficerDecision.objects.standing_on(on).filter(worker__in=pks).order_by("pk")}
    fresh, slid = [], []
    for pk, facts in person_facts(pks, on=on, levels=levels).items():
        before, row = former.get(pk), as_row(pk, policy.assess(facts, rulebook, on), versions[pk], on)
        if row.verdict == Clearance.Verdict.UNDECIDED and pk in decided and decided[pk].record_version == row.record_version:
            _as_decided(row, decided[pk])
        if before is None or any(getattr(before, name) != getattr(row, name) for name in COMPARED) or has_moved(before, row):
            fresh.append(row)
        elif before.decision != row.decision or before.ready_on != row.ready_on:
            row.pk = before.pk
            slid.append(row)
    _replace(fresh)
    _slide(slid, on)
    request_index(
        "candidate", [row.worker_id for row in [*fresh, *slid] if row.worker_id not in former or former[row.worker_id].ready_on != row.ready_on]
    )
    changes = _note(fresh, former, reassessment)
    if tell:
        _tell([change for change in changes if change.moved])
    return changes


def has_moved(before: Clearance | None, row: Clearance) -> bool:
    """Whether the first day of work has become another one, other than by waiting: "a day after today" is tomorrow, and then the day after."""
    if before is None or before.ready_on == row.ready_on:
        return False
    if before.ready_on is None or row.ready_on is None:
        return True
    waited = row.ready_on - row.assessed_on == before.ready_on - before.assessed_on
    return not (waited and before.verdict == row.verdict and before.policy_id == row.policy_id)


def _replace(fresh: list[Clearance]) -> None:
    Clearance.objects.filter(worker__in=[row.worker_id for row in fresh], is_current=True).update(is_current=False)
    Clearance.objects.bulk_create(fresh, batch_size=CHUNK)


def _slide(slid: list[Clearance], on: dt.date) -> None:
    """One statement for all. Whoever is hired keeps the decision that the acceptance rests on."""
    hired = set(Worker.objects.filter(pk__in=[row.worker_id for row in slid], status=Worker.Status.HIRED).order_by().values_list("pk", flat=True))
    rows = [row for row in slid if row.worker_id not in hired]
    if rows:
        field = Clearance._meta.get_field("decision")
        decisions = [encrypt(field.to_text(row.decision)) for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(SLIDE, [on, timezone.now(), [row.pk for row in rows], [row.ready_on for row in rows], decisions])


def _note(fresh: list[Clearance], former: dict[int, Clearance], reassessment: Reassessment | None) -> list[ClearanceChange]:
    changes = []
    for row in fresh:
        before = former.get(row.worker_id)
        changes.append(
            ClearanceChange(
                reassessment=reassessment,
                worker_id=row.worker_id,
                verdict_before=before.verdict if before else "",
                verdict=row.verdict,
                ready_before=before.ready_on if before else None,
                ready_on=row.ready_on,
                moved=has_moved(before, row),
            )
        )
    ClearanceChange.objects.bulk_create([change for change in changes if change.reassessment or change.moved], batch_size=CHUNK)
    return changes


def _tell(moved: list[ClearanceChange]) -> None:
    """Only that the day is another one; why, the person reads after signing in."""
    people = Worker.objects.filter(pk__in=[change.worker_id for change in moved], user__is_active=True).select_related("user").order_by("pk")
    users = {worker.pk: worker.user for worker in people} if moved else {}
    told = [(users[change.worker_id], change) for change in moved if change.worker_id in users]
    send_messages([(user, _moved_text(change, user)) for user, change in told], kind="ready_on_moved", link="/my/health/", now=timezone.now())


def _moved_text(change: ClearanceChange, user: User) -> str:
    with override(user.language):
        if change.ready_on is None:
            return _("Quy định hoặc dữ liệu đã đổi: hiện chưa định được ngày bạn vào làm. Mở Vùng Xanh để xem vì sao và cần làm gì.")
        days = {"day": f"{change.ready_on:%d/%m/%Y}", "before": f"{change.ready_before:%d/%m/%Y}" if change.ready_before else ""}
        if change.ready_before:
            return _("Quy định hoặc dữ liệu đã đổi: bạn vào làm được từ ngày %(day)s (trước là %(before)s). Mở Vùng Xanh để xem vì sao.") % days
        return _("Quy định hoặc dữ liệu đã đổi: bạn vào làm được từ ngày %(day)s. Mở Vùng Xanh để xem vì sao.") % days


def as_row(pk: int, decision: policy.Clearance, version: int, on: dt.date) -> Clearance:
    return Clearance(
        worker_id=pk,
        assessed_on=on,
        verdict=decision.verdict,
        ready_on=decision.ready_on,
        entry_quarantine_place=decision.entry_quarantine_place,
        entry_quarantine_days=decision.entry_quarantine_days,
        monitoring_days=decision.monitoring_days,
        decision=as_json(decision),
        policy_id=decision.policy.key if decision.policy else None,
        policy_version=decision.policy.version if decision.policy else 0,
        record_version=version,
    )


def _as_decided(row: Clearance, decided: OfficerDecision) -> None:
    """What two officers decided where the rules left it to them: from the later of today and their first day."""
    row.officer_decision = decided
    travel_on = max(row.assessed_on, decided.valid_from)
    if decided.admits:
        row.verdict = Clearance.Verdict.CLEARED if travel_on == row.assessed_on else Clearance.Verdict.CONDITIONAL
        row.ready_on = travel_on + dt.timedelta(days=decided.quarantine_days)
        row.entry_quarantine_place, row.entry_quarantine_days = decided.quarantine_place, decided.quarantine_days
        row.monitoring_days = decided.monitoring_days
    else:
        row.verdict = Clearance.Verdict.REFUSED
    facts = {"number": decided.document, "until": _iso(decided.valid_until), "place": decided.quarantine_place, "days": decided.quarantine_days}
    reasons = [{"code": "officer_decided", "facts": facts}]
    if decided.admits:
        reasons.append({"code": "rule", "facts": facts | {"monitoring": decided.monitoring_days}})
    row.decision = {**row.decision, "travel_on": _iso(travel_on) if decided.admits else None, "reasons": [*row.decision["reasons"], *reasons]}


def as_json(decision: policy.Clearance) -> dict:
    """Everything a page needs to explain the decision; dates as ISO text."""
    return {
        "travel_on": _iso(decision.travel_on),
        "card": decision.card.colour,
        "card_until": _iso(decision.card.until),
        "tests_due": [[_iso(day), method] for day, method in decision.tests_due],
        "reasons": [_reason(reason) for reason in decision.reasons],
        "card_reason": _reason(decision.card.reason),
    }


def _reason(reason: policy.Reason) -> dict:
    return {"code": reason.code, "facts": {name: _iso(value) for name, value in reason.facts.items()}}


def _iso(value):
    return value.isoformat() if isinstance(value, dt.date) else value
