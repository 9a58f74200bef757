"""Pages of sites, of factories' backup beds, and of the province's capacity."""

import datetime as dt

from django.contrib import messages
from django.db.models import F, Sum
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.employers.models import Factory
from recruitment.quarantine.forms import CapacityForm, ReserveForm
from recruitment.quarantine.models import Site, SiteNight, Stay
from recruitment.quarantine.services import admissions
from recruitment.quarantine.services.capacity import change_capacity, confirm_figures
from recruitment.quarantine.services.cover import cover, free_beds, horizon
from recruitment.quarantine.services.freshness import FRESH, STALE, freshness, kilometres, limits, nearest_first, sites_with_fresh_figures
from recruitment.quarantine.services.reservations import reserve_backup_beds
from recruitment.shared.refusals import Refusal

NIGHTS_SHOWN = 14
REFUSED = 422


@permission("quarantine.manage_site")
def sites(request):
    """A manager of one site goes straight to it."""
    managed = list(Site.objects.visible_to(request.user).distinct())
    if len(managed) == 1:
        return redirect("quarantine:site", managed[0].pk)
    return render(request, "quarantine/sites.html", {"sites": managed})


@permission("quarantine.manage_site")
def site(request, pk):
    return _site_page(request, _managed(request, pk))


@permission("quarantine.manage_site")
@require_POST
def change_site_capacity(request, pk):
    managed = _managed(request, pk)
    form = CapacityForm(request.POST)
    if form.is_valid():
        chosen, until = form.cleaned_data, form.cleaned_data["last"] + dt.timedelta(days=1)
        try:
            change_capacity(site=managed, first=chosen["first"], until=until, capacity=chosen["capacity"], by=request.user, on=timezone.localdate())
            messages.success(request, _("Đã ghi: %(beds)d giường.") % {"beds": chosen["capacity"]})
            return redirect("quarantine:site", pk)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.for_people())
    return _site_page(request, managed, form=form)


@permission("quarantine.manage_site")
@require_POST
def confirm_site_figures(request, pk):
    confirm_figures(site=_managed(request, pk), by=request.user, on=timezone.localdate())
    messages.success(request, _("Đã xác nhận: số liệu không đổi."))
    return redirect("quarantine:site", pk)


@permission("quarantine.manage_site")
@require_POST
def admit_person(request, pk):
    return _move_person(request, pk, admissions.admit, _("Đã nhận người vào khu."))


@permission("quarantine.manage_site")
def release_person(request, pk):
    """Asks first: a bed given back may be promised to somebody else at once."""
    stay = get_object_or_404(Stay.objects.visible_to(request.user).select_related("site", "worker__user"), pk=pk)
    if request.method != "POST":
        return render(request, "quarantine/release.html", {"stay": stay})
    return _move_person(request, pk, admissions.release, _("Đã cho ra, giường trống từ đêm nay."))


@permission("quarantine.read_own_backup")
def backup(request):
    """Every factory of the recruiter with its cover in numbers; one factory goes straight to its page."""
    factories = list(Factory.objects.visible_to(request.user).select_related("zone").order_by("name", "pk").distinct())
    if len(factories) == 1:
        return redirect("quarantine:factory_backup", factories[0].pk)
    return render(request, "quarantine/backup.html", {"factories": factories})


@permission("quarantine.read_own_backup")
def factory_backup(request, pk):
    """What is needed, held and drawn, where and until when; and a form to reserve at a site that has room."""
    factory = get_object_or_404(Factory.objects.visible_to(request.user).select_related("zone", "enterprise").distinct(), pk=pk)
    today = timezone.localdate()
    offered = sites_with_fresh_figures(on=today)
    now = cover(factory, on=today)
    form = ReserveForm(
        request.POST or None, sites=offered, initial={"first": today, "last": now.until - dt.timedelta(days=1), "beds": now.missing or 1}
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        until = chosen["last"] + dt.timedelta(days=1)
        try:
            reserve_backup_beds(
                factory=factory, site=chosen["site"], first=chosen["first"], until=until, beds=chosen["beds"], by=request.user, on=today
            )
            messages.success(request, _("Đã giữ thêm %(beds)d giường ở %(site)s.") % {"beds": chosen["beds"], "site": chosen["site"]})
            return redirect("quarantine:factory_backup", pk)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.for_people())
    nights = horizon(now.policy, today)
    free = free_beds(list(offered), nights)
    near = [
        (place, kilometres(place, factory.zone), min(free[place.pk, night] for night in nights)) for place in nearest_first(offered, factory.zone)
    ]
    context = {"factory": factory, "cover": now, "form": form, "near": [row for row in near if row[2] > 0][:5]}
    return render(request, "quarantine/factory_backup.html", context, status=REFUSED if form.errors else 200)


@permission("quarantine.read_capacity")
def capacity(request):
    """Tonight at every site: usable = capacity − reserved − occupied, with the age of the figure."""
    today, now = timezone.localdate(), timezone.now()
    policy = limits(today)
    shown = list(Site.objects.visible_to(request.user).select_related("zone").distinct())
    tonight = {night.site_id: night for night in SiteNight.objects.filter(night=today, site__in=shown).order_by("site_id")}
    rows = [{"site": place, "night": tonight.get(place.pk), "state": freshness(place, policy=policy, now=now)} for place in shown]
    for row in rows:
        night = row["night"]
        row["usable"] = night.capacity - night.reserved - night.occupied if night and row["state"] != STALE else 0
    totals = SiteNight.objects.filter(night=today, site__in=shown).aggregate(
        capacity=Sum("capacity"), reserved=Sum("reserved"), occupied=Sum("occupied")
    )
    return render(
        request, "quarantine/capacity.html", {"rows": rows, "totals": totals, "usable": sum(row["usable"] for row in rows), "policy": policy}
    )


def _managed(request, pk) -> Site:
    return get_object_or_404(Site.objects.visible_to(request.user).distinct(), pk=pk)


def _site_page(request, managed: Site, form: CapacityForm | None = None):
    today, now = timezone.localdate(), timezone.now()
    first = _first_night(request, today)
    nights = (
        managed.nights.between(first, first + dt.timedelta(days=NIGHTS_SHOWN))
        .annotate(usable=F("capacity") - F("reserved") - F("occupied"))
        .order_by("night")
    )
    tonight = managed.nights.filter(night=today).annotate(usable=F("capacity") - F("reserved") - F("occupied")).first()
    policy = limits(today)
    people = Stay.objects.filter(site=managed).select_related("worker__user").defer("worker__birth_date", "worker__national_id")
    context = {
        "site": managed,
        "tonight": tonight,
        "nights": nights,
        "earlier": first - dt.timedelta(days=NIGHTS_SHOWN) if first > today else None,
        "later": first + dt.timedelta(days=NIGHTS_SHOWN),
        "state": freshness(managed, policy=policy, now=now),
        "fresh": FRESH,
        "policy": policy,
        "today": today,
        "arriving": people.filter(status=Stay.Status.BOOKED, arrives_on__lte=today, leaves_on__gt=today).order_by("arrives_on", "pk")[:200],
        "staying": people.filter(status=Stay.Status.ADMITTED).order_by("leaves_on", "pk")[:500],
        "form": form or CapacityForm(initial={"capacity": tonight.capacity if tonight else 0, "first": today, "last": today + dt.timedelta(days=30)}),
    }
    return render(request, "quarantine/site.html", context, status=REFUSED if form else 200)


def _first_night(request, today: dt.date) -> dt.date:
    """The first night to show, from the address; today when it can't be read or is past."""
    try:
        return max(today, min(dt.date.fromisoformat(request.GET.get("from", "")), today + dt.timedelta(days=350)))
    except ValueError:
        return today


def _move_person(request, pk, move, done: str):
    stay = get_object_or_404(Stay.objects.visible_to(request.user), pk=pk)
    try:
        move(stay=stay, by=request.user, on=timezone.localdate())
        messages.success(request, done)
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return HttpResponseRedirect(reverse("quarantine:site", args=[stay.site_id]))
