"""A batch that outlives the request: the wish is kept in one short transaction and carried out in the background, person by person.

`accept_many` accepts each person in a transaction of its own and only lists whoever is accepted already, so a run that was killed
anywhere goes on with those whose outcome isn't noted yet, and nothing is done twice, not even by two runs at once.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection, Sequence
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.onboarding.models import Acceptance, AcceptanceBatch, BatchLine
from recruitment.onboarding.services.acceptance import NotAccepted, outcome_parts
from recruitment.onboarding.services.batches import accept_many
from recruitment.onboarding.services.waiting import accept_or_wait, lacks_only_room
from recruitment.openings.models import Opening
from recruitment.shared.nudges import nudge_after_commit
from recruitment.shared.refusals import Refusal

logger = logging.getLogger(__name__)
Outcome = BatchLine.Outcome
CHUNK = 25  # people between two notes of progress
STALLED = dt.timedelta(seconds=30)  # whoever carries a batch out and hasn't been seen for so long is gone
MOST_ATTEMPTS = 3
MOST_AT_ONCE = 100


class TooManyAtOnce(Refusal):
    """Carries `count`."""

    def for_people(self) -> str:
        return _("Mỗi lần nhận tối đa %(most)d người, bạn đã chọn %(count)d.") % {"most": MOST_AT_ONCE, "count": self.facts["count"]}


@transaction.atomic
def ask_to_accept(*, opening: Opening, applications: Collection[int], key: UUID, may_wait: bool = False, by: User, on: dt.date) -> AcceptanceBatch:
    """Keep the wish to accept these applications of the opening, the longest waiting first; the work begins after the commit.

    The same `key` of the opening is the same press of the button and gives the same batch. Raises TooManyAtOnce.
    """
    if len(set(applications)) > MOST_AT_ONCE:
        raise TooManyAtOnce(count=len(set(applications)))
    batch, is_new = AcceptanceBatch.objects.get_or_create(opening=opening, key=key, defaults={"asked_by": by, "may_wait": may_wait})
    if is_new:
        rows = Application.objects.filter(opening=opening, pk__in=applications).order_by("created_at", "pk")
        lines = [BatchLine(batch=batch, application=row, position=position) for position, row in enumerate(rows)]
        BatchLine.objects.bulk_create(lines)
        nudge_after_commit("recruitment.onboarding.tasks.run_batch", batch.pk, expires=3600)
    return batch


def continue_batch(pk: int, *, on: dt.date) -> bool:
    """Go on until everybody has been dealt with; False if another process is at it. Repeating it after the end changes nothing."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - STALLED)
    if not AcceptanceBatch.objects.unfinished().filter(free, pk=pk).update(claimed_at=timezone.now(), attempts=F("attempts") + 1):
        return False
    batch = AcceptanceBatch.objects.select_related("opening", "asked_by").get(pk=pk)
    while lines := list(batch.lines.filter(outcome="").select_related("application").order_by("position")[: _at_a_time(batch)]):
        if batch.attempts > MOST_ATTEMPTS:
            _give_up(lines[0])
        else:
            _accept(batch, lines, on)
        batch.attempts = min(batch.attempts, MOST_ATTEMPTS)
        AcceptanceBatch.objects.filter(pk=pk).update(claimed_at=timezone.now(), attempts=0)
    AcceptanceBatch.objects.filter(pk=pk).update(finished_at=timezone.now())
    return True


def continue_unfinished(*, on: dt.date) -> int:
    """What a killed worker or a lost message left behind; how many batches were carried on with. One that fails holds up no other."""
    done = 0
    for pk in list(AcceptanceBatch.objects.unfinished().order_by("pk").values_list("pk", flat=True)):
        try:
            done += continue_batch(pk, on=on)
        except Exception:
            logger.exception("Batch %s stopped; it goes on with a later look.", pk)
    return done


def _at_a_time(batch: AcceptanceBatch) -> int:
    """After a failure one by one, so that it is known whose it was."""
    return CHUNK if batch.attempts <= 1 else 1


def _accept(batch: AcceptanceBatch, lines: list[BatchLine], on: dt.date) -> None:
    by_application = {line.application_id: line for line in lines}
    done = accept_many(opening=batch.opening, applications=list(by_application), by=batch.asked_by, on=on)
    for acceptance in done.accepted:
        line = by_application[acceptance.application_id]
        line.outcome, line.sentences = Outcome.ACCEPTED, in_all_languages(partial(outcome_parts, acceptance))
    for application, refusal in done.refused:
        line = by_application[application.pk]
        line.lacks_only_room = lacks_only_room(refusal)
        line.outcome, line.sentences = Outcome.REFUSED, in_all_languages(partial(_sentences, refusal))
        if batch.may_wait and line.lacks_only_room:
            _queue(line, batch.asked_by, on)
    BatchLine.objects.bulk_update(lines, ["outcome", "sentences", "lacks_only_room"])


def _queue(line: BatchLine, by: User, on: dt.date) -> None:
    try:
        outcome = accept_or_wait(application=line.application, by=by, on=on)
    except Refusal as refusal:
        line.sentences, line.lacks_only_room = in_all_languages(partial(_sentences, refusal)), False
    else:
        line.outcome = Outcome.WAITING
        if isinstance(outcome, Acceptance):
            line.outcome, line.sentences = Outcome.ACCEPTED, in_all_languages(partial(outcome_parts, outcome))


def _sentences(refusal: Refusal) -> list[str]:
    return refusal.sentences() if isinstance(refusal, NotAccepted) else [refusal.for_people()]


def in_all_languages(sentences: Callable[[], Sequence[str]]) -> dict[str, list[str]]:
    """The results are read by every recruiter of the factory, each in his or her own language."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = [str(sentence) for sentence in sentences()]
    return found


def _give_up(line: BatchLine) -> None:
    """Something unforeseen happened with this person again and again; the others go on."""
    logger.error("Application %s of batch %s could not be dealt with.", line.application_id, line.batch_id)
    line.outcome, line.sentences = (
        Outcome.REFUSED,
        in_all_languages(lambda: [_("Hệ thống gặp lỗi với hồ sơ này, chưa đổi gì. Hãy thử lại, hoặc báo quản trị hệ thống.")]),
    )
    line.save(update_fields=["outcome", "sentences"])
