"""Moving people between sites: asked for, accepted with a bed, sent off, arrived; or refused, called off, left unanswered.

The bed at the destination is held by a stay that isn't the person's yet; arriving ends the one and begins the other in one
transaction. Locks: worker, then transfer, then the stays and their holder, then nights.
"""

import datetime as dt
from contextlib import suppress

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import Membership, User
from recruitment.notifications.services.messages import send_message, tell
from recruitment.quarantine.models import JournalEntry, Site, Stay, StayTest, Transfer
from recruitment.quarantine.services import admissions
from recruitment.quarantine.services.freshness import require_fresh_figures, require_unlocked
from recruitment.quarantine.services.ledger import move
from recruitment.quarantine.services.testing import plan_tests
from recruitment.shared.refusals import Refusal

Status = Transfer.Status
STAYING = (Stay.Status.BOOKED, Stay.Status.ADMITTED)
TO_ANSWER = dt.timedelta(hours=2)  # the destination, before the request is called off
TO_DEPART = dt.timedelta(hours=24)
TO_ARRIVE = dt.timedelta(hours=24)


class NotStaying(Refusal):
    """Only somebody who is at the site, or expected there, and has nights left, can be moved. Carries `stay`."""

    def for_people(self) -> str:
        stay = self.facts["stay"]
        if stay.status in STAYING:
            return _("Người này hết ngày ở khu (ra ngày %(day)s) nên không chuyển được. Hãy cho ở thêm trước.") % {
                "day": f"{stay.leaves_on:%d/%m/%Y}"
            }
        return _("Người này không còn ở khu (%(status)s) nên không chuyển được.") % {"status": stay.get_status_display()}


class AlreadyMoving(Refusal):
    """The person has an open transfer. Carries `transfer`."""

    def for_people(self) -> str:
        transfer = self.facts["transfer"]
        return _("Đã có một yêu cầu chuyển người này đến %(place)s (%(status)s). Hãy hủy yêu cầu đó trước.") % {
            "place": place_of(transfer),
            "status": transfer.get_status_display(),
        }


class WrongStep(Refusal):
    """The transfer isn't in the state that the step needs. Carries `transfer`."""

    def for_people(self) -> str:
        return _("Yêu cầu chuyển này đang ở trạng thái “%(status)s”. Hãy tải lại trang.") % {"status": self.facts["transfer"].get_status_display()}


class ReasonNeeded(Refusal):
    """Refusing or calling off needs a reason."""

    field = "reason"

    def for_people(self) -> str:
        return _("Hãy ghi lý do, và nơi khác còn nhận được nếu biết.")


class SameSite(Refusal):
    """Carries `site`."""

    field = "destination"

    def for_people(self) -> str:
        return _("Người này đang ở %(site)s. Hãy chọn khu khác.") % {"site": self.facts["site"]}


@transaction.atomic
def request_transfer(*, stay: Stay, destination: Site | None, elsewhere: str = "", reason: str = "", by: User, on: dt.date) -> Transfer:
    """Ask for a move to another site, or note one to somewhere else. Raises NotStaying, AlreadyMoving, SameSite or StaleFigures."""
    admissions.lock_worker(stay.worker)
    stay = Stay.objects.select_related("site", "worker").get(pk=stay.pk)
    if stay.status not in STAYING or stay.leaves_on <= on:
        raise NotStaying(stay=stay)
    if destination == stay.site:
        raise SameSite(site=stay.site)
    if destination:
        require_fresh_figures(destination, on=on)
    now = timezone.now()
    transfer = Transfer(stay=stay, destination=destination, elsewhere=elsewhere, reason=reason, requested_by=by, requested_at=now, moved_at=now)
    transfer.answer_by = now + (TO_ANSWER if destination else TO_DEPART)
    try:
        with transaction.atomic():
            transfer.save()
    except IntegrityError as error:
        there = Transfer.objects.open().filter(stay=stay).select_related("destination").first()
        if there is None:
            raise
        raise AlreadyMoving(transfer=there) from error
    if destination:
        tell(
            Membership.objects.current().filter(organisation=destination.organisation_id).people(),
            lambda: _("Có yêu cầu chuyển một người từ %(site)s đến khu của bạn. Hãy trả lời trong 2 giờ.") % {"site": stay.site},
            kind="transfer",
            link="/transfers/",
            now=now,
        )
    return transfer


@transaction.atomic
def accept_transfer(*, transfer: Transfer, by: User, on: dt.date) -> Transfer:
    """The destination holds a bed for the nights that the stay still has. Accepting again changes nothing.

    Raises NoCapacity, WrongStep, SiteLocked, or NotStaying when the stay has ended meanwhile.
    """
    transfer = _locked(transfer)
    if transfer.status == Status.ACCEPTED:
        return transfer
    if transfer.status != Status.REQUESTED or transfer.destination is None:
        raise WrongStep(transfer=transfer)
    origin = transfer.stay
    if origin.status not in STAYING or origin.leaves_on <= on:
        raise NotStaying(stay=origin)
    require_unlocked(transfer.destination)
    held = Stay.objects.create(
        site=transfer.destination, worker=origin.worker, arrives_on=max(on, origin.arrives_on), leaves_on=origin.leaves_on, status=Stay.Status.HELD
    )
    move([admissions.booking(held)], by=by)
    transfer.held_stay = held
    transfer.accept()
    return _keep(transfer, answer_by=TO_DEPART)


@transaction.atomic
def refuse_transfer(*, transfer: Transfer, reason: str, by: User, on: dt.date) -> Transfer:
    """The destination says no, and why. Raises ReasonNeeded, WrongStep."""
    transfer = _locked(transfer)
    if transfer.status == Status.REFUSED:
        return transfer
    if transfer.status != Status.REQUESTED or transfer.destination is None:
        raise WrongStep(transfer=transfer)
    if not reason.strip():
        raise ReasonNeeded()
    transfer.reason = reason.strip()
    transfer.refuse()
    text = _("%(site)s không nhận được người chuyển đến: %(reason)s") % {"site": transfer.destination, "reason": transfer.reason}
    send_message(recipient=transfer.requested_by, kind="transfer", text=text, link="/transfers/", now=timezone.now())
    return _keep(transfer, answer_by=None)


@transaction.atomic
def depart(*, transfer: Transfer, by: User, on: dt.date) -> Transfer:
    """The site sends the person off. Repeating it changes nothing. Raises WrongStep before acceptance, SiteLocked, NotStaying for who has left."""
    transfer = _locked(transfer)
    if transfer.status == Status.ON_THE_WAY:
        return transfer
    _require(transfer, Status.ACCEPTED if transfer.destination_id else Status.REQUESTED)
    if transfer.stay.status not in STAYING:
        raise NotStaying(stay=transfer.stay)
    if transfer.destination:
        require_unlocked(transfer.destination)
    transfer.depart()
    return _keep(transfer, answer_by=TO_ARRIVE)


@transaction.atomic
def arrive(*, transfer: Transfer, by: User, on: dt.date) -> Transfer:
    """The destination takes the person in (for somewhere else: the sender notes it): the old stay ends, the held one begins.

    Repeating it changes nothing. Raises WrongStep before departure, SiteLocked when an infection has locked the destination meanwhile,
    AlreadyHasABed for who left on the way and got another bed.
    """
    transfer = _locked(transfer)
    if transfer.status == Status.COMPLETED:
        return transfer
    _require(transfer, Status.ON_THE_WAY)
    if transfer.held_stay:
        admissions.lock_stay(transfer.held_stay)  # where locking a site waits for whoever is being let in
    if transfer.destination:
        require_unlocked(transfer.destination)
    _end_origin(transfer.stay, by=by, on=on)
    if transfer.held_stay:
        _begin(transfer.held_stay, by=by, on=on)
        StayTest.objects.filter(stay=transfer.stay).update(stay=transfer.held_stay)
        if transfer.stay.admitted_at is None:  # comes straight here: nobody has planned the tests yet
            plan_tests(transfer.held_stay, booked_as=transfer.stay)
    transfer.complete()
    return _keep(transfer, answer_by=None)


@transaction.atomic
def cancel_transfer(*, transfer: Transfer, reason: str, by: User | None, on: dt.date) -> Transfer:
    """Either end calls it off; the held bed is free again, the person stays where he or she is. Raises ReasonNeeded, WrongStep."""
    transfer = _locked(transfer)
    if transfer.status == Status.CANCELLED:
        return transfer
    _require(transfer, *Transfer.OPEN_STATUSES)
    if not reason.strip():
        raise ReasonNeeded()
    if transfer.held_stay:
        admissions.cancel_stay(stay=transfer.held_stay, by=by, on=on)
    transfer.reason = reason.strip()
    transfer.cancel()
    return _keep(transfer, answer_by=None)


def call_off_stale(*, now: dt.datetime, on: dt.date) -> int:
    """Call off what nobody answered in time and what has no stay any more, each in a transaction of its own; how many."""
    stale = list(Transfer.objects.to_call_off(now).select_related("stay__worker").order_by("pk"))
    called_off = 0
    for transfer in stale:
        with suppress(WrongStep):  # somebody acted meanwhile
            cancel_transfer(transfer=transfer, reason=_("Quá hạn trả lời hoặc lượt cách ly đã kết thúc: tự hủy."), by=None, on=on)
            called_off += 1
    return called_off


def place_of(transfer: Transfer) -> str:
    return str(transfer.destination or transfer.elsewhere)


def _locked(transfer: Transfer) -> Transfer:
    worker = transfer.stay.worker
    admissions.lock_worker(worker)
    rows = Transfer.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("stay__site", "stay__worker__user", "destination", "held_stay__site", "held_stay__worker").get(pk=transfer.pk)


def _require(transfer: Transfer, *statuses: str) -> None:
    if transfer.status not in statuses:
        raise WrongStep(transfer=transfer)


def _keep(transfer: Transfer, *, answer_by: dt.timedelta | None) -> Transfer:
    transfer.moved_at = timezone.now()
    transfer.answer_by = transfer.moved_at + answer_by if answer_by else None
    transfer.save()
    return transfer


def _end_origin(stay: Stay, *, by: User, on: dt.date) -> None:
    """Release whoever was inside, cancel a bed never taken; nothing for a stay that has ended meanwhile."""
    if Stay.objects.filter(pk=stay.pk, status=Stay.Status.ADMITTED).exists():
        admissions.release(stay=stay, by=by, on=on)
    else:
        admissions.cancel_stay(stay=stay, by=by, on=on)


def _begin(held: Stay, *, by: User, on: dt.date) -> None:
    held.status, held.admitted_at = Stay.Status.ADMITTED, timezone.now()
    with admissions.one_bed_each(held.worker, held.arrives_on, held.leaves_on), transaction.atomic():
        held.save(update_fields=["status", "admitted_at"])
    JournalEntry.objects.create(site=held.site, first=on, until=held.leaves_on, change=JournalEntry.Change.ADMIT, stay=held, by=by)
