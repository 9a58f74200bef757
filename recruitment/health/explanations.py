"""Decisions in words: each reason one sentence, in the language of the page."""

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recruitment.health.models import Clearance
from recruitment.health.policy import CARD_DOCUMENT

METHODS = {"pcr": "PCR", "antigen": gettext_lazy("kháng nguyên"), "any": gettext_lazy("PCR hoặc kháng nguyên")}
CARDS = {"green": gettext_lazy("Thẻ xanh"), "yellow": gettext_lazy("Thẻ vàng"), "none": gettext_lazy("Chưa có thẻ")}


def sentences(clearance: Clearance) -> list[str]:
    """Why the decision is what it is, and what to do about it."""
    return [text for reason in clearance.decision["reasons"] if (text := reason_text(reason))]


def card_sentence(clearance: Clearance) -> str:
    return reason_text(clearance.decision["card_reason"])


def tests_due(clearance: Clearance) -> list[tuple[dt.date, str]]:
    return [(dt.date.fromisoformat(day), str(METHODS[method])) for day, method in clearance.decision["tests_due"]]


def reason_text(reason: dict) -> str:
    """{"code", "facts"} as `services/assessments.py` stores it."""
    facts = {"document": CARD_DOCUMENT, "number": "", "days": 14} | reason["facts"]
    facts |= {name: _day(value) for name, value in facts.items() if name in ("on", "until")}
    return _SENTENCES[reason["code"]](facts)


def _day(value: str | None) -> str:
    return f"{dt.date.fromisoformat(value):%d/%m/%Y}" if value else ""


def _full_course(facts: dict) -> str:
    if facts["until"]:
        return _("Thẻ xanh đến %(until)s: mũi %(number)s ngày %(on)s, theo %(document)s.") % facts
    return _("Thẻ xanh: mũi %(number)s ngày %(on)s, theo %(document)s.") % facts


def _rule(facts: dict) -> str:
    if facts["days"] and facts["place"] == "site":
        text = _("Theo %(number)s: cách ly %(days)s ngày tại khu cách ly, sau đó theo dõi %(monitoring)s ngày.")
    elif facts["days"]:
        text = _("Theo %(number)s: cách ly %(days)s ngày tại nơi ở, sau đó theo dõi %(monitoring)s ngày.")
    elif facts["monitoring"]:
        text = _("Theo %(number)s: không cách ly, tự theo dõi %(monitoring)s ngày.")
    else:
        text = _("Theo %(number)s: không phải cách ly.")
    return text % facts


def _contact(facts: dict) -> str:
    if facts["until"] == facts["on"]:
        return _("Diện %(what)s từ ngày %(on)s: không phải cách ly, theo %(number)s.") % facts
    return _("Diện %(what)s từ ngày %(on)s: chưa đi được trước ngày %(until)s, theo %(number)s.") % facts


def _positive_test(facts: dict) -> str:
    return _("Xét nghiệm dương tính ngày %(on)s: chưa đi được trước ngày %(until)s, trừ khi đã khai khỏi bệnh, theo %(number)s.") % facts


def _with_method(text) -> Callable[[dict], str]:
    return lambda facts: str(text) % {**facts, "method": METHODS[facts["method"]]}


def _plain(text) -> Callable[[dict], str]:
    return lambda facts: str(text) % facts


_SENTENCES: dict[str, Callable[[dict], str]] = {
    "full_course": _full_course,
    "recovered": _plain(gettext_lazy("Thẻ xanh đến %(until)s: khỏi bệnh ngày %(on)s, theo %(document)s.")),
    "one_dose": _plain(gettext_lazy("Thẻ vàng: mũi %(number)s ngày %(on)s, theo %(document)s.")),
    "no_dose": _plain(gettext_lazy("Chưa có mũi tiêm nào đủ %(days)s ngày.")),
    "level": _plain(gettext_lazy("Nơi bạn ở: cấp độ dịch %(level)s.")),
    "place": _plain(gettext_lazy("Nơi bạn ở hoặc đã đến được văn bản nêu tên.")),
    "lockdown": _plain(gettext_lazy("Nơi bạn ở đang phong tỏa.")),
    "level_unknown": _plain(gettext_lazy("Nơi bạn ở chưa được công bố cấp độ dịch: cán bộ y tế sẽ quyết định.")),
    "no_policy": _plain(gettext_lazy("Chưa có quy định nào cho ngày này: cán bộ y tế sẽ quyết định.")),
    "no_rule": _plain(gettext_lazy("%(number)s không có mục nào cho trường hợp này: cán bộ y tế sẽ quyết định.")),
    "officer_decides": _plain(gettext_lazy("%(number)s để cơ quan y tế quyết định trường hợp này.")),
    "officer_decided": _plain(gettext_lazy("Cơ quan y tế đã quyết định riêng cho bạn: %(number)s, có giá trị đến %(until)s.")),
    "refused_by_rule": _plain(gettext_lazy("%(number)s chưa cho người từ nơi bạn ở vào tỉnh.")),
    "contact": _contact,
    "contact_undecided": _plain(gettext_lazy("Diện %(what)s từ ngày %(on)s: cơ quan y tế quyết định cách ly và ngày được đi.")),
    "positive_test": _positive_test,
    "positive_test_undecided": _plain(
        gettext_lazy("Xét nghiệm dương tính ngày %(on)s: cơ quan y tế quyết định. Khi đã khỏi, hãy khai ngày khỏi bệnh.")
    ),
    "better_later": _plain(gettext_lazy("Đủ điều kiện tốt hơn từ ngày %(on)s theo %(number)s.")),
    "test_needed": _with_method(gettext_lazy("Cần xét nghiệm %(method)s âm tính trong %(hours)s giờ trước khi vào.")),
    "test_valid": _with_method(gettext_lazy("Đã có xét nghiệm %(method)s âm tính ngày %(on)s, còn trong %(hours)s giờ.")),
    "rule": _rule,
}
