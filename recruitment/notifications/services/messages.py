"""Messages: rows written in the transaction that causes them, delivered after the commit, at least once, by a task."""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Sequence

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.notifications.models import Message
from recruitment.shared.nudges import nudge_after_commit

logger = logging.getLogger(__name__)
WAITS = [1, 5, 30, 120, 360]  # minutes before each further attempt; after the last the message is parked
SUBJECT = "Vùng Xanh"
DELIVER = "recruitment.notifications.tasks.deliver_messages"
HELPED = "/groups/people/"  # where a liaison looks after people without a phone
Channel = Message.Channel


def send_message(*, recipient: User, kind: str, text: str, link: str = "", now: dt.datetime) -> None:
    """In the app, and by SMS to a phone or by e-mail to an address; for whoever has neither, to the helper. The text must hold no health fact and no ID."""
    send_messages([(recipient, text)], kind=kind, link=link, now=now)


@transaction.atomic(savepoint=False)
def send_messages(messages: Sequence[tuple[User, str]], *, kind: str, link: str = "", now: dt.datetime) -> None:
    """The same for many people, each with a text of his or her own, in one statement."""
    helpers = User.objects.in_bulk({recipient.helper_id for recipient, _text in messages} - {None})
    rows = []
    for recipient, text in messages:
        rows.append(Message(recipient=recipient, channel=Channel.APP, kind=kind, text=text, link=link, delivered_at=now))
        channel, address = (Channel.SMS, recipient.phone) if recipient.phone else (Channel.EMAIL, recipient.email)
        if helper := helpers.get(recipient.helper_id):
            passed_on = {"about": recipient, "text": _to_pass_on(recipient, helper, text), "link": HELPED}
            rows.append(Message(recipient=helper, channel=Channel.APP, kind=kind, delivered_at=now, **passed_on))
        if address:
            rows.append(Message(recipient=recipient, channel=channel, address=address, kind=kind, text=text, link=link, next_attempt_at=now))
    Message.objects.bulk_create(rows, batch_size=2000)
    if rows:
        nudge_after_commit(DELIVER)


def tell(people: Iterable[User], text: Callable[[], str], *, kind: str, link: str = "", now: dt.datetime) -> None:
    """The same to everybody, each in his or her own language, in which `text` is asked for."""
    messages = []
    for person in people:
        with override(person.language):
            messages.append((person, text()))
    send_messages(messages, kind=kind, link=link, now=now)


def _to_pass_on(person: User, helper: User, text: str) -> str:
    with override(helper.language):
        about = _("Nhắn lại cho %(name)s (không có điện thoại): %(text)s") % {"name": person.name, "text": text}
    return about[: Message._meta.get_field("text").max_length]


@transaction.atomic
def send_to_phone(*, phone: str, kind: str, text: str, now: dt.datetime) -> None:
    """An SMS to somebody who may have no account yet."""
    Message.objects.create(channel=Channel.SMS, address=phone, kind=kind, text=text, next_attempt_at=now)
    nudge_after_commit(DELIVER)


@transaction.atomic
def send_to_address(*, email: str, kind: str, text: str, now: dt.datetime) -> None:
    """An e-mail that is not shown in the app, as one with a link to set a password."""
    Message.objects.create(channel=Channel.EMAIL, address=email, kind=kind, text=text, next_attempt_at=now)
    nudge_after_commit(DELIVER)


def deliver_due(*, now: dt.datetime, most: int = 200) -> int:
    """Send what is due, each message in a transaction of its own; how many went out.

    The row stays locked while it is sent: two workers never send the same one together. A worker killed between sending and
    committing sends it once more, with the same id for the gateway to recognise.
    """
    delivered = 0
    for pk in list(Message.objects.due(now).values_list("pk", flat=True)[:most]):
        delivered += _deliver(pk, now)
    return delivered


@transaction.atomic
def _deliver(pk: int, now: dt.datetime) -> bool:
    message = Message.objects.due(now).select_for_update(of=("self",), no_key=True, skip_locked=True).filter(pk=pk).first()
    if message is None:
        return False
    message.attempts += 1
    try:
        _hand_over(message)
    except Exception as error:  # noqa: BLE001 - whatever a gateway raises, the message waits and the others go on
        _wait_or_park(message, error, now)
        return False
    message.delivered_at, message.error = now, ""
    message.save(update_fields=["attempts", "delivered_at", "error"])
    return True


def _hand_over(message: Message) -> None:
    if message.channel == Channel.SMS:
        import_string(settings.SMS_SENDER)().send(reference=f"vx-{message.pk}", phone=message.address, text=message.text)
    else:
        link = f"{settings.SITE_ADDRESS}{message.link}" if message.link else ""
        send_mail(SUBJECT, f"{message.text}\n\n{link}".strip(), settings.DEFAULT_FROM_EMAIL, [message.address])


def _wait_or_park(message: Message, error: Exception, now: dt.datetime) -> None:
    logger.warning("Message %s was not delivered (%s), attempt %s.", message.pk, type(error).__name__, message.attempts)
    message.error = type(error).__name__[:200]
    if message.attempts > len(WAITS):
        message.parked_at = now
    else:
        message.next_attempt_at = now + dt.timedelta(minutes=WAITS[message.attempts - 1])
    message.save(update_fields=["attempts", "error", "parked_at", "next_attempt_at"])


@transaction.atomic
def mark_read(*, user: User, messages: Collection[int], now: dt.datetime) -> None:
    Message.objects.visible_to(user).filter(pk__in=messages, read_at=None).update(read_at=now)
