"""Openings that hardly anybody applies to: found each Monday, shown a little more for a week, and what came of it.

Shown more means: in recommendations, at most two positions, never the first, only to people for whom the opening is within the bound
of their own best, and with the reason beside it.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from recruitment.applications.models import Application
from recruitment.openings.models import Opening
from search.models import NeglectedOpening

AFTER = dt.timedelta(days=3)  # published for at least so long: newer ones had no chance yet
FEW = 4  # fewer than one applicant for so many places
ASKED = [status for status in Application.Status if status != Application.Status.INVITED]  # whoever answered, however it ended


@dataclass(frozen=True)
class WeekOfNeglect:
    """`reached` of the `openings` got an application in the week; `applications` is how many they got together."""

    week: dt.date
    openings: int
    places: int
    reached: int
    applications: int


@transaction.atomic
def note_neglected(*, on: dt.date) -> int:
    """Remember this week's neglected openings, once: repeating it in the same week changes nothing. How many there are."""
    week = monday(on)
    if NeglectedOpening.objects.filter(week=week).exists():
        return 0
    applied = Count("applications", filter=Q(applications__status__in=ASKED))
    rows = Opening.objects.open_on(on).filter(published_at__date__lte=on - AFTER).annotate(applied=applied)
    found = [
        NeglectedOpening(week=week, opening_id=pk, places=places, applications=applications)
        for pk, places, applications in rows.order_by("pk").values_list("pk", "places_left", "applied")
        if applications * FEW < places
    ]
    NeglectedOpening.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def neglected_now(openings: Collection[int] | QuerySet, *, on: dt.date) -> frozenset[int]:
    """Those among these openings that are shown more this week."""
    return frozenset(NeglectedOpening.objects.filter(week=monday(on), opening__in=openings).values_list("opening", flat=True))


def weeks_of_neglect(*, most: int = 12) -> list[WeekOfNeglect]:
    """What came of showing them more, the latest week first."""
    weeks = list(NeglectedOpening.objects.order_by("-week").values_list("week", flat=True).distinct()[:most])
    return [_week(week) for week in weeks]


def monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _week(week: dt.date) -> WeekOfNeglect:
    end = week + dt.timedelta(days=7)
    in_week = Q(opening__applications__created_at__date__gte=week, opening__applications__created_at__date__lt=end)
    got = Count("opening__applications", filter=in_week & Q(opening__applications__status__in=ASKED))
    rows = list(NeglectedOpening.objects.filter(week=week).annotate(got=got).order_by("pk").values_list("places", "got"))
    return WeekOfNeglect(
        week=week,
        openings=len(rows),
        places=sum(places for places, _got in rows),
        reached=sum(got > 0 for _p, got in rows),
        applications=sum(got for _p, got in rows),
    )
