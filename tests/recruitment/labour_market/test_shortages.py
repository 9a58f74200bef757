import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.applications.models import Application
from recruitment.labour_market.services.shortages import Scope, openings_nobody_applied_to, people_on_the_way, people_ready, shortages
from recruitment.workers.models import Worker
from tests.factories.accounts import UserFactory
from tests.factories.health import ClearanceFactory
from tests.factories.occupations import OccupationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import IndustrialZoneFactory
from tests.factories.workers import WorkerFactory, WorkerOccupationFactory

pytestmark = pytest.mark.django_db
PAGES = ["shortages", "openings", "pipeline", "candidates", "no_applications", "refused"]


def apply(opening, status=Application.Status.APPLIED, **fields):
    number = Application.objects.count()
    return Application.objects.create(worker=WorkerFactory(), opening=opening, receipt=f"VX{number:06d}", status=status, **fields)


def ready_worker(occupation, today, *, ready_in_days=0, zones=()):
    worker = WorkerFactory(consented=True)
    WorkerOccupationFactory(worker=worker, occupation=occupation)
    ClearanceFactory(worker=worker, ready_on=today + dt.timedelta(days=ready_in_days))
    worker.zones.set(zones)
    return worker


def test_a_shortage_is_headcount_less_accepted_less_pipeline(today):
    opening = OpeningFactory(headcount=10, accepted=3)
    apply(opening)
    apply(opening, Application.Status.OFFERED)
    apply(opening, Application.Status.REFUSED, refusal="skill")
    (row,) = shortages(Scope(on=today, weeks=4))
    assert (row.zone, row.occupation, row.openings) == (opening.factory.zone, opening.occupation, 1)
    assert (row.wanted, row.pipeline, row.missing) == (7, 2, 5)


def test_more_applicants_than_places_is_no_negative_shortage(today):
    opening = OpeningFactory(headcount=1)
    apply(opening)
    apply(opening)
    assert [row.missing for row in shortages(Scope(on=today, weeks=4))] == [0]


def test_drafts_closed_full_and_later_openings_need_nobody_now(today):
    OpeningFactory(draft=True)
    OpeningFactory(closed=True)
    OpeningFactory(paused=True)
    OpeningFactory(full=True)
    OpeningFactory(starts_on=today + dt.timedelta(days=29))
    OpeningFactory(closes_on=today - dt.timedelta(days=1))
    assert shortages(Scope(on=today, weeks=4)) == []
    assert len(shortages(Scope(on=today, weeks=8))) == 1


def test_ready_people_count_once_in_their_own_zone_or_everywhere_without_a_wish(today):
    here, there = OpeningFactory(), None
    there = OpeningFactory(occupation=here.occupation, factory__zone=IndustrialZoneFactory())
    ready_worker(here.occupation, today)
    ready_worker(here.occupation, today, zones=[here.factory.zone])
    ready_worker(here.occupation, today, ready_in_days=40)
    ready_worker(OccupationFactory(), today)
    by_zone = {row.zone: row.ready for row in shortages(Scope(on=today, weeks=4))}
    assert by_zone == {here.factory.zone: 2, there.factory.zone: 1}


def test_hidden_people_and_people_without_consent_are_not_counted_as_ready(today):
    opening = OpeningFactory()
    Worker.objects.filter(pk=ready_worker(opening.occupation, today).pk).update(status=Worker.Status.HIDDEN)
    silent = WorkerFactory()
    WorkerOccupationFactory(worker=silent, occupation=opening.occupation)
    ClearanceFactory(worker=silent)
    assert people_ready(Scope(on=today, weeks=4)).count() == 0


def test_each_number_equals_the_list_behind_it(today):
    for number in range(4):
        opening = OpeningFactory(headcount=5 + number)
        for _ in range(number):
            apply(opening)
        ready_worker(opening.occupation, today, zones=[opening.factory.zone] if number % 2 else [])
    for row in shortages(Scope(on=today, weeks=4)):
        scope = Scope(on=today, weeks=4, zone=row.zone.pk, occupation=row.occupation.pk)
        assert people_on_the_way(scope).count() == row.pipeline
        assert people_ready(scope).count() == row.ready


def test_openings_nobody_applied_to_are_listed_longest_waiting_first(today):
    answered = OpeningFactory()
    apply(answered, Application.Status.WITHDRAWN)
    silent = OpeningFactory()
    assert list(openings_nobody_applied_to(Scope(on=today, weeks=4))) == [silent]


@pytest.mark.parametrize("name", PAGES)
def test_the_department_opens_every_page_and_nobody_else_does(client, name):
    address = reverse(f"labour_market:{name}")
    assert client.get(address).status_code == 302
    client.force_login(UserFactory(recruiter=True))
    assert client.get(address).status_code == 403
    client.force_login(UserFactory(labour_officer=True))
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_filters_that_cannot_be_read_are_left_out_and_the_page_says_so(client, name):
    client.force_login(UserFactory(labour_officer=True))
    answer = client.get(reverse(f"labour_market:{name}"), {"zone": "x", "weeks": "999", "page": "-3", "occupation": "0"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "không đọc được nên đã bỏ qua" in page
    assert '<option value="4" selected>' in page  # what is shown is what was counted


def test_a_link_into_one_row_keeps_the_weeks_that_were_counted(client, today):
    client.force_login(UserFactory(labour_officer=True))
    late = OpeningFactory(starts_on=today + dt.timedelta(weeks=3))
    page = client.get(reverse("labour_market:openings"), {"zone": late.factory.zone_id}).content.decode()
    assert late.title in page and '<option value="4" selected>' in page


def test_the_reasons_of_refusals_open_the_list_behind_each_number(client):
    client.force_login(UserFactory(labour_officer=True))
    opening = OpeningFactory()
    apply(opening, Application.Status.REFUSED, refusal="skill")
    apply(opening, Application.Status.REFUSED, refusal="skill")
    apply(opening, Application.Status.REFUSED, refusal="wage")
    apply(OpeningFactory(closed=True), Application.Status.REFUSED, refusal="wage")
    board = client.get(reverse("labour_market:shortages"))
    assert [(code, count) for code, _words, count in board.context["refusals"]] == [("skill", 2), ("wage", 1)]
    behind = client.get(reverse("labour_market:refused"), {"reason": "skill"})
    assert len(behind.context["rows"]) == 2 and "chưa đúng tay nghề" in behind.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_as_many_queries_for_thirty_rows_as_for_one(client, today, name):
    client.force_login(UserFactory(labour_officer=True))

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            client.get(reverse(f"labour_market:{name}"))
        return len(counted)

    def add_rows(number):
        for _ in range(number):
            opening = OpeningFactory(factory__zone=IndustrialZoneFactory())
            ready_worker(opening.occupation, today)
            if name == "refused":
                apply(opening, Application.Status.REFUSED, refusal="skill")
            elif name != "no_applications":
                apply(opening)

    add_rows(1)
    one = queries()
    add_rows(29)
    assert queries() == one
