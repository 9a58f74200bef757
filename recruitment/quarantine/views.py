"""Pages of quarantine sites, of factories' backup beds, and of the province's capacity."""

import datetime as dt

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.employers.models import Factory
from recruitment.quarantine.figure_forms import read_number
from recruitment.quarantine.forms import LEDGER_DAYS, CapacityForm, ExtendForm, ReserveForm
from recruitment.quarantine.models import BackupPool, BackupReservation, ReservationNight, Site, SiteIncident, SiteNight, Stay, WaitingRequest
from recruitment.quarantine.services.admissions import admit
from recruitment.quarantine.services.capacity import CapacityChanged, change_capacity, confirm_figures, last_capacity_change
from recruitment.quarantine.services.cover import Cover, Offer, beds_for, cover, covers, horizon, offers
from recruitment.quarantine.services.extensions import extend_stay
from recruitment.quarantine.services.freshness import STALE, freshness, limits
from recruitment.quarantine.services.queue import queue
from recruitment.quarantine.services.reservations import last_change, reserve_backup_beds
from recruitment.shared.asking import ask_and_act, explain
from recruitment.shared.refusals import Refusal

NIGHTS_SHOWN = 14
PEOPLE_PER_PAGE = 50
WAYS_SHOWN = 3
DAY = dt.timedelta(days=1)
REFUSED = 422


@permission("quarantine.manage_site")
def sites(request):
    """A manager of one site goes straight to it."""
    managed = list(Site.objects.managed_by(request.user))
    if len(managed) == 1:
        return redirect("quarantine:site", managed[0].pk)
    policy, now = limits(timezone.localdate()), timezone.now()
    rows = [{"site": place, "state": freshness(place, policy=policy, now=now)} for place in managed]
    return render(request, "quarantine/sites.html", {"rows": rows})


@permission("quarantine.manage_site")
def site(request, pk):
    return _site_page(request, _managed(request, pk))


@permission("quarantine.manage_site")
@require_POST
def change_site_capacity(request, pk):
    """− and + only change the number on the page; “Ghi” writes it."""
    managed, today = _managed(request, pk), timezone.localdate()
    form = CapacityForm(request.POST)
    step = {"-1": -1, "1": 1}.get(request.POST.get("step", ""))
    if form.is_valid() and step:
        return _site_page(request, managed, form=form.stepped(step))
    if form.is_valid():
        chosen = form.cleaned_data
        nights, seen = {"first": chosen["first"], "until": chosen["last"] + DAY}, chosen["anyway"] or chosen["seen"]
        try:
            change_capacity(site=managed, capacity=chosen["capacity"], seen=seen, by=request.user, on=today, **nights)
        except CapacityChanged as conflict:
            return _site_page(request, managed, form=form, conflict=conflict)
        except Refusal as refusal:
            explain(form, refusal)
        else:
            messages.success(
                request, ngettext("Đã ghi: %(beds)d giường.", "Đã ghi: %(beds)d giường.", chosen["capacity"]) % {"beds": chosen["capacity"]}
            )
            return redirect("quarantine:site", pk)
    return _site_page(request, managed, form=form)


@permission("quarantine.manage_site")
@require_POST
def confirm_site_figures(request, pk):
    managed, seen = _managed(request, pk), request.POST.get("seen")
    try:
        confirm_figures(site=managed, seen=None if seen is None else read_number(seen), by=request.user, on=timezone.localdate())
    except CapacityChanged as unseen:
        return _site_page(request, managed, unseen=unseen)
    messages.success(request, _("Đã xác nhận: số liệu không đổi."))
    return redirect("quarantine:site", pk)


@permission("quarantine.manage_site")
def admit_person(request, pk):
    """Asks first, so that the right person is let in."""
    stay = get_object_or_404(Stay.objects.managed_by(request.user).select_related("site", "worker__user"), pk=pk)
    done = _("Đã nhận %(name)s vào khu.") % {"name": stay.worker.user.name}
    return ask_and_act(request, admit, stay, name="stay", template="quarantine/admit.html", done=done, then=("quarantine:site", stay.site_id))


@permission("quarantine.manage_site")
def extend(request, pk):
    """Somebody stays longer; a full night, or a bed that is somebody else's by then, is said beside the day."""
    stay = get_object_or_404(Stay.objects.managed_by(request.user).select_related("site", "worker__user"), pk=pk)
    form = ExtendForm(request.POST or None, initial={"leaves_on": stay.leaves_on + DAY})
    if request.method == "POST" and form.is_valid():
        try:
            later = extend_stay(stay=stay, leaves_on=form.cleaned_data["leaves_on"], by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error("leaves_on", refusal.for_people())
        else:
            words = {"name": stay.worker.user.name, "until": f"{later.leaves_on:%d/%m/%Y}"}
            messages.success(request, _("%(name)s ở đến %(until)s.") % words)
            return redirect("quarantine:site", stay.site_id)
    return render(request, "quarantine/extend.html", {"stay": stay, "form": form}, status=REFUSED if form.errors else 200)


@permission("quarantine.read_own_backup")
def backup(request):
    """Every factory of the recruiter with its cover in numbers; one factory goes straight to its page."""
    factories = list(Factory.objects.visible_to(request.user).select_related("zone").order_by("name", "pk").distinct())
    if len(factories) == 1:
        return redirect("quarantine:factory_backup", factories[0].pk)
    return render(request, "quarantine/backup.html", {"rows": covers(factories, on=timezone.localdate())})


@permission("quarantine.read_own_backup")
def factory_backup(request, pk):
    return _backup_page(request, _own_factory(request, pk))


@permission("quarantine.reserve_own_backup")
@require_POST
def reserve(request, pk):
    factory, today = _own_factory(request, pk), timezone.localdate()
    form = ReserveForm(request.POST)
    if form.is_valid():
        chosen = form.cleaned_data
        nights = {"first": chosen["first"], "until": chosen["last"] + DAY}
        try:
            reserve_backup_beds(factory=factory, site=chosen["site"], beds=chosen["beds"], seen=chosen["seen"], by=request.user, on=today, **nights)
        except Refusal as refusal:
            explain(form, refusal)
        else:
            done = ngettext("Đã giữ thêm %(beds)d giường ở %(site)s.", "Đã giữ thêm %(beds)d giường ở %(site)s.", chosen["beds"])
            messages.success(request, done % {"beds": chosen["beds"], "site": chosen["site"]})
            return redirect("quarantine:factory_backup", pk)
    return _backup_page(request, factory, form)


@permission("quarantine.read_capacity")
def capacity(request):
    """Tonight at every site: usable = open beds − reserved − occupied, none where the figures are too old or an infection locks the site."""
    today, now = timezone.localdate(), timezone.now()
    policy = limits(today)
    shown = list(Site.objects.visible_to(request.user).select_related("zone").distinct())
    tonight = {row.site_id: row for row in SiteNight.objects.filter(night=today, site__in=shown).with_usable().order_by("site_id")}
    locked = set(SiteIncident.objects.locking_a_site().order_by("site").values_list("site", flat=True))
    rows = []
    for place in shown:
        state = freshness(place, policy=policy, now=now)
        night = tonight.get(place.pk) or SiteNight(capacity=0)
        is_offered = night.pk and state != STALE and place.pk not in locked
        rows.append({"site": place, "state": state, "night": night, "usable": night.usable if is_offered else 0, "locked": place.pk in locked})
    totals = {name: sum(getattr(row["night"], name) for row in rows) for name in ("capacity", "reserved", "occupied")}
    totals["usable"] = sum(row["usable"] for row in rows)
    stale = sum(row["state"] == STALE for row in rows)
    return render(request, "quarantine/capacity.html", {"rows": rows, "totals": totals, "stale": stale, "policy": policy, "today": today})


def _managed(request, pk) -> Site:
    return get_object_or_404(Site.objects.managed_by(request.user), pk=pk)


def _own_factory(request, pk) -> Factory:
    return get_object_or_404(Factory.objects.visible_to(request.user).select_related("zone").distinct(), pk=pk)


def _site_page(
    request, managed: Site, form: CapacityForm | None = None, conflict: CapacityChanged | None = None, unseen: CapacityChanged | None = None
):
    today = timezone.localdate()
    policy = limits(today)
    first = _first_night(request, today)
    tonight = managed.nights.with_usable().filter(night=today).first()
    people = Stay.objects.filter(site=managed).select_related("worker__user").defer("worker__birth_date", "worker__national_id")
    reserves = ReservationNight.objects.filter(reservation__site=managed, night=today, beds__gt=0).select_related(*ReservationNight.HOLDER)
    start = {"capacity": tonight.capacity if tonight else None, "first": today, "last": today + LEDGER_DAYS * DAY}
    start["seen"] = seen = last_capacity_change(managed)
    context = {
        "site": managed,
        "seen": seen,
        "unseen": unseen,
        "locked": SiteIncident.objects.locking_a_site().filter(site=managed).exists(),
        "state": freshness(managed, policy=policy, now=timezone.now()),
        "policy": policy,
        "today": today,
        "tonight": tonight,
        "nights": managed.nights.with_usable().between(first, first + NIGHTS_SHOWN * DAY).order_by("night"),
        "earlier": max(today, first - NIGHTS_SHOWN * DAY) if first > today else None,
        "later": first + NIGHTS_SHOWN * DAY if first < today + (LEDGER_DAYS - NIGHTS_SHOWN) * DAY else None,
        "arriving": people.filter(status=Stay.Status.BOOKED, arrives_on__lte=today, leaves_on__gt=today).order_by("-arrives_on", "pk"),
        "page": Paginator(people.filter(status=Stay.Status.ADMITTED).order_by("leaves_on", "pk"), PEOPLE_PER_PAGE).get_page(request.GET.get("page")),
        "reserves": reserves.order_by("-beds", "pk"),
        "form": form or CapacityForm(initial=start),
        "conflict": conflict,
    }
    return render(request, "quarantine/site.html", context, status=REFUSED if conflict or unseen or (form and form.errors) else 200)


def _first_night(request, today: dt.date) -> dt.date:
    """The first night to show, from the address; today when it can't be read, is past or beyond the ledger."""
    try:
        asked = dt.date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return today
    return asked if today <= asked <= today + LEDGER_DAYS * DAY else today


def _ways_out(now: Cover, near: list[Offer], form: ReserveForm) -> dict:
    """Where the missing beds could come from, each an act away; and where the holder stands on the waiting list."""
    requests = WaitingRequest.objects.open().filter(**now.holder.key)
    places = (
        [place for place in queue(on=timezone.localdate()) if place.request.holder == (now.holder.pool or now.holder.factory)] if requests else []
    )
    ways = [{"offer": offer, "beds": min(offer.free, now.missing)} for offer in near] if now.missing else []
    dormitories = [way for way in ways if way["offer"].site.kind == Site.Kind.DORMITORY]
    nearest = [way for way in ways if way["offer"].site.kind != Site.Kind.DORMITORY]
    pooled = beds_for(now.policy, now.headcount, pooled=True)
    held = BackupReservation.objects.active().filter(request__in=[place.request for place in places]).select_related("site")
    return {
        "places": places,
        "offered_sites": held.order_by("site__name", "pk"),
        "nearest": nearest[:WAYS_SHOWN],
        "dormitories": dormitories[:WAYS_SHOWN],
        "pooled_beds": pooled if not now.holder.pool and pooled < now.needed else None,
        "seen": form["seen"].value(),
        "may_wait": bool(now.missing) and not places,
        "nights": {"first": timezone.localdate(), "last": now.until - DAY},
    }


def _backup_page(request, factory: Factory, form: ReserveForm | None = None):
    """What is needed, held and drawn, where and until when; and where more could be reserved."""
    today = timezone.localdate()
    now = cover(factory, on=today)
    near = offers(factory, horizon(now.policy, today), on=today)
    form = form or ReserveForm(initial={"first": today, "last": now.until - DAY, "beds": now.missing or 1})
    form.show(near, seen=last_change(now.holder))
    pool = BackupPool.objects.filter(zone=factory.zone).select_related("zone").first()
    context = {"factory": factory, "cover": now, "form": form, "offers": near, "pool": pool, **_ways_out(now, near, form)}
    return render(request, "quarantine/factory_backup.html", context, status=REFUSED if form.errors else 200)
