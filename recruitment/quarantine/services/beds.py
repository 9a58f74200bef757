"""Who sleeps in which bed: assigned one by one or a day's arrivals at once, moved, given back with the stay.

Locks: stays, then all rooms of the site; whoever also needs nights of the ledger takes them afterwards.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Q
from django.utils.translation import gettext as _
from psycopg import errors

from recruitment.accounts.models import User
from recruitment.quarantine.models import Bed, BedAssignment, OutbreakPerson, Room, RoomKind, Site, SiteIncident, Stay
from recruitment.quarantine.rooming import FAMILY, Arrival, Plan, Space, Taken, Why, plan_rooms
from recruitment.shared.refusals import Refusal

Company = BedAssignment.Company
ROOMS_NAMED = 5


class BedTaken(Refusal):
    """Somebody else has the bed on one of these nights. Carries `bed`, and `first` and `until` of whoever has it."""

    field = "bed"

    def for_people(self) -> str:
        return _("Giường %(bed)s phòng %(room)s đã có người từ %(first)s đến %(until)s. Hãy chọn giường khác.") % {
            "bed": self.facts["bed"],
            "room": self.facts["bed"].room,
            "first": f"{self.facts['first']:%d/%m/%Y}",
            "until": f"{self.facts['until']:%d/%m/%Y}",
        }


class RoomOfOthers(Refusal):
    """The room is another sex's, another family's or another day's. Carries `room`, `company` and `arrived_on` of those in it."""

    field = "bed"

    def for_people(self) -> str:
        return _("Phòng %(room)s đang dành cho nhóm khác (%(company)s, đến ngày %(day)s). Không xếp chung nam với nữ, hay người của hai đợt.") % {
            "room": self.facts["room"],
            "company": Company(self.facts["company"]).label,
            "day": f"{self.facts['arrived_on']:%d/%m/%Y}",
        }


class RoomClosed(Refusal):
    """Carries `room`."""

    field = "bed"

    def for_people(self) -> str:
        return _("Phòng %(room)s đang đóng. Hãy mở phòng trước.") % self.facts


class RoomNotClean(Refusal):
    """Carries `room`."""

    field = "bed"

    def for_people(self) -> str:
        return _("Phòng %(room)s chưa dọn. Dọn xong, hãy bấm “Đã dọn” rồi xếp.") % self.facts


class RoomLocked(Refusal):
    """An infection locks the floor: whoever is in stays, nobody is added. Carries `room`."""

    field = "bed"

    def for_people(self) -> str:
        return _("Tầng của phòng %(room)s đang khóa vì có ca bệnh. Hãy chọn phòng ở tầng khác.") % self.facts


class NotOfThisSite(Refusal):
    """The person has no nights left at the site of the bed. Carries `stay`."""

    def for_people(self) -> str:
        return _("Người này không còn lượt cách ly ở khu này (%(status)s).") % {"status": self.facts["stay"].get_status_display()}


class CompanyNotSaid(Refusal):
    """A bed needs to know with whom the room may be shared."""

    field = "company"

    def for_people(self) -> str:
        return _("Hãy chọn nam, nữ hoặc gia đình.")


@dataclass(frozen=True)
class Guest:
    """Somebody to be given a bed. `company` is one of BedAssignment.Company, or empty; `family` tells families of a day apart."""

    stay: Stay
    company: str = ""
    family: str = ""


@dataclass(frozen=True)
class LeftOver:
    """Who got no bed and why; `rooms` names what would help: rooms to be cleaned."""

    stay: Stay
    why: Why
    rooms: list[str]

    def in_words(self) -> str:
        """Why somebody has no bed, and what to do."""
        if self.why == Why.NOT_SAID:
            return _("Hãy chọn nam, nữ hoặc gia đình.")
        if self.why == Why.NOT_CLEAN:
            return _("Chỉ còn phòng chưa dọn: %(rooms)s.") % {"rooms": ", ".join(self.rooms)}
        if self.why == Why.NO_ROOM_FOR_FAMILY:
            return _("Không có phòng trống nào đủ giường cho cả gia đình. Hãy chọn giường cho từng người.")
        return _("Không còn giường trong phòng cùng nhóm hay phòng trống. Hãy mở thêm phòng hoặc chuyển người.")


@dataclass(frozen=True)
class Rooming:
    placed: list[BedAssignment]
    left_over: list[LeftOver]


@transaction.atomic
def assign_bed(*, stay: Stay, bed: Bed, company: str, family: str = "", by: User | None, on: dt.date) -> BedAssignment:
    """This bed for the nights that the stay still has; whoever has another bed there moves, keeping the company.

    Repeating it changes nothing. Raises BedTaken, RoomOfOthers, RoomClosed, RoomNotClean, CompanyNotSaid or NotOfThisSite.
    """
    stay = _lock_stays([stay])[0]
    rooms = {room.pk: room for room in lock_rooms(stay.site)}
    if bed.room_id not in rooms or not _has_nights(stay, on):
        raise NotOfThisSite(stay=stay)
    bed.room = rooms[bed.room_id]
    now = BedAssignment.objects.from_night(on).filter(stay=stay).select_related("bed", "room").order_by("during").first()
    if now and now.bed_id == bed.pk:
        return now
    if not now and company not in Company.values:
        raise CompanyNotSaid()
    wanted = BedAssignment(
        stay=stay,
        bed=bed,
        room=bed.room,
        during=DateRange(max(on, now.first if now else stay.arrives_on), stay.leaves_on),
        company=now.company if now else company,
        cohort=now.cohort if now else cohorts([Guest(stay, company, family)])[stay.pk],
        assigned_by=by,
    )
    _require_room(wanted, on=on)
    if now:
        _cut(now, on=on)
        mark_left_rooms([now.room_id], on=on)
    try:
        with transaction.atomic():
            wanted.save()
    except IntegrityError as error:
        raise _explained(wanted, error) from error
    return wanted


@transaction.atomic
def assign_arrivals(*, site: Site, guests: Sequence[Guest], by: User | None, on: dt.date) -> Rooming:
    """Beds for as many of these people as the rules of rooms allow (rooming.py); the others are named with the reason.

    Who has a bed already, or no nights left at this site, is left alone. Repeating it changes nothing.
    """
    said = {guest.stay.pk: guest for guest in guests}
    stays = {stay.pk: stay for stay in _lock_stays([guest.stay for guest in guests]) if stay.site_id == site.pk and _has_nights(stay, on)}
    rooms = {room.pk: room for room in lock_rooms(site)}
    for pk in BedAssignment.objects.from_night(on).filter(stay__in=stays).values_list("stay_id", flat=True):
        stays.pop(pk, None)
    group = cohorts([said[pk] for pk in stays])
    arrivals = [Arrival(stay.pk, said[stay.pk].company or None, group[stay.pk], max(on, stay.arrives_on), stay.leaves_on) for stay in stays.values()]
    plan = plan_rooms(arrivals, spaces_of(rooms.values(), on=on))
    placed = [
        BedAssignment(
            stay=stays[row.arrival.key],
            bed_id=row.bed,
            room=rooms[row.room],
            during=DateRange(row.arrival.first, row.arrival.until),
            company=str(row.arrival.company),
            cohort=row.arrival.cohort,
            assigned_by=by,
        )
        for row in plan.placed
    ]
    return Rooming(BedAssignment.objects.bulk_create(placed), _left_over(plan, stays, rooms))


def give_back_bed(*, stay: Stay, on: dt.date) -> None:
    """The stay has ended: its nights from `on` are free; a room that the last person has left waits for cleaning.

    Part of the transaction that ends the stay, and before any night of the ledger is locked.
    """
    mine = list(BedAssignment.objects.filter(stay=stay).order_by("during"))
    if not mine:
        return
    lock_rooms(stay.site)
    for row in mine:
        _cut(row, on=on)
    if stay.admitted_at:
        mark_left_rooms([mine[-1].room_id], on=on)


def extend_bed(*, stay: Stay, until: dt.date) -> None:
    """The last bed is kept up to the new day of leaving. Raises BedTaken or RoomOfOthers when somebody else is to have it by then."""
    lock_rooms(stay.site)
    last = BedAssignment.objects.filter(stay=stay).select_related("bed__room", "room").order_by("during").last()
    if last is None:
        return
    last.during = DateRange(last.first, until)
    try:
        with transaction.atomic():
            last.save(update_fields=["during"])
    except IntegrityError as error:
        raise _explained(last, error) from error


def take_bed_back(*, stay: Stay) -> None:
    """A release was undone: the bed that was given back is the person's again unless somebody else has it by now."""
    lock_rooms(stay.site)
    last = BedAssignment.objects.filter(stay=stay).select_related("room").order_by("during").last()
    if last is None or last.last_day >= stay.leaves_on:
        return
    last.during = DateRange(last.first, stay.leaves_on)
    try:
        with transaction.atomic():
            last.save(update_fields=["during"])
    except IntegrityError as error:
        if not isinstance(error.__cause__, errors.ExclusionViolation):
            raise
        return
    Room.objects.filter(pk=last.room_id).update(is_clean=True)


def mark_left_rooms(rooms: Iterable[int], *, on: dt.date) -> None:
    """Those of these rooms (keys) that nobody is in any more wait for cleaning."""
    used = BedAssignment.objects.in_use_on(on).filter(room__in=rooms, stay__status=Stay.Status.ADMITTED).values("room")
    Room.objects.filter(pk__in=rooms).exclude(pk__in=used).update(is_clean=False)


def lock_rooms(*sites: Site) -> list[Room]:
    """Everything that changes who is in a room of the site queues here."""
    return list(Room.objects.select_for_update(of=("self",), no_key=True).filter(site__in=sites).order_by("pk"))


def spaces_of(rooms: Iterable[Room], *, on: dt.date) -> list[Space]:
    """The open rooms as the planner sees them, none of a locked floor; whoever should have left but hasn't keeps a room from being ready."""
    rooms = [room for room in rooms if room.is_open]
    locked = locked_floors(rooms)
    rooms = [room for room in rooms if (room.site_id, room.building, room.floor) not in locked]
    spaces = {room.pk: Space(room.pk, [], room.kind == RoomKind.FAMILY, room.is_clean) for room in rooms}
    for pk, room in Bed.objects.filter(room__in=spaces).order_by("room_id", "label", "pk").values_list("pk", "room_id"):
        spaces[room].beds = [*spaces[room].beds, pk]
    for row in there_from(on).filter(room__in=spaces).order_by("pk"):
        if row.last_day > on:
            spaces[row.room_id].taken.append(Taken(row.bed_id, row.company, row.cohort, row.first, row.last_day))
        else:
            spaces[row.room_id].clean = False
    return list(spaces.values())


def locked_floors(rooms: Iterable[Room]) -> set[tuple[int, str, str]]:
    """Site, building and floor of those that an infection locks."""
    there = SiteIncident.objects.locking_a_floor().filter(site__in={room.site_id for room in rooms})
    return set(there.order_by("site").values_list("site", "building", "floor"))


def there_from(on: dt.date):
    """Assignments with nights from `on` on, and those of people who should have left by now but are still in."""
    overdue = Q(until=F("stay__leaves_on"), stay__status=Stay.Status.ADMITTED)
    return BedAssignment.objects.with_until().filter(Q(until__gt=on) | overdue)


def cohorts(guests: Sequence[Guest]) -> dict[int, str]:
    """By stay's key: the day of arrival, the outbreak that sent the person, and the family."""
    stays = [guest.stay.pk for guest in guests]
    sent_by = dict(OutbreakPerson.objects.filter(stay__in=stays).order_by("pk").values_list("stay_id", "outbreak_id"))
    return {guest.stay.pk: _cohort(guest, sent_by.get(guest.stay.pk)) for guest in guests}


def _cohort(guest: Guest, outbreak: int | None) -> str:
    parts = [guest.stay.arrives_on.isoformat()]
    if outbreak:
        parts.append(f"o{outbreak}")
    if guest.company == FAMILY:
        parts.append(f"g{guest.family.strip().casefold()[:30]}" if guest.family.strip() else f"s{guest.stay.pk}")
    return "/".join(parts)


def _lock_stays(stays: Iterable[Stay]) -> list[Stay]:
    rows = Stay.objects.select_for_update(of=("self",), no_key=True).select_related("site", "worker__user")
    return list(rows.filter(pk__in=[stay.pk for stay in stays]).order_by("pk"))


def _has_nights(stay: Stay, on: dt.date) -> bool:
    return stay.status in (Stay.Status.HELD, Stay.Status.BOOKED, Stay.Status.ADMITTED) and stay.leaves_on > on


def _require_room(wanted: BedAssignment, *, on: dt.date) -> None:
    """What the constraints can't know (closed, not clean), then what they would refuse, in words."""
    room = wanted.room
    if not room.is_open:
        raise RoomClosed(room=room)
    if locked_floors([room]) & {(room.site_id, room.building, room.floor)}:
        raise RoomLocked(room=room)
    there = BedAssignment.objects.filter(room=room, during__overlap=wanted.during).exclude(stay=wanted.stay)
    if other := there.exclude(company=wanted.company, cohort=wanted.cohort).order_by("during", "pk").first():
        raise RoomOfOthers(room=room, company=other.company, arrived_on=dt.date.fromisoformat(other.cohort[:10]))
    if taken := there.filter(bed=wanted.bed).order_by("during", "pk").first():
        raise BedTaken(bed=wanted.bed, first=taken.first, until=taken.last_day)
    if not room.is_clean and not BedAssignment.objects.in_use_on(on).filter(room=room, stay__status=Stay.Status.ADMITTED).exists():
        raise RoomNotClean(room=room)


def _explained(wanted: BedAssignment, error: IntegrityError) -> Exception:
    """The refusal for what the database refused; the error itself when it is about something else."""
    if not isinstance(error.__cause__, errors.ExclusionViolation):
        return error
    others = BedAssignment.objects.filter(room=wanted.room, during__overlap=wanted.during).exclude(stay=wanted.stay).order_by("during", "pk")
    if taken := others.filter(bed=wanted.bed).first():
        return BedTaken(bed=wanted.bed, first=taken.first, until=taken.last_day)
    if other := others.exclude(company=wanted.company, cohort=wanted.cohort).first():
        return RoomOfOthers(room=wanted.room, company=other.company, arrived_on=dt.date.fromisoformat(other.cohort[:10]))
    return error


def _cut(row: BedAssignment, *, on: dt.date) -> None:
    """Give back the nights from `on`."""
    if row.first >= on:
        row.delete()
    elif row.last_day > on:
        row.during = DateRange(row.first, on)
        row.save(update_fields=["during"])


def _left_over(plan: Plan, stays: dict[int, Stay], rooms: dict[int, Room]) -> list[LeftOver]:
    dirty = [str(room) for room in sorted(rooms.values(), key=str) if room.is_open and not room.is_clean][:ROOMS_NAMED]
    return [LeftOver(stays[who.key], why, dirty if why == Why.NOT_CLEAN else []) for who, why in plan.left_over]
