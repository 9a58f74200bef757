"""Somebody stays longer: every further night is taken in the ledger, and the bed in the room is kept."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from psycopg import errors

from recruitment.accounts.models import User
from recruitment.quarantine.models import JournalEntry, Stay, Transfer
from recruitment.quarantine.services.admissions import AlreadyHasABed, WrongMoment, lock_stay, lock_worker
from recruitment.quarantine.services.beds import extend_bed
from recruitment.quarantine.services.housing import Share, take_beds, unused_beds
from recruitment.quarantine.services.ledger import Movement, lock_nights, move, nights_between
from recruitment.quarantine.services.testing import plan_tests
from recruitment.quarantine.services.transfers import AlreadyMoving
from recruitment.shared.refusals import Refusal


class NotLater(Refusal):
    """Staying longer means leaving later. Carries `stay`."""

    field = "leaves_on"

    def for_people(self) -> str:
        return _("Người này đã có giường đến %(until)s. Hãy chọn ngày sau đó; muốn ra sớm, hãy cho ra vào ngày ra.") % {
            "until": f"{self.facts['stay'].leaves_on:%d/%m/%Y}"
        }


@transaction.atomic
def extend_stay(*, stay: Stay, leaves_on: dt.date, by: User | None, on: dt.date) -> Stay:
    """The person leaves on `leaves_on` instead, with a bed on every night until then. Asking again changes nothing.

    A stay in a factory's backup bed draws further ones from the same reservation, which is raised where it has none left.
    Raises NoCapacity when a night is full, BedTaken or RoomOfOthers when the bed is somebody else's by then, NotLater,
    AlreadyHasABed, AlreadyMoving when another site holds a bed up to the old day, or WrongMoment for a stay that has ended.
    Locks: worker, stay with its holder, rooms, nights.
    """
    lock_worker(stay.worker)
    stay = lock_stay(stay)
    if stay.status not in (Stay.Status.BOOKED, Stay.Status.ADMITTED):
        raise WrongMoment(stay=stay)
    if leaves_on == stay.leaves_on:
        return stay
    if leaves_on < stay.leaves_on:
        raise NotLater(stay=stay)
    if moving := Transfer.objects.open().filter(stay=stay, held_stay__isnull=False).select_related("destination").first():
        raise AlreadyMoving(transfer=moving)
    first, stay.leaves_on = stay.leaves_on, leaves_on
    try:
        with transaction.atomic():
            stay.save(update_fields=["leaves_on"])
    except IntegrityError as error:
        if not isinstance(error.__cause__, errors.ExclusionViolation):
            raise
        held = Stay.objects.holding_a_bed().filter(worker=stay.worker, arrives_on__lt=leaves_on, leaves_on__gt=first).exclude(pk=stay.pk)
        raise AlreadyHasABed(worker=stay.worker, stay=held.select_related("site").first()) from error
    extend_bed(stay=stay, until=leaves_on)
    move(_movements(stay, first), by=by)
    JournalEntry.objects.create(site=stay.site, first=first, until=leaves_on, change=JournalEntry.Change.EXTEND, stay=stay, by=by)
    if stay.status == Stay.Status.ADMITTED:
        plan_tests(stay)
    return stay


def _movements(stay: Stay, first: dt.date) -> list[Movement]:
    """One bed more on every night from `first`; of the reservation that the stay was drawn from, if any."""
    nights = nights_between(first, stay.leaves_on)
    if stay.drawn_from is None:
        return [Movement(stay.site, first, stay.leaves_on, JournalEntry.Change.EXTEND, occupied=1, stay=stay)]
    lock_nights([(stay.site_id, first, stay.leaves_on)])
    return take_beds(Share(stay.site, 1, stay.drawn_from, unused_beds(stay.drawn_from, nights)), nights)
