"""The ledger counted again from what it should follow from: the journal, the stays and the reservations."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from recruitment.quarantine.models import JournalEntry, ReservationNight, Site, SiteNight, Stay

Nights = dict[tuple[int, dt.date], Counter]


@dataclass(frozen=True)
class Difference:
    """One column of one night that is not what the `source` says; `site` is the site's code."""

    site: str
    night: dt.date
    column: str
    source: str
    expected: int
    found: int

    def __str__(self):
        return f"site {self.site}, night {self.night}: {self.column} is {self.found}, by the {self.source} {self.expected}"


def recount() -> list[Difference]:
    """Every difference, from one consistent snapshot of the database; an empty list when the ledger is right."""
    with transaction.atomic():
        transaction.get_connection().cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return list(differences())


def differences() -> Iterator[Difference]:
    """Three columns against the journal; reserved and occupied against reservations and stays."""
    ledger = {
        (row.site_id, row.night): Counter(capacity=row.capacity, reserved=row.reserved, occupied=row.occupied)
        for row in SiteNight.objects.order_by("site_id", "night").iterator()
    }
    yield from _compare(ledger, _by_journal(), "journal", ("capacity", "reserved", "occupied"))
    yield from _compare(ledger, _by_promises(), "reservations and stays", ("reserved", "occupied"))


def _compare(ledger: Nights, expected: Nights, source: str, columns: tuple[str, ...]) -> Iterator[Difference]:
    nothing: Counter = Counter()
    codes = dict(Site.objects.values_list("pk", "code"))
    for site, night in sorted(ledger.keys() | expected.keys()):
        for column in columns:
            wanted, found = expected.get((site, night), nothing)[column], ledger.get((site, night), nothing)[column]
            if wanted != found:
                yield Difference(codes[site], night, column, source, wanted, found)


def _by_journal() -> Nights:
    nights: Nights = {}
    for entry in JournalEntry.objects.order_by("pk").iterator():
        _add(
            nights,
            entry.site_id,
            entry.first,
            entry.until,
            capacity=entry.capacity_delta,
            reserved=entry.reserved_delta,
            occupied=entry.occupied_delta,
        )
    return nights


def _by_promises() -> Nights:
    nights: Nights = {}
    for row in ReservationNight.objects.select_related("reservation").order_by("pk").iterator():
        nights.setdefault((row.reservation.site_id, row.night), Counter()).update(reserved=row.beds - row.drawn, occupied=row.drawn)
    for stay in Stay.objects.filter(drawn_from=None).order_by("pk").iterator():
        _add(nights, stay.site_id, stay.arrives_on, stay.freed_from or stay.leaves_on, occupied=1)
    return nights


def _add(nights: Nights, site: int, first: dt.date, until: dt.date, **columns: int) -> None:
    for offset in range((until - first).days):
        nights.setdefault((site, first + dt.timedelta(days=offset)), Counter()).update(columns)
