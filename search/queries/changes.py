"""What became of openings since a moment, for partners who keep a copy.

The outbox is the list: whatever changes what an opening says raises its request there. A transaction that commits late shows a
moment gone by, so a follower asks again from a little before where the list ended, and may be told of an opening twice.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from recruitment.openings.models import Opening
from search.models import IndexRequest

OVERLAP = dt.timedelta(minutes=1)  # longer than any transaction that changes an opening
MOST = 100


@dataclass(frozen=True)
class Change:
    """`row` is None for an opening that takes nobody any more."""

    opening: int
    changed_at: dt.datetime
    row: Opening | None

    @property
    def gone(self) -> bool:
        return self.row is None


@dataclass(frozen=True)
class Changes:
    """Where to go on: after `after` at `since`. `more`: there is something to fetch at once."""

    changes: Sequence[Change]
    since: dt.datetime
    after: int
    more: bool


def changes(rows, *, since: dt.datetime, after: int, size: int, now: dt.datetime) -> Changes:
    """At most `size` openings whose last change came after `since`, the oldest change first; `rows` are those that may be shown.

    At `since` itself, those with a primary key above `after`. Openings that were never published are left out.
    """
    requests = IndexRequest.objects.filter(kind=IndexRequest.Kind.OPENING).filter(
        Q(requested_at__gt=since) | Q(requested_at=since, document__gt=after)
    )
    found = list(requests.order_by("requested_at", "document").values_list("document", "requested_at")[: size + 1])
    listed, more = found[:size], len(found) > size
    pks = [pk for pk, _moment in listed]
    shown = {row.pk: row for row in rows.filter(pk__in=pks).order_by("pk")}
    drafts = set(Opening.objects.filter(pk__in=pks, published_at=None).exclude(pk__in=shown).order_by().values_list("pk", flat=True))
    last = listed[-1] if more else (after, max(since, now - OVERLAP))
    return Changes(
        changes=[Change(pk, moment, shown.get(pk)) for pk, moment in listed if pk not in drafts],
        since=last[1],
        after=last[0] if more else 0,
        more=more,
    )
