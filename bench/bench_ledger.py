"""How many reservations a second one quarantine site takes from 32 clients at once, beside the floor: the bare UPDATE.

Every client acts for its own factory and reserves one bed on three nights. The floor is the one statement that such a
reservation can't do without, on the same rows, from the same number of connections, in the same run. Prints one JSON object.
"""

import datetime as dt
import json
import threading
import time
from collections import Counter

from django.db import connection

from bench import scratch
from recruitment.quarantine.services.capacity import open_site_nights
from recruitment.quarantine.services.recount import recount
from recruitment.quarantine.services.reservations import reserve_backup_beds
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import SiteFactory

CLIENTS = 32
SECONDS = 5
NIGHTS = 3
ENOUGH_BEDS = 10_000_000


def measure() -> dict:
    first = dt.date(2026, 12, 1)
    until = first + dt.timedelta(days=NIGHTS)
    site, floor_site = SiteFactory(beds=0), SiteFactory(beds=0)
    for new in (site, floor_site):
        open_site_nights(site=new, capacity=ENOUGH_BEDS, by=None, on=first)
    factories = [FactoryFactory() for _ in range(CLIENTS)]

    def reserve(client: int) -> None:
        reserve_backup_beds(factory=factories[client], site=site, first=first, until=until, beds=1, by=None, on=first)

    def bare_update(_client: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE quarantine_sitenight SET reserved = reserved + 1 "
                "WHERE site_id = %s AND night >= %s AND night < %s AND capacity >= reserved + occupied + 1",
                [floor_site.pk, first, until],
            )

    floor, floor_errors = per_second(bare_update)
    alone, _none = per_second(reserve, clients=1)
    together, errors = per_second(reserve)
    return {
        "bench": "ledger",
        "clients": CLIENTS,
        "nights": NIGHTS,
        "bare_updates_per_second": round(floor),
        "bare_update_errors": floor_errors,
        "reservations_per_second": round(together),
        "reservations_per_second_of_one_client": round(alone),
        "ratio_to_bare_update": round(together / floor, 3),
        "errors": errors,
        "nights_not_as_the_journal_says": sum(difference.site == site.code for difference in recount()),
    }


def per_second(act, *, clients: int = CLIENTS) -> tuple[float, dict[str, int]]:
    """How often all clients together did it in one second, and what went wrong how often."""
    done, errors = [0] * clients, Counter()
    start, stop = threading.Barrier(clients + 1), threading.Event()

    def run(client: int) -> None:
        connection.ensure_connection()
        start.wait()
        while not stop.is_set():
            try:
                act(client)
                done[client] += 1
            except Exception as error:  # noqa: BLE001 - a deadlock is a result here
                errors[type(error).__name__] += 1
        connection.close()

    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - began), dict(errors)


if __name__ == "__main__":
    with scratch.database():
        print(json.dumps(measure()))
