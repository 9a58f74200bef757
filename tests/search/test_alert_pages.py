"""Saving a search from its list, seeing what it found, and stopping, signed in or by the link of a message."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from search.models import AlertItem, SavedSearch
from search.saved_searches import stop_token
from tests.factories.accounts import UserFactory
from tests.factories.employers import recruiter_of
from tests.factories.occupations import OccupationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/my/searches/save/?q=đóng gói&dormitory=on&shifts=night&sort=wage&page=2"


@pytest.fixture
def worker(client):
    worker = WorkerFactory(consented=True)
    client.force_login(worker.user)
    return worker


@pytest.fixture
def saved(index, client, worker) -> SavedSearch:
    client.post(ADDRESS)
    return SavedSearch.objects.get()


def test_the_page_says_what_would_be_told_and_how(index, client, worker):
    answer = client.get(ADDRESS)
    page = answer.content.decode()
    assert all(words in page for words in ("đóng gói", "ca đêm", "ký túc xá", "Mỗi sáng nhiều nhất một tin", "23/01/2027"))
    assert worker.user.phone not in page and worker.user.phone[-3:] in page
    assert SavedSearch.objects.count() == 0


def test_saving_keeps_what_was_asked_without_how_it_was_sorted(client, saved):
    assert saved.query == "dormitory=on&q=%C4%91%C3%B3ng+g%C3%B3i&shifts=night"
    page = client.get("/my/searches/").content.decode()
    assert "đóng gói" in page and f"/?{saved.query.replace('&', '&amp;')}" in page
    client.post(ADDRESS)
    assert SavedSearch.objects.count() == 1
    assert "Bạn đã lưu tìm kiếm này" in client.get(ADDRESS).content.decode()


def test_strangers_are_sent_to_the_sign_in_and_come_back(client):
    answer = client.get("/my/searches/save/?q=may")
    assert answer.status_code == 302 and "sign-in" in answer.headers["Location"] and "save" in answer.headers["Location"]


def test_without_an_index_it_says_so_and_keeps_the_address(client, worker, settings, tmp_path):
    settings.SEARCH_DIRECTORY = tmp_path / "missing"
    answer = client.post("/my/searches/save/?q=may")
    assert (answer.status_code, SavedSearch.objects.count()) == (503, 0)
    assert "Hãy thử lại sau ít phút" in answer.content.decode() and 'action="?q=may"' in answer.content.decode()


def test_too_many_are_refused_with_what_to_do(index, client, worker):
    for number in range(10):
        client.post(f"/my/searches/save/?q=nghề {number}")
    answer = client.post("/my/searches/save/?q=một cái nữa")
    assert (answer.status_code, SavedSearch.objects.count()) == (422, 10)
    assert "Hãy dừng bớt một cái" in answer.content.decode()


def test_its_page_lists_what_it_found_and_only_that(client, saved):
    told, other = OpeningFactory(), OpeningFactory()
    AlertItem.objects.create(search=saved, document=told.pk, found_at=timezone.now())
    page = client.get(f"/my/searches/{saved.pk}/").content.decode()
    assert told.title in page and other.title not in page


def test_somebody_elses_search_is_not_found(client, saved):
    client.force_login(WorkerFactory().user)
    assert client.get(f"/my/searches/{saved.pk}/").status_code == 404
    assert client.post(f"/my/searches/{saved.pk}/stop/").status_code == 404
    assert SavedSearch.objects.get().ended_at is None


def test_stopping_signed_in_and_saving_again(client, saved):
    client.post(f"/my/searches/{saved.pk}/stop/")
    assert SavedSearch.objects.get().ending == "stopped"
    page = client.get("/my/searches/").content.decode()
    assert "bạn đã dừng" in page and "Lưu lại" in page


def test_the_link_of_a_message_asks_first_and_stops_without_signing_in(client, saved):
    client.logout()
    address = f"/alerts/stop/{stop_token(saved.owner)}/"
    page = client.get(address).content.decode()
    assert "Dừng tất cả" in page and "đóng gói" not in page
    assert SavedSearch.objects.get().ended_at is None
    assert "Đã dừng" in client.post(address).content.decode()
    assert SavedSearch.objects.get().ending == "stopped"
    assert "Đã dừng" in client.post(address).content.decode()


@pytest.mark.parametrize("token", ["1", "1:wrong", "x:y", "0", "9" * 40])
def test_a_link_that_was_tampered_with_is_not_found(client, token):
    assert client.get(f"/alerts/stop/{token}/").status_code == 404


def test_a_recruiter_watches_an_opening_mutes_it_and_watches_again(index, client):
    opening = OpeningFactory(occupation=OccupationFactory())
    recruiter = recruiter_of(opening.factory)
    client.force_login(recruiter)
    watch = f"/openings/{opening.pk}/candidates/watch/?fit=own"
    assert client.post(watch, follow=True).status_code == 200
    search = SavedSearch.objects.get()
    assert (search.kind, search.opening, search.query, search.owner) == ("candidate", opening, "fit=own", recruiter)
    client.post(watch, {"mute": "1"})
    assert SavedSearch.objects.get().muted_at is not None
    assert "Bật báo lại" in client.get(f"/openings/{opening.pk}/candidates/").content.decode()
    client.post(watch)
    assert SavedSearch.objects.get().muted_at is None
    assert opening.title in client.get("/my/searches/").content.decode()
    client.force_login(UserFactory(recruiter=True))
    assert client.post(watch).status_code == 404


def test_thirty_saved_searches_cost_as_many_queries_as_one(index, client, worker, today):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/my/searches/")
        return len(captured)

    def make(number: int) -> None:
        SavedSearch.objects.create(owner=worker.user, kind="opening", query=f"q=nghề+{number}", condition={}, ends_on=today + dt.timedelta(days=9))

    make(0)
    queries()
    one = queries()
    for number in range(1, 30):
        make(number)
    assert queries() == one


def test_recommendations_say_why_and_lead_to_the_opening(client, worker):
    occupation = OccupationFactory()
    worker.occupations.create(occupation=occupation)
    opening = OpeningFactory(occupation=occupation)
    page = client.get("/my/recommendations/").content.decode()
    assert opening.title in page and "Hợp nhất với hồ sơ của bạn" in page
    worker.occupations.all().delete()
    assert "Sửa hồ sơ" in client.get("/my/recommendations/").content.decode()
