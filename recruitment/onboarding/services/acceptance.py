"""Accepting a worker: place, clearance, backup beds, entry bed and messages, all of it or none.

Locks are taken in one order: worker, his or her applications, openings, factory, site nights (see quarantine's securing.py).
The way back is undoing.py's, and takes them in the same order.
"""

import datetime as dt
from collections.abc import Callable

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
from recruitment.openings.services.places import fill_place, lock_openings
from recruitment.quarantine.services.holders import lives_outside
from recruitment.quarantine.services.securing import EntryBed, SecuredBeds, secure_beds
from recruitment.shared.refusals import Refusal
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


@transaction.atomic
def accept_decided(*, application: Application, decided: Clearance | None, by: User, on: dt.date) -> Acceptance:
    """The same where the decision about the person was taken a moment ago (see batches.py): it is taken anew only if it changed since."""
    worker = Worker.objects.select_for_update(of=("self",), no_key=True).select_related("user", "home_province").get(pk=application.worker_id)
    others, application = _lock_applications(worker, application)
    if application.status == Status.ACCEPTED:
        return Acceptance.objects.select_related("entry_stay__site", "reservation__site", "clearance").get(application=application)
    if application.status not in Application.ACCEPTABLE_STATUSES:
        raise WrongMoment(application=application)
    lock_openings(pks=[application.opening_id, *(other.opening_id for other in others if other.status in Application.HOLDING_STATUSES)])
    clearance = _still_current(decided, worker) or assess_worker(worker=worker, by=by, on=on)
    arrives_on, starts_on = _dates(application, worker, clearance, on)
    beds = _secure_everything(application, worker, clearance, arrives_on, by, on)
    has_agreed = application.status == Status.AGREED
    application.accept()
    keep(application, by=by)
    acceptance = _record(application, clearance, arrives_on, starts_on, beds, by)
    if has_agreed:
        acceptance.confirmed_at = timezone.now()
    else:
        acceptance.confirm_by = _confirm_by(arrives_on, on)
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


def _dates(application: Application, worker: Worker, clearance: Clearance, on: dt.date) -> tuple[dt.date, dt.date]:
    """Arrival early enough to serve the days before the wanted start, never before the clearance allows; and the first shift."""
    ready_on = clearance.ready_on or on
    days = dt.timedelta(days=clearance.entry_quarantine_days)
    starts_on = max(ready_on, application.starts_on or on, application.opening.starts_on or on, worker.available_from + days, on)
    return starts_on - days, starts_on


def _secure_everything(application: Application, worker: Worker, clearance: Clearance, arrives_on: dt.date, by: User, on: dt.date) -> SecuredBeds:
    """Take every part, each in a savepoint, so that all shortfalls are known; any of them undoes the whole."""
    opening = application.opening
    entry = _entry_bed(worker, clearance, arrives_on)
    parts: list[Callable] = [
        lambda: _refuse_hired(worker),
        lambda: fill_place(opening=opening, held=application.status == Status.AGREED),
        lambda: _refuse_uncleared(clearance),
        lambda: secure_beds(factory=opening.factory, extra_workers=int(lives_outside(worker, on=on)), entry=entry, by=by, on=on),
    ]
    shortfalls = []
    for secure in parts:
        try:
            with transaction.atomic():
                beds = secure()
        except Refusal as refusal:
            shortfalls.append(refusal)
    if shortfalls:
        raise NotAccepted(application=application, shortfalls=shortfalls)
    return beds


def _refuse_hired(worker: Worker) -> None:
    if worker.status == Worker.Status.HIRED:
        raise HiredElsewhere(worker=worker)


def _refuse_uncleared(clearance: Clearance) -> None:
    if clearance.verdict in (Clearance.Verdict.REFUSED, Clearance.Verdict.UNDECIDED):
        raise NotCleared(clearance=clearance)


def _entry_bed(worker: Worker, clearance: Clearance, arrives_on: dt.date) -> EntryBed | None:
    return EntryBed(worker, arrives_on, clearance.entry_quarantine_days) if clearance.asks_for_a_site else None


def _record(application: Application, clearance: Clearance, arrives_on: dt.date, starts_on: dt.date, beds: SecuredBeds, by: User) -> Acceptance:
    return Acceptance(
        application=application,
        clearance=clearance,
        arrives_on=arrives_on,
        starts_on=starts_on,
        entry_stay=beds.stay,
        reservation=beds.backup[0].reservation if beds.backup else None,
        beds_added=sum(part.beds for part in beds.backup),
        accepted_by=by,
    )


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
    return parts
