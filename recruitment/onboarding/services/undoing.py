"""The way back from an acceptance: whatever it secured is free again in the same transaction, and both sides are told."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_worker
from recruitment.onboarding.models import Acceptance, FirstShift
from recruitment.onboarding.services.journey import give_up_journey, has_boarded
from recruitment.onboarding.services.room import look_for_room_after_commit
from recruitment.openings.services.places import free_place, lock_openings
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.securing import give_up_beds
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker
from search.outbox import request_index


class AlreadyOnTheWay(Refusal):
    """The person has set out or arrived: an acceptance is undone before that, employment is ended afterwards. Carries `acceptance`."""

    def for_people(self) -> str:
        return _("Người này đã lên đường hoặc đã đến nên không hủy việc nhận được nữa. Hãy trao đổi trực tiếp, hoặc để người lao động tự rút.")


@transaction.atomic
def undo_acceptance(*, application: Application, reason: str, by: User, on: dt.date) -> Acceptance:
    """The recruiter takes an acceptance back before the person sets out; everything it held is freed and the person is told why.

    `reason` is one of Acceptance.RECRUITERS_REASONS. Repeating it changes nothing. Raises AlreadyOnTheWay, or WrongMoment where
    nothing was accepted.
    """
    if reason not in Acceptance.RECRUITERS_REASONS:
        raise ValueError(f"not a recruiter's reason: {reason}")
    worker = lock_person(application)
    application = locked(application)
    acceptance = Acceptance.objects.select_related("entry_stay").filter(application=application).first()
    if acceptance and acceptance.undone_at:
        return acceptance
    if acceptance is None or application.status != Application.Status.ACCEPTED:
        raise WrongMoment(application=application)
    if has_set_out(acceptance, on=on):
        raise AlreadyOnTheWay(acceptance=acceptance)
    lock_openings(pks=[application.opening_id])
    application.undo()
    application.ending = Application.Ending.UNDONE
    keep(application, by=by)
    free_everything(acceptance=acceptance, application=application, worker=worker, because=reason, by=by, on=on)
    tell_worker(
        application,
        "acceptance_undone",
        gettext_noop(
            "%(factory)s hủy việc nhận bạn vào %(title)s. Lý do: %(reason)s. Chỗ, giường đã giữ được trả lại. Mở Vùng Xanh để xem việc khác."
        ),
        reason=Acceptance.Undoing(reason).label,
    )
    return acceptance


def free_everything(*, acceptance: Acceptance, application: Application, worker: Worker, because: str, by: User | None, on: dt.date) -> None:
    """Give back the place, the backup beds no longer asked for, the entry bed and the seat, revoke the pass, and let the person look for work.

    Part of the caller's transaction, which has locked the worker, the application and the opening in this order, and ends the
    application itself. Somebody who is already in isolation stays there until the site releases him or her. Repeating it frees nothing.
    """
    if acceptance.undone_at:
        return
    free_place(opening=application.opening, accepted=True)
    worker.status = Worker.Status.LOOKING
    worker.save(update_fields=["status", "changed_at"])
    request_index("candidate", [worker.pk])
    stay = acceptance.entry_stay
    to_cancel = stay if stay and stay.status == Stay.Status.BOOKED else None
    give_up_beds(factory=application.opening.factory, at_most=acceptance.beds_added, stay=to_cancel, by=by, on=on)
    reason = _("Việc nhận không còn hiệu lực: %(why)s.") % {"why": Acceptance.Undoing(because).label}
    give_up_journey(worker=worker, factory=application.opening.factory, reason=reason, by=by, on=on)
    acceptance.undone_at, acceptance.undone_because, acceptance.undone_by = timezone.now(), because, by
    acceptance.save(update_fields=["undone_at", "undone_because", "undone_by"])
    look_for_room_after_commit()


def lock_person(application: Application) -> Worker:
    """The first lock of every act on an application that may touch beds."""
    return Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=application.worker_id)


def has_set_out(acceptance: Acceptance, *, on: dt.date) -> bool:
    """Seen on the way or there, or past the day of arrival."""
    return on > acceptance.arrives_on or is_on_the_way(acceptance)


def is_on_the_way(acceptance: Acceptance) -> bool:
    """Seen, be it only at a checkpoint: what leads here is neither moved nor taken away any more."""
    return was_seen(acceptance) or not Acceptance.objects.not_entered().filter(pk=acceptance.pk).exists()


def was_seen(acceptance: Acceptance) -> bool:
    """Admitted at the site of the entry bed, checked in at the factory, or aboard a bus."""
    if acceptance.entry_stay and acceptance.entry_stay.admitted_at:
        return True
    if FirstShift.objects.filter(acceptance=acceptance, checked_in_at__isnull=False).exists():
        return True
    return has_boarded(acceptance.application.worker, since=acceptance.accepted_at)
