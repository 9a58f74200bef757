"""The shift goes on: who could stand in for people that an outbreak keeps away, who is asked, and when everybody is back at his or her post.

Locks: workers, then applications, openings, the factory.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import Membership, Role, User
from recruitment.applications.models import Application
from recruitment.applications.services.choosing import LeftOut, invite, offer
from recruitment.employers.models import Factory, Line
from recruitment.health.models import Clearance
from recruitment.notifications.services.messages import send_messages, tell
from recruitment.onboarding.models import Replacement
from recruitment.openings.models import Opening
from recruitment.quarantine.models import Outbreak, OutbreakEvent, OutbreakPerson
from recruitment.quarantine.services.crews import people_out
from recruitment.quarantine.services.holders import lock_factory
from recruitment.quarantine.services.outbreaks import OutbreakClosed, note_event
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Employment, Worker
from recruitment.workers.services.employment import move_people

Source = Replacement.Source
MOST_AT_ONCE = 200
COUNTED = [Application.Status.OFFERED, Application.Status.AGREED, Application.Status.ACCEPTED]
OFFERABLE = [Application.Status.SHORTLISTED, Application.Status.APPLIED]
READY = [Clearance.Verdict.CLEARED, Clearance.Verdict.CONDITIONAL]


class NobodyIsOut(Refusal):
    """Every post is filled, or somebody else has just filled it. Carries `worker`, who isn't needed."""

    def for_people(self) -> str:
        return _("Không còn chỗ trống cần người thay.")


class NotFree(Refusal):
    """The person is a contact, stands in elsewhere, or works there no more. Carries `worker`."""

    def for_people(self) -> str:
        return _("Người này vừa được xếp việc khác hoặc không còn làm được ca này.")


class AskedAlready(Refusal):
    """The department was asked today. Carries `outbreak`."""

    def for_people(self) -> str:
        return _("Hôm nay đã xin Sở hỗ trợ cho ổ dịch này.")


@dataclass(frozen=True)
class MissingPost:
    """So many people are missing on a line and team."""

    line: Line | None
    team: str
    people: int


@dataclass(frozen=True)
class Proposal:
    """`out` people are away, `covered` of their posts have somebody, who was placed or accepted an offer or still thinks about one.

    `own` are at most `needed` people of other teams; `applicants` those ready on the day, at most as many as their openings have places.
    """

    day: dt.date
    posts: list[MissingPost]
    out: int
    covered: int
    answering: int
    needed: int
    own: list[Employment]
    applicants: list[Application]
    openings: list[Opening]

    @property
    def from_outside(self) -> int:
        """How many more are to be found among people who fit."""
        return max(0, self.needed - len(self.own) - len(self.applicants))


@dataclass
class Sent:
    """What one confirmation did; `failed` says who could not be asked or placed, and why."""

    assigned: list[Replacement] = field(default_factory=list)
    offered: list[Application] = field(default_factory=list)
    invited: list[Application] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def propose(*, outbreak: Outbreak, needed: int | None, day: dt.date, on: dt.date) -> Proposal:
    """Who could keep the shift going from `day`; `needed` is what still lacks unless it is given. A fixed number of queries.

    Own people of other teams who met no case come first, then applicants of the factory's open openings whose clearance lets them
    start by then. People who fit are found by the search (search/replacement_views.py).
    """
    standing = list(Replacement.objects.standing_in().filter(outbreak=outbreak).order_by("pk").values_list("worker", "replaces"))
    out = people_out(outbreak, standing_in=[worker for worker, _replaced in standing], on=on)
    asked = Counter(Replacement.objects.filter(outbreak=outbreak).exclude(application=None).order_by().values_list("application__status", flat=True))
    replaced = {worker for _worker, worker in standing}
    vacant = [post for post in out if post.worker_id not in replaced]
    covered = len(out) - len(vacant) + sum(asked[status] for status in COUNTED)
    lacking = max(0, len(out) - covered) if needed is None else needed
    openings = list(Opening.objects.open_on(on).filter(factory=outbreak.factory_id).select_related("occupation").order_by("-places_left", "pk"))
    return Proposal(
        day=day,
        posts=[MissingPost(line, team, people) for (line, team), people in Counter((post.line, post.team) for post in vacant).items()],
        out=len(out),
        covered=covered,
        answering=asked[Application.Status.INVITED],
        needed=lacking,
        own=_own_people(outbreak, out, standing, on)[:lacking],
        applicants=_ready_applicants(outbreak, openings, day)[:lacking],
        openings=openings,
    )


def send(
    *,
    outbreak: Outbreak,
    own: Collection[int],
    applications: Collection[int],
    opening: Opening | None,
    workers: Collection[int],
    day: dt.date,
    by: User,
    on: dt.date,
) -> Sent:
    """Place own people (workers' keys), offer these applicants a place, and invite these people to `opening`, in one confirmation.

    Each offer is a transaction of its own; whoever can't be placed, offered or invited is named and holds up nobody. Repeating it
    does nothing twice. Raises OutbreakClosed.
    """
    if Outbreak.objects.filter(pk=outbreak.pk).exclude(closed_at=None).exists():
        raise OutbreakClosed(outbreak=outbreak)
    sent = Sent()
    if own:
        _assign(outbreak, sorted(set(own)), sent, day=day, by=by, on=on)
    rows = Application.objects.filter(pk__in=applications, opening__factory=outbreak.factory_id).select_related("worker__user")
    for application in rows.order_by("created_at", "pk"):
        _offer(outbreak, application, sent, day=day, by=by, on=on)
    if opening and workers:
        _invite(outbreak, opening, workers, sent, day=day, by=by, on=on)
    if sent.assigned or sent.offered or sent.invited:
        numbers = {"own": len(sent.assigned), "offered": len(sent.offered), "invited": len(sent.invited), "failed": len(sent.failed)}
        note_event(outbreak, OutbreakEvent.Kind.REPLACED, by, **numbers)
    return sent


@transaction.atomic
def ask_for_support(*, outbreak: Outbreak, lacking: int, by: User, on: dt.date) -> int:
    """Tell the labour department that the factory lacks people; how many officers were told. Once a day: AskedAlready."""
    lock_factory(Factory(pk=outbreak.factory_id))
    if outbreak.events.filter(kind=OutbreakEvent.Kind.SUPPORT, at__date=on).exists():
        raise AskedAlready(outbreak=outbreak)
    officers = list(Membership.objects.current().filter(role=Role.LABOUR_OFFICER).people())
    facts = {"factory": outbreak.factory, "people": lacking}
    tell(
        officers,
        lambda: _("%(factory)s thiếu %(people)d người để giữ sản xuất và xin Sở hỗ trợ.") % facts,
        kind="support",
        link="/shortages/",
        now=timezone.now(),
    )
    note_event(outbreak, OutbreakEvent.Kind.SUPPORT, by, people=lacking)
    return len(officers)


def look_after(*, on: dt.date) -> tuple[int, int]:
    """Let stand-ins begin whose day has come, and send home those whose person is back; how many began and went. One outbreak at a time."""
    began = ended = 0
    for outbreak in Outbreak.objects.filter(replacements__in=Replacement.objects.standing_in()).distinct().order_by("pk"):
        ended += _send_home(outbreak, on=on)
        began += _begin(outbreak, on=on)
    return began, ended


def _own_people(outbreak: Outbreak, out: Sequence[Employment], standing: Sequence[tuple[int, int]], on: dt.date) -> list[Employment]:
    """Those of other teams than the missing ones first, of the same workshops before others; nobody who met a case."""
    met = outbreak.people.exclude(status=OutbreakPerson.Status.DISMISSED).values("worker")
    busy = {post.worker_id for post in out} | {worker for worker, _replaced in standing}
    rows = Employment.objects.current_on(on).filter(factory=outbreak.factory_id).exclude(worker__in=met).exclude(worker__in=busy)
    workshops, teams = {post.line.workshop_id for post in out if post.line}, {post.team for post in out}
    people = rows.select_related("worker__user", "line__workshop").defer("worker__birth_date", "worker__national_id").order_by("pk")
    others = [post for post in people if post.team not in teams]
    return sorted(others, key=lambda post: (post.line is None or post.line.workshop_id not in workshops, post.pk))


def _ready_applicants(outbreak: Outbreak, openings: Sequence[Opening], day: dt.date) -> list[Application]:
    """At most as many of each opening as it has places, the soonest ready first, the short list before others."""
    met = outbreak.people.exclude(status=OutbreakPerson.Status.DISMISSED).values("worker")
    ready = Clearance.objects.current().filter(verdict__in=READY, ready_on__lte=day)
    rows = Application.objects.filter(opening__in=openings, status__in=OFFERABLE, worker__clearances__in=ready, worker__status=Worker.Status.LOOKING)
    rows = rows.exclude(worker__in=met).select_related("worker__user", "opening").defer("worker__birth_date", "worker__national_id")
    places = {opening.pk: opening.places() for opening in openings}
    found, people = [], set()
    for application in sorted(rows.order_by("created_at", "pk"), key=lambda row: OFFERABLE.index(row.status)):
        if places[application.opening_id] > 0 and application.worker_id not in people:
            places[application.opening_id] -= 1
            people.add(application.worker_id)
            found.append(application)
    return found


@transaction.atomic
def _assign(outbreak: Outbreak, own: list[int], sent: Sent, *, day: dt.date, by: User, on: dt.date) -> None:
    """Each of them to one of the posts that are empty now, the order of lines and teams; those for whom there is none are named."""
    list(Worker.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=own).order_by("pk").values_list("pk", flat=True))
    lock_factory(Factory(pk=outbreak.factory_id))
    standing = list(Replacement.objects.standing_in().filter(outbreak=outbreak).order_by("pk").values_list("worker", "replaces"))
    out = people_out(outbreak, standing_in=[worker for worker, _replaced in standing], on=on)
    replaced = {worker for _worker, worker in standing}
    vacant = [post for post in out if post.worker_id not in replaced]
    free = {post.worker_id: post for post in _own_people(outbreak, out, standing, on)}
    people = {worker.pk: worker for worker in Worker.objects.filter(pk__in=own).select_related("user").only("pk", "user__name").order_by("pk")}
    for pk in own:
        if any(pk == worker for worker, _replaced in standing):
            continue  # a second click
        if pk not in free or pk not in people:
            sent.failed.append((str(people[pk].user) if pk in people else f"#{pk}", NotFree(worker=pk).for_people()))
        elif not vacant:
            sent.failed.append((str(people[pk].user), NobodyIsOut(worker=pk).for_people()))
        else:
            post, home = vacant.pop(0), free[pk]
            row = Replacement(outbreak=outbreak, source=Source.OWN, worker_id=pk, replaces_id=post.worker_id, starts_on=day, sent_by=by)
            row.line, row.team, row.home_line, row.home_team = post.line, post.team, home.line, home.team
            sent.assigned.append(row)
    Replacement.objects.bulk_create(sent.assigned)
    _tell(sent.assigned, {worker: post.worker.user for worker, post in free.items()})
    if day <= on:
        _begin(outbreak, on=on)


def _tell(rows: Sequence[Replacement], users: dict[int, User]) -> None:
    messages = []
    for row in rows:
        user = users[row.worker_id]
        with override(user.language):
            facts = {"day": f"{row.starts_on:%d/%m/%Y}", "place": _in_words(row.line, row.team), "factory": row.outbreak.factory}
            messages.append((user, _("Từ %(day)s bạn làm ở %(place)s, %(factory)s. Khi người ở đó trở lại, bạn về chỗ cũ.") % facts))
    send_messages(messages, kind="replacement", now=timezone.now())


def _in_words(line: Line | None, team: str) -> str:
    return " · ".join(filter(None, [str(line or ""), team])) or _("vị trí được giao")


def _offer(outbreak: Outbreak, application: Application, sent: Sent, *, day: dt.date, by: User, on: dt.date) -> None:
    try:
        with transaction.atomic():
            asked = offer(application=application, by=by, on=on)
            _row, is_new = Replacement.objects.get_or_create(
                outbreak=outbreak,
                application=asked,
                defaults={"source": Source.APPLICANT, "worker_id": asked.worker_id, "starts_on": day, "sent_by": by},
            )
    except Refusal as refusal:
        sent.failed.append((f"{application.worker.user} ({application.receipt})", refusal.for_people()))
    else:
        if is_new:
            sent.offered.append(asked)


def _invite(outbreak: Outbreak, opening: Opening, workers: Collection[int], sent: Sent, *, day: dt.date, by: User, on: dt.date) -> None:
    try:
        with transaction.atomic():
            outcome = invite(opening=opening, workers=set(workers), by=by, on=on)
            Replacement.objects.bulk_create(
                [
                    Replacement(outbreak=outbreak, source=Source.CANDIDATE, worker_id=one.worker_id, application=one, starts_on=day, sent_by=by)
                    for one in outcome.applications
                ]
            )
    except Refusal as refusal:
        sent.failed.append((str(opening), refusal.for_people()))
        return
    sent.invited += outcome.applications
    repeated = set(Replacement.objects.filter(outbreak=outbreak, source=Source.CANDIDATE, worker__in=workers).values_list("worker", flat=True))
    left_out = {pk: why for pk, why in outcome.left_out.items() if why != LeftOut.APPLIED or pk not in repeated}
    sent.failed += [(f"#{pk}", str(why.value)) for pk, why in sorted(left_out.items())]


@transaction.atomic
def _begin(outbreak: Outbreak, *, on: dt.date) -> int:
    """Move those whose day has come to their posts."""
    due = Replacement.objects.standing_in().filter(outbreak=outbreak, starts_on__lte=on, moved_at=None)
    rows = list(due.select_related("line__workshop").order_by("worker_id"))
    posts: dict[int, tuple[Line | None, str]] = {row.worker_id: (row.line, row.team) for row in rows}
    if rows:
        move_people(posts=posts, factory=outbreak.factory, by=None, on=on)
        Replacement.objects.filter(pk__in=[row.pk for row in rows], moved_at=None).update(moved_at=timezone.now())
    return len(rows)


@transaction.atomic
def _send_home(outbreak: Outbreak, *, on: dt.date) -> int:
    """Give those their former posts back whose person is back at work."""
    waiting = Replacement.objects.standing_in().filter(outbreak=outbreak)
    keys = sorted(waiting.values_list("worker", flat=True))
    list(Worker.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
    lock_factory(Factory(pk=outbreak.factory_id))
    outbreak = Outbreak.objects.select_related("factory").get(pk=outbreak.pk)
    out = {post.worker_id for post in people_out(outbreak, standing_in=keys, on=on)}
    rows = [row for row in waiting.select_related("worker__user", "home_line__workshop").order_by("worker_id") if row.replaces_id not in out]
    if not rows:
        return 0
    moved = {row.worker_id: (row.home_line, row.home_team) for row in rows if row.moved_at}
    move_people(posts=moved, factory=outbreak.factory, by=None, on=on)
    Replacement.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=timezone.now())
    messages = []
    for row in rows:
        with override(row.worker.user.language):
            place = _in_words(row.home_line, row.home_team)
            messages.append((row.worker.user, _("Người bạn thay đã trở lại: bạn về làm ở %(place)s.") % {"place": place}))
    send_messages(messages, kind="replacement", now=timezone.now())
    note_event(outbreak, OutbreakEvent.Kind.STOOD_DOWN, None, people=len(rows))
    return len(rows)
