"""The board of coverage: one row per factory, zone, transport operator or commune, each with the day of its figures."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from recruitment.employers.models import Enterprise, Factory
from recruitment.shared.words import plain
from recruitment.vaccination.models import CoverageReport

FRESH_DAYS, USABLE_DAYS = 7, 30


class Level(TextChoices):
    FACTORIES = "factories", _("nhà máy")
    ZONES = "zones", _("khu công nghiệp")
    OPERATORS = "operators", _("đơn vị vận tải")
    COMMUNES = "communes", _("xã, phường")


@dataclass(frozen=True)
class Row:
    """Counts of people; None where nothing was reported. Of a zone: sums, the day of its oldest figures, and how many factories reported."""

    name: str
    on: dt.date
    people: int | None = None
    one_dose: int | None = None
    full_course: int | None = None
    as_of: dt.date | None = None
    report: int | None = None
    zone: str = ""
    zone_pk: int | None = None
    reported: int = 0
    factories: int = 0

    @property
    def one_dose_share(self) -> float | None:
        return self.one_dose / self.people if self.people else None

    @property
    def full_course_share(self) -> float | None:
        return self.full_course / self.people if self.people else None

    @property
    def days_old(self) -> int | None:
        return (self.on - self.as_of).days if self.as_of else None

    @property
    def state(self) -> str:
        """fresh, old or stale; stale also where there is nothing."""
        if self.days_old is None or self.days_old > USABLE_DAYS:
            return "stale"
        return "old" if self.days_old > FRESH_DAYS else "fresh"


SORTS: dict[str, tuple[object, Callable[[Row], object], bool]] = {  # what people read, the key, whether the greatest is first
    "least": (_("Đủ mũi: thấp nhất trước"), lambda row: row.full_course_share, False),
    "most": (_("Đủ mũi: cao nhất trước"), lambda row: row.full_course_share, True),
    "least_one": (_("Ít nhất một mũi: thấp nhất trước"), lambda row: row.one_dose_share, False),
    "oldest": (_("Số liệu cũ nhất trước"), lambda row: row.as_of, False),
    "newest": (_("Số liệu mới nhất trước"), lambda row: row.as_of, True),
    "people": (_("Nhiều người nhất trước"), lambda row: row.people, True),
    "name": (_("Theo tên"), lambda row: plain(row.name), False),
}
DEFAULT_SORT = "least"


def rows_of(level: str, *, on: dt.date, zone: int | None = None) -> list[Row]:
    """All rows of a level by name; `zone` keeps the factories of one zone."""
    if level == Level.OPERATORS:
        return _named_rows("operator", on)
    if level == Level.COMMUNES:
        return _named_rows("commune", on)
    factories = _factory_rows(on)
    return _zone_rows(factories, on) if level == Level.ZONES else [row for row in factories if zone in (None, row.zone_pk)]


def sort_rows(rows: Iterable[Row], sort: str) -> list[Row]:
    """By one of SORTS; rows that have no such figure come last whatever the order."""
    _label, key, greatest_first = SORTS[sort]
    rows = list(rows)
    known = [row for row in rows if key(row) is not None]
    return sorted(known, key=key, reverse=greatest_first) + [row for row in rows if key(row) is None]


def totals_of(rows: Iterable[Row], *, on: dt.date) -> Row:
    """Of those rows that have figures."""
    rows = [row for row in rows if row.people]
    sums = {name: sum(getattr(row, name) for row in rows) for name in ("people", "one_dose", "full_course")}
    return Row(name="", on=on, as_of=min((row.as_of for row in rows), default=None), **sums)


def _factory_rows(on: dt.date) -> list[Row]:
    """Every factory of an approved enterprise, reported or not."""
    newest = {report.factory_id: report for report in CoverageReport.objects.filter(factory__isnull=False).newest()}
    factories = Factory.objects.filter(enterprise__status=Enterprise.Status.APPROVED).select_related("zone").order_by("name", "pk")
    return [row_of(factory.name, newest.get(factory.pk), on, zone=str(factory.zone), zone_pk=factory.zone_id) for factory in factories]


def _zone_rows(factories: Iterable[Row], on: dt.date) -> list[Row]:
    zones: dict[int | None, list[Row]] = defaultdict(list)
    for row in factories:
        zones[row.zone_pk].append(row)
    return [_zone_row(rows, on) for rows in sorted(zones.values(), key=lambda rows: plain(rows[0].zone))]


def _zone_row(rows: list[Row], on: dt.date) -> Row:
    reported = [row for row in rows if row.people]
    facts = {"zone_pk": rows[0].zone_pk, "reported": len(reported), "factories": len(rows)}
    if not reported:
        return Row(name=rows[0].zone, on=on, **facts)
    total = totals_of(reported, on=on)
    return Row(name=rows[0].zone, on=on, people=total.people, one_dose=total.one_dose, full_course=total.full_course, as_of=total.as_of, **facts)


def _named_rows(subject: str, on: dt.date) -> list[Row]:
    """Operators or communes: those that have a report."""
    reports = CoverageReport.objects.filter(**{f"{subject}__isnull": False}).newest().select_related(subject).order_by(f"{subject}__name", "pk")
    return [row_of(str(report.subject), report, on) for report in reports]


def row_of(name: str, report: CoverageReport | None, on: dt.date, **facts) -> Row:
    """What a subject's report says, or its row without figures."""
    if report is None:
        return Row(name=name, on=on, **facts)
    return Row(
        name=name,
        on=on,
        people=report.people,
        one_dose=report.one_dose,
        full_course=report.full_course,
        as_of=report.as_of,
        report=report.pk,
        **facts,
    )
