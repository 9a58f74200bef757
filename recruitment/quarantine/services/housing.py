"""Beds for many people at once: from the factory's own reservation or its pool's, then at any site with room."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.db import transaction
from django.db.models import F

from recruitment.accounts.models import User
from recruitment.employers.models import Factory
from recruitment.quarantine.models import BackupReservation, JournalEntry, ReservationNight, Site, Stay
from recruitment.quarantine.services.beds import Guest, LeftOver, assign_arrivals, lock_rooms
from recruitment.quarantine.services.cover import free_beds
from recruitment.quarantine.services.freshness import nearest_first, sites_with_fresh_figures
from recruitment.quarantine.services.holders import Holder, lock_holder
from recruitment.quarantine.services.ledger import Movement, lock_nights, move, nights_between
from recruitment.workers.models import Worker


@dataclass(frozen=True)
class Housing:
    """Who got a bed now, who had one on some of these nights already, and for whom there was none.

    `without_room`: who has a bed in the ledger of a site, but fits none of its rooms yet (`assign_rooms`).
    """

    stays: list[Stay]
    housed_already: list[Stay]
    without_bed: list[Worker]
    without_room: list[LeftOver] = field(default_factory=list)


@dataclass(frozen=True)
class Share:
    """`beds` at one site; from `reservation` as far as `unused` goes on each night, the rest from beds nobody has been promised."""

    site: Site
    beds: int
    reservation: BackupReservation | None
    unused: Counter[dt.date]


@transaction.atomic
def house_people(*, factory: Factory, workers: Sequence[Worker], first: dt.date, until: dt.date, by: User | None, on: dt.date) -> Housing:
    """A bed on every night of [first, until) for as many of these people as there are beds, in their order.

    Backup beds come first, the nearest site first; they can't be refused, since the site's sum does not move. Repeating the call
    houses nobody twice: whoever holds a bed on one of these nights is named and left alone. Locks: workers, holder, the rooms of
    every site that may be chosen (for `assign_rooms`, in the same transaction), nights.
    """
    list(Worker.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[worker.pk for worker in workers]).order_by("pk"))
    held = Stay.objects.holding_a_bed().filter(worker__in=workers, arrives_on__lt=until, leaves_on__gt=first).select_related("site", "worker")
    housed_already = {stay.worker_id: stay for stay in held.order_by("pk")}
    waiting = [worker for worker in dict.fromkeys(workers) if worker.pk not in housed_already]
    shares = _shares(lock_holder(factory), len(waiting), nights_between(first, until), on=on)
    stays, movements = [], []
    for share in shares:
        taken, waiting = waiting[: share.beds], waiting[share.beds :]
        stays += [Stay(site=share.site, worker=worker, arrives_on=first, leaves_on=until, drawn_from=share.reservation) for worker in taken]
        movements += take_beds(share, nights_between(first, until))
    Stay.objects.bulk_create(stays)
    move(movements, by=by)
    JournalEntry.objects.bulk_create([_note(stay, by) for stay in stays])
    return Housing(stays=stays, housed_already=list(housed_already.values()), without_bed=waiting)


def assign_rooms(*, stays: Sequence[Stay], company: Mapping[int, tuple[str, str]], by: User | None, on: dt.date) -> list[LeftOver]:
    """Beds in rooms for people just housed, by the rules of a day's arrivals (beds.py); who fits none keeps the site's bed and is named.

    `company`: by the worker's key, with whom the room may be shared, and the name of the family if it is one. Sites that keep no book
    of rooms are left alone. Part of the transaction of `house_people`, which has locked the rooms.
    """
    left_over: list[LeftOver] = []
    for site in Site.objects.filter(pk__in={stay.site_id for stay in stays}, rooms__isnull=False).distinct().order_by("pk"):
        guests = [Guest(stay, *company.get(stay.worker_id, ())) for stay in stays if stay.site_id == site.pk]
        left_over += assign_arrivals(site=site, guests=guests, by=by, on=on).left_over
    return left_over


def _shares(holder: Holder, people: int, nights: list[dt.date], *, on: dt.date) -> list[Share]:
    """Backup beds for up to so many people, then beds that nobody has been promised; each time the nearest site first.

    Every night that may be chosen is locked first. Only sites with fresh figures give more than is reserved there.
    """
    reservations = {row.site: row for row in holder.reservations().select_related("site").order_by("pk")}
    fresh = nearest_first(sites_with_fresh_figures(on=on), holder.zone)
    sites = {*reservations, *fresh}
    lock_rooms(*sites)
    lock_nights([(site.pk, nights[0], nights[-1] + dt.timedelta(days=1)) for site in sites])
    free = free_beds(list(sites), nights)
    shares: list[Share] = []
    for site in nearest_first(list(reservations), holder.zone):
        unused = unused_beds(reservations[site], nights)
        possible = min(unused[night] + free[site.pk, night] for night in nights)
        beds = min(people, possible, max(unused.values(), default=0))
        shares.append(Share(site, beds, reservations[site], unused))
        free.subtract({(site.pk, night): max(0, beds - unused[night]) for night in nights})
        people -= beds
    for site in fresh:
        beds = min(people, *(free[site.pk, night] for night in nights))
        shares.append(Share(site, beds, None, Counter()))
        people -= beds
    return [share for share in shares if share.beds]


def unused_beds(reservation: BackupReservation, nights: list[dt.date]) -> Counter[dt.date]:
    """By night, what is reserved and not drawn."""
    rows = ReservationNight.objects.filter(reservation=reservation, night__in=nights).order_by("night").values_list("night", "beds", "drawn")
    return Counter({night: beds - drawn for night, beds, drawn in rows})


def take_beds(share: Share, nights: list[dt.date]) -> list[Movement]:
    """Write the share into the reservation; what moves in the site's ledger. On nights that the reservation lacks it is raised."""
    movements = []
    for drawn, group in groupby(nights, key=lambda night: min(share.beds, share.unused[night])):
        run = list(group)
        after = run[-1] + dt.timedelta(days=1)
        change = JournalEntry.Change.DRAW if share.reservation else JournalEntry.Change.BOOK
        movements.append(Movement(share.site, run[0], after, change, reserved=-drawn, occupied=share.beds, reservation=share.reservation))
        if share.reservation:
            _draw(share.reservation, run, raised=share.beds - drawn, drawn=share.beds)
    return movements


def _draw(reservation: BackupReservation, nights: list[dt.date], *, raised: int, drawn: int) -> None:
    rows = ReservationNight.objects.filter(reservation=reservation, night__in=nights)
    there = set(rows.values_list("night", flat=True))
    rows.update(beds=F("beds") + raised, drawn=F("drawn") + drawn)
    missing = [night for night in nights if night not in there]
    ReservationNight.objects.bulk_create([ReservationNight(reservation=reservation, night=night, beds=drawn, drawn=drawn) for night in missing])


def _note(stay: Stay, by: User | None) -> JournalEntry:
    """The movement is journaled once for everybody at a site; this says whose bed it was."""
    return JournalEntry(
        site=stay.site, first=stay.arrives_on, until=stay.leaves_on, change=JournalEntry.Change.HOUSE, stay=stay, reservation=stay.drawn_from, by=by
    )
