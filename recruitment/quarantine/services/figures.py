"""The manager's one-screen update: beds by kind of room, written once however often it is sent, and never over somebody else's unseen.

The ledger's capacity follows: all beds without the closed and the held ones. Locks: the site's nights, before anything is read.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recruitment.accounts.models import User
from recruitment.quarantine.models import Bed, BedAssignment, FigureUpdate, KindFigures, Room, RoomKind, Site, SiteNight, Stay
from recruitment.quarantine.services.capacity import OPEN_AHEAD, change_capacity, confirm_figures, shift_capacity
from recruitment.quarantine.services.ledger import lock_nights
from recruitment.shared.refusals import Conflict, Refusal

ROOMS_NAMED = 6
FIGURES = {"total": gettext_lazy("tổng"), "occupied": gettext_lazy("có người"), "closed": gettext_lazy("đóng"), "held": gettext_lazy("giữ")}


@dataclass(frozen=True)
class Counts:
    """Beds in rooms of one kind."""

    kind: str
    total: int
    occupied: int
    closed: int
    held: int

    @property
    def usable(self) -> int:
        return self.total - self.closed - self.held


@dataclass(frozen=True)
class Difference:
    """One figure that somebody else has changed: what was seen, what stands now, what was to be written (None: as seen)."""

    kind: str
    figure: str
    seen: int | None
    now: int | None
    yours: int | None

    def in_words(self) -> str:
        words = {
            "kind": RoomKind(self.kind).label,
            "figure": FIGURES[self.figure],
            "seen": _number(self.seen),
            "now": _number(self.now),
            "yours": _number(self.yours),
        }
        if self.yours is None or self.yours == self.seen:
            return _("%(kind)s, %(figure)s: bạn thấy %(seen)s, nay là %(now)s.") % words
        return _("%(kind)s, %(figure)s: bạn thấy %(seen)s, nay là %(now)s, bạn ghi %(yours)s.") % words


class FiguresChanged(Conflict):
    """Carries `latest`, the update not seen, and `differences`."""

    def for_people(self) -> str:
        latest = self.facts["latest"]
        return _("%(name)s đã đổi số liệu lúc %(time)s, sau khi bạn mở trang.") % {
            "name": latest.by.name if latest.by else _("Hệ thống"),
            "time": f"{timezone.localtime(latest.at):%H:%M %d/%m/%Y}",
        }


class MoreThanThere(Refusal):
    """Closed and held beds together, or occupied ones, are more than all beds of the kind. Carries `kind`, `total`."""

    def for_people(self) -> str:
        return _("%(kind)s chỉ có %(total)d giường: số đang ở, và số đóng cộng số giữ, không thể nhiều hơn.") % {
            "kind": RoomKind(self.facts["kind"]).label,
            "total": self.facts["total"],
        }


@dataclass(frozen=True)
class Mismatch:
    """What was said of one kind and what the book of rooms has, with the rooms concerned."""

    kind: str
    figure: str
    said: int
    booked: int
    rooms: list[tuple[str, int]]

    @property
    def label(self) -> str:
        return str(RoomKind(self.kind).label)


@transaction.atomic
def write_figures(
    *,
    site: Site,
    counts: Sequence[Counts] | None,
    key: uuid.UUID,
    seen: int,
    noted_at: dt.datetime | None = None,
    by: User | None,
    on: dt.date,
) -> FigureUpdate:
    """Write what the manager counted; None: nothing has changed. Sending it again with the same key changes nothing.

    `seen` is the key of the update that the manager was looking at (0: none). The total of a kind that has rooms is their beds.
    Raises FiguresChanged when there is a newer one that says otherwise, MoreThanThere, or PromisedMore when a night has promised more beds than would be left.
    """
    lock_nights([(site.pk, on, on + dt.timedelta(days=1))])
    if sent := site.figure_updates.filter(key=key).first():
        if counts is None or counts_of(sent) == _with_rooms(site, counts):
            return sent
        key = uuid.uuid4()  # a page gone back to and changed is another update
    latest = latest_update(site)
    before = counts_of(latest)
    wanted = before if counts is None else _with_rooms(site, counts)
    unseen = differences(_seen(site, seen), before, None if counts is None else wanted)
    if latest and seen != latest.pk and unseen:
        raise FiguresChanged(latest=latest, differences=unseen)
    for row in wanted:
        if row.usable < 0 or row.occupied > row.total:
            raise MoreThanThere(kind=row.kind, total=row.total)
    now = timezone.now()
    noted_at = min(noted_at or now, now)
    _move_capacity(site, before, wanted, noted_at=noted_at, by=by, on=on)
    confirm_figures(site=site, by=by, on=on, noted_at=noted_at)
    return _keep(site, wanted, key=key, noted_at=noted_at, by=by)


def note_closed_beds(*, site: Site, kind: str, beds: int, by: User | None) -> None:
    """A room has been closed (`beds` more) or opened (negative): the figures follow, where the site has said any.

    Part of the transaction that has moved the capacity already.
    """
    before = counts_of(latest_update(site))
    if not any(row.kind == kind for row in before):
        return
    after = [
        Counts(row.kind, row.total, row.occupied, min(max(row.closed + beds, 0), row.total - row.held), row.held) if row.kind == kind else row
        for row in before
    ]
    _keep(site, after, key=uuid.uuid4(), noted_at=timezone.now(), by=by)


def follow_rooms(*, site: Site, by: User | None, on: dt.date) -> int:
    """Rooms have come or grown: the totals of their kinds are their beds, and the ledger moves by what that makes more; how many.

    Part of the transaction that changes the rooms. Nothing for a site that has said no figures yet. Raises PromisedMore.
    """
    lock_nights([(site.pk, on, on + dt.timedelta(days=1))])
    before = counts_of(latest_update(site))
    if not before:
        return 0
    beds, said = beds_by_kind(site, on=on), {row.kind: row for row in before}
    after = [_resized(said.get(kind) or Counts(kind, 0, 0, 0, 0), beds[kind].total if kind in beds else said[kind].total) for kind in said | beds]
    if sorted(after, key=str) == sorted(before, key=str):
        return 0
    now = timezone.now()
    _move_capacity(site, before, after, noted_at=now, by=by, on=on)
    _keep(site, after, key=uuid.uuid4(), noted_at=now, by=by)
    return sum(row.usable for row in after) - sum(row.usable for row in before)


def latest_update(site: Site) -> FigureUpdate | None:
    return site.figure_updates.select_related("by").order_by("-pk").first()


def counts_of(update: FigureUpdate | None) -> list[Counts]:
    """In the order of kinds."""
    if update is None:
        return []
    order = list(RoomKind.values)
    rows = sorted(update.kinds.order_by("pk"), key=lambda row: order.index(row.kind))
    return [Counts(row.kind, row.total, row.occupied, row.closed, row.held) for row in rows]


def beds_by_kind(site: Site, *, on: dt.date) -> dict[str, Counts]:
    """What the book of rooms has of each kind: all beds, those that somebody sleeps in tonight, those in closed rooms; none is held."""
    rooms = Room.objects.filter(site=site).order_by("kind").values("kind", "is_open").annotate(count=Count("beds"))
    people = _inside(site, on).order_by("room__kind").values_list("room__kind").annotate(count=Count("stay", distinct=True))
    occupied = dict(people)
    found: dict[str, Counts] = {}
    for row in rooms:
        before = found.get(row["kind"], Counts(row["kind"], 0, occupied.get(row["kind"], 0), 0, 0))
        closed = 0 if row["is_open"] else row["count"]
        found[row["kind"]] = Counts(before.kind, before.total + row["count"], before.occupied, before.closed + closed, 0)
    return found


def mismatches(site: Site, *, on: dt.date) -> list[Mismatch]:
    """Where the figures and the book of rooms disagree, each with the rooms to look at. Three queries for any number of rooms."""
    booked = beds_by_kind(site, on=on)
    rooms: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for room in Room.objects.filter(site=site, is_open=False).annotate(count=Count("beds")).order_by("building", "name", "pk"):
        rooms.setdefault((room.kind, "closed"), []).append((str(room), room.count))
    inside = _inside(site, on).order_by("room__building", "room__name", "room_id")
    people = inside.values_list("room__kind", "room__building", "room__name").annotate(count=Count("stay", distinct=True))
    for kind, building, name, count in people:
        rooms.setdefault((kind, "occupied"), []).append((f"{building} {name}".strip(), count))
    found = []
    for row in counts_of(latest_update(site)):
        for figure in ("occupied", "closed"):
            said, has = getattr(row, figure), getattr(booked.get(row.kind), figure, None)
            if has is not None and said != has:
                found.append(Mismatch(row.kind, figure, said, has, rooms.get((row.kind, figure), [])[:ROOMS_NAMED]))
    return found


def differences(seen: Sequence[Counts], now: Sequence[Counts], yours: Sequence[Counts] | None) -> list[Difference]:
    """Every figure that is no longer what was seen, nor what is to be written."""
    before, after, mine = ({row.kind: row for row in rows} for rows in (seen, now, yours or []))
    found = []
    for kind in RoomKind.values:
        for figure in FIGURES:
            old, new, wanted = (getattr(rows.get(kind), figure, None) for rows in (before, after, mine))
            if new not in (old, wanted):
                found.append(Difference(kind, figure, old, new, wanted))
    return found


def _move_capacity(site: Site, before: Sequence[Counts], wanted: Sequence[Counts], *, noted_at: dt.datetime, by: User | None, on: dt.date) -> None:
    """The first figures set every night of the ledger; later ones move each night by what they differ, so that plans for later nights stay."""
    if not wanted:
        return
    beds = sum(row.usable for row in wanted)
    if before:
        shift_capacity(site=site, beds=beds - sum(row.usable for row in before), by=by, on=on)
        return
    last = SiteNight.objects.filter(site=site).aggregate(last=Max("night"))["last"]
    until = last + dt.timedelta(days=1) if last and last >= on else on + OPEN_AHEAD
    change_capacity(site=site, first=on, until=until, capacity=beds, noted_at=noted_at, by=by, on=on)


def _with_rooms(site: Site, counts: Sequence[Counts]) -> list[Counts]:
    """In the order of kinds, the totals of those that have rooms as the rooms have them; kinds without any bed left out."""
    beds = dict(Bed.objects.filter(room__site=site).order_by("room__kind").values_list("room__kind").annotate(count=Count("pk")))
    order = list(RoomKind.values)
    rows = [Counts(row.kind, beds.get(row.kind, row.total), row.occupied, row.closed, row.held) for row in counts]
    return sorted((row for row in rows if row.total), key=lambda row: order.index(row.kind))


def _resized(row: Counts, total: int) -> Counts:
    """With another total; what no longer fits into it is cut."""
    held = min(row.held, total)
    return Counts(row.kind, total, min(row.occupied, total), min(row.closed, total - held), held)


def _seen(site: Site, seen: int) -> list[Counts]:
    return counts_of(site.figure_updates.filter(pk=seen).first())


def _inside(site: Site, on: dt.date):
    return BedAssignment.objects.in_use_on(on).filter(room__site=site, stay__status=Stay.Status.ADMITTED)


def _keep(site: Site, counts: Sequence[Counts], *, key: uuid.UUID, noted_at: dt.datetime, by: User | None) -> FigureUpdate:
    update = FigureUpdate.objects.create(site=site, key=key, noted_at=noted_at, by=by)
    KindFigures.objects.bulk_create(
        [KindFigures(update=update, kind=row.kind, total=row.total, occupied=row.occupied, closed=row.closed, held=row.held) for row in counts]
    )
    return update


def _number(value: int | None) -> str:
    return "–" if value is None else str(value)
