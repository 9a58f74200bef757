"""What people in a site report about how they feel: told at once to whoever looks after them, read on the page alone."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.models import Membership, Role, User
from recruitment.notifications.services.messages import tell
from recruitment.quarantine.models import Stay, SymptomReport
from recruitment.quarantine.services.testing import tell_health_officers
from recruitment.shared.refusals import Refusal

MOST_OPEN = 5


class NotInside(Refusal):
    """Only somebody who is in a site reports there. Carries `stay`."""

    def for_people(self) -> str:
        return _("Bạn không ở khu cách ly nào. Nếu thấy không khỏe, hãy gọi trạm y tế gần nhất.")


class AlreadyReported(Refusal):
    """Several reports wait for an answer: one more would not be read sooner. Carries `stay`."""

    field = "text"

    def for_people(self) -> str:
        return _("Khu đã nhận các lần báo trước của bạn và sắp đến. Nếu nặng lên, hãy gọi trực tiếp người trực hoặc 115.")


@transaction.atomic
def report_symptoms(
    *, stay: Stay, text: str, key: uuid.UUID | None = None, noted_at: dt.datetime | None = None, by: User, on: dt.date
) -> SymptomReport:
    """The site's managers and health officers get a message that says nothing of health. The same words twice are one report,
    and so is what comes again with the same `key`. `noted_at`: when a phone without a network wrote it down.

    Raises NotInside or AlreadyReported.
    """
    stay = Stay.objects.select_for_update(of=("self",), no_key=True).select_related("site").get(pk=stay.pk)
    if key and (sent := SymptomReport.objects.filter(stay=stay, key=key).first()):
        return sent
    if stay.status != Stay.Status.ADMITTED:
        raise NotInside(stay=stay)
    waiting = list(SymptomReport.objects.filter(stay=stay, answered_at=None).order_by("pk"))
    same = next((report for report in waiting if report.text == text), None)
    if same:
        return same
    if len(waiting) >= MOST_OPEN:
        raise AlreadyReported(stay=stay)
    now = timezone.now()
    report = SymptomReport.objects.create(stay=stay, key=key, text=text, at=min(noted_at or now, now))
    there = Membership.objects.current().filter(role=Role.SITE_MANAGER, organisation=stay.site.organisation_id)
    tell(
        there.people(),
        lambda: _("Có người ở %(site)s cần được hỏi thăm ngay. Hãy mở Vùng Xanh.") % {"site": stay.site},
        kind="report",
        link=f"/sites/{stay.site_id}/watch/",
        now=now,
    )
    tell_health_officers(stay.site, now=now)
    return report


@transaction.atomic
def answer_report(*, report: SymptomReport, by: User, on: dt.date) -> SymptomReport:
    """Somebody has looked after the person. Answering again changes nothing."""
    report = SymptomReport.objects.select_for_update(of=("self",), no_key=True).get(pk=report.pk)
    if report.answered_at is None:
        report.answered_at, report.answered_by = timezone.now(), by
        report.save(update_fields=["answered_at", "answered_by"])
    return report
