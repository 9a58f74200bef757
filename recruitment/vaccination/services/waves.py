"""Waves of doses, and who the doses at hand should go to."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.shared.refusals import Conflict, Refusal
from recruitment.vaccination.models import CoverageReport, PriorityGroup, PriorityOrder, VaccinationWave
from recruitment.vaccination.priorities import GroupNeed, Share, share_doses

SUBJECT_OF = {PriorityGroup.INDUSTRIAL_ZONES: "factory", PriorityGroup.TRANSPORT_WORKERS: "operator", PriorityGroup.RESIDENTS: "commune"}


class WaveExists(Refusal):
    """The wave of this number has this group already. Carries `number`."""

    field = "number"

    def for_people(self) -> str:
        return _("Đợt %(number)s của nhóm này đã có. Hãy sửa đợt đó hoặc chọn số khác.") % {"number": self.facts["number"]}


@transaction.atomic
def plan_wave(*, by: User, **facts: Any) -> VaccinationWave:
    """Adds a wave from the fields of the model. Raises WaveExists."""
    with _one_per_number_and_group(facts["number"]):
        return VaccinationWave.objects.create(changed_by=by, changed_at=timezone.now(), **facts)


@transaction.atomic
def change_wave(*, wave: VaccinationWave, version: int, by: User, **facts: Any) -> None:
    """Writes the fields over the version that the person saw. Raises Conflict or WaveExists."""
    with _one_per_number_and_group(facts["number"]):
        seen = VaccinationWave.objects.filter(pk=wave.pk, version=version)
        if not seen.update(changed_by=by, changed_at=timezone.now(), version=F("version") + 1, **facts):
            raise Conflict


def priority_groups(on: dt.date) -> tuple[list[PriorityGroup], PriorityOrder | None]:
    """The groups, first to be vaccinated first, and the document that says so (None: the order of PriorityGroup)."""
    order = PriorityOrder.objects.in_force(on)
    return [PriorityGroup(group) for group in order.groups] if order else list(PriorityGroup), order


def doses_in_stock() -> int:
    """Received and not given, over all waves."""
    totals = VaccinationWave.objects.aggregate(received=Sum("doses_received", default=0), given=Sum("doses_given", default=0))
    return totals["received"] - totals["given"]


def suggest_shares(on: dt.date) -> list[Share]:
    """How the doses in stock go to the groups, by what the newest reports say they still need."""
    reports = CoverageReport.objects.newest()
    needs = []
    for group in priority_groups(on)[0]:
        of_group = reports.filter(**{f"{SUBJECT_OF[group]}__isnull": False})
        sums = of_group.aggregate(people=Sum("people", default=0), doses=Sum(F("one_dose") + F("full_course"), default=0))
        needs.append(GroupNeed(group=group, **sums))
    return share_doses(needs, stock=doses_in_stock())


@contextmanager
def _one_per_number_and_group(number: int) -> Iterator[None]:
    """Turns the database's refusal of a second wave into WaveExists; the transaction around it stays usable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "one_wave_per_number_and_group" not in str(error):
            raise
        raise WaveExists(number=number) from error
