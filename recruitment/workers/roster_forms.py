"""A table of who works where: its columns, and one row of it."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from recruitment.employers.models import Factory
from recruitment.openings.reading import Headings
from recruitment.shared.forms import CleanCharField, PeopleDateField, PhoneField, days_from_today
from recruitment.workers.services.roster import RosterRow

HEADINGS = Headings(
    {
        "phone": "số điện thoại;điện thoại;sđt;di động;phone;mobile",
        "name": "họ tên;họ và tên;tên;người lao động;name;full name",
        "workshop": "xưởng;phân xưởng;workshop",
        "line": "chuyền;dây chuyền;line",
        "team": "tổ;ca;tổ ca;ca tổ;ca làm;team;shift",
        "dormitory_room": "phòng;phòng ở;phòng ký túc xá;ký túc xá;room;dormitory room",
        "shuttle": "xe;xe đưa đón;tuyến xe;shuttle;bus",
        "since": "từ ngày;ngày vào;ngày vào làm;ngày bắt đầu;since;start date",
    },
    needed="phone",
)


class RosterForm(forms.Form):
    """The table as a file or pasted, and whose people they are."""

    factory = forms.ModelChoiceField(
        Factory.objects.none(), label=_("Nhà máy"), empty_label=None, error_messages={"invalid_choice": _("Hãy chọn nhà máy trong danh sách.")}
    )
    file = forms.FileField(
        label=_("Tệp CSV hoặc Excel (.xlsx)"),
        help_text=_("Tối đa 5 MB và 2.000 dòng. Cần cột “số điện thoại” và “họ tên”; xưởng, chuyền, ca, phòng, xe, từ ngày được nhận ra theo tên."),
        allow_empty_file=True,
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm"}),
    )
    table = forms.CharField(
        required=False,
        strip=False,
        max_length=1_000_000,
        label=_("Hoặc dán bảng vào đây"),
        help_text=_("Chọn các ô trong bảng tính, cả hàng tiêu đề, chép rồi dán."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *arguments, factories, **options):
        super().__init__(*arguments, **options)
        self.fields["factory"].queryset = factories

    def clean(self):
        cleaned = super().clean()
        if "file" not in self.errors and not cleaned.get("file") and not cleaned.get("table", "").strip():
            self.add_error("file", now("Hãy chọn tệp, hoặc dán bảng vào ô bên dưới."))
        return cleaned


class RosterRowForm(forms.Form):
    """The same bounds and messages as the fields of a page."""

    phone = PhoneField(label=_("Số điện thoại"))
    name = CleanCharField(label=_("Họ tên"), max_length=120)
    workshop = CleanCharField(label=_("Xưởng"), max_length=80, required=False)
    line = CleanCharField(label=_("Chuyền"), max_length=80, required=False)
    team = CleanCharField(label=_("Tổ, ca"), max_length=40, required=False)
    dormitory_room = CleanCharField(label=_("Phòng ký túc xá"), max_length=40, required=False)
    shuttle = CleanCharField(label=_("Xe đưa đón"), max_length=40, required=False)
    since = PeopleDateField(label=_("Từ ngày"), required=False, earliest=days_from_today(-365 * 40), latest=days_from_today(90))


def understood(number: int, cells: Mapping[str, str]) -> RosterRow:
    """One row of the table with what can't be read of it."""
    form = RosterRowForm(cells)
    form.is_valid()
    errors = [f"{form.fields[name].label}: {message}" for name, said in form.errors.items() for message in said]
    read = {name: form.cleaned_data.get(name) for name in form.fields}
    texts = {name: read[name] or "" for name in form.fields if name != "since"}
    return RosterRow(number=number, since=read["since"], errors=errors, **texts | {"name": texts["name"] or cells.get("name", "")[:120]})
