"""Decisions about people: taken from their facts and the policies of the day, stored with the versions they rest on."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict

from django.db import transaction

from recruitment.accounts.models import User
from recruitment.health import policy
from recruitment.health.models import Clearance, HealthEvent, HealthRecord
from recruitment.health.services.policies import policies_from
from recruitment.places.models import AreaLevel
from recruitment.workers.models import Consent, Worker
from search.outbox import request_index

CHUNK = 1000


@transaction.atomic
def assess_worker(*, worker: Worker, by: User | None, on: dt.date) -> Clearance:
    """Decide anew about one person; the former decision stays, no longer current. Unchanged decisions are kept as they are."""
    HealthRecord.objects.get_or_create(worker=worker)
    _assess_chunk([worker.pk], on)
    return Clearance.objects.current().select_related("policy").get(worker=worker)


def assess_everybody(*, by: User | None, on: dt.date) -> int:
    """Decide anew about all job seekers, a thousand at a time, each chunk a transaction; how many decisions changed."""
    changed, last = 0, 0
    while pks := list(Worker.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        last = pks[-1]
        with transaction.atomic():
            HealthRecord.objects.bulk_create([HealthRecord(worker_id=pk) for pk in pks], ignore_conflicts=True)
            changed += _assess_chunk(pks, on)
    return changed


def assess_people(pks: Sequence[int], *, on: dt.date) -> int:
    """Decide anew about these people, whose health records exist, in one transaction; how many decisions changed."""
    with transaction.atomic():
        return _assess_chunk(list(pks), on)


def person_facts(pks: Collection[int], *, on: dt.date) -> dict[int, policy.PersonFacts]:
    """What is known of each worker, in four queries for all. Without consent to use health facts, only the origin counts."""
    consenting = set(Consent.objects.filter(worker__in=pks, purpose=Consent.Purpose.HEALTH, withdrawn_at=None).values_list("worker", flat=True))
    events: dict[int, list[HealthEvent]] = {pk: [] for pk in pks}
    for event in HealthEvent.objects.filter(worker__in=consenting, removed_at=None).order_by("pk"):
        events[event.worker_id].append(event)
    levels = _levels(on)
    homes = Worker.objects.filter(pk__in=pks).order_by("pk").values_list("pk", "home_province", "home_commune")
    return {pk: _facts(levels.get((province, commune), levels.get((province, None))), events[pk]) for pk, province, commune in homes}


def _levels(on: dt.date) -> dict[tuple[int, int | None], int]:
    """The level in force of each province (commune None) and of communes with one of their own."""
    found: dict[tuple[int, int | None], int] = {}
    for row in AreaLevel.objects.in_force(on):
        found.setdefault((row.province_id, row.commune_id), row.level)
    return found


def _facts(level: int | None, events: Iterable[HealthEvent]) -> policy.PersonFacts:
    doses, tests, recoveries, contacts = [], [], [], []
    for event in events:
        facts, proven = event.facts, event.proof != HealthEvent.Proof.CLAIMED
        on = dt.date.fromisoformat(facts["on"])
        if facts["kind"] == "dose":
            doses.append(policy.Dose(on, facts["number"], facts["full_course"], proven))
        elif facts["kind"] == "test":
            tests.append(policy.Test(dt.datetime.fromisoformat(facts["at"]), facts["method"], facts["result"] == "positive", proven))
        elif facts["kind"] == "recovery":
            recoveries.append(policy.Recovery(on, proven))
        else:
            contacts.append(policy.Contact(on, facts["class"]))
    return policy.PersonFacts(level, tuple(doses), tuple(tests), tuple(recoveries), tuple(contacts))


def _assess_chunk(pks: list[int], on: dt.date) -> int:
    """Lock the records in order, decide, and replace the decisions that changed."""
    records = dict(
        HealthRecord.objects.select_for_update(of=("self",), no_key=True)
        .filter(worker__in=pks)
        .order_by("worker_id")
        .values_list("worker", "version")
    )
    policies = policies_from(on)
    former = {row.worker_id: row for row in Clearance.objects.current().filter(worker__in=pks)}
    fresh = []
    for pk, facts in person_facts(pks, on=on).items():
        row = _row(pk, policy.assess(facts, policies, on), records[pk], on)
        if pk not in former or _differs(former[pk], row):
            fresh.append(row)
    Clearance.objects.filter(worker__in=[row.worker_id for row in fresh], is_current=True).update(is_current=False)
    Clearance.objects.bulk_create(fresh, batch_size=CHUNK)
    moved = [row.worker_id for row in fresh if row.worker_id not in former or former[row.worker_id].ready_on != row.ready_on]
    request_index("candidate", moved)
    return len(fresh)


def _row(pk: int, decision: policy.Clearance, version: int, on: dt.date) -> Clearance:
    return Clearance(
        worker_id=pk,
        assessed_on=on,
        verdict=decision.verdict,
        ready_on=decision.ready_on,
        entry_quarantine_place=decision.entry_quarantine_place,
        entry_quarantine_days=decision.entry_quarantine_days,
        monitoring_days=decision.monitoring_days,
        decision=_as_json(decision),
        policy_id=decision.policy.key if decision.policy else None,
        policy_version=decision.policy.version if decision.policy else 0,
        record_version=version,
    )


def _as_json(decision: policy.Clearance) -> dict:
    """Everything a page needs to explain the decision; dates as ISO text."""
    return {
        "travel_on": _iso(decision.travel_on),
        "card": decision.card.colour,
        "card_until": _iso(decision.card.until),
        "tests_due": [[_iso(day), method] for day, method in decision.tests_due],
        "reasons": [{"code": reason.code, "facts": {name: _iso(value) for name, value in reason.facts.items()}} for reason in decision.reasons],
        "card_reason": {
            "code": decision.card.reason.code,
            "facts": {name: _iso(value) for name, value in asdict(decision.card.reason)["facts"].items()},
        },
    }


def _iso(value):
    return value.isoformat() if isinstance(value, dt.date) else value


def _differs(former: Clearance, row: Clearance) -> bool:
    """Whether anything but the day it was decided on has changed."""
    columns = [
        "verdict",
        "ready_on",
        "entry_quarantine_place",
        "entry_quarantine_days",
        "monitoring_days",
        "policy_id",
        "policy_version",
        "record_version",
        "decision",
    ]
    return any(getattr(former, name) != getattr(row, name) for name in columns)
