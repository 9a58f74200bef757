"""How a document becomes a policy: drafted by one health officer, published by another, then never changed."""

import datetime as dt
from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.health.consistency import Finding, findings, merged
from recruitment.health.models import AdmissionPolicy, AdmissionRule, Reassessment
from recruitment.health.services.policies import as_policy
from recruitment.health.services.reassessments import request_reassessment
from recruitment.shared.refusals import Conflict, Refusal
from recruitment.shared.versions import refuse_if_changed, version_of

Status = AdmissionPolicy.Status
ONE_PUBLICATION_AT_A_TIME = 7_116_001  # an advisory lock: two documents published together could overlap unseen
RULE_FIELDS = [field.name for field in AdmissionRule._meta.concrete_fields if field.name not in ("id", "policy")]
COPIED = ["issuer", "title", "jurisdiction", "in_force_from", "in_force_to", "is_exercise", "source"]


class NotADraft(Conflict):
    """Only drafts are edited, submitted ones decided, and the other way round nothing. Carries `policy`."""

    def for_people(self) -> str:
        return _("%(policy)s đang ở trạng thái “%(status)s” nên không làm được việc này. Hãy tải lại trang.") % {
            "policy": self.facts["policy"],
            "status": self.facts["policy"].get_status_display(),
        }


class NotTheDrafter(Refusal):
    """Carries `policy`."""

    def for_people(self) -> str:
        return _("Chỉ người soạn (%(person)s) sửa và trình được bản này. Bạn có thể chép thành bản của mình.") % {
            "person": self.facts["policy"].drafted_by
        }


class OwnDraft(Refusal):
    """The drafter can't approve."""

    def for_people(self) -> str:
        return _("Bạn soạn quy định này nên không tự duyệt được. Hãy nhờ một cán bộ y tế khác.")


class NumberTaken(Refusal):
    """Carries `number`."""

    field = "number"

    def for_people(self) -> str:
        return _("Số văn bản %(number)s đã có. Để sửa văn bản đã ban hành, mở văn bản đó và chọn “Sửa bằng phiên bản mới”.") % self.facts


class Inconsistent(Refusal):
    """The draft has overlaps or gaps. Carries `findings`."""

    def for_people(self) -> str:
        return _("Chưa trình được: quy định còn chồng chéo hoặc bỏ sót, xem danh sách bên dưới.")


@transaction.atomic
def start_draft(*, by: User, on: dt.date) -> AdmissionPolicy:
    """An empty document, to be filled in."""
    return AdmissionPolicy.objects.create(issuer="", number=_free_number(_("Dự thảo")), title="", in_force_from=on, drafted_by=by)


@transaction.atomic
def copy_policy(*, source: AdmissionPolicy, correcting: bool, by: User, on: dt.date) -> AdmissionPolicy:
    """A draft with the source's rules: the next version of the same number that supersedes it, or the beginning of another document."""
    fields = {name: getattr(source, name) for name in COPIED}
    if correcting:
        last = AdmissionPolicy.objects.filter(number__iexact=source.number).aggregate(last=Max("version"))["last"]
        draft = AdmissionPolicy.objects.create(number=source.number, version=last + 1, drafted_by=by, **fields)
        draft.supersedes.set([source, *source.supersedes.all()])
    else:
        fields |= {"in_force_from": max(on, source.in_force_from), "in_force_to": None}
        draft = AdmissionPolicy.objects.create(number=_free_number(_("Dự thảo")), drafted_by=by, **fields)
    AdmissionRule.objects.bulk_create(
        AdmissionRule(policy=draft, **{name: getattr(rule, name) for name in RULE_FIELDS}) for rule in source.rules.order_by("position")
    )
    return draft


@transaction.atomic
def save_draft(
    *, draft: AdmissionPolicy, fields: dict, supersedes: Collection[AdmissionPolicy], seen: str | None = None, by: User
) -> AdmissionPolicy:
    """`seen` is the version_of_draft that the page showed. Raises NotADraft, NotTheDrafter, ChangedMeanwhile or NumberTaken."""
    locked = _own_draft(draft, by)
    refuse_if_changed(seen, version_of_draft(locked))
    taken = AdmissionPolicy.objects.filter(number__iexact=fields["number"], version=locked.version).exclude(pk=locked.pk)
    if taken.exists():
        raise NumberTaken(number=fields["number"])
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.save()
    locked.supersedes.set(supersedes)
    return locked


@transaction.atomic
def save_rule(*, draft: AdmissionPolicy, rule: AdmissionRule, seen: str | None = None, by: User) -> AdmissionRule:
    """A new rule goes to the end; `seen` is the version_of_rule that the page of an old one showed. Raises NotADraft, NotTheDrafter or
    ChangedMeanwhile.
    """
    locked = _own_draft(draft, by)
    if rule.pk:
        kept = locked.rules.filter(pk=rule.pk).first()
        refuse_if_changed(seen, version_of_rule(kept) if kept else "")
    else:
        last = locked.rules.aggregate(last=Max("position"))["last"] or 0
        rule.policy, rule.position = locked, last + 1
    rule.save()
    locked.save(update_fields=["changed_at"])
    return rule


def version_of_draft(draft: AdmissionPolicy) -> str:
    """Another one after every change of the document's head."""
    names = ["number", "issuer", "title", "jurisdiction_id", "in_force_from", "in_force_to", "is_exercise", "source"]
    return version_of({name: getattr(draft, name) for name in names} | {"supersedes": sorted(draft.supersedes.values_list("pk", flat=True))})


def version_of_rule(rule: AdmissionRule) -> str:
    return version_of({name: getattr(rule, name) for name in RULE_FIELDS})


@transaction.atomic
def remove_rule(*, rule: AdmissionRule, by: User) -> None:
    _own_draft(rule.policy, by)
    rule.delete()


@transaction.atomic
def discard_draft(*, draft: AdmissionPolicy, by: User) -> None:
    _own_draft(draft, by).delete()


def findings_of(draft: AdmissionPolicy) -> list[Finding]:
    """What keeps it from being published, beside every other published document of its layers."""
    others = AdmissionPolicy.objects.published().exclude(pk=draft.pk).prefetch_related("rules", "supersedes").order_by("pk")
    relevant = (
        [row for row in others if row.jurisdiction_id in (None, draft.jurisdiction_id)]
        if draft.jurisdiction_id
        else [row for row in others if row.jurisdiction_id is None]
    )
    return merged(findings(as_policy(draft), [as_policy(row) for row in relevant]))


@transaction.atomic
def submit_policy(*, draft: AdmissionPolicy, by: User) -> AdmissionPolicy:
    """Hand it to another officer. Raises NotADraft, NotTheDrafter or Inconsistent."""
    locked = _own_draft(draft, by)
    if found := findings_of(locked):
        raise Inconsistent(findings=found)
    locked.submit()
    locked.return_reason = ""
    locked.save()
    return locked


@transaction.atomic
def return_policy(*, policy: AdmissionPolicy, reason: str, by: User) -> AdmissionPolicy:
    """Back to the drafter, with what to change; the drafter takes it back so too. Raises NotADraft if it isn't submitted."""
    locked = _locked(policy)
    if locked.status != Status.SUBMITTED:
        raise NotADraft(policy=locked)
    locked.send_back()
    locked.return_reason = reason
    locked.save()
    return locked


@transaction.atomic
def publish_policy(*, policy: AdmissionPolicy, by: User, on: dt.date) -> AdmissionPolicy:
    """In force as it says, and everybody assessed anew in the background. Raises NotADraft, OwnDraft or Inconsistent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_PUBLICATION_AT_A_TIME])
    locked = _locked(policy)
    if locked.status != Status.SUBMITTED:
        raise NotADraft(policy=locked)
    if locked.drafted_by_id == by.pk:
        raise OwnDraft(policy=locked)
    if found := findings_of(locked):
        raise Inconsistent(findings=found)
    locked.publish()
    locked.approved_by, locked.published_at = by, timezone.now()
    locked.save()
    request_reassessment(cause=Reassessment.Cause.POLICY, policy=locked, on=on, by=by)
    return locked


def _locked(policy: AdmissionPolicy) -> AdmissionPolicy:
    return AdmissionPolicy.objects.select_for_update(of=("self",), no_key=True).select_related("drafted_by").get(pk=policy.pk)


def _own_draft(draft: AdmissionPolicy, by: User) -> AdmissionPolicy:
    locked = _locked(draft)
    if locked.status != Status.DRAFT:
        raise NotADraft(policy=locked)
    if locked.drafted_by_id != by.pk:
        raise NotTheDrafter(policy=locked)
    return locked


def _free_number(stem: str) -> str:
    taken = set(AdmissionPolicy.objects.filter(number__istartswith=stem).values_list("number", flat=True))
    return next(name for count in range(1, len(taken) + 2) if (name := f"{stem} {count}") not in taken)
