"""Breaches of what must always hold: written down, and repaired by hand with a reason. Looked for by onboarding/invariants.py."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Breach
from recruitment.onboarding.services import repairs
from recruitment.onboarding.services.repair_undoing import TIME_TO_MEND, state_of
from recruitment.onboarding.services.room import look_for_room_after_commit
from recruitment.shared.refusals import Refusal


class NotRepaired(Refusal):
    """The repair ran and the breach is still there. Carries `breach`."""

    def for_people(self) -> str:
        return _("Đã thử sửa nhưng số liệu vẫn lệch, chưa đổi gì. Hãy báo quản trị hệ thống.")


def record_breaches(*, on: dt.date, now: dt.datetime) -> list[Breach]:
    """Look for breaches and keep the list: new ones are added, those gone are marked as mended. Those that are open now.

    Repeating it changes nothing; two runs at once add one row for each breach.
    """
    found = {(one.rule.code, one.subject): one for one in invariants.check(on=on, now=now)}
    with transaction.atomic():
        known = {(row.rule, row.subject): row for row in Breach.objects.open().select_for_update(of=("self",), no_key=True)}
        gone = [row.pk for key, row in known.items() if key not in found]
        Breach.objects.filter(pk__in=gone).update(mended_at=now)
        for key, row in known.items():
            if key in found:
                row.expected, row.found, row.seen_at = found[key].expected[:120], found[key].found[:120], now
        Breach.objects.bulk_update([row for key, row in known.items() if key in found], ["expected", "found", "seen_at"])
        Breach.objects.bulk_create([_row(one, now) for key, one in found.items() if key not in known], ignore_conflicts=True)
    return list(Breach.objects.open())


@transaction.atomic
def repair(*, breach: Breach, reason: str, by: User, on: dt.date) -> Breach:
    """Mend one breach as its rule says and note who did it and why; what it moves is in the journals of beds and messages as well.

    Repairing what is mended already, or went away by itself since it was found, changes nothing. Raises NotRepaired, or what the
    rule's own repair raises.
    """
    breach = Breach.objects.select_for_update(of=("self",), no_key=True).get(pk=breach.pk)
    if breach.mended_at:
        return breach
    repairs.lock_person_of(breach)
    now = timezone.now()
    if not _is_there(breach, now, on):
        breach.mended_at, breach.outcome = now, _("đã tự hết trước khi sửa, không đổi gì.")
        breach.save(update_fields=["mended_at", "outcome"])
        return breach
    before = state_of(breach)
    done = repairs.BY_RULE[breach.rule](breach.subject, by, on)
    if _is_there(breach, now, on):
        raise NotRepaired(breach=breach)
    look_for_room_after_commit()
    breach.repaired_by, breach.repaired_at, breach.repair_reason = by, now, reason
    breach.mended_at, breach.outcome = now, done[:600]
    breach.trace = {"before": before, "after": state_of(breach)} if before else {}
    breach.save()
    return breach


def _is_there(breach: Breach, now: dt.datetime, on: dt.date) -> bool:
    return any(one.subject == breach.subject for one in invariants.find(on=on, now=now, codes=[breach.rule]))


def _row(one: invariants.Found, now: dt.datetime) -> Breach:
    return Breach(
        rule=one.rule.code,
        subject=one.subject,
        label=one.label[:200],
        factory_id=one.factory,
        expected=one.expected[:120],
        found=one.found[:120],
        owner=one.rule.owner,
        due_at=now + TIME_TO_MEND,
        found_at=now,
        seen_at=now,
    )
