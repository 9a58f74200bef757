"""Keys that sign passes: one signs, the coming one is already known to checkpoints, old ones are believed until their last pass is over."""

import datetime as dt

from django.db import transaction

from recruitment.travel.models import PassKey
from recruitment.travel.pass_text import new_key_pair

BACK = dt.timedelta(hours=1)  # a key signs by then, so that no process whose clock is behind makes a second one
LEAD = dt.timedelta(days=2)  # before a new key signs: every checkpoint syncs each morning
TRUSTED = dt.timedelta(days=400)  # far longer than a key signs and a pass lasts; rotation shortens it
LONGEST_PASS = dt.timedelta(days=120)  # a pass may begin later than it is signed


def signing_key(*, now: dt.datetime) -> PassKey:
    """The key whose turn it is; the first one is made when it is first needed."""
    return PassKey.objects.signing_at(now, passes_last=LONGEST_PASS) or _make(signs_from=now - BACK)


@transaction.atomic
def rotate_keys(*, now: dt.datetime) -> PassKey:
    """Make the next key, which signs from two days on; the ones before it are believed until the last pass they can have signed is over.

    While a made key waits for its turn, that one is returned and nothing changes.
    """
    waiting = PassKey.objects.filter(signs_from__gt=now, withdrawn_at=None).order_by("signs_from").first()
    if waiting:
        return waiting
    if PassKey.objects.signing_at(now, passes_last=LONGEST_PASS) is None:
        return _make(signs_from=now - BACK)
    coming = _make(signs_from=now + LEAD)
    still_needed = coming.signs_from + LONGEST_PASS
    PassKey.objects.filter(trusted_until__gt=still_needed, withdrawn_at=None).exclude(pk=coming.pk).update(trusted_until=still_needed)
    return coming


def _make(*, signs_from: dt.datetime) -> PassKey:
    pair = new_key_pair()
    return PassKey.objects.create(kid=pair.kid, public=pair.public, private=pair.private, signs_from=signs_from, trusted_until=signs_from + TRUSTED)
