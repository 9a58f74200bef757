"""Every page a role reaches: accessible, no wider than the phone, and as light as promised."""

import gzip
import re
from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.employers.models import Enterprise, Factory
from recruitment.health.models import AdmissionPolicy, Clearance
from recruitment.onboarding.models import AcceptanceBatch
from recruitment.onboarding.services.acceptance import accept
from recruitment.openings.models import Opening
from recruitment.places.models import Province
from recruitment.quarantine.models import DormitoryRequest, Outbreak, Room, Site, Stay
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker
from tests.browser.conftest import LAPTOP

NARROWEST = {"width": 320, "height": 640}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
FIRST_VISIT_BYTES, FIRST_VISIT_REQUESTS, LATER_BYTES, BOARD_BYTES = 60_000, 6, 18_000, 120_000

PAGES = {
    "anybody": ["/", "/areas/", "/?q=khong+co+gi+nhu+the", "/?q=ca+ngày+trên+8+triệu+có+ký+túc+xá", "/?q=lap+rapp&sort=x&wage_from=y&z=1", "/?page=1000000", "/jobs/{opening}/", "/jobs/{opening}/apply/", "/jobs/{closed}/", "/sign-in/", "/demo/", "/staff/sign-in/",
                "/enterprises/register/", "/staff/password/forgotten/", "/staff/password/new/x-y/", "/language/"],
    "worker": ["/", "/my/applications/", "/my/health/", "/my/health/add/dose/", "/my/health/certificate/", "/my/profile/", "/my/profile/edit/", "/my/profile/print/",
               "/my/consents/", "/my/stay/", "/my/pass/", "/messages/", "/my/recommendations/", "/my/searches/", "/my/searches/save/?dormitory=on&shifts=day"],
    "recruiter": ["/openings/", "/openings/new/", "/openings/import/", "/openings/{own}/", "/openings/{own}/applications/", "/openings/{own}/candidates/",
                  "/openings/{own}/close/", "/openings/{own}/steps/3/", "/openings/{own}/steps/4/", "/applicants/{applicant}/", "/applicants/{applicant}/accept/",
                  "/coming/", "/backup/", "/vaccination/factories/", "/messages/", "/my/searches/", "/staff/second-factor/", "/staff/password/"],
    "site_manager": ["/sites/", "/arrivals/", "/transfers/", "/sites/{site}/update/", "/sites/{site}/rooms/", "/sites/{site}/rooms/arrivals/", "/sites/{site}/rooms/import/", "/rooms/{room}/", "/stays/{stay}/bed/", "/stays/{stay}/extend/"],
    "liaison": ["/groups/", "/groups/new/", "/groups/person/", "/groups/people/", "/groups/people/{helped}/", "/groups/people/{helped}/phone/"],
    "checkpoint_officer": ["/checkpoint/", "/checkpoint/inside/"],
    "labour_officer": ["/shortages/", "/shortages/openings/", "/shortages/on-the-way/", "/shortages/ready/", "/shortages/no-applications/", "/shortages/neglected/", "/shortages/refused/", "/capacity/", "/capacity/sizing/", "/capacity/waiting/", "/capacity/no-shows/",
                       "/enterprises/waiting/", "/enterprises/{waiting}/approve/", "/wording/", "/breaches/", "/groups/unanswered/"],
    "health_officer": ["/vaccination/", "/vaccination/?level=zones", "/vaccination/waves/", "/vaccination/waves/new/", "/vaccination/communes/report/", "/vaccination/import/",
                       "/capacity/", "/outbreaks/", "/outbreaks/declare/", "/health/keys/", "/health/keys/new/", "/health/revoked/",
                       "/health/policies/", "/health/policies/{policy}/", "/health/policies/{policy}/try/", "/health/claims/", "/health/decisions/", "/health/decisions/{undecided}/", "/areas/", "/areas/import/", "/areas/{province}/",
                       "/areas/{province}/enter/"],
}  # fmt: skip
PAGES["recruiter"] += ["/outbreaks/{outbreak}/", "/outbreaks/{outbreak}/replacements/"]
PAGES["site_manager"] += ["/sites/{site}/tests/", "/sites/{site}/watch/", "/sites/{site}/arrivals/print/", "/incidents/"]
PAGES["recruiter"] += ["/receive/", "/batches/{batch}/", "/coming/{cohort}/"]
PAGES["worker"] += ["/my/start/"]
PAGES["site_manager"] += ["/sites/{site}/keys/"]
PAGES["recruiter"] += ["/backup/{factory}/dormitory/"]
PAGES["health_officer"] += [
    "/home-tests/",
    "/capacity/dormitories/",
    "/capacity/dormitories/{dormitory}/",
    "/capacity/dormitories/{dormitory}/refuse/",
]
CASES = [(role, path) for role, paths in PAGES.items() for path in paths]


def address_of(page, path: str) -> str:
    """Fill in an object of the kind the path asks for."""
    if "{own}" in path:
        page.goto("/openings/")
        return path.replace("{own}", re.search(r"/openings/(\d+)/", page.content())[1])
    objects = {
        "{outbreak}": Outbreak.objects.filter(factory__in=_factories_of_the_demo()).order_by("pk"),
        "{undecided}": Worker.objects.filter(clearances__in=Clearance.objects.to_decide()).order_by("pk"),
        "{factory}": _factories_of_the_demo().order_by("pk"),
        "{helped}": Worker.objects.helped().order_by("pk"),
        "{dormitory}": DormitoryRequest.objects.waiting(),
        "{policy}": AdmissionPolicy.objects.filter(is_exercise=True),
        "{province}": Province.objects.filter(code="01", until=None),
        "{opening}": Opening.objects.filter(status="published").order_by("pk"),
        "{closed}": Opening.objects.filter(status="closed").order_by("pk"),
        "{site}": _sites_of_the_demo(),
        "{room}": Room.objects.filter(site__in=_sites_of_the_demo(), assignments__isnull=False),
        "{stay}": Stay.objects.filter(site__in=_sites_of_the_demo(), status="booked"),
        "{batch}": AcceptanceBatch.objects.filter(opening__factory__in=_factories_of_the_demo()),
        "{waiting}": Enterprise.objects.waiting_for_approval(),
        "{applicant}": Application.objects.filter(status__in=["applied", "shortlisted", "agreed"], opening__factory__in=_factories_of_the_demo()),
    }
    if "{cohort}" in path:
        return path.replace("{cohort}", _day_of_arrivals())
    for mark, rows in objects.items():
        if mark in path:
            path = path.replace(mark, str(rows.first().pk))
    return path


def _factories_of_the_demo():
    """Those of the recruiter whom the demo's page signs in."""
    return Factory.objects.visible_to(User.objects.filter(is_demo=True, memberships__role="recruiter").order_by("pk").first())


def _day_of_arrivals() -> str:
    """A factory and a day on which people come to it, as in the address of the list; somebody is accepted for it if nobody is."""
    ours = Application.objects.filter(opening__factory__in=_factories_of_the_demo())
    for application in ours.filter(status__in=["accepted", "agreed", "shortlisted", "applied"]).order_by("status", "pk"):
        with suppress(Refusal):
            acceptance = accept(application=application, by=application.opening.created_by, on=timezone.localdate())
            return f"{application.opening.factory_id}/{acceptance.arrives_on:%Y/%-m/%-d}"
    raise AssertionError("nobody can be accepted in the demo")


def _sites_of_the_demo():
    """Those of the site manager whom the demo's page signs in."""
    return Site.objects.managed_by(User.objects.filter(is_demo=True, memberships__role="site_manager").order_by("pk").first())


@pytest.mark.parametrize(("role", "path"), CASES)
def test_page_has_no_accessibility_violation_and_fits_a_narrow_phone(sign_in, visit, role, path):
    page = visit(viewport=NARROWEST) if role == "anybody" else sign_in(role, viewport=NARROWEST)
    page.goto(address_of(page, path))
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]
    assert violations(page) == []


def violations(page) -> list[tuple]:
    """What axe finds: the rule, and the first places that break it."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [(violation["id"], [(node["html"][:120], node["failureSummary"][-200:]) for node in violation["nodes"][:3]]) for violation in found]


def weigh(page, address: str) -> tuple[int, int]:
    """Compressed bytes and number of the requests that one visit makes."""
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address, wait_until="load")
    bodies = [page.request.get(answer.url).body() for answer in answers if answer.status == 200]  # one from the browser's cache has none to show
    return sum(len(gzip.compress(body)) for body in bodies), len(answers)


@pytest.mark.parametrize("path", ["/", "/jobs/{opening}/", "/jobs/{opening}/apply/"])
def test_a_first_visit_to_a_job_seekers_page_is_light(visit, path):
    page = visit()
    weight, requests = weigh(page, address_of(page, path))
    assert weight <= FIRST_VISIT_BYTES and requests <= FIRST_VISIT_REQUESTS


def test_a_receipt_is_light_after_the_first_visit(sign_in):
    page = sign_in("worker")
    application = Application.objects.filter(worker__user__is_demo=True).first()
    page.goto("/")
    document = page.request.get("/my/applications/")
    assert application and len(gzip.compress(document.body())) <= LATER_BYTES


@pytest.mark.parametrize(("role", "path"), [("recruiter", "/openings/"), ("labour_officer", "/shortages/"), ("labour_officer", "/capacity/")])
def test_a_board_is_light_enough(sign_in, role, path):
    weight, _requests = weigh(sign_in(role, viewport=LAPTOP), path)
    assert weight <= BOARD_BYTES


def test_a_site_managers_page_knows_its_site(sign_in):
    page = sign_in("site_manager")
    assert Site.objects.filter(name=page.locator("h1").inner_text()).exists()
