"""Rules as dated data: each row holds from one day (`since`) to another (`until`, None: until a newer one)."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.db.models import Q

_read: ContextVar[dict[tuple, Any] | None] = ContextVar("rules_read", default=None)


@contextmanager
def under_the_same_rules() -> Iterator[None]:
    """All that is decided in the block is decided under the rules that its first question finds; a newer one counts for the next block.

    For the few moments of one act or of one chunk of a batch. A block within another one belongs to it.
    """
    token = _read.set({}) if _read.get() is None else None
    try:
        yield
    finally:
        if token:
            _read.reset(token)


class DatedQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        """The newest one in force on `on`, or None."""
        read, key = _read.get(), (self.model, on)
        if read is None or self.query.where:
            return self._newest(on)
        if key not in read:
            read[key] = self._newest(on)
        return read[key]

    def _newest(self, on: dt.date):
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on).order_by("-since", "-pk").first()


class DatedOrDefaultQuerySet(DatedQuerySet):
    def in_force(self, on: dt.date):
        """The newest one in force on `on`, or one with the model's own values where there is none."""
        return super().in_force(on) or self.model()
