"""`python -m tests.runtime.writing`: applications and changes of profiles, one after the other, until standard input closes.

Prints one line for each that the database has confirmed. What fails because a server is away is tried again, as a person
or a browser would, with the same key.
"""

import datetime as dt
import os
import select
import sys
import time
import uuid
from itertools import cycle, product

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recruitment.settings")
django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from recruitment.applications.services.applying import apply  # noqa: E402
from recruitment.openings.models import Opening  # noqa: E402
from recruitment.shared.refusals import Refusal  # noqa: E402
from recruitment.workers.models import Worker  # noqa: E402
from recruitment.workers.services.profile import hide  # noqa: E402

AWAY = (OperationalError, InterfaceError)


def main() -> None:
    today = timezone.localdate()
    workers = list(Worker.objects.exclude(status=Worker.Status.HIRED).select_related("user").order_by("pk"))
    pairs = product(workers, Opening.objects.open_on(today).order_by("pk"))
    for number, worker in enumerate(cycle(workers)):
        hidden = bool(number // len(workers) % 2)
        if confirmed(lambda: hide(worker=worker, hidden=hidden, by=worker.user, on=today)):  # noqa: B023 - called at once
            say("hidden" if hidden else "shown", worker.pk)
        if pair := next(pairs, None):
            send(*pair, today)
        if select.select([sys.stdin], [], [], 0)[0]:
            return


def send(worker: Worker, opening: Opening, today: dt.date) -> None:
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"{worker.pk} {opening.pk}")
    if confirmed(lambda: apply(worker=worker, opening=opening, starts_on=today, idempotency_key=key, by=worker.user, on=today)):
        say("applied", key)


def confirmed(write) -> bool:
    """True once the database has taken it, False if the rules refuse it."""
    while True:
        try:
            write()
            return True
        except Refusal:
            return False
        except AWAY:
            connection.close()
            time.sleep(0.1)


def say(*words) -> None:
    print(*words, flush=True)


if __name__ == "__main__":
    main()
