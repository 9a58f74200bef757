"""A factory's table of who works where: what each row would bring, and bringing it, by one and the same way."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.employers.models import Factory, Line, Workshop
from recruitment.notifications.services.messages import send_messages
from recruitment.shared.words import one_spelling, plain
from recruitment.workers.models import Employment, Worker

PLACES = ["line", "team", "dormitory_room", "shuttle"]


class Outcome(TextChoices):
    NEW = "new"
    MOVED = "moved"
    ALREADY = "already"
    REFUSED = "refused"


@dataclass
class RosterRow:
    """One row as it was understood; `phone` is E.164. `errors`: sentences; with any of them the row is left out."""

    number: int
    phone: str
    name: str
    workshop: str = ""
    line: str = ""
    team: str = ""
    dormitory_room: str = ""
    shuttle: str = ""
    since: dt.date | None = None
    errors: list[str] = field(default_factory=list)
    outcome: str = ""


@transaction.atomic
def import_roster(*, rows: Sequence[RosterRow], factory: Factory, dry_run: bool, by: User, on: dt.date) -> list[RosterRow]:
    """Says of each row what it brings: somebody new, another place, or nothing that wasn't there; refused ones stay out.

    People are found by phone and name together. Whoever isn't registered and whoever works elsewhere get the same answer, so that a
    table tells a factory nothing about strangers. Workshops and lines that don't exist yet are made. Whoever is new is told, and by
    whom. A dry run writes nothing; a fixed number of queries however many rows.
    """
    people = _people(rows, lock=not dry_run)
    employed = {row.worker_id: row for row in Employment.objects.filter(worker__in=people.values(), until=None).order_by("pk")}
    _refuse(rows, people, employed, factory)
    lines = _lines(rows, factory, make=not dry_run)
    fresh, changed = [], []
    for row in rows:
        row.outcome = Outcome.REFUSED if row.errors else Outcome.NEW
    for row in _good(rows):
        worker = people[row.phone]
        employment = employed.get(worker.pk)
        post = employment or Employment(worker=worker, factory=factory, since=row.since or on)
        before = [getattr(post, name) for name in PLACES]
        post.line = lines.get(_place(row))
        post.team, post.dormitory_room, post.shuttle = row.team, row.dormitory_room, row.shuttle
        is_same = [getattr(post, name) for name in PLACES] == before and (post.line is None or post.line.pk is not None)
        if employment is None:
            fresh.append(post)
        else:
            row.outcome = Outcome.ALREADY if is_same else Outcome.MOVED
            changed += [] if is_same else [post]
    if not dry_run:
        Employment.objects.bulk_create(fresh)
        Employment.objects.bulk_update(changed, PLACES)
        _tell(fresh, factory)
    return list(rows)


def _good(rows: Sequence[RosterRow]) -> list[RosterRow]:
    return [row for row in rows if not row.errors]


def _people(rows: Sequence[RosterRow], *, lock: bool) -> dict[str, Worker]:
    """By phone."""
    found = Worker.objects.filter(user__phone__in={row.phone for row in rows if row.phone}, user__is_active=True)
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    return {
        worker.user.phone: worker for worker in found.select_related("user").defer("birth_date", "national_id").order_by("pk") if worker.user.phone
    }


def _refuse(rows: Sequence[RosterRow], people: dict[str, Worker], employed: dict[int, Employment], factory: Factory) -> None:
    """Strangers, people of another factory, and whoever stands in the table twice."""
    first: dict[str, int] = {}
    for row in _good(rows):
        worker = people.get(row.phone)
        elsewhere = worker is not None and worker.pk in employed and employed[worker.pk].factory_id != factory.pk
        if worker is None or elsewhere or plain(worker.user.name) != plain(row.name):
            row.errors.append(
                _("Chưa ghi được người này: chưa đăng ký với tên và số điện thoại này, hoặc nơi khác chưa ghi ngày nghỉ việc. Hãy nhờ họ kiểm tra.")
            )
        elif (number := first.setdefault(row.phone, row.number)) != row.number:
            row.errors.append(_("Trùng với dòng %(number)s. Hãy giữ lại một dòng.") % {"number": number})


def _place(row: RosterRow) -> tuple[str, str]:
    return one_spelling(row.workshop), one_spelling(row.line)


def _lines(rows: Sequence[RosterRow], factory: Factory, *, make: bool) -> dict[tuple[str, str], Line]:
    """The line of each (workshop, line) that a good row names, whatever its spelling; unsaved ones in a dry run."""
    known: dict[tuple[str, str], Line] = {}
    by_line: dict[str, list[Line]] = {}
    for line in Line.objects.filter(workshop__factory=factory).select_related("workshop").order_by("pk"):
        known[one_spelling(line.workshop.name), one_spelling(line.name)] = line
        by_line.setdefault(one_spelling(line.name), []).append(line)
    workshops = {one_spelling(workshop.name): workshop for workshop in Workshop.objects.filter(factory=factory).order_by("pk")}
    fresh_workshops: dict[str, Workshop] = {}
    fresh: dict[tuple[str, str], Line] = {}
    for row in _good(rows):
        place = _place(row)
        if not row.line or place in known:
            continue
        if not row.workshop and len(by_line.get(place[1], [])) == 1:
            known[place] = by_line[place[1]][0]
        elif not row.workshop:
            row.errors.append(_("Chưa biết chuyền “%(line)s” ở xưởng nào. Hãy ghi thêm tên xưởng.") % {"line": row.line})
        else:
            workshop = workshops.get(place[0]) or fresh_workshops.setdefault(place[0], Workshop(factory=factory, name=row.workshop))
            known[place] = fresh[place] = Line(workshop=workshop, name=row.line)
    if make:
        Workshop.objects.bulk_create(fresh_workshops.values())
        Line.objects.bulk_create(fresh.values())
    return known


def _tell(fresh: Sequence[Employment], factory: Factory) -> None:
    messages = []
    for post in fresh:
        with override(post.worker.user.language):
            text = _("%(factory)s ghi bạn vào danh sách làm việc từ %(day)s. Nếu không đúng, hãy báo nhà máy hoặc Sở.")
            messages.append((post.worker.user, text % {"factory": factory, "day": f"{post.since:%d/%m/%Y}"}))
    send_messages(messages, kind="roster", now=timezone.now())
