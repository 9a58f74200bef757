"""Entry passes: issued, replaced, revoked. A pass is the last thing locked and written in any transaction."""

import datetime as dt
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.employers.models import Factory
from recruitment.shared.dated import read_once
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import EntryPass, PassKey, Seat
from recruitment.travel.pass_text import Claims, holder_of, new_code, sign
from recruitment.travel.services.keys import signing_key
from recruitment.workers.models import Worker

LONGEST_DAYS = 90


class WrongPeriod(Refusal):
    """The last day is before the first, or more than ninety days after it. Carries `valid_from` and `valid_until`."""

    field = "valid_until"

    def for_people(self) -> str:
        return _("Giấy vào tỉnh có hạn từ 1 đến %(days)d ngày. Hãy sửa ngày.") % {"days": LONGEST_DAYS}


class ReasonNeeded(Refusal):
    """Revoking needs a reason that the person and the checkpoint are told."""

    field = "reason"

    def for_people(self) -> str:
        return _("Hãy ghi lý do thu hồi: người mang giấy và chốt kiểm dịch sẽ đọc.")


def issue_pass(
    *, worker: Worker, factory: Factory, valid_from: dt.date, valid_until: dt.date, seat: Seat | None = None, by: User | None, on: dt.date
) -> EntryPass:
    """Give the person, read under his or her lock, a pass to the factory, valid on both days and those between. Repeating it returns the same pass.

    Other dates replace it: the old one is revoked, because its code may be on paper. Another seat leaves number and code as they are:
    what the person carries without a network still counts, and only names another bus. Raises WrongPeriod.
    """
    if not 0 <= (valid_until - valid_from).days < LONGEST_DAYS:
        raise WrongPeriod(valid_from=valid_from, valid_until=valid_until)
    return _issue(worker, factory, valid_from, valid_until, seat, by)


@transaction.atomic(savepoint=False)
def _issue(worker: Worker, factory: Factory, valid_from: dt.date, valid_until: dt.date, seat: Seat | None, by: User | None) -> EntryPass:
    Worker.objects.select_for_update(of=("self",), no_key=True).values_list("pk").get(pk=worker.pk)
    there = EntryPass.objects.not_revoked().select_for_update(of=("self",), no_key=True).filter(worker=worker, factory=factory).first()
    if there and (there.valid_from, there.valid_until) == (valid_from, valid_until):
        return there if there.seat_id == (seat.pk if seat else None) else _sign_again(there, worker, factory, seat)
    if there:
        _end(there, reason=_("Đã thay bằng giấy mới."), by=by)
    return _write(worker, factory, valid_from, valid_until, seat, by)


@transaction.atomic
def revoke_pass(*, entry_pass: EntryPass, reason: str, by: User | None) -> EntryPass:
    """No checkpoint lets it through after its next sync. Revoking again changes nothing, not even the reason. Raises ReasonNeeded."""
    entry_pass = EntryPass.objects.select_for_update(of=("self",), no_key=True).get(pk=entry_pass.pk)
    if entry_pass.revoked_at:
        return entry_pass
    if not reason.strip():
        raise ReasonNeeded()
    return _end(entry_pass, reason=reason.strip(), by=by)


@transaction.atomic
def withdraw_key(*, kid: str, by: User | None, on: dt.date) -> int:
    """The private half may have leaked: nothing it signed counts after the next sync. Its live passes are signed anew under another key,
    with their numbers and codes; how many. Whoever carries an old picture is recognised by the code. Raises PassKey.DoesNotExist.
    """
    key = PassKey.objects.select_for_update(of=("self",), no_key=True).get(kid=kid)
    key.withdrawn_at = key.withdrawn_at or timezone.now()
    key.save(update_fields=["withdrawn_at"])
    return _sign_anew(EntryPass.objects.live_on(on).filter(key=key))


@transaction.atomic
def sign_again(*, on: dt.date) -> int:
    """Passes that were being written just when their key was withdrawn, and which no checkpoint would believe; how many."""
    return _sign_anew(EntryPass.objects.live_on(on).filter(key__withdrawn_at__isnull=False))


@transaction.atomic
def forget_passes(*, worker: Worker, by: User | None, on: dt.date) -> None:
    """Somebody is erased: whatever is live ends, and no pass names the person any more."""
    for entry_pass in EntryPass.objects.not_revoked().filter(worker=worker).order_by("pk"):
        revoke_pass(entry_pass=entry_pass, reason=_("Đã xóa dữ liệu theo yêu cầu."), by=by)
    EntryPass.objects.filter(worker=worker).update(token="")


def _end(entry_pass: EntryPass, *, reason: str, by: User | None) -> EntryPass:
    entry_pass.revoked_at, entry_pass.revocation_reason, entry_pass.revoked_by = timezone.now(), reason[:300], by
    entry_pass.save(update_fields=["revoked_at", "revocation_reason", "revoked_by"])
    return entry_pass


def _write(worker: Worker, factory: Factory, valid_from: dt.date, valid_until: dt.date, seat: Seat | None, by: User | None) -> EntryPass:
    days = {"valid_from": valid_from, "valid_until": valid_until}
    entry_pass = EntryPass(pk=_next_number(), worker=worker, factory=factory, seat=seat, code=new_code(), issued_by=by, **days)
    _sign(entry_pass)
    entry_pass.issued_at = timezone.now()
    entry_pass.save(force_insert=True)
    return entry_pass


def _sign_again(entry_pass: EntryPass, worker: Worker, factory: Factory, seat: Seat | None) -> EntryPass:
    entry_pass.worker, entry_pass.factory, entry_pass.seat = worker, factory, seat
    _sign(entry_pass)
    entry_pass.save(update_fields=["seat", "key", "token"])
    return entry_pass


def _sign(entry_pass: EntryPass) -> None:
    """Put into `token` what the row says, under the key of today."""
    worker, key = entry_pass.worker, read_once((signing_key,), partial(signing_key, now=timezone.now()))
    claims = Claims(
        issuer=settings.HOME_PROVINCE_CODE,
        number=entry_pass.pk,
        holder=holder_of(worker.user.name, worker.birth_date.year),
        destination=entry_pass.factory.name,
        bus=_bus(entry_pass.seat),
        valid_from=entry_pass.valid_from,
        valid_until=entry_pass.valid_until,
    )
    entry_pass.key, entry_pass.token = key, sign(claims, kid=key.kid, private=key.private)


def _sign_anew(passes: QuerySet[EntryPass]) -> int:
    rows = passes.select_for_update(of=("self",), no_key=True).select_related("worker__user", "factory", "seat__trip__route")
    found = list(rows.order_by("pk"))
    for entry_pass in found:
        _sign(entry_pass)
    EntryPass.objects.bulk_update(found, ["key", "token"], batch_size=500)
    return len(found)


def _bus(seat: Seat | None) -> str:
    if seat is None:
        return ""
    trip = seat.trip
    return f"{trip.vehicle or trip.route.name} {timezone.localtime(trip.departs_at):%d/%m %H:%M}"


def _next_number() -> int:
    """The pass's number is in what is signed, so it is taken before the row is written. Numbers are dense: see revocations.py."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [EntryPass._meta.db_table])
        return cursor.fetchone()[0]
