"""Threads with real database connections that start together."""

import threading
import traceback
from collections.abc import Callable

from django.db import connection, connections

START_SECONDS = 30


def race(count: int, action: Callable, *arguments) -> list[str]:
    """Run `action(*arguments)` in `count` threads at once.

    Returns one word per thread: "done", or the name of the exception's class (its traceback goes to standard output).
    """
    outcomes: list[str] = []
    start = threading.Barrier(count)

    def run() -> None:
        try:
            connection.ensure_connection()  # connecting takes longer than most actions and would spread the start
            start.wait(START_SECONDS)
            action(*arguments)
            outcomes.append("done")
        except Exception as error:  # noqa: BLE001 - the outcome is what the test asks for
            traceback.print_exc()
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
