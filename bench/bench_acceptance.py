"""32 recruiters accept 32 people for one opening with 10 places left and one site with 10 beds left, all at once.

Before that, 20 are accepted one by one. Prints one JSON object: how each ended, what the database then holds, and how long one acceptance and the whole race took.
tests/concurrency/test_acceptance.py has the same race, and the twin that oversells without the guards.
"""

import datetime as dt
import json
import statistics
import time
from collections import Counter
from itertools import count

from django.utils import timezone

from bench import scratch
from recruitment.onboarding.services.acceptance import accept
from recruitment.openings.models import Opening
from recruitment.quarantine.models import SiteNight
from recruitment.quarantine.services.recount import recount
from recruitment.shared.refusals import Refusal
from tests.harness.racing import race
from tests.recruitment.onboarding.situations import Province

PARALLEL, PLACES, ALONE = 32, 10, 20


def measure() -> dict:
    province, today = Province(places=ALONE + PLACES, beds=ALONE + PLACES), timezone.localdate()
    alone = [seconds_of_one(province, today) for _ in range(ALONE)]
    waiting = [province.applicant() for _ in range(PARALLEL)]
    turn, outcomes = count(), Counter()

    def accept_next() -> None:
        try:
            accept(application=waiting[next(turn)], by=province.recruiter, on=today)
            outcomes["accepted"] += 1
        except Refusal as refusal:
            outcomes[type(refusal).__name__] += 1

    began = time.perf_counter()
    ended = race(PARALLEL, accept_next)
    seconds = time.perf_counter() - began
    opening = Opening.objects.get(pk=province.opening.pk)
    return {
        "bench": "acceptance",
        "parallel": PARALLEL,
        "places_left": PLACES,
        "beds_left": PLACES,
        "outcomes": dict(outcomes),
        "errors": sum(word != "done" for word in ended),
        "places_filled_by_the_race": opening.accepted - ALONE,
        "most_beds_taken_of_a_night_by_the_race": max(row.reserved + row.occupied for row in SiteNight.objects.filter(site=province.site)) - ALONE,
        "differences_of_the_recount": len(recount()),
        "race_seconds": round(seconds, 2),
        "one_alone_ms": round(statistics.median(alone) * 1000, 1),
    }


def seconds_of_one(province: Province, today: dt.date) -> float:
    """An acceptance that nobody disturbs."""
    application = province.applicant()
    began = time.perf_counter()
    accept(application=application, by=province.recruiter, on=today)
    return time.perf_counter() - began


if __name__ == "__main__":
    with scratch.database():
        print(json.dumps(measure()))
