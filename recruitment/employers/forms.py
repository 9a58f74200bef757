"""What an enterprise tells about itself, and what the department answers."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from recruitment.places.models import IndustrialZone
from recruitment.shared.forms import CleanCharField, clean_text

TAX_CODE = re.compile(r"(?P<enterprise>\d{10})(?P<branch>\d{3})?")


class TaxCodeField(forms.CharField):
    """Ten digits, or thirteen for a branch, however grouped; cleans to "4601234567" or "4601234567-001"."""

    default_error_messages = {
        "required": _("Hãy điền mã số thuế."),
        "invalid": _("Mã số thuế có 10 chữ số, hoặc 13 chữ số với chi nhánh, ví dụ 4601234567."),
    }

    def to_python(self, value):
        text = clean_text(super().to_python(value) or "")
        if not text:
            return ""
        found = TAX_CODE.fullmatch(re.sub(r"[\s.\-]", "", text))
        if not found:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return f"{found['enterprise']}-{found['branch']}" if found["branch"] else found["enterprise"]


class EnterpriseForm(forms.Form):
    """What the department compares with the register of enterprises."""

    tax_code = TaxCodeField(label=_("Mã số thuế"), widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    legal_name = CleanCharField(max_length=200, label=_("Tên pháp lý"), help_text=_("Như trên giấy đăng ký doanh nghiệp."))
    name = CleanCharField(max_length=160, label=_("Tên thường gọi"), help_text=_("Người tìm việc sẽ thấy tên này."))


class RegistrationForm(EnterpriseForm):
    factory_name = CleanCharField(max_length=160, label=_("Tên nhà máy"))
    zone = forms.ModelChoiceField(
        IndustrialZone.objects.all(),
        label=_("Khu công nghiệp"),
        empty_label=_("Chọn khu công nghiệp"),
        error_messages={"required": _("Hãy chọn khu công nghiệp.")},
    )
    address = CleanCharField(max_length=200, label=_("Địa chỉ nhà máy"))
    contact_name = CleanCharField(max_length=120, label=_("Họ tên người tuyển dụng"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("E-mail công việc"),
        help_text=_("Dùng để đăng nhập."),
        error_messages={"required": _("Hãy điền e-mail."), "invalid": _("Hãy viết địa chỉ e-mail đủ, ví dụ ten@congty.vn.")},
    )
    password = forms.CharField(
        label=_("Mật khẩu"),
        strip=False,
        max_length=200,
        help_text=_("Ít nhất 12 ký tự; một câu dài dễ nhớ là tốt nhất."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Hãy đặt mật khẩu.")},
    )


class RefusalForm(forms.Form):
    reason = CleanCharField(
        max_length=300,
        label=_("Lý do không duyệt"),
        help_text=_("Doanh nghiệp đọc được lý do này."),
        error_messages={"required": _("Hãy ghi lý do.")},
    )
