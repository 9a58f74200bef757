"""How often something happened lately, counted in the cache, which all processes share."""

import datetime as dt

from django.core.cache import cache


def is_within(key: str, *, most: int, window: dt.timedelta) -> bool:
    """Count one more under `key`; whether that is at most `most` within the window that began with the first."""
    seconds = int(window.total_seconds())
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) <= most
    except ValueError:  # it lapsed between the two calls
        cache.set(key, 1, timeout=seconds)
        return most >= 1
