"""A liaison answers for somebody without a phone: as the person would, written down as done on the person's behalf."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.applications.models import Application
from recruitment.workers.models import AssistedAct, GroupRegistration
from tests.factories.accounts import UserFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import recruiter_of
from tests.factories.openings import OpeningFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
Status = Application.Status


@pytest.fixture
def liaison(client):
    person = UserFactory(liaison=True, name="Bế Thị Đầu Mối")
    client.force_login(person)
    return person


@pytest.fixture
def worker(liaison):
    user = UserFactory(name="Nông Văn Dền", phone=None, helper=liaison)
    worker = WorkerFactory(user=user, consented=True)
    group = GroupRegistration.objects.create(organisation=user.helper_house, made_by=liaison)
    AssistedAct.objects.create(worker=worker, group=group, act="registered", by=liaison)
    return worker


def page_of(worker) -> str:
    return reverse("onboarding:helped_person", args=[worker.pk])


def answer(client, application, **said):
    return client.post(page_of(application.worker), {"application": application.pk, "asked": "on"} | said, follow=True).content.decode()


def test_an_offer_is_agreed_to_once_the_person_was_asked_and_the_factory_sees_on_whose_behalf(client, worker, liaison):
    offered = ApplicationFactory(worker=worker, status=Status.OFFERED, opening=OpeningFactory(held=1))
    assert "1 việc chờ trả lời" in client.get(reverse("workers:helped")).content.decode()
    assert "Đồng ý, xin ghế xe" in client.get(page_of(worker)).content.decode()
    not_asked = client.post(page_of(worker), {"application": offered.pk, "answer": "ride"}, follow=True).content.decode()
    offered = Application.objects.get(pk=offered.pk)
    assert "Hãy hỏi người này" in not_asked and offered.status == Status.OFFERED
    assert "trả lời đồng ý: do Bế Thị Đầu Mối thực hiện hộ" in answer(client, offered, answer="ride")
    offered = Application.objects.get(pk=offered.pk)
    assert (offered.status, offered.wants_trip) == (Status.AGREED, True)
    act = AssistedAct.objects.get(act="agreed")
    assert (act.by, act.receipt) == (liaison, offered.receipt)
    answer(client, offered, answer="ride")
    assert AssistedAct.objects.filter(act="agreed").count() == 1
    client.force_login(recruiter_of(offered.opening.factory))
    assert "Trả lời đồng ý: do Bế Thị Đầu Mối thực hiện hộ" in client.get(reverse("applications:applicant", args=[offered.pk])).content.decode()


def test_an_invitation_is_taken_and_another_declined(client, worker):
    taken, declined = (ApplicationFactory(worker=worker, status=Status.INVITED) for _number in range(2))
    client.post(page_of(worker), {"asked": "on", "opening": taken.opening_id})
    answer(client, declined, answer="withdraw")
    assert [Application.objects.get(pk=one.pk).status for one in (taken, declined)] == [Status.APPLIED, Status.WITHDRAWN]
    assert dict(AssistedAct.objects.exclude(receipt="").values_list("act", "receipt")) == {"applied": taken.receipt, "withdrew": declined.receipt}


def test_what_was_done_about_another_job_is_not_shown_to_a_factory(client, worker):
    one, other = (ApplicationFactory(worker=worker, status=Status.INVITED) for _number in range(2))
    answer(client, other, answer="withdraw")
    for application, shown in ((one, False), (other, True)):
        client.force_login(recruiter_of(application.opening.factory))
        page = client.get(reverse("applications:applicant", args=[application.pk])).content.decode()
        assert ("Từ chối, rút hồ sơ: do Bế Thị Đầu Mối" in page) is shown


def test_somebody_without_an_application_is_put_forward_for_an_opening(client, worker):
    opening = OpeningFactory()
    client.post(page_of(worker), {"asked": "on", "opening": opening.pk})
    assert Application.objects.get().opening == opening
    again = client.post(page_of(worker), {"asked": "on", "opening": opening.pk}, follow=True).content.decode()
    assert Application.objects.count() == 1 and "đã ứng tuyển" in again.lower()


def test_nobody_answers_for_people_of_another_house_nor_for_who_has_a_phone(client, worker):
    offered = ApplicationFactory(worker=worker, status=Status.OFFERED, opening=OpeningFactory(held=1))
    own = ApplicationFactory(status=Status.OFFERED, opening=OpeningFactory(held=1))
    assert client.post(page_of(worker), {"application": own.pk, "asked": "on", "answer": "ride"}).status_code == 404
    assert client.get(page_of(own.worker)).status_code == 404
    for odd in ({"application": "x"}, {"application": offered.pk, "answer": "?"}, {"opening": "9" * 30}):
        assert client.post(page_of(worker), {"asked": "on"} | odd).status_code == 404
    client.force_login(UserFactory(liaison=True))
    assert client.post(page_of(worker), {"application": offered.pk, "asked": "on", "answer": "ride"}).status_code == 404
    assert set(Application.objects.values_list("status", flat=True)) == {Status.OFFERED}


def test_the_page_asks_as_often_for_ten_applications_as_for_one(client, worker):
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(page_of(worker)).status_code == 200
        return len(counted)

    ApplicationFactory(worker=worker, status=Status.INVITED)
    one = queries()
    for _number in range(9):
        ApplicationFactory(worker=worker, status=Status.INVITED)
    assert queries() == one
