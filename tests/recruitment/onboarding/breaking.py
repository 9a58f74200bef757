"""Every breach written by hand, behind the services' backs: by the code of the rule that has to find it."""

import datetime as dt

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.onboarding.models import Acceptance, GatePolicy, WaitingAcceptance
from recruitment.onboarding.services.policies import load_onboarding_policies
from recruitment.openings.models import Opening
from recruitment.quarantine.models import BackupReservation, BedAssignment, ReservationNight, Transfer, WaitingRequest
from recruitment.quarantine.services.admissions import book_bed
from recruitment.quarantine.services.beds import assign_bed
from recruitment.quarantine.services.ledger import Movement, move
from recruitment.quarantine.services.securing import change_entry_bed
from recruitment.quarantine.services.transfers import accept_transfer, request_transfer
from recruitment.travel.models import EntryPass, Seat
from recruitment.travel.services.passes import issue_pass
from recruitment.travel.services.trips import hold_seat
from recruitment.workers.models import Employment, Worker
from tests.factories.applications import ApplicationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.quarantine import RoomFactory, SiteFactory
from tests.recruitment.onboarding.situations import Province

DAY = dt.timedelta(days=1)


def miscount(acceptance):
    Opening.objects.update(accepted=F("accepted") + 1)


def hold_for_nobody(acceptance):
    Opening.objects.update(held=1)


def forget_the_acceptance(acceptance):
    Acceptance.objects.filter(pk=acceptance.pk).update(undone_at=timezone.now(), undone_because="mistake")
    change_entry_bed(zone=acceptance.application.opening.factory.zone, stay=acceptance.entry_stay, entry=None, by=None, on=timezone.localdate())


def end_behind_its_back(acceptance):
    Application.objects.filter(pk=acceptance.application_id).update(status="withdrawn")
    Opening.objects.update(accepted=1)
    Worker.objects.filter(pk=acceptance.application.worker_id).update(status="looking")


def show_as_looking(acceptance):
    Worker.objects.filter(pk=acceptance.application.worker_id).update(status="looking")


def lose_backup_beds(acceptance):
    nights = list(ReservationNight.objects.filter(beds__gt=0).select_related("reservation__site"))
    ReservationNight.objects.filter(beds__gt=0).update(beds=F("beds") - 1)
    move([Movement(row.reservation.site, row.night, row.night + DAY, "lower", reserved=-1, reservation=row.reservation) for row in nights], by=None)


def lose_the_bed(acceptance):
    change_entry_bed(zone=acceptance.application.opening.factory.zone, stay=acceptance.entry_stay, entry=None, by=None, on=timezone.localdate())


def move_the_arrival(acceptance):
    Acceptance.objects.filter(pk=acceptance.pk).update(arrives_on=F("arrives_on") + DAY, starts_on=F("starts_on") + DAY)


def ask_for_no_bed(acceptance):
    acceptance.clearance.entry_quarantine_days = 0
    acceptance.clearance.save()


def keep_only_the_bed_after_undoing(acceptance):
    keep_the_bed_after_undoing(acceptance)
    lose_the_pass(acceptance)


def keep_the_bed_after_undoing(acceptance):
    Acceptance.objects.filter(pk=acceptance.pk).update(undone_at=timezone.now(), undone_because="mistake")
    Application.objects.filter(pk=acceptance.application_id).update(status="withdrawn")
    Opening.objects.update(accepted=1)
    Worker.objects.filter(pk=acceptance.application.worker_id).update(status="looking")


def let_the_clock_stand(acceptance):
    Acceptance.objects.filter(pk=acceptance.pk).update(confirm_by=timezone.now() - 2 * dt.timedelta(hours=1))


def leave_a_wait(acceptance):
    WaitingAcceptance.objects.create(application=acceptance.application, asked_by=acceptance.accepted_by)
    Application.objects.update(changed_at=timezone.now() - DAY)


def want_a_seat(acceptance):
    province_of(acceptance).bus(arrives_on=acceptance.arrives_on)
    Application.objects.filter(pk=acceptance.application_id).update(wants_trip=True)


def keep_the_seat_after_undoing(acceptance):
    keep_the_bed_after_undoing(acceptance)
    lose_the_bed(acceptance)
    EntryPass.objects.filter(worker=acceptance.application.worker).update(revoked_at=timezone.now(), revocation_reason="x")
    trip = province_of(acceptance).bus(arrives_on=acceptance.arrives_on)
    seat = hold_seat(worker=acceptance.application.worker, trip=trip, by=None, on=timezone.localdate())
    Seat.objects.filter(pk=seat.pk).update(held_at=acceptance.accepted_at + dt.timedelta(microseconds=1))


def lose_the_pass(acceptance):
    EntryPass.objects.filter(worker=acceptance.application.worker).update(revoked_at=timezone.now(), revocation_reason="x")


def keep_the_pass_after_undoing(acceptance):
    keep_the_bed_after_undoing(acceptance)
    lose_the_bed(acceptance)


def seated(acceptance, *, arrives_on, wants_trip=True):
    """A seat on a bus of that day, held behind the acceptance's back."""
    worker = acceptance.application.worker
    Application.objects.filter(pk=acceptance.application_id).update(wants_trip=wants_trip)
    seat = hold_seat(worker=worker, trip=province_of(acceptance).bus(arrives_on=arrives_on), by=None, on=timezone.localdate())
    EntryPass.objects.filter(worker=worker).update(seat=seat)
    return seat


def take_a_seat_that_nobody_wants(acceptance):
    seated(acceptance, arrives_on=acceptance.arrives_on, wants_trip=False)


def take_a_bus_of_another_day(acceptance):
    seated(acceptance, arrives_on=acceptance.arrives_on + DAY)


def take_a_seat_for_nobody(acceptance):
    province = province_of(acceptance)
    hold_seat(worker=province.applicant().worker, trip=province.bus(arrives_on=acceptance.arrives_on), by=None, on=timezone.localdate())


def write_no_bus_on_the_pass(acceptance):
    seated(acceptance, arrives_on=acceptance.arrives_on)
    EntryPass.objects.filter(worker=acceptance.application.worker).update(seat=None)


def keep_the_pass_of_somebody_never_accepted(acceptance):
    stranger = province_of(acceptance).applicant().worker
    on = timezone.localdate()
    issue_pass(worker=stranger, factory=acceptance.application.opening.factory, valid_from=on, valid_until=on + DAY, seat=None, by=None, on=on)


def book_a_bed_for_nobody(acceptance):
    stranger = province_of(acceptance).applicant().worker
    book_bed(worker=stranger, site=acceptance.entry_stay.site, arrives_on=acceptance.arrives_on, leaves_on=acceptance.arrives_on + DAY, by=None)


def keep_the_bed_of_a_transfer_that_was_called_off(acceptance):
    stay, there = acceptance.entry_stay, SiteFactory()
    asked = request_transfer(stay=stay, destination=there, by=acceptance.accepted_by, on=stay.arrives_on)
    held = accept_transfer(transfer=asked, by=acceptance.accepted_by, on=stay.arrives_on).held_stay
    Transfer.objects.update(status="cancelled", answer_by=None, reason="x")
    assert held.status == "held"


def keep_the_room_after_the_stay(acceptance):
    stay = acceptance.entry_stay
    bed = RoomFactory(site=stay.site).beds.first()
    assign_bed(stay=stay, bed=bed, company="men", by=None, on=timezone.localdate())
    BedAssignment.objects.update(during=DateRange(stay.arrives_on, stay.leaves_on + 3 * DAY))


def keep_an_offer_that_lapsed(acceptance):
    """Beds held for a request on the waiting list whose time is over."""
    today = timezone.localdate()
    site, factory = acceptance.entry_stay.site, acceptance.application.opening.factory
    request = WaitingRequest.objects.create(
        factory=factory, beds=2, first=today, until=today + 3 * DAY, status="lapsed", asked_at=timezone.now(), ended_at=timezone.now()
    )
    held = BackupReservation.objects.create(request=request, site=site)
    ReservationNight.objects.bulk_create([ReservationNight(reservation=held, night=today + day * DAY, beds=2) for day in range(3)])
    move([Movement(site, today, today + 3 * DAY, "reserve", reserved=2, reservation=held)], by=None)


def leave_an_application_behind(acceptance):
    opening = OpeningFactory(status="closed", outcome="filled", closed_at=timezone.now() - DAY)
    ApplicationFactory(opening=opening)


def leave_a_missing_person_alone(acceptance):
    load_onboarding_policies()
    ask_for_no_bed(acceptance)
    lose_the_bed(acceptance)
    day = timezone.localdate() - 5 * DAY
    Acceptance.objects.filter(pk=acceptance.pk).update(
        entry_stay=None, arrives_on=day, starts_on=day, accepted_at=timezone.now() - 6 * DAY, reminded_at=timezone.now() - 4 * DAY
    )
    GatePolicy.objects.update(since=day - DAY)


def show_an_employee_as_looking(acceptance):
    Employment.objects.create(worker=acceptance.application.worker, factory=acceptance.application.opening.factory, since=timezone.localdate())
    show_as_looking(acceptance)


def province_of(acceptance):
    """What `bus` needs of a Province, of the one that the acceptance is in."""
    province = Province.__new__(Province)
    province.origin, province.opening = acceptance.application.worker.home_province, acceptance.application.opening
    return province


BREAKS = {
    "places_filled": miscount,
    "places_held": hold_for_nobody,
    "accepted_without_anything": forget_the_acceptance,
    "held_for_nobody": end_behind_its_back,
    "hired_or_not": show_as_looking,
    "backup_cover": lose_backup_beds,
    "entry_bed_missing": lose_the_bed,
    "entry_bed_of_other_nights": move_the_arrival,
    "entry_bed_not_asked_for": ask_for_no_bed,
    "entry_bed_of_an_undone_acceptance": keep_only_the_bed_after_undoing,
    "seat_missing": want_a_seat,
    "seat_of_an_undone_acceptance": keep_the_seat_after_undoing,
    "pass_missing": lose_the_pass,
    "pass_of_nobody": keep_the_pass_after_undoing,
    "confirmation_not_looked_after": let_the_clock_stand,
    "waiting_for_nothing": leave_a_wait,
    "seat_not_asked_for": take_a_seat_that_nobody_wants,
    "seat_of_another_day": take_a_bus_of_another_day,
    "seat_of_nobody": take_a_seat_for_nobody,
    "pass_of_another_way": write_no_bus_on_the_pass,
    "bed_of_nobody": book_a_bed_for_nobody,
    "room_of_nobody": keep_the_room_after_the_stay,
    "reservation_of_nobody": keep_an_offer_that_lapsed,
    "missing_not_looked_after": leave_a_missing_person_alone,
    "application_at_a_closed_opening": leave_an_application_behind,
}
OTHER_WAYS = [
    ("pass_of_nobody", keep_the_pass_of_somebody_never_accepted),
    ("bed_of_nobody", keep_the_bed_of_a_transfer_that_was_called_off),
    ("hired_or_not", show_an_employee_as_looking),
]
