import datetime as dt
import json

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.notifications.models import Message
from recruitment.notifications.services import messages
from recruitment.notifications.services.messages import deliver_due, send_message, send_messages, tell
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


class OutOfOrder:
    """A gateway that is down."""

    def send(self, **_message):
        raise ConnectionError


def sent() -> list[dict]:
    return [json.loads(line) for file in sorted(settings.SMS_FILE_PATH.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_worker_gets_an_sms_and_reads_the_same_in_the_app():
    worker = UserFactory()
    send_message(recipient=worker, kind="applied", text="Đã nhận hồ sơ.", now=timezone.now())
    assert deliver_due(now=timezone.now()) == 1
    assert [line["text"] for line in sent() if line["phone"] == worker.phone] == ["Đã nhận hồ sơ."]
    assert Message.objects.visible_to(worker).get().text == "Đã nhận hồ sơ."


def test_a_message_goes_out_once_however_often_delivery_runs():
    worker = UserFactory()
    send_message(recipient=worker, kind="applied", text="Một lần.", now=timezone.now())
    assert [deliver_due(now=timezone.now()) for _ in range(3)] == [1, 0, 0]


def test_a_message_of_a_transaction_that_fails_is_never_sent():
    worker = UserFactory()

    @transaction.atomic
    def change_something_that_fails():
        send_message(recipient=worker, kind="applied", text="Không có.", now=timezone.now())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_something_that_fails()
    assert not Message.objects.exists()


def test_a_gateway_that_is_down_is_tried_again_later_and_parked_in_the_end(settings):
    settings.SMS_SENDER = f"{__name__}.OutOfOrder"
    send_message(recipient=UserFactory(), kind="applied", text="Chờ.", now=timezone.now())
    now = timezone.now()
    for attempt, wait in enumerate(messages.WAITS, start=1):
        deliver_due(now=now)
        assert deliver_due(now=now) == 0
        assert Message.objects.get(channel="sms").attempts == attempt
        now += dt.timedelta(minutes=wait, seconds=1)
    deliver_due(now=now)
    assert Message.objects.get(channel="sms").parked_at == now


def test_others_go_out_though_one_address_fails(monkeypatch):
    good, bad = UserFactory(), UserFactory()
    for person in (bad, good):
        send_message(recipient=person, kind="applied", text=f"Tới {person.pk}.", now=timezone.now())
    hand_over = messages._hand_over

    def fail_for_one(message):
        if message.address == bad.phone:
            raise ConnectionError
        hand_over(message)

    monkeypatch.setattr(messages, "_hand_over", fail_for_one)
    assert deliver_due(now=timezone.now()) == 1
    assert Message.objects.get(address=good.phone).delivered_at is not None


def test_the_list_asks_as_often_for_thirty_as_for_one_and_the_bell_counts_what_is_new(client):
    person = UserFactory(recruiter=True)
    client.force_login(person)

    def page_and_queries() -> tuple[str, int]:
        with CaptureQueriesContext(connection) as counted:
            page = client.get(reverse("notifications:list")).content.decode()
        return page, len(counted)

    send_message(recipient=person, kind="thử", text="Tin số 0", now=timezone.now())
    _page, one = page_and_queries()
    for number in range(29):
        send_message(recipient=person, kind="thử", text=f"Tin số {number}", now=timezone.now())
    assert '<span class="count" aria-hidden="true">9+</span>' in client.get(reverse("openings:board")).content.decode()
    page, thirty = page_and_queries()
    assert thirty == one and page.count(">mới</span>") == 29
    assert 'class="count"' not in client.get(reverse("openings:board")).content.decode()


def test_a_link_in_an_email_leads_to_the_site(mailoutbox, settings):
    settings.SITE_ADDRESS = "https://vungxanh.invalid"
    send_message(recipient=UserFactory(recruiter=True), kind="thử", text="Có hồ sơ mới.", link="/openings/7/applications/", now=timezone.now())
    deliver_due(now=timezone.now())
    assert mailoutbox[0].body == "Có hồ sơ mới.\n\nhttps://vungxanh.invalid/openings/7/applications/"


def test_everybody_is_told_in_the_own_language():
    here, elsewhere = UserFactory(recruiter=True), UserFactory(recruiter=True, language="en")
    tell([here, elsewhere], lambda: _("cán bộ lao động"), kind="thử", now=timezone.now())
    assert dict(Message.objects.filter(channel="app").values_list("recipient", "text")) == {
        here.pk: "cán bộ lao động",
        elsewhere.pk: "labour officer",
    }


def test_thirty_people_without_a_phone_cost_as_many_queries_as_one():
    def queries(people) -> int:
        told = [(User.objects.get(pk=person.pk), "Xe đi lúc 6:00.") for person in people]
        with CaptureQueriesContext(connection) as counted:
            send_messages(told, kind="trip", now=timezone.now())
        return len(counted)

    helped = [UserFactory(phone=None, helper=UserFactory(liaison=True)) for _number in range(30)]
    assert queries(helped[:1]) == queries(helped)
    assert Message.objects.filter(recipient=helped[29].helper).count() == 1
