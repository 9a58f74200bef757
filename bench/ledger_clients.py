"""Clients of the ledger in a process of their own: `python -m bench.ledger_clients '{"act": "book", …}'`.

Each reads the people's keys, says "ready", and begins at the moment (seconds since the epoch) that it is then told, for `seconds`. Each booking that the database acknowledged is
printed at once if `acknowledge` is set; the last line is one JSON object: `done`, `errors` by class, `slowest` (the latencies, ms).
"""

import datetime as dt
import json
import random
import sys
import threading
import time
from collections import Counter

from django.db import OperationalError, connection, transaction

from bench import scratch  # noqa: F401 - sets Django up
from recruitment.quarantine.models import Site
from recruitment.quarantine.services.admissions import book_bed
from recruitment.workers.models import Worker

NIGHTS = (7, 21, 90)  # how long people stay
DAYS_AHEAD = 200


def main(job: dict) -> None:
    connection.settings_dict["OPTIONS"].clear()  # commits wait for the disk, as in production
    act = {"book": book, "floor": bare}[job["act"]]
    results: list[tuple[int, Counter, list[float]]] = []
    job["workers"] = json.loads(sys.stdin.readline())
    print("ready", flush=True)
    job["starts"] = float(sys.stdin.readline())
    threads = [threading.Thread(target=run, args=(act, job, number, results)) for number in range(job["threads"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors: Counter[str] = sum((errors for _done, errors, _latencies in results), start=Counter())
    latencies = [latency for _done, _errors, found in results for latency in found]
    print(json.dumps({"done": sum(done for done, _errors, _found in results), "errors": errors, "latencies": latencies}), flush=True)


def run(act, job: dict, number: int, results: list) -> None:
    connection.ensure_connection()
    draw = random.Random(job["seed"] * 1000 + number)
    done, errors, latencies = 0, Counter(), []
    people = iter(job["workers"][number :: job["threads"]])
    time.sleep(max(0, job["starts"] - time.time()))
    while time.time() < job["starts"] + job["seconds"]:
        began = time.perf_counter()
        try:
            booked = act(job, draw, people)
        except StopIteration:
            errors["no people left"] += 1
            break
        except OperationalError as error:  # a killed server, or a deadlock that nobody caught
            errors[type(error.__cause__).__name__] += 1
            connection.close()
            time.sleep(0.05)
        else:
            done += 1
            latencies.append((time.perf_counter() - began) * 1000)
            if job.get("acknowledge"):
                print(f"{booked}\n", end="", flush=True)  # in one piece: other threads print too
    results.append((done, errors, latencies))
    connection.close()


def book(job: dict, draw: random.Random, people) -> int:
    """One person, one stay: what the pages do."""
    first = dt.date.fromisoformat(job["first"]) + dt.timedelta(days=draw.randrange(DAYS_AHEAD))
    site, worker = Site(pk=draw.choice(job["sites"])), Worker(pk=next(people))
    return book_bed(worker=worker, site=site, arrives_on=first, leaves_on=first + dt.timedelta(days=draw.choice(NIGHTS)), by=None).pk


def bare(job: dict, draw: random.Random, _people) -> int:
    """The floor: one counter, one row, one commit, by hand."""
    floor = draw.choice(job["sites"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE bench_floor SET beds = beds + 1 WHERE id = %s", [floor])
        cursor.execute("INSERT INTO bench_floor_entry (floor) VALUES (%s)", [floor])
    return 0


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
