"""Health records and events. Dates hang on the day of the test."""

import datetime as dt

import factory
from django.utils import timezone

from recruitment.health.models import AdmissionPolicy, AdmissionRule, Clearance, HealthEvent, HealthRecord
from recruitment.health.models.trust import TrustedKey
from tests.factories.certificates import Issuer


def _days_ago(days: int) -> str:
    return (timezone.localdate() - dt.timedelta(days=days)).isoformat()


class HealthRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = HealthRecord
        django_get_or_create = ("worker",)

    worker = factory.SubFactory("tests.factories.workers.WorkerFactory")


class HealthEventFactory(factory.django.DjangoModelFactory):
    """The second dose of a course, 60 days ago; `days_ago=` moves it."""

    class Meta:
        model = HealthEvent

    class Params:
        days_ago = 60
        first_dose = factory.Trait(
            facts=factory.LazyAttribute(
                lambda event: {"kind": "dose", "on": _days_ago(event.days_ago), "number": 1, "full_course": False, "vaccine": "Vắc-xin thử"}
            )
        )
        negative_pcr = factory.Trait(facts=factory.LazyAttribute(lambda event: _test(event.days_ago, "pcr", "negative")))
        negative_antigen = factory.Trait(facts=factory.LazyAttribute(lambda event: _test(event.days_ago, "antigen", "negative")))
        positive_pcr = factory.Trait(facts=factory.LazyAttribute(lambda event: _test(event.days_ago, "pcr", "positive")))
        recovery = factory.Trait(facts=factory.LazyAttribute(lambda event: {"kind": "recovery", "on": _days_ago(event.days_ago)}))
        close_contact = factory.Trait(facts=factory.LazyAttribute(lambda event: {"kind": "contact", "on": _days_ago(event.days_ago), "class": "F1"}))

    worker = factory.SubFactory("tests.factories.workers.WorkerFactory")
    recorded_by = factory.SelfAttribute("worker.user")
    facts = factory.LazyAttribute(
        lambda event: {"kind": "dose", "on": _days_ago(event.days_ago), "number": 2, "full_course": True, "vaccine": "Vắc-xin thử"}
    )


def _test(days_ago: int, method: str, result: str) -> dict:
    """Sampled at eight in the morning."""
    day = _days_ago(days_ago)
    return {"kind": "test", "on": day, "at": f"{day}T08:00:00+07:00", "method": method, "result": result}


class AdmissionPolicyFactory(factory.django.DjangoModelFactory):
    """Published, as the project's own data are; `draft=True`: by a health officer, not yet."""

    class Meta:
        model = AdmissionPolicy
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(
            status=AdmissionPolicy.Status.DRAFT,
            published_at=None,
            drafted_by=factory.SubFactory("tests.factories.accounts.UserFactory", health_officer=True),
        )

    status = AdmissionPolicy.Status.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)
    issuer = "UBND tỉnh (thử)"
    number = factory.Sequence(lambda number: f"{number}/THỬ")
    title = "Quy định thử"
    in_force_from = dt.date(2026, 1, 1)
    is_exercise = True


class AdmissionRuleFactory(factory.django.DjangoModelFactory):
    """Everybody from everywhere comes in freely."""

    class Meta:
        model = AdmissionRule

    policy = factory.SubFactory(AdmissionPolicyFactory)
    position = factory.Sequence(lambda number: number % 32_000)
    origin_levels = [1, 2, 3, 4]
    person_class = AdmissionRule.PersonClass.ANY


class ClearanceFactory(factory.django.DjangoModelFactory):
    """The current decision about a worker: cleared today, under a policy of its own; traits ask for entry quarantine or withhold entry."""

    class Meta:
        model = Clearance

    class Params:
        asks_for_site = factory.Trait(entry_quarantine_place="site", entry_quarantine_days=7, monitoring_days=7)
        asks_for_home = factory.Trait(entry_quarantine_place="home", entry_quarantine_days=7, monitoring_days=7)
        conditional = factory.Trait(
            verdict=Clearance.Verdict.CONDITIONAL, ready_on=factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=3))
        )
        refused = factory.Trait(verdict=Clearance.Verdict.REFUSED, ready_on=None)
        undecided = factory.Trait(verdict=Clearance.Verdict.UNDECIDED, ready_on=None, policy=None)

    worker = factory.SubFactory("tests.factories.workers.WorkerFactory")
    assessed_on = factory.LazyFunction(timezone.localdate)
    verdict = Clearance.Verdict.CLEARED
    ready_on = factory.LazyFunction(timezone.localdate)
    decision = factory.LazyFunction(dict)
    policy = factory.SubFactory(AdmissionPolicyFactory)
    policy_version = 1
    record_version = 0


class TrustedKeyFactory(factory.django.DjangoModelFactory):
    """The key of `issuer` (tests/factories/certificates.py), as the trust list holds it."""

    class Meta:
        model = TrustedKey

    class Params:
        issuer = factory.LazyFunction(Issuer)

    fingerprint = factory.LazyAttribute(lambda row: row.issuer.key.fingerprint.hex())
    country = factory.LazyAttribute(lambda row: row.issuer.country)
    pem = factory.LazyAttribute(lambda row: row.issuer.pem)
    valid_from = factory.LazyAttribute(lambda row: row.issuer.key.valid_from)
    valid_until = factory.LazyAttribute(lambda row: row.issuer.key.valid_until)
    usages = factory.LazyAttribute(lambda row: sorted(row.issuer.key.usages))
    source = "Danh sách thử"
    approved_at = factory.LazyFunction(timezone.now)
