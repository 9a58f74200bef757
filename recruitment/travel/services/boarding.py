"""Boarding: who is at the door of the bus, by pass or by name on the list."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Seat, Trip
from recruitment.travel.services.crossings import judge_text
from recruitment.travel.services.trips import describe, lock_seat
from recruitment.travel.verdicts import Reason, Verdict

MAY_RIDE = {Reason.NOT_YET_VALID, Reason.SEEN}  # what is judged at the checkpoint, on the day of arrival


class NoPass(Refusal):
    """The text or code is no pass that counts today. Carries `answer`."""

    field = "text"

    def for_people(self) -> str:
        return _("Không có giấy còn hiệu lực mang mã này. Hãy quét lại, hoặc tìm tên trong danh sách.")


class OnAnotherTrip(Refusal):
    """The holder of the pass has no seat here. Carries `worker` and `seat`: on another trip, or None."""

    field = "text"

    def for_people(self) -> str:
        name, seat = self.facts["worker"].user.name, self.facts["seat"]
        if seat:
            return _("%(name)s có ghế trên chuyến khác: %(trip)s.") % {"name": name, "trip": describe(seat.trip)}
        return _("%(name)s không có ghế trên chuyến này.") % {"name": name}


class NotBoarding(Refusal):
    """The seat was given up, missed, or the trip takes nobody aboard and lets nobody off. Carries `seat`."""

    field = "text"

    def for_people(self) -> str:
        return _("Ghế này “%(status)s”, chuyến “%(trip)s”: không ghi được.") % {
            "status": self.facts["seat"].get_status_display(),
            "trip": self.facts["seat"].trip.get_status_display(),
        }


@transaction.atomic
def board_by_pass(*, trip: Trip, text: str, by: User, on: dt.date) -> Seat:
    """The seat of whoever shows this QR code or reads this code out. Raises NoPass, OnAnotherTrip or NotBoarding."""
    answer = judge_text(text, leaving=False, now=timezone.now())
    refused = answer.verdict in (Verdict.REFUSE, Verdict.UNKNOWN) and not set(answer.reasons) <= MAY_RIDE
    if answer.entry_pass is None or refused:
        raise NoPass(answer=answer)
    worker = answer.entry_pass.worker
    seats = Seat.objects.filter(worker=worker).select_related("trip__route", "worker__user")
    here = seats.taking_a_place().filter(trip=trip).first()
    if here is None:
        raise OnAnotherTrip(worker=worker, seat=seats.filter(status=Seat.Status.HELD).first())
    return board(seat=here, by=by, on=on)


@transaction.atomic
def board(*, seat: Seat, by: User, on: dt.date) -> Seat:
    """Seen at the door. Repeating it changes nothing. Raises NotBoarding."""
    seat = lock_seat(seat)
    if seat.status == Seat.Status.BOARDED:
        return seat
    if seat.status != Seat.Status.HELD or seat.trip.status not in (Trip.Status.OPEN, Trip.Status.CLOSED):
        raise NotBoarding(seat=seat)
    seat.board()
    seat.moved_at = timezone.now()
    seat.save()
    return seat


@transaction.atomic
def step_off(*, seat: Seat, by: User, on: dt.date) -> Seat:
    """Noted as aboard by mistake: expected again. Repeating it changes nothing. Raises NotBoarding once the bus has left."""
    seat = lock_seat(seat)
    if seat.status == Seat.Status.HELD:
        return seat
    elsewhere = Seat.objects.filter(worker=seat.worker_id, status=Seat.Status.HELD).exists()
    if seat.status != Seat.Status.BOARDED or elsewhere or seat.trip.status not in (Trip.Status.OPEN, Trip.Status.CLOSED):
        raise NotBoarding(seat=seat)
    seat.step_off()
    seat.moved_at = timezone.now()
    seat.save()
    return seat
