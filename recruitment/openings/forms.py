"""The four steps of an advertisement, the board's filter, and what else recruiters and officers send."""

import datetime as dt
import re
from hashlib import sha256

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recruitment.employers.models import Factory
from recruitment.occupations.models import Occupation, Skill
from recruitment.openings import requirements
from recruitment.openings.models import LONGEST_RIDE, Opening, Stop, WordingOverride
from recruitment.openings.wording import phrase_key
from recruitment.openings.working_time import excess_hours
from recruitment.shared.forms import CleanCharField, CleanTextField, CountField, MoneyField, PeopleDateField, days_from_today
from recruitment.workers.models import Shift

MOST_STOPS = 20
STOP = re.compile(
    r"(?:(?P<hour>\d{1,2})\s*(?:[:hg]|giờ)\s*(?P<minute>\d{2})?)?\s*[-–·:]?\s*"
    r"(?P<name>.*?)(?:\s*[,;(–-]\s*(?:đi\s+)?(?P<ride>\d{1,4})\s*(?:phút|ph|p|min|minutes)\.?\)?)?",
    re.IGNORECASE,
)


def label(field: str):
    return capfirst(Opening._meta.get_field(field).verbose_name)


class SeenField(forms.Field):
    """`changed_at` of the opening as the page showed it."""

    widget = forms.HiddenInput

    def to_python(self, value) -> dt.datetime | None:
        try:
            return dt.datetime.fromisoformat(value) if value else None
        except ValueError:
            raise ValidationError(_("Trang này đã cũ. Hãy tải lại trang.")) from None

    def prepare_value(self, value):
        return value.isoformat() if isinstance(value, dt.datetime) else value


class ShuttleStopsField(CleanTextField):
    """One stop a line, "6:10 Bến xe Thái Nguyên, 35 phút"; the times may be left out. Cleans to models.Stop."""

    default_error_messages = {
        "too_many": gettext_lazy("Nhiều nhất %(most)s điểm đón."),
        "no_such_time": gettext_lazy("Không có giờ này: “%(line)s”. Hãy viết như 6:10 Bến xe Thái Nguyên."),
        "long_ride": gettext_lazy("Đi xe không thể lâu thế: “%(line)s”. Nhiều nhất %(most)s phút."),
        "no_name": gettext_lazy("Dòng “%(line)s” thiếu tên điểm đón."),
        "long_name": gettext_lazy("Tên điểm đón dài quá: tối đa 120 ký tự."),
    }

    def clean(self, value) -> list[Stop]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_STOPS:
            raise ValidationError(self.error_messages["too_many"], params={"most": MOST_STOPS})
        return [self._stop(line) for line in lines]

    def prepare_value(self, value):
        if isinstance(value, list):
            return "\n".join(map(str, value))
        return value

    def _stop(self, line: str) -> Stop:
        found = STOP.fullmatch(line)
        name, hour = found["name"].strip(), found["hour"]
        try:
            departs_at = dt.time(int(hour), int(found["minute"] or 0)) if hour else None
        except ValueError:
            raise ValidationError(self.error_messages["no_such_time"], params={"line": line}) from None
        if not name:
            raise ValidationError(self.error_messages["no_name"], params={"line": line})
        if len(name) > 120:
            raise ValidationError(self.error_messages["long_name"])
        minutes = int(found["ride"]) if found["ride"] else None
        if minutes is not None and not 1 <= minutes <= LONGEST_RIDE:
            raise ValidationError(self.error_messages["long_ride"], params={"line": line, "most": LONGEST_RIDE})
        return Stop(name, departs_at, minutes)


class FactoryField(forms.ModelChoiceField):
    """One of the user's own factories: see `offer_factories`."""

    def __init__(self):
        super().__init__(
            Factory.objects.none(),
            label=label("factory"),
            empty_label=gettext_lazy("Chọn nhà máy"),
            error_messages={"required": gettext_lazy("Hãy chọn nhà máy.")},
        )


def offer_factories(field: forms.ModelChoiceField, user) -> None:
    """The user's own; a single one is chosen already."""
    field.queryset = Factory.objects.visible_to(user).select_related("zone")
    own = list(field.queryset[:2])
    if len(own) == 1:
        field.initial = own[0]


class StepForm(forms.Form):
    """One step; `opening` is the one being edited, or None for a new one, and `user` whose factories may be chosen."""

    seen = SeenField(required=False)
    number = 0

    def __init__(self, *arguments, user, opening: Opening | None = None, on: dt.date, **options):
        self.opening, self.on = opening, on
        initial = {**self.initial_of(opening), "seen": opening.changed_at} if opening else {}
        super().__init__(*arguments, initial=initial, **options)
        self.prepare(user)

    def prepare(self, user) -> None:
        """Fill in choices that depend on who asks."""

    def initial_of(self, opening: Opening) -> dict:
        return {field: getattr(opening, field) for field in self.base_fields if field != "seen"}

    @property
    def values(self) -> dict:
        """What the service saves."""
        return {field: value for field, value in self.cleaned_data.items() if field not in ("seen", "key")}

    def refuse_past(self, field: str) -> None:
        """A day in the past, unless it stood there already."""
        day = self.cleaned_data.get(field)
        if day is not None and day < self.on and day != getattr(self.opening, field, None):
            self.add_error(field, _("Ngày này đã qua. Hãy chọn từ hôm nay trở đi."))


class JobForm(StepForm):
    number = 1
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    factory = FactoryField()
    occupation = forms.ModelChoiceField(
        Occupation.objects.all(),
        label=label("occupation"),
        empty_label=gettext_lazy("Chọn nghề"),
        help_text=gettext_lazy("Quyết định tin hiện ra với ai."),
        error_messages={"required": gettext_lazy("Hãy chọn nghề.")},
    )
    title = CleanCharField(
        max_length=160, label=label("title"), help_text=gettext_lazy("Như người tìm việc hay gọi, ví dụ Công nhân lắp ráp điện tử.")
    )
    description = CleanTextField(required=False, max_length=4000, label=label("description"))

    def prepare(self, user) -> None:
        offer_factories(self.fields["factory"], user)

    def initial_of(self, opening: Opening) -> dict:
        return {field: getattr(opening, field) for field in ("factory", "occupation", "title", "description")}


class ShiftForm(StepForm):
    number = 2
    headcount = CountField(smallest=1, largest=5000, label=label("headcount"), error_messages={"required": gettext_lazy("Hãy điền số người.")})
    shift = forms.ChoiceField(
        choices=Shift.choices, widget=forms.RadioSelect, label=label("shift"), error_messages={"required": gettext_lazy("Hãy chọn ca.")}
    )
    hours_per_day = CountField(smallest=1, largest=24, label=label("hours_per_day"), initial=8)
    hours_per_week = CountField(smallest=1, largest=168, label=label("hours_per_week"), initial=48)
    overtime_hours_per_week = CountField(
        smallest=0,
        largest=100,
        label=label("overtime_hours_per_week"),
        initial=0,
        help_text=gettext_lazy("Tuần nhiều nhất. Cả năm không quá 200 giờ, riêng điện tử, may, da giày không quá 300 giờ."),
    )
    rest_day = CleanCharField(max_length=60, label=label("rest_day"), help_text=gettext_lazy("Ví dụ Chủ nhật, hoặc xoay theo lịch ca."))
    starts_on = PeopleDateField(latest=days_from_today(366), label=label("starts_on"), help_text=gettext_lazy("Ngày/tháng/năm, ví dụ 01/12/2026."))
    closes_on = PeopleDateField(required=False, latest=days_from_today(366), label=label("closes_on"))

    def clean(self):
        cleaned = super().clean()
        hours = {name: cleaned.get(name) for name in ("hours_per_day", "hours_per_week", "overtime_hours_per_week")}
        if None not in hours.values():
            for excess in excess_hours(**hours):
                self.add_error(excess.field, requirements.LongerThanLaw(field=excess.field, limit=excess.limit, article=excess.article).for_people())
        for field in ("starts_on", "closes_on"):
            self.refuse_past(field)
        return cleaned


class WageForm(StepForm):
    number = 3
    base_wage = MoneyField(label=label("base_wage"), help_text=gettext_lazy("Đồng mỗi tháng, ví dụ 6.000.000 hoặc 6 triệu."))
    allowances = MoneyField(smallest=0, largest=50_000_000, required=False, label=label("allowances"), initial=0)
    has_dormitory = forms.BooleanField(required=False, label=label("has_dormitory"))
    dormitory_fee = MoneyField(smallest=0, largest=10_000_000, required=False, label=label("dormitory_fee"), initial=0)
    dormitory_distance_km = forms.DecimalField(
        required=False,
        min_value=0,
        max_value=100,
        max_digits=4,
        decimal_places=1,
        localize=True,
        label=label("dormitory_distance_km"),
        help_text=gettext_lazy("Ví dụ 0,8."),
        error_messages={"invalid": gettext_lazy("Hãy viết số km, ví dụ 0,8.")},
    )
    dormitory_people_per_room = CountField(required=False, smallest=1, largest=30, label=label("dormitory_people_per_room"))
    dormitory_months = CountField(
        required=False, smallest=1, largest=120, label=label("dormitory_months"), help_text=gettext_lazy("Để trống: không giới hạn.")
    )
    meals = CleanCharField(required=False, max_length=160, label=label("meals"), help_text=gettext_lazy("Ví dụ Cơm ca miễn phí."))
    shuttle_stops = ShuttleStopsField(
        required=False,
        max_length=3000,
        label=gettext_lazy("Xe đưa đón"),
        help_text=gettext_lazy("Mỗi dòng một điểm: 6:10 Bến xe Thái Nguyên, 35 phút."),
    )

    def initial_of(self, opening: Opening) -> dict:
        stops = [row.stop for row in opening.shuttle_stops.all()]
        return {**{field: getattr(opening, field) for field in self.base_fields if field not in ("seen", "shuttle_stops")}, "shuttle_stops": stops}

    def clean(self):
        cleaned = super().clean()
        for field in ("allowances", "dormitory_fee"):
            if field not in self.errors and cleaned.get(field) is None:
                cleaned[field] = 0
        if not cleaned.get("has_dormitory"):
            cleaned |= {"dormitory_fee": 0, "dormitory_distance_km": None, "dormitory_people_per_room": None, "dormitory_months": None}
        if cleaned.get("base_wage") is not None:
            wanted = Opening(factory=self.opening.factory, base_wage=cleaned["base_wage"])
            for refusal in requirements.wage_obstacles(wanted, on=self.on):
                self.add_error("base_wage", refusal.for_people())
        return cleaned


class RequirementsForm(StepForm):
    number = 4
    experience_months = CountField(smallest=0, largest=240, required=False, label=label("experience_months"), initial=0)
    skills = forms.ModelMultipleChoiceField(Skill.objects.all(), required=False, widget=forms.CheckboxSelectMultiple, label=label("skills"))

    def initial_of(self, opening: Opening) -> dict:
        return {"experience_months": opening.experience_months, "skills": list(opening.skills.all())}

    def clean_experience_months(self):
        return self.cleaned_data["experience_months"] or 0


STEP_FORMS: dict[int, type[StepForm]] = {form.number: form for form in (JobForm, ShiftForm, WageForm, RequirementsForm)}


class BoardForm(forms.Form):
    """The board's filter; lives in the address."""

    q = CleanCharField(required=False, max_length=160, label=gettext_lazy("Tìm theo chức danh"))
    status = forms.ChoiceField(choices=Opening.Status.choices, required=False, widget=forms.HiddenInput)


class KeepForm(forms.Form):
    """Beside each flagged phrase that may be kept, the reason for keeping it."""

    def __init__(self, *arguments, phrases: list[str], **options):
        super().__init__(*arguments, **options)
        self.field_of = {phrase_key(phrase): f"reason_{sha256(phrase_key(phrase).encode()).hexdigest()[:12]}" for phrase in phrases}
        for phrase in phrases:
            self.fields[self.field_of[phrase_key(phrase)]] = CleanCharField(
                required=False, max_length=300, label=_("Lý do giữ “%(phrase)s”") % {"phrase": phrase}
            )

    @property
    def reasons(self) -> dict[str, str]:
        return {phrase: reason for phrase, field in self.field_of.items() if (reason := self.cleaned_data.get(field))}


class ReviewForm(forms.Form):
    """The department's answer about one kept phrase."""

    decision = forms.ChoiceField(choices=WordingOverride.Decision.choices)


class CopyForm(forms.Form):
    """The key makes a double click harmless."""

    key = forms.UUIDField(required=False)


class ImportForm(forms.Form):
    factory = FactoryField()
    file = forms.FileField(
        label=gettext_lazy("Tệp CSV hoặc Excel (.xlsx)"),
        help_text=gettext_lazy(
            "Tối đa 5 MB và 2.000 dòng. Cần một cột “chức danh”; các cột khác như mức lương, số lượng, ca làm, ngày bắt đầu được nhận ra theo tên."
        ),
        allow_empty_file=True,
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm"}),
    )
    table = forms.CharField(
        required=False,
        strip=False,
        label=gettext_lazy("Hoặc dán bảng vào đây"),
        help_text=gettext_lazy("Chọn các ô trong bảng tính, cả hàng tiêu đề, chép rồi dán."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )
    publish = forms.BooleanField(required=False, label=gettext_lazy("Đăng luôn những tin đã đủ điều kiện; còn lại lưu nháp"))

    def __init__(self, *arguments, user, **options):
        super().__init__(*arguments, **options)
        offer_factories(self.fields["factory"], user)

    def clean(self):
        cleaned = super().clean()
        if "file" not in self.errors and not cleaned.get("file") and not cleaned.get("table", "").strip():
            self.add_error("file", _("Hãy chọn tệp, hoặc dán bảng vào ô bên dưới."))
        return cleaned
