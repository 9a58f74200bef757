"""How fast decisions about people are taken: the pure function by itself, and 20,000 people after a new policy.

`assess_per_s` counts processor time of one core, so that other work on the machine does not matter; `reassess_20k_s` is by the clock,
with every decision stored, every index request and every message written. Prints one JSON object on its last line.
"""

import datetime as dt
import json
import os
import random
import sys
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # a scratch database, made here and dropped at the end
os.environ.setdefault("VX_TEST_DB", "bench")
django.setup()

from django.db import connection  # noqa: E402

from bench import certificates  # noqa: E402
from recruitment.accounts.models import User  # noqa: E402
from recruitment.health.models import HealthEvent, HealthRecord, Reassessment  # noqa: E402
from recruitment.health.policy import assess  # noqa: E402
from recruitment.health.services.assessments import assess_everybody  # noqa: E402
from recruitment.health.services.facts import person_facts  # noqa: E402
from recruitment.health.services.policies import load_admission_policies, rulebook_from  # noqa: E402
from recruitment.health.services.reassessments import continue_reassessment, request_reassessment  # noqa: E402
from recruitment.places.models import AreaLevel, Province  # noqa: E402
from recruitment.places.services import load_provinces  # noqa: E402
from recruitment.workers.models import Consent, Shift, Worker  # noqa: E402
from runtime import services  # noqa: E402
from tests.factories.health import AdmissionPolicyFactory, AdmissionRuleFactory  # noqa: E402
from tests.harness import databases  # noqa: E402

PEOPLE = int(os.environ.get("PEOPLE", "20000"))
TODAY = dt.date(2026, 11, 24)
ROUNDS = 3


def measure() -> dict:
    load_provinces()
    load_admission_policies()
    make_people()
    assess_everybody(by=None, on=TODAY)
    figures = {"bench": "health", "people": PEOPLE, "assess_per_s": round(assessments_per_second()), **reassessment()}
    try:
        figures |= certificates.figures()
    except Exception as error:  # noqa: BLE001 - without its test vectors that part has no figure, and says so
        figures |= {"certificate_p95_ms": None, "certificate_reason": f"{type(error).__name__}: {error}"[:200]}
    return figures


def make_people() -> None:
    """From every province; six in ten with a full course, two with one dose, every third with a fresh test, one in fifty a contact."""
    chance = random.Random(2021)
    provinces = list(Province.objects.existing_on(TODAY))
    AreaLevel.objects.bulk_create(AreaLevel(province=row, level=1 + number % 4, since=TODAY, document="đo") for number, row in enumerate(provinces))
    users = User.objects.bulk_create([User(phone=f"+8490{number:07d}", name="Người Đo", password="!") for number in range(PEOPLE)], batch_size=2000)
    workers = Worker.objects.bulk_create(
        [
            Worker(user=user, birth_date=dt.date(1995, 1, 1), identity_index=str(user.pk), home_province=chance.choice(provinces), shifts=[Shift.DAY],
                   available_from=TODAY)
            for user in users
        ],
        batch_size=2000,
    )  # fmt: skip
    HealthRecord.objects.bulk_create([HealthRecord(worker=worker, version=1) for worker in workers], batch_size=2000)
    agreed = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    Consent.objects.bulk_create(
        [Consent(worker=worker, purpose="health", version=1, given_at=agreed, recorded_by=worker.user) for worker in workers], batch_size=2000
    )
    HealthEvent.objects.bulk_create([event for worker in workers for event in events_of(worker, chance)], batch_size=2000)


def events_of(worker: Worker, chance: random.Random) -> list[HealthEvent]:
    first, facts = TODAY - dt.timedelta(days=chance.randint(30, 300)), []
    for number in range(1, chance.choices([2, 1, 0], weights=[62, 20, 18])[0] + 1):
        on = min(first + dt.timedelta(days=28 * (number - 1)), TODAY)
        facts.append({"kind": "dose", "on": on.isoformat(), "number": number, "full_course": number == 2, "vaccine": ""})
    if chance.random() < 0.33:
        on = (TODAY - dt.timedelta(days=chance.randint(0, 4))).isoformat()
        facts.append({"kind": "test", "on": on, "at": f"{on}T08:00:00+07:00", "method": "pcr", "result": "negative"})
    if chance.random() < 0.02:
        facts.append({"kind": "contact", "on": (TODAY - dt.timedelta(days=chance.randint(0, 20))).isoformat(), "class": "F1"})
    return [HealthEvent(worker=worker, facts=row, recorded_by=worker.user) for row in facts]


def assessments_per_second() -> float:
    """Of one core; the best of three rounds over everybody."""
    people = list(person_facts(list(Worker.objects.order_by("pk").values_list("pk", flat=True)), on=TODAY).values())
    best = 0.0
    for _round in range(ROUNDS):
        rulebook = rulebook_from(TODAY)
        began = time.process_time()
        for person in people:
            assess(person, rulebook, TODAY)
        best = max(best, len(people) / (time.process_time() - began))
    return best


def reassessment() -> dict:
    """A stricter policy from today: how long until all decisions, index requests and messages are written, and in how many queries."""
    policy = AdmissionPolicyFactory(number="ĐO", jurisdiction=Province.objects.home(TODAY), in_force_from=TODAY)
    AdmissionRuleFactory(policy=policy, position=1, origin_levels=[], quarantine_place="home", quarantine_days=5)
    run = request_reassessment(cause=Reassessment.Cause.POLICY, policy=policy, on=TODAY, by=None)
    queries = 0

    def count(execute, *statement):
        nonlocal queries
        queries += 1
        return execute(*statement)

    began, began_here = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        continue_reassessment(run.pk)
    seconds, seconds_here = time.perf_counter() - began, time.process_time() - began_here
    run.refresh_from_db()
    return {
        "reassess_20k_s": round(seconds * 20_000 / PEOPLE, 1),
        "reassess_processor_s": round(seconds_here * 20_000 / PEOPLE, 1),
        "reassess_queries": queries,
        "reassessed": run.assessed,
        "moved": run.moved,
    }


def main() -> None:
    with services.lease():
        connection.settings_dict["OPTIONS"].clear()  # commits wait for the disk, as in production
        databases.create()
        try:
            print(json.dumps(measure()))
        finally:
            databases.drop()


if __name__ == "__main__":
    main()
