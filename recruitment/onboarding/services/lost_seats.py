"""Whoever a bus left behind: another trip with bed, first shift and pass, all of it or none; else the place alone is held, by a clock.

The bus and the seats on it are travel's (departures.py) and are settled first; then each person in a transaction of his or her own,
at once and, should that be interrupted, with the next look of the schedule. Locks are those of acceptance.py.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from recruitment.accounts.models import User
from recruitment.applications.models import AnswerPolicy, Application
from recruitment.applications.services.steps import locked, tell_recruiter, tell_worker
from recruitment.notifications.services.messages import send_message
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.gate import may_still_be_corrected
from recruitment.onboarding.services.journey import has_boarded, pass_of, secure_pass, trips_to_choose
from recruitment.onboarding.services.one_by_one import one_by_one
from recruitment.onboarding.services.redating import came_by, travel_with
from recruitment.onboarding.services.room import look_for_room_after_commit
from recruitment.onboarding.services.undoing import lock_person, was_seen
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.securing import change_entry_bed
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Seat, Trip
from recruitment.travel.services import departures
from recruitment.travel.services.passes import revoke_pass

CHUNK = 200
LOST = gettext_noop("%(name)s không còn ghế (%(trip)s) và chưa có chuyến khác. Mở thêm chuyến nếu cần.")
TURNED_UP = gettext_noop("%(name)s thật ra có đi chuyến %(trip)s; ghế, giường, ngày và giấy đã sửa lại.")


@dataclass(frozen=True)
class Settled:
    """What became of one lost seat; `new` None where nobody has found another one yet."""

    seat: Seat
    new: Seat | None


class NotPutRight(Refusal):
    """Too late, or the acceptance has ended. Carries `seat`."""

    def for_people(self) -> str:
        return _("Không sửa lại được nữa: việc nhận người này đã kết thúc, hoặc đã quá lâu. Hãy nhờ người này ứng tuyển lại rồi nhận như thường.")


def depart(*, trip: Trip, aboard: Collection[int] = (), by: User, on: dt.date) -> list[Settled]:
    """The bus leaves; everybody who was neither seen nor named aboard is settled. Repeating it changes nothing. Raises WrongStage."""
    return _settle_each(departures.depart_trip(trip=trip, aboard=aboard, by=by, on=on), on)


def miss(*, seat: Seat, by: User, on: dt.date) -> list[Settled]:
    """One person is known not to come. Repeating it changes nothing. Raises WrongStage once aboard."""
    return _settle_each(departures.miss_trip(seat=seat, by=by, on=on), on)


def cancel(*, trip: Trip, reason: str, by: User, on: dt.date) -> list[Settled]:
    """The bus won't run; everybody with a seat on it is settled. Repeating it changes nothing. Raises ReasonNeeded or WrongStage."""
    return _settle_each(departures.cancel_trip(trip=trip, reason=reason, by=by, on=on), on)


@transaction.atomic
def turn_up(*, seat: Seat, by: User, on: dt.date) -> Seat:
    """Noted as missed, and aboard after all: seat, bed, days and pass are put right in one act, and everybody is told.

    For as many hours as the gate's policy lets a no-show be corrected. Repeating it changes nothing.
    Raises NotPutRight, WrongStage, SeatTaken or NoEntryBed; then nothing changes.
    """
    accepted = Acceptance.objects.standing().filter(application__status=Application.Status.ACCEPTED, application__worker=seat.worker_id)
    found = accepted.select_related("application").filter(accepted_at__lte=seat.held_at).first()
    if found is None or not is_correctable(seat):
        raise NotPutRight(seat=seat)
    lock_person(found.application)
    application = locked(found.application)
    acceptance = accepted.select_related("entry_stay__site", "clearance", "application__worker").filter(pk=found.pk).first()
    if acceptance is None:
        raise NotPutRight(seat=seat)
    seat = Seat.objects.select_related("trip__route", "trip__organised_by", "worker__user").get(pk=seat.pk)
    if seat.status == Seat.Status.BOARDED:
        return seat
    if has_boarded(seat.worker, since=acceptance.accepted_at):
        raise NotPutRight(seat=seat)
    if was_seen(acceptance):
        return departures.turn_up(seat=seat, by=by, on=on)
    seat = came_by(acceptance=acceptance, application=application, seat=seat, by=by, on=on)
    look_for_room_after_commit()
    _tell_of_the_return(acceptance, application, seat)
    if seat.trip.organised_by != by:
        _tell_organiser(seat, TURNED_UP)
    return seat


def is_correctable(seat: Seat) -> bool:
    """Not long after it was noted, by the rule for no-shows at the gate; a boarded one is right already."""
    return seat.status == Seat.Status.BOARDED or may_still_be_corrected(seat.moved_at)


def settle_lost_seats(*, on: dt.date) -> int:
    """Settle whom an interrupted departure left behind, and look again for those who wait for a trip; how many have a seat now."""
    newest_first = F("ride_by").asc(nulls_first=True)  # who was left behind just now has no clock yet
    rows = Acceptance.objects.without_a_seat().select_related("application").order_by(newest_first, "pk")[:CHUNK]
    return one_by_one(partial(_settle, row.application, on) for row in list(rows))


def _settle_each(seats: Iterable[Seat], on: dt.date) -> list[Settled]:
    return [Settled(seat, _settle_seat(seat, on)) for seat in seats]


def _settle_seat(seat: Seat, on: dt.date) -> Seat | None:
    acceptance = Acceptance.objects.without_a_seat().select_related("application").filter(application__worker=seat.worker_id).first()
    if acceptance:
        return _settle(acceptance.application, on)
    _tell_organiser(seat, LOST)
    return None


@transaction.atomic
def _settle(application: Application, on: dt.date) -> Seat | None:
    """The new seat, if there is one. Nobody who was seen on the way since is touched."""
    worker = lock_person(application)
    application = locked(application)
    rows = Acceptance.objects.without_a_seat().select_related("entry_stay__site", "clearance", "application__worker")
    acceptance = rows.filter(application=application).first()
    if acceptance is None or was_seen(acceptance):
        return None
    lost = (
        Seat.objects.filter(worker=worker).exclude(status=Seat.Status.GIVEN_UP).select_related("trip__route", "trip__organised_by").latest("held_at")
    )
    if found := _another_seat(acceptance, application, on):
        _tell_of_the_new_seat(*found, application, lost)
        return found[1]
    if acceptance.ride_by is None:
        _hold_the_place_only(acceptance, application, on)
        _tell_of_the_clock(acceptance, application, lost)
        _tell_organiser(lost, LOST)
    return None


def _another_seat(acceptance: Acceptance, application: Application, on: dt.date) -> tuple[Acceptance, Seat] | None:
    """On the nearest trip within the policy's days whose day also has a bed; each tried whole, none that the person is known not to come for."""
    within, first = AnswerPolicy.objects.in_force(on).rebook_days, max(acceptance.arrives_on, on)
    missed = set(Seat.objects.filter(worker=application.worker, status=Seat.Status.MISSED).values_list("trip", flat=True))
    for trip in trips_to_choose(worker=application.worker, zone=application.opening.factory.zone, arrives_on=first, days=within):
        if trip.pk in missed:
            continue
        moved = copy(acceptance)
        try:
            with transaction.atomic():
                seat = travel_with(acceptance=moved, application=application, trip=trip, by=None, on=on)
        except Refusal:
            continue
        if seat:
            return moved, seat
    return None


def _hold_the_place_only(acceptance: Acceptance, application: Application, on: dt.date) -> None:
    """The bed goes to somebody who comes; whoever must isolate in one may not travel without it, so that pass ends too."""
    factory, worker = application.opening.factory, application.worker
    if acceptance.entry_stay and acceptance.entry_stay.status == Stay.Status.BOOKED:
        change_entry_bed(zone=factory.zone, stay=acceptance.entry_stay, entry=None, by=None, on=on)
        look_for_room_after_commit()
    if acceptance.clearance.asks_for_a_site:
        if entry_pass := pass_of(worker, factory):
            reason = _("Lỡ chuyến xe, giường đã trả. Chọn chuyến khác hoặc báo tự đi để được cấp giấy mới.")
            revoke_pass(entry_pass=entry_pass, reason=reason, by=None)
    elif acceptance.from_outside:
        secure_pass(worker=worker, factory=factory, arrives_on=acceptance.arrives_on, starts_on=acceptance.starts_on, seat=None, by=None, on=on)
    acceptance.entry_stay = None
    acceptance.ride_by = timezone.now() + dt.timedelta(hours=AnswerPolicy.objects.in_force(on).ride_hours)
    acceptance.save(update_fields=["entry_stay", "ride_by"])


def _why(seat: Seat, language: str) -> str:
    with override(language):
        trip = named(seat.trip)
        if seat.status == Seat.Status.BUMPED:
            return _("Chuyến %(trip)s bị hủy: %(reason)s") % {"trip": trip, "reason": seat.trip.cancellation[:150]}
        if seat.trip.status != Trip.Status.DEPARTED:  # said not to come, or moved because the rules allow fewer people
            return _("Bạn không còn ghế trên chuyến %(trip)s.") % {"trip": trip}
        return _("Lỡ chuyến %(trip)s.") % {"trip": trip}


def _tell_of_the_new_seat(acceptance: Acceptance, new: Seat, application: Application, lost: Seat) -> None:
    facts = {
        "why": _why(lost, application.worker.user.language),
        "number": new.number,
        "trip": named(new.trip),
        "arrives": f"{acceptance.arrives_on:%d/%m/%Y}",
        "starts": f"{acceptance.starts_on:%d/%m/%Y}",
    }
    mine = gettext_noop(
        "%(why)s Bạn có ghế số %(number)d trên chuyến %(trip)s; đến %(arrives)s, bắt đầu làm %(starts)s. Giường và giấy đã theo chuyến."
    )
    tell_worker(application, "trip", mine, **facts)
    theirs = gettext_noop("Hồ sơ %(receipt)s, tin %(title)s: mất ghế xe, đã có chuyến khác; đến %(arrives)s, bắt đầu làm %(starts)s.")
    tell_recruiter(application, "trip", theirs, **facts)


def _tell_of_the_clock(acceptance: Acceptance, application: Application, lost: Seat) -> None:
    facts = {
        "why": _why(lost, application.worker.user.language),
        "until": f"{timezone.localtime(acceptance.ride_by):%H:%M %d/%m/%Y}",
    }
    mine = gettext_noop(
        "%(why)s Chưa có chuyến khác nên giường đã trả; chỗ làm ở %(factory)s giữ đến %(until)s. Mở Vùng Xanh để chọn chuyến khác hoặc báo tự đi."
    )
    tell_worker(application, "trip", mine, **facts)
    theirs = gettext_noop(
        "Hồ sơ %(receipt)s, tin %(title)s: mất ghế xe, chưa có chuyến khác, giường đã trả. Chỗ làm giữ đến %(until)s; nhờ Sở mở thêm chuyến nếu cần."
    )
    tell_recruiter(application, "trip", theirs, **facts)


def _tell_of_the_return(acceptance: Acceptance, application: Application, seat: Seat) -> None:
    facts = {"trip": named(seat.trip), "arrives": f"{acceptance.arrives_on:%d/%m/%Y}", "starts": f"{acceptance.starts_on:%d/%m/%Y}"}
    mine = gettext_noop(
        "Đã ghi lại là bạn có đi chuyến %(trip)s: đến %(arrives)s, bắt đầu làm %(starts)s. Giường và giấy theo chuyến này: mở Vùng Xanh để lấy giấy."
    )
    tell_worker(application, "trip", mine, **facts)
    theirs = gettext_noop("Hồ sơ %(receipt)s, tin %(title)s: thật ra có đi chuyến %(trip)s; đến %(arrives)s, bắt đầu làm %(starts)s.")
    tell_recruiter(application, "trip", theirs, **facts)


def _tell_organiser(seat: Seat, words: str) -> None:
    owner = seat.trip.organised_by
    with override(owner.language):
        text = _(words) % {"name": seat.worker.user.name, "trip": named(seat.trip)}
        send_message(recipient=owner, kind="trip", text=text[:600], link="/trips/", now=timezone.now())


def named(trip: Trip) -> str:
    return f"{trip.route}, {timezone.localtime(trip.departs_at):%H:%M %d/%m/%Y}"
