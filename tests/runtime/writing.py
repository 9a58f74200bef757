"""`python -m tests.runtime.writing PORT`: applications and changes of profiles through the pages, one after the other, until
standard input closes.

Prints one line for each that the web process has confirmed. What is not answered is sent again, as a person or a browser would,
with the same key.
"""

import http.client
import os
import select
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import cycle, product
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recruitment.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.utils import timezone  # noqa: E402

from recruitment.applications.models import Application  # noqa: E402
from recruitment.openings.models import Opening  # noqa: E402
from recruitment.workers.models import Consent, Worker  # noqa: E402

UNANSWERED = (OSError, http.client.HTTPException)
TOKEN = "t" * 32
PATIENCE = 120  # seconds


class Browser:
    """Somebody who is signed in, without the pictures."""

    def __init__(self, worker: Worker, port: int):
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(worker.user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = worker.user.get_session_auth_hash()
        session.save()
        cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        self.headers = {"Cookie": cookies, "Host": f"localhost:{port}", "Content-Type": "application/x-www-form-urlencoded"}
        self.port = port

    def post(self, path: str, **fields: str) -> str:
        """Where the answer leads, once there is one; a server's error is none."""
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **fields})
        deadline = time.monotonic() + PATIENCE
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                connection.request("POST", path, body, self.headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status < 500:
                    assert answer.status == 302, f"{answer.status} for {path}"
                    return answer.headers["Location"]
            except UNANSWERED:
                pass
            finally:
                connection.close()
            assert time.monotonic() < deadline, f"no answer within {PATIENCE} s for {path}"
            time.sleep(0.1)


def main(port: int) -> None:
    agreed = Consent.objects.filter(purpose=Consent.Purpose.APPLICATION, withdrawn_at=None).values("worker")
    workers = list(Worker.objects.filter(pk__in=agreed).exclude(status=Worker.Status.HIRED).select_related("user").order_by("pk"))
    browsers = {worker.pk: Browser(worker, port) for worker in workers}
    today = timezone.localdate()
    pairs = new_pairs(workers, Opening.objects.open_on(today).order_by("pk"))
    for number, worker in enumerate(cycle(workers)):
        hidden = bool(number // len(workers) % 2)
        browsers[worker.pk].post("/my/profile/visibility/", hidden="yes" if hidden else "no")
        say("hidden" if hidden else "shown", worker.pk)
        if pair := next(pairs, None):
            apply(browsers[pair[0].pk], *pair, day=f"{today:%d/%m/%Y}")
        if select.select([sys.stdin], [], [], 0)[0]:
            return


def new_pairs(workers: list[Worker], openings: Iterable[Opening]) -> Iterator[tuple[Worker, Opening]]:
    """Who has not applied where; one opening after the other, since a person may have only a few applications open."""
    there = set(Application.objects.values_list("worker", "opening"))
    return ((worker, opening) for opening, worker in product(openings, workers) if (worker.pk, opening.pk) not in there)


def apply(browser: Browser, worker: Worker, opening: Opening, *, day: str) -> None:
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"{worker.pk} {opening.pk}")
    if browser.post(f"/jobs/{opening.pk}/apply/", starts_on=day, key=str(key)).startswith("/applications/"):
        say("applied", key)


def say(*words) -> None:
    print(*words, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
