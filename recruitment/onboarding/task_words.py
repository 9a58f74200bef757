"""Tasks in words: what, when it counts as done, whose it is, and what it waits for."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recruitment.health.explanations import METHODS
from recruitment.onboarding.task_list import Code, Owner, Ride, Situation, Task, tasks_of

OWNERS = {
    Owner.WORKER: gettext_lazy("người lao động"),
    Owner.FACTORY: gettext_lazy("nhà máy"),
    Owner.SITE: gettext_lazy("khu cách ly"),
}
TITLES = {
    Code.CONFIRM: gettext_lazy("Xác nhận sẽ đến làm"),
    Code.CONSENT: gettext_lazy("Đồng ý cho dùng thông tin sức khỏe để tính ngày vào"),
    Code.PAPERS: gettext_lazy("Chuẩn bị căn cước và giấy tờ mang theo"),
    Code.RIDE: gettext_lazy("Chọn cách đi"),
    Code.BED: gettext_lazy("Giữ giường cách ly"),
    Code.ENTRY_PASS: gettext_lazy("Cấp giấy vào tỉnh"),
    Code.TRAVEL: gettext_lazy("Lên đường và đến nơi"),
    Code.TEST_DURING: gettext_lazy("Xét nghiệm theo dõi"),
    Code.ISOLATION: gettext_lazy("Cách ly đủ ngày"),
    Code.CONTRACT: gettext_lazy("Ký hợp đồng lao động"),
    Code.FIRST_SHIFT: gettext_lazy("Vào ca đầu tiên"),
}
DONE_WHEN = {
    Code.CONFIRM: gettext_lazy("xong khi người lao động bấm đồng ý"),
    Code.CONSENT: gettext_lazy("xong khi bật đồng ý trong mục Sức khỏe của tôi"),
    Code.PAPERS: gettext_lazy("xong khi đánh dấu đã chuẩn bị"),
    Code.RIDE: gettext_lazy("xong khi có ghế xe hoặc báo tự đi"),
    Code.BED: gettext_lazy("xong khi giường được giữ đúng ngày đến"),
    Code.ENTRY_PASS: gettext_lazy("xong khi giấy có hiệu lực ngày đi"),
    Code.TEST_BEFORE: gettext_lazy("xong khi kết quả âm tính được ghi nhận và còn hạn ngày đến"),
    Code.TRAVEL: gettext_lazy("xong khi được ghi nhận lên xe hoặc đã đến"),
    Code.TEST_DURING: gettext_lazy("xong khi kết quả được ghi nhận"),
    Code.ISOLATION: gettext_lazy("xong khi hết ngày và được cho ra"),
    Code.CONTRACT: gettext_lazy("xong khi nhà máy đánh dấu đã ký"),
    Code.FIRST_SHIFT: gettext_lazy("xong khi nhà máy xác nhận ca đầu"),
}
RIDES = {
    Ride.MISSED: gettext_lazy("Lỡ xe: chọn chuyến khác hoặc báo tự đi"),
    Ride.CANCELLED: gettext_lazy("Chuyến bị hủy: chọn chuyến khác hoặc báo tự đi"),
    Ride.WANTED: gettext_lazy("Chọn chuyến xe: chưa có ghế"),
    Ride.HELD: gettext_lazy("Đã giữ ghế xe"),
    Ride.BOARDED: gettext_lazy("Đã lên xe"),
    Ride.ALONE: gettext_lazy("Tự đi"),
}


@dataclass(frozen=True)
class Line:
    """`state`: "done", "late", "waiting" or "open"."""

    code: str
    title: str
    owner: str
    is_workers: bool
    due: dt.date
    state: str
    waits_for: str
    done_when: str


def lines_of(person: Situation) -> list[Line]:
    """The list as both sides read it."""
    return [
        Line(
            code=task.code.value,
            title=title_of(task, person),
            owner=str(OWNERS[task.owner]),
            is_workers=task.owner == Owner.WORKER,
            due=task.due,
            state=_state(task),
            waits_for=", ".join(str(_short(code, person)) for code in task.waits_for),
            done_when=str(DONE_WHEN[task.code]),
        )
        for task in tasks_of(person)
    ]


def title_of(task: Task, person: Situation) -> str:
    if task.code == Code.TEST_BEFORE and person.test_before:
        return _("Xét nghiệm %(method)s âm tính, lấy mẫu trong %(hours)d giờ trước khi đến") % {
            "method": METHODS[person.test_before.method],
            "hours": person.test_before.hours,
        }
    if task.code == Code.ISOLATION and person.isolation:
        where = _("tại khu cách ly") if person.isolation.at_site else _("tại nơi ở")
        return _("Cách ly %(days)d ngày %(where)s") % {"days": person.isolation.days, "where": where}
    return str(_short(task.code, person))


def _short(code: Code, person: Situation):
    if code == Code.TEST_BEFORE:
        return _("xét nghiệm trước khi đến")
    return RIDES.get(person.ride, TITLES[code]) if code == Code.RIDE else TITLES[code]


def _state(task: Task) -> str:
    if task.is_done:
        return "done"
    if task.is_late:
        return "late"
    return "waiting" if task.waits_for else "open"
