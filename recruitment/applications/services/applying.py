"""A worker applies, answers an offer, or takes the application back before acceptance."""

import datetime as dt
import secrets
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_recruiter, tell_worker
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Consent, Worker

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misread over the phone
RECEIPT_LENGTH = 8


class AlreadyApplied(Refusal):
    """There is an open application of this person for this opening. Carries `application`."""

    def for_people(self) -> str:
        return _("Bạn đã ứng tuyển việc này, biên nhận %(receipt)s.") % {"receipt": self.facts["application"].receipt}


class NotTakingApplications(Refusal):
    """The opening is closed, paused, past its date or full. Carries `opening`."""

    def for_people(self) -> str:
        return _("Tin này không còn nhận ứng tuyển. Hãy chọn một việc khác trong danh sách.")


class NoConsent(Refusal):
    """Without consent to send the profile there is nothing to apply with. Carries `worker`."""

    field = "consent"

    def for_people(self) -> str:
        return _("Hãy đồng ý gửi hồ sơ tới nhà máy thì mới ứng tuyển được.")


class AlreadyHired(Refusal):
    """Carries `worker`."""

    def for_people(self) -> str:
        return _("Bạn đã được một nhà máy nhận. Muốn ứng tuyển việc khác, hãy rút hồ sơ đã được nhận trước.")


def new_receipt() -> str:
    """VX- and eight signs: 852 thousand million of them, so a clash is caught by the unique column, not awaited."""
    return "VX-" + "".join(secrets.choice(ALPHABET) for _sign in range(RECEIPT_LENGTH))


@transaction.atomic
def apply(*, worker: Worker, opening: Opening, starts_on: dt.date, idempotency_key: UUID | None, by: User, on: dt.date) -> Application:
    """Send the profile to the factory. The same key again returns the first application.

    Raises AlreadyApplied (with that application), NotTakingApplications, NoConsent, AlreadyHired.
    """
    worker = Worker.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=worker.pk)
    if first := _with_key(worker, opening, idempotency_key):
        return first
    existing = Application.objects.open().filter(worker=worker, opening=opening).first()
    if existing and existing.status != Application.Status.INVITED:
        raise AlreadyApplied(application=existing)
    if worker.status == Worker.Status.HIRED:
        raise AlreadyHired(worker=worker)
    if not Opening.objects.open_on(on).filter(pk=opening.pk).exists():
        raise NotTakingApplications(opening=opening)
    if not Consent.objects.filter(worker=worker, purpose=Consent.Purpose.APPLICATION, withdrawn_at=None).exists():
        raise NoConsent(worker=worker)
    key = _unless_used(idempotency_key)
    invitation = locked(existing) if existing else None
    if invitation and invitation.status != Application.Status.INVITED:
        invitation = None  # it lapsed a moment ago
    application = _answered(invitation, starts_on, key) if invitation else _created(worker, opening, starts_on, key)
    keep(application, by=by)
    tell_worker(application, "applied", gettext_noop("Đã nhận hồ sơ ứng tuyển %(title)s, %(factory)s. Số biên nhận %(receipt)s."))
    tell_recruiter(application, "new_application", gettext_noop("Có hồ sơ mới cho tin %(title)s: %(receipt)s."))
    return application


def _with_key(worker: Worker, opening: Opening, key: UUID | None) -> Application | None:
    return Application.objects.filter(worker=worker, opening=opening, idempotency_key=key).first() if key else None


def _unless_used(key: UUID | None) -> UUID | None:
    """A key that another application carries (a form sent to the wrong opening) says nothing about this one."""
    return None if key and Application.objects.filter(idempotency_key=key).exists() else key


def _answered(invitation: Application, starts_on: dt.date, key: UUID | None) -> Application:
    invitation.answer_invitation()
    invitation.starts_on, invitation.idempotency_key, invitation.answer_by = starts_on, key, None
    return invitation


def _created(worker: Worker, opening: Opening, starts_on: dt.date, key: UUID | None) -> Application:
    opening = Opening.objects.select_related("factory", "created_by").get(pk=opening.pk)
    for _attempt in range(3):
        try:
            with transaction.atomic():
                return Application.objects.create(worker=worker, opening=opening, receipt=new_receipt(), starts_on=starts_on, idempotency_key=key)
        except IntegrityError as error:
            if "receipt" not in str(error):
                raise
    raise AssertionError("three receipts in a row were taken")


@transaction.atomic
def agree(*, application: Application, by: User, on: dt.date, wants_trip: bool | None = None) -> Application:
    """The worker says yes to an offer, and whether a seat on an organised bus is wanted. Repeating it changes nothing. Raises WrongMoment."""
    application = locked(application)
    if application.status in (Application.Status.AGREED, Application.Status.ACCEPTED):
        return application
    if application.status != Application.Status.OFFERED:
        raise WrongMoment(application=application)
    application.agree()
    application.answer_by, application.wants_trip = None, wants_trip
    keep(application, by=by)
    tell_recruiter(application, "agreed", gettext_noop("Người lao động đã đồng ý đề nghị của tin %(title)s: %(receipt)s."))
    return application
