"""Where no rule speaks of a person two health officers decide: one proposes, another approves. Until the facts change or time is over."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.health.models import Clearance, OfficerDecision
from recruitment.health.services.assessments import assess_worker
from recruitment.health.services.events import lock_record
from recruitment.shared.refusals import Conflict, Refusal
from recruitment.workers.models import Worker

Status = OfficerDecision.Status


class NothingToDecide(Conflict):
    """A rule, or another decision, says by now what applies to this person. Carries `worker`."""

    def for_people(self) -> str:
        return _("Người này đã có kết luận theo quy định hoặc theo quyết định khác, nên không còn gì để quyết định.")


class ProposalWaits(Conflict):
    """Carries `decision`, which somebody proposed before."""

    def for_people(self) -> str:
        return _("%(person)s đã đề xuất cho người này. Hãy duyệt hoặc trả lại đề xuất đó trước.") % {"person": self.facts["decision"].proposed_by}


class NotProposed(Conflict):
    """It was approved, returned, or the person's facts changed meanwhile."""

    def for_people(self) -> str:
        return _("Đề xuất này không còn chờ duyệt: đã được xử lý hoặc hồ sơ sức khỏe vừa thay đổi. Hãy tải lại trang.")


class OwnProposal(Refusal):
    """Whoever proposed can't approve."""

    def for_people(self) -> str:
        return _("Bạn đề xuất quyết định này nên không tự duyệt được. Hãy nhờ một cán bộ y tế khác.")


@transaction.atomic
def propose_decision(*, worker: Worker, fields: dict, by: User, on: dt.date) -> OfficerDecision:
    """`fields` are OfficerDecision's. Raises NothingToDecide or ProposalWaits."""
    record = lock_record(worker)
    if assess_worker(worker=worker, by=by, on=on).verdict != Clearance.Verdict.UNDECIDED:
        raise NothingToDecide(worker=worker)
    OfficerDecision.objects.proposed().filter(worker=worker).exclude(record_version=record.version).update(
        status=Status.RETURNED, decided_by=by, decided_at=timezone.now()
    )
    if waiting := OfficerDecision.objects.proposed().select_related("proposed_by").filter(worker=worker).first():
        raise ProposalWaits(decision=waiting)
    return OfficerDecision.objects.create(worker=worker, record_version=record.version, proposed_by=by, **fields)


@transaction.atomic
def approve_decision(*, decision: OfficerDecision, by: User, on: dt.date) -> OfficerDecision:
    """It becomes the person's clearance, who is told. Raises NotProposed, OwnProposal or NothingToDecide."""
    record = lock_record(decision.worker)
    locked = _proposed(decision)
    if locked.proposed_by_id == by.pk:
        raise OwnProposal(decision=locked)
    if locked.record_version != record.version:
        raise NotProposed(decision=locked)
    if assess_worker(worker=locked.worker, by=by, on=on).verdict != Clearance.Verdict.UNDECIDED:
        raise NothingToDecide(worker=locked.worker)
    locked.status, locked.decided_by, locked.decided_at = Status.APPROVED, by, timezone.now()
    locked.save()
    assess_worker(worker=locked.worker, by=by, on=on, tell=True)
    return locked


@transaction.atomic
def return_decision(*, decision: OfficerDecision, by: User) -> OfficerDecision:
    """Another decision can then be proposed; whoever proposed takes it back so too. Raises NotProposed."""
    lock_record(decision.worker)
    locked = _proposed(decision)
    locked.status, locked.decided_by, locked.decided_at = Status.RETURNED, by, timezone.now()
    locked.save()
    return locked


def _proposed(decision: OfficerDecision) -> OfficerDecision:
    rows = OfficerDecision.objects.select_for_update(of=("self",), no_key=True).select_related("worker__user", "proposed_by")
    locked = rows.get(pk=decision.pk)
    if locked.status != Status.PROPOSED:
        raise NotProposed(decision=locked)
    return locked
