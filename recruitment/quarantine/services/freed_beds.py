"""Where beds came free: noted in the transaction that frees them, so that nothing which waits for beds can miss it."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Sum

from recruitment.quarantine.models import FreedBeds, WaitingRequest
from recruitment.shared.nudges import nudge

DONE = """
UPDATE quarantine_freedbeds AS freed SET offered_version = greatest(offered_version, seen.version)
FROM unnest(%s::bigint[], %s::bigint[]) AS seen (site_id, version) WHERE freed.site_id = seen.site_id
"""
NOTE = """
INSERT INTO quarantine_freedbeds AS freed (site_id, version, offered_version) SELECT unnest(%s::bigint[]), 1, 0
ON CONFLICT (site_id) DO UPDATE SET version = freed.version + 1
"""


def capacity_version() -> int:
    """A number that every commit raises by which beds become free somewhere: capacity raised, a stay ended, a reservation lowered,
    figures confirmed anew. Whatever waits for beds keeps the number that it acted on, and acts again when it is another one.

    Unlike a time or an id it can't pass over a transaction that commits late: a site's number is raised under its row's lock.
    Those on the waiting list are offered such beds first (waiting.py); until then `plan_cover` and `reserve_backup_beds` leave them alone.
    """
    return FreedBeds.objects.aggregate(total=Sum("version"))["total"] or 0


def note_freed_beds(sites: Iterable[int]) -> None:
    """Part of the transaction that frees beds at these sites (their keys), after their nights are locked; tells the worker after the commit."""
    if keys := sorted(set(sites)):
        with connection.cursor() as cursor:
            cursor.execute(NOTE, [keys])
        ask_for_offers()


def note_offers_made(seen: list[tuple[int, int]]) -> None:
    """Offers were made for what had come free at these sites up to these versions, (site's key, version) in the order of keys."""
    keys = [site for site, _version in seen]
    list(FreedBeds.objects.select_for_update(of=("self",), no_key=True).filter(site__in=keys).order_by("site_id"))
    with connection.cursor() as cursor:
        cursor.execute(DONE, [keys, [version for _site, version in seen]])


def sites_promised_to_those_who_wait() -> set[int]:
    """Keys of sites where beds came free that go to the waiting list first.

    Read after the free beds: whatever frees beds says so in the same transaction, so beds that were seen can't be missed here.
    """
    return set(FreedBeds.objects.not_offered().order_by("site_id").values_list("site_id", flat=True))


def ask_for_offers() -> None:
    """Have offers made right after this transaction."""
    transaction.on_commit(_ask_if_somebody_waits, robust=True)


def _ask_if_somebody_waits() -> None:
    if WaitingRequest.objects.waiting().exists():
        nudge("recruitment.quarantine.tasks.offer_freed_beds")
