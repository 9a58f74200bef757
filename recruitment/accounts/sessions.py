"""Letting somebody in whose phone a code has proved."""

from django.contrib.auth import login
from django.http import HttpRequest

from recruitment.accounts.models import User

BY_CODE = "django.contrib.auth.backends.ModelBackend"
SHARED_SECONDS = 30 * 60


def enter(request: HttpRequest, user: User, *, is_shared: bool) -> None:
    """Signed in for 30 days (SESSION_COOKIE_AGE), or for half an hour on a phone that others use too."""
    login(request, user, backend=BY_CODE)
    if is_shared:
        request.session.set_expiry(SHARED_SECONDS)
