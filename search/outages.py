"""Since when search can't be asked: one moment for all processes, kept in the cache, which may be down as well."""

import datetime as dt
import logging

import redis
from django.core.cache import cache
from django.utils import timezone

logger = logging.getLogger(__name__)

KEY = "search-unavailable-since"
REMEMBERED_SECONDS = 600  # after the last failure, should nobody be left to note the end


def note_outage(reason: object) -> dt.datetime:
    """Somebody could not ask the index; since when nobody could."""
    now = timezone.now()
    try:
        since = cache.get_or_set(KEY, now, REMEMBERED_SECONDS)
        cache.touch(KEY, REMEMBERED_SECONDS)
    except redis.RedisError:
        since = now
    if since == now:
        logger.warning("Search can't be asked; lists show the newest from the database. %s", reason)
    return since


def note_end() -> None:
    """The index answers."""
    try:
        if cache.delete(KEY):
            logger.warning("Search answers again.")
    except redis.RedisError as error:
        logger.warning("That search answers can't be noted: %s", error)
