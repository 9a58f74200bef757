"""The rules of the gate and of the pass that come with the project. No published figures exist: they are exercises."""

import datetime as dt

from recruitment.onboarding.models import GatePolicy, PassPolicy


def load_onboarding_policies() -> None:
    """Once; edited ones are left as they are."""
    since = dt.date(2026, 1, 1)
    GatePolicy.objects.get_or_create(number="DT-05/2026 (diễn tập)", since=since, defaults={"is_exercise": True})
    PassPolicy.objects.get_or_create(number="DT-06/2026 (diễn tập)", since=since, defaults={"is_exercise": True})
