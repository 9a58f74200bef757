"""The one way in which the ledger of nights moves: rows locked in one order, one conditional update, one journal row."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import ApiKey, User
from recruitment.quarantine.models import BackupReservation, Site, SiteNight, Stay
from recruitment.quarantine.services.freed_beds import note_freed_beds
from recruitment.shared.refusals import Refusal

Figures = tuple[int, int, int]
Outcome = TypeVar("Outcome")
NIGHTS_SHOWN = 3
QUEUE = 8153  # the first key of the advisory locks of sites; the second is the site's
MOVE = """
SELECT pg_advisory_xact_lock(%(queue)s, %(site)s);
WITH locked AS MATERIALIZED (
    SELECT id FROM quarantine_sitenight WHERE site_id = %(site)s AND night >= %(first)s AND night < %(until)s
    ORDER BY site_id, night FOR NO KEY UPDATE
), moved AS (
    UPDATE quarantine_sitenight AS held
    SET capacity = capacity + %(capacity)s, reserved = reserved + %(reserved)s, occupied = occupied + %(occupied)s
    FROM locked
    WHERE held.id = locked.id AND reserved + %(reserved)s >= 0 AND occupied + %(occupied)s >= 0
        AND capacity + %(capacity)s >= reserved + %(reserved)s + occupied + %(occupied)s
    RETURNING night
), noted AS (
    INSERT INTO quarantine_journalentry
        (site_id, first, until, change, capacity_delta, reserved_delta, occupied_delta, reservation_id, stay_id, by_id, api_key_id, at)
    SELECT %(site)s, %(first)s, %(until)s, %(change)s, %(capacity)s, %(reserved)s, %(occupied)s, %(reservation)s, %(stay)s, %(by)s, %(api_key)s, %(at)s
    WHERE (SELECT count(*) FROM moved) = %(nights)s
)
SELECT array_agg(night) FROM moved
"""


class NoCapacity(Refusal):
    """Carries `site` and `nights`: the full ones and those beyond the ledger, in order."""

    field = "nights"

    def for_people(self) -> str:
        return _("%(site)s không đủ chỗ các đêm: %(nights)s. Hãy chọn khu khác hoặc ngày khác.") % {
            "site": self.facts["site"],
            "nights": nights_in_words(self.facts["nights"]),
        }


@dataclass(frozen=True)
class Movement:
    """How each column of one site changes on every night of [first, until), and why."""

    site: Site
    first: dt.date
    until: dt.date
    change: str
    capacity: int = 0
    reserved: int = 0
    occupied: int = 0
    reservation: BackupReservation | None = None
    stay: Stay | None = None
    api_key: ApiKey | None = None


@transaction.atomic(savepoint=False)
def move(movements: list[Movement], *, by: User | None) -> None:
    """Carry out all movements or none, and note each in the journal. Raises NoCapacity for the first that does not fit.

    It is part of the caller's transaction, which a refusal undoes. Whoever moves several sites does so in one call: all their
    nights are locked first, in one order, so that no two callers can wait for each other.
    """
    movements = [movement for movement in movements if movement.first < movement.until]
    if len(movements) > 1:
        lock_nights([(movement.site.pk, movement.first, movement.until) for movement in movements])
    for movement in movements:
        nights = nights_between(movement.first, movement.until)
        moved = _update(movement, by)
        if len(moved) != len(nights):
            raise NoCapacity(site=movement.site, nights=sorted({*nights} - {*moved}))
    note_freed_beds(movement.site.pk for movement in movements if movement.capacity > movement.reserved + movement.occupied)


def lock_nights(ranges: list[tuple[int, dt.date, dt.date]]) -> dict[tuple[int, dt.date], Figures]:
    """Take the nights of every (site's key, first night, night after the last) until the transaction ends, ORDER BY site, night.

    Gives capacity, reserved and occupied of each as they are now that nobody else can change them.
    """
    _queue_at(site for site, _first, _until in ranges)
    wanted = Q(pk__in=[])
    for site, first, until in ranges:
        wanted |= Q(site=site, night__gte=first, night__lt=until)
    rows = SiteNight.objects.filter(wanted).order_by("site_id", "night").select_for_update(of=("self",), no_key=True)
    columns = rows.values_list("site_id", "night", "capacity", "reserved", "occupied")
    return {(site, night): (capacity, reserved, occupied) for site, night, capacity, reserved, occupied in columns}


def settle(attempt: Callable[[bool], Outcome]) -> Outcome:
    """What `attempt(False)` plans and does; when others were quicker, what `attempt(True)` does once more.

    The first attempt plans on what it reads and may find a night taken meanwhile: it is undone, its locks included.
    The second must lock all nights that it may choose from before it plans, so it can't be overtaken.
    """
    try:
        with transaction.atomic():
            return attempt(False)
    except NoCapacity:
        with transaction.atomic():
            return attempt(True)


def nights_between(first: dt.date, until: dt.date) -> list[dt.date]:
    """Every night from `first` up to, not including, `until`."""
    return [first + dt.timedelta(days=offset) for offset in range((until - first).days)]


def runs(beds: Mapping[dt.date, int]) -> list[tuple[dt.date, dt.date, int]]:
    """Neighbouring nights with the same number, zeros left out: first night, the night after the last, the number."""
    found: list[tuple[dt.date, dt.date, int]] = []
    for night in sorted(beds):
        after = night + dt.timedelta(days=1)
        if found and found[-1][1:] == (night, beds[night]):
            found[-1] = (found[-1][0], after, beds[night])
        elif beds[night]:
            found.append((night, after, beds[night]))
    return found


def nights_in_words(nights: list[dt.date]) -> str:
    """The first three, and … for the rest."""
    return ", ".join(f"{night:%d/%m/%Y}" for night in nights[:NIGHTS_SHOWN]) + ("…" if len(nights) > NIGHTS_SHOWN else "")


def _queue_at(sites: Iterable[int]) -> None:
    """Wait once for each site, in order, and in turn, until the transaction ends: a stay of ninety nights would wait ninety times,
    with everybody who asks for one of them passing by.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, site) FROM unnest(%s::int[]) AS site", [QUEUE, sorted({*sites})])


def _update(movement: Movement, by: User | None) -> Sequence[dt.date]:
    """Wait for the site, lock the nights in order and move those that have room, noted in the journal if all have; the nights moved.

    Two statements sent as one, so that others wait for the site no longer than the database needs; the second sees what was
    committed until then, and PostgreSQL reads a row again that somebody else changed even later.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE,
            {
                "queue": QUEUE,
                "site": movement.site.pk,
                "first": movement.first,
                "until": movement.until,
                "capacity": movement.capacity,
                "reserved": movement.reserved,
                "occupied": movement.occupied,
                "change": movement.change,
                "reservation": movement.reservation.pk if movement.reservation else None,
                "stay": movement.stay.pk if movement.stay else None,
                "by": by.pk if by else None,
                "api_key": movement.api_key.pk if movement.api_key else None,
                "at": timezone.now(),
                "nights": (movement.until - movement.first).days,
            },
        )
        cursor.nextset()  # past the wait's own answer
        return cursor.fetchone()[0] or []
