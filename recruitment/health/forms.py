"""What a worker tells about doses, tests, recoveries and contacts. Each form cleans to the `facts` of a HealthEvent."""

import datetime as dt
import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.health.vaccines import VACCINES, completes_course
from recruitment.places.models import Province
from recruitment.shared.forms import CleanCharField, PeopleDateField, today

PANDEMIC_BEGAN = dt.date(2020, 1, 1)
VACCINATION_BEGAN = dt.date(2021, 1, 1)
TIME = re.compile(r"(\d{1,2})\s*(?:[:hg.]|giờ)?\s*(\d{2})?")
EXAMPLE = _("Ví dụ: 24/11/2026")
CHOOSE = {"required": _("Hãy chọn một mục.")}


class EventForm(forms.Form):
    """`kind` and `title` name the event; `facts()` is what the record keeps."""

    kind = ""
    title = ""

    def facts(self) -> dict:
        return {"kind": self.kind, "on": self.cleaned_data["on"].isoformat()}


class DoseForm(EventForm):
    kind, title = "dose", _("Mũi tiêm")

    number = forms.TypedChoiceField(
        label=_("Mũi thứ mấy"), choices=[(number, number) for number in range(1, 7)], coerce=int, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    on = PeopleDateField(label=_("Ngày tiêm"), help_text=EXAMPLE, earliest=VACCINATION_BEGAN, latest=today)
    vaccine = forms.ChoiceField(label=_("Vắc-xin"), choices=[*((name, name) for name in VACCINES), ("", _("Không nhớ, loại khác"))], required=False)

    def facts(self) -> dict:
        number, vaccine = self.cleaned_data["number"], self.cleaned_data["vaccine"]
        return super().facts() | {"number": number, "full_course": completes_course(vaccine, number), "vaccine": vaccine}


class TestForm(EventForm):
    kind, title = "test", _("Xét nghiệm")

    method = forms.ChoiceField(
        label=_("Loại"), choices=[("pcr", "PCR"), ("antigen", _("Test nhanh kháng nguyên"))], widget=forms.RadioSelect, error_messages=CHOOSE
    )
    result = forms.ChoiceField(
        label=_("Kết quả"), choices=[("negative", _("Âm tính")), ("positive", _("Dương tính"))], widget=forms.RadioSelect, error_messages=CHOOSE
    )
    on = PeopleDateField(label=_("Ngày lấy mẫu"), help_text=EXAMPLE, earliest=PANDEMIC_BEGAN, latest=today)
    time = CleanCharField(
        label=_("Giờ lấy mẫu"),
        help_text=_("Ví dụ: 8:30. Để trống thì tính từ 0 giờ ngày hôm đó."),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )

    def clean_time(self) -> dt.time:
        text = self.cleaned_data["time"]
        if not text:
            return dt.time(0)
        found = TIME.fullmatch(text.casefold())
        try:
            return dt.time(int(found[1]), int(found[2] or 0))
        except (TypeError, ValueError):
            raise ValidationError(_("Không đọc được giờ này. Hãy viết như 8:30 hoặc 14:00."), code="invalid") from None

    def clean(self):
        on, time = self.cleaned_data.get("on"), self.cleaned_data.get("time")
        if on and time is not None:
            at = dt.datetime.combine(on, time, tzinfo=timezone.get_current_timezone())
            if at > timezone.now():
                self.add_error("time", ValidationError(_("Giờ này chưa tới. Hãy kiểm tra lại giờ lấy mẫu."), code="late"))
            self.cleaned_data["at"] = at
        return self.cleaned_data

    def facts(self) -> dict:
        return super().facts() | {name: self.cleaned_data[name] for name in ("method", "result")} | {"at": self.cleaned_data["at"].isoformat()}


class RecoveryForm(EventForm):
    kind, title = "recovery", _("Khỏi bệnh")

    on = PeopleDateField(label=_("Ngày được xác nhận khỏi bệnh"), help_text=EXAMPLE, earliest=PANDEMIC_BEGAN, latest=today)


class ContactForm(EventForm):
    kind, title = "contact", _("Mắc bệnh hoặc tiếp xúc")

    on = PeopleDateField(label=_("Ngày mắc bệnh hoặc tiếp xúc lần cuối"), help_text=EXAMPLE, earliest=PANDEMIC_BEGAN, latest=today)
    person_class = forms.ChoiceField(
        label=_("Diện"),
        choices=[
            ("F0", _("F0: tôi mắc bệnh")),
            ("F1", _("F1: tôi tiếp xúc gần với F0")),
            ("F2", _("F2: tôi tiếp xúc với F1")),
            ("suspected", _("tôi có triệu chứng nghi ngờ (ho, sốt, mất vị giác…)")),
        ],
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )

    def facts(self) -> dict:
        return super().facts() | {"class": self.cleaned_data["person_class"]}


class StayForm(EventForm):
    kind, title = "stay", _("Đã ở nơi khác")

    place = forms.ChoiceField(label=_("Ở tỉnh, thành phố nào"), error_messages=CHOOSE)
    first = PeopleDateField(label=_("Từ ngày"), help_text=EXAMPLE, earliest=PANDEMIC_BEGAN, latest=today)
    on = PeopleDateField(label=_("Đến ngày"), help_text=EXAMPLE, earliest=PANDEMIC_BEGAN, latest=today)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["place"].choices = [("", _("Chọn một nơi")), *((row.code, str(row)) for row in Province.objects.existing_on(today()))]

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("on")
        if first and last and last < first:
            self.add_error("on", ValidationError(_("Ngày rời đi phải sau ngày đến. Hãy kiểm tra lại hai ngày."), code="order"))
        return self.cleaned_data

    def facts(self) -> dict:
        return super().facts() | {"place": self.cleaned_data["place"], "from": self.cleaned_data["first"].isoformat()}


FORMS: dict[str, type[EventForm]] = {form.kind: form for form in (DoseForm, TestForm, RecoveryForm, ContactForm, StayForm)}
