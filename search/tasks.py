"""Background work: `drain` in the queue `search`, the one worker process that writes the index; the rest in the default queue."""

import logging

from celery import shared_task
from django.utils import timezone

from search import alerts, neglect, pricing, saved_searches, sync
from search.documents import DOCUMENTS
from search.engines import engine
from search.engines.contract import Health, IndexUnavailable
from search.outages import note_end, note_outage
from search.rebuilding import RebuildRunning, rebuild

logger = logging.getLogger(__name__)


@shared_task
def drain() -> None:
    """Bring the index up to date. Told after each commit, and by the schedule in case a telling was lost."""
    try:
        sync.drain(now=timezone.now())
    except IndexUnavailable as error:
        logger.warning("The index can't be written; changes wait in the outbox: %s", error)


@shared_task
def look_after_indexes() -> None:
    """Note when search stops and starts to answer, and build an index that was lost."""
    states = {kind: engine().health(kind) for kind in DOCUMENTS}
    for kind, health in states.items():
        if health.missing:
            states[kind] = built(kind)
    unreadable = [health.problem for health in states.values() if not health.readable]
    if unreadable:
        note_outage(unreadable[0])
    else:
        note_end()


def built(kind: str) -> Health:
    """The health of a kind after building its index anew; whatever the outbox holds for it follows with the next drain."""
    logger.warning("There is no index of %s: building one from the database.", kind)
    try:
        rebuild(kind, report=lambda read, total: None)
    except (IndexUnavailable, RebuildRunning) as error:
        logger.warning("The index of %s could not be built: %s", kind, error)
    return engine().health(kind)


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


@shared_task
def send_alert_digests() -> None:
    """Several times in the morning: who was told today is told nothing more."""
    alerts.send_digests(on=timezone.localdate(), now=timezone.now())


@shared_task
def end_saved_searches() -> None:
    saved_searches.end_searches(on=timezone.localdate())
