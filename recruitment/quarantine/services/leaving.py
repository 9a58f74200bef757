"""Letting somebody out of a site: with a completion paper when the rules are met, with a reason when they aren't."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from recruitment.accounts.models import User
from recruitment.health.models import Clearance
from recruitment.health.services.readings import log_readings
from recruitment.notifications.services.messages import send_message
from recruitment.quarantine.models import CompletionPaper, EarlyLeaving, Site, Stay, StayTest, Transfer
from recruitment.quarantine.services.admissions import WrongMoment, lock_stay, release
from recruitment.shared.refusals import Refusal
from recruitment.travel.pass_text import new_code

EARLY, MISSING, POSITIVE = "early", "missing", "positive"
CODE_LENGTH = 12


class NotDone(Refusal):
    """The rules of the stay aren't met and nobody said why the person leaves all the same. Carries `stay`, `gaps` and `missing`."""

    field = "reason"

    def for_people(self) -> str:
        sentences = {
            EARLY: _("Chưa đến ngày ra (%(day)s).") % {"day": f"{self.facts['stay'].leaves_on:%d/%m/%Y}"},
            MISSING: ngettext("Còn %(tests)d xét nghiệm chưa làm.", "Còn %(tests)d xét nghiệm chưa làm.", self.facts["missing"])
            % {"tests": self.facts["missing"]},
            POSITIVE: _("Có kết quả dương tính: người này cần được chuyển đến nơi điều trị."),
        }
        gaps = " ".join(sentences[gap] for gap in self.facts["gaps"])
        return gaps + " " + _("Nếu vẫn cho ra, hãy ghi lý do; sẽ không có giấy hoàn thành.")


class RevocationNeedsReason(Refusal):
    """Whoever holds the paper and whoever checks it are told why it no longer counts."""

    field = "reason"

    def for_people(self) -> str:
        return _("Hãy ghi lý do thu hồi.")


def gaps_of(stay: Stay, tests: Sequence[StayTest], *, on: dt.date) -> list[str]:
    """What of the rules of this stay isn't met on the day."""
    gaps = [EARLY] if on < stay.leaves_on else []
    if any(test.taken_on is None for test in tests):
        gaps.append(MISSING)
    if any(test.event and test.event.removed_at is None and test.event.facts["result"] == "positive" for test in tests):
        gaps.append(POSITIVE)
    return gaps


@transaction.atomic
def let_out(*, stay: Stay, reason: str = "", by: User, on: dt.date) -> CompletionPaper | None:
    """The person leaves, and gets a completion paper if the last day is there and all tests are done without a finding.

    Otherwise a reason is needed, and there is no paper. Repeating it changes nothing. Raises NotDone, or WrongMoment before admission.
    """
    stay = lock_stay(stay)
    if stay.status == Stay.Status.RELEASED:
        return CompletionPaper.objects.filter(stay=stay, revoked_at=None).first()
    if stay.status != Stay.Status.ADMITTED:
        raise WrongMoment(stay=stay)
    tests = list(stay.tests.select_related("event"))
    gaps = gaps_of(stay, tests, on=on)
    if any(test.event for test in tests):
        log_readings(of=[stay.worker], what="test results", why=f"leaving of stay {stay.pk}", by=by)
    if gaps and not reason.strip():
        raise NotDone(stay=stay, gaps=gaps, missing=sum(test.taken_on is None for test in tests))
    release(stay=stay, by=by, on=on)
    if gaps:
        EarlyLeaving.objects.create(stay=stay, reason=reason.strip(), by=by)
        return None
    return _issue(stay, by=by, on=on)


@dataclass(frozen=True)
class Part:
    """Where somebody stayed from a day to a day."""

    site: Site
    first: dt.date
    until: dt.date


def parts_of(paper: CompletionPaper) -> list[Part]:
    """What the paper is about, in order: the stay that it ends, and before it those from which the person was moved there."""
    stays = _chain(paper.stay)
    first, parts = stays[0].arrives_on, []
    for stay in stays:
        until = paper.stayed_until if stay == paper.stay or stay.freed_from is None else stay.freed_from
        parts.append(Part(stay.site, first, until))
        first = until
    return parts


def _chain(stay: Stay) -> list[Stay]:
    """The stay with those before it that ended by a move to the next, the first one first; beds that were never slept in left out."""
    stays = [stay]
    moves = Transfer.objects.filter(status=Transfer.Status.COMPLETED).select_related("stay__site")
    while before := moves.filter(held_stay=stays[0]).first():
        stays.insert(0, before.stay)
    return [row for row in stays if row.admitted_at]


@transaction.atomic
def revoke_paper(*, paper: CompletionPaper, reason: str, by: User | None) -> CompletionPaper:
    """Its public page says from now on that it doesn't count. Revoking again changes nothing. Raises RevocationNeedsReason."""
    paper = CompletionPaper.objects.select_for_update(of=("self",), no_key=True).get(pk=paper.pk)
    if paper.revoked_at:
        return paper
    if not reason.strip():
        raise RevocationNeedsReason(paper=paper)
    paper.revoked_at, paper.revoked_by, paper.revocation_reason = timezone.now(), by, reason.strip()[:300]
    paper.save(update_fields=["revoked_at", "revoked_by", "revocation_reason"])
    return paper


def _issue(stay: Stay, *, by: User, on: dt.date) -> CompletionPaper:
    now = timezone.now()
    clearance = Clearance.objects.current().filter(worker=stay.worker_id).select_related("policy").first()
    acceptance = next((row.acceptance for row in _chain(stay) if hasattr(row, "acceptance")), None)
    policy = acceptance.clearance.policy if acceptance else clearance.policy if clearance else None
    code = (new_code() + new_code())[:CODE_LENGTH]
    document = policy.number if policy else ""
    paper = CompletionPaper.objects.create(stay=stay, code=code, document=document, stayed_until=on, issued_at=now, issued_by=by)
    with override(stay.worker.user.language):
        text = _("Bạn đã hoàn thành đợt ở %(site)s. Giấy số %(number)s đã có trên Vùng Xanh.") % {"site": stay.site, "number": paper.number}
    send_message(recipient=stay.worker.user, kind="completed", text=text, link="/my/stay/", now=now)
    return paper
