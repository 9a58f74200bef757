"""Where people work: begun, moved within the factory, and ended."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.employers.models import Factory, Line
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Employment, Worker


class WorksElsewhere(Refusal):
    """The person works at another factory. Carries `employment`."""

    def for_people(self) -> str:
        return _("Người này đang làm ở %(factory)s. Hãy chờ nhà máy đó ghi ngày nghỉ việc.") % {"factory": self.facts["employment"].factory}


class NotThisFactorysLine(Refusal):
    """Carries `line` and `factory`."""

    field = "line"

    def for_people(self) -> str:
        return _("Chuyền “%(line)s” không thuộc %(factory)s. Hãy chọn chuyền của nhà máy.") % self.facts


@transaction.atomic
def start_employment(
    *,
    worker: Worker,
    factory: Factory,
    since: dt.date,
    by: User | None,
    on: dt.date,
    line: Line | None = None,
    team: str = "",
    dormitory_room: str = "",
    shuttle: str = "",
) -> Employment:
    """The person works here from `since`. Called again for the same factory it moves him or her to the line, team, room and bus given.

    Raises WorksElsewhere or NotThisFactorysLine.
    """
    if line is not None and line.workshop.factory_id != factory.pk:
        raise NotThisFactorysLine(line=line, factory=factory)
    Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=worker.pk)
    employment = Employment.objects.filter(worker=worker, until=None).select_related("factory").first() or Employment(
        worker=worker, factory=factory, since=since
    )
    if employment.factory_id != factory.pk:
        raise WorksElsewhere(employment=employment)
    employment.line, employment.team, employment.dormitory_room, employment.shuttle = line, team, dormitory_room, shuttle
    employment.save()
    return employment


@transaction.atomic
def move_people(*, posts: Mapping[int, tuple[Line | None, str]], factory: Factory, by: User | None, on: dt.date) -> list[Employment]:
    """Put people who work at the factory on another line and team, by worker's key; those who were moved.

    Whoever doesn't work there any more is left out. The room and the bus stay. Raises NotThisFactorysLine.
    """
    for line, _team in posts.values():
        if line is not None and line.workshop.factory_id != factory.pk:
            raise NotThisFactorysLine(line=line, factory=factory)
    list(Worker.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=posts).order_by("pk").values_list("pk", flat=True))
    employments = list(Employment.objects.filter(worker__in=posts, factory=factory, until=None).order_by("pk"))
    for employment in employments:
        employment.line, employment.team = posts[employment.worker_id]
    Employment.objects.bulk_update(employments, ["line", "team"])
    return employments


@transaction.atomic
def end_employment(*, worker: Worker, until: dt.date, by: User | None, on: dt.date) -> None:
    """The last day of work; nothing changes for somebody who works nowhere. A day before the first is the first."""
    Worker.objects.select_for_update(of=("self",), no_key=True).get(pk=worker.pk)
    for employment in Employment.objects.filter(worker=worker, until=None):
        employment.until = max(until, employment.since)
        employment.save(update_fields=["until"])
