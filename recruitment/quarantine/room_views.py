"""The map of a site's rooms: who is in which bed until when, what is to be cleaned, and beds for those who arrive."""

import datetime as dt
from itertools import groupby

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.quarantine.models import BedAssignment, Room, Site, Stay
from recruitment.quarantine.room_forms import BedForm, CloseRoomForm, GuestForm
from recruitment.quarantine.services.beds import assign_arrivals, assign_bed, there_from
from recruitment.quarantine.services.capacity import last_capacity_change
from recruitment.quarantine.services.rooms import balance, clean_room, close_room, open_room
from recruitment.shared.asking import explain
from recruitment.shared.refusals import Refusal

REFUSED = 422
MOST_AT_ONCE = 200
FEW_ROOMS = 24
CHANGES_SHOWN = 10
DAY = dt.timedelta(days=1)


@permission("quarantine.manage_site")
def room_map(request, pk):
    """Floor by floor, each room with its people, free beds and state; then whoever has no bed yet."""
    site, today = _managed(request, pk), timezone.localdate()
    rooms = _rooms(Room.objects.filter(site=site), today)
    context = {
        "site": site,
        "today": today,
        "floors": _floors(rooms),
        "waiting": without_bed(site, today)[: MOST_AT_ONCE + 1],
        "balance": balance(site, on=today),
        "seen": last_capacity_change(site),
        "last": site.nights.order_by("-night").values_list("night", flat=True).first(),
        "free": sum(room.free for room in rooms if room.is_open),
        "dirty": sum(not room.is_clean and room.is_open for room in rooms),
        "leaving": [(room, row) for room in rooms for row in room.people if row.last_day == today + DAY],
    }
    return render(request, "quarantine/rooms.html", context)


@permission("quarantine.manage_site")
def room(request, pk):
    return _room_page(request, _room(request, pk))


@permission("quarantine.manage_site")
@require_POST
def clean(request, pk):
    return _change(request, pk, lambda room, today: clean_room(room=room, on=today), _("Phòng %(room)s đã dọn."))


@permission("quarantine.manage_site")
@require_POST
def close(request, pk):
    form = CloseRoomForm(request.POST)
    if not form.is_valid():
        return _room_page(request, _room(request, pk), form=form)
    return _change(
        request,
        pk,
        lambda room, today: close_room(room=room, because=form.cleaned_data["because"], by=request.user, on=today),
        _("Đã đóng phòng %(room)s: giường của phòng không còn trong số giường mở."),
    )


@permission("quarantine.manage_site")
@require_POST
def reopen(request, pk):
    return _change(request, pk, lambda room, today: open_room(room=room, by=request.user, on=today), _("Đã mở phòng %(room)s."))


@permission("quarantine.manage_site")
def arrivals(request, pk):
    """Beds for everybody who has none: who is a man, a woman or of a family is said here, for the system doesn't know it."""
    site, today = _managed(request, pk), timezone.localdate()
    stays = list(without_bed(site, today)[:MOST_AT_ONCE])
    data = request.POST if request.method == "POST" else None
    forms = [GuestForm(data, prefix=str(stay.pk), stay=stay) for stay in stays]
    rooming = None
    if data is not None and all(form.is_valid() for form in forms):
        rooming = assign_arrivals(site=site, guests=[form.guest(data.get("rest", "")) for form in forms], by=request.user, on=today)
        placed = len(rooming.placed)
        if placed:
            messages.success(
                request, ngettext("Đã xếp giường cho %(count)d người.", "Đã xếp giường cho %(count)d người.", placed) % {"count": placed}
            )
        if not rooming.left_over:
            return redirect("quarantine:rooms", pk)
        left = {row.stay.pk: row for row in rooming.left_over}
        forms = [form for form in forms if form.stay.pk in left]
        for form in forms:
            form.add_error(None, left[form.stay.pk].in_words())
    refused = any(form.errors for form in forms)
    context = {"site": site, "forms": forms, "rooming": rooming, "rest": (data or {}).get("rest", ""), "most": MOST_AT_ONCE}
    return render(request, "quarantine/assign_arrivals.html", context, status=REFUSED if refused else 200)


@permission("quarantine.manage_site")
def bed_of(request, pk):
    """A bed for one person, or another one: rooms that suit first."""
    stay = get_object_or_404(Stay.objects.managed_by(request.user).select_related("site", "worker__user"), pk=pk)
    today = timezone.localdate()
    now = BedAssignment.objects.from_night(today).filter(stay=stay).select_related("bed", "room").order_by("during").first()
    form = BedForm(request.POST or None, stay=stay, now=now, on=today)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            assign_bed(stay=stay, bed=chosen["bed"], company=chosen["company"], family=chosen["family"], by=request.user, on=today)
        except Refusal as refusal:
            explain(form, refusal)
        else:
            words = {"name": stay.worker.user.name, "room": chosen["bed"].room, "bed": chosen["bed"]}
            messages.success(request, _("%(name)s: phòng %(room)s, giường %(bed)s.") % words)
            return redirect("quarantine:rooms", stay.site_id)
    return render(request, "quarantine/bed.html", {"stay": stay, "now": now, "form": form}, status=REFUSED if form.errors else 200)


def without_bed(site: Site, on: dt.date):
    """Who is in or expected by tomorrow and has no bed for the nights to come."""
    placed = BedAssignment.objects.from_night(on).values("stay")
    stays = Stay.objects.holding_a_bed().filter(site=site, arrives_on__lte=on + DAY, leaves_on__gt=on).exclude(pk__in=placed)
    return stays.select_related("worker__user").defer("worker__birth_date", "worker__national_id").order_by("arrives_on", "pk")


def _managed(request, pk) -> Site:
    return get_object_or_404(Site.objects.managed_by(request.user), pk=pk)


def _room(request, pk) -> Room:
    return get_object_or_404(Room.objects.managed_by(request.user).select_related("site"), pk=pk)


def _rooms(rooms, on: dt.date) -> list[Room]:
    """Each with `people` (there now, overdue or to come), `free` beds tonight and `company` of tonight."""
    listed = list(rooms.prefetch_related("beds"))
    people = there_from(on).filter(room__in=[room.pk for room in listed]).select_related("bed", "stay__worker__user")
    people = people.defer("stay__worker__birth_date", "stay__worker__national_id").order_by("bed__label", "during", "pk")
    by_room: dict[int, list[BedAssignment]] = {}
    for row in people:
        by_room.setdefault(row.room_id, []).append(row)
    for place in listed:
        place.people = by_room.get(place.pk, [])
        tonight = [row for row in place.people if row.first <= on]
        place.free = len(place.beds.all()) - len({row.bed_id for row in tonight})
        place.company = tonight[0].get_company_display() if tonight else ""
    return listed


def _floors(rooms: list[Room]) -> list[dict]:
    """On a phone a floor where nothing is to be seen or done stays folded, unless there are few rooms altogether."""
    floors = []
    for (building, name), group in groupby(rooms, key=lambda room: (room.building, room.floor)):
        listed = list(group)
        opened = [room for room in listed if room.is_open]
        dirty = sum(not room.is_clean for room in opened)
        floors.append(
            {
                "building": building,
                "name": name,
                "rooms": listed,
                "free": sum(room.free for room in opened),
                "beds": sum(len(room.beds.all()) for room in opened),
                "dirty": dirty,
                "open": bool(dirty) or len(rooms) <= FEW_ROOMS or any(room.people for room in listed),
            }
        )
    return floors


def _room_page(request, managed: Room, *, form: CloseRoomForm | None = None, refusal: str = ""):
    today = timezone.localdate()
    shown = _rooms(Room.objects.filter(pk=managed.pk), today)[0]
    beds = [(bed, [row for row in shown.people if row.bed_id == bed.pk]) for bed in shown.beds.all()]
    context = {"site": managed.site, "room": shown, "beds": beds, "today": today, "form": form or CloseRoomForm(), "refusal": refusal}
    context["changes"] = managed.changes.select_related("by")[:CHANGES_SHOWN]
    return render(request, "quarantine/room.html", context, status=REFUSED if refusal or (form and form.errors) else 200)


def _change(request, pk, act, done: str):
    managed = _room(request, pk)
    try:
        act(managed, timezone.localdate())
    except Refusal as refusal:
        return _room_page(request, managed, refusal=refusal.for_people())
    messages.success(request, done % {"room": managed})
    return redirect("quarantine:rooms", managed.site_id)
