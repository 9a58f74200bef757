"""Backup beds of a factory or of its pool: reserved, raised as the policy asks, and given back. housing.py draws on them."""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.employers.models import Factory
from recruitment.quarantine.models import BackupPolicy, BackupPool, BackupReservation, JournalEntry, PoolMembership, ReservationNight, Site
from recruitment.quarantine.services import cover
from recruitment.quarantine.services.cover import Addition, NoBackupCover
from recruitment.quarantine.services.freed_beds import sites_promised_to_those_who_wait
from recruitment.quarantine.services.freshness import nearest_first, require_fresh_figures, sites_with_fresh_figures
from recruitment.quarantine.services.holders import Holder, holder_of_pool, lock_holder, lock_holder_of, lock_pool
from recruitment.quarantine.services.ledger import Movement, lock_nights, move, nights_between, nights_in_words, runs, settle
from recruitment.shared.refusals import Conflict, Refusal

log = logging.getLogger(__name__)


class NotHeld(Refusal):
    """The reservation has fewer unused beds than asked for. Carries `reservation`, `beds` and `nights`."""

    field = "beds"

    def for_people(self) -> str:
        return _("%(site)s không còn giữ đủ %(beds)d giường dự phòng chưa dùng các đêm: %(nights)s.") % {
            "site": self.facts["reservation"].site,
            "beds": self.facts["beds"],
            "nights": nights_in_words(self.facts["nights"]),
        }


class StillNeeded(Refusal):
    """Giving the beds back would leave less than the policy asks for. Carries `holder`, `needed`, `left`."""

    field = "beds"

    def for_people(self) -> str:
        return _("Nếu trả, %(holder)s chỉ còn %(left)d giường dự phòng trong khi cần %(needed)d. Hãy giữ chỗ ở khu khác trước.") % self.facts


class ReservationsChanged(Conflict):
    """The factory's reservations are not what the person saw when asking: a second click, another tab, a colleague."""

    def for_people(self) -> str:
        return _("Suất dự phòng của nhà máy vừa thay đổi, trang này đã hiện số mới. Nếu vẫn cần giữ thêm, hãy bấm lại.")


class OthersWaitFirst(Refusal):
    """Beds just came free at the site, and are offered to those on the waiting list first. Carries `site`."""

    field = "site"

    def for_people(self) -> str:
        return _("Giường vừa trống ở %(site)s đang được mời cho nơi chờ trước. Hãy vào danh sách chờ, hoặc chọn khu khác.") % self.facts


@dataclass(frozen=True)
class Reserved:
    """What a call added: up to `beds` more beds a night at `site`, for nights before `until`."""

    site: Site
    reservation: BackupReservation
    beds: int
    until: dt.date


@transaction.atomic
def reserve_backup_beds(
    *, factory: Factory, site: Site, first: dt.date, until: dt.date, beds: int, by: User | None, on: dt.date, seen: int | None = None
) -> BackupReservation:
    """Set `beds` more beds aside on every night of [first, until), or on none. Raises NoCapacity, StaleFigures or OthersWaitFirst.

    `seen` is the `last_change` of the holder that the person was shown; ReservationsChanged if there has been one since.
    """
    holder = lock_holder(factory)
    if seen is not None and seen != last_change(holder):
        raise ReservationsChanged(factory=factory)
    require_fresh_figures(site, on=on)
    reservation = _reservation(holder, site, by=by)
    beds_by_night = dict.fromkeys(nights_between(first, until), beds)
    _change_nights(reservation, beds_by_night)
    move(_movements(reservation, beds_by_night, JournalEntry.Change.RESERVE), by=by)
    if site.pk in sites_promised_to_those_who_wait():  # asked with the nights locked: whoever frees beds there can't come between
        raise OthersWaitFirst(site=site)
    return reservation


@transaction.atomic
def ensure_backup_cover(*, factory: Factory, extra_workers: int, by: User | None, on: dt.date) -> list[Reserved]:
    """Raise the reservations of the factory, or of its pool, to what the policy asks, were `extra_workers` more accepted.

    Gives what was added where; nothing when the cover is there, so repeating the call changes nothing. Raises NoBackupCover.
    A transaction that needs an entry bed too calls `securing.secure_beds` instead, which locks both in one order.
    """
    return _cover_holder(lock_holder(factory), extra_workers=extra_workers, by=by, on=on)


@transaction.atomic
def ensure_pool_cover(*, pool: BackupPool, by: User | None, on: dt.date) -> list[Reserved]:
    """The same for a pool. Raises NoBackupCover."""
    return _cover_holder(holder_of_pool(lock_pool(pool)), extra_workers=0, by=by, on=on)


def _cover_holder(holder: Holder, *, extra_workers: int, by: User | None, on: dt.date) -> list[Reserved]:
    def attempt(careful: bool) -> list[Reserved]:
        if careful:
            lock_nights(cover_ranges(holder, on=on))
        additions = cover.plan_cover(holder=holder, extra_workers=extra_workers, on=on)
        movements, reserved = write_additions(additions, holder=holder, by=by)
        move(movements, by=by)
        return reserved

    return settle(attempt)


@transaction.atomic
def lower(*, reservation: BackupReservation, beds: int, first: dt.date, until: dt.date, by: User | None, on: dt.date) -> None:
    """Give `beds` beds back on every night of [first, until), or on none.

    Raises NotHeld where fewer are unused, StillNeeded where the policy asks for them.
    """
    holder = lock_holder_of(reservation)
    nights = nights_between(first, until)
    needed = cover.required_beds(holder, on=on)
    asked = set(cover.horizon(BackupPolicy.objects.in_force(on), on))
    held = [total for night, total in cover.held_by_night(holder, nights).items() if night in asked]
    if held and min(held) - beds < needed:
        raise StillNeeded(holder=holder, needed=needed, left=min(held) - beds)
    move(_take_out(reservation, dict.fromkeys(nights, beds), on=on), by=by)


@transaction.atomic
def give_back_surplus(*, factory: Factory, at_most: int, by: User | None, on: dt.date) -> int:
    """Give back, for whoever will not come after all, up to `at_most` beds that the policy no longer asks for.

    The farthest site first; beds in use stay. How many beds a night were given back. A transaction that cancels a stay too
    calls `securing.give_up_beds` instead.
    """
    movements, given = write_surplus(lock_holder(factory), at_most=at_most, on=on)
    move(movements, by=by)
    return given


def keep_cover(*, on: dt.date) -> tuple[int, int]:
    """Carry the cover of every factory and pool on to the new end of the horizon: how many have it, how many lack beds.

    Each holder is a transaction of its own, so one that finds no beds holds up nobody.
    """
    kept = short = 0
    alone = Factory.objects.filter(backup_reservations__in=BackupReservation.objects.active()).distinct().order_by("pk")
    pools = BackupPool.objects.filter(memberships__in=PoolMembership.objects.current()).distinct().order_by("pk")
    tasks = [partial(ensure_backup_cover, factory=factory, extra_workers=0) for factory in alone]
    for ensure in [*tasks, *(partial(ensure_pool_cover, pool=pool) for pool in pools)]:
        try:
            ensure(by=None, on=on)
            kept += 1
        except NoBackupCover as refusal:
            log.warning("%s lacks %s backup beds.", refusal.facts["holder"], refusal.facts["missing"])
            short += 1
    return kept, short


def cover_ranges(holder: Holder, *, on: dt.date) -> list[tuple[int, dt.date, dt.date]]:
    """Every night from which `plan_cover` may choose, for locking beforehand."""
    nights = cover.horizon(BackupPolicy.objects.in_force(on), on)
    held = holder.reservations().values_list("site_id", flat=True)
    sites = {*held, *sites_with_fresh_figures(on=on).values_list("pk", flat=True)}
    return [(site, nights[0], nights[-1] + dt.timedelta(days=1)) for site in sorted(sites)]


def write_additions(additions: list[Addition], *, holder: Holder, by: User | None) -> tuple[list[Movement], list[Reserved]]:
    """Note the added beds in the reservations (the holder is locked); what must move in the sites' ledger, and what was added."""
    movements: list[Movement] = []
    reserved = []
    for addition in additions:
        reservation = addition.reservation or _reservation(holder, addition.site, by=by)
        _change_nights(reservation, addition.beds)
        movements += _movements(reservation, addition.beds, JournalEntry.Change.RESERVE)
        until = max(addition.beds) + dt.timedelta(days=1)
        reserved.append(Reserved(site=addition.site, reservation=reservation, beds=max(addition.beds.values()), until=until))
    return movements, reserved


def last_change(holder: Holder) -> int:
    """The journal's key of the holder's latest change, 0 before the first."""
    mine = BackupReservation.objects.filter(**holder.key)
    return JournalEntry.objects.filter(reservation__in=mine).aggregate(last=Max("pk"))["last"] or 0


def write_surplus(holder: Holder, *, at_most: int | None, on: dt.date) -> tuple[list[Movement], int]:
    """Lower the reservations by what the policy no longer asks for (the holder is locked); what must move, and how many beds a night."""
    nights = cover.horizon(BackupPolicy.objects.in_force(on), on)
    surplus = min(cover.held_by_night(holder, nights).values()) - cover.required_beds(holder, on=on)
    wanted = left = max(0, surplus if at_most is None else min(at_most, surplus))
    active = {row.site: row for row in holder.reservations().select_related("site").order_by("pk")}
    movements: list[Movement] = []
    for site in reversed(nearest_first(list(active), holder.zone)):
        beds = min(left, *_unused(active[site], nights).values())
        movements += _take_out(active[site], dict.fromkeys(nights, beds), on=on)
        left -= beds
    return movements, wanted - left


def hand_over(reservation: BackupReservation, holder: Holder, *, by: User | None) -> None:
    """Give all beds of a reservation to another holder (both are locked). The site's ledger stays as it is; only whose beds they are changes.

    A holder that has beds there already gets more.
    """
    there = holder.reservations().filter(site=reservation.site).first()
    if there is None:
        BackupReservation.objects.filter(pk=reservation.pk).update(**holder.key, request=None)
        there = reservation
    else:
        nights = {row.night: row for row in reservation.nights.all()}
        for row in there.nights.filter(night__in=nights):
            mine = nights.pop(row.night)
            ReservationNight.objects.filter(pk=row.pk).update(beds=F("beds") + mine.beds, drawn=F("drawn") + mine.drawn)
            mine.delete()
        reservation.nights.filter(night__in=nights).update(reservation=there)
        reservation.stays.update(drawn_from=there)
        BackupReservation.objects.filter(pk=reservation.pk).update(ended_at=timezone.now())
    today = timezone.localdate()
    JournalEntry.objects.create(site=reservation.site, first=today, until=today, change=JournalEntry.Change.TAKE, reservation=there, by=by)


def give_back_all(reservation: BackupReservation) -> list[Movement]:
    """End a reservation of which no bed is in use (its holder is locked); what must move in the site's ledger."""
    beds = dict(reservation.nights.filter(beds__gt=0).order_by("night").values_list("night", "beds"))
    reservation.nights.update(beds=0)
    BackupReservation.objects.filter(pk=reservation.pk).update(ended_at=timezone.now())
    return _movements(reservation, {night: -number for night, number in beds.items()}, JournalEntry.Change.LOWER)


def _reservation(holder: Holder, site: Site, *, by: User | None) -> BackupReservation:
    """The holder's active reservation there, made if there is none (the holder is locked)."""
    reservation, _made = BackupReservation.objects.get_or_create(**holder.key, site=site, ended_at=None, defaults={"created_by": by})
    reservation.factory, reservation.pool, reservation.site = holder.factory, holder.pool, site  # known already: no query to come
    return reservation


def _change_nights(reservation: BackupReservation, beds: Mapping[dt.date, int]) -> None:
    """Add to, or take from, what the reservation holds on each night (the holder is locked)."""
    present = set(ReservationNight.objects.filter(reservation=reservation, night__in=beds).values_list("night", flat=True))
    for first, until, delta in runs({night: beds[night] for night in present}):
        ReservationNight.objects.filter(reservation=reservation, night__gte=first, night__lt=until).update(beds=F("beds") + delta)
    missing = [night for night in sorted(beds) if night not in present]
    ReservationNight.objects.bulk_create([ReservationNight(reservation=reservation, night=night, beds=beds[night]) for night in missing])


def _take_out(reservation: BackupReservation, beds: Mapping[dt.date, int], *, on: dt.date) -> list[Movement]:
    """Lower the reservation's nights, end it when nothing is left; what must move in the site's ledger."""
    beds = {night: number for night, number in beds.items() if number}
    _require_unused(reservation, beds)
    _change_nights(reservation, {night: -number for night, number in beds.items()})
    if not reservation.nights.filter(night__gte=on, beds__gt=0).exists():
        BackupReservation.objects.filter(pk=reservation.pk).update(ended_at=timezone.now())
    return _movements(reservation, {night: -number for night, number in beds.items()}, JournalEntry.Change.LOWER)


def _require_unused(reservation: BackupReservation, beds: Mapping[dt.date, int]) -> None:
    unused = _unused(reservation, list(beds))
    if lacking := [night for night in sorted(beds) if unused[night] < beds[night]]:
        raise NotHeld(reservation=reservation, beds=max(beds.values()), nights=lacking)


def _unused(reservation: BackupReservation, nights: list[dt.date]) -> dict[dt.date, int]:
    """Beds that the reservation holds and does not use, by night."""
    rows = ReservationNight.objects.filter(reservation=reservation, night__in=nights).order_by("night").values_list("night", "beds", "drawn")
    return dict.fromkeys(nights, 0) | {night: beds - drawn for night, beds, drawn in rows}


def _movements(reservation: BackupReservation, beds: Mapping[dt.date, int], change: str) -> list[Movement]:
    return [Movement(reservation.site, first, until, change, reserved=number, reservation=reservation) for first, until, number in runs(beds)]
