"""An infection at a site itself: declared, contacts ticked, a floor or the site locked, places asked for elsewhere, closed."""

from itertools import groupby

from django.contrib import messages
from django.db.models import Count, F, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.health.services.readings import log_readings
from recruitment.quarantine.models import Room, Site, SiteIncident, SiteIncidentPerson, Stay, StayTest, Transfer
from recruitment.quarantine.services.incidents import (
    ask_for_places,
    close_incident,
    confirm_site_contacts,
    declare_site_case,
    lock_site,
    rooms_left_open,
)
from recruitment.shared.refusals import Refusal

MOST_SHOWN = 100
ROOMS_NAMED = 6
LONGEST_KEY = 19  # digits
SITE = "site"
Status = SiteIncidentPerson.Status


@permission("quarantine.watch")
def incidents(request):
    """The open ones first; and the tests that sites still have to take, so that officers see where they pile up."""
    rows = SiteIncident.objects.visible_to(request.user).select_related("site")
    proposed = Count("people", filter=Q(people__status=Status.PROPOSED))
    counted = rows.annotate(people_count=Count("people", filter=Q(people__status=Status.CONFIRMED)), to_decide=proposed)
    today, visible = timezone.localdate(), Site.objects.visible_to(request.user)
    due = StayTest.objects.filter(stay__site__in=visible, stay__status=Stay.Status.ADMITTED, taken_on=None, due_on__lte=today)
    by_site = due.order_by("stay__site__name", "stay__site").values("stay__site__name", "stay__site")
    tests = by_site.annotate(due=Count("pk", distinct=True), overdue=Count("pk", distinct=True, filter=Q(due_on__lt=today)))
    shown = counted.order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")[:MOST_SHOWN]
    context = {"rows": shown, "open": rows.filter(closed_at=None).count(), "tests": tests}
    return render(request, "quarantine/incidents.html", context)


@permission("quarantine.watch")
@require_POST
def declare(request, stay_pk):
    """A person who stays at a site is a case."""
    there = Stay.objects.filter(site__in=Site.objects.visible_to(request.user)).select_related("site", "worker__user")
    stay, today = get_object_or_404(there.distinct(), pk=stay_pk), timezone.localdate()
    try:
        incident = declare_site_case(stay=stay, found_on=today, by=request.user, on=today)
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("quarantine:watch", stay.site_id)
    messages.success(request, _("Đã khai ca tại khu. Hãy chốt danh sách người tiếp xúc và khóa nơi cần khóa."))
    return redirect("quarantine:incident", incident.pk)


@permission("quarantine.watch")
@never_cache
def incident(request, pk):
    """Cases, contacts to tick, what is locked, who is being moved where, and for whom there is no place."""
    found = _visible(request, pk)
    people = list(found.people.select_related("stay__worker__user", "stay__site"))
    if people:
        log_readings(of={person.stay.worker for person in people}, what="site incident", why=f"incident {found.pk}", by=request.user)
    rooms = Room.objects.filter(site=found.site).order_by("building", "floor", "pk").values_list("building", "floor")
    floors = [(f"{number}", f"{place[0]} · {place[1]}".strip(" ·") or _("chưa đặt tên")) for number, (place, _rooms) in enumerate(groupby(rooms))]
    moves = Transfer.objects.filter(stay__in=[person.stay_id for person in people], requested_at__gte=found.opened_at)
    context = {
        "incident": found,
        "cases": [person for person in people if person.kind == "F0"],
        "proposed": [person for person in people if person.status == Status.PROPOSED],
        "confirmed": [person for person in people if person.status == Status.CONFIRMED and person.kind != "F0"],
        "floors": floors,
        "left_open": rooms_left_open(found, on=timezone.localdate()),
        "moves": moves.select_related("stay__worker__user", "destination").order_by("-requested_at", "pk")[:MOST_SHOWN],
    }
    return render(request, "quarantine/incident.html", context)


@permission("quarantine.watch")
@require_POST
def confirm(request, pk):
    chosen = {int(key) for key in request.POST.getlist("people") if key.isdecimal() and len(key) < LONGEST_KEY}
    return _act(request, pk, _confirm, chosen=chosen)


@permission("quarantine.watch")
@require_POST
def lock(request, pk):
    """`place`: "site", the number of a floor in the list, or nothing to unlock."""
    return _act(request, pk, _lock, place=request.POST.get("place", ""))


@permission("quarantine.watch")
@require_POST
def move(request, pk):
    return _act(request, pk, _move)


@permission("quarantine.watch")
@require_POST
def close(request, pk):
    return _act(request, pk, _close)


def _visible(request, pk) -> SiteIncident:
    return get_object_or_404(SiteIncident.objects.visible_to(request.user).select_related("site"), pk=pk)


def _act(request, pk, act, **what):
    found = _visible(request, pk)
    try:
        act(request, found, timezone.localdate(), **what)
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("quarantine:incident", pk)


def _confirm(request, found: SiteIncident, today, *, chosen: set[int]) -> None:
    count = confirm_site_contacts(incident=found, chosen=chosen, by=request.user, on=today)
    messages.success(request, ngettext("Đã chốt: %(count)d người tiếp xúc.", "Đã chốt: %(count)d người tiếp xúc.", count) % {"count": count})


def _lock(request, found: SiteIncident, today, *, place: str) -> None:
    if place == SITE:
        lock_site(incident=found, lock=SiteIncident.Lock.SITE, by=request.user, on=today)
        messages.success(request, _("Đã khóa cả khu: không ai được giao thêm đến đây."))
        return
    if not place:
        lock_site(incident=found, lock=SiteIncident.Lock.NONE, by=request.user, on=today)
        messages.success(request, _("Đã mở khóa."))
        return
    rooms = Room.objects.filter(site=found.site).order_by("building", "floor", "pk").values_list("building", "floor")
    floors = dict(enumerate(floor for floor, _rooms in groupby(rooms)))
    building, floor = floors.get(int(place) if place.isdecimal() and len(place) < LONGEST_KEY else -1, ("", "?"))
    in_use = lock_site(incident=found, lock=SiteIncident.Lock.FLOOR, building=building, floor=floor, by=request.user, on=today)
    if not in_use:
        messages.success(request, _("Đã khóa tầng: mọi phòng đã đóng."))
        return
    names = ", ".join(str(room) for room in in_use[:ROOMS_NAMED]) + ("…" if len(in_use) > ROOMS_NAMED else "")
    done = ngettext(
        "Đã khóa tầng. %(count)d phòng chưa đóng được: %(names)s. Việc cần làm với từng phòng ghi ở dưới.",
        "Đã khóa tầng. %(count)d phòng chưa đóng được: %(names)s. Việc cần làm với từng phòng ghi ở dưới.",
        len(in_use),
    )
    messages.warning(request, done % {"count": len(in_use), "names": names})


def _move(request, found: SiteIncident, today) -> None:
    asked = ask_for_places(incident=found, by=request.user, on=today)
    count = len(asked.transfers)
    messages.success(request, ngettext("Đã xin chỗ cho %(count)d người.", "Đã xin chỗ cho %(count)d người.", count) % {"count": count})
    if short := len(asked.without_place):
        names = ", ".join(stay.worker.user.name for stay in asked.without_place[:10]) + ("…" if short > 10 else "")
        lacking = ngettext(
            "Thiếu %(count)d chỗ, chưa khu nào còn giường đủ các đêm: %(names)s. Hãy nhờ Sở mở thêm.",
            "Thiếu %(count)d chỗ, chưa khu nào còn giường đủ các đêm: %(names)s. Hãy nhờ Sở mở thêm.",
            short,
        )
        messages.warning(request, lacking % {"count": short, "names": names})


def _close(request, found: SiteIncident, today) -> None:
    close_incident(incident=found, by=request.user, on=today)
    messages.success(request, _("Đã kết thúc sự cố và mở lại những gì đã khóa."))
