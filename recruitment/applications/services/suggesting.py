"""Other openings for somebody whose hope came to nothing: such as have a place, and whose factory has a bed for one more."""

import datetime as dt

from django.utils.text import Truncator

from recruitment.applications.models import Application
from recruitment.applications.services.steps import tell_worker
from recruitment.openings.models import Opening
from recruitment.quarantine.models import BackupPolicy
from recruitment.quarantine.services.cover import covers, free_beds, horizon
from recruitment.quarantine.services.freshness import sites_with_fresh_figures
from recruitment.workers.models import Worker

MOST = 3
LOOKED_AT = 30
LONGEST_NAME = 80  # three of them fit into a message


def openings_with_a_bed(*, worker: Worker, on: dt.date) -> list[Opening]:
    """Up to three open ones of the person's occupations (or any, if none is told) with which the person has no open application.

    The newest first. A factory counts when its cover is complete, or when beds are free somewhere on every night of the horizon.
    """
    applied = Application.objects.open().filter(worker=worker).values("opening")
    found = Opening.objects.open_on(on).exclude(pk__in=applied)
    occupations = list(worker.occupations.order_by("pk").values_list("occupation", flat=True))
    if occupations:
        found = found.filter(occupation__in=occupations)
    openings = list(found.select_related("factory__zone").order_by("-published_at", "-pk")[:LOOKED_AT])
    if not openings:
        return []
    factories = {opening.factory_id: opening.factory for opening in openings}
    covered = {row.factory.pk for row in covers(list(factories.values()), on=on) if row.held >= row.needed}
    beds_everywhere = _some_bed_every_night(on)
    return [opening for opening in openings if beds_everywhere or opening.factory_id in covered][:MOST]


def tell_of_others(application: Application, *, kind: str, with_others: str, without: str, on: dt.date) -> None:
    """One message: what ended, and up to three other openings by name. Both texts are msgids; the first one has %(others)s."""
    others = openings_with_a_bed(worker=application.worker, on=on)
    names = "; ".join(Truncator(f"{opening.title}, {opening.factory}").chars(LONGEST_NAME) for opening in others)
    tell_worker(application, kind, with_others if others else without, others=names)


def _some_bed_every_night(on: dt.date) -> bool:
    nights = horizon(BackupPolicy.objects.in_force(on), on)
    free = free_beds(list(sites_with_fresh_figures(on=on)), nights)
    return all(any(beds > 0 for (_site, night), beds in free.items() if night == wanted) for wanted in nights)
