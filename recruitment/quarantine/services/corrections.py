"""Somebody was let in or out by mistake: within the minutes of the rule the act is undone, if what it freed is still free."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import errors

from recruitment.accounts.models import User
from recruitment.quarantine.models import ArrivalPolicy, CompletionPaper, JournalEntry, ReservationNight, Stay
from recruitment.quarantine.services.admissions import AlreadyHasABed, WrongMoment, lock_stay
from recruitment.quarantine.services.beds import take_bed_back
from recruitment.quarantine.services.leaving import revoke_paper
from recruitment.quarantine.services.ledger import Movement, NoCapacity, move, nights_between
from recruitment.shared.refusals import Refusal


class TooLateToUndo(Refusal):
    """Carries `minutes`, how long an act can be undone."""

    def for_people(self) -> str:
        return _("Chỉ sửa được trong %(minutes)d phút sau khi bấm, và không sửa được lần nhận từ khu khác chuyển đến.") % self.facts


@transaction.atomic
def undo_admission(*, stay: Stay, by: User, on: dt.date) -> Stay:
    """The person isn't in: the bed is booked again as before. Undoing twice changes nothing. Raises TooLateToUndo or WrongMoment."""
    stay = lock_stay(stay)
    if stay.status == Stay.Status.BOOKED:
        return stay
    if stay.status != Stay.Status.ADMITTED or stay.admitted_at is None:
        raise WrongMoment(stay=stay)
    _require_in_time(stay.admitted_at, stay, on)
    stay.status, stay.admitted_at = Stay.Status.BOOKED, None
    stay.save(update_fields=["status", "admitted_at"])
    JournalEntry.objects.create(site=stay.site, first=on, until=stay.leaves_on, change=JournalEntry.Change.UNDO, stay=stay, by=by)
    return stay


@transaction.atomic
def undo_release(*, stay: Stay, by: User, on: dt.date) -> Stay:
    """The person hasn't left: the nights given back are taken again, from where they went.

    Undoing twice changes nothing. Raises TooLateToUndo, WrongMoment, NoCapacity when somebody else was promised the bed, or
    AlreadyHasABed when the person got another.
    """
    stay = lock_stay(stay)
    if stay.status == Stay.Status.ADMITTED:
        return stay
    first, ended_at = stay.freed_from, stay.ended_at
    if stay.status != Stay.Status.RELEASED or first is None or ended_at is None:
        raise WrongMoment(stay=stay)
    _require_in_time(ended_at, stay, on)
    back = int(stay.drawn_from_id is not None)
    movement = Movement(
        stay.site, first, stay.leaves_on, JournalEntry.Change.UNDO, reserved=-back, occupied=1, reservation=stay.drawn_from, stay=stay
    )
    stay.status, stay.ended_at, stay.freed_from = Stay.Status.ADMITTED, None, None
    try:
        with transaction.atomic():
            stay.save(update_fields=["status", "ended_at", "freed_from"])
    except IntegrityError as error:
        if not isinstance(error.__cause__, errors.ExclusionViolation):
            raise
        other = Stay.objects.holding_a_bed().filter(worker=stay.worker_id, arrives_on__lt=stay.leaves_on, leaves_on__gt=stay.arrives_on)
        raise AlreadyHasABed(worker=stay.worker, stay=other.select_related("site").first()) from error
    take_bed_back(stay=stay)
    if back:
        unused = ReservationNight.objects.filter(reservation=stay.drawn_from, night__gte=first, night__lt=stay.leaves_on, beds__gt=F("drawn"))
        if unused.update(drawn=F("drawn") + 1) != len(nights := nights_between(first, stay.leaves_on)):
            raise NoCapacity(site=stay.site, nights=nights)
    move([movement], by=by)
    for paper in CompletionPaper.objects.filter(stay=stay, revoked_at=None):
        revoke_paper(paper=paper, reason=_("Cho ra nhầm, người này vẫn ở khu."), by=by)
    return stay


def _require_in_time(at: dt.datetime, stay: Stay, on: dt.date) -> None:
    minutes = ArrivalPolicy.objects.in_force(on).undo_minutes
    if timezone.now() - at > dt.timedelta(minutes=minutes) or hasattr(stay, "arrived_by"):
        raise TooLateToUndo(minutes=minutes)
