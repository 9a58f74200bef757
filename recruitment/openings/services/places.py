"""The places of an opening: headcount = free + held + accepted, moved one at a time by conditional updates.

Each function changes the opening in memory too. Whoever moves places of several openings in one transaction locks them
first with `lock_openings`, in one order, so that two people accepting each other's applicants can't deadlock.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal
from search.outbox import request_index


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


def lock_openings(*, pks: Iterable[int]) -> dict[int, Opening]:
    """Lock these openings in ascending order until the caller's transaction ends, and return them as they are now, by pk."""
    rows = Opening.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(pks)).order_by("pk")
    return {opening.pk: opening for opening in rows}


@transaction.atomic
def hold_place(*, opening: Opening) -> None:
    """Set one free place of a published opening aside for an offer. NoPlacesLeft if there is none."""
    if not _with_free_place(opening).update(held=F("held") + 1):
        raise _no_places_left(opening)
    _moved(opening)


@transaction.atomic
def fill_place(*, opening: Opening, held: bool) -> None:
    """One person starts: fill the place held for him or her (`held`), or a free one.

    A held place may be filled while the opening is paused; a free one only while it is published.
    Raises NoPlacesLeft, or NothingToMove if no place is held.
    """
    if held:
        promised = Opening.objects.filter(pk=opening.pk, held__gt=0, status__in=[Opening.Status.PUBLISHED, Opening.Status.PAUSED])
        if not promised.update(held=F("held") - 1, accepted=F("accepted") + 1):
            raise NothingToMove(opening=opening)
    elif not _with_free_place(opening).update(accepted=F("accepted") + 1):
        raise _no_places_left(opening)
    _moved(opening)


@transaction.atomic
def free_place(*, opening: Opening, accepted: bool) -> None:
    """Give back a filled place (`accepted`) or a held one, whatever the opening's status. NothingToMove if there is none."""
    counter = "accepted" if accepted else "held"
    if not Opening.objects.filter(pk=opening.pk, **{f"{counter}__gt": 0}).update(**{counter: F(counter) - 1}):
        raise NothingToMove(opening=opening)
    _moved(opening)


@transaction.atomic
def recount_places(*, opening: Opening, held: int, accepted: int) -> None:
    """Set the counters to what the applications say (the opening is locked); the headcount grows with them where it must."""
    headcount = max(opening.headcount, held + accepted)
    Opening.objects.filter(pk=opening.pk).update(held=held, accepted=accepted, headcount=headcount)
    _moved(opening)


def _with_free_place(opening: Opening) -> QuerySet:
    return Opening.objects.filter(pk=opening.pk, status=Opening.Status.PUBLISHED, headcount__gt=F("held") + F("accepted"))


def _no_places_left(opening: Opening) -> NoPlacesLeft:
    now = Opening.objects.get(pk=opening.pk)
    return NoPlacesLeft(opening=now, status=now.status, places_left=now.places())


def _moved(opening: Opening) -> None:
    opening.headcount, opening.held, opening.accepted = Opening.objects.values_list("headcount", "held", "accepted").get(pk=opening.pk)
    request_index("opening", [opening.pk])
