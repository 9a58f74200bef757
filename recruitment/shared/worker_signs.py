"""Signs of life of the background work, kept in the broker: the worker's own beat, and the last task of each queue.

The worker's process renews its sign every two seconds, so a killed one is missed within ten. A queue's sign is renewed by
a task that beat sends every twenty seconds: it proves that beat sends, that the broker delivers and that tasks are run.
"""

from functools import lru_cache

import redis
from django.conf import settings

QUEUES = ("default", "search")
WORKER_SECONDS = 10
QUEUE_SECONDS = 120  # a task may take a minute; two without any task is a queue that nobody serves
PROBE_SECONDS = 20


@lru_cache(maxsize=1)
def broker() -> redis.Redis:
    """A client that gives up after a second and a half."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1.5, socket_connect_timeout=1.5)


def worker_is_up() -> None:
    broker().set("signs:worker", 1, ex=WORKER_SECONDS)


def worker_has_gone() -> None:
    broker().delete("signs:worker")


def queue_was_served(queue: str) -> None:
    broker().set(f"signs:queue:{queue}", 1, ex=QUEUE_SECONDS)


def complaint() -> str | None:
    """What is wrong with the background work, or None. Raises redis.RedisError when the broker can't be asked."""
    worker, *served = broker().mget("signs:worker", *(f"signs:queue:{queue}" for queue in QUEUES))
    if worker is None:
        return f"no worker has reported for {WORKER_SECONDS} s"
    idle = [queue for queue, sign in zip(QUEUES, served, strict=True) if sign is None]
    return f"no task has run for {QUEUE_SECONDS} s on: {', '.join(idle)}" if idle else None
