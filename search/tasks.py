"""Background work: `drain` in the queue `search`, the one worker process that writes the index; the rest in the default queue."""

import logging

from celery import shared_task
from django.utils import timezone

from search import neglect, pricing, sync
from search.engines.contract import IndexUnavailable

logger = logging.getLogger(__name__)


@shared_task
def drain() -> None:
    """Bring the index up to date. Told after each commit, and by the schedule in case a telling was lost."""
    try:
        sync.drain(now=timezone.now())
    except IndexUnavailable as error:
        logger.warning("The index can't be written; changes wait in the outbox: %s", error)


@shared_task
def refresh_prices() -> None:
    """See pricing.py; one that finds another at work leaves it to that one."""
    refreshed = pricing.refresh_prices(on=timezone.localdate(), now=timezone.now())
    if refreshed:
        logger.info("Prices: %s", refreshed)


@shared_task
def note_neglected() -> None:
    """Daily, so that a Monday missed is made up for; once a week it does something."""
    neglect.note_neglected(on=timezone.localdate())
