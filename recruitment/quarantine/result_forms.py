"""Results of tests for many people, and what a person reports."""

from django import forms
from django.utils.translation import gettext_lazy as _

from recruitment.shared.forms import CleanCharField, CleanTextField, PeopleDateField, days_from_today, today

LONGEST_AGO = 30  # days
NEGATIVE, POSITIVE = "negative", "positive"
RESULTS = {NEGATIVE: False, POSITIVE: True}
LONGEST_KEY = 19  # digits


class ResultsForm(forms.Form):
    """The day of sampling for all; `results` are the fields named result-<key>: True for positive, nothing for whoever was not tested."""

    taken_on = PeopleDateField(label=_("Ngày lấy mẫu"), earliest=days_from_today(-LONGEST_AGO), latest=today)
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def results(self) -> dict[int, bool]:
        chosen = {}
        for name, value in self.data.items():
            key = name.removeprefix("result-")
            if key != name and key.isdecimal() and len(key) < LONGEST_KEY and value in RESULTS:
                chosen[int(key)] = RESULTS[value]
        return chosen


class ReportForm(forms.Form):
    text = CleanTextField(
        label=_("Bạn thấy thế nào"),
        help_text=_("Ví dụ: sốt, ho, khó thở, mất vị giác, hoặc cần thuốc. Chỉ người trực khu và cán bộ y tế đọc."),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LeavingForm(forms.Form):
    reason = CleanCharField(label=_("Lý do cho ra khi chưa đủ"), required=False, max_length=300)


class RevokePaperForm(forms.Form):
    reason = CleanCharField(label=_("Lý do thu hồi"), help_text=_("Người kiểm tra giấy sẽ đọc. Đừng ghi điều gì về sức khỏe."), max_length=300)
