"""What every address of the API has in common: it is named by the permission table, and refuses with JSON instead of a sign-in page."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from recruitment.accounts.models import ApiKey
from recruitment.accounts.permissions import TABLE, key_may, may
from recruitment.accounts.services.api_keys import KeyRefused, key_presented


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer vx_…`: acts as whoever made the key (`request.user`), within the key's scope (`request.auth`)."""

    scheme = "Bearer"

    def authenticate(self, request):
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != self.scheme.lower():
            return None
        try:
            key = key_presented(text.strip(), now=timezone.now())
        except KeyRefused as refusal:
            raise AuthenticationFailed(refusal.for_people()) from None
        return key.made_by, key

    def authenticate_header(self, request):
        return self.scheme


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "bearerFormat": "vx_…"}


class PerKeyThrottle(ScopedRateThrottle):
    """Each key for itself, though one person may have made several."""

    def get_cache_key(self, request, view):
        if key := key_of(request):
            return self.cache_format % {"scope": self.scope, "ident": f"key-{key.pk}"}
        return super().get_cache_key(request, view)


class NamedByTheTable(BasePermission):
    def has_permission(self, request, view) -> bool:
        if key := key_of(request):
            return key_may(key, view.permission, write=request.method not in SAFE_METHODS)
        return may(request.user, view.permission)


class TableView(APIView):
    """A view declares `permission`, a name of the table; KeyError at import of the addresses if there is none."""

    permission: str
    permission_classes = [NamedByTheTable]

    @classmethod
    def as_view(cls, **options):
        TABLE[cls.permission]
        view = super().as_view(**options)
        view.permission = cls.permission
        return view


def key_of(request) -> ApiKey | None:
    """The key that a program came with; None for a person who is signed in."""
    return request.auth if isinstance(request.auth, ApiKey) else None
