"""Who of a factory can't work because of an outbreak, who is told what, and who is back."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import Membership, User
from recruitment.notifications.services.messages import send_messages, tell
from recruitment.quarantine.models import Outbreak, OutbreakEvent, OutbreakPerson, Stay
from recruitment.quarantine.tracing import F1
from recruitment.workers.models import Employment

F0 = "F0"
ENDED = [Stay.Status.RELEASED, Stay.Status.CANCELLED]


def people_out(outbreak: Outbreak, *, standing_in: Collection[int] = (), on: dt.date) -> list[Employment]:
    """The posts whose people can't come: confirmed cases and close contacts who aren't back, and everybody of what is locked.

    `standing_in` are workers (their keys) who took over a post of the locked part. After the end of an outbreak only those are out
    who are still in quarantine. Three queries; the people's kinds are read.
    """
    people = outbreak.people.filter(status=OutbreakPerson.Status.CONFIRMED, returned_at=None).order_by("pk")
    away = [person.worker_id for person in people if person.kind in (F0, F1) and (person.stay_id or not outbreak.closed_at)]
    locked = locked_posts(outbreak, on=on).exclude(worker__in=standing_in).values("pk")
    posts = Employment.objects.current_on(on).filter(Q(worker__in=away) | Q(pk__in=locked), factory=outbreak.factory_id)
    return list(posts.select_related("line__workshop").order_by("line_id", "team", "pk"))


def locked_posts(outbreak: Outbreak, *, on: dt.date) -> QuerySet[Employment]:
    """Everybody who works on the locked line, in the locked workshop, or at the locked factory."""
    here = Employment.objects.current_on(on).filter(factory=outbreak.factory_id)
    where = {
        Outbreak.Lock.NONE: Q(pk__in=[]),
        Outbreak.Lock.LINE: Q(line=outbreak.locked_line_id),
        Outbreak.Lock.WORKSHOP: Q(line__workshop=outbreak.locked_workshop_id),
        Outbreak.Lock.FACTORY: Q(),
    }
    return here.filter(where[Outbreak.Lock(outbreak.locked)])


def tell_of_lock(outbreak: Outbreak, what: str, *, on: dt.date) -> None:
    """The recruiters, with the way to a replacement shift; and whoever works there, without any reason."""
    link = f"/outbreaks/{outbreak.pk}/replacements/"
    _tell_recruiters(outbreak, lambda: _("%(what)s tạm dừng. Mở Vùng Xanh để xếp ca thay.") % {"what": what}, link=link)
    _tell_crew(outbreak, lambda: _("%(what)s tạm dừng từ hôm nay. Hãy chờ tin của nhà máy trước khi đến làm.") % {"what": what}, on=on)


def tell_of_unlock(outbreak: Outbreak, what: str, *, on: dt.date) -> None:
    link = f"/outbreaks/{outbreak.pk}/"
    _tell_recruiters(outbreak, lambda: _("%(what)s được làm việc lại.") % {"what": what}, link=link)
    _tell_crew(outbreak, lambda: _("%(what)s được làm việc lại. Nhà máy sẽ báo ca của bạn.") % {"what": what}, on=on)


@transaction.atomic
def note_returns(*, now: dt.datetime, on: dt.date) -> int:
    """Whoever has left quarantine for good goes back to his or her post and is told; how many. Repeating it tells nobody twice.

    Somebody who was moved to another site hasn't left: the bed there counts.
    """
    in_bed = Stay.objects.holding_a_bed().filter(worker=OuterRef("worker"), leaves_on__gt=on)
    gone = OutbreakPerson.objects.filter(status=OutbreakPerson.Status.CONFIRMED, returned_at=None, stay__status__in=ENDED)
    rows = gone.filter(~Exists(in_bed)).select_for_update(of=("self",), no_key=True, skip_locked=True)
    back = list(rows.select_related("worker__user", "outbreak__factory").defer("facts").order_by("pk"))
    if not back:
        return 0
    OutbreakPerson.objects.filter(pk__in=[person.pk for person in back]).update(returned_at=now)
    posts = Employment.objects.current_on(on).filter(worker__in=[person.worker_id for person in back])
    post_of = {(post.worker_id, post.factory_id): post for post in posts.select_related("line__workshop").order_by("pk")}
    by_outbreak: dict[Outbreak, int] = defaultdict(int)
    messages = []
    for person in back:
        by_outbreak[person.outbreak] += 1
        if post := post_of.get((person.worker_id, person.outbreak.factory_id)):
            with override(person.worker.user.language):
                place = post_in_words(post) or str(person.outbreak.factory)
                messages.append((person.worker.user, _("Bạn có thể trở lại làm việc ở %(place)s.") % {"place": place}))
    for outbreak, people in by_outbreak.items():
        OutbreakEvent.objects.create(outbreak=outbreak, kind=OutbreakEvent.Kind.RETURNED, numbers={"people": people})
    send_messages(messages, kind="back_to_work", now=now)
    return len(back)


def post_in_words(post: Employment) -> str:
    """The line and the team, as far as they are known."""
    return " · ".join(filter(None, [str(post.line or ""), post.team]))


def _tell_recruiters(outbreak: Outbreak, text: Callable[[], str], *, link: str) -> None:
    recruiters = Membership.objects.recruiting_for([outbreak.factory_id]).people()
    tell(recruiters, text, kind="production", link=link, now=timezone.now())


def _tell_crew(outbreak: Outbreak, text: Callable[[], str], *, on: dt.date) -> None:
    crew = User.objects.filter(worker__in=locked_posts(outbreak, on=on).values("worker"), is_active=True)
    tell(crew.order_by("pk"), text, kind="production", now=timezone.now())
