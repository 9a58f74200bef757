"""The page of a replacement shift: who is proposed, sent in one confirmation, and what is still lacking."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recruitment.onboarding.models import Replacement
from recruitment.quarantine.services.outbreaks import confirm_contacts, declare_case
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, LineFactory, recruiter_of
from tests.factories.health import ClearanceFactory
from tests.factories.occupations import OccupationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import ProvinceFactory
from tests.factories.quarantine import SiteFactory
from tests.factories.workers import EmploymentFactory, WorkerFactory, WorkerOccupationFactory

DAY = dt.timedelta(days=1)


@pytest.fixture
def line(db):
    ProvinceFactory(home=True)
    return LineFactory()


@pytest.fixture
def opening(line):
    return OpeningFactory(factory=line.workshop.factory, occupation=OccupationFactory(), title="Công nhân lắp ráp")


@pytest.fixture
def outbreak(client, line, opening, today):
    """Five people of team A are out; two of team B are not. The recruiter is signed in."""
    SiteFactory()
    factory, officer = line.workshop.factory, UserFactory(health_officer=True)
    team = [EmploymentFactory(factory=factory, line=line, team="A").worker for _ in range(5)]
    for _ in range(2):
        EmploymentFactory(factory=factory, line=LineFactory(workshop=line.workshop), team="B")
    outbreak = declare_case(factory=factory, worker=team[0], found_on=today, by=officer, on=today)
    outbreak.refresh_from_db()
    chosen, dates = [person.pk for person in outbreak.people.all()], {"first": today, "until": today + 14 * DAY}
    confirm_contacts(outbreak=outbreak, chosen=chosen, seen=outbreak.version, by=officer, on=today, **dates)
    client.force_login(recruiter_of(factory))
    return outbreak


def person(opening, *, ready_in=0):
    worker = WorkerFactory(consented=True)
    WorkerOccupationFactory(worker=worker, occupation=opening.occupation)
    ClearanceFactory(worker=worker, ready_on=worker.available_from + ready_in * DAY)
    return worker


def address(outbreak):
    return f"/outbreaks/{outbreak.pk}/replacements/"


def page_of(client, outbreak, query=""):
    answer = client.get(address(outbreak) + query)
    assert answer.status_code == 200
    return answer


def test_people_who_are_ready_fill_up_what_own_people_do_not_and_the_rest_is_named(client, rebuilt, outbreak, opening):
    ready, late = person(opening), person(opening, ready_in=20)
    rebuilt()
    answer = page_of(client, outbreak)
    page = answer.content.decode()
    assert [hit.row for hit in answer.context["found"].rows] == [ready]
    assert f"#{ready.pk}" in page and f"#{late.pk}" not in page
    assert answer.context["lacking"] == 2 and "Thiếu 2 người" in page and "Xin Sở hỗ trợ" in page
    assert all(worker.worker.user.name for worker in answer.context["proposal"].own)


def test_one_confirmation_places_and_invites_and_the_outbreak_tells_it(client, rebuilt, outbreak, opening):
    ready = person(opening)
    rebuilt()
    own = [post.worker_id for post in page_of(client, outbreak).context["proposal"].own]
    answer = client.post(f"{address(outbreak)}send/", {"day": "25/11/2026", "opening": opening.pk, "own": own, "workers": [ready.pk]}, follow=True)
    page = answer.content.decode()
    assert "xếp 2 người của nhà máy, mời 1 người" in page and "2 người của nhà máy, 0 đề nghị nhận, 1 lời mời, 0 chưa được" in page
    assert Replacement.objects.count() == 3
    assert "được mời" in page_of(client, outbreak).content.decode()


def test_whoever_could_not_be_had_is_listed(client, index, outbreak, opening):
    hidden = WorkerFactory()
    answer = client.post(f"{address(outbreak)}send/", {"day": "25/11/2026", "opening": opening.pk, "workers": [hidden.pk]}, follow=True)
    assert f"1 người chưa xếp được: #{hidden.pk}" in answer.content.decode()


def test_without_an_index_own_people_are_still_proposed(client, settings, tmp_path, outbreak):
    settings.SEARCH_DIRECTORY = tmp_path / "nowhere"
    page = page_of(client, outbreak).content.decode()
    assert "chưa đề xuất được người ngoài" in page and "2 người của nhà máy" in page


@pytest.mark.parametrize(
    "query", ["?needed=x", "?needed=-1", "?needed=999999999999", "?day=30/2/2026", "?opening=x", "?opening=99999999999999999999", "?day=1/1/1"]
)
def test_an_address_that_can_not_be_read_is_named_and_the_page_still_proposes(client, index, outbreak, query):
    answer = page_of(client, outbreak, query)
    assert answer.context["form"].errors and answer.context["proposal"].needed == 5


@pytest.mark.parametrize("typed", [{}, {"own": "x"}, {"own": "9" * 30}, {"day": "x"}, {"opening": "x"}, {"day": "25/11/2026", "workers": "-1"}])
def test_nothing_readable_sends_nothing(client, index, outbreak, typed):
    answer = client.post(f"{address(outbreak)}send/", typed)
    assert answer.status_code == 302 and not Replacement.objects.exists()


def test_the_department_is_asked_from_the_page(client, index, outbreak):
    UserFactory(labour_officer=True)
    assert "Đã báo Sở" in client.post(f"{address(outbreak)}support/", {"lacking": "11"}, follow=True).content.decode()
    assert "Hôm nay đã xin" in client.post(f"{address(outbreak)}support/", {"lacking": "11"}, follow=True).content.decode()
    assert client.post(f"{address(outbreak)}support/", {"lacking": "x"}).status_code == 302


def test_another_factorys_outbreak_is_not_found(client, index, outbreak):
    client.force_login(recruiter_of(FactoryFactory()))
    assert client.get(address(outbreak)).status_code == 404
    assert client.post(f"{address(outbreak)}send/").status_code == 404
    assert client.post(f"{address(outbreak)}support/").status_code == 404
    client.force_login(UserFactory(health_officer=True))
    assert client.get(address(outbreak)).status_code == 403


def test_fifty_people_cost_as_many_queries_as_three(client, rebuilt, outbreak, opening):
    def queries():
        with CaptureQueriesContext(connection) as counted:
            shown = len(page_of(client, outbreak, "?needed=52").context["found"].rows)
        return len(counted), shown

    for _ in range(3):
        person(opening)
    rebuilt()
    few, three = queries()
    for _ in range(47):
        person(opening)
    rebuilt()
    assert (three, queries()) == (3, (few, 50))
