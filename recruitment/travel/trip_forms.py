"""Announcing and cancelling trips, boarding, and decisions about routes."""

import datetime as dt
import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.shared.forms import CleanCharField, CountField, PeopleDateField, ReadField, clean_text, days_from_today, today
from recruitment.shared.widgets import DayInput
from recruitment.travel.models import Route
from recruitment.travel.models.routes import Running
from recruitment.travel.pass_text import MOST_CHARACTERS

CHOSEN = {"invalid_choice": _("Hãy chọn trong danh sách."), "required": _("Hãy chọn trong danh sách.")}


class TimeField(ReadField):
    """A time of day as 6, 6:30, 06h30 or 0630."""

    widget = DayInput
    default_error_messages = {"required": _("Hãy điền giờ."), "invalid": _("Không đọc được giờ này. Hãy viết như 6:30.")}

    def to_python(self, value) -> dt.time | None:
        if isinstance(value, dt.time):
            return value
        text = clean_text(str(value or ""))
        if not text:
            return None
        found = re.fullmatch(r"([0-9]{1,2})(?:[:hHgG. ]?([0-9]{2}))?[hHgG]?", text)
        if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return dt.time(int(found[1]), int(found[2] or 0))


class TripForm(forms.Form):
    route = forms.ModelChoiceField(Route.objects.all(), label=_("Tuyến xe"), empty_label=_("Chọn tuyến xe"), error_messages=CHOSEN)
    departs_on = PeopleDateField(label=_("Ngày xuất phát"), earliest=today, latest=days_from_today(90))
    departs_time = TimeField(label=_("Giờ xuất phát"), help_text=_("Ví dụ 6:30"))
    hours = CountField(label=_("Số giờ đi đường"), smallest=1, largest=48)
    capacity = CountField(label=_("Số ghế của xe"), smallest=1, largest=100, help_text=_("Số ghế được bán tính theo quy định của ngày đó"))
    vehicle = CleanCharField(label=_("Biển số xe"), max_length=20, required=False)
    driver_phone = CleanCharField(label=_("Số gọi lái xe"), max_length=20, required=False)

    def trip(self) -> dict:
        """What announce_trip asks for."""
        said = self.cleaned_data
        departs = timezone.make_aware(dt.datetime.combine(said["departs_on"], said["departs_time"]))
        whole = {name: said[name] for name in ("route", "capacity", "vehicle", "driver_phone")}
        return whole | {"departs_at": departs, "arrives_at": departs + dt.timedelta(hours=said["hours"])}


class CancelForm(forms.Form):
    reason = CleanCharField(label=_("Lý do hủy"), max_length=300, help_text=_("Những người đã có ghế sẽ đọc."))


class BoardForm(forms.Form):
    text = forms.CharField(label=_("Mã QR hoặc mã 8 ký tự"), max_length=MOST_CHARACTERS, error_messages={"required": _("Hãy quét hoặc nhập mã.")})


class RouteDecisionForm(forms.Form):
    running = forms.ChoiceField(label=_("Trạng thái"), choices=Running, error_messages=CHOSEN)
    seat_percent = CountField(label=_("Phần ghế được bán (%)"), smallest=0, largest=100)
    since = PeopleDateField(label=_("Từ ngày"), earliest=days_from_today(-30), latest=days_from_today(365))
    until = PeopleDateField(label=_("Đến hết ngày"), required=False, earliest=days_from_today(-30), latest=days_from_today(730))
    document = CleanCharField(label=_("Số văn bản"), max_length=120)
    document_on = PeopleDateField(label=_("Ngày văn bản"), latest=today)

    def clean(self):
        said = self.cleaned_data
        if said.get("until") and said.get("since") and said["until"] < said["since"]:
            self.add_error("until", _("Ngày cuối phải từ ngày đầu trở đi."))
        if said.get("running") == Running.CLOSED and said.get("seat_percent"):
            self.add_error("seat_percent", _("Tuyến tạm dừng thì phần ghế được bán là 0."))
        return said
