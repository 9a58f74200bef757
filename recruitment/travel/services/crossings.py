"""Passes judged by the server, and crossings written down: one by one, or as a device's queue that may be sent again."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.health.certificates.problems import Problem, Unreadable
from recruitment.shared.forms import clean_text
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Checkpoint, Crossing, EntryPass
from recruitment.travel.pass_text import CODE_LENGTH, MOST_CHARACTERS, PREFIX, normal_code, read
from recruitment.travel.services.packs import public_keys
from recruitment.travel.verdicts import SKEW, Known, Reason, Verdict, judge

MOST_AT_ONCE = 200
OLDEST = dt.timedelta(days=30)  # a device's queue older than that was not kept by this application
THROUGH = (Verdict.LET_IN, Verdict.CONDITIONAL)
PROBLEMS = {Problem.UNKNOWN_ISSUER: Reason.UNKNOWN_ISSUER, Problem.SIGNATURE: Reason.FORGED}


class OrderNeeded(Refusal):
    """Against the verdict nobody passes without somebody's order."""

    field = "order"

    def for_people(self) -> str:
        return _("Cho qua khi kết quả không cho phép cần ghi theo lệnh của ai.")


@dataclass(frozen=True)
class Answer:
    """What the server says about a text or code; `entry_pass` None where it names none of ours."""

    verdict: Verdict
    reasons: Sequence[Reason]
    how: str
    entry_pass: EntryPass | None = None
    last_entry: Crossing | None = None


def judge_text(text: str, *, leaving: bool, now: dt.datetime) -> Answer:
    """What the checkpoint's page says without script: the text of a QR code, or the eight characters of a pass."""
    text = text.strip()
    how = Crossing.How.SCAN if text.upper().startswith(PREFIX) or len(text) > 4 * CODE_LENGTH else Crossing.How.CODE
    found = _by_text(text, now) if how == Crossing.How.SCAN else _by_code(text)
    today = timezone.localtime(now).date()
    if isinstance(found, Reason):
        verdict, reasons = judge(Known(problem=found), leaving=leaving, now=now, today=today)
        return Answer(verdict, reasons, how)
    last = Crossing.objects.entries().filter(entry_pass=found).select_related("checkpoint").first()
    known = Known(
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        revoked=found.revoked_at is not None,
        last_entry=last.at if last else None,
        listed_at=now,
    )
    verdict, reasons = judge(known, leaving=leaving, now=now, today=today)
    return Answer(verdict, reasons, how, found, last)


def holder_of(entry_pass: EntryPass) -> str:
    """Given name, initials and birth year as the pass has them; "" for somebody who has been forgotten."""
    if not entry_pass.token:
        return ""
    return read(entry_pass.token, keys={entry_pass.key.kid: entry_pass.key.public}).holder


def _by_text(text: str, now: dt.datetime) -> EntryPass | Reason:
    if len(text) > MOST_CHARACTERS:
        return Reason.UNREADABLE
    try:
        claims = read(text.upper(), keys=public_keys(now=now))
    except Unreadable as problem:
        return PROBLEMS.get(problem.problem, Reason.UNREADABLE)
    return EntryPass.objects.select_related("factory__zone", "worker__user", "key").filter(pk=claims.number).first() or Reason.UNKNOWN_CODE


def _by_code(typed: str) -> EntryPass | Reason:
    code = normal_code(typed)
    if len(code) != CODE_LENGTH:
        return Reason.UNKNOWN_CODE
    return EntryPass.objects.select_related("factory__zone", "worker__user", "key").filter(code=code).first() or Reason.UNKNOWN_CODE


@transaction.atomic
def note_crossing(
    *, uuid: UUID, checkpoint: Checkpoint, answer: Answer, direction: str, let_through: bool, order: str = "", by: User, now: dt.datetime
) -> Crossing:
    """Write one down. The same uuid again changes nothing. Raises OrderNeeded."""
    if let_through and answer.verdict not in THROUGH and not clean_text(order):
        raise OrderNeeded()
    crossing, _is_new = Crossing.objects.get_or_create(
        uuid=uuid,
        defaults={
            "checkpoint": checkpoint,
            "entry_pass": answer.entry_pass,
            "direction": direction,
            "how": answer.how,
            "verdict": answer.verdict.value,
            "reasons": " ".join(answer.reasons),
            "let_through": let_through,
            "order": clean_text(order)[:200],
            "at": now,
            "offline": False,
            "by": by,
        },
    )
    return crossing


@dataclass(frozen=True)
class Received:
    """`kept`: uuids that are in the database now, whether they were before or not; `wrong`: those that say nothing one can keep."""

    kept: list[str]
    wrong: list[str]
    clock_seconds: int


@transaction.atomic
def receive_crossings(*, checkpoint: Checkpoint, sent: Sequence[Mapping[str, Any]], device_now: dt.datetime, by: User, now: dt.datetime) -> Received:
    """A device's queue, at most MOST_AT_ONCE: whatever can be read is kept once, the device's clock is set right.

    `sent`: uuid, number (or null), direction, how, verdict, reasons, let_through, order, at (milliseconds since 1970); synced and ahead: when
    the device had synced last and how many milliseconds its clock was ahead then (null: set back since).
    """
    ahead = device_now - now
    rows, wrong = [], []
    for item in sent[:MOST_AT_ONCE]:
        try:
            rows.append(_row(item, checkpoint, ahead, by, now))
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            wrong.append(str(item.get("uuid", ""))[:36] if isinstance(item, Mapping) else "")
    known = set(EntryPass.objects.filter(pk__in={row.entry_pass_id for row in rows if row.entry_pass_id}).values_list("pk", flat=True))
    for row in rows:
        if row.entry_pass_id not in known:
            row.entry_pass_id = None
    Crossing.objects.bulk_create(
        sorted(rows, key=lambda row: row.uuid), ignore_conflicts=True
    )  # one order: a queue sent twice at once never deadlocks
    return Received(kept=[str(row.uuid) for row in rows], wrong=wrong, clock_seconds=round(ahead.total_seconds()))


def _row(item: Mapping[str, Any], checkpoint: Checkpoint, ahead: dt.timedelta, by: User, now: dt.datetime) -> Crossing:
    """Raises KeyError, TypeError or ValueError for what no device of ours sends."""
    at, off = _moment(item, ahead, now)
    number, let_through, order = item["number"], item["let_through"], clean_text(item["order"] + "")[:200]
    verdict, reasons = Verdict(item["verdict"]), [Reason(reason) for reason in item["reasons"][: len(Reason)]]
    if not (isinstance(let_through, bool) and (number is None or (type(number) is int and 0 < number < 2**63))):
        raise TypeError("number")
    if let_through and verdict not in THROUGH and not order:
        raise ValueError("order")
    return Crossing(
        uuid=UUID(item["uuid"]),
        checkpoint=checkpoint,
        entry_pass_id=number,
        direction=Crossing.Direction(item["direction"]).value,
        how=Crossing.How(item["how"]).value,
        verdict=verdict.value,
        reasons=" ".join(reasons)[:120],
        let_through=let_through,
        order=order,
        at=at,
        offline=True,
        clock_seconds=max(-(2**31), min(2**31 - 1, round(off.total_seconds()))),
        by=by,
    )


def _moment(item: Mapping[str, Any], ahead: dt.timedelta, now: dt.datetime) -> tuple[dt.datetime, dt.timedelta]:
    """When it was by the server's clock, and how far the device's was ahead. Raises KeyError, TypeError or ValueError.

    The clock may have been set between the crossing and the sending, as the page asks for: what then falls before the sync that came first,
    or after now, is set right by how far the clock was ahead at that sync; and if that fits no better, it was now. No crossing is lost for it.
    """
    written = dt.datetime.fromtimestamp(item["at"] / 1000, dt.UTC)
    if item.get("synced") is None:
        if written - ahead < now - OLDEST:
            raise ValueError("at")
        return min(written - ahead, now), ahead
    synced = dt.datetime.fromtimestamp(item["synced"] / 1000, dt.UTC)
    then = ahead if item.get("ahead") is None else dt.timedelta(milliseconds=item["ahead"])
    if synced < now - OLDEST:
        raise ValueError("synced")
    for off in (ahead, then):
        if synced - SKEW <= written - off <= now + SKEW:
            return min(written - off, now), off
    return now, ahead
