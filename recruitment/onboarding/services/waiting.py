"""Acceptances that lack room: they wait in order and complete by themselves when a place, a bed or a seat appears."""

import datetime as dt
import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import WrongMoment, locked, tell_recruiter, tell_worker
from recruitment.onboarding.models import Acceptance, WaitingAcceptance
from recruitment.onboarding.services.acceptance import NotAccepted, accept
from recruitment.onboarding.services.journey import NoTrip
from recruitment.onboarding.services.queue_order import NOTHING, OthersAreFirst, lacks_in_words, lacks_of
from recruitment.onboarding.services.undoing import lock_person
from recruitment.openings.services.places import NoPlacesLeft
from recruitment.quarantine.services.cover import NoBackupCover
from recruitment.quarantine.services.securing import BedsMissing
from recruitment.shared.refusals import Refusal
from recruitment.travel.services.trips import NoSeat

logger = logging.getLogger(__name__)
Outcome = WaitingAcceptance.Outcome
ROOM = (NoPlacesLeft, BedsMissing, NoTrip, NoSeat, OthersAreFirst)  # what may appear by itself


class NotForRoom(Refusal):
    """Something else than room is lacking; waiting would not help. Carries `shortfalls`: only those."""

    def for_people(self) -> str:
        return _("Chờ chỗ không giúp được:") + " " + " ".join(shortfall.for_people() for shortfall in self.facts["shortfalls"])


@transaction.atomic
def accept_or_wait(*, application: Application, by: User, on: dt.date) -> Acceptance | WaitingAcceptance:
    """Accept, or stand in the queue if nothing but room is lacking. Repeating it keeps the first place in the queue.

    Raises NotForRoom with whatever else is lacking, or WrongMoment.
    """
    lock_person(application)
    try:
        return accept(application=application, by=by, on=on)
    except NotAccepted as refusal:
        if others := [shortfall for shortfall in refusal.facts["shortfalls"] if not isinstance(shortfall, ROOM)]:
            raise NotForRoom(shortfalls=others) from refusal
        lacks = lacks_of(refusal.facts["shortfalls"])
    application = locked(application)
    noted = {**lacks, "tried_at": timezone.now()}
    wait, is_new = WaitingAcceptance.objects.update_or_create(
        application=application, ended_at=None, defaults=noted, create_defaults={"asked_by": by, **noted}
    )
    if is_new:
        tell_worker(
            application,
            "waiting_for_room",
            gettext_noop("%(factory)s muốn nhận bạn vào việc %(title)s, đang chờ có đủ chỗ. Bạn không phải làm gì; có chỗ thì được nhận ngay."),
        )
    return wait


def lacks_only_room(refusal: Refusal) -> bool:
    """Whether waiting would help."""
    return isinstance(refusal, NotAccepted) and all(isinstance(shortfall, ROOM) for shortfall in refusal.facts["shortfalls"])


@transaction.atomic
def stop_waiting(*, application: Application, by: User, on: dt.date) -> None:
    """The recruiter waits no longer; the application stays as it is. Repeating it changes nothing."""
    lock_person(application)
    _end(WaitingAcceptance.objects.filter(application=application, ended_at=None), Outcome.STOPPED)


@dataclass(frozen=True)
class PlaceInQueue:
    """`position` from 1; `lacks` in words: what was lacking at the last try, empty for whoever only waits behind others."""

    position: int
    wait: WaitingAcceptance
    lacks: list[str]


def place_of(application: Application) -> PlaceInQueue | None:
    """Where in the queue this application is; None when it does not wait."""
    mine = WaitingAcceptance.objects.open().filter(application=application).first()
    if mine is None:
        return None
    before = WaitingAcceptance.objects.open().filter(asked_at__lte=mine.asked_at).exclude(pk=mine.pk)
    return PlaceInQueue(1 + before.exclude(asked_at=mine.asked_at, pk__gt=mine.pk).count(), mine, lacks_in_words(mine))


def position_of(application: Application) -> int | None:
    place = place_of(application)
    return place.position if place else None


def complete_waiting(*, on: dt.date) -> int:
    """Accept whoever waits and now has room, in the order of the queue; how many. Each is a transaction of its own.

    Whoever still lacks a place keeps those behind him or her for the same opening waiting, and whoever lacks backup beds those
    for the same factory: nobody overtakes. What was interrupted goes on with the next call.
    """
    over = WaitingAcceptance.objects.filter(ended_at=None).exclude(application__status__in=Application.ACCEPTABLE_STATUSES)
    _end(over.filter(application__status=Application.Status.ACCEPTED), Outcome.ACCEPTED)
    _end(over, Outcome.STOPPED)
    accepted = 0
    full_openings: set[int] = set()
    bare_factories: set[int] = set()
    behind: list[int] = []
    failures: list[Exception] = []
    for wait in list(WaitingAcceptance.objects.open().select_related("application__opening", "asked_by")):
        opening = wait.application.opening
        if opening.pk in full_openings or opening.factory_id in bare_factories:
            behind.append(wait.pk)
            continue
        try:
            accepted += _complete(wait, on)
        except NotAccepted as refusal:
            lacking = [deep for one in refusal.facts["shortfalls"] for deep in (one.facts["refusals"] if isinstance(one, BedsMissing) else [one])]
            full_openings |= {opening.pk for one in lacking if isinstance(one, NoPlacesLeft)}
            bare_factories |= {opening.factory_id for one in lacking if isinstance(one, NoBackupCover)}
            WaitingAcceptance.objects.filter(pk=wait.pk).update(tried_at=timezone.now(), **lacks_of(refusal.facts["shortfalls"]))
        except WrongMoment:
            continue  # it ended meanwhile; the next call clears it away
        except Exception as failure:
            logger.exception("Application %s could not be completed; the others in the queue go on.", wait.application_id)
            WaitingAcceptance.objects.filter(pk=wait.pk).update(tried_at=timezone.now(), **NOTHING)  # and hold nobody back
            failures.append(failure)
    WaitingAcceptance.objects.filter(pk__in=behind).update(bed_from=None, bed_until=None, seat_from=None, seat_until=None)  # of no use to them yet
    if failures:
        raise failures[0]
    return accepted


@transaction.atomic
def _complete(wait: WaitingAcceptance, on: dt.date) -> bool:
    """The worker's lock first, as every act on an application: whoever withdraws or is accepted elsewhere meanwhile is left alone."""
    lock_person(wait.application)
    still = WaitingAcceptance.objects.open().filter(pk=wait.pk)
    if not still.exists():
        return False
    acceptance = accept(application=wait.application, by=wait.asked_by, on=on)
    _end(WaitingAcceptance.objects.filter(pk=wait.pk), Outcome.ACCEPTED)
    tell_recruiter(acceptance.application, "room_appeared", gettext_noop("Đã có chỗ: hồ sơ %(receipt)s của tin %(title)s được nhận theo thứ tự chờ."))
    return True


def _end(waits, outcome: str) -> None:
    waits.update(ended_at=timezone.now(), outcome=outcome)
