"""The places of an opening: headcount = free + held + accepted, moved one at a time by conditional updates.

Each function changes the opening in memory too. Whoever moves places of several openings in one transaction locks them
first with `lock_openings`, in one order, so that two people accepting each other's applicants can't deadlock.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils.translation import gettext as _

from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal
from search.outbox import request_index

FREE = "status = 'published' AND headcount > held + accepted"
PROMISED = "status IN ('published', 'paused') AND held > 0"
MOVE = """
UPDATE openings_opening SET held = held + %(held)s, accepted = accepted + %(accepted)s
WHERE id = %(opening)s AND {condition} RETURNING headcount, held, accepted
"""


class NoPlacesLeft(Refusal):
    """Carries `opening` (as it is now), `status` and `places_left`."""

    def for_people(self) -> str:
        if self.facts["status"] == Opening.Status.PAUSED:
            return _("Tin tuyển dụng đang tạm dừng. Hãy mở lại tin trước khi giữ chỗ hoặc nhận người.")
        if self.facts["status"] != Opening.Status.PUBLISHED:
            return _("Tin tuyển dụng không còn nhận người. Hãy chọn tin khác.")
        return _("Tin tuyển dụng đã hết chỗ. Hãy tăng số lượng cần tuyển hoặc chờ có người rút.")


class NothingToMove(Refusal):
    """A place was to be freed or filled that nobody holds: the caller's state and the counter disagree. Carries `opening`."""


def lock_openings(*, pks: Iterable[int]) -> None:
    """Lock these openings in ascending order until the caller's transaction ends."""
    list(Opening.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(pks)).order_by("pk").values_list("pk"))


def hold_place(*, opening: Opening) -> None:
    """Set one free place of a published opening aside for an offer. NoPlacesLeft if there is none."""
    if not _move(opening, FREE, held=1):
        raise _no_places_left(opening)


def fill_place(*, opening: Opening, held: bool) -> None:
    """One person starts: fill the place held for him or her (`held`), or a free one.

    A held place may be filled while the opening is paused; a free one only while it is published.
    Raises NoPlacesLeft, or NothingToMove if no place is held.
    """
    if held and not _move(opening, PROMISED, held=-1, accepted=1):
        raise NothingToMove(opening=opening)
    if not held and not _move(opening, FREE, accepted=1):
        raise _no_places_left(opening)


def free_place(*, opening: Opening, accepted: bool) -> None:
    """Give back a filled place (`accepted`) or a held one, whatever the opening's status. NothingToMove if there is none."""
    if not (_move(opening, "accepted > 0", accepted=-1) if accepted else _move(opening, "held > 0", held=-1)):
        raise NothingToMove(opening=opening)


@transaction.atomic
def recount_places(*, opening: Opening, held: int, accepted: int) -> None:
    """Set the counters to what the applications say (the opening is locked); the headcount grows with them where it must."""
    opening.headcount, opening.held, opening.accepted = max(opening.headcount, held + accepted), held, accepted
    opening.save(update_fields=["headcount", "held", "accepted"])
    request_index("opening", [opening.pk])


@transaction.atomic(savepoint=False)
def _move(opening: Opening, condition: str, *, held: int = 0, accepted: int = 0) -> bool:
    """Move the counters, in memory too, and have the index follow; False, with nothing changed, where the condition doesn't hold."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE.format(condition=condition), {"opening": opening.pk, "held": held, "accepted": accepted})
        moved = cursor.fetchone()
    if moved:
        opening.headcount, opening.held, opening.accepted = moved
        request_index("opening", [opening.pk])
    return bool(moved)


def _no_places_left(opening: Opening) -> NoPlacesLeft:
    now = Opening.objects.get(pk=opening.pk)
    return NoPlacesLeft(opening=now, status=now.status, places_left=now.places())
