"""What a site can hold: nights opened a year ahead, capacity changed, figures confirmed."""

import datetime as dt

from django.db import transaction
from django.db.models import Max, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recruitment.accounts.models import ApiKey, User
from recruitment.quarantine.models import JournalEntry, ReservationNight, Site, SiteNight, Stay
from recruitment.quarantine.services.freed_beds import note_freed_beds
from recruitment.quarantine.services.ledger import Movement, NoCapacity, lock_nights, move, nights_between, runs
from recruitment.shared.refusals import Conflict, Refusal

OPEN_AHEAD = dt.timedelta(days=365)


class PromisedMore(Refusal):
    """Capacity can't go below what is promised. Carries `site`, `night`, `promised`, `asked`, and `holders`: who holds how many beds."""

    field = "capacity"

    def for_people(self) -> str:
        return _(
            "Đêm %(night)s đã hứa %(promised)d giường (%(holders)s), không thể giảm còn %(asked)d. Hãy chuyển người hoặc giảm dự phòng trước."
        ) % {
            "night": f"{self.facts['night']:%d/%m/%Y}",
            "promised": self.facts["promised"],
            "asked": self.facts["asked"],
            "holders": "; ".join(self.facts["holders"]),
        }


class CapacityChanged(Conflict):
    """Somebody changed the capacity of these nights unseen. Carries `latest`, the change, and `night`, `now`, `asked`: where they differ.

    `asked` is None when the figures were to be confirmed as they had been seen.
    """

    def for_people(self) -> str:
        latest = self.facts["latest"]
        if self.facts["asked"] is None:
            text = _("%(name)s đã đổi số giường lúc %(time)s, sau khi bạn mở trang: đêm %(night)s nay là %(now)d. Hãy xem lại rồi bấm.")
        else:
            text = _("%(name)s đã đổi số giường lúc %(time)s, sau khi bạn mở trang: đêm %(night)s nay là %(now)d, bạn ghi %(asked)d.")
        return text % {
            "name": latest.by.name if latest.by else _("Hệ thống"),
            "time": f"{timezone.localtime(latest.at):%H:%M %d/%m/%Y}",
            "night": f"{self.facts['night']:%d/%m/%Y}",
            "now": self.facts["now"],
            "asked": self.facts["asked"],
        }


def last_capacity_change(site: Site) -> int:
    """The journal's key of the latest change of the site's capacity, 0 before the first."""
    return _capacity_changes(site).order_by("-pk").values_list("pk", flat=True).first() or 0


@transaction.atomic
def open_site_nights(*, site: Site, capacity: int, by: User | None, on: dt.date, api_key: ApiKey | None = None) -> int:
    """Make the nights of the coming year that do not exist yet; how many. Repeating it changes nothing.

    New nights get the capacity of the site's last one, or `capacity` for a site without any.
    """
    Site.objects.select_for_update(of=("self",), no_key=True).get(pk=site.pk)
    last = SiteNight.objects.filter(site=site).aggregate(last=Max("night"))["last"]
    first = max(on, last + dt.timedelta(days=1)) if last else on
    until = on + OPEN_AHEAD
    if first >= until:
        return 0
    if last:
        capacity = SiteNight.objects.get(site=site, night=last).capacity
    SiteNight.objects.bulk_create([SiteNight(site=site, night=night, capacity=capacity) for night in nights_between(first, until)])
    change = JournalEntry.Change.CAPACITY
    JournalEntry.objects.create(site=site, first=first, until=until, change=change, capacity_delta=capacity, by=by, api_key=api_key)
    note_freed_beds([site.pk])
    return (until - first).days


def extend_all(*, on: dt.date) -> int:
    """Open the missing nights of every site that has a ledger; how many rows. Each site is a transaction of its own."""
    sites = Site.objects.filter(nights__isnull=False).distinct().order_by("pk")
    return sum(open_site_nights(site=site, capacity=0, by=None, on=on) for site in sites)


@transaction.atomic
def change_capacity(
    *,
    site: Site,
    first: dt.date,
    until: dt.date,
    capacity: int,
    by: User | None,
    on: dt.date,
    noted_at: dt.datetime | None = None,
    seen: int | None = None,
    api_key: ApiKey | None = None,
) -> None:
    """Set the capacity of every night of [first, until), and stamp the figures as confirmed, now or at `noted_at`.

    A site's very first figure opens its ledger and holds for the whole year.
    Raises PromisedMore when a night has promised more beds, NoCapacity when the ledger has no such night, CapacityChanged when
    somebody changed one of them since the change `seen` (of `last_capacity_change`) to another number.
    """
    if not SiteNight.objects.filter(site=site).exists():
        open_site_nights(site=site, capacity=capacity, by=by, api_key=api_key, on=on)
    rows = lock_nights([(site.pk, first, until)])
    if missing := [night for night in nights_between(first, until) if (site.pk, night) not in rows]:
        raise NoCapacity(site=site, nights=missing)
    _refuse_unseen(site, {night: before for (_site, night), (before, *_rest) in rows.items()}, capacity, seen)
    for (_site, night), (_capacity, reserved, occupied) in rows.items():
        if reserved + occupied > capacity:
            raise PromisedMore(site=site, night=night, promised=reserved + occupied, asked=capacity, holders=_holders(site, night))
    changes = runs({night: capacity - before for (_site, night), (before, _reserved, _occupied) in rows.items()})
    change = JournalEntry.Change.CAPACITY
    move([Movement(site, start, end, change, capacity=beds, api_key=api_key) for start, end, beds in changes], by=by)
    _stamp(site, noted_at)


@transaction.atomic
def shift_capacity(*, site: Site, beds: int, by: User | None, on: dt.date) -> None:
    """`beds` more or fewer (negative) on every night from `on`; nothing for a site without a ledger.

    Raises PromisedMore when a night has promised more than would be left.
    """
    last = SiteNight.objects.filter(site=site).aggregate(last=Max("night"))["last"]
    if beds == 0 or last is None or last < on:
        return
    until = last + dt.timedelta(days=1)
    for (_site, night), (capacity, reserved, occupied) in lock_nights([(site.pk, on, until)]).items():
        if reserved + occupied > capacity + beds:
            raise PromisedMore(site=site, night=night, promised=reserved + occupied, asked=max(0, capacity + beds), holders=_holders(site, night))
    move([Movement(site, on, until, JournalEntry.Change.CAPACITY, capacity=beds)], by=by)


@transaction.atomic
def confirm_figures(
    *, site: Site, by: User | None, on: dt.date, noted_at: dt.datetime | None = None, seen: int | None = None, api_key: ApiKey | None = None
) -> None:
    """“Không đổi”: the figures are right as they stand; their age starts anew, or at `noted_at` when they were written down earlier.

    Raises CapacityChanged when the person hasn't seen how they stand: somebody changed a night to come since the change `seen`.
    """
    if seen is not None:
        _require_seen(site, seen, on=on)
    _stamp(site, noted_at)
    JournalEntry.objects.create(site=site, first=on, until=on, change=JournalEntry.Change.CONFIRM, by=by, api_key=api_key)


def _capacity_changes(site: Site) -> QuerySet[JournalEntry]:
    return JournalEntry.objects.filter(site=site, change=JournalEntry.Change.CAPACITY)


def _refuse_unseen(site: Site, nights: dict[dt.date, int], capacity: int, seen: int | None) -> None:
    """Who sends the same number again, or wrote after having looked, goes on."""
    other = [night for night, now in nights.items() if now != capacity]
    if seen is None or not other:
        return
    unseen = _capacity_changes(site).filter(pk__gt=seen, first__lte=max(nights), until__gt=min(nights))
    if latest := unseen.select_related("by").order_by("-pk").first():
        raise CapacityChanged(latest=latest, night=other[0], now=nights[other[0]], asked=capacity)


def _require_seen(site: Site, seen: int, *, on: dt.date) -> None:
    lock_nights([(site.pk, on, on + dt.timedelta(days=1))])  # whoever changes the site's nights queues there
    latest = _capacity_changes(site).filter(pk__gt=seen, until__gt=on).select_related("by").order_by("-pk").first()
    if latest:
        night = max(latest.first, on)
        raise CapacityChanged(latest=latest, night=night, now=SiteNight.objects.get(site=site, night=night).capacity, asked=None)


def _stamp(site: Site, noted_at: dt.datetime | None = None) -> None:
    Site.objects.filter(pk=site.pk).update(figures_confirmed_at=Greatest("figures_confirmed_at", Value(noted_at or timezone.now())))
    note_freed_beds([site.pk])  # beds of a site that was too old to be offered may be offered again


def _holders(site: Site, night: dt.date) -> list[str]:
    """Who holds beds there on that night: each factory with its reserve, and the number of people."""
    reserves = ReservationNight.objects.filter(reservation__site=site, night=night, beds__gt=0).select_related(*ReservationNight.HOLDER)
    holders = [f"{reserve.reservation.holder}: {reserve.beds}" for reserve in reserves.order_by("-beds", "pk")]
    people = Stay.objects.holding_a_bed().filter(site=site, drawn_from=None, arrives_on__lte=night, leaves_on__gt=night).count()
    if people:
        holders.append(ngettext("%(count)d người đang ở hoặc đã xếp giường", "%(count)d người đang ở hoặc đã xếp giường", people) % {"count": people})
    return holders
