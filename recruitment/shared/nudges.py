"""Telling the background worker, after the commit, that there is work. Whatever is lost on the way the schedule finds by itself."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_held_back: ContextVar[dict["Nudge", None] | None] = ContextVar("nudges_held_back", default=None)


@dataclass(frozen=True)
class Nudge:
    """One task to begin; worthless after `expires` seconds."""

    task: str
    arguments: tuple
    expires: int

    def __call__(self) -> None:
        held_back = _held_back.get()
        if held_back is None:
            self.send()
        else:
            held_back[self] = None

    def send(self) -> None:
        try:
            current_app.send_task(self.task, self.arguments, retry=False, ignore_result=True, expires=self.expires)
        except OperationalError:
            logger.warning("The broker can't be reached; %s begins with the next scheduled look.", self.task)


def nudge(task: str, *arguments: int, expires: int = 60) -> None:
    """Have the task begin now: nothing is open that it would have to see committed."""
    Nudge(task, arguments, expires)()


def nudge_after_commit(task: str, *arguments: int, expires: int = 60) -> None:
    """Have the task begin once this transaction is through: once, however often it is asked for."""
    wanted = Nudge(task, arguments, expires)
    if all(hook != wanted for _savepoints, hook, _robust in connection.run_on_commit):
        transaction.on_commit(wanted, robust=True)


@contextmanager
def one_nudge_for_all() -> Iterator[None]:
    """Where many short transactions follow each other: each task is told once, at the end of the block, not after every one of them."""
    token = _held_back.set({})
    try:
        yield
    finally:
        held_back = _held_back.get() or {}
        _held_back.reset(token)
        for one in held_back:
            one.send()
