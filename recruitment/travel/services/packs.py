"""What a checkpoint's device takes along each morning. Reads only."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Max, Min
from django.utils import timezone

from recruitment.travel.models import Checkpoint, Crossing, EntryPass, PassKey
from recruitment.travel.revocations import CodeRow, Revocations, code_rows, pack, revocations

SEEN_HOURS = 24
MOST_SEEN = 5_000


def public_keys(*, now: dt.datetime) -> dict[str, str]:
    """kid → x and y, both in hex, of every key that a checkpoint believes."""
    return dict(PassKey.objects.trusted_at(now).values_list("kid", "public"))


def current_revocations(*, on: dt.date) -> Revocations:
    """Of all passes that aren't over."""
    first, last = _numbers(on)
    revoked = EntryPass.objects.filter(pk__range=(first, last), revoked_at__isnull=False).order_by("pk").values_list("pk", flat=True)
    return revocations(first=first, last=last, revoked=revoked)


def pack_for(checkpoint: Checkpoint, *, now: dt.datetime) -> dict[str, Any]:
    """JSON-ready. Moments in milliseconds since 1970, days as ISO dates. No name and nothing else about a person is in it."""
    on = timezone.localtime(now).date()
    listed = current_revocations(on=on)
    codes, destinations = _codes(listed, on)
    seen = Crossing.objects.entries().filter(at__gte=now - dt.timedelta(hours=SEEN_HOURS)).select_related("checkpoint").order_by("-at")[:MOST_SEEN]
    return {
        "now": int(now.timestamp() * 1000),
        "day": on.isoformat(),
        "checkpoint": {"id": checkpoint.pk, "name": checkpoint.name},
        "issuer": settings.HOME_PROVINCE_CODE,
        "keys": public_keys(now=now),
        "revocations": {"first": listed.first, "last": listed.last, "bits": pack(listed.bits)},
        "codes": pack(codes),
        "destinations": destinations,
        "seen": [[crossing.entry_pass_id, int(crossing.at.timestamp() * 1000), crossing.checkpoint.name] for crossing in seen],
    }


def _numbers(on: dt.date) -> tuple[int, int]:
    """From the oldest pass that isn't over to the newest of all; (1, 1) where there is none."""
    found = EntryPass.objects.filter(valid_until__gte=on).aggregate(first=Min("pk"), last=Max("pk"))
    return found["first"] or 1, found["last"] or 1


def _codes(listed: Revocations, on: dt.date) -> tuple[bytes, list[str]]:
    rows = EntryPass.objects.live_on(on).filter(pk__range=(listed.first, listed.last)).order_by("pk")
    destinations: dict[str, int] = {}
    found = [
        CodeRow(pk, code, valid_from, valid_until, destinations.setdefault(factory, len(destinations)))
        for pk, code, valid_from, valid_until, factory in rows.values_list("pk", "code", "valid_from", "valid_until", "factory__name")
    ]
    return code_rows(found, first=listed.first, last=listed.last, day=on), list(destinations)
