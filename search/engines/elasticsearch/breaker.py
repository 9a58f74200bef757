"""Keeps a server that doesn't answer from costing every page its time."""

import threading
import time
from collections.abc import Callable

LONGEST_PAUSE = 15  # seconds until a dead server is tried again: what its return may cost


class Breaker:
    """After a failure only one caller per pause is let through to try; the others are turned away at once.

    Pauses are 1, 2, 4, … LONGEST_PAUSE seconds; one success ends them. Shared by the threads of a process.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self.lock = threading.Lock()
        self.failures = 0
        self.next_trial = 0.0

    def admits(self) -> bool:
        """Whether the caller may ask the server now. Whoever may after a failure holds off the others for another pause."""
        with self.lock:
            if not self.failures:
                return True
            now = self.clock()
            if now < self.next_trial:
                return False
            self.next_trial = now + self.pause()
            return True

    def failed(self) -> None:
        with self.lock:
            self.failures += 1
            self.next_trial = self.clock() + self.pause()

    def succeeded(self) -> None:
        if self.failures:
            with self.lock:
                self.failures = 0

    def pause(self) -> float:
        return min(2 ** (self.failures - 1), LONGEST_PAUSE)
