"""Tests of people who isolate where they live, in the shape of a site's calendar; and a case declared from there."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.health.services.readings import log_readings
from recruitment.onboarding.services.home_tests import (
    HomeTest,
    declare_home_case,
    next_home_tests,
    positive_at_home,
    record_home_results,
)
from recruitment.quarantine.models import StayTest
from recruitment.quarantine.result_pages import Calendar, Due, enter_results
from recruitment.quarantine.services.testing import MOST_AT_ONCE


@permission("health.record_home_tests")
@never_cache
def home_tests(request):
    """Who is due, then whose test was positive: each reading of those is noted."""
    today = timezone.localdate()
    address = reverse("onboarding:home_tests")
    coming = next_home_tests()
    positive = positive_at_home(on=today)
    if positive:
        log_readings(of=[row.acceptance.application.worker for row in positive], what="reports and results", why="tests at home", by=request.user)

    def record(*, results, taken_on):
        return record_home_results(results=results, taken_on=taken_on, by=request.user, on=today)

    calendar = Calendar(
        title=_("Xét nghiệm tại nơi ở"),
        back=(reverse("quarantine:outbreaks"), _("Ổ dịch")),
        watch=(address + "#positive", _("Kết quả dương tính")),
        address=address,
        due=lambda day: [_line(test) for test in coming if test.due_on <= day][: MOST_AT_ONCE + 1],
        days=sorted({test.due_on for test in coming if test.due_on > today}),
        record=record,
        template="onboarding/home_tests.html",
    )
    return enter_results(request, calendar, positive=[(row, StayTest.Method(row.method).label) for row in positive])


@permission("health.record_home_tests")
@require_POST
def declare(request, pk):
    """A person who isolates at home is a case, found on the day of the sample."""
    today = timezone.localdate()
    row = next((row for row in positive_at_home(on=today) if row.acceptance.pk == pk), None)
    if row is None:
        raise Http404
    outbreak = declare_home_case(acceptance=row.acceptance, found_on=row.taken_on, by=request.user, on=today)
    messages.success(
        request, _("Đã khai ca bệnh. Người này chưa vào ca nên hệ thống không biết đã gặp ai: hãy hỏi người đó và báo những ai đã tiếp xúc.")
    )
    return redirect("quarantine:outbreak", outbreak.pk)


def _line(test: HomeTest) -> Due:
    person = test.acceptance.application
    return Due(key=test.acceptance.pk, name=person.worker.user.name, due_on=test.due_on, method=StayTest.Method(test.method).label)
