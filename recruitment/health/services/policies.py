"""Admission policies as data: loading the project's rows, and reading those that matter on a day."""

import datetime as dt
import json
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from recruitment.health.models import AdmissionPolicy, AdmissionRule
from recruitment.health.rulebook import LONGEST_WATCH_DAYS, PROOFS, Policy, Rule, Rulebook
from recruitment.places.models import Province

DATA = Path(__file__).resolve().parent.parent / "data" / "policies.json"
COLUMNS = {  # of a rule, by the short word of the data file
    "subject": "subject",
    "levels": "origin_levels",
    "places": "places",
    "lockdown": "lockdown",
    "class": "person_class",
    "doses": "minimum_doses",
    "after_days": "dose_after_days",
    "within_days": "dose_within_days",
    "within_months": "dose_within_months",
    "recovery_months": "recovery_months",
    "outcome": "outcome",
    "test": "test_method",
    "hours": "test_valid_hours",
    "without_test": "without_test",
    "zero": "day_zero",
    "place": "quarantine_place",
    "days": "quarantine_days",
    "monitoring": "monitoring_days",
    "test_days": "test_days",
    "test_days_method": "test_days_method",
    "note": "note",
}


@transaction.atomic
def load_admission_policies() -> None:
    """Add the project's policies that are not there yet, in the order of their dates."""
    for row in json.loads(DATA.read_text(encoding="utf-8")):
        since = dt.date.fromisoformat(row["from"])
        policy, created = AdmissionPolicy.objects.get_or_create(
            number=row["number"],
            version=1,
            defaults={
                "issuer": row["issuer"],
                "title": row["title"],
                "jurisdiction": Province.objects.home(since) if row["provincial"] else None,
                "in_force_from": since,
                "in_force_to": dt.date.fromisoformat(row["to"]) if row["to"] else None,
                "is_exercise": row.get("exercise", False),
                "source": row["source"],
                "status": AdmissionPolicy.Status.PUBLISHED,
                "published_at": timezone.now(),
            },
        )
        if created:
            policy.supersedes.set(AdmissionPolicy.objects.filter(number__in=row.get("supersedes", [])))
            AdmissionRule.objects.bulk_create(
                AdmissionRule(policy=policy, position=position, **{COLUMNS[word]: value for word, value in rule.items()})
                for position, rule in enumerate(row["rules"], start=1)
            )


def rulebook_from(on: dt.date, *, including: AdmissionPolicy | None = None) -> Rulebook:
    """What `policy.assess` needs for decisions on `on`: the published policies of the nation and of the recruiting province that
    are in force then, or later, or were when a contact that still matters took place. `including` a draft, as if it were published."""
    home_code = Province.objects.home(on).code
    earliest = on - dt.timedelta(days=LONGEST_WATCH_DAYS)
    status = Q(status=AdmissionPolicy.Status.PUBLISHED) | Q(pk=including.pk if including else None)
    rows = AdmissionPolicy.objects.filter(status, Q(in_force_to=None) | Q(in_force_to__gte=earliest))
    rows = rows.filter(Q(jurisdiction=None) | Q(jurisdiction__code=home_code))
    return Rulebook(as_policy(row) for row in rows.prefetch_related("rules", "supersedes").order_by("pk"))


def as_policy(row: AdmissionPolicy) -> Policy:
    """The row as `policy.assess` takes it; its rules and what it supersedes come prefetched where there are many."""
    return Policy(
        key=row.pk,
        number=row.number,
        version=row.version,
        provincial=row.jurisdiction_id is not None,
        in_force_from=row.in_force_from,
        in_force_to=row.in_force_to,
        supersedes=frozenset(former.pk for former in row.supersedes.all()),
        rules=tuple(as_rule(rule) for rule in row.rules.all()),
    )


def as_rule(rule: AdmissionRule) -> Rule:
    return Rule(
        origin_levels=frozenset(rule.origin_levels),
        places=frozenset(rule.places),
        places_from=rule.places_from,
        places_to=rule.places_to,
        lockdown=rule.lockdown,
        subject=rule.subject,
        person_class=rule.person_class,
        minimum_doses=rule.minimum_doses,
        dose_after_days=rule.dose_after_days,
        dose_within_days=rule.dose_within_days,
        dose_within_months=rule.dose_within_months,
        recovery_months=rule.recovery_months,
        accepted_proof=PROOFS[rule.accepted_proof],
        outcome=rule.outcome,
        test_method=rule.test_method,
        test_valid_hours=rule.test_valid_hours,
        without_test=rule.without_test,
        day_zero=rule.day_zero,
        quarantine_place=rule.quarantine_place,
        quarantine_days=rule.quarantine_days,
        monitoring_days=rule.monitoring_days,
        test_days=tuple(rule.test_days),
        test_days_method=rule.test_days_method,
    )
