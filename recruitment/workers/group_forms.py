"""A liaison's table of people."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class PeopleTableForm(forms.Form):
    file = forms.FileField(
        label=_("Tệp CSV hoặc XLSX"),
        help_text=_("Cột cần có: họ và tên, ngày sinh, số điện thoại, tỉnh. Cột thêm: số căn cước, nghề, đi làm được từ ngày; người không có điện thoại: số giấy đồng ý đã ký."),
        required=False,
    )  # fmt: skip
    table = forms.CharField(label=_("Hoặc dán bảng vào đây"), required=False, max_length=500_000, widget=forms.Textarea(attrs={"rows": 6}))

    def clean(self):
        if not self.errors and not self.cleaned_data.get("file") and not (self.cleaned_data.get("table") or "").strip():
            self.add_error("file", ValidationError(_("Hãy chọn tệp hoặc dán bảng."), code="required"))
        return self.cleaned_data
