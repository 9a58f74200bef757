"""What the backup policy asks of a holder (a factory, or a pool), what it holds, and which beds would close the gap. Reads only."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from recruitment.employers.models import Factory
from recruitment.quarantine.models import BackupPolicy, BackupReservation, PoolMembership, ReservationNight, Site, SiteNight
from recruitment.quarantine.services.freed_beds import sites_promised_to_those_who_wait
from recruitment.quarantine.services.freshness import kilometres, nearest_first, sites_with_fresh_figures
from recruitment.quarantine.services.holders import Holder, headcounts, holder_of
from recruitment.quarantine.services.ledger import nights_between
from recruitment.shared.refusals import Refusal

SITES_NAMED = 3


class NoBackupCover(Refusal):
    """The beds that the policy asks for can't be found.

    Carries `holder`, `needed`, `held`, `missing`, `first`, `until` and `sites`: up to three (site, free beds), nearest first.
    """

    def for_people(self) -> str:
        facts = {**self.facts, "first": f"{self.facts['first']:%d/%m/%Y}", "until": f"{self.facts['until']:%d/%m/%Y}"}
        lacking = _("%(holder)s cần %(needed)d giường dự phòng từ %(first)s đến %(until)s, đang giữ %(held)d, còn thiếu %(missing)d.") % facts
        if not self.facts["sites"]:
            return lacking + " " + _("Chưa khu nào còn chỗ: hãy nhờ Sở mở thêm.")
        sites = "; ".join(_("%(site)s: %(beds)d giường") % {"site": site, "beds": beds} for site, beds in self.facts["sites"])
        return lacking + " " + _("Các khu gần nhất chỉ còn: %(sites)s.") % {"sites": sites}


@dataclass(frozen=True)
class SiteCover:
    """The holder's beds at one site: as many on every night of [first, until), `drawn` of them in use on the first."""

    site: Site
    reservation: BackupReservation
    beds: int
    drawn: int
    first: dt.date
    until: dt.date
    kilometres: float


@dataclass(frozen=True)
class Cover:
    """`held` is the least that the holder has on any night before `until`, beds in use included."""

    holder: Holder
    policy: BackupPolicy | None
    headcount: int
    needed: int
    held: int
    drawn: int
    until: dt.date
    sites: list[SiteCover]

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.held)

    @property
    def share(self) -> Decimal | None:
        """Beds for a hundred people that the policy asks of this holder."""
        return share_asked(self.policy, pooled=bool(self.holder.pool)) if self.policy else None


@dataclass(frozen=True)
class Offer:
    """A site with fresh figures that has `free` beds on every night asked about."""

    site: Site
    free: int
    kilometres: float


@dataclass
class Addition:
    """Beds to add at one site, by night; `reservation` is None where the holder has none there yet."""

    site: Site
    reservation: BackupReservation | None
    beds: Counter[dt.date] = field(default_factory=Counter)


def beds_for(policy: BackupPolicy | None, headcount: int, *, pooled: bool) -> int:
    """The policy's share of the headcount, rounded up, at least its minimum; none without people or without a policy."""
    if policy is None or not headcount:
        return 0
    return max(policy.minimum_beds, ceil(share_asked(policy, pooled=pooled) * headcount / 100))


def share_asked(policy: BackupPolicy, *, pooled: bool) -> Decimal:
    """Beds for a hundred people, alone or held together."""
    return policy.pooled_beds_per_hundred if pooled and policy.pooled_beds_per_hundred is not None else policy.beds_per_hundred


def required_beds(holder: Holder, *, on: dt.date, extra_workers: int = 0) -> int:
    """How many backup beds must be held on every night of the policy's horizon, were `extra_workers` more accepted."""
    policy = BackupPolicy.objects.in_force(on)
    return beds_for(policy, _headcount(holder, on=on) + extra_workers, pooled=bool(holder.pool))


@dataclass(frozen=True)
class FactoryCover:
    """`needed` and `held` of a factory, or of the pool it is in; `held` is the least on any night of the horizon."""

    factory: Factory
    holder: Holder
    needed: int
    held: int


def covers(factories: list[Factory], *, on: dt.date) -> list[FactoryCover]:
    """Every factory with its cover, in their order; seven queries in all. `zone` of each is read already."""
    policy = BackupPolicy.objects.in_force(on)
    nights = horizon(policy, on)
    memberships = PoolMembership.objects.current().filter(factory__in=factories).select_related("pool__zone").order_by("pk")
    pools = {row.factory_id: row.pool for row in memberships}
    members = PoolMembership.objects.current().filter(pool__in=set(pools.values())).order_by("pk").values_list("factory", "pool")
    pool_of = dict(members)
    heads = headcounts(Factory.objects.filter(Q(pk__in=[factory.pk for factory in factories]) | Q(pk__in=pool_of)).order_by("pk"), on=on)
    in_pool: Counter[int] = Counter()
    for factory_pk, pool_pk in pool_of.items():
        in_pool[pool_pk] += heads[factory_pk]
    rows = ReservationNight.objects.filter(
        Q(reservation__factory__in=factories) | Q(reservation__pool__in=in_pool), reservation__ended_at=None, night__in=nights
    )
    held: Counter[tuple] = Counter()
    for *key, beds in rows.order_by().values_list("reservation__factory", "reservation__pool", "night").annotate(Sum("beds")):
        held[tuple(key)] = beds
    found = []
    for factory in factories:
        pool = pools.get(factory.pk)
        holder = Holder(zone=pool.zone, pool=pool) if pool else Holder(zone=factory.zone, factory=factory)
        owner = (None, pool.pk) if pool else (factory.pk, None)
        needed = beds_for(policy, in_pool[pool.pk] if pool else heads[factory.pk], pooled=pool is not None)
        found.append(FactoryCover(factory, holder, needed, held=min(held[*owner, night] for night in nights)))
    return found


def cover(factory: Factory, *, on: dt.date) -> Cover:
    """What the factory, or the pool it is in, needs and holds from `on` to the end of the policy's horizon."""
    policy = BackupPolicy.objects.in_force(on)
    holder = holder_of(factory)
    headcount = _headcount(holder, on=on)
    nights = horizon(policy, on)
    holdings = _holdings(holder, first=on)
    sites = [_site_cover(reservation, rows, holder=holder) for reservation, rows in holdings.items() if rows]
    return Cover(
        holder=holder,
        policy=policy,
        headcount=headcount,
        needed=beds_for(policy, headcount, pooled=bool(holder.pool)),
        held=min(_totals(holdings, nights).values()),
        drawn=sum(site.drawn for site in sites if site.first == on),
        until=nights[-1] + dt.timedelta(days=1),
        sites=sorted(sites, key=lambda site: (site.kilometres, site.site.pk)),
    )


def offers(factory: Factory, nights: list[dt.date], *, on: dt.date) -> list[Offer]:
    """Sites that could take more of the factory's backup beds on these nights, the nearest first."""
    sites = nearest_first(list(sites_with_fresh_figures(on=on)), factory.zone)
    free = free_beds(sites, nights)
    promised = sites_promised_to_those_who_wait()
    open_sites = [site for site in sites if site.pk not in promised]
    found = [Offer(site, min(free[site.pk, night] for night in nights), kilometres(site, factory.zone)) for site in open_sites]
    return [offer for offer in found if offer.free > 0]


def horizon(policy: BackupPolicy | None, on: dt.date) -> list[dt.date]:
    """The nights over which backup beds must be held, tonight included."""
    return nights_between(on, on + dt.timedelta(days=policy.horizon_days if policy else 1))


def held_by_night(holder: Holder, nights: list[dt.date]) -> dict[dt.date, int]:
    """The holder's backup beds at all sites together, those in use included."""
    owner = {f"reservation__{name}": value for name, value in holder.key.items() if value}
    rows = ReservationNight.objects.filter(**owner, reservation__ended_at=None, night__gte=min(nights), night__lte=max(nights))
    held = dict(rows.order_by().values_list("night").annotate(Sum("beds")))
    return {night: held.get(night, 0) for night in nights}


def plan_cover(*, holder: Holder, extra_workers: int, on: dt.date) -> list[Addition]:
    """The beds that would give the holder its cover; none when it has it. Raises NoBackupCover.

    What is held already is first carried on to the end of the horizon at the same site; what is still lacking is then sought
    where the holder has beds, and next at sites with fresh figures, each time the nearest first, for all lacking nights alike.
    Beds that just came free are left to those on the waiting list until these have been asked.
    """
    policy = BackupPolicy.objects.in_force(on)
    needed = beds_for(policy, _headcount(holder, on=on) + extra_workers, pooled=bool(holder.pool))
    nights = horizon(policy, on)
    totals = held_by_night(holder, nights)
    gap = Counter({night: needed - held for night, held in totals.items() if held < needed})
    if not gap:
        return []
    holdings = _holdings(holder, first=on)
    offered = nearest_first(list(sites_with_fresh_figures(on=on)), holder.zone)
    plan = _Plan(gap=gap, free=free_beds([*offered, *(reservation.site for reservation in holdings)], list(gap)))
    promised = sites_promised_to_those_who_wait()
    for reservation in sorted(holdings, key=lambda row: (kilometres(row.site, holder.zone), row.pk)):
        plan.carry_on(reservation, holdings[reservation])
    in_turn = [site for site in offered if site.pk not in promised]
    with_room = [(site, beds) for site in in_turn if (beds := plan.room(site))]
    for site in sorted(in_turn, key=lambda site: site.pk not in plan.additions):
        plan.fill(site)
    if any(gap.values()):
        held = min(totals.values())
        raise NoBackupCover(
            holder=holder, needed=needed, held=held, missing=needed - held, first=nights[0], until=nights[-1], sites=with_room[:SITES_NAMED]
        )
    return [addition for addition in plan.additions.values() if addition.beds]


@dataclass
class _Plan:
    """`gap`: beds lacking by night; `free`: beds nobody has been promised by site's key and night. Both shrink as sites give beds."""

    gap: Counter[dt.date]
    free: Counter[tuple[int, dt.date]]
    additions: dict[int, Addition] = field(default_factory=dict)

    def carry_on(self, reservation: BackupReservation, rows: dict[dt.date, ReservationNight]) -> None:
        """On lacking nights, up to the most that the holder has there on any night."""
        self.additions[reservation.site_id] = Addition(reservation.site, reservation)
        level = max((row.beds for row in rows.values()), default=0)
        for night in sorted(self.gap):
            held = rows[night].beds if night in rows else 0
            self._take(reservation.site, night, min(level - held, self.free[reservation.site_id, night]))

    def room(self, site: Site) -> int:
        """Beds that the site has on every lacking night."""
        return min((self.free[site.pk, night] for night, beds in self.gap.items() if beds), default=0)

    def fill(self, site: Site) -> None:
        room = self.room(site)
        for night in sorted(self.gap):
            self._take(site, night, room)

    def _take(self, site: Site, night: dt.date, beds: int) -> None:
        beds = min(beds, self.gap[night])
        if beds > 0:
            self.additions.setdefault(site.pk, Addition(site, None)).beds[night] += beds
            self.gap[night] -= beds
            self.free[site.pk, night] -= beds


def free_beds(sites: list[Site], nights: list[dt.date]) -> Counter[tuple[int, dt.date]]:
    """Beds nobody has been promised, by site's key and night; a night that the ledger does not have has none."""
    rows = SiteNight.objects.filter(site__in=[site.pk for site in sites], night__in=nights).values_list(
        "site_id", "night", "capacity", "reserved", "occupied"
    )
    return Counter({(site, night): capacity - reserved - occupied for site, night, capacity, reserved, occupied in rows})


def _headcount(holder: Holder, *, on: dt.date) -> int:
    return headcounts([holder.factory] if holder.factory else holder.factories(), on=on).total()


def _holdings(holder: Holder, *, first: dt.date) -> dict[BackupReservation, dict[dt.date, ReservationNight]]:
    """The holder's active reservations, each with its nights from `first` on."""
    reservations = {row.pk: row for row in holder.reservations().select_related("site").order_by("pk")}
    holdings: dict[BackupReservation, dict[dt.date, ReservationNight]] = {reservation: {} for reservation in reservations.values()}
    for row in ReservationNight.objects.filter(reservation__in=reservations, night__gte=first, beds__gt=0).order_by("reservation_id", "night"):
        holdings[reservations[row.reservation_id]][row.night] = row
    return holdings


def _totals(holdings: dict[BackupReservation, dict[dt.date, ReservationNight]], nights: list[dt.date]) -> dict[dt.date, int]:
    return {night: sum(rows[night].beds for rows in holdings.values() if night in rows) for night in nights}


def _site_cover(reservation: BackupReservation, rows: dict[dt.date, ReservationNight], *, holder: Holder) -> SiteCover:
    first = until = min(rows)
    while until in rows and rows[until].beds == rows[first].beds:
        until += dt.timedelta(days=1)
    return SiteCover(
        site=reservation.site,
        reservation=reservation,
        beds=rows[first].beds,
        drawn=rows[first].drawn,
        first=first,
        until=until,
        kilometres=kilometres(reservation.site, holder.zone),
    )
