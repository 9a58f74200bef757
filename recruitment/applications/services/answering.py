"""Deadlines: people are reminded of invitations and offers, and what nobody answered is free again with other jobs suggested.

Every application is a transaction of its own and is looked at again under its lock: a run that is killed, repeated or doubled
reminds nobody twice and frees nothing twice.
"""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext_noop

from recruitment.applications.models import AnswerPolicy, Application
from recruitment.applications.services.closing import end_application
from recruitment.applications.services.steps import locked, tell_recruiter, tell_worker
from recruitment.applications.services.suggesting import tell_of_others

CHUNK = 500


def reminders_due(*, answer_by: dt.datetime, now: dt.datetime, policy: AnswerPolicy) -> int:
    """How many reminders the person should have had by now: one when half of the time is gone, one some hours before the end."""
    left = answer_by - now
    return (left <= dt.timedelta(hours=policy.answer_hours) / 2) + (left <= dt.timedelta(hours=policy.last_reminder_hours))


def remind_of_answers(*, now: dt.datetime, on: dt.date) -> int:
    """Remind whoever has to answer; how many were reminded. Of two reminders due at once one is sent."""
    policy = AnswerPolicy.objects.in_force(on)
    latest = now + max(dt.timedelta(hours=policy.answer_hours) / 2, dt.timedelta(hours=policy.last_reminder_hours))
    waiting = Application.objects.unanswered().filter(answer_by__gt=now, answer_by__lte=latest, reminders__lt=2)
    return _each(waiting.order_by("answer_by", "pk"), lambda pk: _remind(pk, now, policy))


def release_unanswered(*, now: dt.datetime, on: dt.date, only: int | None = None) -> int:
    """End invitations and offers whose time is over, free the held place, and name three other openings; how many ended.

    `only`: one application's key.
    """
    over = Application.objects.unanswered().filter(answer_by__lte=now)
    over = over if only is None else over.filter(pk=only)
    return _each(over.order_by("answer_by", "pk"), lambda pk: _release(pk, now, on))


def _each(applications, act: Callable[[int], bool]) -> int:
    return sum(act(pk) for pk in list(applications.values_list("pk", flat=True)[:CHUNK]))


@transaction.atomic
def _remind(pk: int, now: dt.datetime, policy: AnswerPolicy) -> bool:
    application = locked(Application(pk=pk))
    if application.answer_by is None or application.status not in (Application.Status.INVITED, Application.Status.OFFERED):
        return False
    due = reminders_due(answer_by=application.answer_by, now=now, policy=policy)
    if application.reminders >= due:
        return False
    Application.objects.filter(pk=pk).update(reminders=due)
    tell_worker(
        application,
        "answer_reminder",
        gettext_noop("%(factory)s chờ bạn trả lời về việc %(title)s: còn %(hours)d giờ. Hết hạn thì chỗ dành cho người khác."),
        hours=max(1, (application.answer_by - now) // dt.timedelta(hours=1)),
    )
    return True


@transaction.atomic
def _release(pk: int, now: dt.datetime, on: dt.date) -> bool:
    application = locked(Application(pk=pk))
    is_waiting = application.status in (Application.Status.INVITED, Application.Status.OFFERED)
    if not is_waiting or application.answer_by is None or application.answer_by > now:
        return False
    was_offered = application.status == Application.Status.OFFERED
    end_application(application=application, ending=Application.Ending.NO_ANSWER, by=None)
    tell_of_others(
        application,
        kind="no_answer",
        with_others=gettext_noop("Đã hết hạn trả lời về việc %(title)s, %(factory)s. Việc khác còn chỗ, còn giường: %(others)s."),
        without=gettext_noop("Đã hết hạn trả lời về việc %(title)s, %(factory)s. Mở Vùng Xanh để xem việc khác."),
        on=on,
    )
    if was_offered:
        tell_recruiter(application, "no_answer", gettext_noop("Hồ sơ %(receipt)s của tin %(title)s hết hạn trả lời: chỗ đang giữ đã trống lại."))
    return True
