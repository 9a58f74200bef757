"""One decision for many: each person with everything or with nothing, and nothing is done twice."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recruitment.applications.models import Application
from recruitment.notifications.models import Message
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.batches import accept_many
from recruitment.openings.models import Opening
from recruitment.quarantine.models import SiteNight
from recruitment.quarantine.services.recount import differences
from tests.factories.applications import ApplicationFactory
from tests.factories.health import HealthEventFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
Status = Application.Status


def accept_all(province: Province, applications, today):
    return accept_many(opening=province.opening, applications=[row.pk for row in applications], by=province.recruiter, on=today)


def test_those_for_whom_there_is_everything_are_accepted_and_the_others_told_what_is_lacking(today):
    province = Province(places=2, beds=50, **ENTRY_QUARANTINE)
    people = [province.applicant() for _ in range(4)]
    batch = accept_all(province, people, today)
    assert [row.application for row in batch.accepted] == people[:2]
    assert [(row, [type(one).__name__ for one in refusal.shortfalls]) for row, refusal in batch.refused] == [
        (row, ["NoPlacesLeft"]) for row in people[2:]
    ]
    assert Opening.objects.get(pk=province.opening.pk).accepted == 2
    assert list(differences()) == []


def test_the_longest_waiting_come_first_whatever_the_order_of_the_ticks(today):
    province = Province(places=1)
    first, second = province.applicant(), province.applicant()
    batch = accept_many(opening=province.opening, applications=[second.pk, first.pk], by=province.recruiter, on=today)
    assert [row.application for row in batch.accepted] == [first]


def test_sending_a_batch_again_accepts_nobody_twice_and_takes_up_those_who_failed(today):
    province = Province(places=1, beds=50)
    people = [province.applicant(), province.applicant()]
    accept_all(province, people, today)
    Opening.objects.filter(pk=province.opening.pk).update(headcount=2)
    batch = accept_all(province, people, today)
    assert (len(batch.accepted), len(batch.refused)) == (2, 0)
    assert Acceptance.objects.count() == 2 and Message.objects.filter(kind="accepted", channel="app").count() == 2
    assert set(SiteNight.objects.filter(reserved__gt=0).values_list("reserved", flat=True)) == {2}


def test_applications_of_another_opening_are_not_touched(today):
    province, stranger = Province(), ApplicationFactory()
    batch = accept_all(province, [stranger], today)
    assert (list(batch.accepted), list(batch.refused)) == ([], [])


def test_a_batch_decides_about_everybodys_health_together_and_asks_less_than_one_by_one(today):
    province = Province(places=50, beds=90, **ENTRY_QUARANTINE)
    people = [province.applicant() for _ in range(12)]

    def queries(act) -> int:
        with CaptureQueriesContext(connection) as counted:
            act()
        return len(counted)

    accept(application=people[0], by=province.recruiter, on=today)
    alone = queries(lambda: [accept(application=row, by=province.recruiter, on=today) for row in people[1:6]])
    assert queries(lambda: accept_all(province, people[6:11], today)) <= alone - 4 * 10


def test_one_more_person_in_a_batch_costs_few_statements(today):
    """Everything that is the same for all, the rules of the day above all, is asked once. One with a bed, a pass and no new backup bed."""
    province = Province(places=50, beds=90, backup_per_hundred=1, **ENTRY_QUARANTINE)
    people = [province.applicant() for _ in range(12)]
    accept(application=people[0], by=province.recruiter, on=today)

    def statements(rows) -> int:
        with CaptureQueriesContext(connection) as counted:
            assert len(accept_all(province, rows, today).accepted) == len(rows)
        return len(counted)

    assert (statements(people[4:]) - statements(people[1:4])) / 5 <= 33


def test_facts_told_in_the_middle_of_a_batch_are_decided_upon(today, monkeypatch):
    """The decision taken beforehand is used only while it is the current one."""
    province = Province(beds=50)
    person, other = province.applicant(), province.applicant()
    told = []

    def tell(**_facts):
        if not told:
            told.append(HealthEventFactory(worker=other.worker, close_contact=True, days_ago=1))
            other.worker.health_record.version += 1
            other.worker.health_record.save()

    monkeypatch.setattr("recruitment.onboarding.services.acceptance.tell_worker", lambda *_args, **_kwargs: tell())
    batch = accept_all(province, [person, other], today)
    assert [(row, type(refusal.shortfalls[0]).__name__) for row, refusal in batch.refused] == [(other, "NotCleared")]
