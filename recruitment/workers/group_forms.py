"""A liaison's table of people."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from recruitment.workers.group_tables import HEADINGS, LABELS, PersonRow

LONGEST_CELL = 300


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


class RowForm(forms.Form):
    """One row of the table, cell by cell as it was written."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        for name in HEADINGS.columns:
            self.fields[name] = forms.CharField(
                label=LABELS[name](),
                required=False,
                max_length=LONGEST_CELL,
                error_messages={"null_characters_not_allowed": _("Có ký tự không đọc được. Hãy gõ lại.")},
            )

    @classmethod
    def of(cls, row: PersonRow) -> "RowForm":
        """With what is wrong beside each cell."""
        form = cls({f"{row.number}-{name}": text for name, text in row.cells.items()}, prefix=str(row.number))
        for where, text in row.errors:
            form.add_error(where, text)
        return form
