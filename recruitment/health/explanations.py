"""Decisions in words: each reason one sentence, in the language of the page."""

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recruitment.health.models import Clearance

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
    facts = {name: _day(value) if name in ("on", "until") else value for name, value in reason["facts"].items()}
    return _SENTENCES[reason["code"]](facts)


def _day(value: str | None) -> str:
    return f"{dt.date.fromisoformat(value):%d/%m/%Y}" if value else ""


def _full_course(facts: dict) -> str:
    if facts["until"]:
        return _("Thẻ xanh đến %(until)s: mũi %(number)s ngày %(on)s.") % facts
    return _("Thẻ xanh: mũi %(number)s ngày %(on)s.") % facts


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


def _plain(text) -> Callable[[dict], str]:
    return lambda facts: str(text) % facts if facts else str(text)


_SENTENCES: dict[str, Callable[[dict], str]] = {
    "full_course": _full_course,
    "recovered": _plain(gettext_lazy("Thẻ xanh đến %(until)s: khỏi bệnh ngày %(on)s.")),
    "one_dose": _plain(gettext_lazy("Thẻ vàng: mũi %(number)s ngày %(on)s.")),
    "no_dose": _plain(gettext_lazy("Chưa có mũi tiêm nào đủ 14 ngày.")),
    "level": _plain(gettext_lazy("Nơi bạn ở: cấp độ dịch %(level)s.")),
    "level_unknown": _plain(gettext_lazy("Nơi bạn ở chưa được công bố cấp độ dịch: cán bộ y tế sẽ quyết định.")),
    "no_policy": _plain(gettext_lazy("Chưa có quy định nào cho ngày này: cán bộ y tế sẽ quyết định.")),
    "no_rule": _plain(gettext_lazy("%(number)s không có mục nào cho trường hợp này: cán bộ y tế sẽ quyết định.")),
    "refused_by_rule": _plain(gettext_lazy("%(number)s chưa cho người từ nơi bạn ở vào tỉnh.")),
    "contact": _plain(gettext_lazy("Diện %(what)s từ ngày %(on)s: chưa vào được trước ngày %(until)s.")),
    "positive_test": _plain(gettext_lazy("Xét nghiệm dương tính ngày %(on)s: chưa vào được trước ngày %(until)s, trừ khi đã khai khỏi bệnh.")),
    "better_later": lambda facts: _("Đủ điều kiện tốt hơn từ ngày %(on)s theo %(number)s.") % facts,
    "test_needed": lambda facts: (
        _("Cần xét nghiệm %(method)s âm tính trong %(hours)s giờ trước khi vào.") % {**facts, "method": METHODS[facts["method"]]}
    ),
    "test_valid": lambda facts: (
        _("Đã có xét nghiệm %(method)s âm tính ngày %(on)s, còn trong %(hours)s giờ.") % {**facts, "method": METHODS[facts["method"]]}
    ),
    "rule": _rule,
}
