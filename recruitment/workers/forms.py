"""What job seekers tell: who they are, what they can do, what they want, and what they agree to."""

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.occupations.models import Occupation, Skill
from recruitment.places.models import Commune, IndustrialZone, Province
from recruitment.shared.forms import CleanCharField, MoneyField, PeopleDateField, PhoneField, SeenField, days_from_today, today
from recruitment.shared.refusals import Refusal
from recruitment.shared.templatetags.display import experience
from recruitment.shared.widgets import BirthDayInput, CodeInput
from recruitment.workers.models import Consent, Shift
from recruitment.workers.services.registration import check_age

LATEST_START_DAYS = 365
OCCUPATION_ROWS = 3
EXPERIENCE_MONTHS = [0, 3, 6, 12, 24, 36, 60, 120]
CHOOSE = {"required": _("Hãy chọn một mục."), "invalid_choice": _("Mục này không còn trong danh sách. Hãy chọn lại.")}


class SharedPhoneField(forms.BooleanField):
    def __init__(self):
        super().__init__(label=_("Điện thoại này nhiều người dùng: tự đăng xuất sau 30 phút"), required=False)


class PhoneForm(forms.Form):
    phone = PhoneField(label=_("Số điện thoại"), help_text=_("Một mã 6 chữ số sẽ được gửi tới số này. Không cần mật khẩu."))


class CodeForm(forms.Form):
    code = CleanCharField(
        label=_("Mã trong tin nhắn"),
        max_length=12,
        widget=CodeInput,
        error_messages={"required": _("Hãy điền mã 6 chữ số trong tin nhắn.")},
    )

    is_shared = SharedPhoneField()

    def clean_code(self) -> str:
        """Only the digits: people type spaces and dashes between them."""
        return "".join(letter for letter in self.cleaned_data["code"] if letter.isdecimal())


class InvitationForm(forms.Form):
    is_shared = SharedPhoneField()


class IdentityForm(forms.Form):
    """Who somebody is, as on the national ID."""

    name = CleanCharField(label=_("Họ và tên"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    birth_date = PeopleDateField(
        label=_("Ngày sinh"),
        help_text=_("Ví dụ: 24/11/1998"),
        widget=BirthDayInput,
        latest=today,
    )

    def clean_birth_date(self) -> dt.date:
        """The service's own rule, asked before a code is used up."""
        try:
            check_age(self.cleaned_data["birth_date"], on=timezone.localdate())
        except Refusal as refusal:
            raise forms.ValidationError(refusal.for_people()) from None
        return self.cleaned_data["birth_date"]


class PersonForm(IdentityForm):
    """The least that an application needs."""

    home_province = forms.ModelChoiceField(
        Province.objects.none(), label=_("Đang ở tỉnh, thành phố"), empty_label=_("Chọn tỉnh, thành phố"), error_messages=CHOOSE
    )
    available_from = PeopleDateField(
        label=_("Đi làm được từ ngày"), help_text=_("Ví dụ: 24/11/2026"), earliest=today, latest=days_from_today(LATEST_START_DAYS)
    )

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.fields["home_province"].queryset = Province.objects.existing_on(timezone.localdate())


class ConsentForm(forms.Form):
    """One box per purpose, none ticked beforehand; those in `given` are not asked again, `needed` ones must be ticked."""

    consents = forms.MultipleChoiceField(
        label=_("Tôi đồng ý"), choices=Consent.Purpose.choices, required=False, widget=forms.CheckboxSelectMultiple, error_messages=CHOOSE
    )

    def __init__(self, *arguments, needed: tuple[str, ...] = (), given: tuple[str, ...] = (), **options):
        super().__init__(*arguments, **options)
        self.needed = tuple(purpose for purpose in needed if purpose not in given)
        self.fields["consents"].choices = [choice for choice in Consent.Purpose.choices if choice[0] not in given]
        if not self.fields["consents"].choices:
            del self.fields["consents"]

    def clean_consents(self) -> list[str]:
        chosen = self.cleaned_data["consents"]
        missing = [str(Consent.Purpose(purpose).label) for purpose in self.needed if purpose not in chosen]
        if missing:
            raise forms.ValidationError(_("Để tiếp tục, hãy đánh dấu: %(purposes)s."), params={"purposes": "; ".join(missing)})
        return chosen


class RegistrationForm(ConsentForm, PersonForm):
    """Everything asked of a new person whose phone is known; consents stand last."""

    shifts = forms.MultipleChoiceField(label=_("Ca làm được"), choices=Shift.choices, widget=forms.CheckboxSelectMultiple, error_messages=CHOOSE)
    needs_dormitory = forms.BooleanField(label=_("Tôi cần ký túc xá"), required=False)
    field_order = ["name", "birth_date", "home_province", "available_from", "shifts", "needs_dormitory", "consents"]


class WishesForm(IdentityForm):
    """What work is wanted and from where; each answer with a believable default."""

    seen = SeenField()

    available_from = PeopleDateField(label=_("Đi làm được từ ngày"), help_text=_("Ví dụ: 24/11/2026"), latest=days_from_today(LATEST_START_DAYS))
    shifts = forms.MultipleChoiceField(label=_("Ca làm được"), choices=Shift.choices, widget=forms.CheckboxSelectMultiple, error_messages=CHOOSE)
    wage_wanted = MoneyField(label=_("Thu nhập mong muốn một tháng"), help_text=_("Ví dụ: 9 triệu. Để trống: mức nào cũng được."), required=False)
    needs_dormitory = forms.BooleanField(label=_("Tôi cần ký túc xá"), required=False)
    zones = forms.ModelMultipleChoiceField(
        IndustrialZone.objects.all(),
        label=_("Khu công nghiệp muốn làm"),
        help_text=_("Để trống: khu nào cũng được."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    skills = forms.ModelMultipleChoiceField(Skill.objects.all(), label=_("Kỹ năng"), required=False, widget=forms.CheckboxSelectMultiple)
    home_province = forms.ModelChoiceField(Province.objects.none(), label=_("Đang ở tỉnh, thành phố"), empty_label=None, error_messages=CHOOSE)
    home_commune = forms.ModelChoiceField(
        Commune.objects.none(),
        label=_("Xã, phường"),
        help_text=_("Để tính đúng cấp độ dịch nơi bạn đang ở."),
        empty_label=_("Chưa chọn"),
        required=False,
        error_messages=CHOOSE,
    )

    def __init__(self, *arguments, province: Province, **options):
        super().__init__(*arguments, **options)
        self.fields["home_province"].queryset = Province.objects.existing_on(timezone.localdate())
        self.fields["home_commune"].queryset = Commune.objects.filter(province=province)

    def clean(self):
        """Another province empties the commune: its list is shown with the next page."""
        commune, province = self.cleaned_data.get("home_commune"), self.cleaned_data.get("home_province")
        if commune and province and commune.province_id != province.pk:
            self.cleaned_data["home_commune"] = None
        return self.cleaned_data


class OccupationForm(forms.Form):
    occupation = forms.ModelChoiceField(Occupation.objects.none(), label=_("Nghề"), required=False, empty_label=_("Chọn nghề"), error_messages=CHOOSE)
    experience_months = forms.TypedChoiceField(label=_("Kinh nghiệm"), coerce=int, required=False, empty_value=0, error_messages=CHOOSE)

    def __init__(self, *arguments, occupations, **options):
        super().__init__(*arguments, **options)
        self.fields["occupation"].queryset = occupations
        told = self.initial.get("experience_months", 0)
        self.fields["experience_months"].choices = [(months, experience(months)) for months in sorted({*EXPERIENCE_MONTHS, told})]


class OccupationRows(forms.BaseFormSet):
    """Up to three occupations, none twice."""

    def chosen(self) -> dict[Occupation, int]:
        """Months of experience by occupation, as typed."""
        return {row["occupation"]: row.get("experience_months") or 0 for row in self.cleaned_data if row.get("occupation")}

    def clean(self):
        if any(self.errors) or not self.management_form.is_valid():
            return
        named = [row["occupation"] for row in self.cleaned_data if row.get("occupation")]
        if len(named) > len(set(named)):
            raise forms.ValidationError(_("Một nghề được chọn hai lần. Hãy giữ một dòng cho mỗi nghề."))


OccupationFormSet = forms.formset_factory(
    OccupationForm, formset=OccupationRows, extra=OCCUPATION_ROWS, max_num=OCCUPATION_ROWS, validate_max=True, absolute_max=OCCUPATION_ROWS
)
