"""A factory chooses: invites, shortlists, refuses with a reason, offers a place."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.applying import NotTakingApplications, new_receipt
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_worker
from recruitment.openings.models import Opening
from recruitment.openings.services.places import free_place, hold_place
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

Status = Application.Status
MOST_INVITED_AT_ONCE = 50
ANSWER_TIME = dt.timedelta(hours=72)


class TooManyInvited(Refusal):
    """More than 50 people at once. Carries `count`."""

    def for_people(self) -> str:
        return _("Mỗi lần mời tối đa %(most)d người, bạn đã chọn %(count)d.") % {"most": MOST_INVITED_AT_ONCE, "count": self.facts["count"]}


@dataclass(frozen=True)
class Invited:
    """A batch's outcome: the new invitations, and the people who could not be invited (open application, hidden, hired)."""

    applications: list[Application]
    left_out: int


@transaction.atomic
def invite(*, opening: Opening, workers: Collection[int], by: User, on: dt.date) -> Invited:
    """Invite people who agreed to be found. Whoever has an open application or is not looking is left out, not an error."""
    if len(workers) > MOST_INVITED_AT_ONCE:
        raise TooManyInvited(count=len(workers))
    opening = Opening.objects.open_on(on).select_related("factory", "created_by").filter(pk=opening.pk).first()
    if opening is None:
        raise NotTakingApplications(opening=opening)
    people = Worker.objects.searchable().select_for_update(of=("self",), no_key=True).filter(pk__in=workers).select_related("user").order_by("pk")
    applied = set(Application.objects.open().filter(opening=opening, worker__in=workers).values_list("worker", flat=True))
    invited = []
    for worker in people:
        if worker.pk in applied:
            continue
        application = Application(
            worker=worker, opening=opening, receipt=new_receipt(), status=Status.INVITED, answer_by=timezone.now() + ANSWER_TIME
        )
        keep(application, by=by)
        tell_worker(application, "invited", gettext_noop("%(factory)s mời bạn ứng tuyển %(title)s. Mở Vùng Xanh để xem và trả lời."))
        invited.append(application)
    return Invited(invited, len(set(workers)) - len(invited))


@transaction.atomic
def shortlist(*, application: Application, by: User, on: dt.date) -> Application:
    """Keep the person in view. Repeating it changes nothing. Raises WrongMoment."""
    application = locked(application)
    if application.status == Status.SHORTLISTED:
        return application
    if application.status != Status.APPLIED:
        raise WrongMoment(application=application)
    application.shortlist()
    keep(application, by=by)
    tell_worker(application, "shortlisted", gettext_noop("%(factory)s đang xem xét hồ sơ %(receipt)s của bạn cho việc %(title)s."))
    return application


@transaction.atomic
def refuse(*, application: Application, reason: str, by: User, on: dt.date) -> Application:
    """Say no with a coded reason (Application.Refusal); a held place is free again. Raises WrongMoment."""
    application = locked(application)
    if application.status == Status.REFUSED:
        return application
    if application.status not in Application.PIPELINE_STATUSES:
        raise WrongMoment(application=application)
    if application.status in Application.HOLDING_STATUSES:
        free_place(opening=application.opening, accepted=False)
    application.refuse()
    application.refusal, application.answer_by = Application.Refusal(reason).value, None
    keep(application, by=by)
    tell_worker(
        application,
        "refused",
        gettext_noop("%(factory)s không chọn hồ sơ %(receipt)s cho việc %(title)s. Lý do: %(reason)s. Mở Vùng Xanh để xem việc khác."),
        reason=Application.Refusal(reason).label,
    )
    return application


@transaction.atomic
def offer(*, application: Application, by: User, on: dt.date) -> Application:
    """Offer a place and hold it for 72 hours. Repeating it changes nothing. Raises NoPlacesLeft or WrongMoment."""
    application = locked(application)
    if application.status == Status.OFFERED:
        return application
    if application.status not in (Status.APPLIED, Status.SHORTLISTED):
        raise WrongMoment(application=application)
    hold_place(opening=application.opening)
    application.offer()
    application.answer_by = timezone.now() + ANSWER_TIME
    keep(application, by=by)
    tell_worker(application, "offered", gettext_noop("%(factory)s đề nghị nhận bạn vào việc %(title)s. Hãy trả lời trong 72 giờ trên Vùng Xanh."))
    return application
