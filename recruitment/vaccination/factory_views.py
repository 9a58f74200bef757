"""A recruiter reports how many people of the own factories are vaccinated: counts, never names."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.permissions import permission
from recruitment.employers.models import Factory
from recruitment.shared.refusals import Refusal
from recruitment.vaccination.coverage import row_of
from recruitment.vaccination.forms import FiguresForm
from recruitment.vaccination.models import CoverageReport
from recruitment.vaccination.services.reporting import confirm_unchanged, newest_of, report_coverage

ROWS_PER_PAGE = 50


@permission("vaccination.report_own")
@require_safe
def factories(request):
    today = timezone.localdate()
    page = Paginator(_own(request).order_by("name", "pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    newest = newest_of(page.object_list)
    rows = [(factory, row_of(factory.name, newest.get(factory), today)) for factory in page.object_list]
    return render(request, "vaccination/factories.html", {"page": page, "rows": rows})


@permission("vaccination.report_own")
def report(request, pk):
    """The form starts from what was said last."""
    factory, today = get_object_or_404(_own(request), pk=pk), timezone.localdate()
    reports = CoverageReport.objects.visible_to(request.user).of(factory).select_related("reported_by")
    last = reports.first()
    said = {name: getattr(last, name) for name in ("people", "one_dose", "full_course")} if last else {}
    form = FiguresForm(request.POST if request.method == "POST" else None, initial={**said, "as_of": today})
    if request.method == "POST" and form.is_valid():
        report_coverage(subject=factory, figures=form.figures(), by=request.user)
        messages.success(request, _("Đã ghi số liệu của %(subject)s.") % {"subject": factory})
        return redirect("vaccination:factories")
    page = Paginator(reports, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"factory": factory, "form": form, "row": row_of(factory.name, last, today), "page": page, "reports": page.object_list}
    return render(request, "vaccination/report_factory.html", context, status=422 if form.is_bound else 200)


@permission("vaccination.report_own")
@require_POST
def unchanged(request, pk):
    """The figures of this report still hold today."""
    reports = CoverageReport.objects.filter(factory__in=_own(request)).select_related("factory")
    said = get_object_or_404(reports, pk=pk)
    try:
        confirm_unchanged(report=said, by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã xác nhận số liệu của %(subject)s không đổi.") % {"subject": said.factory})
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("vaccination:factories")


def _own(request):
    return Factory.objects.visible_to(request.user).select_related("zone").distinct()
