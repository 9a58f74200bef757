"""Admission policies as data: loading the project's rows, and reading those that matter on a day."""

import datetime as dt
import json
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from recruitment.health.models import AdmissionPolicy, AdmissionRule
from recruitment.health.policy import Policy, Rule
from recruitment.places.models import Province

DATA = Path(__file__).resolve().parent.parent / "data" / "policies.json"


@transaction.atomic
def load_admission_policies() -> None:
    """Add the project's policies that are not there yet; whatever somebody edited stays as it is."""
    for row in json.loads(DATA.read_text(encoding="utf-8")):
        since = dt.date.fromisoformat(row["from"])
        policy, created = AdmissionPolicy.objects.get_or_create(
            number=row["number"],
            in_force_from=since,
            defaults={
                "issuer": row["issuer"],
                "title": row["title"],
                "jurisdiction": Province.objects.home(since) if row["provincial"] else None,
                "in_force_to": dt.date.fromisoformat(row["to"]) if row["to"] else None,
                "dose_valid_days": row.get("dose_valid_days"),
                "is_exercise": row.get("exercise", False),
                "source": row["source"],
            },
        )
        if created:
            AdmissionRule.objects.bulk_create([_rule(policy, position, rule) for position, rule in enumerate(row["rules"], start=1)])


def _rule(policy: AdmissionPolicy, position: int, row: dict) -> AdmissionRule:
    return AdmissionRule(
        policy=policy,
        position=position,
        origin_levels=row["levels"],
        person_class=row["class"],
        minimum_doses=row.get("doses", 0),
        requires_recent_test=row.get("recent", False),
        test_method=row.get("test", ""),
        test_valid_hours=row.get("hours", 0),
        quarantine_place=row.get("place", ""),
        quarantine_days=row.get("days", 0),
        monitoring_days=row.get("monitoring", 0),
        test_days=row.get("test_days", []),
    )


def policies_from(on: dt.date) -> tuple[Policy, ...]:
    """Policies in force on `on` or later, national ones and the recruiting province's, as `policy.assess` takes them."""
    home_code = Province.objects.home(on).code
    rows = AdmissionPolicy.objects.filter(Q(in_force_to=None) | Q(in_force_to__gte=on)).filter(Q(jurisdiction=None) | Q(jurisdiction__code=home_code))
    return tuple(_as_policy(row) for row in rows.prefetch_related("rules").order_by("pk"))


def _as_policy(row: AdmissionPolicy) -> Policy:
    return Policy(
        key=row.pk,
        number=row.number,
        version=row.version,
        provincial=row.jurisdiction_id is not None,
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        dose_valid_days=row.dose_valid_days,
        rules=tuple(
            Rule(
                origin_levels=frozenset(rule.origin_levels),
                person_class=rule.person_class,
                minimum_doses=rule.minimum_doses,
                requires_recent_test=rule.requires_recent_test,
                test_method=rule.test_method,
                test_valid_hours=rule.test_valid_hours,
                quarantine_place=rule.quarantine_place,
                quarantine_days=rule.quarantine_days,
                monitoring_days=rule.monitoring_days,
                test_days=tuple(rule.test_days),
                accepts_claims=rule.accepts_claims,
                refuses=rule.refuses,
            )
            for rule in row.rules.all()
        ),
    )
