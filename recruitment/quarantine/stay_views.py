"""The person's own stay: when and where, which day it is today, and the code for the gate."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.quarantine.models import Stay
from recruitment.quarantine.result_forms import ReportForm
from recruitment.quarantine.services.arrivals import address_of, codes_of
from recruitment.quarantine.services.reports import report_symptoms
from recruitment.shared.qr import qr_code
from recruitment.shared.refusals import Refusal

REFUSED = 422
REPORTS_SHOWN = 3


@permission("quarantine.follow_own")
@never_cache
def own(request):
    """The bed that the person has or had last."""
    return _page(request, ReportForm())


@permission("quarantine.follow_own")
@never_cache
@require_POST
def report(request):
    """How the person feels, for the site and health officers."""
    form, stay = ReportForm(request.POST), _current(request)
    if stay is None:
        messages.error(request, _("Bạn không ở khu cách ly nào. Nếu thấy không khỏe, hãy gọi trạm y tế gần nhất."))
        return redirect("quarantine:own_stay")
    if form.is_valid():
        try:
            report_symptoms(stay=stay, text=form.cleaned_data["text"], by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        else:
            messages.success(request, _("Đã báo cho người trực khu và cán bộ y tế. Nếu khó thở hoặc nặng lên, hãy gọi 115."))
            return redirect("quarantine:own_stay")
    return _page(request, form)


def _current(request) -> Stay | None:
    held = Stay.objects.filter(worker=request.user.worker, status__in=[Stay.Status.BOOKED, Stay.Status.ADMITTED])
    return held.select_related("site").order_by("arrives_on", "pk").first()


def _page(request, form: ReportForm):
    today = timezone.localdate()
    own_stays = Stay.objects.filter(worker=request.user.worker).select_related("site")
    stay = _current(request) or own_stays.filter(status=Stay.Status.RELEASED).order_by("-ended_at", "pk").first()
    missed = None if stay else own_stays.filter(no_show__isnull=False).order_by("-ended_at", "pk").first()
    context = {"stay": stay, "missed": missed, "today": today, "form": form}
    if stay:
        papers = stay.papers.filter(revoked_at=None)
        context |= {"tests": stay.tests.order_by("due_on", "pk"), "papers": papers, "reports": stay.reports.order_by("-at", "-pk")[:REPORTS_SHOWN]}
    if stay and stay.status != Stay.Status.RELEASED:
        code = codes_of([stay])[stay.pk]
        nights = (stay.leaves_on - stay.arrives_on).days
        context |= {"code": code, "qr": qr_code(address_of(code)), "nights": nights, "day": min((today - stay.arrives_on).days + 1, nights)}
    return render(request, "quarantine/own_stay.html", context, status=REFUSED if form.errors else 200)
