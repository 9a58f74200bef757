"""When a person could start, for the page of a job."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from recruitment.health.explanations import sentences
from recruitment.health.models import Clearance
from recruitment.workers.models import Worker


@dataclass(frozen=True)
class Estimate:
    ready_on: dt.date | None
    why: str


def start_estimate(worker: Worker | None, *, on: dt.date) -> Estimate:
    """The person's own decision in a sentence, or what to tell first."""
    if worker is None:
        return Estimate(None, _("Cho biết bạn đang ở đâu và đã tiêm mấy mũi khi ứng tuyển: hệ thống tính ngày vào làm theo quy định hiện hành."))
    clearance = Clearance.objects.current().filter(worker=worker).first()
    if clearance is None:
        return Estimate(None, _("Chưa có thông tin sức khỏe. Hãy khai ở mục Sức khỏe của tôi."))
    return Estimate(max(clearance.ready_on, on, worker.available_from) if clearance.ready_on else None, " ".join(sentences(clearance)))
