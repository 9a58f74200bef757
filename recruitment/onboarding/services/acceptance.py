"""Accepting a worker: place, clearance, backup beds, entry bed, seat, entry pass and messages, all of it or none.

Locks are taken in one order: worker, his or her applications, openings, factory, site nights (see quarantine's securing.py), trip,
passes last.
The way back is undoing.py's, and takes them in the same order.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import AnswerPolicy, Application
from recruitment.applications.services.closing import end_application
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_worker
from recruitment.health.models import Clearance, HealthRecord
from recruitment.health.services.assessments import assess_worker
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.journey import arrival_day, pass_of, seat_of, secure_pass, secure_seat, trips_to_choose
from recruitment.onboarding.services.queue_order import in_front
from recruitment.openings.services.places import fill_place, lock_openings
from recruitment.quarantine.services.holders import lives_outside
from recruitment.quarantine.services.securing import EntryBed, SecuredBeds, secure_beds
from recruitment.shared.dated import under_the_same_rules
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import EntryPass, Seat, Trip
from recruitment.travel.services.trips import describe
from recruitment.workers.models import Worker
from search.outbox import request_index

Status = Application.Status


class NotAccepted(Refusal):
    """Something is lacking; nothing was changed. Carries `application` and `shortfalls`, every refusal at once."""

    def sentences(self) -> list[str]:
        return [shortfall.for_people() for shortfall in self.facts["shortfalls"]]

    def for_people(self) -> str:
        return " ".join(self.sentences())


class NotCleared(Refusal):
    """The rules of the day don't let the person in, or a health officer has to decide. Carries `clearance`."""

    def for_people(self) -> str:
        if self.facts["clearance"].verdict == Clearance.Verdict.UNDECIDED:
            return _("Chưa có kết luận y tế cho người này: cần cán bộ y tế quyết định trước khi nhận.")
        return _("Theo quy định hiện hành người này chưa được vào tỉnh. Hãy chọn người khác hoặc chờ đến khi đủ điều kiện.")


class HiredElsewhere(Refusal):
    """Another factory was quicker. Carries `worker`."""

    def for_people(self) -> str:
        return _("Người này vừa được một nhà máy khác nhận. Hãy chọn người khác.")


def accept(*, application: Application, by: User, on: dt.date) -> Acceptance:
    """Accept the person behind an application. Repeating the call returns the same acceptance.

    Raises NotAccepted with every shortfall, or WrongMoment when the application can't be accepted from its state.
    """
    return accept_decided(application=application, decided=None, by=by, on=on)


@under_the_same_rules()
@transaction.atomic
def accept_decided(*, application: Application, decided: Clearance | None, by: User, on: dt.date) -> Acceptance:
    """The same where the decision about the person was taken a moment ago (see batches.py): it is taken anew only if it changed since."""
    worker = Worker.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=application.worker_id)
    others, application = _lock_applications(worker, application)
    if application.status == Status.ACCEPTED:
        acceptance = Acceptance.objects.select_related("entry_stay__site", "reservation__site", "clearance").get(application=application)
        acceptance.seat, acceptance.entry_pass = seat_of(worker), pass_of(worker, application.opening.factory)
        return acceptance
    if application.status not in Application.ACCEPTABLE_STATUSES:
        raise WrongMoment(application=application)
    lock_openings(pks=[application.opening_id, *(other.opening_id for other in others if other.status in Application.HOLDING_STATUSES)])
    clearance = _still_current(decided, worker) or assess_worker(worker=worker, by=by, on=on)
    plan, now = _plan(application, worker, clearance, on), timezone.now()
    secured = _secure_everything(application, worker, plan, by, on)
    _refuse_overtaking(application, secured)
    has_agreed = application.status == Status.AGREED
    application.accept()
    keep(application, by=by)
    acceptance = _record(application, plan, secured, by, now)
    if has_agreed:
        acceptance.confirmed_at = timezone.now()
    else:
        acceptance.confirm_by = _confirm_by(plan.arrives_on, on)
    acceptance.save(force_insert=True)
    _end_the_search(worker, others, application, by)
    _tell(acceptance)
    return acceptance


def _tell(acceptance: Acceptance) -> None:
    """Whoever agreed to an offer is told what comes; anybody else is asked to say yes, and by when."""
    agreed = gettext_noop(
        "%(factory)s đã nhận bạn vào việc %(title)s. Ngày đến: %(arrives)s, ngày bắt đầu làm: %(starts)s. Mở Vùng Xanh để xem việc cần làm."
    )
    asked = gettext_noop(
        "%(factory)s đã nhận bạn vào việc %(title)s và giữ đủ chỗ cho bạn. Ngày đến: %(arrives)s, ngày bắt đầu làm: %(starts)s. "
        "Hãy xác nhận trên Vùng Xanh trước %(until)s, quá hạn thì chỗ dành cho người khác."
    )
    tell_worker(
        acceptance.application,
        "accepted",
        asked if acceptance.confirm_by else agreed,
        arrives=f"{acceptance.arrives_on:%d/%m/%Y}",
        starts=f"{acceptance.starts_on:%d/%m/%Y}",
        until=f"{timezone.localtime(acceptance.confirm_by):%H:%M %d/%m/%Y}" if acceptance.confirm_by else "",
    )


def _confirm_by(arrives_on: dt.date, on: dt.date) -> dt.datetime:
    """The policy's hours from now, but no later than the end of the day of arrival."""
    last = timezone.make_aware(dt.datetime.combine(arrives_on + dt.timedelta(days=1), dt.time.min))
    return min(timezone.now() + dt.timedelta(hours=AnswerPolicy.objects.in_force(on).confirm_hours), last)


def try_to_accept(*, application: Application, by: User, on: dt.date) -> Acceptance:
    """What `accept` would do, undone at once: what it promises is what the real call finds if nobody comes between.

    Raises what `accept` raises.
    """
    with transaction.atomic():
        acceptance = accept(application=application, by=by, on=on)
        transaction.set_rollback(True)
    return acceptance


def _lock_applications(worker: Worker, application: Application) -> tuple[list[Application], Application]:
    """All open ones of the person, and the one concerned as it is now, open or not."""
    rows = Application.objects.open().select_for_update(of=("self",), no_key=True).select_related("opening__factory__zone")
    found = list(rows.filter(worker=worker).order_by("pk"))
    mine = next((row for row in found if row.pk == application.pk), None) or locked(application)
    mine.worker = worker
    return found, mine


def _still_current(decided: Clearance | None, worker: Worker) -> Clearance | None:
    """The decision, if neither the person's facts nor the rules made it another one meanwhile."""
    if decided is None:
        return None
    version = HealthRecord.objects.select_for_update(of=("self",), no_key=True).values_list("version", flat=True).get(worker=worker)
    return decided if Clearance.objects.current().filter(pk=decided.pk, record_version=version).exists() else None


@dataclass(frozen=True)
class Plan:
    """What this person needs under the rules of the day."""

    clearance: Clearance
    arrives_on: dt.date
    starts_on: dt.date
    comes_from_outside: bool
    wants_trip: bool
    trip: Trip | None

    def entry_bed(self, worker: Worker) -> EntryBed | None:
        return EntryBed(worker, self.arrives_on, self.clearance.entry_quarantine_days) if self.clearance.asks_for_a_site else None


@dataclass
class Secured:
    """The parts, filled in one after the other."""

    beds: SecuredBeds | None = None
    seat: Seat | None = None
    entry_pass: EntryPass | None = None


def _plan(application: Application, worker: Worker, clearance: Clearance, on: dt.date) -> Plan:
    """The days, moved to the nearest bus with seats for whoever wants one."""
    arrives_on, starts_on = wanted_days(application, worker, clearance, on)
    trip = None
    if application.wants_trip:
        trips = trips_to_choose(worker=worker, zone=application.opening.factory.zone, arrives_on=arrives_on)
        trip = trips[0] if trips else None
    late = arrival_day(trip) - arrives_on if trip else dt.timedelta()
    return Plan(
        clearance=clearance,
        arrives_on=arrives_on + late,
        starts_on=starts_on + late,
        comes_from_outside=lives_outside(worker, on=on),
        wants_trip=bool(application.wants_trip),
        trip=trip,
    )


def wanted_days(application: Application, worker: Worker, clearance: Clearance, on: dt.date) -> tuple[dt.date, dt.date]:
    """Arrival early enough to serve the days before the wanted start, never before the clearance allows; and the first shift."""
    ready_on = clearance.ready_on or on
    days = dt.timedelta(days=clearance.entry_quarantine_days)
    starts_on = max(ready_on, application.starts_on or on, application.opening.starts_on or on, worker.available_from + days, on)
    return starts_on - days, starts_on


def _secure_everything(application: Application, worker: Worker, plan: Plan, by: User, on: dt.date) -> Secured:
    """Take every part, each a service that undoes itself, so that all shortfalls are known; any of them undoes the whole."""
    opening, secured = application.opening, Secured()
    factory, outside = opening.factory, plan.comes_from_outside
    days = {"arrives_on": plan.arrives_on, "starts_on": plan.starts_on}

    def beds() -> None:
        secured.beds = secure_beds(factory=factory, extra_workers=int(outside), entry=plan.entry_bed(worker), by=by, on=on)

    def seat() -> None:
        secured.seat = secure_seat(worker=worker, trip=plan.trip, arrives_on=plan.arrives_on, by=by, on=on)

    def entry_pass() -> None:
        secured.entry_pass = secure_pass(worker=worker, factory=factory, seat=secured.seat, by=by, on=on, **days)

    parts: list[Callable[[], None]] = [
        lambda: _refuse_hired(worker),
        lambda: fill_place(opening=opening, held=application.status == Status.AGREED),
        lambda: _refuse_uncleared(plan.clearance),
        beds,
        *([seat] if plan.wants_trip else []),
        *([entry_pass] if outside else []),
    ]
    shortfalls = []
    for secure in parts:
        try:
            secure()
        except Refusal as refusal:
            shortfalls.append(refusal)
    if shortfalls:
        raise NotAccepted(application=application, shortfalls=shortfalls)
    return secured


def _refuse_overtaking(application: Application, secured: Secured) -> None:
    takes_place = application.status != Status.AGREED
    if first := in_front(application=application, takes_place=takes_place, beds=secured.beds, seat=secured.seat):
        raise NotAccepted(application=application, shortfalls=[first])


def _refuse_hired(worker: Worker) -> None:
    if worker.status == Worker.Status.HIRED:
        raise HiredElsewhere(worker=worker)


def _refuse_uncleared(clearance: Clearance) -> None:
    if clearance.verdict in (Clearance.Verdict.REFUSED, Clearance.Verdict.UNDECIDED):
        raise NotCleared(clearance=clearance)


def _record(application: Application, plan: Plan, secured: Secured, by: User, now: dt.datetime) -> Acceptance:
    beds = secured.beds
    acceptance = Acceptance(
        application=application,
        clearance=plan.clearance,
        arrives_on=plan.arrives_on,
        starts_on=plan.starts_on,
        entry_stay=beds.stay if beds else None,
        reservation=beds.backup[0].reservation if beds and beds.backup else None,
        beds_added=sum(part.beds for part in beds.backup) if beds else 0,
        from_outside=plan.comes_from_outside,
        accepted_by=by,
        accepted_at=now,
    )
    acceptance.seat, acceptance.entry_pass = secured.seat, secured.entry_pass
    return acceptance


def _end_the_search(worker: Worker, others: list[Application], application: Application, by: User) -> None:
    """Hired: found by nobody any more, and every other open application gives its place back at once."""
    worker.status = Worker.Status.HIRED
    worker.save(update_fields=["status", "changed_at"])
    request_index("candidate", [worker.pk])
    for other in others:
        if other.pk != application.pk:
            end_application(application=other, ending=Application.Ending.HIRED_ELSEWHERE, by=by)


def outcome_sentence(acceptance: Acceptance) -> str:
    """What was secured where, in one sentence for the recruiter."""
    return _("Đã nhận: %(parts)s.") % {"parts": "; ".join(outcome_parts(acceptance))}


def outcome_parts(acceptance: Acceptance) -> list[str]:
    """When the work starts, the backup beds, the entry bed or isolation."""
    parts = [_("bắt đầu làm ngày %(day)s") % {"day": f"{acceptance.starts_on:%d/%m/%Y}"}]
    if acceptance.beds_added and acceptance.reservation:
        parts.append(_("giữ thêm %(beds)d giường dự phòng ở %(site)s") % {"beds": acceptance.beds_added, "site": acceptance.reservation.site})
    else:
        parts.append(_("suất dự phòng hiện có đã đủ"))
    if stay := acceptance.entry_stay:
        dates = {"site": stay.site, "first": f"{stay.arrives_on:%d/%m/%Y}", "until": f"{stay.leaves_on:%d/%m/%Y}"}
        parts.append(_("giữ giường vào tỉnh ở %(site)s từ %(first)s đến %(until)s") % dates)
    elif acceptance.clearance.entry_quarantine_days:
        parts.append(_("cách ly tại nơi ở %(days)d ngày") % {"days": acceptance.clearance.entry_quarantine_days})
    else:
        parts.append(_("không phải cách ly"))
    if seat := acceptance.seat:
        parts.append(_("giữ ghế số %(number)d, chuyến %(trip)s") % {"number": seat.number, "trip": describe(seat.trip)})
    if entry_pass := acceptance.entry_pass:
        dates = {"first": f"{entry_pass.valid_from:%d/%m/%Y}", "until": f"{entry_pass.valid_until:%d/%m/%Y}"}
        parts.append(_("cấp giấy vào tỉnh từ %(first)s đến %(until)s") % dates)
    return parts
