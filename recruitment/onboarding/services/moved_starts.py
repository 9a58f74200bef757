"""Rules or facts may move the day of work after somebody was accepted: the factory is told from which day to which, never why."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from recruitment.applications.services.steps import tell_recruiter
from recruitment.health.models import Clearance, ClearanceChange
from recruitment.onboarding.models import Acceptance, StartMove

MOVED = gettext_noop(
    "Hồ sơ %(receipt)s, tin %(title)s: ngày có thể bắt đầu làm đổi từ %(before)s sang %(after)s. Mở Vùng Xanh để xem và xếp lại ngày đến, ca làm."
)
UNKNOWN = gettext_noop(
    "Hồ sơ %(receipt)s, tin %(title)s: chưa định được ngày bắt đầu làm (trước là %(before)s). Mở Vùng Xanh để xem và xếp người khác nếu cần."
)
KNOWN = gettext_noop(
    "Hồ sơ %(receipt)s, tin %(title)s: đã định được ngày bắt đầu làm, từ %(after)s. Mở Vùng Xanh để xem và xếp lại ngày đến, ca làm."
)


def note_moved_starts(*, on: dt.date) -> int:
    """Note and tell every move since the last look; how many. Only what touches the day agreed counts: a day that moves but stays
    before the agreed start changes nothing for the factory. Each acceptance is a transaction of its own; repeating it tells nobody twice.
    """
    return sum(_note(pk) for pk in list(_may_have_moved(on).order_by("pk").values_list("pk", flat=True)))


def _may_have_moved(on: dt.date):
    """Standing acceptances that have not begun, of people whose clearance moved since. No time of the last look is kept: what commits late is not missed."""
    moves = ClearanceChange.objects.filter(worker=OuterRef("application__worker"), moved=True, made_at__gte=OuterRef("accepted_at"))
    return Acceptance.objects.standing().filter(Exists(moves), starts_on__gte=on)


@transaction.atomic
def _note(pk: int) -> bool:
    acceptance = Acceptance.objects.select_for_update(of=("self",), no_key=True).standing().filter(pk=pk).first()
    if acceptance is None:
        return False
    before, after = known_start(acceptance), _possible_start(acceptance)
    if before == after:
        return False
    StartMove.objects.create(acceptance=acceptance, before=before, after=after)
    application = acceptance.application
    text = UNKNOWN if after is None else KNOWN if before is None else MOVED
    tell_recruiter(application, "start_moved", text, before=_day(before), after=_day(after))
    return True


def known_start(acceptance: Acceptance) -> dt.date | None:
    """The day that the factory was told last."""
    last = acceptance.moves.order_by("-pk").first()
    return last.after if last else acceptance.starts_on


def _possible_start(acceptance: Acceptance) -> dt.date | None:
    ready_on = Clearance.objects.current().filter(worker=acceptance.application.worker_id).values_list("ready_on", flat=True).first()
    return max(ready_on, acceptance.starts_on) if ready_on else None


def _day(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
