"""Staff sign in through allauth; they are invited by an administrator and never sign up."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.notifications.services.messages import send_to_address

WRONG_CODE = _("Mã chưa đúng. Mã đổi mỗi 30 giây: hãy xem lại ứng dụng và giờ của điện thoại.")
TOO_MANY = _("Đã thử nhiều lần. Hãy thử lại sau 5 phút.")


class StaffAccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Tài khoản này đã ngừng. Hãy hỏi người quản trị."),
        "email_password_mismatch": _("E-mail hoặc mật khẩu chưa đúng. Hãy kiểm tra phím Caps Lock và bộ gõ tiếng Việt."),
        "enter_current_password": _("Mật khẩu hiện nay chưa đúng."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("Mật khẩu chưa đúng."),
        "invalid_password_reset": _("Đường dẫn này đã dùng rồi hoặc đã quá 3 ngày. Hãy xin đường dẫn mới."),
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request):
        return False

    def send_mail(self, template_prefix, email, context):
        """As every message: a row now, delivered by the worker. The subject is the same for all of them."""
        send_to_address(email=email, kind="account", text=render_to_string(f"{template_prefix}_message.txt", context).strip(), now=timezone.now())


class StaffSecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("Không tắt được đăng nhập hai bước."),
        "cannot_generate_recovery_codes": _("Hãy bật ứng dụng tạo mã trước, rồi tạo mã dự phòng."),
        "incorrect_code": WRONG_CODE,
        "rate_limited": TOO_MANY,
    }
