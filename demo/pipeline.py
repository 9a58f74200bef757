"""A believable pipeline: applications in every state, the accepted ones through the real acceptance."""

import datetime as dt
from collections import Counter
from random import Random
from uuid import uuid4

from django.db.models import F

from demo.employers import places_left
from recruitment.accounts.models import Membership, Role, User
from recruitment.applications.models import Application, ApplicationEvent
from recruitment.applications.services.applying import new_receipt
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.batch_runs import ask_to_accept, continue_batch
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

Status = Application.Status
BATCH = 4
SHARES = {
    Status.APPLIED: 45,
    Status.SHORTLISTED: 15,
    Status.INVITED: 10,
    Status.OFFERED: 6,
    Status.AGREED: 4,
    Status.REFUSED: 12,
    Status.WITHDRAWN: 8,
}


def make_applications(random: Random, *, count: int, today: dt.date, now: dt.datetime) -> None:
    """At most one application of each worker here; offers hold their places."""
    openings = places_left()
    room = {opening.pk: opening.places() for opening in openings}
    by_occupation: dict[int, list[Opening]] = {}
    for opening in openings:
        by_occupation.setdefault(opening.occupation_id, []).append(opening)
    held: Counter[int] = Counter()
    applications = []
    workers = Worker.objects.searchable().prefetch_related("occupations").order_by("pk")[: count * 2]
    for worker in random.sample(list(workers), min(count, len(workers))):
        suitable = by_occupation.get(worker.occupations.all()[0].occupation_id)
        if not suitable:
            continue
        opening = random.choice(suitable)
        status = random.choices(list(SHARES), weights=list(SHARES.values()))[0]
        if status in Application.HOLDING_STATUSES:
            if not room[opening.pk]:
                continue
            room[opening.pk] -= 1
            held[opening.pk] += 1
        applications.append(_application(random, worker, opening, status, now))
    Application.objects.bulk_create(applications, batch_size=1000)
    ApplicationEvent.objects.bulk_create(
        [ApplicationEvent(application=application, status=application.status, by=application.worker.user) for application in applications],
        batch_size=1000,
    )
    for pk, places in held.items():
        Opening.objects.filter(pk=pk).update(held=F("held") + places)


def _application(random, worker, opening, status, now) -> Application:
    return Application(
        worker=worker,
        opening=opening,
        receipt=new_receipt(),
        status=status,
        starts_on=opening.starts_on,
        answer_by=now + dt.timedelta(hours=random.randint(6, 72)) if status == Status.OFFERED else None,
        refusal=random.choice(Application.Refusal.values) if status == Status.REFUSED else "",
    )


def accept_some(random: Random, *, count: int, today: dt.date) -> Counter:
    """Accept agreed and shortlisted people as their recruiters would; what is refused stays in the pipeline."""
    recruiters = {row.organisation_id: row.user for row in Membership.objects.filter(role=Role.RECRUITER).select_related("user")}
    waiting = (
        Application.objects.filter(status__in=[Status.AGREED, Status.SHORTLISTED])
        .select_related("opening__factory__enterprise")
        .order_by("-status", "pk")
    )
    outcomes: Counter[str] = Counter()
    for application in waiting[:count]:
        try:
            accept(application=application, by=recruiters[application.opening.factory.enterprise.organisation_id], on=today)
            outcomes["accepted"] += 1
        except Refusal:
            outcomes["refused"] += 1
    return outcomes


def accept_a_batch(*, today: dt.date) -> None:
    """A few applicants of the first recruiter's first opening that has some, in one batch whose results stand on its page."""
    recruiter = User.objects.filter(is_demo=True, memberships__role=Role.RECRUITER).order_by("pk")[0]
    applied = Application.objects.filter(status=Status.APPLIED, opening__in=Opening.objects.owned_by(recruiter))
    first = applied.select_related("opening").order_by("opening", "pk").first()
    if first:
        chosen = list(applied.filter(opening=first.opening).order_by("pk").values_list("pk", flat=True)[:BATCH])
        batch = ask_to_accept(opening=first.opening, applications=chosen, key=uuid4(), by=recruiter, on=today)
        continue_batch(batch.pk, on=today)
