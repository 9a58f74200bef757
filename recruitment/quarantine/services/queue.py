"""Who is next on the waiting list for backup beds, why, and from when there may be room. Reads only."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Sum

from recruitment.employers.models import Factory
from recruitment.quarantine.models import Outbreak, PoolMembership, SiteNight, WaitingPolicy, WaitingRequest
from recruitment.quarantine.services.cover import FactoryCover, covers
from recruitment.quarantine.services.freshness import sites_with_fresh_figures

LOOKED_AHEAD = dt.timedelta(days=90)


@dataclass(frozen=True)
class Need:
    """`lacking` of `needed` beds of the holder's cover are missing today; `outbreak`: an infection is open at one of its factories."""

    needed: int
    lacking: int
    outbreak: bool

    @property
    def share(self) -> float:
        return self.lacking / self.needed if self.needed else 0.0


@dataclass(frozen=True)
class Place:
    """Where a request stands: `position` counts from 1, `ahead` are the beds that those before it still lack.

    `expected` is the first night from which the ledger, as it stands, has enough beds nobody was promised for them and for this one;
    None when there is no such night within 90 days. An offer in hand has no position.
    """

    request: WaitingRequest
    need: Need
    position: int | None
    ahead: int
    expected: dt.date | None


def rule(on: dt.date) -> WaitingPolicy:
    """The rule in force, or one with the model's own values where there is none."""
    return WaitingPolicy.objects.in_force(on) or WaitingPolicy()


def queue(*, on: dt.date) -> list[Place]:
    """Every open request: offers in hand first, then those who wait, in the order in which beds go to them. A fixed number of queries."""
    requests = list(WaitingRequest.objects.open().select_related("factory__zone", "pool__zone").order_by("asked_at", "pk"))
    if not requests:
        return []
    needs = needs_of(requests, on=on)
    free = _free_by_night(on)
    places = [Place(request, needs[request.pk], None, 0, None) for request in requests if request.status == WaitingRequest.Status.OFFERED]
    ahead = 0
    waiting = [request for request in requests if request.status == WaitingRequest.Status.WAITING]
    for position, request in enumerate(in_order(waiting, needs, rule(on)), start=1):
        places.append(Place(request, needs[request.pk], position, ahead, _expected(request, ahead, free, on)))
        ahead += request.lacking
    return places


def in_order(requests: list[WaitingRequest], needs: dict[int, Need], policy: WaitingPolicy) -> list[WaitingRequest]:
    """An outbreak first (if the rule says so), then the step of need, the highest first, then who asked first."""

    def key(request: WaitingRequest) -> tuple:
        need = needs[request.pk]
        outbreak = need.outbreak and policy.outbreak_first
        return not outbreak, -int(need.share * 100 // policy.need_step), request.asked_at, request.pk

    return sorted(requests, key=key)


def needs_of(requests: list[WaitingRequest], *, on: dt.date) -> dict[int, Need]:
    """By the request's key; a fixed number of queries however many there are."""
    members = PoolMembership.objects.current().filter(pool__in=[request.pool_id for request in requests]).order_by("pk")
    pool_of = dict(members.values_list("factory", "pool"))
    keys = {request.factory_id for request in requests if request.factory_id} | pool_of.keys()
    factories = list(Factory.objects.filter(pk__in=keys).select_related("zone").order_by("pk"))
    found: dict[tuple, FactoryCover] = {}
    for row in covers(factories, on=on):
        found[_key(row.factory.pk, None)] = row
        found[_key(None, pool_of.get(row.factory.pk))] = row
    ill = set(Outbreak.objects.open().filter(factory__in=keys).order_by("pk").values_list("factory", flat=True))
    ill_pools = {pool for factory, pool in pool_of.items() if factory in ill}
    return {request.pk: _need(request, found, request.factory_id in ill or request.pool_id in ill_pools) for request in requests}


def _need(request: WaitingRequest, found: dict[tuple, FactoryCover], outbreak: bool) -> Need:
    row = found.get(_key(request.factory_id, request.pool_id))
    return Need(row.needed, max(0, row.needed - row.held), outbreak) if row else Need(0, 0, outbreak)


def _key(factory: int | None, pool: int | None) -> tuple:
    return factory, pool


def _free_by_night(on: dt.date) -> Counter[dt.date]:
    """Beds that nobody has been promised at all sites with fresh figures together."""
    rows = SiteNight.objects.filter(site__in=sites_with_fresh_figures(on=on).order_by()).between(on, on + LOOKED_AHEAD).with_usable()
    return Counter(dict(rows.order_by().values_list("night").annotate(Sum("usable"))))


def _expected(request: WaitingRequest, ahead: int, free: Counter[dt.date], on: dt.date) -> dt.date | None:
    """The first night, none before the request's own, from which every further one up to its last (or the end of sight) has room for all."""
    first, expected = max(request.first, on), None
    last = min(request.until, on + LOOKED_AHEAD) - dt.timedelta(days=1)
    beyond = [night for night in sorted(free) if night > last]
    for night in reversed([night for night in sorted(free) if first <= night <= last]):
        if free[night] < ahead + request.lacking:
            break
        expected = night
    if expected is None:
        expected = next((night for night in beyond if free[night] >= ahead + request.lacking), None)
    return expected
