"""The department lets an enterprise recruit without limit, or says why not."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import Role, User
from recruitment.employers.models import Enterprise
from recruitment.notifications.services.messages import tell
from recruitment.shared.refusals import Conflict


class AlreadyDecided(Conflict):
    """Another officer was faster. Carries `enterprise` with who decided, when and what."""

    def for_people(self) -> str:
        enterprise = self.facts["enterprise"]
        return _("%(person)s đã xử lý %(enterprise)s lúc %(time)s: %(status)s.") % {
            "person": enterprise.decided_by,
            "enterprise": enterprise,
            "time": timezone.localtime(enterprise.decided_at).strftime("%H:%M %d/%m/%Y"),
            "status": enterprise.get_status_display(),
        }


@transaction.atomic
def approve(*, enterprise: Enterprise, by: User, on: dt.date) -> Enterprise:
    """Verified: posting is unlimited from now on, after an earlier refusal too. Raises AlreadyDecided if it is approved."""
    now = _locked(enterprise)
    if now.status == Enterprise.Status.APPROVED:
        raise AlreadyDecided(enterprise=now)
    now.approve()
    now.refusal_reason = ""
    _decided(now, by=by)
    _tell_recruiters(now, "enterprise_approved", lambda: _("Sở đã xác minh %(name)s. Từ nay đăng tin không giới hạn.") % {"name": now.name})
    return now


@transaction.atomic
def refuse(*, enterprise: Enterprise, reason: str, by: User, on: dt.date) -> Enterprise:
    """Not verified, for a reason that its recruiters read. Raises AlreadyDecided unless it is waiting, ValueError without a reason."""
    if not reason.strip():
        raise ValueError("a refusal needs a reason")
    now = _locked(enterprise)
    if now.status != Enterprise.Status.PENDING:
        raise AlreadyDecided(enterprise=now)
    now.refuse()
    now.refusal_reason = reason.strip()
    _decided(now, by=by)
    facts = {"name": now.name, "reason": now.refusal_reason.rstrip(".")}
    _tell_recruiters(now, "enterprise_refused", lambda: _("Sở chưa duyệt %(name)s: %(reason)s. Hãy sửa rồi gửi lại ở trang Tin tuyển dụng.") % facts)
    return now


def _locked(enterprise: Enterprise) -> Enterprise:
    return Enterprise.objects.select_for_update(of=("self",), no_key=True).select_related("decided_by").get(pk=enterprise.pk)


def _decided(enterprise: Enterprise, *, by: User) -> None:
    enterprise.decided_by, enterprise.decided_at = by, timezone.now()
    enterprise.save(update_fields=["status", "refusal_reason", "decided_by", "decided_at"])


def _tell_recruiters(enterprise: Enterprise, kind: str, text: Callable[[], str]) -> None:
    """Everybody who recruits for it now, though it may have no factory yet."""
    recruiting = enterprise.organisation.memberships.current().filter(role=Role.RECRUITER)
    tell(recruiting.people(), text, kind=kind, link="/openings/", now=timezone.now())
