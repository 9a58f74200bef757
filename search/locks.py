"""Locks between processes, kept by PostgreSQL and freed when their holder's connection ends, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

FAMILY = 0x53524348  # any number that nothing else locks under
WRITING, REBUILDING, PRICING = 1, 2, 3


@contextmanager
def held(lock: int, *, wait: bool) -> Iterator[bool]:
    """Hold a lock; False if somebody else has it and `wait` is off."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [FAMILY, lock])
            got = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [FAMILY, lock])
            got = cursor.fetchone()[0]
        try:
            yield got
        finally:
            if got:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [FAMILY, lock])
