"""The word that room appeared: whoever waits for it is looked at as soon as the transaction that freed it is through."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def look_for_room_after_commit() -> None:
    """What is lost here, the schedule finds within a minute."""
    transaction.on_commit(partial(_nudge), robust=True)


def _nudge() -> None:
    try:
        current_app.send_task("recruitment.onboarding.tasks.look_after_acceptances", retry=False, ignore_result=True, expires=60)
    except OperationalError:
        logger.warning("The broker can't be reached; the queue is looked at with the next schedule.")
