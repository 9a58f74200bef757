"""What a checkpoint says about a pass. Pure: what is known in, one verdict and its reasons out.

static/js/entry-pass.js judges the same way without a network: tests/recruitment/travel/verdicts.json holds both to it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

RECENT = dt.timedelta(hours=6)  # within which a second entry with one pass is doubtful
STALE = dt.timedelta(hours=24)  # after which the list of revoked passes is too old to let anybody in without a look at papers
SKEW = dt.timedelta(minutes=5)  # by which a phone's clock may differ from the server's


class Verdict(StrEnum):
    LET_IN = "let_in"
    CONDITIONAL = "conditional"
    REFUSE = "refuse"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    UNREADABLE = "unreadable"
    UNKNOWN_ISSUER = "unknown_issuer"
    UNKNOWN_CODE = "unknown_code"
    FORGED = "forged"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    OVERSTAYED = "overstayed"
    SEEN = "seen"
    TYPED = "typed"
    ISSUED_SINCE = "issued_since"
    STALE_LIST = "stale_list"
    CLOCK = "clock"


NOTHING_KNOWN = (Reason.UNREADABLE, Reason.UNKNOWN_ISSUER, Reason.UNKNOWN_CODE)


@dataclass(frozen=True)
class Known:
    """`problem`: why the text or code names no pass of ours, or None. `last_entry`: with this pass, by what is known here.

    `listed_at`: when the list of revoked passes was fetched; `issued_since`: the pass is newer than that list.
    `typed`: known by its code only, without a name to compare. `clock`: how far this device's clock is ahead.
    """

    problem: Reason | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    revoked: bool = False
    last_entry: dt.datetime | None = None
    listed_at: dt.datetime | None = None
    issued_since: bool = False
    typed: bool = False
    clock: dt.timedelta = dt.timedelta()


def judge(known: Known, *, leaving: bool, now: dt.datetime, today: dt.date) -> tuple[Verdict, Sequence[Reason]]:
    """Entering: refused outside its days or when revoked. Leaving: never held back by a date, only by a pass that isn't one."""
    if known.problem in NOTHING_KNOWN:
        return Verdict.UNKNOWN, [known.problem]
    if known.problem:
        return Verdict.REFUSE, [known.problem]
    assert known.valid_from and known.valid_until
    if leaving:
        late = known.valid_until < today
        return (Verdict.CONDITIONAL, [Reason.OVERSTAYED]) if late else (Verdict.LET_IN, [])
    against = [
        reason
        for reason, holds in (
            (Reason.REVOKED, known.revoked),
            (Reason.EXPIRED, known.valid_until < today),
            (Reason.NOT_YET_VALID, known.valid_from > today),
        )
        if holds
    ]
    if against:
        return Verdict.REFUSE, against
    doubts = [
        reason
        for reason, holds in (
            (Reason.SEEN, known.last_entry is not None and now - known.last_entry < RECENT),
            (Reason.TYPED, known.typed),
            (Reason.ISSUED_SINCE, known.issued_since),
            (Reason.STALE_LIST, known.listed_at is None or now - known.listed_at > STALE),
            (Reason.CLOCK, abs(known.clock) > SKEW),
        )
        if holds
    ]
    return (Verdict.CONDITIONAL, doubts) if doubts else (Verdict.LET_IN, [])
