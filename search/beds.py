"""Quarantine beds within reach of a factory, night by night: only what sites with fresh figures could still promise."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recruitment.places.models import IndustrialZone
from recruitment.quarantine.models import Site
from recruitment.quarantine.services.cover import free_beds
from recruitment.quarantine.services.freshness import kilometres, sites_with_fresh_figures

REACH_KM = 30


@dataclass(frozen=True)
class NearBeds:
    """Free beds of all sites within reach on one night, and the nearest site that has one (None: nowhere)."""

    beds: int
    site: Site | None
    kilometres: float | None


def beds_near(zones: Iterable[IndustrialZone], nights: Iterable[dt.date], *, on: dt.date) -> Mapping[tuple[int, dt.date], NearBeds]:
    """By the zone's primary key and night, for every pair of both; two queries."""
    sites, nights = list(sites_with_fresh_figures(on=on)), sorted(set(nights))
    free = free_beds(sites, nights)
    return {
        (zone.pk, night): _near([(kilometres(site, zone), site, free[site.pk, night]) for site in sites]) for zone in set(zones) for night in nights
    }


def first_night_with_a_bed(zone: IndustrialZone, *, on: dt.date, days: int) -> dt.date | None:
    """The first of the next `days` nights on which there is a free bed within reach."""
    nights = [on + dt.timedelta(days=number) for number in range(days)]
    near = beds_near([zone], nights, on=on)
    return next((night for night in nights if near[zone.pk, night].beds), None)


def _near(sites: list[tuple[float, Site, int]]) -> NearBeds:
    with_beds = sorted((distance, site.pk, site, beds) for distance, site, beds in sites if beds > 0 and distance <= REACH_KM)
    if not with_beds:
        return NearBeds(0, None, None)
    distance, _pk, site, _beds = with_beds[0]
    return NearBeds(sum(beds for *_rest, beds in with_beds), site, distance)
