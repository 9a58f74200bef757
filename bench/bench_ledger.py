"""The quarantine ledger under load: 32 clients book stays at one hot site and at fifty, beside the floor; people moved in an
outbreak; sizing; and clients and the database server killed in between. The last line is one JSON object.

The floor is one UPDATE, one INSERT and a commit, by as many clients in the same run, on one row or on fifty. `service_ratio` and
`spread_ratio` are bookings through the service over that. `python -m bench.bench_ledger --small` takes seconds instead of minutes.
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

from django.db import connection, connections
from django.db.models import F
from django.utils import timezone

from bench import scratch
from recruitment.accounts.models import User
from recruitment.quarantine.models import SiteNight, Stay
from recruitment.quarantine.services.capacity import open_site_nights
from recruitment.quarantine.services.outbreaks import confirm_contacts, declare_case
from recruitment.quarantine.services.recount import recount
from recruitment.quarantine.sizing import Risk, alone, pooled
from recruitment.workers.models import Employment, Worker
from runtime import postgres, services
from tests.factories.accounts import UserFactory
from tests.factories.employers import LineFactory
from tests.factories.places import ProvinceFactory
from tests.factories.quarantine import SiteFactory

CLIENTS, PROCESSES = 32, 4
SPREAD = 50
ENOUGH_BEDS = 1_000_000
MOST_PER_SECOND = 900  # more than the clients can book: how many people they are given
TODAY = dt.date(2026, 12, 1)
DAY = dt.timedelta(days=1)


def measure(*, small: bool) -> dict:
    seconds, old, rounds = (2, 2_000, 3) if small else (8, 100_000, 12)
    ProvinceFactory(home=True)
    sites = [site_with_beds() for _ in range(SPREAD)]
    people = make_people(3 * (seconds + 1) * MOST_PER_SECOND + rounds * 3 * MOST_PER_SECOND + 1_000)
    make_floor()
    floor, _errors, _latencies = clients("floor", [1], [], seconds)
    spread_floor, _errors, _latencies = clients("floor", list(range(1, SPREAD + 1)), [], seconds)
    hot, errors, latencies = clients("book", sites[:1], people, seconds)
    spread, more, _latencies = clients("book", sites, people, seconds)
    make_old_stays(sites[0], old)
    with_old, again, _latencies = clients("book", sites[:1], people, seconds)
    errors = errors + more + again
    lost = kill_rounds(sites, people, rounds)
    return {
        "oversold": SiteNight.objects.filter(capacity__lt=F("reserved") + F("occupied")).count(),
        "drift": len(recount()),
        "deadlocks": errors["DeadlockDetected"],
        "service_ratio": round(hot / floor, 3),
        "spread_ratio": round(spread / spread_floor, 3),
        "p99_s": round(statistics.quantiles(latencies, n=100)[-1] / 1000, 3),
        "old_stays_slowdown": round(1 - with_old / hot, 3),
        "move_40_s": move_people(40, people),
        "move_500_s": move_people(500, people),
        "sizing_60_s": size_sixty(),
        "kill_rounds": rounds,
        "lost": lost,
        "floor_per_s": round(floor),
        "service_per_s": round(hot),
        "other_errors": {name: number for name, number in errors.items() if name != "DeadlockDetected"},
    }


def site_with_beds() -> int:
    site = SiteFactory(beds=0)
    open_site_nights(site=site, capacity=ENOUGH_BEDS, by=None, on=TODAY)
    return site.pk


def make_people(number: int) -> list[int]:
    """Alike but for their keys, which are all that matters here; each is used once."""
    home, now = ProvinceFactory(home=True), timezone.now()
    users = User.objects.bulk_create(
        [User(phone=f"+849{n:08d}", name="Người thử", password="!", joined_at=now) for n in range(number)], batch_size=5_000
    )
    alike = {"birth_date": dt.date(1998, 5, 6), "home_province": home, "shifts": ["day"], "available_from": TODAY}
    workers = [Worker(user=user, identity_index=str(n), **alike) for n, user in enumerate(users)]
    return [worker.pk for worker in Worker.objects.bulk_create(workers, batch_size=5_000)]


def make_floor() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_floor (id int PRIMARY KEY, beds int NOT NULL DEFAULT 0)")
        cursor.execute("CREATE TABLE bench_floor_entry (id bigserial PRIMARY KEY, floor int NOT NULL)")
        cursor.execute("INSERT INTO bench_floor (id) SELECT generate_series(1, %s)", [SPREAD])


def make_old_stays(site: int, number: int) -> None:
    """Stays that ended a year ago: they must cost nothing. What they gave back is the whole of them, so the ledger stays right."""
    then = TODAY - 400 * DAY
    old = {"arrives_on": then, "leaves_on": then + 7 * DAY, "freed_from": then, "status": Stay.Status.RELEASED}
    now, worker = timezone.now(), Worker.objects.order_by("-pk").first()
    Stay.objects.bulk_create([Stay(site_id=site, worker=worker, admitted_at=now, ended_at=now, **old) for _ in range(number)], batch_size=5_000)


def start(act: str, sites: list[int], people: list[int], seconds: float, **more) -> list[subprocess.Popen]:
    """The client processes, begun together; people are handed out so that nobody is used twice."""
    number = int((seconds + 1) * MOST_PER_SECOND) if act == "book" else 0
    taken, people[:] = people[:number], people[number:]
    job = {"act": act, "sites": sites, "threads": CLIENTS // PROCESSES, "seconds": seconds, "first": TODAY.isoformat(), **more}
    processes = []
    for seed in range(PROCESSES):
        own = json.dumps(job | {"seed": seed})
        command = [sys.executable, "-m", "bench.ledger_clients", own]
        processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1))
        processes[-1].stdin.write(json.dumps(taken[seed::PROCESSES]) + "\n")
    for process in processes:
        process.stdout.readline()  # "ready"
    begins = time.time() + 0.3
    for process in processes:
        process.stdin.write(f"{begins}\n")
    return processes


def answer_of(process: subprocess.Popen) -> list[str]:
    lines = process.stdout.read().splitlines()
    process.wait()
    return lines


def clients(act: str, sites: list[int], people: list[int], seconds: float) -> tuple[float, Counter, list[float]]:
    """Acts a second of all clients together, their errors, and the latencies in milliseconds."""
    answers = [json.loads(answer_of(process)[-1]) for process in start(act, sites, people, seconds)]
    errors = sum((Counter(answer["errors"]) for answer in answers), start=Counter())
    return sum(answer["done"] for answer in answers) / seconds, errors, [latency for answer in answers for latency in answer["latencies"]]


def kill_rounds(sites: list[int], people: list[int], rounds: int) -> int:
    """Clients killed in the middle of their work, every third time the database server: acknowledged stays that are gone, and drift."""
    lost = 0
    for number in range(rounds):
        processes = start("book", sites, people, 2, acknowledge=True)
        time.sleep(1.2)
        if number % 3 == 2:
            kill_the_server()
        else:
            for process in processes:
                process.kill()
        acknowledged = {int(line) for process in processes for line in answer_of(process) if line.isdigit()}
        lost += len(acknowledged) - Stay.objects.filter(pk__in=acknowledged).count() + len(recount())
    return lost


def kill_the_server() -> None:
    server = postgres.postmaster()
    if server is None:
        raise RuntimeError("this bench kills the database server, so it must be the checkout's own: unset DATABASE_URL")
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    connections.close_all()
    services.ensure()


def move_people(number: int, people: list[int]) -> float:
    """Seconds of the server for one confirmation that moves so many contacts into beds."""
    taken, people[:] = people[: number + 1], people[number + 1 :]
    line, officer, today = LineFactory(), UserFactory(health_officer=True), timezone.localdate()
    factory = line.workshop.factory
    open_site_nights(site=SiteFactory(beds=0), capacity=number, by=None, on=today)
    workers = list(Worker.objects.filter(pk__in=taken).order_by("pk"))
    Employment.objects.bulk_create([Employment(worker=worker, factory=factory, line=line, team="A", since=today) for worker in workers])
    outbreak = declare_case(factory=factory, worker=workers[0], found_on=today, by=officer, on=today)
    outbreak.refresh_from_db()
    chosen = list(outbreak.people.filter(status="proposed").values_list("pk", flat=True))
    began = time.perf_counter()
    done = confirm_contacts(outbreak=outbreak, chosen=chosen, seen=outbreak.version, first=today, until=today + 14 * DAY, by=officer, on=today)
    seconds = time.perf_counter() - began
    if len(done.stays) != number:
        raise RuntimeError(f"{len(done.stays)} of {number} people were moved")
    return round(seconds, 2)


def size_sixty() -> float:
    """Seconds to size sixty factories alone and pooled."""
    workers = [40 + 37 * number % 1_400 for number in range(60)]
    risk = Risk(outbreaks_per_month=0.05, contact_share=0.1, unevenness=0.8, shortest_stay=14, longest_stay=21)
    began = time.perf_counter()
    alone(workers, risk)
    pooled(workers, risk)
    return round(time.perf_counter() - began, 3)


def main() -> None:
    with scratch.database():
        print(json.dumps(measure(small="--small" in sys.argv)))


if __name__ == "__main__":
    main()
