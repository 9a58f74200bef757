"""How many backup beds each zone would need under the assumed risk, alone and pooled. Reads only."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import Coalesce

from recruitment.employers.models import Factory
from recruitment.places.models import IndustrialZone
from recruitment.quarantine.models import BackupPool, OutbreakRisk, ReservationNight
from recruitment.quarantine.services.holders import headcounts
from recruitment.quarantine.sizing import Beds, Risk, alone, pooled


@dataclass(frozen=True)
class ZoneNeed:
    """`zone` is None for the whole province. `alone`: beds if every factory keeps its own; `pooled`: if they share."""

    zone: IndustrialZone | None
    factories: int
    workers: int
    reserved: int
    alone: Beds
    pooled: Beds
    pool: BackupPool | None = None


def risk_of(assumed: OutbreakRisk, *, wave: bool) -> Risk:
    quiet = Risk(assumed.outbreaks_per_month, assumed.contact_share, assumed.unevenness, assumed.shortest_stay, assumed.longest_stay)
    return quiet.in_a_wave(assumed.wave_times) if wave else quiet


def zone_needs(assumed: OutbreakRisk, *, wave: bool, on: dt.date) -> tuple[list[ZoneNeed], ZoneNeed]:
    """Each zone that has factories, and the province; four queries. The people counted are those from outside the province."""
    risk = risk_of(assumed, wave=wave)
    factories = list(Factory.objects.select_related("zone").order_by("zone__name", "pk"))
    heads = headcounts(factories, on=on)
    reserved = _reserved(on)
    pools = {pool.zone_id: pool for pool in BackupPool.objects.select_related("zone")}
    by_zone: dict[IndustrialZone, list[int]] = defaultdict(list)
    for factory in factories:
        by_zone[factory.zone].append(heads[factory.pk])
    zones = [
        ZoneNeed(zone, len(workers), sum(workers), reserved[zone.pk], alone(workers, risk), pooled(workers, risk), pools.get(zone.pk))
        for zone, workers in by_zone.items()
    ]
    everybody = [people for workers in by_zone.values() for people in workers]
    province = ZoneNeed(None, len(factories), sum(everybody), sum(reserved.values()), alone(everybody, risk), pooled(everybody, risk))
    return zones, province


def _reserved(on: dt.date) -> defaultdict[int, int]:
    """Backup beds held tonight by zone's key, those in use included."""
    found: defaultdict[int, int] = defaultdict(int)
    rows = ReservationNight.objects.filter(reservation__ended_at=None, night=on).order_by()
    zone = Coalesce(
        "reservation__factory__zone", "reservation__pool__zone", "reservation__request__factory__zone", "reservation__request__pool__zone"
    )
    for key, beds in rows.annotate(zone=zone).values_list("zone").annotate(Sum("beds")):
        found[key] += beds
    return found
