"""Rules and findings in words, in the language of the page: what an officer reads before publishing."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recruitment.health.consistency import Cell, Finding
from recruitment.health.explanations import METHODS
from recruitment.health.models import AdmissionRule
from recruitment.places.models import Commune, Province

Names = Mapping[str, str]  # of places, by code


def place_names(codes: Iterable[str], *, on) -> Names:
    """Provinces (two digits) as of a day, communes (five digits)."""
    wanted = sorted(set(codes))
    names = {row.code: str(row) for row in Province.objects.existing_on(on).filter(code__in=wanted)}
    communes = Commune.objects.filter(code__in=wanted).select_related("province") if any(len(code) > 2 for code in wanted) else []
    return names | {row.code: f"{row}, {row.province}" for row in communes}


def origin_text(rule: AdmissionRule, names: Names) -> str:
    if rule.lockdown:
        return _("từ nơi đang phong tỏa")
    if rule.places:
        text = _("từ %(places)s") % {"places": ", ".join(names.get(code, code) for code in rule.places)}
        if rule.places_from and rule.places_to:
            return _("%(text)s, nếu ở đó trong khoảng %(first)s đến %(last)s") % {
                "text": text,
                "first": _day(rule.places_from),
                "last": _day(rule.places_to),
            }
        return _("%(text)s, nếu ở đó từ %(first)s") % {"text": text, "first": _day(rule.places_from)} if rule.places_from else text
    if rule.origin_levels:
        return _("từ vùng cấp %(levels)s") % {"levels": ", ".join(str(level) for level in sorted(rule.origin_levels))}
    return _("từ mọi nơi")


def people_text(rule: AdmissionRule) -> str:
    """Who is meant by vaccination and recovery; empty for everybody."""
    if rule.person_class == AdmissionRule.PersonClass.ANY:
        return _("mọi người")
    doses = (
        ngettext("đã tiêm ít nhất %(count)d mũi", "đã tiêm ít nhất %(count)d mũi", rule.minimum_doses) % {"count": rule.minimum_doses}
        if rule.minimum_doses
        else _("đã tiêm đủ liều")
        if rule.person_class == AdmissionRule.PersonClass.GREEN
        else _("đã tiêm ít nhất một mũi")
    )
    parts = [doses]
    if rule.dose_after_days:
        parts.append(
            ngettext("mũi cuối đã qua %(count)d ngày", "mũi cuối đã qua %(count)d ngày", rule.dose_after_days) % {"count": rule.dose_after_days}
        )
    if rule.dose_within_days:
        parts.append(ngettext("chưa quá %(count)d ngày", "chưa quá %(count)d ngày", rule.dose_within_days) % {"count": rule.dose_within_days})
    if rule.dose_within_months:
        parts.append(ngettext("chưa quá %(count)d tháng", "chưa quá %(count)d tháng", rule.dose_within_months) % {"count": rule.dose_within_months})
    text = ", ".join(parts)
    if rule.recovery_months:
        text += "; " + ngettext("hoặc khỏi bệnh chưa quá %(count)d tháng", "hoặc khỏi bệnh chưa quá %(count)d tháng", rule.recovery_months) % {
            "count": rule.recovery_months
        }
    return text


def demands(rule: AdmissionRule) -> list[str]:
    """What the rule asks, one sentence each, in the order of a journey."""
    if rule.outcome == AdmissionRule.Outcome.REFUSE:
        return [_("Chưa được vào.")]
    parts = [_("Cơ quan y tế quyết định từng trường hợp.")] if rule.outcome == AdmissionRule.Outcome.OFFICER else []
    if rule.test_valid_hours:
        facts = {"method": METHODS[rule.test_method], "hours": rule.test_valid_hours, "without": rule.get_without_test_display()}
        parts.append(_("Xét nghiệm %(method)s âm tính trong %(hours)d giờ trước khi vào; chưa có: %(without)s.") % facts)
    parts += _isolation(rule)
    if rule.test_days:
        days = ", ".join(str(day) for day in rule.test_days)
        facts = {"method": METHODS[rule.test_days_method], "days": days, "zero": rule.get_day_zero_display()}
        parts.append(_("Xét nghiệm %(method)s vào ngày %(days)s, ngày 0 là %(zero)s.") % facts)
    if rule.accepted_proof != "claimed":
        parts.append(_("Bằng chứng: %(proof)s.") % {"proof": rule.get_accepted_proof_display()})
    return [*parts, rule.note] if rule.note else parts


def _isolation(rule: AdmissionRule) -> list[str]:
    if rule.quarantine_days:
        facts = {"count": rule.quarantine_days, "place": rule.get_quarantine_place_display(), "zero": rule.get_day_zero_display()}
        parts = [
            ngettext("Cách ly %(count)d ngày %(place)s kể từ %(zero)s.", "Cách ly %(count)d ngày %(place)s kể từ %(zero)s.", rule.quarantine_days)
            % facts
        ]
    else:
        parts = [_("Không cách ly.")] if rule.outcome == AdmissionRule.Outcome.ADMIT else []
    if rule.monitoring_days:
        parts.append(
            ngettext("Theo dõi sức khỏe %(count)d ngày.", "Theo dõi sức khỏe %(count)d ngày.", rule.monitoring_days) % {"count": rule.monitoring_days}
        )
    return parts


def finding_text(finding: Finding, names: Names) -> str:
    facts = {"cells": "; ".join(cell_text(cell, names) for cell in finding.facts.get("cells", []))}
    if policy := finding.facts.get("policy"):
        until = _("đến %(day)s") % {"day": _day(policy.in_force_to)} if policy.in_force_to else _("không thời hạn")
        facts |= {"document": policy.number, "period": _("từ %(day)s %(until)s") % {"day": _day(policy.in_force_from), "until": until}}
    if "rows" in finding.facts:
        facts["rows"] = ", ".join(str(row) for row in finding.facts["rows"])
    if "first" in finding.facts:
        facts |= {"first": _day(finding.facts["first"]), "last": _day(finding.facts["last"])}
    return {
        "no_rules": _("Quy định chưa có mục nào. Hãy thêm ít nhất một mục."),
        "twice": _("Mục %(rows)s cùng điều kiện cho %(cells)s: mục chặt hơn sẽ không bao giờ được áp dụng. Hãy bỏ một mục hoặc sửa điều kiện."),
        "left_out": _(
            "Với %(cells)s chỉ có mục %(rows)s, nên người chưa tiêm hoặc chưa xét nghiệm không có mục nào. Hãy thêm một mục cho mọi người."
        ),
        "overlap": _("Chồng với %(document)s (%(period)s) về %(cells)s. Hãy chọn “thay thế” văn bản đó, hoặc sửa ngày hiệu lực."),
        "lost": _("%(document)s (%(period)s) bị thay thế nhưng không văn bản nào còn quy định về %(cells)s. Hãy thêm mục cho trường hợp này."),
        "gap": _("Từ %(first)s đến %(last)s không có văn bản nào về %(cells)s: %(document)s (%(period)s) đã hết. Hãy cho hiệu lực sớm hơn."),
    }[finding.code] % facts


def cell_text(cell: Cell, names: Names) -> str:
    subject, kind, which = cell
    where = {
        "level": lambda: _("cấp %(level)s") % {"level": which},
        "place": lambda: names.get(str(which), str(which)),
        "lockdown": lambda: _("nơi đang phong tỏa"),
    }[kind]()
    return f"{AdmissionRule.Subject(subject).label}, {where}"


def _day(value) -> str:
    return f"{value:%d/%m/%Y}"
