"""Rooms: opened, closed, cleaned; and whether their beds are what the ledger says."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recruitment.accounts.models import User
from recruitment.quarantine.models import Room, RoomChange, RoomKind, Site, SiteNight
from recruitment.quarantine.services.beds import lock_rooms, there_from
from recruitment.quarantine.services.capacity import shift_capacity
from recruitment.quarantine.services.figures import counts_of, latest_update, note_closed_beds
from recruitment.shared.refusals import Refusal


class RoomInUse(Refusal):
    """Only an empty room that nobody is to come to can be closed. Carries `room`, `people` and `until`, the last day of leaving."""

    def for_people(self) -> str:
        return ngettext(
            "Phòng %(room)s còn %(people)d người đang ở hoặc đã xếp, đến %(until)s. Hãy đổi giường cho họ trước khi đóng.",
            "Phòng %(room)s còn %(people)d người đang ở hoặc đã xếp, đến %(until)s. Hãy đổi giường cho họ trước khi đóng.",
            self.facts["people"],
        ) % {"room": self.facts["room"], "people": self.facts["people"], "until": f"{self.facts['until']:%d/%m/%Y}"}


class StillThere(Refusal):
    """Nobody cleans a room for others while people are in it. Carries `room`."""

    def for_people(self) -> str:
        return _("Phòng %(room)s còn người đã đến hạn ra. Hãy cho ra trước rồi dọn.") % self.facts


@dataclass(frozen=True)
class Balance:
    """Beds of a site by its rooms and by its ledger tonight; `closed`: (room, beds) of each closed room.

    `kept_back`: beds of open rooms that the manager holds, or has closed one by one.
    """

    open_beds: int
    kept_back: int
    capacity: int
    closed: list[tuple[Room, int]]

    @property
    def expected(self) -> int:
        return self.open_beds - self.kept_back

    @property
    def difference(self) -> int:
        return self.capacity - self.expected


@transaction.atomic
def close_room(*, room: Room, because: str = "", by: User | None, on: dt.date) -> Room:
    """Its beds leave the site's capacity on every night from `on`. Closing it again changes nothing.

    Raises RoomInUse, or PromisedMore when a night has promised these beds, with who holds what.
    """
    room = _locked(room)
    if not room.is_open:
        return room
    there = list(there_from(on).filter(room=room).order_by("until", "pk"))
    if there:
        raise RoomInUse(room=room, people=len({row.stay_id for row in there}), until=there[-1].last_day)
    room.is_open, room.closed_because = False, because.strip()
    room.save(update_fields=["is_open", "closed_because"])
    RoomChange.objects.create(room=room, opened=False, because=room.closed_because, by=by)
    beds = room.beds.count()
    shift_capacity(site=room.site, beds=-beds, by=by, on=on)
    note_closed_beds(site=room.site, kind=room.kind, beds=beds, by=by)
    return room


@transaction.atomic
def open_room(*, room: Room, by: User | None, on: dt.date) -> Room:
    """Its beds count again on every night from `on`. Opening it again changes nothing."""
    room = _locked(room)
    if room.is_open:
        return room
    room.is_open, room.closed_because = True, ""
    room.save(update_fields=["is_open", "closed_because"])
    RoomChange.objects.create(room=room, opened=True, by=by)
    beds = room.beds.count()
    shift_capacity(site=room.site, beds=beds, by=by, on=on)
    note_closed_beds(site=room.site, kind=room.kind, beds=-beds, by=by)
    return room


@transaction.atomic
def clean_room(*, room: Room, on: dt.date) -> Room:
    """It has been cleaned and may take others. Repeating it changes nothing. Raises StillThere."""
    room = _locked(room)
    if not room.is_clean:
        if there_from(on).filter(room=room, until__lte=on).exists():
            raise StillThere(room=room)
        room.is_clean = True
        room.save(update_fields=["is_clean"])
    return room


def balance(site: Site, *, on: dt.date) -> Balance | None:
    """None for a site that has no rooms in the system."""
    rooms = list(Room.objects.filter(site=site).annotate(bed_count=Count("beds")).order_by("building", "floor", "name", "pk"))
    if not rooms:
        return None
    tonight = SiteNight.objects.filter(site=site, night=on).first()
    closed = {kind: sum(room.bed_count for room in rooms if room.kind == kind and not room.is_open) for kind in RoomKind.values}
    said = counts_of(latest_update(site))
    return Balance(
        open_beds=sum(room.bed_count for room in rooms if room.is_open),
        kept_back=sum(row.held + max(0, row.closed - closed[row.kind]) for row in said),
        capacity=tonight.capacity if tonight else 0,
        closed=[(room, room.bed_count) for room in rooms if not room.is_open],
    )


def _locked(room: Room) -> Room:
    locked = {row.pk: row for row in lock_rooms(room.site)}[room.pk]
    locked.site = room.site
    return locked
