"""The test calendar of a site with results for many people at once, and what needs somebody to look after it."""

import datetime as dt

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import may, permission
from recruitment.health.services.readings import log_readings
from recruitment.quarantine.models import Site, Stay, StayTest, SymptomReport
from recruitment.quarantine.result_forms import ResultsForm
from recruitment.quarantine.services.reports import answer_report
from recruitment.quarantine.services.testing import MOST_AT_ONCE, due_tests, record_results
from recruitment.shared.refusals import Refusal

REFUSED = 422
DAYS_SHOWN = 14
MOST_SHOWN = 100
DAY = dt.timedelta(days=1)


@permission("quarantine.manage_site")
@never_cache
def tests(request, pk):
    """Overdue first, then those of the day asked for; a positive result is asked about once more before anything is written."""
    site, today = get_object_or_404(Site.objects.managed_by(request.user), pk=pk), timezone.localdate()
    form = ResultsForm(request.POST) if request.method == "POST" else ResultsForm(initial={"taken_on": today})
    if request.method == "POST" and form.is_valid():
        results = form.results()
        doubted = [] if form.cleaned_data["confirmed"] else [key for key, positive in results.items() if positive]
        if not doubted:
            try:
                done = record_results(site=site, results=results, taken_on=form.cleaned_data["taken_on"], by=request.user, on=today)
            except Refusal as refusal:
                form.add_error(refusal.field, refusal.for_people())
            else:
                count = len(done.tests)
                messages.success(request, ngettext("Đã ghi %(count)d kết quả.", "Đã ghi %(count)d kết quả.", count) % {"count": count})
                return redirect("quarantine:watch" if done.positive else "quarantine:tests", pk)
        else:
            asked = StayTest.objects.filter(pk__in=doubted[:MOST_AT_ONCE], stay__site=site, taken_on=None).select_related("stay__worker__user")
            return render(request, "quarantine/tests_confirm.html", {"site": site, "form": form, "doubted": asked, "results": results})
    return _calendar(request, site, form, today)


def _calendar(request, site: Site, form: ResultsForm, today: dt.date):
    day = _day(request, today)
    waiting = list(due_tests(site, until=day)[: MOST_AT_ONCE + 1])
    coming = StayTest.objects.filter(stay__site=site, stay__status=Stay.Status.ADMITTED, taken_on=None, due_on__gt=today)
    days = sorted(set(coming.order_by().values_list("due_on", flat=True).distinct()))[:DAYS_SHOWN]
    chosen = form.results() if form.is_bound else {}
    rows = [{"test": test, "chosen": chosen.get(test.pk)} for test in waiting[:MOST_AT_ONCE]]
    context = {
        "site": site,
        "form": form,
        "rows": rows,
        "more": len(waiting) > MOST_AT_ONCE,
        "today": today,
        "day": day,
        "days": days,
        "recorded": StayTest.objects.filter(stay__site=site, recorded_at__date=today).select_related("stay__worker__user")[:MOST_SHOWN],
    }
    return render(request, "quarantine/tests.html", context, status=REFUSED if form.errors else 200)


def _day(request, today: dt.date) -> dt.date:
    try:
        asked = dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return min(max(asked, today), today + 60 * DAY)


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
