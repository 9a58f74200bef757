"""Links by which people whom somebody else registered come to their own profile: one for each, used once, alive as long as the policy says.

Whoever opens one holds the phone it was sent to, as with a code typed at the sign-in.
"""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.shared.crypto import blind_index
from recruitment.shared.rates import is_within
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Invitation, InvitationPolicy, Worker

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another
LENGTH = 10  # 31^10: more than eight hundred million million
WINDOW = dt.timedelta(minutes=15)
MOST_PER_ADDRESS = 60  # wrong ones in a window: a dormitory shares one address
CHUNK = 1000


class InvitationOver(Refusal):
    """No open invitation has this code: used, over, or mistyped."""

    def for_people(self) -> str:
        return _("Đường dẫn này đã dùng, đã hết hạn hoặc bị gõ sai. Hãy đăng nhập bằng số điện thoại của bạn.")


class TooManyTries(Refusal):
    """Too many codes that nobody was given, from one address."""

    def for_people(self) -> str:
        return _("Có quá nhiều lần thử từ mạng này. Hãy thử lại sau 15 phút, hoặc đăng nhập bằng số điện thoại của bạn.")


@dataclass(frozen=True)
class Link:
    """`until`: the last day on which it opens the profile."""

    address: str
    until: dt.date


def write_invitations(workers: Sequence[Worker], *, now: dt.datetime, on: dt.date) -> list[tuple[Worker, Link]]:
    """One for each, in a fixed number of queries. The codes are in the links only. Part of the caller's transaction."""
    expires_at = now + dt.timedelta(days=InvitationPolicy.objects.in_force(on).valid_days)
    codes = ["".join(secrets.choice(LETTERS) for _letter in range(LENGTH)) for _worker in workers]
    Invitation.objects.bulk_create(
        [Invitation(worker=worker, digest=_digest(code), sent_at=now, expires_at=expires_at) for worker, code in zip(workers, codes, strict=True)],
        batch_size=CHUNK,
    )
    until = timezone.localtime(expires_at).date()
    addresses = [f"{settings.SITE_ADDRESS}{reverse('workers:invitation', args=[code])}" for code in codes]
    return [(worker, Link(address, until)) for worker, address in zip(workers, addresses, strict=True)]


def find_invitation(code: str, *, address: str, now: dt.datetime) -> Invitation:
    """The open invitation of this code. Raises InvitationOver, or TooManyTries after many wrong ones from one address."""
    found = Invitation.objects.usable(now).select_related("worker__user").filter(digest=_digest(code)).first()
    if found is None:
        if not is_within(f"invitation-address:{address}", most=MOST_PER_ADDRESS, window=WINDOW):
            raise TooManyTries()
        raise InvitationOver()
    return found


@transaction.atomic
def use_invitation(code: str, *, address: str, now: dt.datetime) -> Worker:
    """Use it up: whose profile it opens. Raises what find_invitation raises."""
    invitation = find_invitation(code, address=address, now=now)
    if not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now):
        raise InvitationOver()
    return invitation.worker


def _digest(code: str) -> str:
    return blind_index("invitation", code.lower())
