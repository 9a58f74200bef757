"""Every address × every role: nothing answers that the permission table does not open."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter

from recruitment.accounts.models import Role
from recruitment.accounts.permissions import ADMINISTRATOR, ANYONE, LIBRARY_ADDRESSES, LIBRARY_NAMESPACES, SIGNED_IN, TABLE, WORKER
from tests.factories.accounts import UserFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import recruiter_of
from tests.factories.openings import OpeningFactory
from tests.factories.quarantine import SiteFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db


def addresses(resolver=None, prefix="/", namespace=""):
    """(path pattern, name, view, converters) of every address outside the administrator's pages."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry, prefix + str(entry.pattern), inner)
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), f"{namespace}{entry.name}", entry.callback, entry.pattern.converters


OWN_ADDRESSES = [entry for entry in addresses() if not entry[1].startswith("admin:")]
WITH_NUMBERS_ONLY = [entry for entry in OWN_ADDRESSES if all(isinstance(kind, IntConverter) for kind in entry[3].values())]
PEOPLE = {
    ANYONE: lambda: None,
    WORKER: lambda: WorkerFactory().user,
    Role.RECRUITER: lambda: UserFactory(recruiter=True),
    Role.SITE_MANAGER: lambda: UserFactory(site_manager=True),
    Role.HEALTH_OFFICER: lambda: UserFactory(health_officer=True),
    Role.LABOUR_OFFICER: lambda: UserFactory(labour_officer=True),
    ADMINISTRATOR: lambda: UserFactory(administrator=True),
}


def permission_of(name, view) -> str | None:
    namespace = name.split(":")[0] if ":" in name else ""
    return getattr(view, "permission", None) or LIBRARY_ADDRESSES.get(name) or LIBRARY_NAMESPACES.get(namespace)


def test_every_address_of_ours_is_named_by_the_table():
    libraries = ("allauth", "django", "csp")
    unnamed = [
        name for _path, name, view, _converters in OWN_ADDRESSES if permission_of(name, view) is None and not view.__module__.startswith(libraries)
    ]
    assert unnamed == []
    assert {permission_of(name, view) for _path, name, view, _converters in OWN_ADDRESSES} - {None} <= set(TABLE)


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_enters_only_where_the_table_lets_it(client, role):
    """With an object that does not exist: whoever may enter gets 404 or a page, never 403; whoever may not, 403 or the sign-in."""
    person = PEOPLE[role]()
    if person:
        client.force_login(person)
    roles = {ANYONE} if role == ANYONE else {ANYONE, SIGNED_IN, role}
    wrong = {}
    for path, name, view, converters in WITH_NUMBERS_ONLY:
        for kind in converters:
            path = path.replace(f"<int:{kind}>", "987654321")
        permission = permission_of(name, view)
        allowed = permission is not None and bool(TABLE[permission] & roles)
        answer = client.get(path)
        sent_to_sign_in = answer.status_code == 302 and "sign-in" in answer.headers["Location"] and "next=" in answer.headers["Location"]
        refused = answer.status_code == 403 or sent_to_sign_in
        failed = answer.status_code >= 500 and permission != "site.status"  # no worker runs here, and /readyz says so
        may_refuse = name in LIBRARY_ADDRESSES  # a library asks for more: a password to confirm, a second factor to remove
        if failed or (refused and allowed and not may_refuse) or not (refused or allowed):
            wrong[path] = (answer.status_code, permission)
        if person:
            client.force_login(person)  # signing out is one of the addresses
    assert wrong == {}


def test_what_belongs_to_another_organisation_is_not_found(client):
    opening, application, site = OpeningFactory(), ApplicationFactory(), SiteFactory()
    client.force_login(recruiter_of(OpeningFactory().factory))
    for path in (
        f"/openings/{opening.pk}/",
        f"/openings/{opening.pk}/applications/",
        f"/openings/{opening.pk}/candidates/",
        f"/openings/{opening.pk}/close/",
        f"/applicants/{application.pk}/",
        f"/backup/{opening.factory.pk}/",
    ):
        assert client.get(path).status_code == 404, path
    assert client.post(f"/applicants/{application.pk}/accept/").status_code == 404
    client.force_login(UserFactory(site_manager=True))
    assert client.get(f"/sites/{site.pk}/").status_code == 404
    client.force_login(WorkerFactory().user)
    assert client.get(f"/applications/{application.pk}/").status_code == 404
    assert client.get(f"/applications/{application.pk}/withdraw/").status_code == 404
