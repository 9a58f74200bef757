"""Backup policies and assumptions that come with the project. No published figures exist: these are exercises."""

import datetime as dt

from recruitment.places.models import Province
from recruitment.quarantine.models import ArrivalPolicy, BackupPolicy, OutbreakRisk, WaitingPolicy

EXERCISE = {
    "beds_per_hundred": 5,
    "pooled_beds_per_hundred": 2,
    "minimum_beds": 4,
    "horizon_days": 30,
    "warn_after_hours": 12,
    "stale_after_hours": 24,
    "is_exercise": True,
}
RISK = {
    "outbreaks_per_month": 0.05,
    "contact_share": 0.1,
    "unevenness": 0.8,
    "shortest_stay": 14,
    "longest_stay": 21,
    "wave_times": 8,
    "cost_per_bed_night": 80_000,
    "is_exercise": True,
}

ARRIVAL = {"no_show_hours": 24, "undo_minutes": 30, "is_exercise": True}
WAITING = {"window_hours": 4, "need_step": 25, "outbreak_first": True, "is_exercise": True}


def load_backup_policies() -> None:
    """The demo policy, the assumed risk, the rules of arrivals and of the waiting list, once; edited ones are left as they are."""
    since = dt.date(2026, 1, 1)
    BackupPolicy.objects.get_or_create(
        number="DT-01/2026 (diễn tập)", since=since, defaults={"jurisdiction": Province.objects.home(since), **EXERCISE}
    )
    OutbreakRisk.objects.get_or_create(number="DT-02/2026 (diễn tập)", since=since, defaults=RISK)
    ArrivalPolicy.objects.get_or_create(number="DT-04/2026 (diễn tập)", since=since, defaults=ARRIVAL)
    WaitingPolicy.objects.get_or_create(number="DT-03/2026 (diễn tập)", since=since, defaults=WAITING)
