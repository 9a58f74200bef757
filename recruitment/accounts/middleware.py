"""Everything is closed by default: a view that declares no permission, and is not a listed library's, is refused."""

from django.core.exceptions import PermissionDenied

from recruitment.accounts.permissions import LIBRARY_ADDRESSES, LIBRARY_NAMESPACES, may, refuse


class PermissionMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if hasattr(view, "permission"):
            return None  # checked by the view's own decorator
        match = request.resolver_match
        name = LIBRARY_ADDRESSES.get(match.view_name) or LIBRARY_NAMESPACES.get(match.namespace)
        if name is None:
            raise PermissionDenied
        if not may(request.user, name):
            return refuse(request, name)
        return None
