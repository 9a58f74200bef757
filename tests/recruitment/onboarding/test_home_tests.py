"""Tests of people who isolate where they live: health officers see who is due and write the results."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.accounts.models import SensitiveReading
from recruitment.applications.models import Application
from recruitment.health.models import AdmissionRule, HealthEvent
from recruitment.notifications.models import Message
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.first_shift import check_in
from recruitment.onboarding.services.home_tests import next_home_tests, record_home_results
from recruitment.quarantine.models import Outbreak
from recruitment.quarantine.services.testing import NothingToRecord
from tests.factories.accounts import UserFactory
from tests.factories.quarantine import SiteFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
AT_HOME = {"quarantine_place": AdmissionRule.Place.HOME, "quarantine_days": 7, "test_days": [2, 5]}
ADDRESS = "/home-tests/"


@pytest.fixture
def province():
    return Province(**AT_HOME).with_recruiter_at_the_factory()


@pytest.fixture
def officer(client):
    user = UserFactory(health_officer=True)
    client.force_login(user)
    return user


def at_home(province, today, *, name="Nông Thị Thử") -> Acceptance:
    """Somebody whom the factory saw arrive; the first test is due on the third day after `today`, the second on the sixth."""
    application = province.applicant()
    application.worker.user.name = name
    application.worker.user.save()
    acceptance = accept(application=application, by=province.recruiter, on=today)
    application = Application.objects.get(pk=application.pk)
    check_in(application=application, by=province.recruiter, on=acceptance.arrives_on)
    return acceptance


def on_day(day):
    return time_machine.travel(dt.datetime.combine(day, dt.time(3), dt.UTC), tick=True)


def sent(day, **results):
    return {f"result-{pk.removeprefix('p')}": result for pk, result in results.items()} | {"taken_on": f"{day:%d/%m/%Y}"}


def due():
    return [(test.acceptance.application.worker.user.name, test.due_on, test.method) for test in next_home_tests()]


def test_who_is_due_stands_there_the_overdue_first_with_the_days_to_come(client, province, officer, today):
    early = at_home(province, today, name="Lò Văn Sớm")
    first = early.arrives_on + 2 * DAY
    with on_day(first + DAY):
        page = client.get(ADDRESS).content.decode()
    assert "Lò Văn Sớm" in page and "quá hạn" in page and "result-" in page
    with on_day(first - DAY):
        page = client.get(ADDRESS).content.decode()
        assert "Không có xét nghiệm nào đến hạn." in page and f"?day={first.isoformat()}" in page
        assert "Lò Văn Sớm" in client.get(ADDRESS, {"day": first.isoformat()}).content.decode()


def test_results_of_many_people_become_confirmed_facts_and_finish_their_tasks(client, province, officer, today):
    people = [at_home(province, today, name=f"Người {number}") for number in range(3)]
    first = people[0].arrives_on + 2 * DAY
    with on_day(first):
        answer = client.post(ADDRESS, sent(first, **{f"p{person.pk}": "negative" for person in people[:2]}))
        assert answer.url == ADDRESS
        events = HealthEvent.objects.filter(worker__in=[person.application.worker_id for person in people])
        found = [(event.facts["result"], event.facts["on"], event.facts["method"], event.proof) for event in events]
        assert found == [("negative", first.isoformat(), "pcr", "confirmed")] * 2
        assert due() == [("Người 2", first, "pcr"), ("Người 0", first + 3 * DAY, "pcr"), ("Người 1", first + 3 * DAY, "pcr")]
        client.force_login(people[0].application.worker.user)
        page = client.get(reverse("onboarding:own_tasks", args=[people[0].application_id])).content.decode()
        assert f"hạn {first + 3 * DAY:%d/%m/%Y}" in page and page.count("<strong>Xét nghiệm theo dõi</strong>") == 2
        client.force_login(people[2].application.worker.user)
        other = client.get(reverse("onboarding:own_tasks", args=[people[2].application_id])).content.decode()
        assert page.count(">xong<") == other.count(">xong<") + 1


def test_one_sample_serves_every_day_that_is_overdue(province, officer, today):
    person = at_home(province, today)
    last = person.arrives_on + 5 * DAY
    record_home_results(results={person.pk: False}, taken_on=last, by=officer, on=last)
    assert due() == []


def test_a_positive_result_is_asked_about_told_to_officers_and_becomes_a_case(client, province, officer, today):
    colleague = UserFactory(health_officer=True)
    person = at_home(province, today, name="Lò Thị Dương")
    first = person.arrives_on + 2 * DAY
    with on_day(first):
        page = client.post(ADDRESS, sent(first, **{f"p{person.pk}": "positive"})).content.decode()
        assert "Xem lại kết quả dương tính" in page and "Lò Thị Dương" in page
        assert not HealthEvent.objects.exists()
        answer = client.post(ADDRESS, sent(first, **{f"p{person.pk}": "positive"}) | {"confirmed": "on"})
        assert answer.url == f"{ADDRESS}#positive"
        text = Message.objects.filter(recipient=colleague).latest("pk").text
        assert "Lò Thị Dương" not in text and "dương" not in text and "xét nghiệm" not in text.lower()
        assert "Kết quả dương tính" in client.get(ADDRESS).content.decode()
        assert SensitiveReading.objects.filter(reader=officer, person=person.application.worker.user).exists()
        declared = client.post(f"{ADDRESS}{person.pk}/declare/")
        outbreak = Outbreak.objects.get(factory=province.opening.factory)
        assert declared.url == f"/outbreaks/{outbreak.pk}/"
        assert [row.kind for row in outbreak.people.all()] == ["F0"]
        assert "Kết quả dương tính" not in client.get(ADDRESS).content.decode()
        assert client.post(f"{ADDRESS}{person.pk}/declare/").status_code == 404


def test_nobody_without_a_positive_result_is_declared_here(client, province, officer, today):
    person = at_home(province, today)
    assert client.post(f"{ADDRESS}{person.pk}/declare/").status_code == 404
    assert not Outbreak.objects.exists()


@pytest.mark.parametrize(("taken", "result"), [(1, "negative"), (-1, "negative"), (0, ""), (0, "maybe")])
def test_a_result_that_cant_be_is_refused_beside_the_field_and_kept(client, province, officer, today, taken, result):
    person = at_home(province, today)
    first = person.arrives_on + 2 * DAY
    with on_day(first):
        answer = client.post(ADDRESS, sent(first + taken * DAY, **{f"p{person.pk}": result}) | {"result-x": "positive"})
    assert answer.status_code == 422
    assert ("selected>âm tính" in answer.content.decode()) == (result == "negative")
    assert not HealthEvent.objects.exists()


def test_a_result_recorded_already_or_of_somebody_else_is_left_alone(province, officer, today):
    person, coming = at_home(province, today), accept(application=province.applicant(), by=province.recruiter, on=today)
    first = person.arrives_on + 2 * DAY
    record_home_results(results={person.pk: False}, taken_on=first, by=officer, on=first)
    for pk in (coming.pk, 987654321):
        with pytest.raises(NothingToRecord):
            record_home_results(results={pk: True}, taken_on=first, by=officer, on=first)


def test_two_officers_who_write_at_once_leave_one_result(race, today):
    province = Province(**AT_HOME)
    person, officer = at_home(province, today), UserFactory(health_officer=True)
    first = person.arrives_on + 5 * DAY
    facts = {"results": {person.pk: False}, "taken_on": first, "by": officer, "on": first}
    assert sorted(race(4, lambda: record_home_results(**facts))) == ["NothingToRecord"] * 3 + ["done"]
    assert HealthEvent.objects.count() == 1


def test_people_at_sites_and_people_who_have_not_arrived_are_not_listed(today):
    SiteFactory(beds=5)
    site = Province(**(ENTRY_QUARANTINE | {"test_days": [2]}))
    accept(application=site.applicant(), by=site.recruiter, on=today)
    assert due() == []


def test_only_health_officers_open_it(client, province, today):
    for trait in ("site_manager", "recruiter", "labour_officer"):
        client.force_login(UserFactory(**{trait: True}))
        assert client.get(ADDRESS).status_code == 403


def test_as_many_queries_for_six_people_as_for_one(client, province, officer, today):
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(ADDRESS, {"day": (today + 20 * DAY).isoformat()}).status_code == 200
        return len(counted)

    at_home(province, today)
    queries()
    alone = queries()
    for _person in range(5):
        at_home(province, today)
    assert queries() == alone
