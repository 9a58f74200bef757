"""The refresh of prices: everybody who looks for work and every opening with places, read in chunks, priced, and written at once.

Run by Celery beat every ten minutes. Two at a time never run; one that is interrupted has written nothing, the next begins anew.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from recruitment.openings.models import Opening
from recruitment.workers.models import Worker
from search.feasible import Layout, OpeningArrays, PeopleArrays, feasible_lists
from search.locks import PRICING, held
from search.models import OpeningPrice
from search.prices import Prices, prices_for
from search.projections import candidate_facts, opening_facts, related_occupations

CHUNK = 5_000  # people read at a time
STALE = dt.timedelta(hours=2)  # older prices are those of another crowd


Openings = Collection[int] | QuerySet  # primary keys, or the query that gives them


@dataclass(frozen=True)
class Refreshed:
    people: int
    openings: int
    rounds: int
    imbalance: float


def refresh_prices(*, on: dt.date, now: dt.datetime) -> Refreshed | None:
    """Price every opening that takes applications on `on`. None when another refresh is at it."""
    with held(PRICING, wait=False) as alone:
        if not alone:
            return None
        places = dict(Opening.objects.open_on(on).order_by("pk").values_list("pk", "places_left"))
        people, found = price(places, on=on, now=now)
        write_prices(dict(zip(places, found.points.tolist(), strict=True)), now=now)
        return Refreshed(people, len(places), found.rounds, found.imbalance)


def price(places: dict[int, int], *, on: dt.date, now: dt.datetime) -> tuple[int, Prices]:
    """How many people look for work, and the prices in the order of `places`."""
    facts = opening_facts(list(places), on=on)
    layout, related = Layout.of(facts.values()), related_occupations()
    nobody = PeopleArrays.of({}, layout, related)
    people = PeopleArrays.joined([nobody, *(PeopleArrays.of(chunk, layout, related) for chunk in _people())])
    lists = feasible_lists(people, OpeningArrays.of(facts, layout), bound=settings.RECOMMENDATION_BOUND)
    return len(people), prices_for(lists, np.array(list(places.values()), np.int64), before=_before(list(places), now=now))


@transaction.atomic
def write_prices(points: dict[int, float], *, now: dt.datetime) -> None:
    """All of it or nothing; openings that take nobody any more lose their price."""
    rows = [OpeningPrice(opening_id=opening, points=price, found_at=now) for opening, price in sorted(points.items())]
    OpeningPrice.objects.bulk_create(rows, batch_size=1000, update_conflicts=True, unique_fields=["opening"], update_fields=["points", "found_at"])
    OpeningPrice.objects.exclude(opening__in=points).delete()


def prices_of(openings: Openings, *, now: dt.datetime) -> dict[int, float]:
    """The prices that are fresh enough; an opening newer than the last refresh has none."""
    fresh = OpeningPrice.objects.filter(opening__in=openings, found_at__gt=now - STALE)
    return dict(fresh.order_by("pk").values_list("pk", "points"))


def _people() -> Iterator[dict]:
    """Facts of everybody who looks for work, found by employers or not, in the order of primary keys."""
    last = 0
    looking = Worker.objects.filter(status=Worker.Status.LOOKING).order_by("pk").values_list("pk", flat=True)
    while chunk := list(looking.filter(pk__gt=last)[:CHUNK]):
        yield candidate_facts(chunk)
        last = chunk[-1]


def _before(openings: list[int], *, now: dt.datetime) -> np.ndarray | None:
    """The last prices to start from; a new opening starts at nothing."""
    last = prices_of(openings, now=now)
    return np.array([last.get(opening, 0.0) for opening in openings], np.float32) if last else None
