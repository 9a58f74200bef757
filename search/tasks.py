"""Background work of the queue `search`: the one worker process that writes the index."""

import logging

from celery import shared_task
from django.utils import timezone

from search import sync
from search.engines.contract import IndexUnavailable

logger = logging.getLogger(__name__)


@shared_task
def drain() -> None:
    """Bring the index up to date. Told after each commit, and by the schedule in case a telling was lost."""
    try:
        sync.drain(now=timezone.now())
    except IndexUnavailable as error:
        logger.warning("The index can't be written; changes wait in the outbox: %s", error)
