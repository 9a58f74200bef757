"""An application in five plain steps: what is done, who must act, and by when."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recruitment.applications.models import Application, ApplicationEvent
from recruitment.shared.templatetags.display import day, moment

Status = Application.Status
STEPS = [
    (Status.APPLIED, gettext_lazy("Đã gửi hồ sơ")),
    (Status.SHORTLISTED, gettext_lazy("Nhà máy xem hồ sơ")),
    (Status.OFFERED, gettext_lazy("Nhà máy đề nghị")),
    (Status.AGREED, gettext_lazy("Bạn đồng ý")),
    (Status.ACCEPTED, gettext_lazy("Được nhận")),
]
ORDER = {status: position for position, (status, _label) in enumerate(STEPS, start=1)} | {Status.INVITED: 0}
COLOURS = {
    Status.INVITED: "info",
    Status.OFFERED: "warn",
    Status.AGREED: "good",
    Status.ACCEPTED: "good",
    Status.REFUSED: "bad",
}


@dataclass(frozen=True)
class Progress:
    """`steps`: (label, "done" | "current" | "ended" | "", note); `by` is the last moment for whoever must act."""

    steps: list[tuple[str, str, str]]
    colour: str
    yours: bool
    act: str
    by: dt.datetime | None


def progress_of(application: Application, events: Iterable[ApplicationEvent]) -> Progress:
    """`events` in the order they happened."""
    first = {}
    for event in events:
        first.setdefault(event.status, event.at)
    reached = max((ORDER[status] for status in first if status in ORDER), default=0)
    is_open = application.status in Application.OPEN_STATUSES
    steps = [_step(position, status, label, first, reached, is_open) for position, (status, label) in enumerate(STEPS, start=1)]
    if not is_open:
        ended = (ending_of(application), "ended", day(first[application.status]) if application.status in first else "")
        steps = [*(step for step in steps if step[1] == "done"), ended]
    act = _act(application)
    yours = application.status in (Status.INVITED, Status.OFFERED)
    return Progress(steps=steps, colour=COLOURS.get(application.status, ""), yours=yours, act=act, by=application.answer_by if yours else None)


def _step(position: int, status: str, label, first: dict, reached: int, is_open: bool) -> tuple[str, str, str]:
    if position <= reached:
        return str(label), "done", moment(first[status]) if status in first else ""
    return str(label), "current" if is_open and position == reached + 1 else "", ""


def _act(application: Application) -> str:
    """One sentence: who must act now."""
    sentences = {
        Status.INVITED: _("Nhà máy mời bạn ứng tuyển. Bạn trả lời."),
        Status.APPLIED: _("Nhà máy đang xem. Thường có trả lời trong 72 giờ; bạn không phải làm gì."),
        Status.SHORTLISTED: _("Hồ sơ của bạn vào danh sách ngắn. Nhà máy trả lời; bạn không phải làm gì."),
        Status.OFFERED: _("Nhà máy giữ một chỗ cho bạn. Bạn trả lời."),
        Status.AGREED: _("Bạn đã đồng ý. Nhà máy xác nhận ngày đến và chỗ cách ly nếu cần."),
        Status.ACCEPTED: _("Bạn đã được nhận. Hãy xem ngày đến bên dưới."),
    }
    return sentences.get(application.status, "")


def ending_of(application: Application) -> str:
    """Why an application is over."""
    if application.status == Status.REFUSED:
        return _("Không được chọn: %(reason)s") % {"reason": application.get_refusal_display()}
    if application.status == Status.CLOSED:
        return _("Đã khép lại: %(reason)s") % {"reason": application.get_ending_display()}
    return _("Bạn đã rút hồ sơ")
