"""A program that should run until told otherwise: started in a process group of its own, started again when it dies."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from runtime import postgres, processes, services, valkey
from runtime.addresses import LOGS, ROOT

LONGEST_DELAY = 30  # seconds between attempts to start what keeps dying
STEADY_SECONDS = 60  # after running this long a program is taken to be sound again
LONGEST_LOG = 10_000_000  # bytes


@dataclass
class Backoff:
    """How long to wait before starting something again: 1, 2, 4, … 30 s, and 1 again after a steady minute."""

    failures: int = 0
    started: float = field(default_factory=time.monotonic)
    due: float | None = None

    def died(self) -> float:
        """Note a death; the seconds to wait."""
        now = time.monotonic()
        self.failures = 1 if now - self.started > STEADY_SECONDS else self.failures + 1
        delay = min(2 ** (self.failures - 1), LONGEST_DELAY)
        self.due = now + delay
        return delay

    def is_due(self) -> bool:
        return self.due is not None and time.monotonic() >= self.due

    def restarted(self) -> None:
        self.due, self.started = None, time.monotonic()


@dataclass
class Program:
    """A child of the supervisor."""

    name: str
    command: list[str]
    patience: float  # seconds it gets to finish what it is doing
    process: subprocess.Popen | None = None
    backoff: Backoff = field(default_factory=Backoff)

    def start(self) -> None:
        log = LOGS / f"{self.name}.log"
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".1.log"))
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        processes.remember(self.name, self.process.pid)
        self.backoff.restarted()

    def death(self) -> str | None:
        """How it died, or None while it runs."""
        code = self.process.poll() if self.process else None
        if code is None:
            return None
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"

    def end(self, patience: float | None = None) -> None:
        """End it with all its children, also those that outlived it."""
        if self.process:
            processes.end_group(self.process.pid, patience=self.patience if patience is None else patience)
            self.process.wait()
            processes.forget(self.name)
            self.process = None

    def ask_to_end(self) -> None:
        if self.process:
            processes.signal_group(self.process.pid, signal.SIGTERM)


@dataclass
class Service:
    """PostgreSQL or Valkey: not a child, found by its pid."""

    name: str
    lives: Callable[[], bool]
    backoff: Backoff = field(default_factory=Backoff)

    def start(self) -> None:
        services.ensure()
        self.backoff.restarted()

    def death(self) -> str | None:
        return None if self.lives() else "is gone"

    def end(self, patience: float | None = None) -> None:
        """Nothing outlives it that its own start does not clear away."""


def watched_services() -> list[Service]:
    """The services that this checkout runs itself."""
    checks = {"postgres": lambda: postgres.postmaster() is not None, "valkey": lambda: valkey.process() is not None}
    return [Service(name, checks[name]) for name in services.ours()]
