"""The one way in which the ledger of nights moves: rows locked in one order, one conditional update, one journal row."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.quarantine.models import BackupReservation, JournalEntry, Site, SiteNight, Stay
from recruitment.shared.refusals import Refusal

Figures = tuple[int, int, int]
Outcome = TypeVar("Outcome")
NIGHTS_SHOWN = 3


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


@transaction.atomic(savepoint=False)
def move(movements: list[Movement], *, by: User | None) -> None:
    """Carry out all movements or none, and note each in the journal. Raises NoCapacity for the first that does not fit.

    It is part of the caller's transaction, which a refusal undoes. Whoever moves several sites does so in one call: all their
    nights are locked first, in one order, so that no two callers can wait for each other.
    """
    movements = [movement for movement in movements if movement.first < movement.until]
    rows = lock_nights([(movement.site.pk, movement.first, movement.until) for movement in movements])
    for movement in movements:
        nights = nights_between(movement.first, movement.until)
        full = []
        for night in nights:
            after = _after(rows.get((movement.site.pk, night)), movement)
            if after:
                rows[movement.site.pk, night] = after
            else:
                full.append(night)
        if full or _update(movement) != len(nights):
            raise NoCapacity(site=movement.site, nights=full or nights)
    JournalEntry.objects.bulk_create([_entry(movement, by) for movement in movements])


def lock_nights(ranges: list[tuple[int, dt.date, dt.date]]) -> dict[tuple[int, dt.date], Figures]:
    """Take the nights of every (site's key, first night, night after the last) until the transaction ends, ORDER BY site, night.

    Gives capacity, reserved and occupied of each as they are now that nobody else can change them.
    """
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


def _after(figures: Figures | None, movement: Movement) -> Figures | None:
    """Capacity, reserved and occupied after the movement, or None where the night is missing or would not fit."""
    if figures is None:
        return None
    capacity, reserved, occupied = figures
    capacity, reserved, occupied = capacity + movement.capacity, reserved + movement.reserved, occupied + movement.occupied
    return (capacity, reserved, occupied) if min(reserved, occupied) >= 0 and capacity >= reserved + occupied else None


def _update(movement: Movement) -> int:
    """One conditional update over all the nights: how many it found fit to move."""
    beds = movement.reserved + movement.occupied - movement.capacity
    fitting = SiteNight.objects.filter(site=movement.site).between(movement.first, movement.until).with_room_for(beds)
    return fitting.update(
        capacity=F("capacity") + movement.capacity,
        reserved=F("reserved") + movement.reserved,
        occupied=F("occupied") + movement.occupied,
    )


def _entry(movement: Movement, by: User | None) -> JournalEntry:
    return JournalEntry(
        site=movement.site,
        first=movement.first,
        until=movement.until,
        change=movement.change,
        capacity_delta=movement.capacity,
        reserved_delta=movement.reserved,
        occupied_delta=movement.occupied,
        reservation=movement.reservation,
        stay=movement.stay,
        by=by,
    )
