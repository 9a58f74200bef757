"""The person's own stay: when and where, which day it is today, and the code for the gate."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.accounts.sessions import SHARED_SECONDS
from recruitment.quarantine.figure_forms import read_key, read_moment
from recruitment.quarantine.models import Stay
from recruitment.quarantine.result_forms import ReportForm
from recruitment.quarantine.services.arrivals import address_of, codes_of
from recruitment.quarantine.services.reports import NotInside, report_symptoms
from recruitment.shared.offline import wants_json
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
    """How the person feels, for the site and health officers. What waited on the phone comes with a key, and asks for JSON."""
    form, stay = ReportForm(request.POST), _current(request)
    if stay is None:
        return _outside(request)
    if form.is_valid():
        noted = {"key": read_key(request.POST.get("key", "")), "noted_at": read_moment(request.POST.get("noted_at", ""))}
        try:
            report_symptoms(stay=stay, text=form.cleaned_data["text"], **noted, by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        else:
            return _reported(request)
    if wants_json(request):
        return _unsent(" ".join(text for texts in form.errors.values() for text in texts))
    return _page(request, form)


def _reported(request):
    done = _("Đã báo cho người trực khu và cán bộ y tế. Nếu khó thở hoặc nặng lên, hãy gọi 115.")
    if wants_json(request):
        return JsonResponse({"outcome": "done", "message": done})
    messages.success(request, done)
    return redirect("quarantine:own_stay")


def _outside(request):
    said = NotInside().for_people()
    if wants_json(request):
        return _unsent(said)
    messages.error(request, said)
    return redirect("quarantine:own_stay")


def _unsent(message: str):
    return JsonResponse({"outcome": "refused", "message": message}, status=REFUSED)


def _current(request) -> Stay | None:
    held = Stay.objects.filter(worker=request.user.worker, status__in=[Stay.Status.BOOKED, Stay.Status.ADMITTED])
    return held.select_related("site").order_by("arrives_on", "pk").first()


def _page(request, form: ReportForm):
    today = timezone.localdate()
    own_stays = Stay.objects.filter(worker=request.user.worker).select_related("site")
    stay = _current(request) or own_stays.filter(status=Stay.Status.RELEASED).order_by("-ended_at", "pk").first()
    missed = None if stay else own_stays.filter(no_show__isnull=False).order_by("-ended_at", "pk").first()
    context = {"stay": stay, "missed": missed, "today": today, "form": form, "shared": request.session.get_expiry_age() <= SHARED_SECONDS}
    if stay:
        papers = stay.papers.filter(revoked_at=None)
        context |= {"tests": stay.tests.order_by("due_on", "pk"), "papers": papers, "reports": stay.reports.order_by("-at", "-pk")[:REPORTS_SHOWN]}
    if stay and stay.status != Stay.Status.RELEASED:
        code = codes_of([stay])[stay.pk]
        nights = (stay.leaves_on - stay.arrives_on).days
        context |= {"code": code, "qr": qr_code(address_of(code)), "nights": nights, "day": min((today - stay.arrives_on).days + 1, nights)}
    return render(request, "quarantine/own_stay.html", context, status=REFUSED if form.errors else 200)
