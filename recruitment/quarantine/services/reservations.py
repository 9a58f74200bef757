"""Backup beds of factories: how many a policy asks for, who holds which, and raising, drawing and lowering them."""

import datetime as dt
import math
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Min, Sum
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.employers.models import Factory
from recruitment.places.distances import distance_km
from recruitment.places.models import Province
from recruitment.quarantine.models import BackupPolicy, BackupReservation, JournalEntry, ReservationNight, Site, SiteNight
from recruitment.quarantine.services.freshness import sites_with_fresh_figures
from recruitment.quarantine.services.ledger import NoCapacity, move, nights_between
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

ATTEMPTS = 4


@dataclass(frozen=True)
class Cover:
    """A factory's backup beds over the nights of the policy's horizon. `held` is the smallest sum over those nights."""

    policy: BackupPolicy | None
    out_of_province: int
    needed: int
    held: int
    until: dt.date

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.held)


@dataclass(frozen=True)
class Raised:
    """Beds added at one site until (not including) a day."""

    reservation: BackupReservation
    beds: int
    until: dt.date


class NoBackupCover(Refusal):
    """The factory can't hold the backup beds it needs. Carries `factory`, `needed`, `held`, `missing`, `nearest` (site, free beds)."""

    def for_people(self) -> str:
        sentence = _("%(factory)s cần %(needed)d giường cách ly dự phòng, mới có %(held)d, còn thiếu %(missing)d.") % {
            "factory": self.facts["factory"],
            "needed": self.facts["needed"],
            "held": self.facts["held"],
            "missing": self.facts["missing"],
        }
        nearest = "; ".join(_("%(site)s còn %(free)d") % {"site": site, "free": free} for site, free in self.facts["nearest"])
        way_out = _("Khu còn chỗ gần nhất: %(sites)s.") % {"sites": nearest} if nearest else _("Các khu quanh đây đã kín: hãy nhờ sở mở thêm chỗ.")
        return f"{sentence} {way_out}"


class NotHeld(Refusal):
    """More beds were to be drawn or given back than the reservation holds. Carries `reservation`, `beds`, `nights`."""

    def for_people(self) -> str:
        return _("Suất dự phòng không có đủ %(beds)d giường trong những đêm đó.") % {"beds": self.facts["beds"]}


def out_of_province_headcount(factory: Factory, *, on: dt.date) -> int:
    """Workers from other provinces: those there before, and those accepted through the platform."""
    home = Province.objects.home(on)
    accepted = Worker.objects.filter(applications__status="accepted", applications__opening__factory=factory).exclude(home_province=home)
    return factory.out_of_province_workers + accepted.count()


def required_beds(policy: BackupPolicy | None, out_of_province: int) -> int:
    """Beds a policy asks for: the share of out-of-province workers rounded up, at least the minimum; none without policy or workers."""
    if policy is None or out_of_province == 0:
        return 0
    return max(policy.minimum_beds, math.ceil(policy.beds_per_hundred * out_of_province / 100))


def cover(factory: Factory, *, on: dt.date, extra_workers: int = 0) -> Cover:
    policy = BackupPolicy.objects.in_force(on)
    out_of_province = out_of_province_headcount(factory, on=on) + extra_workers
    until = on + dt.timedelta(days=policy.horizon_days if policy else 0)
    held = _held_by_night(factory, on, until)
    smallest = min((held.get(night, 0) for night in nights_between(on, until)), default=0)
    return Cover(policy=policy, out_of_province=out_of_province, needed=required_beds(policy, out_of_province), held=smallest, until=until)


@transaction.atomic
def ensure_backup_cover(*, factory: Factory, extra_workers: int, by: User, on: dt.date) -> list[Raised]:
    """Raise the factory's backup beds to what the policy asks for once `extra_workers` more from other provinces are there.

    Sites where the factory has beds already come first, then the nearest with fresh figures. Returns what was added, an empty
    list when the cover was enough. Raises NoBackupCover. Callers of one factory queue on its row.
    """
    factory = Factory.objects.select_for_update(of=("self",), no_key=True).select_related("zone", "enterprise").get(pk=factory.pk)
    wanted = cover(factory, on=on, extra_workers=extra_workers)
    if not wanted.missing:
        return []
    for _attempt in range(ATTEMPTS):
        plan = _plan(factory, wanted, on)
        try:
            with transaction.atomic():  # rolling back to here gives the locks back too, so that a new plan can start in order
                return [
                    Raised(reserve_backup_beds(factory=factory, site=site, first=first, until=until, beds=beds, by=by), beds, until)
                    for site, first, until, beds in sorted(plan, key=lambda part: (part[0].pk, part[1]))
                ]
        except NoCapacity:
            continue  # somebody took what the plan counted on
    raise _no_backup_cover(factory, wanted, on)


@transaction.atomic
def reserve_backup_beds(*, factory: Factory, site: Site, first: dt.date, until: dt.date, beds: int, by: User | None) -> BackupReservation:
    """Set `beds` more aside on every night of [first, until), or on none of them. Raises NoCapacity."""
    reservation = _active_reservation(factory, site, by)
    move(site=site, first=first, until=until, change=JournalEntry.Change.RESERVE, reserved=beds, reservation=reservation, by=by)
    existing = ReservationNight.objects.filter(reservation=reservation, night__gte=first, night__lt=until)
    existing.update(beds=F("beds") + beds)
    missing = set(nights_between(first, until)) - set(existing.values_list("night", flat=True))
    ReservationNight.objects.bulk_create([ReservationNight(reservation=reservation, night=night, beds=beds) for night in sorted(missing)])
    return reservation


@transaction.atomic
def lower_backup_beds(*, reservation: BackupReservation, first: dt.date, until: dt.date, beds: int, by: User | None) -> None:
    """Give `beds` back on every night of [first, until). Raises NotHeld when fewer are held and not drawn."""
    reservation = _locked(reservation)
    _take_from(reservation, first, until, beds, beds=F("beds") - beds)
    move(site=reservation.site, first=first, until=until, change=JournalEntry.Change.LOWER, reserved=-beds, reservation=reservation, by=by)


@transaction.atomic
def draw_down(*, reservation: BackupReservation, first: dt.date, until: dt.date, beds: int, by: User) -> None:
    """Turn `beds` reserved beds into occupied ones on every night of [first, until).

    The sum of the site's night doesn't move, so a full site can't refuse it. Raises NotHeld when fewer are held and not drawn.
    """
    reservation = _locked(reservation)
    _take_from(reservation, first, until, beds, drawn=F("drawn") + beds)
    move(site=reservation.site, first=first, until=until, change=JournalEntry.Change.DRAW, reserved=-beds, occupied=beds, reservation=reservation, by=by)


@transaction.atomic
def lower_surplus(*, factory: Factory, by: User | None, on: dt.date) -> int:
    """Give back what a factory holds beyond its need, night by night, the farthest site last kept; beds on the largest night."""
    factory = Factory.objects.select_for_update(of=("self",), no_key=True).select_related("zone").get(pk=factory.pk)
    wanted = cover(factory, on=on)
    surplus = {night: beds - wanted.needed for night, beds in _held_by_night(factory, on, wanted.until).items() if beds > wanted.needed}
    largest = max(surplus.values(), default=0)
    for reservation in factory.backup_reservations.active().select_related("site").order_by("-pk"):
        free = {row.night: row.beds - row.drawn for row in reservation.nights.filter(night__in=surplus)}
        given = {night: min(free.get(night, 0), beds) for night, beds in surplus.items()}
        for first, until, beds in runs(given):
            lower_backup_beds(reservation=reservation, first=first, until=until, beds=beds, by=by)
        surplus = {night: beds - given[night] for night, beds in surplus.items() if beds > given[night]}
    return largest


def runs(beds_by_night: dict[dt.date, int]) -> list[tuple[dt.date, dt.date, int]]:
    """Neighbouring nights with the same number of beds, zeros left out: first night, the night after the last, beds."""
    found: list[tuple[dt.date, dt.date, int]] = []
    for night in sorted(night for night, beds in beds_by_night.items() if beds > 0):
        beds, after = beds_by_night[night], night + dt.timedelta(days=1)
        if found and found[-1][1] == night and found[-1][2] == beds:
            found[-1] = (found[-1][0], after, beds)
        else:
            found.append((night, after, beds))
    return found


def nearest_sites(factory: Factory, *, on: dt.date) -> list[Site]:
    """Sites with fresh figures, the nearest to the factory's zone first."""
    zone = factory.zone
    return sorted(sites_with_fresh_figures(on=on), key=lambda site: (distance_km(site.latitude, site.longitude, zone.latitude, zone.longitude), site.pk))


def nearest_with_room(factory: Factory, *, on: dt.date, until: dt.date) -> list[tuple[Site, int]]:
    """The nearest sites with the beds that each has free on every night of [on, until), full ones left out."""
    sites = nearest_sites(factory, on=on)
    nights = SiteNight.objects.filter(site__in=sites).between(on, until)
    free = dict(nights.order_by().values_list("site").annotate(free=Min(F("capacity") - F("reserved") - F("occupied"))))
    return [(site, free[site.pk]) for site in sites if free.get(site.pk, 0) > 0]


def _plan(factory: Factory, wanted: Cover, on: dt.date) -> list[tuple[Site, dt.date, dt.date, int]]:
    """Which beds to add where and when. Raises NoBackupCover when all sites together lack them."""
    held = _held_by_night(factory, on, wanted.until)
    short = {night: wanted.needed - held.get(night, 0) for night in nights_between(on, wanted.until)}
    own = set(factory.backup_reservations.active().values_list("site", flat=True))
    sites = sorted(nearest_sites(factory, on=on), key=lambda site: site.pk not in own)  # a stable sort: nearest first in both halves
    free: dict[int, dict[dt.date, int]] = {site.pk: {} for site in sites}
    nights = SiteNight.objects.filter(site__in=sites).between(on, wanted.until)
    for site, night, beds in nights.values_list("site", "night", F("capacity") - F("reserved") - F("occupied")):
        free[site][night] = beds
    plan = []
    for site in sites:
        taken = {night: min(beds, free[site.pk].get(night, 0)) for night, beds in short.items()}
        plan += [(site, first, until, beds) for first, until, beds in runs(taken)]
        short = {night: beds - max(0, taken[night]) for night, beds in short.items()}
    if any(beds > 0 for beds in short.values()):
        raise _no_backup_cover(factory, wanted, on)
    return plan


def _no_backup_cover(factory: Factory, wanted: Cover, on: dt.date) -> NoBackupCover:
    nearest = nearest_with_room(factory, on=on, until=wanted.until)[:3]
    return NoBackupCover(factory=factory, needed=wanted.needed, held=wanted.held, missing=wanted.missing, nearest=nearest)


def _held_by_night(factory: Factory, first: dt.date, until: dt.date) -> dict[dt.date, int]:
    nights = ReservationNight.objects.filter(reservation__factory=factory, reservation__ended_at=None, night__gte=first, night__lt=until)
    return dict(nights.order_by().values_list("night").annotate(held=Sum("beds")))


def _active_reservation(factory: Factory, site: Site, by: User | None) -> BackupReservation:
    reservation, _created = BackupReservation.objects.get_or_create(factory=factory, site=site, ended_at=None, defaults={"created_by": by})
    return _locked(reservation)


def _locked(reservation: BackupReservation) -> BackupReservation:
    return BackupReservation.objects.select_for_update(of=("self",), no_key=True).select_related("site", "factory").get(pk=reservation.pk)


def _take_from(reservation: BackupReservation, first: dt.date, until: dt.date, beds: int, **change) -> None:
    nights = reservation.nights.filter(night__gte=first, night__lt=until)
    if nights.filter(beds__gte=F("drawn") + beds).update(**change) != (until - first).days:
        raise NotHeld(reservation=reservation, beds=beds, nights=nights_between(first, until))
