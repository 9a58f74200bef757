"""Clients of onboarding in a process of their own: `python -m bench.onboarding_clients '{"act": "mixed", …}'`.

Each says "ready" and begins at the moment (seconds since the epoch) that it is then told, for `seconds`. The last line is one JSON object:
`done`, `acts` by name, `errors` by class, `lacking`: what refused acceptances lacked. What a service refuses is an answer, not an error, and counts as an act that was served.
"""

import json
import random
import sys
import threading
import time
from collections import Counter

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from bench import scratch  # noqa: F401 - sets Django up
from bench.ledger_clients import bare
from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.applications.services.applying import apply
from recruitment.applications.services.choosing import offer, refuse
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import NotAccepted, accept
from recruitment.onboarding.services.confirming import confirm
from recruitment.onboarding.services.undoing import undo_acceptance
from recruitment.onboarding.services.waiting import accept_or_wait, complete_waiting
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.openings.models import Opening
from recruitment.quarantine.models import Site, Stay, Transfer
from recruitment.quarantine.services.transfers import accept_transfer, arrive, cancel_transfer, depart, request_transfer
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

Status = Application.Status
KNOWN: dict[str, list[int]] = {}


def main(job: dict) -> None:
    connection.settings_dict["OPTIONS"].clear()  # commits wait for the disk, as in production
    KNOWN["openings"] = list(Opening.objects.open_on(timezone.localdate()).order_by("pk").values_list("pk", flat=True))
    KNOWN["workers"] = list(Worker.objects.order_by("pk").values_list("pk", flat=True))
    KNOWN["sites"] = list(Site.objects.order_by("pk").values_list("pk", flat=True))
    KNOWN["officer"] = list(User.objects.filter(is_superuser=True).order_by("pk").values_list("pk", flat=True))[:1]
    print("ready", flush=True)
    job["starts"] = float(sys.stdin.readline())
    results: list[tuple[Counter, Counter, Counter]] = []
    threads = [threading.Thread(target=run, args=(job, number, results)) for number in range(job["threads"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    acts, errors, lacking = (sum(found, start=Counter()) for found in zip(*results, strict=True))
    print(json.dumps({"done": acts.total(), "acts": acts, "errors": errors, "lacking": lacking}), flush=True)


def run(job: dict, number: int, results: list) -> None:
    draw = random.Random(job["seed"] * 1000 + number)
    acts, errors, lacking = Counter(), Counter(), Counter()
    time.sleep(max(0, job["starts"] - time.time()))
    while time.time() < job["starts"] + job["seconds"]:
        name, act = ("floor", floor) if job["act"] == "floor" else draw.choices(ACTS, weights=WEIGHTS)[0]
        try:
            act(draw)
            acts[name] += 1
        except NotAccepted as refusal:
            acts[f"{name} refused"] += 1
            deep = [one for shortfall in refusal.facts["shortfalls"] for one in shortfall.facts.get("refusals", [shortfall])]
            lacking.update(type(one).__name__ for one in deep)
        except Refusal:
            acts[f"{name} refused"] += 1
        except (OperationalError, InterfaceError) as error:  # a killed server, or a deadlock that nobody caught
            errors[type(error.__cause__ or error).__name__] += 1
            connection.close()
            time.sleep(0.05)
        except Exception as error:  # noqa: BLE001 - whatever reaches a user is counted
            errors[type(error).__name__] += 1
            connection.close()
    results.append((acts, errors, lacking))
    connection.close()


def floor(draw: random.Random) -> None:
    bare({"sites": range(1, 51)}, draw, None)


def officer() -> User:
    return User(pk=KNOWN["officer"][0])


def some(rows, draw: random.Random):
    """One of the newest two hundred, found by keys: what is measured are the acts, not the looking for somebody."""
    found = list(rows.order_by("-pk").values_list("pk", flat=True)[:200])
    one = rows.filter(pk=draw.choice(found)).first() if found else None
    if one is None:
        raise Refusal()
    return one


def accept_somebody(draw) -> None:
    application = some(Application.objects.filter(status__in=Application.ACCEPTABLE_STATUSES), draw)
    accept(application=application, by=officer(), on=timezone.localdate())


def accept_or_queue(draw) -> None:
    application = some(Application.objects.filter(status__in=Application.ACCEPTABLE_STATUSES), draw)
    accept_or_wait(application=application, by=officer(), on=timezone.localdate())


def withdraw_somebody(draw) -> None:
    application = some(Application.objects.filter(status__in=[Status.ACCEPTED, Status.ACCEPTED, Status.AGREED, Status.OFFERED]), draw)
    withdraw(application=application, by=officer(), on=timezone.localdate())


def undo_somebody(draw) -> None:
    application = some(Application.objects.filter(status=Status.ACCEPTED), draw)
    undo_acceptance(application=application, reason="fewer_needed", by=officer(), on=timezone.localdate())


def confirm_somebody(draw) -> None:
    acceptance = some(Acceptance.objects.to_confirm().select_related("application"), draw)
    confirm(application=acceptance.application, by=officer(), on=timezone.localdate())


def apply_somewhere(draw) -> None:
    worker, opening = Worker(pk=draw.choice(KNOWN["workers"])), Opening(pk=draw.choice(KNOWN["openings"]))
    today = timezone.localdate()
    application = apply(worker=worker, opening=opening, starts_on=today, idempotency_key=None, by=officer(), on=today)
    if draw.random() < 0.3:
        Application.objects.filter(pk=application.pk, status=Status.APPLIED).update(wants_trip=True)


def offer_somebody(draw) -> None:
    offer(application=some(Application.objects.filter(status=Status.APPLIED), draw), by=officer(), on=timezone.localdate())


def refuse_somebody(draw) -> None:
    refuse(application=some(Application.objects.in_pipeline(), draw), reason="experience", by=officer(), on=timezone.localdate())


def move_somebody(draw) -> None:
    """Asks for a transfer and takes one that is under way a step further."""
    today, by = timezone.localdate(), officer()
    stay = some(Stay.objects.filter(status__in=["booked", "admitted"], arrives_on__lte=today).select_related("worker"), draw)
    transfer = Transfer.objects.open().filter(stay=stay).select_related("stay__worker", "destination").first()
    if transfer is None:
        request_transfer(stay=stay, destination=Site.objects.get(pk=draw.choice(KNOWN["sites"])), reason="x", by=by, on=today)
    elif draw.random() < 0.2:
        cancel_transfer(transfer=transfer, reason="x", by=by, on=today)
    else:
        step = {"requested": accept_transfer, "accepted": depart}.get(transfer.status, arrive)
        step(transfer=transfer, by=by, on=today)


def look_at_queue(draw) -> None:
    complete_waiting(on=timezone.localdate())


ACTS = [
    ("accept", accept_somebody),
    ("accept or wait", accept_or_queue),
    ("withdraw", withdraw_somebody),
    ("undo", undo_somebody),
    ("confirm", confirm_somebody),
    ("apply", apply_somewhere),
    ("offer", offer_somebody),
    ("refuse", refuse_somebody),
    ("move", move_somebody),
    ("queue", look_at_queue),
]
WEIGHTS = [30, 5, 14, 8, 10, 40, 8, 3, 10, 1]

if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
