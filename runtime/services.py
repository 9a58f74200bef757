"""The servers of a checkout: started once, shared by those who hold a lease, stopped by the last one.

PostgreSQL and Valkey go together; Elasticsearch, which only tests and the curious need, has leases of its own. A lease is a
shared file lock, so a killed holder gives its lease back by dying. `python -m runtime services` and `… elasticsearch` leave
a mark that keeps their servers up without a lease, until `python -m runtime stop`.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from runtime import elasticsearch, postgres, valkey
from runtime.addresses import VAR

LOCKS = VAR / "locks"
KEEP, KEEP_ELASTICSEARCH = LOCKS / "keep-services", LOCKS / "keep-elasticsearch"


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
    """Have PostgreSQL and Valkey up for as long as the block lasts; the last block to end stops them."""
    with shared("leases", start_missing, stop_both, unless=KEEP):
        yield


@contextmanager
def elasticsearch_lease() -> Iterator[str]:
    """The same for Elasticsearch; its address. NotStarted."""
    with shared("elasticsearch-leases", elasticsearch.start, elasticsearch.stop, unless=KEEP_ELASTICSEARCH):
        yield elasticsearch.url()


@contextmanager
def shared(name: str, start: Callable, stop: Callable, *, unless: Path) -> Iterator[None]:
    with open_lock(name) as held:
        try:
            with one_at_a_time():
                fcntl.flock(held, fcntl.LOCK_SH)
                start()
            yield
        finally:
            with one_at_a_time():
                if alone(held) and not unless.exists():
                    stop()


def alone(held: IO[str]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def keep() -> None:
    """Start PostgreSQL and Valkey and leave them running after everybody has gone."""
    with one_at_a_time():
        KEEP.touch()
        start_missing()


def keep_elasticsearch() -> str:
    """Start Elasticsearch and leave it running; its address. NotStarted."""
    with one_at_a_time():
        elasticsearch.start()
        KEEP_ELASTICSEARCH.touch()
        return elasticsearch.url()


def stop() -> None:
    """Stop every server, whoever uses it."""
    with one_at_a_time():
        for mark in (KEEP, KEEP_ELASTICSEARCH):
            mark.unlink(missing_ok=True)
        elasticsearch.stop()
        stop_both()


def stop_both() -> None:
    """Needs the services lock."""
    valkey.stop()
    postgres.stop()
