"""PostgreSQL and Valkey together: started once, shared by those who hold a lease, stopped by the last one.

A lease is a shared file lock, so a killed holder gives its lease back by dying. `python -m runtime services` leaves a
mark that keeps the servers up without a lease, until `python -m runtime stop`.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from runtime import postgres, valkey
from runtime.addresses import VAR

LOCKS = VAR / "locks"
KEEP = LOCKS / "keep-services"


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Whoever starts or stops a service waits for its turn here."""
    with open_lock("services") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def open_lock(name: str) -> IO[str]:
    LOCKS.mkdir(parents=True, exist_ok=True)
    return (LOCKS / f"{name}.lock").open("w")


def ensure() -> list[str]:
    """Start what the environment does not provide and does not run yet; the names of what had to be started."""
    with one_at_a_time():
        return start_missing()


def start_missing() -> list[str]:
    """Start what is missing. Needs the services lock."""
    return [name for name, service in ours().items() if service.start()]


def ours() -> dict:
    """The services that this checkout runs itself, by name."""
    named = {"postgres": ("DATABASE_URL", postgres), "valkey": ("REDIS_URL", valkey)}
    return {name: service for name, (variable, service) in named.items() if not os.environ.get(variable)}


@contextmanager
def lease() -> Iterator[None]:
    """Have the services up for as long as the block lasts; the last block to end stops them."""
    with open_lock("leases") as held:
        try:
            with one_at_a_time():
                fcntl.flock(held, fcntl.LOCK_SH)
                start_missing()
            yield
        finally:
            with one_at_a_time():
                if alone(held) and not KEEP.exists():
                    stop_all()


def alone(held: IO[str]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def keep() -> None:
    """Start the services and leave them running after everybody has gone."""
    with one_at_a_time():
        KEEP.touch()
        start_missing()


def stop() -> None:
    """Stop both services, whoever uses them."""
    with one_at_a_time():
        KEEP.unlink(missing_ok=True)
        stop_all()


def stop_all() -> None:
    """Needs the services lock."""
    valkey.stop()
    postgres.stop()
