"""Pages that a phone keeps: the small script that does it, served from below the page so that it may; and what waits on a phone."""

import hashlib
import json
from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.templatetags.static import static


def keeper(request, *, name: str, page: str, assets: Sequence[str]) -> HttpResponse:
    """The service worker that keeps `page` and its static files; it changes whenever one of them does."""
    addresses = json.dumps([static(asset) for asset in assets])
    version = hashlib.sha256(addresses.encode()).hexdigest()[:12]
    context = {"name": name, "page": page, "assets": addresses, "version": version}
    response = render(request, "components/offline.js", context, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def wants_json(request) -> bool:
    """A queue on the phone (queue.js) sends, not a form."""
    return request.headers.get("Accept", "").startswith("application/json")
