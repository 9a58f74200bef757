"""A factory chooses: invites, shortlists, refuses with a reason, offers a place."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from recruitment.accounts.models import User
from recruitment.applications.models import AnswerPolicy, Application, ApplicationEvent
from recruitment.applications.services.applying import NotTakingApplications, new_receipt
from recruitment.applications.services.steps import WrongMoment, keep, locked, tell_worker
from recruitment.employers.models import Enterprise
from recruitment.openings.models import Opening
from recruitment.openings.services.places import free_place, hold_place
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

Status = Application.Status
MOST_INVITED_AT_ONCE = 50
MOST_INVITED_A_DAY = 200  # by one enterprise
MOST_WAITING_INVITATIONS = 5  # of one person: whoever has so many to answer gets no more


class TooManyInvited(Refusal):
    """More than 50 people at once. Carries `count`."""

    def for_people(self) -> str:
        return _("Mỗi lần mời tối đa %(most)d người, bạn đã chọn %(count)d.") % {"most": MOST_INVITED_AT_ONCE, "count": self.facts["count"]}


class TooManyToday(Refusal):
    """The enterprise would contact more people than one may in a day. Carries `left`, how many it still may, and `count`."""

    def for_people(self) -> str:
        return _("Hôm nay doanh nghiệp còn %(left)d lượt mời, bạn đã chọn %(count)d. Hãy bỏ bớt hoặc mời tiếp vào ngày mai.") % self.facts


class LeftOut(Enum):
    """Why somebody could not be invited."""

    APPLIED = gettext_lazy("đã có hồ sơ cho tin này")
    NOT_LOOKING = gettext_lazy("đang ẩn hoặc đã được nhận nơi khác")
    INVITED_OFTEN = gettext_lazy("đang có nhiều lời mời chưa trả lời")


class OthersWait(Refusal):
    """The places left are those for which others wait already. Carries `first`, the application in front, and `waiting`, how many there are."""

    def for_people(self) -> str:
        facts = {"who": self.facts["first"].worker.user.name, "waiting": self.facts["waiting"]}
        return (
            _(
                "%(who)s chờ chỗ này trước (%(waiting)d người đang chờ) và được nhận ngay khi có chỗ. Đề nghị được khi còn dư chỗ, hoặc hãy thôi chờ cho họ."
            )
            % facts
        )


@dataclass(frozen=True)
class Invited:
    """A batch's outcome: the new invitations, and by worker's primary key why the others could not be invited."""

    applications: list[Application]
    left_out: Mapping[int, LeftOut]


@transaction.atomic
def invite(*, opening: Opening, workers: Collection[int], by: User, on: dt.date) -> Invited:
    """Invite people who agreed to be found. Whoever can't be invited is left out and named, not an error.

    Raises TooManyInvited, TooManyToday or NotTakingApplications; then nobody is invited.
    """
    if len(workers) > MOST_INVITED_AT_ONCE:
        raise TooManyInvited(count=len(workers))
    opening = Opening.objects.open_on(on).select_related("factory", "created_by").filter(pk=opening.pk).first()
    if opening is None:
        raise NotTakingApplications(opening=opening)
    Enterprise.objects.select_for_update(of=("self",), no_key=True).get(pk=opening.factory.enterprise_id)  # its contacts of the day are counted here
    if len(workers) > (left := contacts_left(enterprise=opening.factory.enterprise_id, on=on)):
        raise TooManyToday(left=left, count=len(workers))
    people = Worker.objects.searchable().select_for_update(of=("self",), no_key=True).filter(pk__in=workers).select_related("user").order_by("pk")
    left_out = _left_out(opening, workers)
    invited, answer_by = [], timezone.now() + _time_to_answer(on)
    for worker in people:
        if worker.pk in left_out:
            continue
        application = Application(worker=worker, opening=opening, receipt=new_receipt(), status=Status.INVITED, answer_by=answer_by)
        keep(application, by=by)
        tell_worker(application, "invited", gettext_noop("%(factory)s mời bạn ứng tuyển %(title)s. Mở Vùng Xanh để xem và trả lời."))
        invited.append(application)
    not_looking = set(workers) - left_out.keys() - {application.worker_id for application in invited}
    return Invited(invited, left_out | dict.fromkeys(sorted(not_looking), LeftOut.NOT_LOOKING))


def contacts_left(*, enterprise: int, on: dt.date) -> int:
    """How many more people the enterprise may invite today."""
    today = ApplicationEvent.objects.filter(status=Status.INVITED, at__date=on, application__opening__factory__enterprise=enterprise)
    return max(0, MOST_INVITED_A_DAY - today.count())


def _left_out(opening: Opening, workers: Collection[int]) -> dict[int, LeftOut]:
    waiting = Application.objects.filter(worker__in=workers, status=Status.INVITED).order_by().values_list("worker").annotate(Count("pk"))
    often = [worker for worker, invitations in waiting if invitations >= MOST_WAITING_INVITATIONS]
    applied = Application.objects.open().filter(opening=opening, worker__in=workers).order_by("pk").values_list("worker", flat=True)
    return dict.fromkeys(often, LeftOut.INVITED_OFTEN) | dict.fromkeys(applied, LeftOut.APPLIED)


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
    """Offer a place and hold it for as long as the policy of the day gives to answer. Repeating it changes nothing.

    Raises NoPlacesLeft, OthersWait or WrongMoment.
    """
    application = locked(application)
    if application.status == Status.OFFERED:
        return application
    if application.status not in (Status.APPLIED, Status.SHORTLISTED):
        raise WrongMoment(application=application)
    hold_place(opening=application.opening)
    _leave_places_to_those_who_wait(application)
    application.offer()
    time_to_answer = _time_to_answer(on)
    application.answer_by, application.reminders = timezone.now() + time_to_answer, 0
    keep(application, by=by)
    tell_worker(
        application,
        "offered",
        gettext_noop("%(factory)s đề nghị nhận bạn vào việc %(title)s. Hãy trả lời trong %(hours)d giờ trên Vùng Xanh."),
        hours=time_to_answer // dt.timedelta(hours=1),
    )
    return application


def _leave_places_to_those_who_wait(application: Application) -> None:
    """With the place held, and so the opening locked: as many must be left as people wait for one. The queue takes them a moment later."""
    waiting = list(Application.objects.waiting_for_a_place().filter(opening=application.opening_id).values_list("pk", flat=True))
    in_front = waiting[: waiting.index(application.pk)] if application.pk in waiting else waiting
    if in_front and application.opening.places() < len(in_front):
        first = Application.objects.select_related("worker__user").get(pk=in_front[0])
        raise OthersWait(first=first, waiting=len(in_front))


def _time_to_answer(on: dt.date) -> dt.timedelta:
    return dt.timedelta(hours=AnswerPolicy.objects.in_force(on).answer_hours)
