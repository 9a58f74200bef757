"""What is held for somebody who was accepted without having been asked waits for a yes, by the policy's clock."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_recruiter
from recruitment.applications.services.suggesting import tell_of_others
from recruitment.onboarding.models import Acceptance
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


def release_unconfirmed(*, now: dt.datetime, on: dt.date) -> int:
    """Free everything held for those whose clock ran out; how many. Each is a transaction of its own, looked at again under its lock."""
    late = Acceptance.objects.to_confirm().filter(confirm_by__lte=now).order_by("confirm_by", "pk").select_related("application")
    return sum(_release(acceptance.application, now, on) for acceptance in list(late[:CHUNK]))


@transaction.atomic
def _release(application: Application, now: dt.datetime, on: dt.date) -> bool:
    worker = lock_person(application)
    application = locked(application)
    acceptance = Acceptance.objects.to_confirm().filter(application=application, confirm_by__lte=now).select_related("entry_stay").first()
    if acceptance is None or application.status != Application.Status.ACCEPTED or was_seen(acceptance):
        return False
    lock_openings(pks=[application.opening_id])
    application.undo()
    application.ending = Application.Ending.NOT_CONFIRMED
    keep(application, by=None)
    because = Acceptance.Undoing.NOT_CONFIRMED
    free_everything(acceptance=acceptance, application=application, worker=worker, because=because, by=None, on=on)
    tell_of_others(
        application,
        kind="not_confirmed",
        with_others=gettext_noop("Đã hết hạn xác nhận việc %(title)s, %(factory)s nên chỗ được trả lại. Việc khác còn chỗ, còn giường: %(others)s."),
        without=gettext_noop("Đã hết hạn xác nhận việc %(title)s, %(factory)s nên chỗ được trả lại. Mở Vùng Xanh để xem việc khác."),
        on=on,
    )
    tell_recruiter(application, "not_confirmed", gettext_noop("Người lao động không xác nhận kịp: %(receipt)s, tin %(title)s. Chỗ đã trống lại."))
    return True
