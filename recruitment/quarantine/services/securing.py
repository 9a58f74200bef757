"""All beds that accepting one worker takes: the factory's backup and, if the clearance asks for it, a bed for entry quarantine."""

import datetime as dt
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass

from django.db import transaction

from recruitment.accounts.models import User
from recruitment.employers.models import Factory
from recruitment.places.models import IndustrialZone
from recruitment.quarantine.models import Site, Stay
from recruitment.quarantine.services import admissions, cover, reservations
from recruitment.quarantine.services.admissions import NoEntryBed
from recruitment.quarantine.services.cover import Addition, NoBackupCover
from recruitment.quarantine.services.holders import Holder, lock_holder
from recruitment.quarantine.services.ledger import lock_nights, move, settle
from recruitment.quarantine.services.reservations import Reserved
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker


class BedsMissing(Refusal):
    """Carries `refusals`: NoBackupCover, NoEntryBed, or both."""

    def for_people(self) -> str:
        return " ".join(refusal.for_people() for refusal in self.facts["refusals"])


@dataclass(frozen=True)
class EntryBed:
    """A bed for `days` nights from `arrives_on`."""

    worker: Worker
    arrives_on: dt.date
    days: int

    @property
    def leaves_on(self) -> dt.date:
        return self.arrives_on + dt.timedelta(days=self.days)


@dataclass(frozen=True)
class SecuredBeds:
    backup: list[Reserved]
    stay: Stay | None


def secure_beds(*, factory: Factory, extra_workers: int, entry: EntryBed | None, by: User | None, on: dt.date) -> SecuredBeds:
    """The factory's cover were `extra_workers` more accepted, and the entry bed: all of it, or none with every shortfall named.

    Raises BedsMissing or AlreadyHasABed. Both are planned together and every night is locked in one order,
    so that parallel acceptances never wait for each other in a circle.
    """

    def attempt(careful: bool) -> SecuredBeds:
        if entry:
            admissions.lock_worker(entry.worker)
        holder = lock_holder(factory)
        if careful:
            ranges = reservations.cover_ranges(holder, on=on)
            lock_nights(ranges + (admissions.entry_ranges(arrives_on=entry.arrives_on, days=entry.days, on=on) if entry else []))
        additions, site = _plan(holder, factory, extra_workers, entry, on)
        stay = None
        if entry and site:
            stay = admissions.new_stay(worker=entry.worker, site=site, arrives_on=entry.arrives_on, leaves_on=entry.leaves_on)
        movements, reserved = reservations.write_additions(additions, holder=holder, by=by)
        move([*movements, *([admissions.booking(stay)] if stay else [])], by=by)
        return SecuredBeds(backup=reserved, stay=stay)

    with admissions.one_bed_each(entry.worker, entry.arrives_on, entry.leaves_on) if entry else nullcontext():
        return settle(attempt)


@transaction.atomic
def give_up_beds(*, factory: Factory, at_most: int, stay: Stay | None, by: User | None, on: dt.date) -> int:
    """The way back: cancel the entry stay and return up to `at_most` backup beds that the policy no longer asks for.

    How many backup beds a night were returned. Repeating it cancels nothing twice. `stay` is an entry bed, never one drawn from a
    backup: that one's holder may be another factory, which must not be locked after this one (use cancel_stay).
    """
    movements, given = reservations.write_surplus(lock_holder(factory), at_most=at_most, on=on)
    if stay:
        movements += admissions.write_cancellation(stay, on=on)[1]
    move(movements, by=by)
    return given


@transaction.atomic
def change_entry_bed(*, zone: IndustrialZone, stay: Stay | None, entry: EntryBed | None, by: User | None, on: dt.date) -> Stay | None:
    """Give the entry bed up and take the one that is asked for now, in one act: without a new one the old one is kept.

    The caller has locked the worker. Raises NoEntryBed, which carries the next possible date, or AlreadyHasABed.
    """
    ranges = admissions.entry_ranges(arrives_on=entry.arrives_on, days=entry.days, on=on) if entry else []
    movements = admissions.write_cancellation(stay, on=on)[1] if stay else []
    lock_nights(ranges + [(movement.site.pk, movement.first, movement.until) for movement in movements])
    move(movements, by=by)
    if entry is None:
        return None
    site = admissions.plan_entry(zone=zone, arrives_on=entry.arrives_on, days=entry.days, on=on)
    with admissions.one_bed_each(entry.worker, entry.arrives_on, entry.leaves_on), transaction.atomic():
        booked = admissions.new_stay(worker=entry.worker, site=site, arrives_on=entry.arrives_on, leaves_on=entry.leaves_on)
    move([admissions.booking(booked)], by=by)
    return booked


def _plan(holder: Holder, factory: Factory, extra_workers: int, entry: EntryBed | None, on: dt.date) -> tuple[list[Addition], Site | None]:
    """Beds to add and the entry bed's site, both looked for even when one is lacking."""
    refusals: list[Refusal] = []
    additions: list[Addition] = []
    site = None
    try:
        additions = cover.plan_cover(holder=holder, extra_workers=extra_workers, on=on)
    except NoBackupCover as refusal:
        refusals.append(refusal)
    if entry:
        taken = Counter({(addition.site.pk, night): beds for addition in additions for night, beds in addition.beds.items()})
        try:
            site = admissions.plan_entry(zone=factory.zone, arrives_on=entry.arrives_on, days=entry.days, on=on, taken=taken)
        except NoEntryBed as refusal:
            refusals.append(refusal)
    if refusals:
        raise BedsMissing(refusals=refusals)
    return additions, site
