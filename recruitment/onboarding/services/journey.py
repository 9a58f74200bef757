"""The way here as part of an acceptance: a seat for whoever wants a trip, and the entry pass for whoever comes from outside.

Both are found by the person (one seat ahead, one live pass to a factory), never by a copy of their keys: a pass that was replaced
or a seat that was moved to another trip still belongs to the acceptance. Locks: after the site nights trip and seat, passes last.
"""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.employers.models import Factory
from recruitment.onboarding.models import PassPolicy
from recruitment.places.models import IndustrialZone
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import EntryPass, Seat, Trip
from recruitment.travel.services.passes import LONGEST_DAYS, issue_pass, revoke_pass
from recruitment.travel.services.trips import NEAR, give_up_seat, hold_seat, trips_for
from recruitment.workers.models import Worker

DAY = dt.timedelta(days=1)


class NoTrip(Refusal):
    """The person wants a seat, and no bus with seats arrives on the day or soon after. Carries `worker`, `arrives_on` and `until`."""

    def for_people(self) -> str:
        dates = {"first": f"{self.facts['arrives_on']:%d/%m/%Y}", "until": f"{self.facts['until']:%d/%m/%Y}"}
        return _("Chưa có chuyến xe nào còn ghế đến từ %(first)s đến %(until)s. Hãy nhờ Sở mở thêm chuyến, hoặc để người lao động tự đi.") % dates


def trips_to_choose(*, worker: Worker, zone: IndustrialZone, arrives_on: dt.date, days: int = NEAR) -> list[Trip]:
    """Trips that arrive on the day or up to so many days later: never before there is a bed. The nearest first."""
    found = trips_for(from_province=worker.home_province, zone=zone, arrives_on=arrives_on, days=days)
    return [trip for trip in found if arrival_day(trip) >= arrives_on]


def arrival_day(trip: Trip) -> dt.date:
    return timezone.localtime(trip.arrives_at).date()


def secure_seat(*, worker: Worker, trip: Trip | None, arrives_on: dt.date, by: User | None, on: dt.date) -> Seat:
    """A seat on the trip that was chosen; NoTrip where none was found, or what hold_seat raises."""
    if trip is None:
        raise NoTrip(worker=worker, arrives_on=arrives_on, until=arrives_on + NEAR * DAY)
    return hold_seat(worker=worker, trip=trip, by=by, on=on)


def secure_pass(
    *, worker: Worker, factory: Factory, arrives_on: dt.date, starts_on: dt.date, seat: Seat | None, by: User | None, on: dt.date
) -> EntryPass:
    """Valid from the day of departure (a day before arrival for whoever comes alone) until so many days after the first shift as the rule says."""
    leaves = timezone.localtime(seat.trip.departs_at).date() if seat else arrives_on - DAY
    first = max(on, min(leaves, arrives_on))
    last = min(starts_on + PassPolicy.objects.in_force(on).days_after_start * DAY, first + (LONGEST_DAYS - 1) * DAY)
    return issue_pass(worker=worker, factory=factory, valid_from=first, valid_until=max(first, last), seat=seat, by=by, on=on)


def seat_of(worker: Worker) -> Seat | None:
    """The seat ahead or the one in which the person came, with its trip; the latest."""
    return Seat.objects.taking_a_place().filter(worker=worker).select_related("trip__route", "pick_up").order_by("-held_at", "-pk").first()


def pass_of(worker: Worker, factory: Factory) -> EntryPass | None:
    return EntryPass.objects.not_revoked().filter(worker=worker, factory=factory).first()


def has_boarded(worker: Worker, *, since: dt.datetime) -> bool:
    """Seen at the door of a bus after this moment."""
    return Seat.objects.filter(worker=worker, status=Seat.Status.BOARDED, held_at__gte=since).exists()


def give_up_journey(*, worker: Worker, factory: Factory, reason: str, by: User | None, on: dt.date) -> None:
    """Free the seat ahead and revoke the pass, whose holder and whose checkpoints read the reason. Repeating it changes nothing."""
    if seat := Seat.objects.filter(worker=worker, status=Seat.Status.HELD).first():
        give_up_seat(seat=seat, by=by, on=on)
    if entry_pass := pass_of(worker, factory):
        revoke_pass(entry_pass=entry_pass, reason=reason, by=by)
