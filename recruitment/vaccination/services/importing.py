"""A table of operators and communes: what each row would bring, and bringing it, by one and the same way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.places.models import Commune
from recruitment.shared.words import one_spelling, plain
from recruitment.vaccination.models import Subject, TransportOperator
from recruitment.vaccination.services.reporting import Figures, newest_of, operators_named, report_many, said_on_those_days

KINDS = {
    "van tai": "operator",
    "don vi van tai": "operator",
    "operator": "operator",
    "transport": "operator",
    "xa": "commune",
    "phuong": "commune",
    "xa phuong": "commune",
    "xa, phuong": "commune",
    "commune": "commune",
}


class Outcome(TextChoices):
    NEW = "new"
    ALREADY = "already"
    HISTORY = "history"
    REFUSED = "refused"


@dataclass
class CoverageRow:
    """One row as it was understood. `errors`: sentences; with any of them the row is left out."""

    number: int
    kind: str
    name: str
    figures: Figures | None
    errors: list[str] = field(default_factory=list)
    outcome: str = ""


@transaction.atomic
def import_coverage(rows: Sequence[CoverageRow], *, communes: Iterable[Commune], dry_run: bool, by: User) -> list[CoverageRow]:
    """Says of each row what it brings: a new report, one that was there already, or one older than what counts; refused ones stay out.

    `communes`: those that may be named, by name or code. A dry run writes nothing.
    """
    subjects = _subjects(rows, communes, add_operators=not dry_run)
    _refuse_doubles(rows, subjects)
    _say_outcomes(rows, subjects)
    if not dry_run:
        report_many([(subjects[row.number], figures) for row, figures in _good(rows)], by=by)
    return list(rows)


def _good(rows: Iterable[CoverageRow]) -> list[tuple[CoverageRow, Figures]]:
    return [(row, row.figures) for row in rows if row.figures and not row.errors]


def _say_outcomes(rows: Sequence[CoverageRow], subjects: dict[int, Subject]) -> None:
    known = [(subject, figures) for row, figures in _good(rows) if (subject := subjects[row.number]).pk]
    newest, said = newest_of(subject for subject, _figures in known), said_on_those_days(known)
    for row in rows:
        row.outcome = Outcome.REFUSED
    for row, figures in _good(rows):
        subject = subjects[row.number]
        counts = newest.get(subject) if subject.pk else None
        word = said.get((subject, figures.as_of)) if subject.pk else None
        if word and Figures.of(word) == figures:
            row.outcome = Outcome.ALREADY
        else:
            row.outcome = Outcome.HISTORY if counts and counts.as_of > figures.as_of else Outcome.NEW


def _subjects(rows: Sequence[CoverageRow], communes: Iterable[Commune], *, add_operators: bool) -> dict[int, Subject]:
    """The subject of each row without errors; a commune that can't be told becomes an error."""
    found: dict[int, Subject] = {}
    named = _communes_by_name(communes)
    names = [row.name for row in rows if row.kind == "operator" and not row.errors]
    if add_operators:
        operators = operators_named(names)
    else:
        operators = {operator.key: operator for operator in TransportOperator.objects.filter(key__in=map(TransportOperator.key_of, names))}
    for row in rows:
        if row.errors:
            continue
        if row.kind == "operator":
            key = TransportOperator.key_of(row.name)
            found[row.number] = operators.setdefault(key, TransportOperator(name=row.name, key=key))
        elif len(matches := named.get(one_spelling(row.name), [])) == 1:
            found[row.number] = matches[0]
        elif matches:
            row.errors.append(_("Có %(count)s xã, phường tên này. Hãy ghi mã của xã, phường.") % {"count": len(matches)})
        else:
            row.errors.append(_("Không có xã, phường này trong tỉnh. Hãy ghi tên như trong danh sách, ví dụ “Phường Phổ Yên”, hoặc ghi mã."))
    return found


def _communes_by_name(communes: Iterable[Commune]) -> dict[str, list[Commune]]:
    """By code, by whole name, and by name without its kind ("Phường", "Xã")."""
    named: dict[str, list[Commune]] = {}
    for commune in communes:
        whole = one_spelling(commune.name)
        for name in {one_spelling(commune.code), whole, whole.partition(" ")[2]} - {""}:
            named.setdefault(name, []).append(commune)
    return named


def _refuse_doubles(rows: Sequence[CoverageRow], subjects: dict[int, Subject]) -> None:
    """One subject has one set of figures for a day; the second row that says something about it is refused."""
    first: dict[tuple, int] = {}
    for row, figures in _good(rows):
        subject = subjects[row.number]
        said = (type(subject), subject.pk or subject.name, figures.as_of)
        if (number := first.setdefault(said, row.number)) != row.number:
            row.errors.append(_("Trùng với dòng %(number)s. Hãy giữ lại một dòng.") % {"number": number})


def kind_of(text: str) -> str | None:
    """operator or commune, from what people write."""
    return KINDS.get(plain(text))
