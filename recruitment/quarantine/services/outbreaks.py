"""An infection at a factory: declared, traced, its contacts confirmed and housed, what must stop locked, and closed again."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.employers.models import Enterprise, Factory, Line, Workshop
from recruitment.health.services.events import record_contacts
from recruitment.notifications.services.messages import send_messages
from recruitment.openings.models import Opening
from recruitment.openings.services.places import lock_openings
from recruitment.openings.services.publishing import resume, suspend
from recruitment.quarantine.models import Outbreak, OutbreakEvent, OutbreakPerson, Stay
from recruitment.quarantine.services.crews import tell_of_lock, tell_of_unlock
from recruitment.quarantine.services.holders import lock_factory
from recruitment.quarantine.services.housing import Housing, assign_rooms, house_people
from recruitment.quarantine.tracing import F1, F2, Post, trace
from recruitment.shared.refusals import Conflict, Refusal
from recruitment.workers.models import Employment, Worker

F0 = "F0"
Status, Kind = OutbreakPerson.Status, OutbreakEvent.Kind


class NotEmployedHere(Refusal):
    """Carries `worker` and `factory`."""

    field = "worker"

    def for_people(self) -> str:
        return _("Người này không có trong danh sách làm việc của %(factory)s. Hãy thêm vào danh sách trước.") % {"factory": self.facts["factory"]}


class OutbreakChanged(Conflict):
    """The outbreak's people are not what the officer saw. Carries `outbreak`."""

    def for_people(self) -> str:
        return _("Người khác vừa thay đổi danh sách này. Trang đã hiện danh sách mới: hãy xem lại rồi chốt.")


class OutbreakClosed(Refusal):
    """Carries `outbreak`."""

    def for_people(self) -> str:
        return _("Ổ dịch này đã kết thúc. Hãy khai báo ca bệnh mới nếu có.")


@transaction.atomic
def declare_case(*, factory: Factory, worker: Worker, found_on: dt.date, by: User, on: dt.date, newcomer: bool = False) -> Outbreak:
    """Somebody of the factory is an F0. Opens the factory's outbreak, or adds to the open one, and proposes who met the person.

    A `newcomer` has arrived and isolates before the first shift: nobody is known to have met him or her at work.
    Declaring the same case again changes nothing. Raises NotEmployedHere.
    """
    _lock_workers(worker.pk)
    lock_factory(factory)
    if not (newcomer or Employment.objects.current_on(on).filter(worker=worker, factory=factory).exists()):
        raise NotEmployedHere(worker=worker, factory=factory)
    outbreak, _opened = Outbreak.objects.get_or_create(factory=factory, closed_at=None, defaults={"opened_on": found_on, "opened_by": by})
    known = OutbreakPerson.objects.filter(outbreak=outbreak, worker=worker).first()
    if known and known.kind == F0:
        return outbreak
    case = known or OutbreakPerson(outbreak=outbreak, worker=worker)
    case.facts = {"kind": F0, "on": found_on.isoformat(), "met": []}
    case.status, case.decided_by, case.decided_at = Status.CONFIRMED, by, timezone.now()
    case.save()
    record_contacts(workers=[worker], kind=F0, contact_on=found_on, by=by, on=on)
    note_event(outbreak, Kind.DECLARED, by, cases=1)
    _propose(outbreak, found_on=found_on, by=by, on=on)
    _changed(outbreak)
    return outbreak


@transaction.atomic
def confirm_contacts(
    *,
    outbreak: Outbreak,
    chosen: Collection[int],
    seen: int,
    first: dt.date,
    until: dt.date,
    company: Mapping[int, tuple[str, str]] | None = None,
    by: User,
    on: dt.date,
) -> Housing:
    """Confirm the proposed people whose keys are `chosen`, dismiss the other proposed ones, and house every confirmed F1.

    Beds come from the factory's own reservation, its pool's, then other sites (housing.py); who finds none stays confirmed and is
    named. Where a site has rooms these are assigned too: `company` says by the worker's key with whom somebody may share one (men,
    women, or family and its name); who fits none keeps the site's bed and is named. `seen` is the version of the outbreak that the
    officer looked at: OutbreakChanged if it has moved on. Calling it again with nothing proposed houses those who found no bed before.
    Raises OutbreakClosed.
    """
    _lock_workers(*outbreak.people.order_by("pk").values_list("worker", flat=True))
    outbreak = _locked(outbreak)
    if outbreak.version != seen:
        raise OutbreakChanged(outbreak=outbreak)
    people = list(outbreak.people.select_related("worker__user").order_by("pk"))
    decided = _decide([person for person in people if person.status == Status.PROPOSED], set(chosen), by=by)
    confirmed = [person for person in decided if person.status == Status.CONFIRMED]
    for kind, day in sorted({(person.kind, person.facts["on"]) for person in confirmed}):
        workers = [person.worker for person in confirmed if (person.kind, person.facts["on"]) == (kind, day)]
        record_contacts(workers=workers, kind=kind, contact_on=dt.date.fromisoformat(day), by=by, on=on)
    if decided:
        note_event(outbreak, Kind.CONFIRMED, by, confirmed=len(confirmed), dismissed=len(decided) - len(confirmed))
    housing = _house(outbreak, people, first, until, company=company or {}, by=by, on=on)
    _changed(outbreak)
    return housing


@transaction.atomic
def lock_production(
    *, outbreak: Outbreak, lock: str, line: Line | None = None, workshop: Workshop | None = None, openings: Sequence[Opening], by: User, on: dt.date
) -> Outbreak:
    """Stop the line, the workshop or the whole factory (QĐ 2787/QĐ-BYT: as little as contains the infection), and suspend these openings.

    The factory's recruiters and whoever works there are told.
    """
    lock_openings(pks=[opening.pk for opening in openings])
    outbreak = _locked(outbreak)
    outbreak.locked, outbreak.locked_line, outbreak.locked_workshop = lock, line, workshop
    outbreak.save(update_fields=["locked", "locked_line", "locked_workshop"])
    published = [opening for opening in openings if opening.factory_id == outbreak.factory_id and opening.status == Opening.Status.PUBLISHED]
    for opening in sorted(published, key=lambda opening: opening.pk):
        suspend(opening=opening, by=by, on=on)
    outbreak.paused_openings.add(*published)
    what = str(line or workshop or outbreak.factory)
    note_event(outbreak, Kind.LOCKED, by, what=what, openings=len(published))
    tell_of_lock(outbreak, what, on=on)
    return outbreak


@transaction.atomic
def unlock_production(*, outbreak: Outbreak, by: User, on: dt.date) -> list[Opening]:
    """Work goes on, and the openings suspended for this outbreak are published again; those that can't be, which stay paused.

    Unlocking twice changes nothing. The factory's recruiters and whoever works there are told.
    """
    Enterprise.objects.select_for_update(of=("self",), no_key=True).get(factories=outbreak.factory_id)
    lock_openings(pks=outbreak.paused_openings.values_list("pk", flat=True))
    outbreak = _locked(outbreak)
    suspended = outbreak.paused_openings.exclude(suspended_at=None).order_by("pk")
    resumed = [resume(opening=opening, by=by, on=on) for opening in suspended]
    paused = [opening for opening in resumed if opening.status == Opening.Status.PAUSED]
    if outbreak.locked != Outbreak.Lock.NONE:
        what = str(outbreak.locked_line or outbreak.locked_workshop or outbreak.factory)
        note_event(outbreak, Kind.UNLOCKED, by, what=what, openings=len(resumed) - len(paused))
        tell_of_unlock(outbreak, what, on=on)
        Outbreak.objects.filter(pk=outbreak.pk).update(locked=Outbreak.Lock.NONE, locked_line=None, locked_workshop=None)
    return paused


@transaction.atomic
def close_outbreak(*, outbreak: Outbreak, by: User, on: dt.date) -> None:
    """Over: everything is unlocked, and nobody is added any more. Closing it again changes nothing."""
    if Outbreak.objects.filter(pk=outbreak.pk).exclude(closed_at=None).exists():
        return
    unlock_production(outbreak=outbreak, by=by, on=on)
    Outbreak.objects.filter(pk=outbreak.pk).update(closed_at=timezone.now())
    note_event(outbreak, Kind.CLOSED, by)


def _propose(outbreak: Outbreak, *, found_on: dt.date, by: User, on: dt.date) -> None:
    """Add who met a case and isn't in the outbreak yet; a proposed or dismissed F2 who turns out to be an F1 is proposed anew."""
    people = {person.worker_id: person for person in outbreak.people.all()}
    cases = {worker for worker, person in people.items() if person.kind == F0}
    fresh, raised = [], []
    for contact in trace(cases, _posts(outbreak.factory, on)):
        facts = {"kind": contact.kind, "on": found_on.isoformat(), "met": list(contact.met)}
        known = people.get(contact.person)
        if known is None:
            fresh.append(OutbreakPerson(outbreak=outbreak, worker_id=contact.person, facts=facts))
        elif contact.kind == F1 and known.kind == F2:
            known.facts, known.status, known.decided_at, known.decided_by = facts, Status.PROPOSED, None, None
            raised.append(known)
    OutbreakPerson.objects.bulk_create(fresh)
    OutbreakPerson.objects.bulk_update(raised, ["facts", "status", "decided_at", "decided_by"])
    proposed = [person.kind for person in [*fresh, *raised]]
    note_event(outbreak, Kind.TRACED, by, f1=proposed.count(F1), f2=proposed.count(F2))


def _posts(factory: Factory, on: dt.date) -> list[Post]:
    rows = Employment.objects.current_on(on).filter(factory=factory).order_by("pk")
    columns = rows.values_list("worker", "line__workshop", "line", "team", "dormitory_room", "shuttle")
    return [Post(*row) for row in columns]


def _decide(proposed: list[OutbreakPerson], chosen: set[int], *, by: User) -> list[OutbreakPerson]:
    now = timezone.now()
    for person in proposed:
        person.status = Status.CONFIRMED if person.pk in chosen else Status.DISMISSED
        person.decided_by, person.decided_at = by, now
    OutbreakPerson.objects.bulk_update(proposed, ["status", "decided_by", "decided_at"])
    return proposed


def _house(
    outbreak: Outbreak, people: list[OutbreakPerson], first: dt.date, until: dt.date, *, company: Mapping[int, tuple[str, str]], by: User, on: dt.date
) -> Housing:
    """Every confirmed F1 without a bed; whoever had one already is noted with it."""
    waiting = {person.worker_id: person for person in people if person.status == Status.CONFIRMED and person.kind == F1 and person.stay_id is None}
    workers = [person.worker for person in waiting.values()]
    housing = house_people(factory=outbreak.factory, workers=workers, first=first, until=until, by=by, on=on)
    for stay in [*housing.stays, *housing.housed_already]:
        waiting[stay.worker_id].stay = stay
    OutbreakPerson.objects.bulk_update([person for person in waiting.values() if person.stay], ["stay"])
    if waiting:
        own = sum(stay.drawn_from is not None for stay in housing.stays)
        note_event(outbreak, Kind.HOUSED, by, backup=own, elsewhere=len(housing.stays) - own, without_bed=len(housing.without_bed))
        _tell(housing.stays)
    return replace(housing, without_room=assign_rooms(stays=housing.stays, company=company, by=by, on=on))


def _tell(stays: Sequence[Stay]) -> None:
    """Where to go and for how long; why is in the app, behind the sign-in."""
    messages = []
    for stay in stays:
        with override(stay.worker.user.language):
            dates = {"site": stay.site, "first": f"{stay.arrives_on:%d/%m/%Y}", "until": f"{stay.leaves_on:%d/%m/%Y}"}
            text = _("Bạn có chỗ ở tại %(site)s từ %(first)s đến %(until)s. Xe của nhà máy sẽ đón bạn. Mở Vùng Xanh để xem việc cần làm.") % dates
        messages.append((stay.worker.user, text))
    send_messages(messages, kind="moved", now=timezone.now())


def _lock_workers(*pks: int) -> None:
    """Before the factory, as whoever accepts or lets go of these people does it."""
    list(Worker.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk").values_list("pk"))


def _locked(outbreak: Outbreak) -> Outbreak:
    """The outbreak's row, locked. Raises OutbreakClosed."""
    lock_factory(Factory(pk=outbreak.factory_id))
    rows = Outbreak.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.select_related("factory__zone", "locked_line__workshop", "locked_workshop").get(pk=outbreak.pk)
    if locked.closed_at:
        raise OutbreakClosed(outbreak=locked)
    return locked


def _changed(outbreak: Outbreak) -> None:
    Outbreak.objects.filter(pk=outbreak.pk).update(version=F("version") + 1)


def note_event(outbreak: Outbreak, kind: str, by: User | None, **numbers: int | str) -> None:
    """A line of the timeline."""
    OutbreakEvent.objects.create(outbreak=outbreak, kind=kind, numbers=numbers, by=by)
