"""Accepting many people of one opening with one decision."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.health.models import Clearance
from recruitment.health.services.assessments import assess_people
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept_decided
from recruitment.openings.models import Opening
from recruitment.shared.dated import under_the_same_rules
from recruitment.shared.nudges import one_nudge_for_all
from recruitment.shared.refusals import Refusal


@dataclass(frozen=True)
class Batch:
    """Who was accepted, those accepted before included, and why the others were not, in the order of the queue."""

    accepted: Sequence[Acceptance]
    refused: Sequence[tuple[Application, Refusal]]


def accept_many(*, opening: Opening, applications: Collection[int], by: User, on: dt.date) -> Batch:
    """Accept these applications of the opening, the longest waiting first, each in a transaction of its own.

    Each person is accepted with everything or with nothing; one who can't be is listed with every shortfall and holds up nobody.
    What was interrupted is finished by calling it again: whoever is accepted already is only listed. The decisions about all of them
    are taken together beforehand. batch_runs.py calls it for some at a time.
    """
    rows = Application.objects.filter(opening=opening, pk__in=applications).select_related("worker__user").order_by("created_at", "pk")
    waiting = list(rows)
    decided = _decisions([row.worker_id for row in waiting if row.status in Application.ACCEPTABLE_STATUSES], on)
    accepted, refused = [], []
    with under_the_same_rules(), one_nudge_for_all():
        for application in waiting:
            try:
                acceptance = accept_decided(application=application, decided=decided.get(application.worker_id), by=by, on=on)
            except Refusal as refusal:
                refused.append((application, refusal))
            else:
                acceptance.application = application
                accepted.append(acceptance)
    return Batch(accepted, refused)


def _decisions(workers: Collection[int], on: dt.date) -> dict[int, Clearance]:
    assess_people(workers, on=on)
    return {clearance.worker_id: clearance for clearance in Clearance.objects.current().filter(worker__in=workers).select_related("policy")}
