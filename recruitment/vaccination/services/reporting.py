"""Coverage as counts: one subject's figures, or those of a whole table, always by the same rules."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from recruitment.accounts.models import User
from recruitment.shared.refusals import Conflict
from recruitment.vaccination.models import CoverageReport, Subject, TransportOperator, subject_field


@dataclass(frozen=True)
class Figures:
    """`one_dose`: people with at least one dose, those with a `full_course` among them; at the end of `as_of`."""

    people: int
    one_dose: int
    full_course: int
    as_of: dt.date

    @classmethod
    def of(cls, report: CoverageReport) -> "Figures":
        return cls(people=report.people, one_dose=report.one_dose, full_course=report.full_course, as_of=report.as_of)


@transaction.atomic
def report_coverage(*, subject: Subject, figures: Figures, by: User) -> CoverageReport:
    """Adds the figures, unless the subject's last word on that day is the same already: that report is returned."""
    return report_many([(subject, figures)], by=by)[0]


@transaction.atomic
def report_operator(*, name: str, figures: Figures, by: User) -> CoverageReport:
    """The operator is entered with its first report."""
    return report_coverage(subject=operators_named([name])[TransportOperator.key_of(name)], figures=figures, by=by)


@transaction.atomic
def confirm_unchanged(*, report: CoverageReport, by: User, on: dt.date) -> CoverageReport:
    """The same counts hold on `on`. Raises Conflict if the subject has newer figures than the confirmed ones."""
    _lock([report.subject])
    if CoverageReport.objects.of(report.subject).values_list("pk", flat=True).first() != report.pk:
        raise Conflict
    return report_coverage(subject=report.subject, figures=Figures(**{**asdict(Figures.of(report)), "as_of": on}), by=by)


@transaction.atomic
def report_many(reports: Sequence[tuple[Subject, Figures]], *, by: User) -> list[CoverageReport]:
    """For each pair the report that says so now, new or known. In a fixed number of queries per kind of subject."""
    _lock([subject for subject, _figures in reports])
    said = said_on_those_days(reports)
    result = [
        known
        if (known := said.get((subject, figures.as_of))) and Figures.of(known) == figures
        else CoverageReport(**{subject_field(subject): subject}, **asdict(figures), reported_by=by)
        for subject, figures in reports
    ]
    CoverageReport.objects.bulk_create([report for report in result if report.pk is None])
    return result


def newest_of(subjects: Iterable[Subject]) -> dict[Subject, CoverageReport]:
    """The report that counts, of each subject that has one."""
    found: dict[Subject, CoverageReport] = {}
    for field, rows in _by_kind(subjects).items():
        reports = CoverageReport.objects.filter(**{f"{field}__in": rows}).newest().select_related(field)
        found.update({getattr(report, field): report for report in reports})
    return found


def said_on_those_days(reports: Iterable[tuple[Subject, Figures]]) -> dict[tuple[Subject, dt.date], CoverageReport]:
    """The last word of each subject on each of the days."""
    reports = list(reports)
    days = {figures.as_of for _subject, figures in reports}
    found: dict[tuple[Subject, dt.date], CoverageReport] = {}
    for field, rows in _by_kind(subject for subject, _figures in reports).items():
        words = CoverageReport.objects.filter(**{f"{field}__in": rows}, as_of__in=days).select_related(field)
        found.update({(getattr(word, field), word.as_of): word for word in words.order_by("pk")})
    return found


def operators_named(names: Iterable[str]) -> dict[str, TransportOperator]:
    """Operators by their key; those not known yet are added."""
    wanted = {TransportOperator.key_of(name): name for name in names}
    TransportOperator.objects.bulk_create([TransportOperator(key=key, name=name) for key, name in sorted(wanted.items())], ignore_conflicts=True)
    return {operator.key: operator for operator in TransportOperator.objects.filter(key__in=wanted)}


def _lock(subjects: Iterable[Subject]) -> None:
    """Whoever reports on a subject waits for the one before; rows of a kind in the order of their keys."""
    for rows in _by_kind(subjects).values():
        keys = [row.pk for row in rows]
        list(type(rows[0]).objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))


def _by_kind(subjects: Iterable[Subject]) -> dict[str, list[Subject]]:
    kinds: dict[str, list[Subject]] = {}
    for subject in sorted(subjects, key=subject_field):
        kinds.setdefault(subject_field(subject), []).append(subject)
    return kinds
