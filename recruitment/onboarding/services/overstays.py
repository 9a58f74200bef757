"""Passes that are over or revoked while nobody was seen to leave or to begin work: the holder and the factory are told, once."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from recruitment.applications.models import Application
from recruitment.applications.services.steps import tell_recruiter, tell_worker
from recruitment.onboarding.models import OverstayNotice
from recruitment.travel.models import Crossing, EntryPass

CHUNK = 500
TO_WORKER = gettext_noop(
    "Giấy vào tỉnh %(code)s của bạn hết hạn ngày %(until)s mà chưa ghi bạn ra khỏi tỉnh. "
    "Nếu đang làm ở %(factory)s, hãy nhắc nhà máy xác nhận ca đầu tiên; nếu không, hãy gọi nhà máy trước khi đi đâu."
)
TO_RECRUITER = gettext_noop(
    "Giấy vào tỉnh của hồ sơ %(receipt)s, tin %(title)s, hết hạn ngày %(until)s mà chưa ghi người này ra khỏi tỉnh hay vào ca. "
    "Hãy xác nhận ca đầu tiên, hoặc liên hệ người đó."
)
REVOKED_TO_WORKER = gettext_noop(
    "Giấy vào tỉnh %(code)s của bạn đã bị thu hồi mà chưa ghi bạn ra khỏi tỉnh. Hãy gọi nhà máy %(factory)s hoặc Sở để biết phải làm gì."
)
REVOKED_TO_RECRUITER = gettext_noop(
    "Giấy vào tỉnh của hồ sơ %(receipt)s, tin %(title)s, đã bị thu hồi mà chưa ghi người này ra khỏi tỉnh. Hãy liên hệ người đó."
)


def tell_of_overstays(*, on: dt.date) -> int:
    """Each pass in a transaction of its own, told about once; how many. The department sees them all on its page of crossings."""
    told = OverstayNotice.objects.filter(entry_pass=OuterRef("newest_pass"))
    staying = Crossing.objects.overstaying(on).with_newest_pass().filter(~Exists(told))
    passes = staying.order_by("newest_pass").values_list("newest_pass", flat=True)
    return sum(_tell(pk) for pk in list(passes[:CHUNK]))


@transaction.atomic
def _tell(pk: int) -> bool:
    notice, is_new = OverstayNotice.objects.get_or_create(entry_pass=EntryPass.objects.get(pk=pk))
    if not is_new:
        return False
    entry_pass = notice.entry_pass
    of_the_factory = Application.objects.filter(worker=entry_pass.worker_id, opening__factory=entry_pass.factory_id)
    related = of_the_factory.select_related("worker__user", "opening__factory__enterprise__organisation")
    if application := related.order_by("-created_at", "-pk").first():
        mine, theirs = (REVOKED_TO_WORKER, REVOKED_TO_RECRUITER) if entry_pass.revoked_at else (TO_WORKER, TO_RECRUITER)
        facts = {"until": f"{entry_pass.valid_until:%d/%m/%Y}", "code": entry_pass.code}
        tell_worker(application, "overstay", mine, **facts)
        tell_recruiter(application, "overstay", theirs, **facts)
    return True
