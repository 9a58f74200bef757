"""A liaison's table of people, one of its rows, and one person alone."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from recruitment.accounts.models import Membership
from recruitment.openings.reading import TableRow
from recruitment.shared.forms import CleanCharField
from recruitment.workers.forms import CHOOSE
from recruitment.workers.group_tables import HEADINGS, LABELS, PersonRow, interpret
from recruitment.workers.models import AssistedAct, Consent, Worker

LONGEST_CELL = 300


class MembershipField(forms.ModelChoiceField):
    def label_from_instance(self, membership: Membership) -> str:
        return f"{membership.user} · {membership.organisation}"


class PeopleTableForm(forms.Form):
    file = forms.FileField(
        label=_("Tệp CSV hoặc XLSX"),
        help_text=_("Cột cần có: họ và tên, ngày sinh, số điện thoại, tỉnh. Cột thêm: số căn cước, nghề, đi làm được từ ngày; người không có điện thoại: số giấy đồng ý đã ký."),
        required=False,
        allow_empty_file=True,  # reading it says what to do
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


class HelperForm(forms.Form):
    """Who of `people` is to be answered for by which of `helpers` (memberships) from now on."""

    workers = forms.ModelMultipleChoiceField(Worker.objects.none(), error_messages={"required": _("Hãy đánh dấu ít nhất một người.")})
    helper = MembershipField(Membership.objects.none(), label=_("Người nhận tin thay"), empty_label=_("Chọn người"), error_messages=CHOOSE)

    def __init__(self, *arguments, people, helpers, **options):
        super().__init__(*arguments, **options)
        self.fields["workers"].queryset = people
        self.fields["helper"].queryset = helpers


class PersonForm(forms.Form):
    """One person beside the liaison. What a table's row says, and how and to what somebody without a phone agrees; nothing is ticked beforehand."""

    name = CleanCharField(label=_("Họ và tên"), max_length=120)
    birth_date = CleanCharField(label=_("Ngày sinh"), max_length=20, help_text=_("Ví dụ: 24/11/1998"))
    phone = CleanCharField(label=_("Số điện thoại"), max_length=20, required=False, help_text=_("Để trống nếu không có điện thoại."))
    national_id = CleanCharField(label=_("Số căn cước"), max_length=20, required=False)
    province = CleanCharField(label=_("Tỉnh"), max_length=60)
    occupation = CleanCharField(label=_("Nghề"), max_length=120, required=False)
    how = forms.ChoiceField(label=_("Đồng ý bằng cách nào"), choices=AssistedAct.How, widget=forms.RadioSelect, required=False)
    paper = CleanCharField(label=_("Số giấy đồng ý hoặc biên bản"), max_length=60, required=False)
    purposes = forms.MultipleChoiceField(label=_("Người này đồng ý"), choices=Consent.Purpose, widget=forms.CheckboxSelectMultiple, required=False)

    def clean(self):
        said = self.cleaned_data
        if not said.get("phone") and "phone" not in self.errors:
            for name, text in (
                ("how", _("Không có điện thoại thì phải ghi người này đồng ý bằng cách nào.")),
                ("paper", _("Hãy ghi số giấy đồng ý hoặc số biên bản.")),
                ("purposes", _("Hãy đánh dấu ít nhất một điều mà người này đồng ý.")),
            ):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, text)
        return said

    def row(self, *, on: dt.date) -> PersonRow:
        """Read as a row of a table is."""
        said = self.cleaned_data
        [row] = interpret([TableRow(1, {name: said.get(name) or "" for name in HEADINGS.columns})], on=on)
        row.values |= {"how": said["how"], "purposes": said["purposes"]}
        return row

    def show_errors(self, row: PersonRow) -> None:
        for where, text in row.errors:
            self.add_error(where if where in self.fields else None, text)
