"""What is held waits for a yes, by the policy's clock, and for the person to come: else everything is freed."""

import datetime as dt
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_recruiter
from recruitment.applications.services.suggesting import tell_of_others
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.one_by_one import one_by_one
from recruitment.onboarding.services.undoing import free_everything, lock_person, was_seen
from recruitment.openings.services.places import lock_openings
from recruitment.shared.refusals import Refusal

CHUNK = 200


class TooLate(Refusal):
    """The clock ran out. Carries `acceptance`."""

    def for_people(self) -> str:
        return _("Đã quá hạn xác nhận nên chỗ được trả lại. Bạn vẫn ứng tuyển lại được khi tin còn mở.")


@transaction.atomic
def confirm(*, application: Application, by: User, on: dt.date) -> Acceptance:
    """The worker says yes to the terms and the days. Repeating it changes nothing. Raises TooLate or WrongMoment."""
    lock_person(application)
    application = locked(application)
    acceptance = Acceptance.objects.filter(application=application).first()
    if acceptance and acceptance.undone_because == Acceptance.Undoing.NOT_CONFIRMED:
        raise TooLate(acceptance=acceptance)
    if acceptance is None or application.status != Application.Status.ACCEPTED:
        raise WrongMoment(application=application)
    if acceptance.confirmed_at:
        return acceptance
    acceptance.confirmed_at = timezone.now()
    acceptance.save(update_fields=["confirmed_at"])
    tell_recruiter(application, "confirmed", gettext_noop("Người lao động đã xác nhận sẽ đến làm: %(receipt)s, tin %(title)s."))
    return acceptance


def release_unconfirmed(*, now: dt.datetime, on: dt.date, only: int | None = None) -> int:
    """Free everything held for those whose clock ran out; how many. Each is a transaction of its own, looked at again under its lock.

    Whoever is in the province already has said yes with the feet. `only`: one acceptance's key.
    """
    late = _those(Acceptance.objects.to_confirm().not_entered(), only).filter(confirm_by__lte=now).order_by("confirm_by", "pk")
    return release_each(late, LAPSED, on)


def release_no_shows(*, on: dt.date) -> int:
    """Free the rest of what was held for those who never came for their bed: place, backup, seat and pass; how many."""
    return release_each(Acceptance.objects.not_come().order_by("pk"), NOT_COME, on)


def release_without_a_ride(*, now: dt.datetime, on: dt.date, only: int | None = None) -> int:
    """Free the place of those who lost their seat and found no other way here in time; how many."""
    late = _those(Acceptance.objects.without_a_seat(), only).filter(ride_by__lte=now).order_by("ride_by", "pk")
    return release_each(late, NO_RIDE, on)


def _those(rows: QuerySet[Acceptance], only: int | None) -> QuerySet[Acceptance]:
    return rows if only is None else rows.filter(pk=only)


@dataclass(frozen=True)
class Lapse:
    """How an acceptance ends without anybody's act, and what both sides are told (msgids)."""

    because: Acceptance.Undoing
    ending: Application.Ending
    with_others: str
    without: str
    to_recruiter: str


LAPSED = Lapse(
    Acceptance.Undoing.NOT_CONFIRMED,
    Application.Ending.NOT_CONFIRMED,
    gettext_noop("Đã hết hạn xác nhận việc %(title)s, %(factory)s nên chỗ được trả lại. Việc khác còn chỗ, còn giường: %(others)s."),
    gettext_noop("Đã hết hạn xác nhận việc %(title)s, %(factory)s nên chỗ được trả lại. Mở Vùng Xanh để xem việc khác."),
    gettext_noop("Người lao động không xác nhận kịp: %(receipt)s, tin %(title)s. Chỗ đã trống lại."),
)
NOT_COME = Lapse(
    Acceptance.Undoing.NO_SHOW,
    Application.Ending.NO_SHOW,
    gettext_noop("Bạn không đến như hẹn nên việc %(title)s, %(factory)s không giữ nữa. Việc khác còn chỗ, còn giường: %(others)s."),
    gettext_noop("Bạn không đến như hẹn nên việc %(title)s, %(factory)s không giữ nữa. Mở Vùng Xanh để xem việc khác."),
    gettext_noop("Người lao động không đến: %(receipt)s, tin %(title)s. Chỗ, xe và giấy đã được trả lại."),
)

NO_RIDE = Lapse(
    Acceptance.Undoing.NO_RIDE,
    Application.Ending.NO_RIDE,
    gettext_noop("Đã hết hạn tìm cách đi khác nên việc %(title)s, %(factory)s không giữ nữa. Việc khác còn chỗ, còn giường: %(others)s."),
    gettext_noop("Đã hết hạn tìm cách đi khác nên việc %(title)s, %(factory)s không giữ nữa. Mở Vùng Xanh để xem việc khác."),
    gettext_noop("Người lao động lỡ xe, không tìm được cách đi khác kịp: %(receipt)s, tin %(title)s. Chỗ đã trống lại."),
)


def release_each(acceptances: QuerySet[Acceptance], lapse: Lapse, on: dt.date) -> int:
    """A chunk of them, each looked at again under its lock; how many were ended."""
    rows = list(acceptances.select_related("application")[:CHUNK])
    return one_by_one(partial(_release, row.application, acceptances.filter(pk=row.pk), lapse, on) for row in rows)


@transaction.atomic
def _release(application: Application, still: QuerySet[Acceptance], lapse: Lapse, on: dt.date) -> bool:
    worker = lock_person(application)
    application = locked(application)
    acceptance = still.select_related("entry_stay").first()
    if acceptance is None or application.status != Application.Status.ACCEPTED or was_seen(acceptance):
        return False
    lock_openings(pks=[application.opening_id])
    application.undo()
    application.ending = lapse.ending
    keep(application, by=None)
    free_everything(acceptance=acceptance, application=application, worker=worker, because=lapse.because, by=None, on=on)
    tell_of_others(application, kind=lapse.ending, with_others=lapse.with_others, without=lapse.without, on=on)
    tell_recruiter(application, lapse.ending, lapse.to_recruiter)
    return True
