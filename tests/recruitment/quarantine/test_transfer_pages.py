"""Transfers, as the managers of both sites see and do them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.quarantine.models import Transfer
from tests.factories.accounts import UserFactory
from tests.factories.quarantine import SiteFactory, manager_of
from tests.recruitment.quarantine.test_transfers import Move

pytestmark = pytest.mark.django_db
LIST = reverse("quarantine:transfers")


@pytest.fixture
def move(today):
    return Move(today)


def ask(move):
    return reverse("quarantine:request_transfer", args=[move.stay.pk])


def act(client, user, name, transfer, **form):
    client.force_login(user)
    return client.post(reverse(f"quarantine:{name}_transfer", args=[transfer.pk]), form, follow=True)


def test_a_manager_asks_and_is_offered_the_sites_with_room(client, move):
    full = SiteFactory(beds=0)
    client.force_login(move.sender)
    shown = client.get(ask(move)).content.decode()
    assert f"{move.destination} · còn 2 giường" in shown and full.name not in shown
    answer = client.post(ask(move), {"destination": move.destination.pk, "reason": "Cần phòng đơn"}, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "chờ nơi nhận trả lời" in answer.content.decode()


@pytest.mark.parametrize(
    ("form", "field"),
    [({}, "destination"), ({"destination": "999999"}, "destination"), ({"destination": "x"}, "destination"), ({"elsewhere": "x" * 121}, "elsewhere")],
)
def test_what_is_missing_is_named(client, move, form, field):
    client.force_login(move.sender)
    answer = client.post(ask(move), form)
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Transfer.objects.exists()


def test_each_end_is_offered_its_own_steps_only(client, move):
    transfer = move.request()
    steps = {}
    for name, user in [("origin", move.sender), ("destination", move.receiver), ("officer", UserFactory(health_officer=True))]:
        client.force_login(user)
        steps[name] = client.get(LIST).context["page"][0].steps
    assert steps == {"origin": ["cancel"], "destination": ["accept", "refuse"], "officer": []}
    assert "đang ở trạng thái" in act(client, move.sender, "accept", transfer).content.decode()
    assert Transfer.objects.get().status == "requested"


def test_the_whole_way_by_buttons(client, move):
    transfer = move.request()
    for user, name, status in [(move.receiver, "accept", "accepted"), (move.sender, "depart", "on_the_way"), (move.receiver, "arrive", "completed")]:
        assert act(client, user, name, transfer).status_code == 200
        assert Transfer.objects.get().status == status


def test_refusing_asks_for_the_reason(client, move):
    transfer = move.request()
    client.force_login(move.receiver)
    address = reverse("quarantine:refuse_transfer", args=[transfer.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).status_code == 422
    assert act(client, move.receiver, "refuse", transfer, reason="Hết phòng").status_code == 200
    assert Transfer.objects.get().status == "refused"


def test_a_third_site_finds_nothing(client, move):
    transfer = move.request()
    client.force_login(manager_of(SiteFactory()))
    assert client.get(LIST).context["page"].paginator.count == 0
    for name in ("accept", "depart", "arrive", "refuse", "cancel"):
        assert client.post(reverse(f"quarantine:{name}_transfer", args=[transfer.pk]), {"reason": "x"}).status_code == 404
    assert client.get(ask(move)).status_code == 404


def test_the_list_asks_as_many_queries_for_ten_as_for_one(client, today, move):
    def queries():
        with CaptureQueriesContext(connection) as counted:
            assert client.get(LIST).status_code == 200
        return len(counted)

    client.force_login(UserFactory(health_officer=True))
    move.request()
    one = queries()
    for _ in range(9):
        Move(today).request()
    assert queries() == one


def test_the_pages_are_in_english_too(client, move):
    move.request()
    client.force_login(move.receiver)
    client.cookies["django_language"] = "en"
    assert "Accept and hold a bed" in client.get(LIST).content.decode()
