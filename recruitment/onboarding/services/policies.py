"""The rule of the gate that comes with the project. No published figure exists: it is an exercise."""

import datetime as dt

from recruitment.onboarding.models import GatePolicy


def load_gate_policy() -> None:
    """Once; an edited one is left as it is."""
    GatePolicy.objects.get_or_create(number="DT-05/2026 (diễn tập)", since=dt.date(2026, 1, 1), defaults={"is_exercise": True})
