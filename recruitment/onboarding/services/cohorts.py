"""Closing a day's people at a factory before they come, so that everybody prepares the same list; and reopening it."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.employers.models import Factory
from recruitment.onboarding.models import Acceptance, Cohort
from recruitment.shared.refusals import Refusal


class NobodyComes(Refusal):
    """Carries `factory` and `arrives_on`."""

    def for_people(self) -> str:
        return _("Không còn ai đến ngày %(day)s nên không có gì để chốt.") % {"day": f"{self.facts['arrives_on']:%d/%m/%Y}"}


class DayIsClosed(Refusal):
    """The factory prepares for the list as it is. Carries `cohort`."""

    def for_people(self) -> str:
        facts = {"factory": self.facts["cohort"].factory, "day": f"{self.facts['cohort'].arrives_on:%d/%m/%Y}"}
        return _("%(factory)s đã chốt danh sách đến ngày %(day)s. Muốn đổi cách đi, hãy gọi nhà máy.") % facts


@dataclass(frozen=True)
class Differences:
    """What changed since the day was closed."""

    added: list[Acceptance]
    gone: list[Acceptance]


@transaction.atomic
def close_cohort(*, factory: Factory, arrives_on: dt.date, by: User, on: dt.date) -> Cohort:
    """Keep who comes on this day; from now on the people don't change their way by themselves. Repeating it changes nothing.

    Raises NobodyComes.
    """
    people = list(coming(factory, arrives_on).values_list("pk", flat=True))
    if not people:
        raise NobodyComes(factory=factory, arrives_on=arrives_on)
    return Cohort.objects.get_or_create(factory=factory, arrives_on=arrives_on, reopened_at=None, defaults={"people": people, "closed_by": by})[0]


@transaction.atomic
def reopen_cohort(*, factory: Factory, arrives_on: dt.date, by: User, on: dt.date) -> None:
    """The list may change again. Repeating it changes nothing."""
    closed = Cohort.objects.closed().select_for_update(of=("self",), no_key=True).filter(factory=factory, arrives_on=arrives_on)
    for cohort in closed:
        cohort.reopened_at, cohort.reopened_by = timezone.now(), by
        cohort.save(update_fields=["reopened_at", "reopened_by"])


def refuse_after_closing(acceptance: Acceptance) -> None:
    """Raises DayIsClosed for whoever is on a closed list."""
    if cohort := closed_list_with(acceptance):
        raise DayIsClosed(cohort=cohort)


def closed_list_with(acceptance: Acceptance) -> Cohort | None:
    """The closed list on which the person is expected; none for whoever lost the way there and must find another one by a clock."""
    if acceptance.ride_by:
        return None
    factory = acceptance.application.opening.factory_id
    cohort = Cohort.objects.closed().filter(factory=factory, arrives_on=acceptance.arrives_on).select_related("factory").first()
    return cohort if cohort and acceptance.pk in cohort.people else None


def coming(factory: Factory, arrives_on: dt.date) -> QuerySet[Acceptance]:
    """Accepted people of the factory who arrive on this day."""
    accepted = Acceptance.objects.standing().filter(application__status=Application.Status.ACCEPTED, arrives_on=arrives_on)
    return accepted.filter(application__opening__factory=factory).order_by("application__opening", "pk")


def differences(cohort: Cohort, now: list[Acceptance]) -> Differences:
    """Between the closed list and who comes now."""
    pks = {acceptance.pk for acceptance in now}
    gone = Acceptance.objects.filter(pk__in=set(cohort.people) - pks).select_related("application__worker__user").order_by("pk")
    return Differences(added=[acceptance for acceptance in now if acceptance.pk not in cohort.people], gone=list(gone))
