"""Counts of vaccinated people, and waves of doses."""

import datetime as dt

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from recruitment.places.models import Commune, Province
from recruitment.shared.forms import CleanCharField, CountField, PeopleDateField, today
from recruitment.vaccination.models import PriorityGroup
from recruitment.vaccination.services.reporting import Figures

VACCINATION_BEGAN = dt.date(2021, 1, 1)
MOST_PEOPLE = 5_000_000
MOST_DOSES = 20_000_000
COUNTED_ELSEWHERE = _("Không tính người đã được nhà máy hoặc đơn vị vận tải khai.")


class FiguresForm(forms.Form):
    """Cleans to `figures()`."""

    people = CountField(smallest=1, largest=MOST_PEOPLE, label=_("Số người"), help_text=_("Tất cả người đang làm, kể cả người chưa tiêm."))
    one_dose = CountField(smallest=0, largest=MOST_PEOPLE, label=_("Đã tiêm ít nhất một mũi"), help_text=_("Kể cả người đã tiêm đủ."))
    full_course = CountField(smallest=0, largest=MOST_PEOPLE, label=_("Đã tiêm đủ mũi"))
    as_of = PeopleDateField(earliest=VACCINATION_BEGAN, latest=today, label=_("Tính đến ngày"), help_text=_("Ví dụ: 24/11/2026"))

    def clean(self):
        people, one, full = (self.cleaned_data.get(name) for name in ("people", "one_dose", "full_course"))
        if people is not None and one is not None and one > people:
            self.add_error("one_dose", now("Không thể nhiều hơn số người. Hãy kiểm tra lại."))
        if one is not None and full is not None and full > one:
            self.add_error("full_course", now("Không thể nhiều hơn số người đã tiêm ít nhất một mũi. Hãy kiểm tra lại."))
        return self.cleaned_data

    def figures(self) -> Figures:
        return Figures(**{name: self.cleaned_data[name] for name in ("people", "one_dose", "full_course", "as_of")})


class OperatorForm(FiguresForm):
    field_order = ["operator"]

    operator = CleanCharField(
        max_length=160,
        label=_("Tên đơn vị vận tải"),
        help_text=_("Công ty, hợp tác xã hoặc đội xe. Không ghi tên người."),
        widget=forms.TextInput(attrs={"list": "known-operators", "autocomplete": "off"}),
    )


class CommuneForm(FiguresForm):
    field_order = ["commune"]

    commune = forms.ModelChoiceField(
        Commune.objects.none(), label=_("Xã, phường"), empty_label=_("Chọn xã, phường"), error_messages={"required": _("Hãy chọn xã, phường.")}
    )

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.fields["commune"].queryset = communes_at_home()
        self.fields["people"].help_text = COUNTED_ELSEWHERE


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("Tệp CSV"),
        help_text=_("Tối đa 1 MB và 1.000 dòng. Các cột: loại (vận tải hoặc xã), tên, số người, ít nhất một mũi, đủ mũi, ngày."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt"}),
    )
    table = forms.CharField(
        required=False,
        strip=False,
        max_length=1_000_000,
        label=_("Hoặc dán bảng vào đây"),
        help_text=_("Chọn các ô trong bảng tính, cả hàng tiêu đề, chép rồi dán."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean(self):
        cleaned = super().clean()
        if "file" not in self.errors and not cleaned.get("file") and not cleaned.get("table", "").strip():
            self.add_error("file", now("Hãy chọn tệp, hoặc dán bảng vào ô bên dưới."))
        return cleaned


class WaveForm(forms.Form):
    """Cleans to the fields of a VaccinationWave, and the `version` that the person saw."""

    number = CountField(smallest=1, largest=999, label=_("Đợt số"))
    group = forms.ChoiceField(choices=PriorityGroup.choices, label=_("Nhóm ưu tiên"))
    starts_on = PeopleDateField(earliest=VACCINATION_BEGAN, label=_("Từ ngày"), help_text=_("Ví dụ: 24/11/2026"))
    ends_on = PeopleDateField(earliest=VACCINATION_BEGAN, label=_("Đến hết ngày"))
    doses_planned = CountField(smallest=1, largest=MOST_DOSES, label=_("Liều theo kế hoạch"))
    doses_received = CountField(smallest=0, largest=MOST_DOSES, label=_("Liều đã nhận"), help_text=_("Kể cả liều rút thêm được từ lọ."))
    doses_given = CountField(smallest=0, largest=MOST_DOSES, label=_("Liều đã tiêm"))
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def clean(self):
        starts, ends = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        received, given = self.cleaned_data.get("doses_received"), self.cleaned_data.get("doses_given")
        if starts and ends and ends < starts:
            self.add_error("ends_on", now("Ngày kết thúc cần từ ngày bắt đầu trở đi."))
        if received is not None and given is not None and given > received:
            self.add_error("doses_given", now("Không thể tiêm nhiều hơn số liều đã nhận. Hãy kiểm tra lại cả hai số."))
        return self.cleaned_data


def communes_at_home():
    """Communes of the recruiting province as it is today."""
    at_home = Province.objects.existing_on(timezone.localdate()).filter(code=settings.HOME_PROVINCE_CODE)
    return Commune.objects.filter(province__in=at_home).order_by("name", "pk")
