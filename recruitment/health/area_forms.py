"""Entering an area's level by hand, with the week's figures if there are any, or choosing a table of many."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.health.services.area_levels import Entry
from recruitment.places.areas import Figures
from recruitment.places.models import Province
from recruitment.shared.forms import CleanCharField, PeopleDateField, days_from_today

EARLIEST = dt.date(2020, 1, 1)


def _figure(label, *, most):
    messages = {
        "invalid": _("Hãy viết một số, ví dụ 45,5."),
        "max_value": _("Nhiều nhất %(limit_value)s."),
        "min_value": _("Không được là số âm."),
        "max_decimal_places": _("Tối đa một chữ số sau dấu phẩy."),
        "max_digits": _("Số này dài quá."),
    }
    widget = forms.TextInput(attrs={"class": "short", "inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        label=label, min_value=0, max_value=most, decimal_places=1, required=False, localize=True, widget=widget, error_messages=messages
    )


class LevelForm(forms.Form):
    commune = forms.ChoiceField(label=_("Nơi"), required=False)
    level = forms.TypedChoiceField(
        label=_("Cấp độ dịch"), coerce=int, required=False, empty_value=None, widget=forms.RadioSelect,
        choices=[(1, _("1: bình thường mới")), (2, _("2: trung bình")), (3, _("3: cao")), (4, _("4: rất cao"))],
    )  # fmt: skip
    is_locked_down = forms.BooleanField(label=_("Đang phong tỏa"), required=False)
    since = PeopleDateField(label=_("Từ ngày"), help_text=_("Ví dụ: 24/11/2026"), earliest=EARLIEST, latest=days_from_today(60))
    document = CleanCharField(label=_("Văn bản công bố"), max_length=120)
    incidence = _figure(_("Ca mới trên 100.000 dân trong tuần"), most=99_999)
    adults_one_dose = _figure(_("Người lớn đã tiêm ít nhất một mũi (%)"), most=100)
    elderly_full_course = _figure(_("Người từ 65 tuổi đã tiêm đủ (%)"), most=100)
    has_treatment_capacity = forms.BooleanField(label=_("Đủ năng lực thu dung, điều trị"), required=False, initial=True)

    def __init__(self, data=None, *, province: Province, initial=None):
        self.province = province
        self.communes = {str(row.pk): row for row in province.communes.order_by("name", "pk")}
        super().__init__(data, initial=initial)
        self.fields["commune"].choices = [("", _("cả tỉnh")), *((pk, row.name) for pk, row in self.communes.items())]

    def clean(self):
        given = [name for name in ("incidence", "adults_one_dose", "elderly_full_course") if self.cleaned_data.get(name) is not None]
        if 0 < len(given) < 3 and not self.errors:
            raise ValidationError(
                _("Cần đủ ba số liệu: ca mới trên 100.000 dân, tỷ lệ tiêm một mũi, tỷ lệ người từ 65 tuổi tiêm đủ."), code="partial"
            )
        if self.cleaned_data.get("level") is None and "suggest" not in self.data and "level" not in self.errors:
            self.add_error("level", ValidationError(_("Hãy chọn một cấp độ."), code="required"))
        if "suggest" in self.data and not given:
            raise ValidationError(_("Hãy điền ba số liệu trong tuần để tính gợi ý."), code="figures")
        return self.cleaned_data

    @property
    def figures(self) -> Figures | None:
        told = self.cleaned_data
        if told.get("incidence") is None:
            return None
        return Figures(told["incidence"], told["adults_one_dose"], told["elderly_full_course"], told["has_treatment_capacity"])

    def entry(self) -> Entry:
        told = self.cleaned_data
        return Entry(
            self.province, self.communes.get(told["commune"]), told["level"], told["since"], told["document"], told["is_locked_down"], self.figures
        )


class LevelTableForm(forms.Form):
    file = forms.FileField(
        label=_("Tệp CSV hoặc XLSX"),
        help_text=_("Cột cần có: địa bàn, cấp độ, từ ngày, văn bản. Cột thêm: tỉnh, phong tỏa, ca mới trên 100.000 dân, tiêm 1 mũi, 65 tuổi tiêm đủ, năng lực điều trị."),
        required=False,
    )  # fmt: skip
    table = forms.CharField(label=_("Hoặc dán bảng vào đây"), required=False, max_length=500_000, widget=forms.Textarea(attrs={"rows": 6}))

    def clean(self):
        if not self.errors and not self.cleaned_data.get("file") and not (self.cleaned_data.get("table") or "").strip():
            self.add_error("file", ValidationError(_("Hãy chọn tệp hoặc dán bảng."), code="required"))
        return self.cleaned_data


class DayForm(forms.Form):
    """Which day a page is about; today when it isn't said or can't be read."""

    on = PeopleDateField(label=_("Ngày"), required=False, earliest=EARLIEST, latest=days_from_today(60))

    def day(self) -> dt.date:
        return (self.is_valid() and self.cleaned_data["on"]) or timezone.localdate()
