"""Rules as dated data: each row holds from one day (`since`) to another (`until`, None: until a newer one)."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

Rule = TypeVar("Rule")
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


def read_once(what: tuple, read: Callable[[], Rule]) -> Rule:
    """What `read` finds about `what`; asked for again in the same block, the same answer."""
    known = _read.get()
    if known is None:
        return read()
    if what not in known:
        known[what] = read()
    return known[what]


class DatedQuerySet(models.QuerySet):
    def in_force(self, on: dt.date):
        """The newest one in force on `on`, or None."""

        def newest():
            return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on).order_by("-since", "-pk").first()

        return newest() if self.query.where else read_once((self.model, on), newest)


class DatedOrDefaultQuerySet(DatedQuerySet):
    def in_force(self, on: dt.date):
        """The newest one in force on `on`, or one with the model's own values where there is none."""
        return super().in_force(on) or self.model()
