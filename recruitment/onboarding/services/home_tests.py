"""Tests of people who isolate where they live: the days that the decision asks for, recorded by health officers for many at once."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.health.models import HealthEvent
from recruitment.health.services.site_tests import TestResult, lock_records, record_test_results
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.task_facts import tests_due
from recruitment.quarantine.models import Outbreak, OutbreakPerson, StayTest
from recruitment.quarantine.services.outbreaks import declare_case
from recruitment.quarantine.services.testing import MOST_AT_ONCE, QUICK, NothingToRecord, TakenInTheFuture, tell_officers

POSITIVE_SHOWN = dt.timedelta(days=14)
F0 = "F0"


class NotTakenWhenDue(TakenInTheFuture):
    """A sample from before the day that asks for one doesn't count, nor one of a day to come. Carries `first`, the last of those days."""

    def for_people(self) -> str:
        return _("Ngày lấy mẫu phải từ ngày đến hạn (%(first)s) đến hôm nay. Người có hạn khác hãy ghi riêng.") % {
            "first": f"{self.facts['first']:%d/%m/%Y}"
        }


@dataclass(frozen=True)
class HomeTest:
    """The first day whose test was not taken: one for each person, since a sample serves every day before it."""

    acceptance: Acceptance
    due_on: dt.date
    method: str


@dataclass(frozen=True)
class Positive:
    acceptance: Acceptance
    method: str
    taken_on: dt.date


def people_at_home() -> list[Acceptance]:
    """Whom the factory has seen arrive, who needed no site, and who has not begun work."""
    rows = Acceptance.objects.standing().filter(
        application__status=Application.Status.ACCEPTED, entry_stay=None, first_shift__checked_in_at__isnull=False, first_shift__started_on=None
    )
    related = ("clearance", "application__worker__user", "application__opening__factory")
    return list(rows.select_related(*related).order_by("application__worker__user__name", "pk"))


def next_home_tests() -> list[HomeTest]:
    """Of everybody at home who still has one to take; overdue first."""
    people = people_at_home()
    taken = {worker: max(day for day, _facts in tests) for worker, tests in _tests_of(people).items()}
    found = []
    for acceptance in people:
        since = taken.get(acceptance.application.worker_id, dt.date.min)
        if due := next(((day, method) for day, method in tests_due(acceptance, acceptance.clearance) if day > since), None):
            found.append(HomeTest(acceptance, due[0], due[1] if due[1] in StayTest.Method else QUICK))
    return sorted(found, key=lambda test: test.due_on)


def positive_at_home(*, on: dt.date) -> list[Positive]:
    """Whose test was positive lately and who was not declared a case yet."""
    people = people_at_home()
    known = OutbreakPerson.objects.filter(worker__in=[person.application.worker_id for person in people], outbreak__closed_at=None)
    declared = {person.worker_id for person in known if person.kind == F0}
    tests = _tests_of(people)
    found = []
    for acceptance in people:
        worker = acceptance.application.worker_id
        positive = [(day, facts) for day, facts in tests.get(worker, []) if facts["result"] == "positive" and on - POSITIVE_SHOWN <= day <= on]
        if positive and worker not in declared:
            day, facts = max(positive, key=lambda test: test[0])
            found.append(Positive(acceptance, facts["method"], day))
    return found


@transaction.atomic
def record_home_results(*, results: Mapping[int, bool], taken_on: dt.date, by: User, on: dt.date) -> tuple[int, bool]:
    """Write the results of many people, by the acceptance's key: True for positive. How many were written, and whether one was positive.

    Those that others recorded meanwhile are left alone. Raises NothingToRecord or NotTakenWhenDue.
    """
    chosen = list(results)[:MOST_AT_ONCE]
    lock_records(Acceptance.objects.filter(pk__in=chosen).order_by().values_list("application__worker", flat=True))
    tests = [test for test in next_home_tests() if test.acceptance.pk in chosen]
    if not tests:
        raise NothingToRecord()
    first = max(test.due_on for test in tests)
    if not first <= taken_on <= on:
        raise NotTakenWhenDue(first=first)
    found = [
        TestResult(worker=test.acceptance.application.worker, method=test.method, positive=results[test.acceptance.pk], taken_on=taken_on)
        for test in tests
    ]
    record_test_results(results=found, by=by, on=on)
    positive = any(result.positive for result in found)
    if positive:
        tell_officers(gettext_lazy("Người cách ly tại nơi ở"), link=reverse("onboarding:home_tests"), now=timezone.now())
    return len(tests), positive


@transaction.atomic
def declare_home_case(*, acceptance: Acceptance, found_on: dt.date, by: User, on: dt.date) -> Outbreak:
    """Somebody who isolates where he or she lives is a case of the factory that waits for the person."""
    application = acceptance.application
    return declare_case(factory=application.opening.factory, worker=application.worker, found_on=found_on, by=by, on=on, newcomer=True)


def _tests_of(people: Collection[Acceptance]) -> dict[int, list[tuple[dt.date, dict]]]:
    """By worker: the day and facts of every test that counts."""
    workers = [acceptance.application.worker_id for acceptance in people]
    found: dict[int, list[tuple[dt.date, dict]]] = {}
    for worker, facts in HealthEvent.objects.counting().filter(worker__in=workers).order_by("pk").values_list("worker_id", "facts"):
        if facts["kind"] == "test":
            found.setdefault(worker, []).append((dt.date.fromisoformat(facts["on"]), facts))
    return found
