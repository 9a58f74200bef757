"""From offer to first shift under load, on the demo province. The last line is one JSON object.

One acceptance (p95 and its statements) and a batch of a hundred, undisturbed; then 64 clients that accept, withdraw, undo, confirm,
re-apply and move people between sites for a minute; then the same while the clients, the background worker, the broker,
Elasticsearch and the database server are killed. `parallel_ratio` is acts a second over the ledger's floor (one UPDATE, one INSERT,
a commit, by as many clients on fifty rows). A breach is a row of onboarding/invariants.py or a difference of the ledger's recount;
`index_differences` are documents of the search index that are not what the database says once everything runs again.
`python -m bench.bench_onboarding --small` takes a few minutes instead of ten.
"""

import datetime as dt
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Max
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import scratch
from bench.bench_ledger import kill_the_server, make_floor
from recruitment.accounts.models import User
from recruitment.applications.services.answering import release_unanswered, remind_of_answers
from recruitment.onboarding import invariants
from recruitment.onboarding.models import BatchLine
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.batch_runs import ask_to_accept, continue_batch
from recruitment.onboarding.services.confirming import release_no_shows, release_unconfirmed
from recruitment.onboarding.services.redating import follow_changes
from recruitment.onboarding.services.waiting import complete_waiting
from recruitment.quarantine.models import Site
from recruitment.quarantine.services.capacity import change_capacity
from recruitment.quarantine.services.recount import recount
from recruitment.quarantine.services.waiting import make_offers
from runtime import elasticsearch, services, valkey
from search.documents import DOCUMENTS
from search.sync import drain
from search.verification import differences
from tests.harness.indexes import remove_own_indexes
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

CLIENTS, PROCESSES = 64, 4
ALONE, BATCH = 40, 100
WARM_UP = 3


def measure(*, small: bool, undisturbed: dict) -> dict:
    """`undisturbed` are the figures taken beforehand, in a database of their own. Elasticsearch is the search engine."""
    seconds, rounds, province = (6, 5, {"workers": 1_500, "openings": 40, "factories": 12}) if small else (60, 8, {})
    call_command("seed", stdout=sys.stderr, **province)
    call_command("search_rebuild", verbosity=0)
    make_floor()
    today = timezone.localdate()
    make_room(today)
    before = breaches(today)
    floor = sum(answer["done"] for answer in clients("floor", seconds / 3)) / (seconds / 3)
    answers = clients("mixed", seconds)
    errors = sum((Counter(answer["errors"]) for answer in answers), start=Counter())
    acts = sum((Counter(answer["acts"]) for answer in answers), start=Counter())
    lacking = sum((Counter(answer["lacking"]) for answer in answers), start=Counter())
    after = breaches(today)
    killed = kill_rounds(rounds)
    settle(today)
    return undisturbed | {
        "parallel_ratio": round(sum(answer["done"] for answer in answers) / seconds / floor, 3),
        "breaches": len(after) - len(before),
        "user_deadlocks": errors["DeadlockDetected"],
        "kills": killed,
        "breaches_after_kills": len(breaches(today)) - len(before),
        "index_differences": sum(len(differences(kind)) for kind in DOCUMENTS),
        "breaches_of_the_seed": len(before),
        "clients": CLIENTS,
        "acts_per_s": round(sum(acts.values()) / seconds),
        "floor_per_s": round(floor),
        "acts": dict(acts),
        "lacking": dict(lacking),
        "other_errors": {name: number for name, number in errors.items() if name != "DeadlockDetected"},
    }


def make_room(today: dt.date) -> None:
    """The demo's sites are nearly full, on purpose: with sixty more beds each, people are accepted and not only refused."""
    officer = User.objects.filter(is_superuser=True).first()
    for site in Site.objects.order_by("pk"):
        most = site.nights.aggregate(most=Max("capacity"))["most"]
        change_capacity(site=site, first=today, until=today + dt.timedelta(days=200), capacity=most + 60, by=officer, on=today)
    make_offers(now=timezone.now(), on=today)  # what is free comes to those who wait first, then to everybody


def measure_undisturbed() -> dict:
    """Single acceptances with an entry bed and a pass, the statements of one, and a batch of a hundred as the worker carries it out."""
    today = timezone.localdate()
    province = Province(places=1_000, beds=2_000, backup_per_hundred=5, **ENTRY_QUARANTINE)
    waiting = [province.applicant() for _ in range(WARM_UP + ALONE + 1 + BATCH)]
    for application in waiting[:WARM_UP]:
        accept(application=application, by=province.recruiter, on=today)
    alone = []
    for application in waiting[WARM_UP : WARM_UP + ALONE]:
        began = time.perf_counter()
        accept(application=application, by=province.recruiter, on=today)
        alone.append(time.perf_counter() - began)
    with CaptureQueriesContext(connection) as counted:
        accept(application=waiting[WARM_UP + ALONE], by=province.recruiter, on=today)
    batch = ask_to_accept(opening=province.opening, applications=[row.pk for row in waiting[-BATCH:]], key=uuid4(), by=province.recruiter, on=today)
    began = time.perf_counter()
    continue_batch(batch.pk, on=today)
    seconds = time.perf_counter() - began
    accepted = batch.lines.filter(outcome=BatchLine.Outcome.ACCEPTED).count()
    if accepted != BATCH:
        raise RuntimeError(f"{accepted} of {BATCH} were accepted")
    return {
        "accept_p95_ms": round(statistics.quantiles(alone, n=20)[-1] * 1000, 1),
        "accept_queries": len(counted),
        "batch_100_s": round(seconds, 2),
    }


def breaches(today: dt.date) -> list:
    """What disagrees, each once."""
    found = [(one.rule.code, one.subject) for one in invariants.check(on=today, now=timezone.now())]
    return found + [("recount", str(difference)) for difference in recount()]


def start(act: str, seconds: float) -> list[subprocess.Popen]:
    processes = []
    for seed in range(PROCESSES):
        job = json.dumps({"act": act, "threads": CLIENTS // PROCESSES, "seconds": seconds, "seed": seed, "share": [seed, PROCESSES]})
        command = [sys.executable, "-m", "bench.onboarding_clients", job]
        processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1))
    for process in processes:
        process.stdout.readline()  # "ready"
    begins = time.time() + 0.3
    for process in processes:
        process.stdin.write(f"{begins}\n")
    return processes


def clients(act: str, seconds: float) -> list[dict]:
    """What each process reports; one that was killed reports nothing."""
    answers = []
    for process in start(act, seconds):
        lines = process.stdout.read().splitlines()
        process.wait()
        answers += [json.loads(lines[-1])] if lines else []
    return answers


def kill_rounds(rounds: int) -> int:
    """In turn the clients, the background worker, the broker with its queue, Elasticsearch and the database server; how many kills."""
    kills = 0
    worker = background_worker()
    for number in range(rounds):
        processes = start("mixed", 3)
        time.sleep(1.2)
        match number % 5:
            case 0:
                for process in processes:
                    process.kill()
            case 1:
                worker.kill()
                worker.wait()
                worker = background_worker()
            case 2:
                kill_the_broker()
            case 3:
                kill_elasticsearch()
            case 4:
                kill_the_server()
        kills += 1
        for process in processes:
            process.stdout.read()
            process.wait()
    worker.terminate()
    worker.wait()
    connections.close_all()
    return kills


def background_worker() -> subprocess.Popen:
    """Takes what the acts send: messages to deliver, the queue to look at, documents to index."""
    command = [sys.executable, "-m", "celery", "-A", "recruitment", "worker", "-Q", "default,search", "-c", "1", "-l", "CRITICAL"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_the_broker() -> None:
    server = valkey.process()
    if server is None:
        raise RuntimeError("this bench kills the broker, so it must be the checkout's own: unset REDIS_URL")
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    services.ensure()


def kill_elasticsearch() -> None:
    server = elasticsearch.process()
    if server is None:
        raise RuntimeError("Elasticsearch, which this bench kills, has ended by itself")
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    with services.one_at_a_time():
        elasticsearch.start()


def settle(today: dt.date) -> None:
    """One round of what the schedule does every minute; nothing here is repaired by hand."""
    now = timezone.now()
    release_unconfirmed(now=now, on=today)
    release_no_shows(on=today)
    follow_changes(on=today)
    release_unanswered(now=now, on=today)
    remind_of_answers(now=now, on=today)
    complete_waiting(on=today)
    drain(now=timezone.now())


@contextmanager
def searching_elasticsearch() -> Iterator[None]:
    """Our own server for this process and the background worker's; the bench's indexes are deleted at the end."""
    with services.elasticsearch_lease() as url:
        os.environ["VX_TEST_ELASTICSEARCH"] = settings.ELASTICSEARCH_URL = url
        try:
            yield
        finally:
            remove_own_indexes(url)


def main() -> None:
    with scratch.database():
        undisturbed = measure_undisturbed()
    with searching_elasticsearch(), scratch.database():
        print(json.dumps(measure(small="--small" in sys.argv, undisturbed=undisturbed)))


if __name__ == "__main__":
    main()
