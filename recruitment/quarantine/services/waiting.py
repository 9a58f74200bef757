"""The waiting list for backup beds: asked, offered in order, taken, lapsed, called off.

What is offered is held in the ledger by a reservation of the request itself, so that nobody can take it meanwhile. Locks: factory or
pool, then site nights, then requests: offers are made without locking any holder.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recruitment.accounts.models import Membership, User
from recruitment.employers.models import Factory
from recruitment.notifications.services.messages import tell
from recruitment.quarantine.models import BackupPool, BackupReservation, FreedBeds, JournalEntry, ReservationNight, Site, WaitingRequest
from recruitment.quarantine.services import reservations
from recruitment.quarantine.services.cover import free_beds
from recruitment.quarantine.services.freed_beds import ask_for_offers, note_offers_made
from recruitment.quarantine.services.freshness import nearest_first, sites_with_fresh_figures
from recruitment.quarantine.services.holders import Holder, holder_of, holder_of_pool, lock_factory, lock_holder, lock_pool
from recruitment.quarantine.services.ledger import Movement, lock_nights, move, nights_between
from recruitment.quarantine.services.queue import in_order, needs_of, rule
from recruitment.shared.refusals import Refusal

Status = WaitingRequest.Status


class AlreadyWaiting(Refusal):
    """The holder has an open request for some of these nights. Carries `request`."""

    field = "beds"

    def for_people(self) -> str:
        request = self.facts["request"]
        return _("Đang có yêu cầu chờ %(beds)d giường từ %(first)s đến %(until)s. Hãy rút yêu cầu đó trước khi xin lại.") % {
            "beds": request.beds,
            "first": f"{request.first:%d/%m/%Y}",
            "until": f"{request.until:%d/%m/%Y}",
        }


class OfferGone(Refusal):
    """There is nothing to take any more: taken already, lapsed or called off. Carries `request`."""

    def for_people(self) -> str:
        return _("Lời mời nhận giường này không còn (%(status)s). Giường đã chuyển cho nơi chờ tiếp theo.") % {
            "status": self.facts["request"].get_status_display()
        }


@transaction.atomic
def ask_for_beds(*, factory: Factory, beds: int, first: dt.date, until: dt.date, by: User | None, on: dt.date) -> WaitingRequest:
    """Put the factory, or its pool, on the waiting list for `beds` on every night of [first, until).

    The same request again is the same place. Raises AlreadyWaiting for another one over some of these nights.
    """
    holder = lock_holder(factory)
    there = WaitingRequest.objects.open().filter(factory=holder.factory, pool=holder.pool, first__lt=until, until__gt=first).first()
    if there and (there.beds, there.first, there.until) == (beds, first, until):
        return there
    if there:
        raise AlreadyWaiting(request=there)
    request = WaitingRequest.objects.create(**holder.key, beds=beds, first=first, until=until, asked_by=by, asked_at=timezone.now())
    ask_for_offers()
    return request


@transaction.atomic
def make_offers(*, now: dt.datetime, on: dt.date) -> list[WaitingRequest]:
    """Offer the beds that nobody has been promised to those who wait, in order; the requests that got an offer.

    Whoever is first gets as many as there are on every night asked for, at one or several sites, the nearest first; what is left goes
    to the next. Calling it again, or twice at once, offers no bed twice: the nights are locked before the requests are read.
    """
    nights = WaitingRequest.objects.waiting().filter(until__gt=on).aggregate(first=Min("first"), until=Max("until"))
    if nights["first"] is None:
        return []
    first, until = max(nights["first"], on), nights["until"]
    freed = list(FreedBeds.objects.order_by("site_id").values_list("site_id", "version"))  # read before the sites: what comes free later stays to do
    sites = list(sites_with_fresh_figures(on=on))
    lock_nights([(site.pk, first, until) for site in sites])
    waiting = WaitingRequest.objects.waiting().filter(first__gte=nights["first"], until__gt=on, until__lte=until)
    requests = list(waiting.select_for_update(of=("self",), no_key=True).select_related("factory__zone", "pool__zone").order_by("pk"))
    policy = rule(on)
    offer_until = now + dt.timedelta(hours=policy.window_hours)
    free = free_beds(sites, nights_between(first, until))
    offered, movements = [], []
    for request in in_order(requests, needs_of(requests, on=on), policy):
        if held := _hold(request, sites, free, on):
            movements += held
            request.offer_until = offer_until
            request.offer()
            request.save(update_fields=["status", "offered", "offer_until"])
            offered.append(request)
    move(movements, by=None)
    note_offers_made(freed)
    _tell_of_offers(offered)
    return offered


@transaction.atomic
def take_offer(*, request: WaitingRequest, by: User, on: dt.date) -> WaitingRequest:
    """The offered beds become the holder's; whatever else was asked for waits on, in its place. Raises OfferGone.

    The ledger stays as it is, only whose beds they are changes: taking can't be refused for lack of beds. A factory that has joined
    a pool meanwhile takes them for the pool.
    """
    holder = _lock_holder_of(request)
    request = _locked(request)
    if request.status != Status.OFFERED or request.window_closed(timezone.now()):
        raise OfferGone(request=request)
    for held in list(request.held.active().select_related("site").order_by("pk")):
        reservations.hand_over(held, holder, by=by)
    request.taken, request.offered, request.offer_until = request.taken + request.offered, 0, None
    if request.taken == request.beds:
        request.take_all()
        request.ended_at = timezone.now()
    else:
        request.take_part()
    request.save()
    return request


def leave_list(*, request: WaitingRequest, by: User | None, on: dt.date) -> WaitingRequest:
    """The holder needs nothing any more, or refuses the offer, whose beds go to the next. Repeating it changes nothing."""
    return _end(request, cancelled=True, now=timezone.now(), by=by, on=on)


def end_overdue(*, now: dt.datetime, on: dt.date) -> int:
    """End offers that nobody answered in time, and requests whose nights have passed, each in a transaction of its own; how many."""
    overdue = list(WaitingRequest.objects.overdue(now, on).order_by("pk"))
    return sum(_end(request, cancelled=False, now=now, by=None, on=on).status == Status.LAPSED for request in overdue)


@transaction.atomic
def _end(request: WaitingRequest, *, cancelled: bool, now: dt.datetime, by: User | None, on: dt.date) -> WaitingRequest:
    """Give back what is held, then cancel or lapse; nothing when it has ended or been answered meanwhile."""
    lock_nights(_held_nights(request))
    request = _locked(request)
    overdue = request.until <= on or request.window_closed(now)
    if request.status not in WaitingRequest.OPEN_STATUSES or not (cancelled or overdue):
        return request
    movements = []
    for held in request.held.active().select_related("site").order_by("pk"):
        movements += reservations.give_back_all(held)
    move(movements, by=by)
    was_offered = request.status == Status.OFFERED
    request.offered, request.offer_until, request.ended_at = 0, None, timezone.now()
    if cancelled:
        request.cancel()
    else:
        request.lapse()
    request.save()
    if was_offered and not cancelled:
        _tell(
            request, lambda: _("Lời mời nhận giường dự phòng cho %(holder)s đã quá hạn và chuyển cho nơi chờ tiếp theo.") % {"holder": request.holder}
        )
    return request


def _hold(request: WaitingRequest, sites: list[Site], free: Counter[tuple[int, dt.date]], on: dt.date) -> list[Movement]:
    """Reserve as many beds as the request lacks and the sites have, for the request itself; what must move in the ledger."""
    nights = nights_between(max(request.first, on), request.until)
    movements: list[Movement] = []
    for site in nearest_first(sites, request.holder.zone):
        beds = min(request.lacking, *(free[site.pk, night] for night in nights)) if nights else 0
        if beds > 0:
            held = BackupReservation.objects.create(request=request, site=site)
            ReservationNight.objects.bulk_create([ReservationNight(reservation=held, night=night, beds=beds) for night in nights])
            change = JournalEntry.Change.RESERVE
            movements.append(Movement(site, nights[0], request.until, change, reserved=beds, reservation=held))
            free.subtract({(site.pk, night): beds for night in nights})
            request.offered += beds
    return movements


def _held_nights(request: WaitingRequest) -> list[tuple[int, dt.date, dt.date]]:
    """The nights that ending the request may give back. Offers of one request follow each other, so its own nights are enough."""
    sites = request.held.active().order_by("site_id").values_list("site_id", flat=True)
    return [(site, request.first, request.until) for site in sites]


def _lock_holder_of(request: WaitingRequest) -> Holder:
    """Whoever the beds will belong to, locked."""
    if isinstance(request.holder, BackupPool):
        return holder_of_pool(lock_pool(request.holder))
    holder = holder_of(lock_factory(request.holder))
    if holder.pool:
        lock_pool(holder.pool)
    return holder


def _locked(request: WaitingRequest) -> WaitingRequest:
    rows = WaitingRequest.objects.select_for_update(of=("self",), no_key=True).select_related("factory__zone", "pool__zone")
    return rows.get(pk=request.pk)


def _tell_of_offers(offered: Iterable[WaitingRequest]) -> None:
    for request in offered:
        until = timezone.localtime(request.offer_until)

        def text(request: WaitingRequest = request, until: dt.datetime = until) -> str:
            sentence = ngettext(
                "Có %(beds)d giường dự phòng cho %(holder)s, giữ đến %(time)s. Mở Vùng Xanh để nhận.",
                "Có %(beds)d giường dự phòng cho %(holder)s, giữ đến %(time)s. Mở Vùng Xanh để nhận.",
                request.offered,
            )
            return sentence % {"beds": request.offered, "holder": request.holder, "time": f"{until:%H:%M %d/%m/%Y}"}

        _tell(request, text)


def _tell(request: WaitingRequest, text: Callable[[], str]) -> None:
    """Every recruiter of the holder's factories."""
    holder = Holder(zone=request.holder.zone, factory=request.factory, pool=request.pool)
    recruiters = Membership.objects.recruiting_for(holder.factories()).people()
    tell(recruiters, text, kind="waiting_list", link="/backup/", now=timezone.now())
