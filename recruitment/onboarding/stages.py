"""Where somebody stands between acceptance and the first shift, from what was seen of him or her."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from recruitment.health.models import AdmissionRule
from recruitment.onboarding.models import Acceptance
from recruitment.quarantine.models import Stay

COMING, LATE, ISOLATING, TO_START, STARTED = "coming", "late", "isolating", "to_start", "started"


@dataclass(frozen=True)
class Stage:
    """`day` of `days` are there only for ISOLATING; `until` is the first day without isolation, None when it can't be known yet."""

    kind: str
    day: int = 0
    days: int = 0
    until: dt.date | None = None


def stage_of(acceptance: Acceptance, *, on: dt.date) -> Stage:
    """Isolation at a site lasts until the day of leaving, also for whoever was moved or let out early; at home it counts from the day on which the factory checked the person in.

    Needs the acceptance with `first_shift`, `entry_stay` and `clearance`.
    """
    shift, stay, clearance = getattr(acceptance, "first_shift", None), acceptance.entry_stay, acceptance.clearance
    if shift and shift.started_on:
        return Stage(STARTED)
    if stay and (stay.status == Stay.Status.ADMITTED or (stay.status == Stay.Status.RELEASED and on < stay.leaves_on)):
        return _isolating(stay.arrives_on, stay.leaves_on, on)
    if stay and stay.status == Stay.Status.RELEASED:
        return Stage(TO_START)
    if shift is None or shift.checked_in_at is None or stay:
        return Stage(COMING if on <= acceptance.arrives_on else LATE)
    if clearance.entry_quarantine_place == AdmissionRule.Place.HOME:
        first = max(timezone.localdate(shift.checked_in_at), acceptance.arrives_on)
        until = first + dt.timedelta(days=clearance.entry_quarantine_days)
        return _isolating(first, until, on) if on < until else Stage(TO_START)
    return Stage(TO_START)


def _isolating(first: dt.date, until: dt.date, on: dt.date) -> Stage:
    days = (until - first).days
    return Stage(ISOLATING, day=max(1, min((on - first).days + 1, days)), days=days, until=until)
