"""Coverage as departments see it, and the figures that health officers enter themselves."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recruitment.accounts.permissions import may, permission
from recruitment.places.models import IndustrialZone
from recruitment.vaccination.coverage import DEFAULT_SORT, SORTS, USABLE_DAYS, Level, rows_of, sort_rows, totals_of
from recruitment.vaccination.forms import CommuneForm, OperatorForm
from recruitment.vaccination.models import CoverageReport, TransportOperator
from recruitment.vaccination.services.reporting import report_coverage, report_operator

ROWS_PER_PAGE = 50
MOST_SUGGESTED = 200


@permission("vaccination.read")
@require_safe
def coverage(request):
    """`level`, `zone` and `sort` live in the address; what can't be read of it is left out."""
    today = timezone.localdate()
    level = request.GET.get("level") if request.GET.get("level") in Level.values else Level.FACTORIES
    sort = request.GET.get("sort") if request.GET.get("sort") in SORTS else DEFAULT_SORT
    zone = _zone(request.GET.get("zone", "")) if level == Level.FACTORIES else None
    rows = rows_of(level, on=today, zone=zone.pk if zone else None)
    context = {
        "page": Paginator(sort_rows(rows, sort), ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "totals": totals_of(rows, on=today),
        "silent": sum(row.people is None for row in rows),
        "stale": sum(row.people is not None and row.state == "stale" for row in rows),
        "usable_days": USABLE_DAYS,
        "level": level,
        "levels": Level.choices,
        "zone": zone,
        "sort": sort,
        "sorts": [(name, label) for name, (label, _key, _greatest_first) in SORTS.items()],
        "may_manage": may(request.user, "vaccination.manage"),
    }
    return render(request, "vaccination/coverage.html", context)


@permission("vaccination.read")
@require_safe
def history(request, pk):
    """Everything that was ever reported on the subject of this report."""
    reports = CoverageReport.objects.visible_to(request.user).select_related("factory", "operator", "commune")
    subject = get_object_or_404(reports, pk=pk).subject
    page = Paginator(reports.of(subject).select_related("reported_by"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "vaccination/history.html", {"subject": subject, "page": page, "reports": page.object_list})


@permission("vaccination.manage")
def report_for_operator(request):
    form = OperatorForm(request.POST if request.method == "POST" else None, initial={"as_of": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        report_operator(name=form.cleaned_data["operator"], figures=form.figures(), by=request.user)
        return _reported(request, Level.OPERATORS, form.cleaned_data["operator"])
    known = TransportOperator.objects.values_list("name", flat=True)[:MOST_SUGGESTED]
    context = {"form": form, "level": Level.OPERATORS, "title": _("Khai đơn vị vận tải"), "known": known}
    return render(request, "vaccination/report.html", context, status=422 if form.is_bound else 200)


@permission("vaccination.manage")
def report_for_commune(request):
    form = CommuneForm(request.POST if request.method == "POST" else None, initial={"as_of": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        report_coverage(subject=form.cleaned_data["commune"], figures=form.figures(), by=request.user)
        return _reported(request, Level.COMMUNES, form.cleaned_data["commune"])
    context = {"form": form, "level": Level.COMMUNES, "title": _("Khai xã, phường")}
    return render(request, "vaccination/report.html", context, status=422 if form.is_bound else 200)


def _reported(request, level: str, subject):
    messages.success(request, _("Đã ghi số liệu của %(subject)s.") % {"subject": subject})
    return redirect(reverse("vaccination:coverage", query={"level": level}))


def _zone(text: str) -> IndustrialZone | None:
    return IndustrialZone.objects.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) <= 9 else None
