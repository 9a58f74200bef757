"""How each kind of breach is mended: rows locked in the order of acceptance, then set to what the facts say. Each gives a sentence."""

import datetime as dt
from collections.abc import Callable
from functools import partial

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.answering import release_unanswered
from recruitment.applications.services.closing import end_application
from recruitment.applications.services.steps import keep, locked
from recruitment.employers.models import Factory
from recruitment.onboarding.invariants import BY_CODE
from recruitment.onboarding.models import Acceptance, Breach, WaitingAcceptance
from recruitment.onboarding.services.confirming import release_unconfirmed, release_without_a_ride
from recruitment.onboarding.services.gate import release_missing
from recruitment.onboarding.services.journey import arrival_day, give_up_journey, seat_of, secure_pass, secure_seat, trips_to_choose
from recruitment.onboarding.services.redating import travel_with
from recruitment.onboarding.services.undoing import lock_person
from recruitment.openings.models import Opening
from recruitment.openings.services.places import lock_openings, recount_places
from recruitment.quarantine.models import BackupReservation, BedAssignment, JournalEntry, Room, Stay, WaitingRequest
from recruitment.quarantine.services.admissions import cancel_stay
from recruitment.quarantine.services.beds import lock_rooms
from recruitment.quarantine.services.holders import lock_holder_of
from recruitment.quarantine.services.ledger import Movement, move, runs
from recruitment.quarantine.services.reservations import ensure_backup_cover
from recruitment.quarantine.services.securing import EntryBed, change_entry_bed, give_up_beds
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import EntryPass, Seat, Trip
from recruitment.travel.services.passes import revoke_pass
from recruitment.travel.services.trips import give_up_seat
from recruitment.workers.models import Worker
from search.outbox import request_index

NO_LONGER = gettext_lazy("Nhà máy không còn nhận người mang giấy này.")


class NotByButton(Refusal):
    """This breach is mended by the one who runs the system, not by a button."""

    def for_people(self) -> str:
        return _("Bất thường này không sửa được bằng nút: quản trị hệ thống chạy `manage.py ledger_recount` và xem nhật ký.")


PERSON_OF: dict[type[Model], str] = {
    Worker: "pk",
    Application: "applications",
    Acceptance: "applications__acceptance",
    WaitingAcceptance: "applications__waits",
    Seat: "seats",
    EntryPass: "passes",
    Stay: "stays",
    BedAssignment: "stays__bed_assignments",
}


def lock_person_of(breach: Breach) -> None:
    """Whom the breach is about, if it is about a person: before anything else of his or hers, so that nothing changes meanwhile."""
    if path := PERSON_OF.get(BY_CODE[breach.rule].of):
        list(Worker.objects.select_for_update(of=("self",), no_key=True).filter(**{path: breach.subject}).values_list("pk"))


def _count_places(subject: int, by: User, on: dt.date) -> str:
    lock_openings(pks=[subject])
    opening = Opening.objects.get(pk=subject)
    held = Application.objects.filter(opening=opening, status__in=Application.HOLDING_STATUSES).count()
    accepted = Application.objects.filter(opening=opening, status=Application.Status.ACCEPTED).count()
    was = (opening.held, opening.accepted)
    recount_places(opening=opening, held=held, accepted=accepted)
    return _("Giữ chỗ %(was_held)d → %(held)d, đã nhận %(was_accepted)d → %(accepted)d.") % {
        "was_held": was[0],
        "held": held,
        "was_accepted": was[1],
        "accepted": accepted,
    }


def _end_application(subject: int, by: User, on: dt.date) -> str:
    """Accepted, but nothing was ever secured: it ends, and the person looks for work again."""
    worker = lock_person(Application.objects.get(pk=subject))
    application = locked(Application(pk=subject))
    application.undo()
    application.ending = Application.Ending.UNDONE
    keep(application, by=by)
    _set_status(worker, Worker.Status.LOOKING)
    lock_openings(pks=[application.opening_id])
    _count_places(application.opening_id, by, on)
    give_up_journey(worker=worker, factory=application.opening.factory, reason=str(NO_LONGER), by=by, on=on)
    return _("Hồ sơ %(receipt)s khép lại, chỗ làm trống lại.") % {"receipt": application.receipt}


def _free_beds(subject: int, by: User, on: dt.date) -> str:
    """The application is over: whatever is still held goes back."""
    acceptance = _locked_acceptance(subject)
    stay = acceptance.entry_stay if acceptance.entry_stay and acceptance.entry_stay.status == Stay.Status.BOOKED else None
    at_most = 0 if acceptance.undone_at else acceptance.beds_added
    returned = give_up_beds(factory=acceptance.application.opening.factory, at_most=at_most, stay=stay, by=by, on=on)
    give_up_journey(worker=acceptance.application.worker, factory=acceptance.application.opening.factory, reason=str(NO_LONGER), by=by, on=on)
    if acceptance.undone_at is None:
        acceptance.undone_at, acceptance.undone_because, acceptance.undone_by = timezone.now(), Acceptance.Undoing.MISTAKE, by
        acceptance.save(update_fields=["undone_at", "undone_because", "undone_by"])
    return _("Đã trả %(backup)d giường dự phòng và %(entry)d giường vào tỉnh.") % {"backup": returned, "entry": int(stay is not None)}


def _follow_applications(subject: int, by: User, on: dt.date) -> str:
    worker = lock_person(Application(worker_id=subject))
    is_accepted = Application.objects.filter(worker=worker, status=Application.Status.ACCEPTED).exists()
    was, status = worker.status, Worker.Status.HIRED if is_accepted else Worker.Status.LOOKING
    _set_status(worker, status)
    return _("Trạng thái %(was)s → %(status)s.") % {"was": Worker.Status(was).label, "status": status.label}


def _rebook(subject: int, by: User, on: dt.date) -> str:
    """The bed that the clearance asks for, from the day of arrival; one of other nights, or not asked for, is given back first."""
    acceptance = _locked_acceptance(subject)
    stay = acceptance.entry_stay if acceptance.entry_stay and acceptance.entry_stay.status == Stay.Status.BOOKED else None
    days = acceptance.clearance.entry_quarantine_days
    entry = EntryBed(acceptance.application.worker, acceptance.arrives_on, days) if acceptance.clearance.asks_for_a_site else None
    zone = acceptance.application.opening.factory.zone
    acceptance.entry_stay = change_entry_bed(zone=zone, stay=stay, entry=entry, by=by, on=on)
    acceptance.save(update_fields=["entry_stay"])
    if acceptance.entry_stay:
        return _("Giữ giường ở %(site)s từ %(first)s, %(days)d đêm.") % {
            "site": acceptance.entry_stay.site,
            "first": f"{acceptance.arrives_on:%d/%m/%Y}",
            "days": days,
        }
    return _("Đã trả giường không cần đến.")


def _raise_cover(subject: int, by: User, on: dt.date) -> str:
    added = ensure_backup_cover(factory=Factory.objects.get(pk=subject), extra_workers=0, by=by, on=on)
    return _("Giữ thêm giường dự phòng ở: %(sites)s.") % {"sites": ", ".join(str(part.site) for part in added)}


def _find_seat(subject: int, by: User, on: dt.date) -> str:
    acceptance = _locked_acceptance(subject)
    worker, factory = acceptance.application.worker, acceptance.application.opening.factory
    trips = [trip for trip in trips_to_choose(worker=worker, zone=factory.zone, arrives_on=acceptance.arrives_on) if _arrives(trip, acceptance)]
    seat = secure_seat(worker=worker, trip=trips[0] if trips else None, arrives_on=acceptance.arrives_on, by=by, on=on)
    reissue_pass(acceptance, seat, by, on)
    return _("Giữ ghế số %(number)d.") % {"number": seat.number}


def _arrives(trip: Trip, acceptance: Acceptance) -> bool:
    """On the very day for which the bed is held."""
    return arrival_day(trip) == acceptance.arrives_on


def _follow_the_bus(subject: int, by: User, on: dt.date) -> str:
    """The seat is what the person was told of: bed, days and pass go with it, all or none."""
    acceptance = _locked_acceptance(subject)
    seat = Seat.objects.select_related("trip", "pick_up").get(worker=acceptance.application.worker, status=Seat.Status.HELD)
    travel_with(acceptance=acceptance, application=acceptance.application, trip=seat.trip, pick_up=seat.pick_up, by=by, on=on)
    return _("Ngày đến, giường và giấy theo chuyến xe: %(day)s.") % {"day": f"{acceptance.arrives_on:%d/%m/%Y}"}


def _give_back_unwanted_seat(subject: int, by: User, on: dt.date) -> str:
    acceptance = _locked_acceptance(subject)
    seat = Seat.objects.get(worker=acceptance.application.worker, status=Seat.Status.HELD)
    give_up_seat(seat=seat, by=by, on=on)
    reissue_pass(acceptance, None, by, on)
    return _("Đã trả ghế xe; giấy được viết lại cho người tự đi.")


def _give_back_seat_of_nobody(subject: int, by: User, on: dt.date) -> str:
    give_up_seat(seat=Seat.objects.get(pk=subject), by=by, on=on)
    return _("Đã trả ghế xe.")


def _cancel_bed(subject: int, by: User, on: dt.date) -> str:
    stay = cancel_stay(stay=Stay.objects.get(pk=subject), by=by, on=on)
    return _("Đã trả giường ở %(site)s.") % {"site": stay.site}


def _free_room(subject: int, by: User, on: dt.date) -> str:
    """The bed of a room is somebody's only on nights of his or her stay at that site."""
    room = Room.objects.select_related("site").get(assignments=subject)
    lock_rooms(room.site)
    assigned = BedAssignment.objects.select_related("stay").get(pk=subject)
    stay = assigned.stay
    until = on if stay.site_id != room.site_id else stay.freed_from or stay.leaves_on
    if until <= assigned.first:
        assigned.delete()
    else:
        assigned.during = DateRange(assigned.first, until)
        assigned.save(update_fields=["during"])
    return _("Giường trong phòng %(room)s trống lại.") % {"room": room}


def _give_back_reservation(subject: int, by: User, on: dt.date) -> str:
    reservation = BackupReservation.objects.select_related("site", "pool", "request").get(pk=subject)
    if reservation.request:
        WaitingRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=reservation.request.pk)
    else:
        lock_holder_of(reservation)
    unused = reservation.nights.filter(night__gte=on, beds__gt=F("drawn"))
    beds = {row.night: row.beds - row.drawn for row in unused}
    unused.update(beds=F("drawn"))
    lower = JournalEntry.Change.LOWER
    move([Movement(reservation.site, first, until, lower, reserved=-count, reservation=reservation) for first, until, count in runs(beds)], by=by)
    return _("Đã trả %(beds)d giường (cộng các đêm) cho %(site)s.") % {"beds": sum(beds.values()), "site": reservation.site}


def _end_at_closed_opening(subject: int, by: User, on: dt.date) -> str:
    application = Application.objects.get(pk=subject)
    end_application(application=application, ending=Application.Ending.OPENING_CLOSED, by=by)
    return _("Hồ sơ %(receipt)s khép lại và người lao động được báo.") % {"receipt": application.receipt}


def _give_back_seat(subject: int, by: User, on: dt.date) -> str:
    acceptance = _locked_acceptance(subject)
    reason = _("Việc nhận không còn hiệu lực: %(why)s.") % {"why": acceptance.get_undone_because_display()}
    give_up_journey(worker=acceptance.application.worker, factory=acceptance.application.opening.factory, reason=reason, by=by, on=on)
    return _("Đã trả ghế xe và thu hồi giấy vào tỉnh nếu còn.")


def _issue_pass(subject: int, by: User, on: dt.date) -> str:
    acceptance = _locked_acceptance(subject)
    return _("Đã cấp giấy %(code)s.") % {"code": reissue_pass(acceptance, seat_of(acceptance.application.worker), by, on)}


def reissue_pass(acceptance: Acceptance, seat: Seat | None, by: User, on: dt.date) -> str:
    days = {"arrives_on": acceptance.arrives_on, "starts_on": acceptance.starts_on}
    worker, factory = acceptance.application.worker, acceptance.application.opening.factory
    return secure_pass(worker=worker, factory=factory, seat=seat, by=by, on=on, **days).code if acceptance.from_outside else ""


def _revoke(subject: int, by: User, on: dt.date) -> str:
    revoke_pass(entry_pass=EntryPass.objects.get(pk=subject), reason=str(NO_LONGER), by=by)
    return _("Đã thu hồi giấy.")


def _end_wait(subject: int, by: User, on: dt.date) -> str:
    WaitingAcceptance.objects.filter(pk=subject, ended_at=None).update(ended_at=timezone.now(), outcome=WaitingAcceptance.Outcome.STOPPED)
    return _("Đã đưa ra khỏi hàng chờ.")


def _run_clock(release: Callable, subject: int, by: User, on: dt.date) -> str:
    """This one's alone: many people's locks don't belong into one transaction."""
    return _("Đã chạy lại đồng hồ: %(count)d hồ sơ hết hạn được xử lý.") % {"count": release(now=timezone.now(), on=on, only=subject)}


def _not_by_button(subject: int, by: User, on: dt.date) -> str:
    raise NotByButton(subject=subject)


def _locked_acceptance(subject: int) -> Acceptance:
    related = Acceptance.objects.select_related("application__worker", "application__opening__factory__zone", "entry_stay__site", "clearance")
    acceptance = related.get(pk=subject)
    lock_person(acceptance.application)
    locked(acceptance.application)
    return related.get(pk=subject)


def _set_status(worker: Worker, status: Worker.Status) -> None:
    worker.status = status
    worker.save(update_fields=["status", "changed_at"])
    request_index("candidate", [worker.pk])


BY_RULE: dict[str, Callable[[int, User, dt.date], str]] = {
    "places_filled": _count_places,
    "places_held": _count_places,
    "accepted_without_anything": _end_application,
    "held_for_nobody": _free_beds,
    "hired_or_not": _follow_applications,
    "backup_cover": _raise_cover,
    "entry_bed_missing": _rebook,
    "entry_bed_of_other_nights": _rebook,
    "entry_bed_not_asked_for": _rebook,
    "entry_bed_of_an_undone_acceptance": _free_beds,
    "seat_missing": _find_seat,
    "seat_of_an_undone_acceptance": _give_back_seat,
    "pass_missing": _issue_pass,
    "seat_not_asked_for": _give_back_unwanted_seat,
    "seat_of_another_day": _follow_the_bus,
    "seat_of_nobody": _give_back_seat_of_nobody,
    "pass_of_nobody": _revoke,
    "pass_of_another_way": _issue_pass,
    "bed_of_nobody": _cancel_bed,
    "room_of_nobody": _free_room,
    "reservation_of_nobody": _give_back_reservation,
    "drawn_for_nobody": _not_by_button,
    "ledger_of_nights": _not_by_button,
    "confirmation_not_looked_after": partial(_run_clock, release_unconfirmed),
    "ride_not_looked_after": partial(_run_clock, release_without_a_ride),
    "answer_not_looked_after": partial(_run_clock, release_unanswered),
    "missing_not_looked_after": partial(_run_clock, release_missing),
    "application_at_a_closed_opening": _end_at_closed_opening,
    "waiting_for_nothing": _end_wait,
}
