"""The person's own pass, kept on the phone; and the public keys that every checkpoint verifies passes with."""

import base64

from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control

from recruitment.accounts.permissions import permission
from recruitment.accounts.sessions import SHARED_SECONDS
from recruitment.shared.offline import keeper
from recruitment.shared.qr import qr_code
from recruitment.travel.models import EntryPass, Seat
from recruitment.travel.pass_text import HALF
from recruitment.travel.services.packs import public_keys

ASSETS = ["css/pass.css", "js/own-pass.js", "images/logo.svg"]


@permission("travel.show_own_pass")
@cache_control(private=True, no_cache=True)
def own_pass(request):
    """The newest pass, revoked or not: who lost it is told why. Light enough for a first visit on a slow network."""
    passes = EntryPass.objects.filter(worker=request.user.worker).select_related("factory__zone", "seat__trip__route", "seat__pick_up")
    entry_pass = passes.order_by("revoked_at", "-pk").first() if passes.not_revoked().exists() else passes.order_by("-pk").first()
    today = timezone.localdate()
    seat = Seat.objects.filter(worker=request.user.worker, status=Seat.Status.HELD).select_related("trip__route", "pick_up").first()
    live = entry_pass is not None and entry_pass.revoked_at is None and entry_pass.valid_until >= today
    context = {
        "entry_pass": entry_pass,
        "live": live,
        "begins_later": live and entry_pass.valid_from > today,
        "code": f"{entry_pass.code[:4]} {entry_pass.code[4:]}" if entry_pass else "",
        "qr": qr_code(entry_pass.token) if live else "",
        "seat": seat,
        "now": timezone.now(),
        "keep": request.session.get_expiry_age() > SHARED_SECONDS,
    }
    return render(request, "travel/own_pass.html", context)


@permission("travel.show_own_pass")
def own_pass_keeper(request):
    return keeper(request, name="own-pass", page=reverse("travel:own_pass"), assets=ASSETS)


@permission("travel.verify_passes")
@cache_control(public=True, max_age=3600)
def key_set(request):
    """A JSON Web Key Set (RFC 7517) for whoever verifies passes of this province."""
    keys = [
        {
            "kty": "EC",
            "crv": "P-256",
            "alg": "ES256",
            "use": "sig",
            "kid": kid,
            "x": _base64url(public[: 2 * HALF]),
            "y": _base64url(public[2 * HALF :]),
        }
        for kid, public in public_keys(now=timezone.now()).items()
    ]
    return JsonResponse({"issuer": settings.HOME_PROVINCE_CODE, "keys": keys})


def _base64url(coordinate: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(coordinate)).decode().rstrip("=")
