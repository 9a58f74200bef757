"""Every address × every role: nothing answers that the permission table does not open."""

import pytest
from django.urls.converters import IntConverter

from recruitment.accounts.models import Role
from recruitment.accounts.permissions import ADMINISTRATOR, ANYONE, LIBRARY_ADDRESSES, SIGNED_IN, TABLE, WORKER
from tests.factories.accounts import UserFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import recruiter_of
from tests.factories.openings import OpeningFactory
from tests.factories.quarantine import SiteFactory
from tests.factories.travel import CheckpointFactory
from tests.factories.workers import WorkerFactory
from tests.harness.addresses import addresses

pytestmark = pytest.mark.django_db


OWN_ADDRESSES = addresses()
WITH_NUMBERS_ONLY = [address for address in OWN_ADDRESSES if all(isinstance(kind, IntConverter) for kind in address.converters.values())]
PEOPLE = {
    ANYONE: lambda: None,
    WORKER: lambda: WorkerFactory().user,
    Role.RECRUITER: lambda: UserFactory(recruiter=True),
    Role.SITE_MANAGER: lambda: UserFactory(site_manager=True),
    Role.HEALTH_OFFICER: lambda: UserFactory(health_officer=True),
    Role.LABOUR_OFFICER: lambda: UserFactory(labour_officer=True),
    Role.CHECKPOINT_OFFICER: lambda: CheckpointFactory().organisation.memberships.get().user,
    Role.LIAISON: lambda: UserFactory(liaison=True),
    ADMINISTRATOR: lambda: UserFactory(administrator=True),
}


def test_every_address_of_ours_is_named_by_the_table():
    libraries = ("allauth", "django", "csp")
    unnamed = [address.name for address in OWN_ADDRESSES if address.permission is None and not address.view.__module__.startswith(libraries)]
    assert unnamed == []
    assert {address.permission for address in OWN_ADDRESSES} - {None} <= set(TABLE)


@pytest.mark.parametrize("role", PEOPLE)
def test_a_role_enters_only_where_the_table_lets_it(client, role):
    """With an object that does not exist: whoever may enter gets 404 or a page, never 403; whoever may not, 401, 403 or the sign-in."""
    person = PEOPLE[role]()
    if person:
        client.force_login(person)
    roles = {ANYONE} if role == ANYONE else {ANYONE, SIGNED_IN, role}
    wrong = {}
    for address in WITH_NUMBERS_ONLY:
        path, permission = address.path, address.permission
        for kind in address.converters:
            path = path.replace(f"<int:{kind}>", "987654321")
        allowed = permission is not None and bool(TABLE[permission] & roles)
        answer = client.get(path)
        sent_to_sign_in = answer.status_code == 302 and "sign-in" in answer.headers["Location"] and "next=" in answer.headers["Location"]
        refused = answer.status_code in (401, 403) or sent_to_sign_in
        failed = answer.status_code >= 500 and permission != "site.status"  # no worker runs here, and /readyz says so
        may_refuse = address.name in LIBRARY_ADDRESSES  # a library asks for more: a password to confirm, a second factor to remove
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
