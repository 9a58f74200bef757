"""Beds for persons: booked before arrival, taken on admission, given back on release or cancellation."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import errors

from recruitment.accounts.models import User
from recruitment.places.distances import distance_km
from recruitment.places.models import IndustrialZone
from recruitment.quarantine.models import JournalEntry, ReservationNight, Site, SiteIncident, Stay
from recruitment.quarantine.services.beds import give_back_bed
from recruitment.quarantine.services.cover import free_beds
from recruitment.quarantine.services.freshness import nearest_first, sites_with_fresh_figures
from recruitment.quarantine.services.holders import lock_holder_of
from recruitment.quarantine.services.ledger import Movement, lock_nights, move, nights_between, settle
from recruitment.quarantine.services.testing import plan_tests
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

SEARCHED_DAYS = 30


class AlreadyHasABed(Refusal):
    """The person holds another bed on one of these nights. Carries `worker` and `stay`, the bed held (None if it was given back meanwhile)."""

    def for_people(self) -> str:
        stay = self.facts["stay"]
        if stay is None:
            return _("Người này vừa có thay đổi về giường cách ly. Hãy tải lại trang.")
        dates = {"site": stay.site, "first": f"{stay.arrives_on:%d/%m/%Y}", "until": f"{stay.leaves_on:%d/%m/%Y}"}
        return _("Người này đã có giường ở %(site)s từ %(first)s đến %(until)s. Hãy hủy giường đó trước.") % dates


class NoEntryBed(Refusal):
    """No site with fresh figures has a bed on all these nights.

    Carries `zone`, `arrives_on`, `days` and `next_date`: the first later arrival, within 30 days, for which there is one.
    """

    def for_people(self) -> str:
        until = self.facts["arrives_on"] + dt.timedelta(days=self.facts["days"])
        dates = {"first": f"{self.facts['arrives_on']:%d/%m/%Y}", "until": f"{until:%d/%m/%Y}"}
        if next_date := self.facts["next_date"]:
            return _("Không còn giường cách ly từ %(first)s đến %(until)s. Ngày đến gần nhất còn giường: %(next)s.") % {
                **dates,
                "next": f"{next_date:%d/%m/%Y}",
            }
        return _("Không còn giường cách ly từ %(first)s đến %(until)s, và cả trong 30 ngày sau đó. Hãy nhờ Sở mở thêm chỗ.") % dates


class WrongMoment(Refusal):
    """The stay is not in the state that the act needs. Carries `stay`."""

    def for_people(self) -> str:
        return _("Lượt cách ly này đang ở trạng thái “%(status)s”. Hãy tải lại trang.") % {"status": self.facts["stay"].get_status_display()}


class NotToday(Refusal):
    """The bed is for other nights. Carries `stay`."""

    def for_people(self) -> str:
        stay = self.facts["stay"]
        dates = {"first": f"{stay.arrives_on:%d/%m/%Y}", "until": f"{stay.leaves_on:%d/%m/%Y}"}
        return _("Giường của người này được giữ từ %(first)s đến %(until)s, không phải cho hôm nay.") % dates


class LockedAtTheGate(Refusal):
    """An infection locks the site since the bed was booked. Carries `stay` and `elsewhere`, the nearest site with a bed on all its nights."""

    def for_people(self) -> str:
        words = {"site": self.facts["stay"].site, "elsewhere": self.facts["elsewhere"]}
        if self.facts["elsewhere"] is None:
            return (
                _("%(site)s đang khóa vì có ca bệnh nên không nhận ai, và chưa khu nào còn giường. Hãy gọi cán bộ y tế hoặc Sở để xin chỗ.") % words
            )
        return (
            _(
                "%(site)s đang khóa vì có ca bệnh nên không nhận ai. %(elsewhere)s còn giường: hãy bấm “Chuyển đi” cạnh tên và chọn khu đó, "
                "hoặc hỏi cán bộ y tế."
            )
            % words
        )


@transaction.atomic
def book_entry_bed(*, worker: Worker, zone: IndustrialZone, arrives_on: dt.date, days: int, by: User | None, on: dt.date) -> Stay:
    """A bed for `days` nights from `arrives_on` at the site nearest to the zone that has fresh figures and room.

    Raises NoEntryBed, which carries the next possible date, or AlreadyHasABed.
    """
    lock_worker(worker)
    leaves_on = arrives_on + dt.timedelta(days=days)

    def attempt(careful: bool) -> Stay:
        if careful:
            lock_nights(entry_ranges(arrives_on=arrives_on, days=days, on=on))
        site = plan_entry(zone=zone, arrives_on=arrives_on, days=days, on=on)
        stay = new_stay(worker=worker, site=site, arrives_on=arrives_on, leaves_on=leaves_on)
        move([booking(stay)], by=by)
        return stay

    with one_bed_each(worker, arrives_on, leaves_on):
        return settle(attempt)


def book_bed(*, worker: Worker, site: Site, arrives_on: dt.date, leaves_on: dt.date, by: User | None) -> Stay:
    """A bed at this site. Raises NoCapacity or AlreadyHasABed."""
    with one_bed_each(worker, arrives_on, leaves_on), transaction.atomic():
        lock_worker(worker)
        stay = new_stay(worker=worker, site=site, arrives_on=arrives_on, leaves_on=leaves_on)
        move([booking(stay)], by=by)
    return stay


@transaction.atomic
def admit(*, stay: Stay, by: User, on: dt.date) -> Stay:
    """The person has arrived; the tests that the rules ask for are planned. Repeating it changes nothing.

    Raises NotToday, WrongMoment after cancellation, or LockedAtTheGate.
    """
    stay = lock_stay(stay)
    if stay.status == Stay.Status.ADMITTED:
        return stay
    if stay.status != Stay.Status.BOOKED:
        raise WrongMoment(stay=stay)
    if not stay.arrives_on <= on < stay.leaves_on:
        raise NotToday(stay=stay)
    if SiteIncident.objects.locking_a_site().filter(site=stay.site).exists():
        raise LockedAtTheGate(stay=stay, elsewhere=_nearest_with_bed(stay, on=on))
    stay.status, stay.admitted_at = Stay.Status.ADMITTED, timezone.now()
    stay.save(update_fields=["status", "admitted_at"])
    JournalEntry.objects.create(site=stay.site, first=on, until=stay.leaves_on, change=JournalEntry.Change.ADMIT, stay=stay, by=by)
    plan_tests(stay)
    return stay


@transaction.atomic
def release(*, stay: Stay, by: User, on: dt.date) -> Stay:
    """The person leaves; the nights from `on` are free again. Repeating it changes nothing. Raises WrongMoment before admission."""
    stay = lock_stay(stay)
    if stay.status == Stay.Status.RELEASED:
        return stay
    if stay.status != Stay.Status.ADMITTED:
        raise WrongMoment(stay=stay)
    freed = _end(stay, Stay.Status.RELEASED, JournalEntry.Change.RELEASE, on=on)
    move([freed], by=by)
    return stay


@transaction.atomic
def cancel_stay(*, stay: Stay, by: User | None, on: dt.date) -> Stay:
    """Give a bed back before or after arrival. Repeating it changes nothing."""
    stay, movements = write_cancellation(stay, on=on)
    move(movements, by=by)
    return stay


def plan_entry(*, zone: IndustrialZone, arrives_on: dt.date, days: int, on: dt.date, taken: Counter[tuple[int, dt.date]] | None = None) -> Site:
    """The nearest site with fresh figures and a bed on every night, beside those `taken` by site's key and night. Raises NoEntryBed."""
    sites = nearest_first(list(sites_with_fresh_figures(on=on)), zone)
    nights = nights_between(arrives_on, arrives_on + dt.timedelta(days=SEARCHED_DAYS + days))
    if site := _first_with_bed(sites, nights[:days], _beds_left(sites, nights[:days], taken)):
        return site
    free = _beds_left(sites, nights, taken)
    later = (nights[offset] for offset in range(1, SEARCHED_DAYS + 1) if _first_with_bed(sites, nights[offset : offset + days], free))
    raise NoEntryBed(zone=zone, arrives_on=arrives_on, days=days, next_date=next(later, None))


def entry_ranges(*, arrives_on: dt.date, days: int, on: dt.date) -> list[tuple[int, dt.date, dt.date]]:
    """Every night from which `plan_entry` may choose, for locking beforehand."""
    return [(site.pk, arrives_on, arrives_on + dt.timedelta(days=days)) for site in sites_with_fresh_figures(on=on)]


def lock_worker(worker: Worker) -> None:
    """Bookings of one person queue here, before any night is locked: afterwards no insert of a stay has to wait."""
    Worker.objects.select_for_update(of=("self",), no_key=True).values_list("pk").get(pk=worker.pk)


def new_stay(*, worker: Worker, site: Site, arrives_on: dt.date, leaves_on: dt.date) -> Stay:
    """The stay alone, within `one_bed_each`; its nights must move in the same transaction. The worker is locked."""
    return Stay.objects.create(worker=worker, site=site, arrives_on=arrives_on, leaves_on=leaves_on)


def write_cancellation(stay: Stay, *, on: dt.date) -> tuple[Stay, list[Movement]]:
    """Cancel the stay, and what must move in the ledger for it; nothing when it has ended already."""
    stay = lock_stay(stay)
    if stay.status in (Stay.Status.CANCELLED, Stay.Status.RELEASED):
        return stay, []
    return stay, [_end(stay, Stay.Status.CANCELLED, JournalEntry.Change.CANCEL, on=on)]


@contextmanager
def one_bed_each(worker: Worker, arrives_on: dt.date, leaves_on: dt.date) -> Iterator[None]:
    """Says which bed the person has already, where the database refuses a second; around a transaction or savepoint that this undoes.

    Beds that another site only holds don't count.
    """
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, errors.ExclusionViolation):
            raise
        mine = Stay.objects.filter(worker=worker, status__in=[Stay.Status.BOOKED, Stay.Status.ADMITTED])
        held = mine.filter(arrives_on__lt=leaves_on, leaves_on__gt=arrives_on)
        raise AlreadyHasABed(worker=worker, stay=held.select_related("site").first()) from error


def booking(stay: Stay) -> Movement:
    """What a new stay moves in the ledger."""
    return Movement(stay.site, stay.arrives_on, stay.leaves_on, JournalEntry.Change.BOOK, occupied=1, stay=stay)


def _beds_left(sites: list[Site], nights: list[dt.date], taken: Counter[tuple[int, dt.date]] | None) -> Counter[tuple[int, dt.date]]:
    free = free_beds(sites, nights)
    free.subtract(taken or {})
    return free


def _first_with_bed(sites: list[Site], nights: list[dt.date], free: Counter[tuple[int, dt.date]]) -> Site | None:
    return next((site for site in sites if all(free[site.pk, night] > 0 for night in nights)), None)


def _nearest_with_bed(stay: Stay, *, on: dt.date) -> Site | None:
    here, nights = stay.site, nights_between(on, stay.leaves_on)
    sites = sorted(
        sites_with_fresh_figures(on=on).exclude(pk=here.pk),
        key=lambda site: (distance_km(here.latitude, here.longitude, site.latitude, site.longitude), site.pk),
    )
    return _first_with_bed(sites, nights, free_beds(sites, nights))


def lock_stay(stay: Stay) -> Stay:
    """The stay, and whoever holds the backup bed it uses: a factory that joins a pool meanwhile takes its stays along."""
    rows = Stay.objects.select_for_update(of=("self",), no_key=True).select_related("site", "worker__user", "drawn_from__pool")
    locked = rows.get(pk=stay.pk)
    while locked.drawn_from:
        lock_holder_of(locked.drawn_from)
        drawn_from, locked = locked.drawn_from, rows.get(pk=stay.pk)
        if locked.drawn_from == drawn_from:
            break
    return locked


def _end(stay: Stay, status: str, change: str, *, on: dt.date) -> Movement:
    """Nights gone by stay counted; the movement gives the ones to come back, to the reservation that the bed was drawn from."""
    stay.freed_from = min(max(on, stay.arrives_on), stay.leaves_on)
    stay.status, stay.ended_at = status, timezone.now()
    stay.save(update_fields=["status", "ended_at", "freed_from"])
    give_back_bed(stay=stay, on=stay.freed_from)
    to_come = ReservationNight.objects.filter(reservation=stay.drawn_from, night__gte=stay.freed_from, night__lt=stay.leaves_on)
    to_come.update(drawn=F("drawn") - 1)
    back = int(stay.drawn_from_id is not None)
    return Movement(stay.site, stay.freed_from, stay.leaves_on, change, reserved=back, occupied=-1, reservation=stay.drawn_from, stay=stay)
