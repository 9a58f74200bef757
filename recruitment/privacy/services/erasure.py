"""Forgetting a person: what others' records rest on stays, without who it was."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.health.models import Clearance, HealthEvent, OfficerDecision
from recruitment.onboarding.models import BatchLine
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.privacy.models import DataRequest
from recruitment.privacy.services.export import belonging_to
from recruitment.privacy.services.requests import answer_request
from recruitment.quarantine.models import EarlyLeaving, SiteIncidentPerson, Stay, SymptomReport
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Seat
from recruitment.travel.services.passes import forget_passes
from recruitment.travel.services.trips import give_up_seat
from recruitment.workers.models import Consent, Employment, Worker
from search.outbox import request_index

NOBODY = "Đã xóa"
NO_BIRTH_DATE = dt.date(1900, 1, 1)
NO_DECISION: dict[str, Any] = {
    "travel_on": None,
    "card": "none",
    "card_until": None,
    "tests_due": [],
    "reasons": [],
    "card_reason": {"code": "no_dose", "facts": {}},
}


class StillNeeded(Refusal):
    """Something under way needs to know who the person is. Carries `why`: sentences."""

    def for_people(self) -> str:
        return _("Chưa xóa được: %(why)s") % {"why": " ".join(self.facts["why"])}


def obstacles(worker: Worker) -> list[str]:
    """What must end before the person can be forgotten."""
    found = []
    if Application.objects.filter(worker=worker, status=Application.Status.ACCEPTED).exists():
        found.append(_("bạn đã được một nhà máy nhận; hãy rút hồ sơ đó trước."))
    if Stay.objects.holding_a_bed().filter(worker=worker).exists():
        found.append(_("bạn đang có giường ở khu cách ly; hãy chờ đến khi ra."))
    if Employment.objects.filter(worker=worker, until=None).exists():
        found.append(_("bạn đang làm ở một nhà máy; dữ liệu được xóa sau khi nghỉ việc."))
    return found


@transaction.atomic
def erase_worker(*, worker: Worker, by: User | None, on: dt.date) -> None:
    """Withdraw what is open, delete what is the person's own, and leave the rest without a name. Repeating it changes nothing.

    Raises StillNeeded.
    """
    worker = Worker.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=worker.pk)
    if why := obstacles(worker):
        raise StillNeeded(why=why)
    for seat in Seat.objects.filter(worker=worker, status=Seat.Status.HELD):
        give_up_seat(seat=seat, by=by, on=on)
    for application in Application.objects.open().filter(worker=worker).order_by("pk"):
        withdraw(application=application, by=by or worker.user, on=on)
    forget_passes(worker=worker, by=by, on=on)
    HealthEvent.objects.filter(worker=worker).delete()
    Clearance.objects.filter(worker=worker).update(decision=NO_DECISION, is_current=False)
    SymptomReport.objects.filter(stay__worker=worker).delete()
    EarlyLeaving.objects.filter(stay__worker=worker).delete()
    SiteIncidentPerson.objects.filter(stay__worker=worker).delete()
    BatchLine.objects.filter(application__worker=worker).delete()
    OfficerDecision.objects.filter(worker=worker).update(reason="-")
    Consent.objects.filter(worker=worker).delete()
    worker.occupations.all().delete()
    worker.zones.clear()
    worker.skills.clear()
    for _model, rows in belonging_to(worker.user):  # messages, second factors, saved searches
        rows.delete()
    _forget(worker)
    request_index("candidate", [worker.pk])


def _forget(worker: Worker) -> None:
    user = worker.user
    user.name, user.phone, user.email, user.is_active = NOBODY, None, f"da-xoa-{user.pk}@vungxanh.invalid", False
    user.helper = user.helper_house = None
    user.set_unusable_password()
    user.save()
    worker.birth_date, worker.national_id, worker.national_id_index, worker.identity_index = NO_BIRTH_DATE, None, None, f"erased-{worker.pk}"
    worker.home_commune, worker.wage_wanted, worker.status = None, None, Worker.Status.HIDDEN
    worker.save()


def carry_out_waiting(*, on: dt.date) -> int:
    """Erase whoever asked for it and is needed no longer; how many. Each in a transaction of its own."""
    erased = 0
    for asked in DataRequest.objects.open().filter(kind=DataRequest.Kind.ERASURE).select_related("person__worker").order_by("pk"):
        try:
            with transaction.atomic():
                erase_worker(worker=asked.person.worker, by=None, on=on)
                answer_request(request=asked, answer=_("Đã xóa."), done=True, by=None, on=on)
        except StillNeeded:
            continue
        erased += 1
    return erased
