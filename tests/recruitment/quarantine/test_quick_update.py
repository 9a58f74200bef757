import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.quarantine.models import FigureUpdate
from recruitment.quarantine.services.figures import Counts, counts_of, latest_update
from tests.factories.accounts import UserFactory
from tests.factories.quarantine import RoomFactory, SiteFactory, figures, manager_of

pytestmark = pytest.mark.django_db
JSON = {"headers": {"accept": "application/json"}}


@pytest.fixture
def place():
    return SiteFactory(beds=10)


@pytest.fixture
def manager(client, place):
    user = manager_of(place)
    client.force_login(user)
    return user


@pytest.fixture
def address(place):
    return reverse("quarantine:quick_update", args=[place.pk])


def numbers(kinds=("small", "medium", "large", "private", "family"), **changed):
    fields = {f"{kind}-{name}": "0" for kind in kinds for name in ("total", "occupied", "closed", "held")}
    return {**fields, "small-total": "12", "seen": "0", "key": "6f9619ff-8b86-d011-b42d-00cf4fc964ff", **changed}


def test_a_site_declares_its_beds_the_first_time(client, today, place, manager, address):
    assert "Lần đầu" in client.get(address).content.decode()
    answer = client.post(address, numbers(**{"small-closed": "2"}), follow=True)
    assert "Đã ghi số liệu." in answer.content.decode()
    assert counts_of(latest_update(place)) == [Counts("small", 12, 0, 2, 0)]
    assert figures(place, today)[0] == 10


def test_a_press_of_plus_without_script_writes_nothing_and_keeps_the_rest(client, place, manager, address):
    answer = client.post(address, numbers(step="small:closed:1", **{"small-held": "mười"}))
    text = answer.content.decode()
    assert answer.status_code == 200 and 'name="small-closed" value="1"' in text and 'value="mười"' in text
    assert not FigureUpdate.objects.exists()
    for step in ("small:held:1", "small:closed:99", "x", "small:total", "::1", "small:nothing:1"):
        assert client.post(address, numbers(step=step, **{"small-held": "mười"})).status_code == 200


@pytest.mark.parametrize("wrong", ["", "-1", "1,5", "99999", "chín", "9" * 400])
def test_a_number_that_is_none_comes_back_beside_its_field(client, place, manager, address, wrong):
    answer = client.post(address, numbers(**{"small-closed": wrong}))
    assert answer.status_code == 422 and 'class="error"' in answer.content.decode()
    assert not FigureUpdate.objects.exists()


def test_nothing_changed_is_one_press(client, place, manager, address):
    client.post(address, numbers())
    client.post(address, {"do": "unchanged", "seen": str(latest_update(place).pk), "key": "x"})
    assert FigureUpdate.objects.count() == 2
    assert counts_of(latest_update(place)) == [Counts("small", 12, 0, 0, 0)]


def test_a_conflict_shows_the_difference_and_writes_after_all_when_told(client, today, place, manager, address):
    client.post(address, numbers())
    first = latest_update(place)
    client.post(address, numbers(["small"], seen=str(first.pk), key="a" * 32, **{"small-closed": "1"}))
    mine = numbers(["small"], seen=str(first.pk), key="b" * 32, **{"small-closed": "4"})
    answer = client.post(address, mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "bạn thấy 0, nay là 1, bạn ghi 4" in text and "Tải lại" in text and "Vẫn ghi" in text
    assert client.post(address, {**mine, "force": str(latest_update(place).pk)}).status_code == 302
    assert figures(place, today)[0] == 8


def test_a_script_is_answered_in_json(client, place, manager, address):
    done = client.post(address, numbers(), **JSON)
    assert done.json() == {"outcome": "done", "message": "Đã ghi số liệu.", "seen": latest_update(place).pk}
    assert client.post(address, numbers(), **JSON).json() == done.json()
    changed = client.post(address, numbers(["small"], key="c" * 32, **{"small-closed": "1"}), **JSON)
    assert (changed.status_code, changed.json()["outcome"], changed.json()["latest"]) == (409, "changed", latest_update(place).pk)
    refused = client.post(address, numbers(["small"], **{"small-closed": "13"}), **JSON)
    assert refused.status_code == 422 and "nhiều hơn tổng số 12 giường" in refused.json()["lines"][0]


@pytest.mark.parametrize("odd", [{"seen": "²"}, {"seen": "-5"}, {"key": "không"}, {"noted_at": "hôm qua"}, {"noted_at": "2026-02-31T00:00:00Z"}])
def test_odd_hidden_fields_are_no_error(client, place, manager, address, odd):
    assert client.post(address, numbers(**odd)).status_code in (302, 409)


def test_kinds_with_rooms_take_their_total_from_them(client, today, place, manager, address):
    RoomFactory(site=place, kind="small", beds=3)
    assert "3 giường theo sơ đồ phòng" in client.get(address).content.decode()
    client.post(address, numbers(["small"]))
    assert figures(place, today)[0] == 3


def test_the_page_asks_as_often_for_many_rooms_as_for_one(client, place, manager, address):
    RoomFactory(site=place, kind="small")
    client.post(address, numbers(["small"]))
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _number in range(15):
        RoomFactory(site=place, kind="small", is_open=False)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_other_managers_do_not_find_it(client, place, address):
    client.force_login(UserFactory(site_manager=True))
    assert client.get(address).status_code == 404
    assert client.post(address, numbers()).status_code == 404
