"""The day at the gate of a site: who comes and goes today, the scan, and the way back from a mistake."""

import datetime as dt

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.quarantine.arrival_forms import CodeForm
from recruitment.quarantine.models import ArrivalPolicy, NoShow, Site, SiteIncident, Stay, SymptomReport, Transfer
from recruitment.quarantine.services.arrivals import EXPECTED, OVER, UNKNOWN, WRONG_DAY, WRONG_SITE, Answer, address_of, codes_of, look_up
from recruitment.quarantine.services.corrections import undo_admission, undo_release
from recruitment.quarantine.services.testing import due_tests
from recruitment.shared.qr import qr_code
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Seat

REFUSED = 422
MOST_SHOWN = 300
MOST_PRINTED = 100
SHOWN_DAYS = 14
DAY = dt.timedelta(days=1)


@permission("quarantine.manage_site")
def own_arrivals(request):
    """The gate of the one site that a person manages; of several, the list of sites."""
    managed = list(Site.objects.managed_by(request.user)[:2])
    return redirect("quarantine:arrivals", managed[0].pk) if len(managed) == 1 else redirect("quarantine:sites")


@permission("quarantine.manage_site")
@never_cache
def arrivals(request, pk):
    """Who comes and goes today. A code sent here is answered: whoever has a bed goes on to be let in, for anybody else it says why not."""
    site = _managed(request, pk)
    form = CodeForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        answer = look_up(scanned=form.cleaned_data["scanned"], sites=[site], on=timezone.localdate())
        return _gate(request, site, CodeForm(), answer)
    return _gate(request, site, form)


@permission("quarantine.manage_site")
@never_cache
def arrive(request, code):
    """What the QR opens in an ordinary camera."""
    managed = list(Site.objects.managed_by(request.user))
    if not managed:
        messages.warning(request, _("Bạn chưa quản lý khu nào."))
        return redirect("quarantine:sites")
    answer = look_up(scanned=code, sites=managed, on=timezone.localdate())
    site = next((place for place in managed if answer.stay and place == answer.stay.site), managed[0])
    return _gate(request, site, CodeForm(), answer)


@permission("quarantine.manage_site")
@require_POST
def undo(request, pk):
    """Takes back the last act on the stay: let in by mistake, or let out by mistake."""
    stay = get_object_or_404(Stay.objects.managed_by(request.user).select_related("worker__user"), pk=pk)
    act = undo_release if stay.status == Stay.Status.RELEASED else undo_admission
    try:
        stay = act(stay=stay, by=request.user, on=timezone.localdate())
        done = _("%(name)s lại ở trạng thái “%(status)s”.")
        messages.success(request, done % {"name": stay.worker.user.name, "status": stay.get_status_display()})
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("quarantine:arrivals", stay.site_id)


@permission("quarantine.manage_site")
def codes(request, pk):
    """On paper, for whoever has no phone: one slip with name, days and code for each person expected."""
    site, today = _managed(request, pk), timezone.localdate()
    expected = list(_people(site).filter(status=Stay.Status.BOOKED, leaves_on__gt=today, arrives_on__lte=today + DAY)[:MOST_PRINTED])
    known = codes_of(expected)
    slips = [{"stay": stay, "code": known[stay.pk], "qr": qr_code(address_of(known[stay.pk]))} for stay in expected]
    return render(request, "quarantine/codes.html", {"site": site, "slips": slips})


@permission("quarantine.read_capacity")
def no_shows(request):
    """Beds that waited in vain in the last two weeks: where, how often, whose."""
    since = timezone.now() - SHOWN_DAYS * DAY
    rows = NoShow.objects.visible_to(request.user).filter(freed_at__gte=since).select_related("stay__site", "stay__worker__user")
    return render(request, "quarantine/no_shows.html", {"rows": rows[:MOST_SHOWN], "count": rows.count(), "days": SHOWN_DAYS})


def _managed(request, pk) -> Site:
    return get_object_or_404(Site.objects.managed_by(request.user), pk=pk)


def _people(site: Site):
    people = Stay.objects.filter(site=site).select_related("worker__user").defer("worker__birth_date", "worker__national_id")
    return people.order_by("arrives_on", "pk")


def _missed_seat(site: Site, answer: Answer) -> Seat | None:
    """Of somebody with a bed here, now or before: noted as left behind by a bus, which may be why the bed is of other days, elsewhere or gone."""
    seats = Seat.objects.filter(status=Seat.Status.MISSED, worker=answer.stay.worker_id, worker__stays__site=site)
    return seats.select_related("trip__route").order_by("-held_at").first()


def _gate(request, site: Site, form: CodeForm, answer: Answer | None = None):
    if answer and answer.kind == EXPECTED:
        return redirect("quarantine:admit", answer.stay.pk)
    today, now = timezone.localdate(), timezone.now()
    policy = ArrivalPolicy.objects.in_force(today)
    lately = now - dt.timedelta(minutes=policy.undo_minutes)
    people = _people(site)
    context = {
        "site": site,
        "form": form,
        "answer": answer,
        "missed_seat": _missed_seat(site, answer) if answer and answer.kind in (OVER, WRONG_DAY, WRONG_SITE) else None,
        "locked": SiteIncident.objects.locking_a_site().filter(site=site).exists(),
        "today": today,
        "policy": policy,
        "tests_due": due_tests(site, until=today).count(),
        "reports": SymptomReport.objects.filter(stay__site=site, answered_at=None).count(),
        "expected": people.filter(status=Stay.Status.BOOKED, arrives_on__lte=today, leaves_on__gt=today)[:MOST_SHOWN],
        "coming": Transfer.objects.open().filter(destination=site).select_related("stay__site", "stay__worker__user")[:MOST_SHOWN],
        "leaving": people.filter(status=Stay.Status.ADMITTED, leaves_on__lte=today)[:MOST_SHOWN],
        "admitted": people.filter(status=Stay.Status.ADMITTED, admitted_at__gte=lately, arrived_by=None)[:MOST_SHOWN],
        "released": people.filter(status=Stay.Status.RELEASED, ended_at__gte=lately, arrived_by=None)[:MOST_SHOWN],
        "no_shows": NoShow.objects.filter(stay__site=site, freed_at__gte=now - 7 * DAY).select_related("stay__worker__user")[:MOST_SHOWN],
    }
    refused = bool(form.errors) or bool(answer and answer.kind == UNKNOWN)
    return render(request, "quarantine/arrivals.html", context, status=REFUSED if refused else 200)
