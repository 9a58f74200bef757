"""The forms of staff accounts: allauth's, with our words, hints and inputs."""

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.utils.translation import gettext_lazy as _

from recruitment.shared.widgets import CodeInput

LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Mật khẩu"),
    "remember": _("Giữ tôi đăng nhập trên máy này"),
    "oldpassword": _("Mật khẩu hiện nay"),
    "password1": _("Mật khẩu mới"),
    "password2": _("Mật khẩu mới, gõ lại"),
    "code": _("Mã 6 chữ số"),
}
HINTS = {
    "remember": _("Máy dùng chung thì để trống: đóng trình duyệt là đăng xuất."),
    "password1": _("Ít nhất 12 ký tự; một câu dài dễ nhớ là tốt nhất."),
}
REQUIRED = {
    "login": _("Hãy điền e-mail."),
    "email": _("Hãy điền e-mail."),
    "code": _("Hãy điền mã."),
}


class OurWords:
    """Labels above the fields instead of words inside them; one sentence where a field is left empty or can't be read."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        for name, field in self.fields.items():
            field.label, field.help_text = LABELS[name], HINTS.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            field.error_messages["required"] = REQUIRED.get(name, _("Hãy điền mật khẩu."))
            field.error_messages["invalid"] = _("Hãy viết địa chỉ e-mail đủ, ví dụ ten@congty.vn.")
            if name == "code":
                field.widget = CodeInput()


class SignInForm(OurWords, account.LoginForm):
    pass


class ReauthenticateForm(OurWords, account.ReauthenticateForm):
    pass


class ChangePasswordForm(OurWords, account.ChangePasswordForm):
    pass


class SetPasswordForm(OurWords, account.SetPasswordForm):
    pass


class ForgottenPasswordForm(OurWords, account.ResetPasswordForm):
    pass


class NewPasswordForm(OurWords, account.ResetPasswordKeyForm):
    pass


class SecondFactorForm(OurWords, mfa.AuthenticateForm):
    """A code of the app, or one of the recovery codes, which are longer."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.fields["code"].label = _("Mã 6 chữ số, hoặc một mã dự phòng")


class ConfirmWithSecondFactorForm(SecondFactorForm, mfa.ReauthenticateForm):
    pass


class ActivateSecondFactorForm(OurWords, ActivateTOTPForm):
    pass
