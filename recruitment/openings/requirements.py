"""What an opening must fulfil before anybody may see it: every obstacle at once, each a refusal that names its field."""

import datetime as dt

from django.utils.translation import gettext as _

from recruitment.employers.models import Enterprise
from recruitment.openings.models import Opening, WordingOverride
from recruitment.openings.wording import Finding, check_wording, phrase_key
from recruitment.openings.working_time import excess_hours
from recruitment.places.models import MinimumWage, Province
from recruitment.shared.money import dong
from recruitment.shared.refusals import Refusal

REQUIRED = ["occupation", "title", "shift", "rest_day", "starts_on", "base_wage"]
CHECKED_TEXTS = ["title", "description", "rest_day", "meals"]
PUBLISHED_WHILE_WAITING = 1


def label_of(field: str) -> str:
    """The field's name as people read it on the form."""
    return str(Opening._meta.get_field(field).verbose_name)


class Missing(Refusal):
    """A field that the law or a job seeker needs is empty. Carries `field`."""

    def for_people(self) -> str:
        return _("Còn thiếu: %(field)s.") % {"field": label_of(self.facts["field"])}


class DayHasPassed(Refusal):
    """Carries `field` and `day`."""

    def for_people(self) -> str:
        return _("%(field)s (%(day)s) đã qua. Hãy chọn ngày khác.") % {
            "field": label_of(self.facts["field"]).capitalize(),
            "day": self.facts["day"].strftime("%d/%m/%Y"),
        }


class LongerThanLaw(Refusal):
    """Carries `field`, `limit` (hours) and `article` of the Labour Code."""

    def for_people(self) -> str:
        return _("%(field)s nhiều hơn luật cho phép: tối đa %(limit)s giờ (Bộ luật Lao động 2019, Điều %(article)s).") % {
            "field": label_of(self.facts["field"]).capitalize(),
            "limit": self.facts["limit"],
            "article": self.facts["article"],
        }


class BelowMinimumWage(Refusal):
    """Carries `base_wage` and `minimum` (đồng a month), `region` (1–4) and `document`, the decree."""

    field = "base_wage"

    def for_people(self) -> str:
        return _("Lương cơ bản %(base_wage)s thấp hơn lương tối thiểu vùng %(region)s: %(minimum)s mỗi tháng (%(document)s).") % {
            "base_wage": dong(self.facts["base_wage"]),
            "region": ["I", "II", "III", "IV"][self.facts["region"] - 1],
            "minimum": dong(self.facts["minimum"]),
            "document": self.facts["document"],
        }


class UnlawfulWording(Refusal):
    """One flagged phrase. Carries `field`, `finding` and `refused`: whether the department has refused to let it stand."""

    def for_people(self) -> str:
        finding = self.facts["finding"]
        facts = {"phrase": finding.phrase, "field": label_of(self.facts["field"]), "law": law_article(finding.article)}
        if not finding.may_be_kept:
            return _("“%(phrase)s” (%(field)s) trái %(law)s: không được thu tiền hay giữ giấy tờ của người lao động. Hãy bỏ cụm từ này.") % facts
        if self.facts["refused"]:
            return _("“%(phrase)s” (%(field)s) trái %(law)s và Sở đã không cho giữ. Hãy sửa cụm từ này.") % facts
        return _("“%(phrase)s” (%(field)s) có thể trái %(law)s. Hãy sửa, hoặc ghi lý do giữ lại để Sở xem.") % facts


class EmployerRefused(Refusal):
    """Carries `reason`, the department's."""

    def for_people(self) -> str:
        return _("Doanh nghiệp chưa được duyệt: %(reason)s Hãy bổ sung rồi liên hệ Sở.") % {"reason": self.facts["reason"]}


class LimitedPosting(Refusal):
    """While an enterprise waits for approval it may have one opening published. Carries `since`, when it asked."""

    def for_people(self) -> str:
        return _("Doanh nghiệp đang chờ duyệt nên chỉ được đăng 1 tin. Tin này đã lưu nháp; hãy đăng sau khi được duyệt.")


def law_article(article: str) -> str:
    """The article of the Labour Code as people cite it: "8.1" is clause 1 of article 8."""
    number, _dot, clause = article.partition(".")
    if clause:
        return _("Bộ luật Lao động 2019, Điều %(number)s khoản %(clause)s") % {"number": number, "clause": clause}
    return _("Bộ luật Lao động 2019, Điều %(number)s") % {"number": number}


def content_obstacles(opening: Opening, *, on: dt.date) -> list[Refusal]:
    """What is wrong with the advertisement itself, wording aside."""
    missing = [Missing(field=field) for field in REQUIRED if getattr(opening, field) in (None, "")]
    excess = excess_hours(
        hours_per_day=opening.hours_per_day,
        hours_per_week=opening.hours_per_week,
        overtime_hours_per_week=opening.overtime_hours_per_week,
    )
    return [*missing, *(LongerThanLaw(field=one.field, limit=one.limit, article=one.article) for one in excess), *wage_obstacles(opening, on=on)]


def date_obstacles(opening: Opening, *, on: dt.date) -> list[Refusal]:
    return [DayHasPassed(field=field, day=day) for field in ("starts_on", "closes_on") if (day := getattr(opening, field)) is not None and day < on]


def wage_obstacles(opening: Opening, *, on: dt.date) -> list[Refusal]:
    """The base wage against the regional minimum in force on `on` where the factory stands (none known: no obstacle)."""
    minimum = MinimumWage.objects.in_force(region=opening.factory.zone.wage_region, on=on)
    if minimum is None or opening.base_wage is None or opening.base_wage >= minimum.monthly:
        return []
    return [BelowMinimumWage(base_wage=opening.base_wage, minimum=minimum.monthly, region=minimum.region, document=minimum.document)]


def findings(opening: Opening) -> list[tuple[str, Finding]]:
    """Flagged phrases with the field they stand in."""
    provinces = tuple(sorted(set(Province.objects.values_list("name", flat=True))))
    return [(field, finding) for field in CHECKED_TEXTS for finding in check_wording(getattr(opening, field), provinces=provinces)]


def wording_obstacles(opening: Opening, *, kept: set[str]) -> list[Refusal]:
    """Flagged phrases but for those `kept` now (by `phrase_key`) or earlier with a reason, and not refused by the department."""
    decisions = dict(opening.wording_overrides.values_list("phrase", "decision")) if opening.pk else {}
    refused = {phrase for phrase, decision in decisions.items() if decision == WordingOverride.Decision.REFUSED}
    allowed = (kept | decisions.keys()) - refused
    obstacles: list[Refusal] = []
    for field, finding in findings(opening):
        key = phrase_key(finding.phrase)
        if key not in allowed or not finding.may_be_kept:
            obstacles.append(UnlawfulWording(field=field, finding=finding, refused=key in refused))
    return obstacles


def employer_obstacles(opening: Opening) -> list[Refusal]:
    """Call it with the enterprise's row locked: it counts."""
    enterprise = opening.factory.enterprise
    if enterprise.status == Enterprise.Status.REFUSED:
        return [EmployerRefused(reason=enterprise.refusal_reason)]
    published = Opening.objects.filter(factory__enterprise=enterprise, status=Opening.Status.PUBLISHED).exclude(pk=opening.pk)
    if enterprise.status == Enterprise.Status.PENDING and published.count() >= PUBLISHED_WHILE_WAITING:
        return [LimitedPosting(since=enterprise.requested_at)]
    return []
