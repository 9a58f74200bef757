"""Health officers confirm or doubt what people told. Whoever opens a claim holds it for ten minutes, so that nobody decides it twice."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.health.models import ClaimHold, HealthEvent
from recruitment.health.services.events import lock_record, record_changed
from recruitment.notifications.services.messages import send_message
from recruitment.shared.refusals import Conflict

HOLD = dt.timedelta(minutes=10)


class HeldByAnother(Conflict):
    """Carries `hold`."""

    def for_people(self) -> str:
        hold = self.facts["hold"]
        return _("%(person)s đang xem mục này, đến %(time)s. Hãy chọn mục khác hoặc đợi hết giờ giữ.") % {
            "person": hold.held_by,
            "time": f"{timezone.localtime(hold.held_until):%H:%M}",
        }


class ClaimDecided(Conflict):
    """Somebody decided it, or the person took it back. Carries `event`."""

    def for_people(self) -> str:
        event = self.facts["event"]
        if event.reviewed_by is None:
            return _("Người khai đã xóa hoặc thay mục này, nên không còn gì để xác minh.")
        outcome = _("đã xác nhận") if event.proof == HealthEvent.Proof.CONFIRMED else event.get_doubt_display()
        facts = {"person": event.reviewed_by, "time": f"{timezone.localtime(event.reviewed_at):%H:%M %d/%m/%Y}", "outcome": outcome}
        return _("%(person)s vừa xử lý mục này lúc %(time)s: %(outcome)s.") % facts


@transaction.atomic
def hold_claim(*, event: HealthEvent, by: User, now: dt.datetime) -> ClaimHold:
    """Take a claim to look at, or go on looking. Raises ClaimDecided or HeldByAnother."""
    _undecided(event)
    hold, _is_new = ClaimHold.objects.select_for_update(of=("self",), no_key=True).get_or_create(
        event_id=event.pk, defaults={"held_by": by, "held_until": now + HOLD}
    )
    if hold.held_by_id != by.pk and hold.held_until > now:
        raise HeldByAnother(hold=hold)
    hold.held_by, hold.held_until = by, now + HOLD
    hold.save()
    return hold


@transaction.atomic
def release_claim(*, event: HealthEvent, by: User) -> None:
    """Put it back for others; what somebody else holds stays held."""
    ClaimHold.objects.filter(event_id=event.pk, held_by=by).delete()


@transaction.atomic
def confirm_claim(*, event: HealthEvent, by: User, now: dt.datetime, on: dt.date) -> HealthEvent:
    """It is as told: from now on proof of the highest level. Raises ClaimDecided or HeldByAnother."""
    return _decide(event, by, now, on, proof=HealthEvent.Proof.CONFIRMED)


@transaction.atomic
def doubt_claim(*, event: HealthEvent, doubt: str, by: User, now: dt.datetime, on: dt.date) -> HealthEvent:
    """It can't be confirmed, for a coded reason, and no longer counts; the person is told to look. Raises ClaimDecided or HeldByAnother."""
    decided = _decide(event, by, now, on, doubt=HealthEvent.Doubt(doubt))
    user = decided.worker.user
    with override(user.language):
        text = _("Một mục trong hồ sơ của bạn chưa xác minh được. Mở Vùng Xanh để xem lý do và cách khai lại.")
    send_message(recipient=user, kind="claim_doubted", text=text, link="/my/health/", now=now)
    return decided


def _decide(event: HealthEvent, by: User, now: dt.datetime, on: dt.date, **outcome) -> HealthEvent:
    record = lock_record(event.worker)
    locked = _undecided(event)
    hold = ClaimHold.objects.select_related("held_by").filter(event_id=event.pk).first()
    if hold and hold.held_by_id != by.pk and hold.held_until > now:
        raise HeldByAnother(hold=hold)
    for name, value in {"reviewed_by": by, "reviewed_at": now, **outcome}.items():
        setattr(locked, name, value)
    locked.save(update_fields=["reviewed_by", "reviewed_at", *outcome])
    ClaimHold.objects.filter(event_id=event.pk).delete()
    record_changed(record, by=by, on=on, tell=True)
    return locked


def _undecided(event: HealthEvent) -> HealthEvent:
    rows = HealthEvent.objects.select_for_update(of=("self",), no_key=True).select_related("worker__user", "reviewed_by")
    locked = rows.get(pk=event.pk)
    if not HealthEvent.objects.to_verify().filter(pk=event.pk).exists():
        raise ClaimDecided(event=locked)
    return locked
