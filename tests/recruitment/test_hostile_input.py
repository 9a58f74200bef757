"""Whatever is typed, nobody meets a 500: every form of every role, each field in turn, and every parameter of every address."""

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from recruitment.accounts.models import Role
from recruitment.accounts.permissions import ANYONE, SIGNED_IN, TABLE, WORKER
from recruitment.applications.models import Application
from recruitment.openings.models import WordingOverride
from recruitment.quarantine.models import Stay
from recruitment.travel.services.trips import hold_seat
from recruitment.workers.services.consents import set_consents
from tests.factories.accounts import UserFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import EnterpriseFactory, FactoryFactory, recruiter_of
from tests.factories.health import HealthEventFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import MinimumWageFactory, ProvinceFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, manager_of
from tests.factories.travel import CheckpointFactory, TripFactory
from tests.factories.vaccination import CoverageReportFactory, VaccinationWaveFactory
from tests.factories.workers import WorkerFactory
from tests.harness.addresses import Address, addresses
from tests.harness.forms import Form, FormReader
from tests.search.conftest import index, rebuilt  # noqa: F401 - fixtures, asked for by name below

pytestmark = pytest.mark.django_db

HOSTILE = [
    "a\x00b\u202eA\u0301\u200b\u0007",  # nothing, right to left, a letter taken apart, a bell
    "x" * 10_000,
    "9" * 30,
    "-1",
    "٣²//evil.invalid/\r\nX: %s {0}",
]
UNREADABLE = "%00=%ff%fe&%ed%a0%80&&=&page=1&page=-9&page=x"
ALWAYS = {"page", "next", "lang"}
HUGE = [2**31, 2**63, 10**40]
NOT_WALKED = {"healthz", "readyz"}


class Situation:
    """One of everything, and for each role a person to whom it belongs."""

    def __init__(self):
        home = ProvinceFactory(home=True)
        MinimumWageFactory()
        BackupPolicyFactory(jurisdiction=home)
        self.factory = FactoryFactory(out_of_province_workers=5)
        self.recruiter = recruiter_of(self.factory)
        self.opening = OpeningFactory(factory=self.factory, created_by=self.recruiter)
        self.draft = OpeningFactory(factory=self.factory, created_by=self.recruiter, draft=True, title="Nữ công nhân may")
        self.worker = WorkerFactory(consented=True)
        self.checkpoint, self.trip = CheckpointFactory(), TripFactory()
        self.site = SiteFactory()
        self.manager = manager_of(self.site)
        statuses = [Application.Status.OFFERED, Application.Status.INVITED, Application.Status.APPLIED]
        self.applications = [
            ApplicationFactory(worker=self.worker, opening=OpeningFactory(factory=self.factory, held=1), status=status) for status in statuses
        ]
        self.event = HealthEventFactory(worker=self.worker)
        self.waiting = EnterpriseFactory(waiting_for_approval=True)
        self.override = WordingOverride.objects.create(opening=self.draft, phrase="nữ", article="8.1", reason="Cần", by=self.recruiter)
        set_consents(worker=self.worker, given={"health"}, withdrawn=set(), by=self.worker.user, on=timezone.localdate())
        today = timezone.localdate()
        self.wave, self.coverage = VaccinationWaveFactory(), CoverageReportFactory(factory=self.factory)
        self.seat = hold_seat(worker=self.worker, trip=self.trip, by=None, on=today)
        self.stay = Stay.objects.create(site=self.site, worker=self.worker, arrives_on=today, leaves_on=today + dt.timedelta(days=7))

    def person(self, role):
        return {
            ANYONE: lambda: None,
            WORKER: lambda: self.worker.user,
            Role.RECRUITER: lambda: self.recruiter,
            Role.SITE_MANAGER: lambda: self.manager,
            Role.HEALTH_OFFICER: lambda: UserFactory(health_officer=True),
            Role.LABOUR_OFFICER: lambda: UserFactory(labour_officer=True),
            Role.CHECKPOINT_OFFICER: lambda: self.checkpoint.officer,
            Role.LIAISON: lambda: UserFactory(liaison=True),
        }[role]()

    def paths(self, address: Address) -> Iterator[str]:
        """The address with each of the objects that it may be about."""
        pks = {
            "jobs": [self.opening],
            "openings": [self.opening, self.draft],
            "applications": self.applications,
            "applicants": self.applications,
            "enterprises": [self.waiting],
            "backup": [self.factory],
            "sites": [self.site],
            "stays": [self.stay],
            "trips": [self.trip],
            "routes": [self.trip.route],
            "seats": [self.seat],
            "my": [self.event],
            "wording": [self.override],
            "vaccination": [self.factory, self.coverage, self.wave],
        }.get(address.path.split("/")[1], [self.opening])
        for row in pks:
            path = re.sub(r"<int:\w+>", str(row.pk), address.path)
            path = re.sub(r"<uuid:\w+>", str(uuid4()), path)
            for step in "1234" if "<step:" in path else "1":
                for kind in ("dose", "test", "recovery", "contact") if "<slug:kind>" in path else ("x",):
                    yield re.sub(r"<slug:\w+>|<str:\w+>", kind, re.sub(r"<step:\w+>", step, path))


class Visitor:
    """Asks and answers as one person; nothing it does stays in the database."""

    def __init__(self, client, person):
        self.client, self.person, self.failures = client, person, {}
        client.raise_request_exception = False
        if person:
            client.force_login(person)
        self.cookies = dict(client.cookies.items())

    def ask(self, method: str, path: str, data=None, what: str = ""):
        with transaction.atomic():
            answer = getattr(self.client, method)(path, data) if data is not None else getattr(self.client, method)(path)
            transaction.set_rollback(True)
        self.client.cookies.clear()
        self.client.cookies.update(self.cookies)
        if answer.status_code >= 500:
            self.failures[f"{method} {re.sub(r'[0-9]+', 'N', path[:120])} {what}"] = answer.status_code
        return answer


@pytest.fixture
def situation(request):
    made = Situation()
    request.getfixturevalue("rebuilt")()
    return made


def is_theirs(role, address: Address) -> bool:
    """Whether this role is the one to try an address: those open to all are tried by a stranger, those of any account by a recruiter."""
    roles = {role, SIGNED_IN} if role == Role.RECRUITER else {role}
    return address.permission in TABLE and bool(TABLE[address.permission] & roles) and address.name not in NOT_WALKED


def parameters(page: FormReader) -> set[str]:
    """Names that the page itself puts into addresses."""
    names = {name for form in page.forms if form.method == "get" for name in form.values}
    return names | {name for link in page.links for name in parse_qs(urlsplit(link).query, keep_blank_values=True)}


def try_form(visitor: Visitor, form: Form) -> None:
    visitor.ask("post", form.action, form.values, "as it is")
    for name in form.values:
        for value in HOSTILE:
            visitor.ask("post", form.action, form.values | {name: [value]}, f"{name}={value[:20]!r}")


@pytest.mark.parametrize(
    "role", [ANYONE, WORKER, Role.RECRUITER, Role.SITE_MANAGER, Role.HEALTH_OFFICER, Role.LABOUR_OFFICER, Role.CHECKPOINT_OFFICER, Role.LIAISON]
)
def test_no_value_in_any_form_or_address_ends_in_a_server_error(client, situation, role):
    visitor = Visitor(client, situation.person(role))
    tried = set()
    for address in filter(lambda address: is_theirs(role, address), addresses()):
        for path in situation.paths(address):
            page = visitor.ask("get", path)
            if page.status_code in (404, 405):
                continue
            read = FormReader(page.content.decode(), path) if page.headers.get("Content-Type", "").startswith("text/html") else FormReader("", path)
            for value in HOSTILE:
                visitor.ask(
                    "get", f"{path}?" + "&".join(f"{name}={quote(value[:1500])}" for name in parameters(read) | ALWAYS), what=repr(value[:20])
                )
            visitor.ask("get", f"{path}?{UNREADABLE}")
            for form in (form for form in read.forms if form.method == "post"):
                key = (re.sub(r"[0-9]+", "N", form.action), frozenset(form.values))
                if key not in tried:
                    tried.add(key)
                    try_form(visitor, form)
        for number in HUGE if "<int:" in address.path else []:
            huge = re.sub(r"<\w+:\w+>", str(number), address.path)
            visitor.ask("get", huge)
            visitor.ask("post", huge, {})
    assert visitor.failures == {}
