"""/healthz: this process answers. /readyz: everything it needs answers, each part within two seconds."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import redis
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache

from recruitment.shared import worker_signs

SECONDS = 2
OK = "ok"


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """One word or sentence per part; 503 unless every part is "ok"."""
    states = check_all({name: import_string(path) for name, path in settings.READINESS_CHECKS.items()})
    ready = all(state == OK for state in states.values())
    return JsonResponse(states, status=200 if ready else 503)


# Open to anyone, without asking who: the answer must not depend on reading a session.
healthz.permission = readyz.permission = "site.status"


def check_all(checks: dict[str, Callable[[], str]]) -> dict[str, str]:
    """Run the checks side by side; one that does not end in time, or breaks, says so and delays nobody."""
    threads = ThreadPoolExecutor(len(checks), thread_name_prefix="readyz")
    running = {name: threads.submit(check) for name, check in checks.items()}
    wait(running.values(), timeout=SECONDS)
    threads.shutdown(wait=False, cancel_futures=True)
    return {name: outcome(check) for name, check in running.items()}


def outcome(check: Future) -> str:
    if not check.done():
        return f"no answer within {SECONDS} s"
    error = check.exception()
    # The class of an unforeseen error says enough to look further, and tells strangers no address or path.
    return check.result() if error is None else f"failed: {type(error).__name__}"


def database() -> str:
    """A connection of its own, so that what is found is how the next request would fare."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            return OK if cursor.fetchone() else "not migrated"
    except OperationalError as error:
        return f"not reachable: {type(error).__name__}"
    finally:
        connection.close()


def broker() -> str:
    try:
        worker_signs.broker().ping()
    except redis.RedisError as error:
        return f"not reachable: {type(error).__name__}"
    return OK


def worker() -> str:
    try:
        return worker_signs.complaint() or OK
    except redis.RedisError:
        return "unknown while the broker is not reachable"
