"""What every address of the API has in common: it is named by the permission table, and refuses with JSON instead of a sign-in page."""

from rest_framework.permissions import BasePermission
from rest_framework.views import APIView

from recruitment.accounts.permissions import TABLE, may


class NamedByTheTable(BasePermission):
    def has_permission(self, request, view) -> bool:
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
