"""Tests during a stay: planned from the decision that the rules made about the person, recorded for many people at once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import Membership, Role, User
from recruitment.health.models import AdmissionRule, Clearance
from recruitment.health.services.site_tests import TestResult, record_test_results
from recruitment.notifications.services.messages import tell
from recruitment.quarantine.models import Site, Stay, StayTest
from recruitment.shared.refusals import Refusal

MOST_AT_ONCE = 300
QUICK = StayTest.Method.ANTIGEN


class NothingToRecord(Refusal):
    """No result was chosen, or others were quicker with all of them."""

    def for_people(self) -> str:
        return _("Chưa chọn kết quả nào, hoặc kết quả đã được người khác ghi. Hãy tải lại trang.")


class TakenInTheFuture(Refusal):
    """A sample can't be of a day to come, nor from before the stay. Carries `first`, the day of arrival."""

    field = "taken_on"

    def for_people(self) -> str:
        return _("Ngày lấy mẫu phải từ ngày người đó đến (%(first)s) đến hôm nay.") % {"first": f"{self.facts['first']:%d/%m/%Y}"}


@dataclass(frozen=True)
class Recorded:
    """The tests recorded, and those of them that were positive."""

    tests: list[StayTest]
    positive: list[StayTest]


def plan_tests(stay: Stay, *, booked_as: Stay | None = None) -> list[StayTest]:
    """The tests that the person's decision asks for from the day of arrival to the day of leaving; those planned already stay.

    The one before entry is brought along, not taken here. Where either method will do, the quick one is planned.
    The decision is the one that an acceptance of this bed (`booked_as`: of the one given up for it) rests on, else the person's current one. Whoever comes later than
    decided is tested as much later. Part of the caller's transaction.
    """
    acceptance = getattr(booked_as or stay, "acceptance", None)
    clearance = acceptance.clearance if acceptance else Clearance.objects.current().filter(worker=stay.worker_id).first()
    if clearance is None:
        return []
    decision = clearance.decision
    travel_on = dt.date.fromisoformat(decision["travel_on"]) if acceptance and decision.get("travel_on") else None
    late = stay.arrives_on - travel_on if travel_on else dt.timedelta(0)
    due = {dt.date.fromisoformat(day) + late: method for day, method in decision.get("tests_due", [])}
    if any(reason["code"] == "test_needed" for reason in decision.get("reasons", [])):
        due.pop(stay.arrives_on, None)
    wanted = {day: method for day, method in due.items() if stay.arrives_on <= day <= stay.leaves_on}
    tests = [
        StayTest(stay=stay, due_on=day, method=QUICK if method == AdmissionRule.Method.ANY else method) for day, method in sorted(wanted.items())
    ]
    return StayTest.objects.bulk_create(tests, ignore_conflicts=True)


def due_tests(site: Site, *, until: dt.date):
    """Not taken yet and due up to that day, of people who are in; overdue first."""
    tests = StayTest.objects.filter(stay__site=site, stay__status=Stay.Status.ADMITTED, taken_on=None, due_on__lte=until)
    return tests.select_related("stay__worker__user").order_by("due_on", "stay__worker__user__name", "pk")


@transaction.atomic
def record_results(*, site: Site, results: Mapping[int, bool], taken_on: dt.date, by: User, on: dt.date) -> Recorded:
    """Write the results of many tests, by the test's key: True for positive. Those that others recorded meanwhile are left alone.

    Each becomes a confirmed health event of the person. A positive one is told to health officers, without saying what it is.
    Raises NothingToRecord or TakenInTheFuture.
    """
    rows = StayTest.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(results)[:MOST_AT_ONCE], stay__site=site, taken_on=None)
    tests = list(rows.select_related("stay__worker__user", "stay__site").order_by("stay__worker", "pk"))
    if not tests:
        raise NothingToRecord(site=site)
    first = max(test.stay.arrives_on for test in tests)
    if not first <= taken_on <= on:
        raise TakenInTheFuture(first=first)
    found = [TestResult(worker=test.stay.worker, method=test.method, positive=results[test.pk], taken_on=taken_on) for test in tests]
    now = timezone.now()
    for test, event in zip(tests, record_test_results(results=found, by=by, on=on), strict=True):
        test.taken_on, test.event, test.recorded_by, test.recorded_at = taken_on, event, by, now
    StayTest.objects.bulk_update(tests, ["taken_on", "event", "recorded_by", "recorded_at"])
    positive = [test for test in tests if results[test.pk]]
    if positive:
        tell_health_officers(site, now=now)
    return Recorded(tests=tests, positive=positive)


def tell_health_officers(site: Site, *, now: dt.datetime) -> None:
    """That there is something to look at; what it is stands on the page alone."""
    tell_officers(site, link=f"/sites/{site.pk}/watch/", now=now)


def tell_officers(where: object, *, link: str, now: dt.datetime) -> None:
    """`where` is a site, or words in the officer's language."""
    officers = Membership.objects.current().filter(role=Role.HEALTH_OFFICER).people()
    tell(
        officers,
        lambda: _("%(site)s có việc cần cán bộ y tế xem ngay. Hãy mở Vùng Xanh.") % {"site": where},
        kind="site_needs_officer",
        link=link,
        now=now,
    )
