"""A site's table of rooms: what each row would bring, and bringing it, by one and the same way."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, TextChoices
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.quarantine.models import Bed, Room, Site
from recruitment.quarantine.room_tables import NewRoom, RoomRow
from recruitment.quarantine.services.beds import lock_rooms
from recruitment.quarantine.services.figures import follow_rooms

MOST_ROOMS = 2_000


class Outcome(TextChoices):
    NEW = "new"
    CHANGED = "changed"
    ALREADY = "already"
    REFUSED = "refused"


@transaction.atomic
def import_rooms(*, site: Site, rows: Sequence[RoomRow], dry_run: bool, by: User, on: dt.date) -> int:
    """Says of each row what it brings: a new room, one with another floor, kind or more beds, or nothing new; refused ones stay out.

    Beds are never taken away by a table. Where the site has said figures they follow, and the ledger with them; how many open beds
    that makes more (or fewer). Raises PromisedMore when a night has promised more. A dry run writes nothing and says the same.
    """
    there = {(room.building.casefold(), room.name.casefold()): room for room in lock_rooms(site)}
    beds = dict(Room.objects.filter(site=site).annotate(count=Count("beds")).values_list("pk", "count"))
    new: list[tuple[Room, int]] = []
    for row in rows:
        row.outcome = Outcome.REFUSED
        if row.room is None:
            continue
        room = there.get(row.room.place)
        if room is None:
            if len(there) + len(new) >= MOST_ROOMS:
                row.errors.append(_("Một khu có tối đa %(most)d phòng.") % {"most": MOST_ROOMS})
                continue
            wanted = row.room
            new.append((Room(site=site, building=wanted.building, floor=wanted.floor, name=wanted.name, kind=wanted.kind), wanted.beds))
            row.outcome = Outcome.NEW
        elif row.room.beds < beds[room.pk]:
            row.errors.append(_("Phòng đang có %(beds)d giường. Bảng không bớt giường: hãy đóng giường ở Cập nhật nhanh.") % {"beds": beds[room.pk]})
        else:
            row.outcome = _renew(room, row.room, beds[room.pk])
    Room.objects.bulk_create([room for room, _beds in new])
    Bed.objects.bulk_create([Bed(room=room, label=str(label)) for room, count in new for label in range(1, count + 1)])
    more = follow_rooms(site=site, by=by, on=on)
    if dry_run:
        transaction.set_rollback(True)
    return more


def _renew(room: Room, wanted: NewRoom, beds: int) -> Outcome:
    if (room.floor, room.kind, beds) == (wanted.floor, wanted.kind, wanted.beds):
        return Outcome.ALREADY
    room.floor, room.kind = wanted.floor, wanted.kind
    room.save(update_fields=["floor", "kind"])
    labels = set(room.beds.values_list("label", flat=True))
    free = [label for label in map(str, range(1, beds + wanted.beds + 1)) if label not in labels]
    Bed.objects.bulk_create([Bed(room=room, label=label) for label in free[: wanted.beds - beds]])
    return Outcome.CHANGED
