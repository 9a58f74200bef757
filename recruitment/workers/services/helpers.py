"""Who answers for people without a phone once the former helper has left or hands them over: nobody falls silent.

A helper who has left is known by the state alone (`Worker.objects.unanswered()`), whichever page or day ended the role. Until another
is named the former one stays written down, and what nobody has read moves along with the person.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from recruitment.accounts.models import Membership, Role, User
from recruitment.notifications.models import Message
from recruitment.notifications.services.messages import HELPED, send_messages, tell
from recruitment.places.models import Province
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import HelperChange, Worker

CHUNK = 200
UNANSWERED = "/groups/unanswered/"
NOBODY_ANSWERS = "nobody_answers"
TOLD_ONCE = 7_116_003  # an advisory lock: two runs at once tell the department once


class CannotAnswer(Refusal):
    """Whoever was chosen is no liaison of that house any more."""

    field = "helper"

    def for_people(self) -> str:
        return _("Người này không còn nhận tin thay được. Hãy chọn người khác.")


@transaction.atomic
def name_helper(*, workers: Collection[int], helper: Membership, by: User | None, on: dt.date) -> int:
    """Whoever of these (keys of workers) has no phone is answered for by `helper` from now on; how many that changed.

    Each of them, the new helper and the former ones are told, and what they have not read yet goes to the new one.
    Raises CannotAnswer. Repeating it changes nothing.
    """
    if not Membership.objects.answering().filter(pk=helper.pk).exists():
        raise CannotAnswer()
    helped = User.objects.filter(worker__in=workers, phone=None, helper__isnull=False, is_active=True)  # asked again under the lock
    helped = helped.exclude(helper=helper.user_id, helper_house=helper.organisation_id)
    people = list(helped.select_for_update(of=("self",), no_key=True).select_related("worker", "helper").order_by("pk"))
    now = timezone.now()
    by_former: dict[Any, list[User]] = defaultdict(list)
    HelperChange.objects.bulk_create(
        HelperChange(worker=person.worker, former=person.helper, helper=helper.user, house=helper.organisation, by=by, at=now) for person in people
    )
    for person in people:
        by_former[person.helper].append(person)
        person.helper, person.helper_house = helper.user, helper.organisation
    User.objects.bulk_update(people, ["helper", "helper_house"])
    _tell_people(people, helper, now)
    for former, theirs in by_former.items():
        Message.objects.filter(about__in=theirs, recipient=former, read_at=None).update(recipient=helper.user)
        if former.is_active and former not in (helper.user, by):
            _tell_former(former, len(theirs), helper, now)
    return len(people)


def look_after_unanswered(*, on: dt.date) -> int:
    """Hand everybody whose helper has left to a colleague of the same house, else to a liaison of the person's province, to whoever
    answers for fewest; how many. The labour department is told once a day while nobody can be named. Repeating it changes nothing.
    """
    handed, last = 0, 0
    while pks := list(Worker.objects.unanswered().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        handed += _hand_over(pks, on)
        last = pks[-1]
    _bring_after()
    _tell_department(on)
    return handed


def _bring_after() -> None:
    """A message written in the moment of a change went to the former helper still: what nobody has read goes where the person is."""
    stray = Message.objects.filter(about__helper__isnull=False, read_at=None).exclude(recipient=F("about__helper"))
    stray.update(recipient=Subquery(User.objects.filter(pk=OuterRef("about")).values("helper")[:1]))


@transaction.atomic
def _hand_over(pks: Sequence[int], on: dt.date) -> int:
    rows = Worker.objects.unanswered().filter(pk__in=pks).select_related("user", "home_province").defer("birth_date", "national_id")
    people = list(rows.select_for_update(of=("user",), no_key=True, skip_locked=True).order_by("pk"))
    answering = list(Membership.objects.answering().select_related("user", "organisation__province").order_by("pk"))
    load = Counter(dict(User.objects.filter(helper__in=[one.user_id for one in answering]).values_list("helper").annotate(Count("pk"))))
    given: dict[Membership, list[int]] = defaultdict(list)
    for worker in people:
        colleagues = [one for one in answering if one.organisation_id == worker.user.helper_house_id]
        able = colleagues or [one for one in answering if _today(one.organisation.province) == _today(worker.home_province)]
        if able:
            chosen = min(able, key=lambda one: load[one.user_id])
            load[chosen.user_id] += 1
            given[chosen].append(worker.pk)
    return sum(name_helper(workers=theirs, helper=helper, by=None, on=on) for helper, theirs in given.items())


def _today(province: Province | None) -> int | None:
    """A province that has become part of another is looked after by that one."""
    return (province.successor_id or province.pk) if province else None


def _tell_people(people: Sequence[User], helper: Membership, now: dt.datetime) -> None:
    """Nobody reads it but the new helper, who passes it on; it stays for the day on which the person has a phone."""
    messages = []
    for person in people:
        with override(person.language):
            text = _("Từ giờ %(helper)s (%(house)s) nhận tin thay bạn.") % {"helper": helper.user, "house": helper.organisation}
        messages.append((person, text))
    send_messages(messages, kind="helper_changed", now=now)


def _tell_former(former: User, count: int, helper: Membership, now: dt.datetime) -> None:
    def text() -> str:
        sentence = ngettext(
            "%(count)d người mà bạn nhận tin thay nay do %(helper)s (%(house)s) nhận.",
            "%(count)d người mà bạn nhận tin thay nay do %(helper)s (%(house)s) nhận.",
            count,
        )
        return sentence % {"count": count, "helper": helper.user, "house": helper.organisation}

    tell([former], text, kind="helper_changed", link=HELPED, now=now)


@transaction.atomic
def _tell_department(on: dt.date) -> None:
    left = Worker.objects.unanswered().count()
    if not left:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TOLD_ONCE])
    told = Message.objects.filter(kind=NOBODY_ANSWERS, created_at__date=on).values("recipient")
    officers = Membership.objects.current().filter(role=Role.LABOUR_OFFICER).people().exclude(pk__in=told)

    def text() -> str:
        sentence = ngettext(
            "%(count)d người không có điện thoại chưa có ai nhận tin thay. Hãy chọn người nhận.",
            "%(count)d người không có điện thoại chưa có ai nhận tin thay. Hãy chọn người nhận.",
            left,
        )
        return sentence % {"count": left}

    tell(officers, text, kind=NOBODY_ANSWERS, link=UNANSWERED, now=timezone.now())
