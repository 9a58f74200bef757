"""People without a phone: a liaison registers them side by side and answers for them until they have one of their own."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from recruitment.accounts.models import User
from recruitment.notifications.services.messages import send_message
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import AssistedAct, Worker


class HasAPhone(Refusal):
    """The person answers alone already. Carries `worker`."""

    field = "phone"

    def for_people(self) -> str:
        return _("Người này đã có số điện thoại riêng.")


class PhoneTaken(Refusal):
    """Somebody else's account has this number."""

    field = "phone"

    def for_people(self) -> str:
        return _("Số này đã có tài khoản khác. Hãy hỏi lại người này, hoặc dùng số khác.")


@transaction.atomic
def hand_over(*, worker: Worker, phone: str, by: User, on: dt.date) -> Worker:
    """The person has a phone now, which a code has just proved: from here on he or she answers alone. Repeating it changes nothing.

    Raises HasAPhone for another number, or PhoneTaken.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=worker.user_id)
    if user.phone == phone:
        return worker
    if user.phone:
        raise HasAPhone(worker=worker)
    user.phone, user.helper, user.helper_house = phone, None, None
    try:
        with transaction.atomic():
            user.save(update_fields=["phone", "helper", "helper_house"])
    except IntegrityError:
        raise PhoneTaken() from None
    group = worker.assisted_acts.earliest("at", "pk").group
    AssistedAct.objects.get_or_create(worker=worker, act=AssistedAct.Act.PHONE, defaults={"group": group, "by": by})
    with override(user.language):
        text = _("Từ giờ hồ sơ Vùng Xanh là của riêng bạn: đăng nhập bằng số này để xem, sửa, và rút những gì đã đồng ý.")
    send_message(recipient=user, kind="handed_over", text=text, link="/my/consents/", now=timezone.now())
    return worker
