"""Where people are missing: what openings still need, who is on the way, and who could start.

Everything is counted from the database, never from the search index, so each number equals the list behind it.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from recruitment.applications.models import Application
from recruitment.health.models import Clearance
from recruitment.occupations.models import Occupation
from recruitment.openings.models import Opening
from recruitment.places.models import IndustrialZone
from recruitment.workers.models import Worker, WorkerOccupation


@dataclass(frozen=True)
class Scope:
    """What to count: openings that need people within `weeks` weeks of `on`, in one zone and occupation or in all."""

    on: dt.date
    weeks: int
    zone: int | None = None
    occupation: int | None = None

    @property
    def until(self) -> dt.date:
        return self.on + dt.timedelta(weeks=self.weeks)


@dataclass(frozen=True)
class Shortage:
    """One zone and occupation. `wanted` = headcount − accepted; `missing` = wanted − pipeline, never below zero."""

    zone: IndustrialZone
    occupation: Occupation
    openings: int
    wanted: int
    pipeline: int
    ready: int

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.pipeline)


def openings_in_need(scope: Scope) -> QuerySet[Opening]:
    """Published openings with unfilled places that start within the scope."""
    openings = Opening.objects.filter(
        Q(closes_on=None) | Q(closes_on__gte=scope.on), status=Opening.Status.PUBLISHED, starts_on__lte=scope.until, headcount__gt=F("accepted")
    )
    if scope.zone:
        openings = openings.filter(factory__zone=scope.zone)
    if scope.occupation:
        openings = openings.filter(occupation=scope.occupation)
    return openings


def people_on_the_way(scope: Scope) -> QuerySet[Application]:
    """Open applications, not yet accepted, of those openings."""
    return Application.objects.in_pipeline().filter(opening__in=openings_in_need(scope))


def people_refused(scope: Scope, *, reason: str = "") -> QuerySet[Application]:
    """Applications to those openings that the factory refused, for one reason (Application.Refusal) or for any."""
    refused = Application.objects.filter(status=Application.Status.REFUSED, opening__in=openings_in_need(scope))
    return refused.filter(refusal=reason) if reason else refused


def refusals_by_reason(scope: Scope) -> list[tuple[str, str, int]]:
    """(code, words, how many), the most frequent first."""
    counts = people_refused(scope).order_by().values_list("refusal").annotate(count=Count("pk"))
    return sorted(((code, str(Application.Refusal(code).label), count) for code, count in counts), key=lambda row: (-row[2], row[0]))


def people_ready(scope: Scope) -> QuerySet[Worker]:
    """People to be found by employers whose clearance and own date let them start within the scope, each once."""
    cleared = Clearance.objects.current().filter(worker=OuterRef("pk"), ready_on__lte=scope.until)
    workers = Worker.objects.searchable().filter(Exists(cleared), available_from__lte=scope.until)
    if scope.occupation:
        workers = workers.filter(Exists(WorkerOccupation.objects.filter(worker=OuterRef("pk"), occupation=scope.occupation)))
    if scope.zone:
        wished = Worker.zones.through.objects.filter(worker=OuterRef("pk"))
        workers = workers.filter(Exists(wished.filter(industrialzone=scope.zone)) | ~Exists(wished))
    return workers


def shortages(scope: Scope) -> list[Shortage]:
    """One row per zone and occupation that needs people, the largest shortage first; six queries, however many rows."""
    needs = (
        openings_in_need(scope)
        .values("factory__zone", "occupation")
        .annotate(openings=Count("pk"), wanted=Sum(F("headcount") - F("accepted")))
        .order_by()
    )
    pipeline = _counts(people_on_the_way(scope).values_list("opening__factory__zone", "opening__occupation"))
    anywhere, somewhere = _ready_by_occupation(scope)
    zones, occupations = IndustrialZone.objects.in_bulk(), Occupation.objects.in_bulk()
    rows = [
        Shortage(
            zone=zones[need["factory__zone"]],
            occupation=occupations[need["occupation"]],
            openings=need["openings"],
            wanted=need["wanted"],
            pipeline=pipeline.get((need["factory__zone"], need["occupation"]), 0),
            ready=anywhere.get((need["occupation"],), 0) + somewhere.get((need["occupation"], need["factory__zone"]), 0),
        )
        for need in needs
    ]
    return sorted(rows, key=lambda row: (-row.missing, row.zone.pk, row.occupation.pk))


def _ready_by_occupation(scope: Scope) -> tuple[dict, dict]:
    """Ready people by occupation without a wish for a zone, and by occupation and wished zone with one."""
    everywhere = Scope(on=scope.on, weeks=scope.weeks, occupation=scope.occupation)
    ready = WorkerOccupation.objects.filter(worker__in=people_ready(everywhere))
    wished = Worker.zones.through.objects.filter(worker=OuterRef("worker"))
    anywhere = _counts(ready.filter(~Exists(wished)).values_list("occupation"))
    somewhere = _counts(ready.filter(worker__zones__isnull=False).values_list("occupation", "worker__zones"))
    return anywhere, somewhere


def _counts(rows: QuerySet) -> dict[tuple, int]:
    return {tuple(row[:-1]): row[-1] for row in rows.annotate(count=Count("pk")).order_by()}


def openings_nobody_applied_to(scope: Scope) -> QuerySet[Opening]:
    """Openings in need without a single application of any state, the longest waiting first."""
    applications = Application.objects.filter(opening=OuterRef("pk"))
    return openings_in_need(scope).filter(~Exists(applications)).order_by("published_at", "pk")
