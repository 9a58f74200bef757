import datetime as dt
import json

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from recruitment.notifications.models import Message
from recruitment.notifications.services import messages
from recruitment.notifications.services.messages import deliver_due, send_message
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
