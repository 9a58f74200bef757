"""Somebody without a phone: registered beside a liaison who answers for them, until a phone of their own takes the profile over."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from recruitment.accounts.models import User
from recruitment.accounts.services import codes
from recruitment.notifications.models import Message
from recruitment.notifications.services.messages import send_message
from recruitment.workers.models import AssistedAct, Consent, Worker
from recruitment.workers.services.helped import HasAPhone, PhoneTaken, hand_over
from tests.factories.accounts import UserFactory
from tests.factories.places import ProvinceFactory

pytestmark = pytest.mark.django_db
PERSON = {
    "name": "Nông Văn Dền",
    "birth_date": "06/05/1998",
    "province": "Cao Bằng",
    "how": "witness",
    "paper": "BB 7/2026",
    "purposes": ["application", "health"],
}


@pytest.fixture
def liaison(client):
    ProvinceFactory(home=True)
    ProvinceFactory(name="Cao Bằng", code="04")
    person = UserFactory(liaison=True, name="Bế Thị Đầu Mối")
    client.force_login(person)
    return person


@pytest.fixture
def helped(client, liaison):
    client.post(reverse("workers:person"), PERSON)
    return Worker.objects.select_related("user").get()


def test_consent_given_in_person_is_kept_with_who_when_and_how(helped, liaison):
    assert (helped.user.phone, helped.user.email, helped.user.helper) == (None, None, liaison)
    assert set(helped.consents.values_list("purpose", "recorded_by")) == {("application", liaison.pk), ("health", liaison.pk)}
    act = AssistedAct.objects.get(act="consented")
    assert (act.how, act.paper, act.by) == ("witness", "BB 7/2026", liaison) and timezone.now() - act.at < dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ({"how": ""}, "đồng ý bằng cách nào"),
        ({"paper": " "}, "số biên bản"),
        ({"purposes": []}, "ít nhất một điều"),
        ({"birth_date": "31/02/1998"}, "Không có ngày này"),
    ],
)
def test_nothing_is_written_while_something_is_missing(client, liaison, left_out, said):
    page = client.post(reverse("workers:person"), PERSON | left_out)
    assert page.status_code == 422 and said in page.content.decode() and "Nông Văn Dền" in page.content.decode()
    assert not Worker.objects.exists()


def test_nothing_is_ticked_beforehand(client, liaison):
    assert "checked" not in client.get(reverse("workers:person")).content.decode()


def test_who_has_a_phone_gets_the_link_and_agrees_there(client, liaison):
    client.post(reverse("workers:person"), PERSON | {"phone": "0912345678", "how": "", "paper": "", "purposes": []})
    assert Worker.objects.get().user.phone == "+84912345678" and not Consent.objects.exists()
    assert "/i/" in Message.objects.get(channel="sms").text


def test_somebody_registered_before_is_not_registered_again(client, helped):
    page = client.post(reverse("workers:person"), PERSON)
    assert page.status_code == 422 and "đã có hồ sơ" in page.content.decode() and Worker.objects.count() == 1


def test_what_would_be_an_sms_reaches_the_one_who_answers(helped, liaison):
    send_message(recipient=helped.user, kind="trip", text="Xe đi lúc 6:00.", now=timezone.now())
    [told] = Message.objects.filter(recipient=liaison)
    assert told.channel == "app" and "Nông Văn Dền" in told.text and "Xe đi lúc 6:00." in told.text
    assert not Message.objects.exclude(channel="app").exists()


def test_every_act_names_who_did_it(client, helped):
    page = client.get(reverse("workers:helped")).content.decode()
    assert "do Bế Thị Đầu Mối thực hiện hộ" in page and "BB 7/2026" in page


def test_a_phone_proved_by_its_code_takes_the_profile_over(client, helped, liaison, monkeypatch):
    monkeypatch.setattr(codes.secrets, "randbelow", lambda _most: 123456)
    address = reverse("workers:add_phone", args=[helped.pk])
    client.post(address, {"phone": "0912345678"})
    assert client.post(address, {"code": "000000"}).status_code == 422 and not User.objects.filter(phone="+84912345678").exists()
    assert "tự trả lời từ giờ" in client.post(address, {"code": "123456"}, follow=True).content.decode()
    user = User.objects.get(pk=helped.user_id)
    assert (user.phone, user.helper) == ("+84912345678", None)
    assert AssistedAct.objects.get(act="phone").by == liaison
    assert Message.objects.filter(recipient=user, kind="handed_over", channel="sms").exists()
    assert client.get(address).status_code == 404


def test_that_a_number_has_an_account_is_said_to_whoever_holds_the_phone_only(client, helped, monkeypatch):
    UserFactory(phone="+84912345678")
    monkeypatch.setattr(codes.secrets, "randbelow", lambda _most: 123456)
    address = reverse("workers:add_phone", args=[helped.pk])
    asked = client.post(address, {"phone": "0912345678"}, follow=True).content.decode()
    assert "Mã 6 chữ số đã gửi" in asked and "tài khoản khác" not in asked
    refused = client.post(address, {"code": "123456"})
    assert refused.status_code == 422 and "đã có tài khoản khác" in refused.content.decode()
    assert User.objects.get(pk=helped.user_id).helper
    with pytest.raises(PhoneTaken):
        hand_over(worker=helped, phone="+84912345678", by=helped.user.helper, on=timezone.localdate())


def test_whoever_answers_alone_gets_no_other_number_from_a_liaison(helped, liaison):
    for _again in range(2):
        hand_over(worker=Worker.objects.get(), phone="+84912345678", by=liaison, on=timezone.localdate())
    assert AssistedAct.objects.filter(act="phone").count() == 1
    with pytest.raises(HasAPhone):
        hand_over(worker=Worker.objects.get(), phone="+84987654321", by=liaison, on=timezone.localdate())


def test_another_house_sees_nobody_of_it(client, helped):
    assert "Nông Văn Dền" in client.get(reverse("workers:helped")).content.decode()
    client.force_login(UserFactory(liaison=True))
    assert "Nông Văn Dền" not in client.get(reverse("workers:helped")).content.decode()
    assert client.get(reverse("workers:add_phone", args=[helped.pk])).status_code == 404


def test_the_database_knows_nobody_without_a_phone_and_without_somebody_who_answers(helped):
    for change in ({"helper": None}, {"phone": "+84912345678"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=helped.user_id).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssistedAct.objects.filter(act="consented").update(how="")
