"""One-time codes that let workers in: six digits, ten minutes, five tries, one open code per phone."""

import datetime as dt
import hmac
import secrets

from django.db import transaction
from django.utils.translation import gettext as _

from recruitment.accounts.models import OneTimeCode
from recruitment.notifications.services.messages import send_to_phone
from recruitment.shared.crypto import blind_index
from recruitment.shared.rates import is_within
from recruitment.shared.refusals import Refusal

VALID = dt.timedelta(minutes=10)
TWIN = dt.timedelta(minutes=1)  # a double tap arrives within it
MOST_ATTEMPTS = 5
WINDOW = dt.timedelta(minutes=15)
MOST_PER_PHONE = 3  # codes in a window
MOST_PER_ADDRESS = 120  # in a window: a dormitory of a thousand people shares one address


class TooManyCodes(Refusal):
    """Too many codes were asked for. Carries `minutes` to wait."""

    field = "phone"

    def for_people(self) -> str:
        return _("Đã gửi nhiều mã. Hãy dùng mã mới nhất, hoặc thử lại sau %(minutes)d phút.") % {"minutes": self.facts["minutes"]}


class WrongCode(Refusal):
    """Carries `attempts_left`."""

    field = "code"

    def for_people(self) -> str:
        return _("Mã chưa đúng. Hãy xem lại tin nhắn; còn %(left)d lần thử.") % {"left": self.facts["attempts_left"]}


class ExpiredCode(Refusal):
    """No code is open: expired, used, or tried too often."""

    field = "code"

    def for_people(self) -> str:
        return _("Mã này không còn dùng được. Hãy bấm “Gửi mã mới”.")


def send_code(*, phone: str, address: str, now: dt.datetime) -> None:
    """Send a fresh code to the phone (E.164); an older open one ends. Raises TooManyCodes. `address`: where the request came from."""
    _count(f"code-phone:{blind_index('code', phone)}", MOST_PER_PHONE)
    _count(f"code-address:{address}", MOST_PER_ADDRESS)
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        _lock_phone(phone)
        OneTimeCode.objects.filter(phone=phone, used_at=None).update(used_at=now)
        OneTimeCode.objects.create(phone=phone, digest=_digest(phone, code), sent_at=now, expires_at=now + VALID)
        text = _("Mã Vùng Xanh của bạn: %(code)s. Có hiệu lực 10 phút. Không đưa mã cho ai.") % {"code": code}
        send_to_phone(phone=phone, kind="code", text=text, now=now)


def check_code(*, phone: str, code: str, now: dt.datetime) -> None:
    """Use the phone's open code up. Raises WrongCode or ExpiredCode; a wrong try counts even so."""
    left = _try_code(phone, code, now)
    if left is not None:
        raise WrongCode(attempts_left=left) if left else ExpiredCode()


def was_just_used(*, phone: str, code: str, now: dt.datetime) -> bool:
    """Whether this very code let its owner in a moment ago, as when a form is sent twice by a double tap."""
    latest = OneTimeCode.objects.filter(phone=phone, used_at__gt=now - TWIN, attempts__lt=MOST_ATTEMPTS).order_by("-used_at").first()
    return latest is not None and hmac.compare_digest(latest.digest, _digest(phone, code))


@transaction.atomic
def _try_code(phone: str, code: str, now: dt.datetime) -> int | None:
    """None when the code was right and is used now; else how many tries are left."""
    row = OneTimeCode.objects.select_for_update(of=("self",), no_key=True).filter(phone=phone, used_at=None, expires_at__gt=now).first()
    if row is None or row.attempts >= MOST_ATTEMPTS:
        return 0
    if hmac.compare_digest(row.digest, _digest(phone, code)):
        row.used_at = now
        row.save(update_fields=["used_at"])
        return None
    row.attempts += 1
    row.save(update_fields=["attempts"])
    return MOST_ATTEMPTS - row.attempts


def _digest(phone: str, code: str) -> str:
    return blind_index("one-time-code", f"{phone}|{code}")


def _lock_phone(phone: str) -> None:
    """Two requests for one phone queue, though there may be no row to lock yet."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [phone])


def _count(key: str, most: int) -> None:
    if not is_within(key, most=most, window=WINDOW):
        raise TooManyCodes(minutes=int(WINDOW.total_seconds() // 60))
