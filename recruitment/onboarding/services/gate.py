"""Whoever goes straight to the factory and isn't seen there: the factory is reminded, then everything is freed; and taken back if they did come.

The policy's clock (GatePolicy) runs only where nothing at all was seen of the person, and never frees anything before a reminder has had
its time. Runs are repeatable: each acceptance is looked at again under its lock.
"""

import datetime as dt
from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.closing import end_application
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_recruiter, tell_worker
from recruitment.onboarding.models import Acceptance, GatePolicy
from recruitment.onboarding.services.acceptance import HiredElsewhere
from recruitment.onboarding.services.confirming import NOT_COME, release_each
from recruitment.onboarding.services.first_shift import shift_of
from recruitment.onboarding.services.journey import secure_pass
from recruitment.onboarding.services.one_by_one import one_by_one
from recruitment.onboarding.services.undoing import lock_person, was_seen
from recruitment.openings.services.places import fill_place, lock_openings
from recruitment.quarantine.services.securing import secure_beds
from recruitment.shared.dated import under_the_same_rules
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Crossing
from recruitment.workers.models import Worker
from search.outbox import request_index

DAY = dt.timedelta(days=1)
LOOKED_BACK = 30 * DAY
ASK_FACTORY = gettext_noop(
    "Chưa ghi ai mang hồ sơ %(receipt)s, tin %(title)s, đã đến. Hãy ghi “Đã đến” hoặc “Không đến” trước %(until)s; sau đó chỗ được trả lại."
)
ASK_WORKER = gettext_noop(
    "%(factory)s chưa ghi bạn đã đến làm %(title)s. Nếu đã đến, hãy đưa mã ở cổng hoặc bấm “Tôi đã vào ca”; sau %(until)s chỗ dành cho người khác."
)


class NotCorrectable(Refusal):
    """Too late, or the bed of a site was freed, which the site has to give again. Carries `acceptance`."""

    def for_people(self) -> str:
        return _("Không sửa lại được nữa. Hãy nhờ người này ứng tuyển lại rồi nhận như thường.")


def expected_on(acceptance: Acceptance) -> dt.date:
    """At the factory: the day of arrival, or of the first shift for whoever first isolates at home. Needs `clearance`."""
    return acceptance.starts_on if acceptance.clearance.entry_quarantine_days else acceptance.arrives_on


def frees_at(acceptance: Acceptance, policy: GatePolicy | None) -> dt.datetime | None:
    """When everything held goes back; `policy` is the one of `expected_on`. None where no clock runs."""
    if policy is None or acceptance.entry_stay_id:
        return None
    at = _hours_after(expected_on(acceptance), policy.free_hours)
    notice = dt.timedelta(hours=policy.free_hours - policy.remind_hours)
    return max(at, acceptance.reminded_at + notice) if acceptance.reminded_at else at


def remind_of_missing(*, now: dt.datetime, on: dt.date) -> int:
    """Ask the factory, and the person, once; how many."""
    rows = with_policies(_missing(now).filter(reminded_at=None))
    due = [(row, policy) for row, policy in rows if now >= _hours_after(expected_on(row), policy.remind_hours)]
    return one_by_one(partial(_remind, row.pk, policy, now) for row, policy in due)


def release_missing(*, now: dt.datetime, on: dt.date, only: int | None = None) -> int:
    """Free everything held for those who weren't seen in time, as for every no-show; how many. `only`: one acceptance's key."""
    over = [row.pk for row in overdue(now=now) if only in (None, row.pk)]
    return release_each(_missing(now).filter(pk__in=over), NOT_COME, on) if over else 0


def overdue(*, now: dt.datetime) -> list[Acceptance]:
    """Whose time was over by then, after a reminder that had its own."""
    rows = with_policies(_missing(now).exclude(reminded_at=None))
    return [row for row, policy in rows if (at := frees_at(row, policy)) and at <= now]


@transaction.atomic
def correct_no_show(*, application: Application, by: User, on: dt.date) -> Acceptance:
    """The person did come: the place, the backup cover and a pass are taken again, and he or she is checked in.

    Repeating it changes nothing. Raises NotCorrectable, HiredElsewhere, NoPlacesLeft, BedsMissing or WrongMoment.
    """
    worker = lock_person(application)
    others = _lock_others(worker)
    application = locked(application)
    acceptance = Acceptance.objects.select_related("clearance").filter(application=application).first()
    if acceptance is None:
        raise WrongMoment(application=application)
    if acceptance.undone_at is None and application.status == Application.Status.ACCEPTED:
        return acceptance
    if not correctable([acceptance]):
        raise NotCorrectable(acceptance=acceptance)
    if worker.status == Worker.Status.HIRED:
        raise HiredElsewhere(worker=worker)
    if any(other.opening_id == application.opening_id for other in others):
        raise NotCorrectable(acceptance=acceptance)
    lock_openings(pks=[application.opening_id, *(other.opening_id for other in others if other.status in Application.HOLDING_STATUSES)])
    fill_place(opening=application.opening, held=False)
    _secure_again(acceptance, application, worker, by, on)
    application.stand_again()
    application.ending = ""
    keep(application, by=by)
    worker.status = Worker.Status.HIRED
    worker.save(update_fields=["status", "changed_at"])
    request_index("candidate", [worker.pk])
    for other in others:
        end_application(application=other, ending=Application.Ending.HIRED_ELSEWHERE, by=by)
    shift = shift_of(acceptance)
    shift.checked_in_at, shift.checked_in_by = timezone.now(), by
    shift.save(update_fields=["checked_in_at", "checked_in_by"])
    tell_worker(application, "came_after_all", gettext_noop("%(factory)s đã ghi lại là bạn có đến: việc %(title)s vẫn là của bạn."))
    return acceptance


@under_the_same_rules()
def correctable(acceptances: Iterable[Acceptance]) -> set[int]:
    """Those (keys) who came straight to the factory, as the rules let them, were noted as missing, and not long ago. Needs `clearance`."""
    found = set()
    for row in acceptances:
        if row.undone_because != Acceptance.Undoing.NO_SHOW or row.undone_at is None:
            continue
        if row.entry_stay_id or row.clearance.asks_for_a_site:  # a site's to say, or who lost the bus and gave the bed back
            continue
        if may_still_be_corrected(row.undone_at):
            found.add(row.pk)
    return found


def may_still_be_corrected(noted_at: dt.datetime) -> bool:
    """Not long after it was noted that somebody wasn't there, by the rule of that day."""
    policy = GatePolicy.objects.in_force(timezone.localdate(noted_at)) or GatePolicy()
    return timezone.now() <= noted_at + dt.timedelta(hours=policy.correct_hours)


def _lock_others(worker: Worker) -> list[Application]:
    """The person's open applications, as acceptance locks them: before any opening."""
    rows = Application.objects.open().select_for_update(of=("self",), no_key=True)
    return list(rows.filter(worker=worker).order_by("pk"))


def _secure_again(acceptance: Acceptance, application: Application, worker: Worker, by: User, on: dt.date) -> None:
    factory = application.opening.factory
    beds = secure_beds(factory=factory, extra_workers=int(acceptance.from_outside), entry=None, by=by, on=on)
    if acceptance.from_outside:
        starts_on = max(on, acceptance.starts_on)
        secure_pass(worker=worker, factory=factory, seat=None, by=by, on=on, arrives_on=on, starts_on=starts_on)
    acceptance.beds_added = sum(part.beds for part in beds.backup)
    acceptance.reservation = beds.backup[0].reservation if beds.backup else acceptance.reservation
    acceptance.undone_at, acceptance.undone_because, acceptance.undone_by, acceptance.ride_by = None, "", None, None
    acceptance.confirmed_at = acceptance.confirmed_at or timezone.now()  # who came said yes with the feet
    acceptance.save(update_fields=["beds_added", "reservation", "undone_at", "undone_because", "undone_by", "ride_by", "confirmed_at"])


def _missing(now: dt.datetime) -> QuerySet[Acceptance]:
    """Expected at the factory on an earlier day under a policy, and nothing was seen of them, not even at a checkpoint."""
    today = timezone.localdate(now)
    came_in = Crossing.objects.entries().filter(entry_pass__worker=OuterRef("application__worker"), at__gte=OuterRef("accepted_at"))
    unseen = Q(first_shift=None) | Q(first_shift__checked_in_at=None, first_shift__said_started_at=None)
    rows = Acceptance.objects.standing().filter(
        unseen, ~Exists(came_in), entry_stay=None, ride_by=None, application__status=Application.Status.ACCEPTED
    )
    expected = Q(clearance__entry_quarantine_days=0, arrives_on__lt=today, arrives_on__gt=today - LOOKED_BACK) | Q(
        clearance__entry_quarantine_days__gt=0, starts_on__lt=today, starts_on__gt=today - LOOKED_BACK
    )
    return rows.filter(expected).select_related("clearance", "application__opening").order_by("arrives_on", "pk")


@under_the_same_rules()
def with_policies(rows: Iterable[Acceptance]) -> list[tuple[Acceptance, GatePolicy]]:
    """Each with the rule of the day on which the person was expected; those of no rule are left out."""
    found = [(row, GatePolicy.objects.in_force(expected_on(row))) for row in rows]
    return [(row, policy) for row, policy in found if policy]


@transaction.atomic
def _remind(pk: int, policy: GatePolicy, now: dt.datetime) -> bool:
    application = Acceptance.objects.select_related("application").get(pk=pk).application
    lock_person(application)
    application = locked(application)
    acceptance = _missing(now).filter(pk=pk, reminded_at=None).first()
    if acceptance is None or was_seen(acceptance):
        return False
    acceptance.reminded_at = now
    acceptance.save(update_fields=["reminded_at"])
    until = f"{timezone.localtime(frees_at(acceptance, policy)):%H:%M %d/%m/%Y}"
    tell_recruiter(application, "not_seen", ASK_FACTORY, until=until)
    tell_worker(application, "not_seen", ASK_WORKER, until=until)
    return True


def _hours_after(day: dt.date, hours: int) -> dt.datetime:
    """From the end of the day."""
    return timezone.make_aware(dt.datetime.combine(day + DAY, dt.time.min)) + dt.timedelta(hours=hours)
