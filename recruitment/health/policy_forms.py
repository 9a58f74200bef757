"""Drafting a policy: the document, its rules in readable groups, and an imagined person to try it on."""

import datetime as dt
import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from recruitment.health.models import AdmissionPolicy, AdmissionRule
from recruitment.health.rulebook import Contact, Dose, PersonFacts, Recovery, Test
from recruitment.health.services.drafting import version_of_draft, version_of_rule
from recruitment.places.models import Commune, Province
from recruitment.places.names import province_of
from recruitment.shared.forms import CleanCharField, CleanTextField, PeopleDateField, SeenField

FIRST_DAY = dt.date(2020, 1, 1)
LAST_DAY = dt.date(2100, 1, 1)
LONGEST = 60
EXAMPLE = _("Ví dụ: 24/11/2026")


class PolicyForm(forms.Form):
    number = CleanCharField(label=_("Số văn bản"), max_length=60, widget=forms.TextInput(attrs={"class": "short"}))
    issuer = CleanCharField(label=_("Cơ quan ban hành"), max_length=120)
    title = CleanCharField(label=_("Trích yếu"), max_length=300)
    jurisdiction = forms.ChoiceField(label=_("Áp dụng ở"), widget=forms.RadioSelect)
    in_force_from = PeopleDateField(label=_("Hiệu lực từ ngày"), help_text=EXAMPLE, earliest=FIRST_DAY, latest=LAST_DAY)
    in_force_to = PeopleDateField(
        label=_("Hết hiệu lực sau ngày"), help_text=_("Để trống: đến khi có văn bản thay thế."), required=False, earliest=FIRST_DAY, latest=LAST_DAY
    )
    supersedes = forms.MultipleChoiceField(
        label=_("Thay thế"), help_text=_("Văn bản cũ hết hiệu lực trước ngày này một ngày."), required=False, widget=forms.CheckboxSelectMultiple
    )
    source = CleanCharField(label=_("Nguồn"), help_text=_("Nơi xem được văn bản, hoặc ghi chú."), max_length=300, required=False)
    is_exercise = forms.BooleanField(label=_("Đây là diễn tập, không phải văn bản thật"), required=False)
    seen = SeenField()

    def __init__(self, data=None, *, draft: AdmissionPolicy, home: Province):
        self.home = home
        self.others = {str(row.pk): row for row in AdmissionPolicy.objects.published().order_by("-in_force_from", "pk")}
        values = {name: getattr(draft, name) for name in self.base_fields if name not in ("jurisdiction", "supersedes", "seen")}
        values |= {"jurisdiction": "province" if draft.jurisdiction_id or not draft.issuer else "nation"}
        values |= {"supersedes": [str(pk) for pk in draft.supersedes.values_list("pk", flat=True)], "seen": version_of_draft(draft)}
        super().__init__(data, initial=values)
        self.fields["jurisdiction"].choices = [("province", str(home)), ("nation", _("Cả nước"))]
        self.fields["supersedes"].choices = [(pk, f"{row} · {_period(row)}") for pk, row in self.others.items()]

    def clean(self):
        first, last = self.cleaned_data.get("in_force_from"), self.cleaned_data.get("in_force_to")
        if first and last and last < first:
            self.add_error("in_force_to", ValidationError(_("Ngày hết hiệu lực phải sau ngày bắt đầu. Hãy sửa một trong hai ngày."), code="order"))
        return self.cleaned_data

    def values(self) -> tuple[dict, list[AdmissionPolicy]]:
        """(fields, superseded policies) as `save_draft` takes them."""
        fields = {name: value for name, value in self.cleaned_data.items() if name not in ("supersedes", "seen")}
        fields["jurisdiction"] = self.home if fields["jurisdiction"] == "province" else None
        return fields, [self.others[pk] for pk in self.cleaned_data["supersedes"]]


def _period(row: AdmissionPolicy) -> str:
    return f"{row.in_force_from:%d/%m/%Y} – {row.in_force_to:%d/%m/%Y}" if row.in_force_to else f"{row.in_force_from:%d/%m/%Y} –"


def _days(label, *, most=LONGEST, required=False, help_text=""):
    messages = {
        "invalid": _("Hãy viết một số ngày, ví dụ 7."),
        "max_value": _("Nhiều nhất %(limit_value)s."),
        "min_value": _("Không được là số âm."),
    }
    widget = forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, required=required, help_text=help_text, widget=widget, error_messages=messages
    )


class RuleForm(forms.ModelForm):
    """One row, from whom it concerns to what it asks. `groups` are the headings of the page."""

    ORIGINS = [
        ("levels", _("theo cấp độ dịch")),
        ("places", _("nơi được nêu tên")),
        ("lockdown", _("nơi đang phong tỏa")),
        ("anywhere", _("mọi nơi")),
    ]
    origin = forms.ChoiceField(label=_("Đến từ"), choices=ORIGINS, widget=forms.RadioSelect)
    origin_levels = forms.TypedMultipleChoiceField(
        label=_("Cấp độ dịch nơi đi"),
        choices=[(level, str(level)) for level in range(1, 5)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    place_names = CleanTextField(
        label=_("Những nơi đó"),
        help_text=_("Mỗi dòng một tỉnh (Bình Dương) hoặc mã xã 5 chữ số."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    places_from = PeopleDateField(label=_("Nếu ở đó từ ngày"), required=False, earliest=FIRST_DAY, latest=LAST_DAY)
    places_to = PeopleDateField(label=_("đến ngày"), required=False, earliest=FIRST_DAY, latest=LAST_DAY)
    minimum_doses = _days(_("Số mũi tối thiểu"), most=6, help_text=_("0: đủ liều cơ bản của vắc-xin đã tiêm."))
    dose_after_days = _days(_("Mũi cuối đã qua ít nhất (ngày)"), most=365)
    dose_within_days = _days(_("Mũi cuối chưa quá (ngày)"), most=1000)
    dose_within_months = _days(_("Mũi cuối chưa quá (tháng)"), most=36)
    test_valid_hours = _days(_("Xét nghiệm còn giá trị (giờ)"), most=240, help_text=_("0: không cần xét nghiệm trước khi vào."))
    quarantine_days = _days(_("Số ngày cách ly"))
    monitoring_days = _days(_("Số ngày theo dõi"))
    days_of_tests = CleanCharField(
        label=_("Xét nghiệm vào ngày"), help_text=_("Ví dụ: 1, 7, 14. Để trống: không."), required=False, max_length=60,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip
    note = CleanCharField(label=_("Ghi chú của văn bản"), required=False, max_length=300)
    seen = SeenField()

    class Meta:
        model = AdmissionRule
        fields = [
            "subject", "origin_levels", "places_from", "places_to", "person_class", "minimum_doses", "dose_after_days", "dose_within_days",
            "dose_within_months", "recovery_months", "accepted_proof", "outcome", "test_method", "test_valid_hours", "without_test", "day_zero",
            "quarantine_place", "quarantine_days", "monitoring_days", "test_days_method", "note",
        ]  # fmt: skip

    groups = [
        (_("Cho ai"), ["subject", "origin", "origin_levels", "place_names", "places_from", "places_to"]),
        (_("Tiêm chủng, khỏi bệnh, bằng chứng"),
         ["person_class", "minimum_doses", "dose_after_days", "dose_within_days", "dose_within_months", "recovery_months", "accepted_proof"]),
        (_("Kết luận và xét nghiệm trước khi vào"), ["outcome", "test_method", "test_valid_hours", "without_test"]),
        (_("Cách ly, theo dõi, xét nghiệm sau đó"),
         ["day_zero", "quarantine_place", "quarantine_days", "monitoring_days", "days_of_tests", "test_days_method", "note"]),
    ]  # fmt: skip

    def __init__(self, data=None, *, instance: AdmissionRule, on: dt.date, names: dict | None = None):
        self.on = on
        kind = (
            "places"
            if instance.places
            else "lockdown"
            if instance.lockdown
            else "levels"
            if instance.origin_levels or instance.pk is None
            else "anywhere"
        )
        lines = "\n".join((names or {}).get(code, code) if len(code) == 2 else code for code in instance.places)
        initial = {"origin": kind, "place_names": lines, "days_of_tests": ", ".join(str(day) for day in instance.test_days)}
        initial["seen"] = version_of_rule(instance) if instance.pk else ""
        super().__init__(data, instance=instance, initial=initial)

    def sections(self):
        """(heading, its fields) in the order of the page."""
        return [(title, [self[name] for name in names]) for title, names in self.groups]

    def clean_days_of_tests(self) -> list[int]:
        text = self.cleaned_data["days_of_tests"]
        if not re.fullmatch(r"[\d\s,;.]*", text):
            raise ValidationError(_("Hãy viết các ngày cách nhau bằng dấu phẩy, ví dụ 1, 7, 14."), code="invalid")
        days = sorted({int(found) for found in re.findall(r"\d+", text[:60])})
        if days and days[-1] > LONGEST:
            raise ValidationError(_("Ngày xét nghiệm muộn nhất là ngày %(most)s.") % {"most": LONGEST}, code="late")
        return days

    def clean(self):
        cleaned = super().clean()
        for name in ("minimum_doses", "dose_after_days", "test_valid_hours", "quarantine_days", "monitoring_days"):
            if name not in self.errors and cleaned.get(name) is None:
                cleaned[name] = 0
        cleaned["places"] = self._places(cleaned) if cleaned.get("origin") == "places" else []
        cleaned["lockdown"] = cleaned.get("origin") == "lockdown"
        if cleaned.get("origin") != "levels":
            cleaned["origin_levels"] = []
        elif not cleaned.get("origin_levels") and "origin_levels" not in self.errors:
            self.add_error("origin_levels", ValidationError(_("Hãy chọn ít nhất một cấp độ."), code="required"))
        self._check(cleaned)
        return cleaned

    def _places(self, cleaned: dict) -> list[str]:
        codes, unknown = [], []
        for line in filter(None, (line.strip(" ,;") for line in (cleaned.get("place_names") or "").split("\n"))):
            if re.fullmatch(r"\d{5}", line) and Commune.objects.filter(code=line).exists():
                codes.append(line)
            elif province := province_of(line, self.on):
                codes.append(province.code)
            else:
                unknown.append(line)
        if unknown:
            self.add_error("place_names", ValidationError(_("Không nhận ra: %(places)s.") % {"places": ", ".join(unknown)[:200]}, code="unknown"))
        elif not codes:
            self.add_error("place_names", ValidationError(_("Hãy viết ít nhất một nơi."), code="required"))
        return list(dict.fromkeys(codes))

    def _check(self, cleaned: dict) -> None:
        subject, zero = cleaned.get("subject"), cleaned.get("day_zero")
        arrives = subject in ("", "suspected")
        wrong = {
            "day_zero": (zero is not None and arrives != (zero == "arrival"), _("Với người vào tỉnh, ngày 0 là ngày đến; với F0, F1, F2 là ngày tiếp xúc hoặc ngày bắt đầu cách ly.")),
            "quarantine_place": (bool(cleaned.get("quarantine_days")) and not cleaned.get("quarantine_place"), _("Có ngày cách ly thì cần nơi cách ly.")),
            "test_method": (bool(cleaned.get("test_valid_hours")) and not cleaned.get("test_method"), _("Hãy chọn loại xét nghiệm.")),
            "dose_within_months": (
                cleaned.get("dose_within_days") is not None and cleaned.get("dose_within_months") is not None,
                _("Chỉ điền số ngày hoặc số tháng, không điền cả hai."),
            ),
            "person_class": (
                cleaned.get("outcome") == "refuse" and cleaned.get("person_class") != "any",
                _("Mục không cho vào phải áp dụng cho mọi người: tiêm thêm không thể làm ai bị từ chối."),
            ),
            "minimum_doses": (bool(cleaned.get("minimum_doses")) and cleaned.get("person_class") == "any", _("Hãy chọn nhóm đã tiêm, hoặc để 0.")),
            "places_to": (
                bool(cleaned.get("places_from") and cleaned.get("places_to")) and cleaned["places_to"] < cleaned["places_from"],
                _("Ngày cuối phải sau ngày đầu."),
            ),
        }  # fmt: skip
        for name, (is_wrong, message) in wrong.items():
            if is_wrong and name not in self.errors:
                self.add_error(name, ValidationError(message, code="invalid"))

    def rule(self) -> AdmissionRule:
        """The row as it was filled in, not saved."""
        rule = self.save(commit=False)
        rule.places, rule.lockdown, rule.test_days = (self.cleaned_data[name] for name in ("places", "lockdown", "days_of_tests"))
        return rule


class ImaginedPersonForm(forms.Form):
    """Somebody to try a policy on; nothing of it is kept."""

    on = PeopleDateField(label=_("Vào ngày"), help_text=EXAMPLE, earliest=FIRST_DAY, latest=LAST_DAY)
    level = forms.TypedChoiceField(
        label=_("Cấp độ dịch nơi đi"),
        choices=[("", _("chưa công bố")), *((level, str(level)) for level in range(1, 5))],
        coerce=int,
        required=False,
        empty_value=None,
    )
    place = forms.ChoiceField(label=_("Đến từ tỉnh"), required=False)
    locked_down = forms.BooleanField(label=_("nơi đang phong tỏa"), required=False)
    doses = forms.TypedChoiceField(label=_("Số mũi đã tiêm"), choices=[(0, "0"), (1, "1"), (2, _("2 (đủ liều)")), (3, "3")], coerce=int, initial=0)
    last_dose = PeopleDateField(label=_("Ngày mũi cuối"), required=False, earliest=FIRST_DAY, latest=LAST_DAY)
    recovered = PeopleDateField(label=_("Ngày khỏi bệnh"), required=False, earliest=FIRST_DAY, latest=LAST_DAY)
    test = forms.ChoiceField(
        label=_("Xét nghiệm âm tính"), choices=[("", _("không")), ("pcr", "PCR"), ("antigen", _("kháng nguyên"))], required=False
    )
    test_hours = _days(_("lấy mẫu trước đó (giờ)"), most=240)
    contact = forms.ChoiceField(
        label=_("Diện"),
        choices=[("", _("không")), ("F0", "F0"), ("F1", "F1"), ("F2", "F2"), ("suspected", _("có triệu chứng nghi ngờ"))],
        required=False,
    )
    contact_on = PeopleDateField(label=_("Ngày mắc bệnh, tiếp xúc hoặc có triệu chứng"), required=False, earliest=FIRST_DAY, latest=LAST_DAY)

    def __init__(self, data=None, *, initial=None):
        super().__init__(data, initial=initial)
        on = (initial or {}).get("on") or FIRST_DAY
        self.fields["place"].choices = [
            ("", _("không nêu")),
            *((row.code, str(row)) for row in Province.objects.existing_on(on).order_by("name", "pk")),
        ]

    def clean(self):
        for given, needed in (("doses", "last_dose"), ("contact", "contact_on")):
            if self.cleaned_data.get(given) and not self.cleaned_data.get(needed) and needed not in self.errors:
                self.add_error(needed, ValidationError(_("Hãy điền ngày."), code="required"))
        if self.cleaned_data.get("test") and self.cleaned_data.get("test_hours") is None and "test_hours" not in self.errors:
            self.add_error("test_hours", ValidationError(_("Hãy điền số giờ."), code="required"))
        return self.cleaned_data

    def facts(self, tz) -> PersonFacts:
        told = self.cleaned_data
        noon = dt.datetime.combine(told["on"], dt.time(12), tz)
        return PersonFacts(
            told["level"],
            (Dose(told["last_dose"], told["doses"], told["doses"] >= 2, 2),) if told["doses"] else (),
            (Test(noon - dt.timedelta(hours=told["test_hours"]), told["test"], positive=False, proof=2),) if told["test"] else (),
            (Recovery(told["recovered"], 2),) if told["recovered"] else (),
            (Contact(told["contact_on"], told["contact"]),) if told["contact"] else (),
            frozenset([told["place"]]) if told["place"] else frozenset(),
            told["locked_down"],
        )


class ReturnForm(forms.Form):
    reason = CleanTextField(label=_("Cần sửa gì"), max_length=300, widget=forms.Textarea(attrs={"rows": 4}))
