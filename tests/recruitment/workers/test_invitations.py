"""The link on the own phone of somebody whom a liaison registered: short, used once, alive as long as the policy says."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from recruitment.notifications.models import Message
from recruitment.openings.reading import TableRow
from recruitment.workers.group_tables import interpret
from recruitment.workers.models import Invitation, InvitationPolicy, Worker
from recruitment.workers.services import invitations
from recruitment.workers.services.groups import register_group
from recruitment.workers.services.invitations import InvitationOver, use_invitation
from tests.factories.accounts import UserFactory
from tests.factories.places import ProvinceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def registered(today):
    """One person whom a liaison registered with a phone; the path of the link in the message."""
    ProvinceFactory(home=True)
    ProvinceFactory(name="Cao Bằng", code="04")
    liaison = UserFactory(liaison=True, name="Bế Thị Đầu Mối")

    def register() -> str:
        row = {"name": "Nông Văn Dền", "birth_date": "06/05/1998", "phone": "0912345678", "province": "Cao Bằng"}
        house = liaison.memberships.get().organisation
        register_group(rows=interpret([TableRow(2, row)], on=today), organisation=house, by=liaison, on=today)
        text = Message.objects.get(kind="registered_for_you", channel="sms").text
        return re.search(r"https?://[^/]+(/i/[^ /]+/)", text)[1]

    return register


def code_of(path: str) -> str:
    return path.split("/")[2]


def test_the_message_carries_a_link_that_opens_the_own_profile_to_agree(client, registered):
    path = registered()
    page = client.get(path).content.decode()
    assert "Bế Thị Đầu Mối" in page and "Mở hồ sơ của tôi" in page and "Nông Văn Dền" not in page
    landed = client.post(path)
    assert landed.headers["Location"] == reverse("workers:consents")
    client.post(reverse("workers:consents"), {"give": "matching"})
    assert Worker.objects.searchable().get().user.phone == "+84912345678"


def test_looking_at_the_link_does_not_use_it_up_and_opening_it_does(client, registered):
    path = registered()
    for _preview in range(3):
        assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    client.logout()
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410 and "Đăng nhập bằng số điện thoại" in answer.content.decode()


def test_the_link_lives_as_long_as_the_policy_says(registered, today):
    InvitationPolicy.objects.create(number="1/THỬ", since=today, valid_days=3)
    code, later = code_of(registered()), timezone.now() + dt.timedelta(days=3, minutes=1)
    with pytest.raises(InvitationOver):
        use_invitation(code, address="10.0.0.1", now=later)
    assert use_invitation(code, address="10.0.0.1", now=later - dt.timedelta(minutes=2))


def test_who_has_given_the_phone_away_is_not_let_in_by_it(client, registered):
    path = registered()
    user = Worker.objects.get().user
    user.phone, user.email = None, "a@vungxanh.invalid"
    user.save()
    assert client.post(path).status_code == 410


def test_who_guesses_is_stopped_and_a_right_code_still_opens(client, registered, monkeypatch):
    path = registered()
    monkeypatch.setattr(invitations, "MOST_PER_ADDRESS", 3)
    cache.delete("invitation-address:127.0.0.1")
    said = [client.get("/i/aaaaaaaaaa/").content.decode() for _guess in range(4)]
    assert "quá nhiều lần thử" in said[-1] and "quá nhiều lần thử" not in said[0]
    assert client.post(path).status_code == 302


def test_what_is_kept_opens_nothing(registered):
    code = code_of(registered())
    kept = Invitation.objects.get()
    assert code not in (kept.digest, str(kept.pk)) and len(kept.digest) == 64
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(worker=kept.worker, digest="x", sent_at=kept.sent_at, expires_at=kept.expires_at)


@pytest.mark.parametrize("typed", ["x", "%00", "a" * 300, "ĂĂ"])
def test_a_code_that_cannot_be_one_is_told_so(client, typed):
    assert client.get(f"/i/{typed}/").status_code == 410
