"""Changing what a job seeker told about work."""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction

from recruitment.accounts.models import User
from recruitment.health.services.trust import drop_lost_proofs_of
from recruitment.occupations.models import Occupation, Skill
from recruitment.places.models import Commune, IndustrialZone, Province
from recruitment.shared.versions import refuse_if_changed, version_of
from recruitment.workers.models import Worker, WorkerOccupation
from recruitment.workers.services.registration import check_age, identity_index_of
from search.outbox import request_index


@transaction.atomic
def change_profile(
    *,
    worker: Worker,
    name: str,
    birth_date: dt.date,
    home_province: Province,
    home_commune: Commune | None,
    available_from: dt.date,
    shifts: Collection[str],
    wage_wanted: int | None,
    needs_dormitory: bool,
    occupations: Mapping[Occupation, int],
    zones: Collection[IndustrialZone],
    skills: Collection[Skill],
    seen: str | None = None,
    by: User,
    on: dt.date,
) -> Worker:
    """Write the whole profile anew; `occupations` maps each to months of experience, no `zones` means any.

    `seen` is the version_of_profile that the page showed. Raises TooYoung, UnlikelyAge or ChangedMeanwhile.
    """
    check_age(birth_date, on=on)
    worker = Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=worker.pk)
    refuse_if_changed(seen, version_of_profile(worker))
    User.objects.filter(pk=worker.user_id).update(name=name)
    worker.birth_date, worker.identity_index = birth_date, identity_index_of(name, birth_date)
    worker.home_province, worker.home_commune = home_province, home_commune
    worker.available_from, worker.shifts, worker.wage_wanted, worker.needs_dormitory = available_from, list(shifts), wage_wanted, needs_dormitory
    worker.save()
    drop_lost_proofs_of(worker=worker, on=on)
    worker.occupations.exclude(occupation__in=occupations).delete()
    for occupation, months in occupations.items():
        WorkerOccupation.objects.update_or_create(worker=worker, occupation=occupation, defaults={"experience_months": months})
    worker.zones.set(zones)
    worker.skills.set(skills)
    request_index("candidate", [worker.pk])
    return worker


def version_of_profile(worker: Worker) -> str:
    """Another one after every change of what change_profile writes."""
    names = ["birth_date", "home_province_id", "home_commune_id", "available_from", "shifts", "wage_wanted", "needs_dormitory"]
    related = {
        "occupations": sorted(worker.occupations.values_list("occupation", "experience_months")),
        "zones": sorted(worker.zones.values_list("pk", flat=True)),
        "skills": sorted(worker.skills.values_list("pk", flat=True)),
    }
    return version_of({"name": worker.user.name} | {name: getattr(worker, name) for name in names} | related)


@transaction.atomic
def hide(*, worker: Worker, hidden: bool, by: User, on: dt.date) -> Worker:
    """Out of employers' lists, or back in them; a hired worker stays hired."""
    Worker.objects.filter(pk=worker.pk, status=Worker.Status.LOOKING if hidden else Worker.Status.HIDDEN).update(
        status=Worker.Status.HIDDEN if hidden else Worker.Status.LOOKING
    )
    request_index("candidate", [worker.pk])
    return Worker.objects.get(pk=worker.pk)
