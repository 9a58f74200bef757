"""Keys of programs: made, shown once, presented with each request, revoked."""

import datetime as dt
import hashlib
import secrets

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import ApiKey, Organisation, User
from recruitment.shared.refusals import Refusal

MARK = "vx_"
BYTES = 32
SHOWN = 9  # first characters, by which people tell keys apart
LENGTH = len(MARK) + len(secrets.token_urlsafe(BYTES))
USE_NOTED_EVERY = dt.timedelta(hours=1)


class NameTaken(Refusal):
    """Another key of the organisation has this name. Carries `name`."""

    field = "name"

    def for_people(self) -> str:
        return _("Đã có khóa tên “%(name)s”. Hãy đặt tên khác, hoặc thu hồi khóa cũ trước.") % self.facts


class KeyRefused(Refusal):
    """A key that opens nothing. Carries `key`, None for one that never was."""

    def for_people(self) -> str:
        key = self.facts["key"]
        if key is None:
            return _("Không có khóa này. Hãy kiểm tra đã chép đủ khóa, hoặc nhờ quản lý khu tạo khóa mới.")
        if key.revoked_at:
            return _("Khóa “%(name)s” đã bị thu hồi. Hãy nhờ quản lý khu tạo khóa mới.") % {"name": key}
        if key.expires_at <= timezone.now():
            return _("Khóa “%(name)s” đã hết hạn. Hãy nhờ quản lý khu tạo khóa mới.") % {"name": key}
        return _("Người tạo khóa “%(name)s” không còn quản lý khu này. Hãy nhờ quản lý hiện nay tạo khóa mới.") % {"name": key}


@transaction.atomic
def make_key(*, organisation: Organisation, scope: str, name: str, last_day: dt.date, by: User, now: dt.datetime) -> tuple[ApiKey, str]:
    """A key good to the end of `last_day`, and its text, which nobody can learn again. Raises NameTaken."""
    text = MARK + secrets.token_urlsafe(BYTES)
    expires_at = timezone.make_aware(dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time()))
    facts = {"scope": scope, "name": name, "beginning": text[:SHOWN], "digest": _digest(text), "expires_at": expires_at}
    try:
        with transaction.atomic():
            return ApiKey.objects.create(organisation=organisation, made_by=by, made_at=now, **facts), text
    except IntegrityError:
        raise NameTaken(name=name) from None


def key_presented(text: str, *, now: dt.datetime) -> ApiKey:
    """The key that a program shows. It opens no more than whoever made it still may; its use is noted once an hour. Raises KeyRefused."""
    known = ApiKey.objects.select_related("made_by").filter(digest=_digest(text)).first() if len(text) == LENGTH else None
    if known is None or known.revoked_at or known.expires_at <= now or not _in_charge(known, now):
        raise KeyRefused(key=known)
    before = now - USE_NOTED_EVERY
    if known.last_used_at is None or known.last_used_at < before:
        ApiKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=before), pk=known.pk).update(last_used_at=now)
    return known


def revoke_key(*, key: ApiKey, by: User, on: dt.date) -> None:
    """It opens nothing from this moment; repeating it changes nothing."""
    ApiKey.objects.not_revoked().filter(pk=key.pk).update(revoked_at=timezone.now(), revoked_by=by)


def _in_charge(key: ApiKey, now: dt.datetime) -> bool:
    maker = key.made_by
    return maker.is_active and (maker.is_superuser or maker.memberships.current(now).filter(organisation=key.organisation_id).exists())


def _digest(text: str) -> str:
    """The key is random enough for a plain hash: there is nothing to guess."""
    return hashlib.sha256(text.encode()).hexdigest()
