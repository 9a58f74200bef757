"""What an officer proposes about a person whom no rule speaks of."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from recruitment.health.models import AdmissionRule
from recruitment.shared.forms import CleanCharField, CleanTextField, PeopleDateField, today

LONGEST_DAYS = 90
EXAMPLE = _("Ví dụ: 24/11/2026")
CHOOSE = {"required": _("Hãy chọn một mục.")}


def last_day() -> dt.date:
    return today() + dt.timedelta(days=LONGEST_DAYS)


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Quyết định"), choices=[("admit", _("được vào")), ("refuse", _("chưa được vào"))], widget=forms.RadioSelect, error_messages=CHOOSE
    )
    document = CleanCharField(label=_("Số văn bản, biên bản"), help_text=_("Người được quyết định đọc được số này."), max_length=60)
    reason = CleanTextField(label=_("Lý do"), help_text=_("Giữ mã hóa; cán bộ y tế và chính người đó đọc được."), max_length=600)
    valid_from = PeopleDateField(label=_("Có giá trị từ ngày"), help_text=EXAMPLE, earliest=today, latest=last_day)
    valid_until = PeopleDateField(label=_("Đến hết ngày"), help_text=_("Nhiều nhất 90 ngày kể từ hôm nay."), earliest=today, latest=last_day)
    quarantine_place = forms.ChoiceField(label=_("Cách ly"), choices=AdmissionRule.Place.choices, required=False)
    quarantine_days = forms.IntegerField(label=_("Số ngày cách ly"), min_value=0, max_value=60, required=False)
    monitoring_days = forms.IntegerField(label=_("Số ngày theo dõi"), min_value=0, max_value=60, required=False)

    def clean(self):
        cleaned = self.cleaned_data
        if cleaned.get("valid_from") and cleaned.get("valid_until") and cleaned["valid_until"] < cleaned["valid_from"]:
            self.add_error("valid_until", ValidationError(_("Ngày hết giá trị phải từ ngày bắt đầu trở đi."), code="order"))
        days, place = cleaned.get("quarantine_days"), cleaned.get("quarantine_place")
        if days and not place:
            self.add_error("quarantine_place", ValidationError(_("Có ngày cách ly thì phải chọn nơi cách ly."), code="place"))
        if place and not days:
            self.add_error("quarantine_days", ValidationError(_("Đã chọn nơi cách ly: hãy ghi số ngày."), code="days"))
        return cleaned

    def fields_of_decision(self) -> dict:
        """For services/decisions.py; who may not come isolates nowhere."""
        cleaned = self.cleaned_data
        admits = cleaned["outcome"] == "admit"
        isolation = {
            "quarantine_place": cleaned["quarantine_place"] if admits else "",
            "quarantine_days": (cleaned["quarantine_days"] or 0) if admits else 0,
            "monitoring_days": (cleaned["monitoring_days"] or 0) if admits else 0,
        }
        return {"admits": admits} | {name: cleaned[name] for name in ("document", "reason", "valid_from", "valid_until")} | isolation
