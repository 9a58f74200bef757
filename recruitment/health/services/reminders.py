"""Fourteen days before a card lapses its holder is told, once for each last day: there is time for a dose, or for a paper."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.health.models import CardReminder, Clearance, HealthRecord
from recruitment.notifications.services.messages import send_messages
from recruitment.shared.crypto import blind_index

CHUNK = 1000
DAYS_BEFORE = 14  # FEATURES 2.7


def remind_of_lapsing_cards(*, now: dt.datetime, on: dt.date) -> int:
    """Tell everybody whose card lapses within 14 days and who was not told of that day; how many. A chunk is a transaction: it can
    be repeated, interrupted, and run twice at once.
    """
    told, last = 0, 0
    while rows := list(_current().filter(worker__gt=last).order_by("worker_id")[:CHUNK]):
        last = rows[-1].worker_id
        if due := {row.worker_id: until for row in rows if (until := lapsing(row, on=on))}:
            told += _remind(due, now)
    return told


def lapsing(clearance: Clearance, *, on: dt.date) -> dt.date | None:
    """The card's last day, if it is today or within 14 days."""
    text = clearance.decision.get("card_until")
    until = dt.date.fromisoformat(text) if text else None
    return until if until and on <= until <= on + dt.timedelta(days=DAYS_BEFORE) else None


def _current():
    return Clearance.objects.current().filter(worker__user__is_active=True).only("worker", "decision")


@transaction.atomic
def _remind(due: dict[int, dt.date], now: dt.datetime) -> int:
    """The last day itself is a health fact: kept as a keyed digest, and not in the message."""
    locked = HealthRecord.objects.select_for_update(of=("self",), no_key=True).filter(worker__in=due).order_by("worker_id")
    digests = {record.worker_id: blind_index("card", f"{record.worker_id}|{due[record.worker_id]}") for record in locked}
    told = set(CardReminder.objects.filter(digest__in=digests.values()).values_list("digest", flat=True))
    fresh = [pk for pk, digest in sorted(digests.items()) if digest not in told]
    CardReminder.objects.bulk_create([CardReminder(worker_id=pk, digest=digests[pk], sent_at=now) for pk in fresh])
    users = User.objects.filter(worker__in=fresh).order_by("pk")
    send_messages([(user, _text(user)) for user in users], kind="card_lapses", link="/my/health/", now=now)
    return len(fresh)


def _text(user: User) -> str:
    with override(user.language):
        return _("Một mục trong hồ sơ của bạn sắp hết hạn, trong vòng 14 ngày. Mở Vùng Xanh để xem đến ngày nào và cần làm gì.")
