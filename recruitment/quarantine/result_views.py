"""The test calendar of a site with results for many people at once, and what needs somebody to look after it."""

import datetime as dt

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import may, permission
from recruitment.health.services.readings import log_readings
from recruitment.quarantine.models import Site, Stay, StayTest, SymptomReport
from recruitment.quarantine.result_pages import Calendar, Due, enter_results
from recruitment.quarantine.services.reports import answer_report
from recruitment.quarantine.services.testing import MOST_AT_ONCE, due_tests, record_results

DAYS_SHOWN = 14
MOST_SHOWN = 100
DAY = dt.timedelta(days=1)


@permission("quarantine.manage_site")
@never_cache
def tests(request, pk):
    site, today = get_object_or_404(Site.objects.managed_by(request.user), pk=pk), timezone.localdate()
    coming = StayTest.objects.filter(stay__site=site, stay__status=Stay.Status.ADMITTED, taken_on=None, due_on__gt=today)
    recorded = StayTest.objects.filter(stay__site=site, recorded_at__date=today).select_related("stay__worker__user")[:MOST_SHOWN]

    def record(*, results, taken_on):
        done = record_results(site=site, results=results, taken_on=taken_on, by=request.user, on=today)
        return len(done.tests), bool(done.positive)

    calendar = Calendar(
        title=_("Lịch xét nghiệm"),
        back=(reverse("quarantine:site", args=[pk]), str(site)),
        watch=(reverse("quarantine:watch", args=[pk]), _("Việc cần xem ngay")),
        address=reverse("quarantine:tests", args=[pk]),
        due=lambda day: [_line(test) for test in due_tests(site, until=day)[: MOST_AT_ONCE + 1]],
        days=sorted(set(coming.order_by().values_list("due_on", flat=True).distinct())),
        recorded=[_line(test) for test in recorded],
        record=record,
    )
    return enter_results(request, calendar)


def _line(test: StayTest) -> Due:
    return Due(key=test.pk, name=test.stay.worker.user.name, due_on=test.due_on, method=test.get_method_display())


@permission("quarantine.watch")
@never_cache
def watch(request, pk):
    """Who reported feeling unwell, and whose test was positive: read by the site and health officers, each reading noted."""
    site, today = get_object_or_404(Site.objects.visible_to(request.user).distinct(), pk=pk), timezone.localdate()
    reports = list(
        SymptomReport.objects.visible_to(request.user).filter(stay__site=site, answered_at=None).select_related("stay__worker__user")[:MOST_SHOWN]
    )
    taken = StayTest.objects.filter(stay__site=site, stay__status=Stay.Status.ADMITTED, event__removed_at=None, event__isnull=False)
    taken = taken.filter(taken_on__gte=today - DAYS_SHOWN * DAY).select_related("stay__worker__user", "event")
    positive = [test for test in taken if test.event.facts["result"] == "positive"]
    seen = {row.stay.worker for row in [*reports, *positive]}
    if seen:
        log_readings(of=seen, what="reports and results", why=f"watch of site {site.pk}", by=request.user)
    may_declare, may_manage = may(request.user, "outbreaks.declare"), Site.objects.managed_by(request.user).filter(pk=site.pk).exists()
    context = {"site": site, "reports": reports, "positive": positive, "may_declare": may_declare, "may_manage": may_manage}
    return render(request, "quarantine/watch.html", context)


@permission("quarantine.watch")
@require_POST
def answer(request, pk):
    report = get_object_or_404(SymptomReport.objects.visible_to(request.user).select_related("stay"), pk=pk)
    answer_report(report=report, by=request.user, on=timezone.localdate())
    messages.success(request, _("Đã ghi: đã hỏi thăm."))
    return redirect("quarantine:watch", report.stay.site_id)
