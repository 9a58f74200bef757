"""Backup policies that come with the project. No published ratio exists: this one is an exercise."""

import datetime as dt

from recruitment.places.models import Province
from recruitment.quarantine.models import BackupPolicy

EXERCISE = {
    "beds_per_hundred": 5,
    "pooled_beds_per_hundred": 2,
    "minimum_beds": 4,
    "horizon_days": 30,
    "warn_after_hours": 12,
    "stale_after_hours": 24,
    "is_exercise": True,
}


def load_backup_policies() -> None:
    """The demo policy, once; an edited one is left as it is."""
    since = dt.date(2026, 1, 1)
    BackupPolicy.objects.get_or_create(
        number="DT-01/2026 (diễn tập)", since=since, defaults={"jurisdiction": Province.objects.home(since), **EXERCISE}
    )
