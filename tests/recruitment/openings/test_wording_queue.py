"""The department's queue of phrases that recruiters kept."""

import pytest
from django.urls import reverse

from recruitment.openings.models import Opening, WordingOverride
from tests.factories.accounts import UserFactory
from tests.factories.employers import recruiter_of
from tests.factories.openings import OpeningFactory

pytestmark = pytest.mark.django_db


def kept(**fields):
    opening = OpeningFactory(description="Cần người dưới 35 tuổi.", **fields)
    return WordingOverride.objects.create(opening=opening, phrase="dưới 35 tuổi", article="8.1", reason="Nặng nhọc", by=opening.created_by)


@pytest.fixture
def officer(client):
    person = UserFactory(labour_officer=True)
    client.force_login(person)
    return person


def test_an_officer_reads_phrase_article_and_reason_and_decides(client, officer):
    first, second = kept(), kept()
    page = client.get(reverse("openings:wording_queue")).content.decode()
    assert "Điều 8 khoản 1" in page
    assert page.count("Nặng nhọc") == 2
    client.post(reverse("openings:review_wording", args=[first.pk]), {"decision": "allowed"})
    client.post(reverse("openings:review_wording", args=[second.pk]), {"decision": "refused"})
    assert Opening.objects.get(pk=first.opening_id).status == Opening.Status.PUBLISHED
    assert Opening.objects.get(pk=second.opening_id).status == Opening.Status.PAUSED
    assert "Đã hết việc" in client.get(reverse("openings:wording_queue")).content.decode()


def test_an_answer_that_is_none_and_a_second_answer_change_nothing(client, officer):
    override = kept()
    address = reverse("openings:review_wording", args=[override.pk])
    assert "Hãy chọn" in client.post(address, {"decision": "maybe"}, follow=True).content.decode()
    client.post(address, {"decision": "allowed"})
    assert officer.name in client.post(address, {"decision": "refused"}, follow=True).content.decode()
    assert WordingOverride.objects.get().decision == "allowed"


def test_recruiters_do_not_decide(client):
    override = kept()
    client.force_login(recruiter_of(override.opening.factory))
    assert client.get(reverse("openings:wording_queue")).status_code == 403
    assert client.post(reverse("openings:review_wording", args=[override.pk]), {"decision": "allowed"}).status_code == 403


def test_the_queue_asks_as_often_for_thirty_as_for_one(client, officer, django_assert_num_queries, django_assert_max_num_queries):
    kept()
    with django_assert_max_num_queries(20) as queries:
        client.get(reverse("openings:wording_queue"))
    for _number in range(29):
        kept()
    with django_assert_num_queries(len(queries)):
        assert client.get(reverse("openings:wording_queue")).content.decode().count("<mark>") == 30
