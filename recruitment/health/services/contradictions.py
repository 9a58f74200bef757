"""What one event can't be beside the others of the same person; each refusal says what to mend."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from recruitment.shared.refusals import Refusal

SOONEST_NEW_INFECTION = dt.timedelta(days=14)  # a positive test so soon after a recovery belongs to the same illness


class Contradiction(Refusal):
    """Carries `on`, the day of the event, and what it collides with."""

    field = "on"
    sentence: Any = ""

    def for_people(self) -> str:
        return str(self.sentence) % {name: f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else value for name, value in self.facts.items()}


class BeforeBirth(Contradiction):
    sentence = _("Ngày này trước ngày sinh trong hồ sơ (%(born)s). Hãy kiểm tra lại năm, hoặc sửa ngày sinh ở mục Hồ sơ.")


class TwoDosesInOneDay(Contradiction):
    sentence = _("Đã khai mũi %(other)s cùng ngày %(on)s: mỗi ngày chỉ tiêm một mũi. Hãy sửa ngày, hoặc xóa mục kia trước.")


class DoseTwice(Contradiction):
    field = "number"

    sentence = _("Mũi %(other)s đã khai ngày %(known)s. Nếu ngày đó sai, hãy xóa mục cũ rồi khai lại.")


class DosesOutOfOrder(Contradiction):
    sentence = _("Mũi %(other)s đã khai ngày %(known)s, nên ngày này không đúng thứ tự. Hãy kiểm tra lại số mũi và ngày.")


class RecoveredBeforePositive(Contradiction):
    sentence = _("Có lần dương tính hoặc mắc bệnh ngày %(known)s, sau hoặc trùng ngày khỏi. Hãy ghi ngày khỏi sau lần đó.")


class PositiveAfterRecovery(Contradiction):
    sentence = _("Đã khai khỏi bệnh ngày %(known)s, ngay trước lần này. Nếu ngày khỏi sai, hãy xóa mục đó rồi khai lại.")


def refuse_contradictions(facts: dict, known: Collection[dict], *, born: dt.date) -> None:
    """Raises the first Contradiction between `facts` and what is known (see HealthEvent for both) of somebody born that day."""
    on = _day(facts)
    if _earliest_day(facts) <= born:
        raise BeforeBirth(on=on, born=born)
    if facts["kind"] == "dose":
        _check_dose(facts, [row for row in known if row["kind"] == "dose"])
    if facts["kind"] == "recovery":
        for row in known:
            if _is_infection(row) and on <= _day(row) <= on + SOONEST_NEW_INFECTION:
                raise RecoveredBeforePositive(on=on, known=_day(row))
    if _is_infection(facts):
        for row in known:
            if row["kind"] == "recovery" and _day(row) <= on <= _day(row) + SOONEST_NEW_INFECTION:
                raise PositiveAfterRecovery(on=on, known=_day(row))


def _check_dose(facts: dict, doses: list[dict]) -> None:
    on, number = _day(facts), facts["number"]
    for row in doses:
        other, day = row["number"], _day(row)
        if day == on and other != number:
            raise TwoDosesInOneDay(on=on, other=other)
        if other == number:
            raise DoseTwice(on=on, other=other, known=day)
        if (other < number) != (day < on):
            raise DosesOutOfOrder(on=on, other=other, known=day)


def _is_infection(facts: dict) -> bool:
    return (facts["kind"] == "test" and facts["result"] == "positive") or (facts["kind"] == "contact" and facts["class"] == "F0")


def _day(facts: dict) -> dt.date:
    return dt.date.fromisoformat(facts["on"])


def _earliest_day(facts: dict) -> dt.date:
    return min(_day(facts), dt.date.fromisoformat(facts.get("from", facts["on"])))
