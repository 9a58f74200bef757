"""Applying: by somebody whose profile is there, and by somebody who was never here before."""

from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.shared.forms import CleanCharField, PeopleDateField, PhoneField, days_from_today, today
from recruitment.shared.widgets import CodeInput
from recruitment.workers.forms import LATEST_START_DAYS, ConsentForm, PersonForm, SharedPhoneField
from recruitment.workers.models import Consent


class ApplicationForm(ConsentForm):
    """The start day, and consents not given yet. The key makes a second tap return the first receipt."""

    starts_on = PeopleDateField(
        label=_("Bắt đầu làm được từ ngày"), help_text=_("Ví dụ: 24/11/2026"), earliest=today, latest=days_from_today(LATEST_START_DAYS)
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["starts_on", "consents"]

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, needed=(Consent.Purpose.APPLICATION,), **options)
        self.initial.setdefault("starts_on", timezone.localdate())
        self.initial.setdefault("key", uuid4())


class NewcomerForm(ApplicationForm, PersonForm):
    """Who applies without being signed in: one form in two states, the second asks for the code as well."""

    phone = PhoneField(label=_("Số điện thoại"), help_text=_("Mã xác nhận sẽ được gửi tới số này. Không cần mật khẩu."))
    code = CleanCharField(
        label=_("Mã trong tin nhắn"),
        max_length=12,
        required=False,
        widget=CodeInput,
        error_messages={"required": _("Hãy điền mã 6 chữ số trong tin nhắn.")},
    )
    is_shared = SharedPhoneField()
    available_from = None  # the start day of the application says it
    field_order = ["phone", "name", "birth_date", "home_province", "starts_on", "consents"]

    def __init__(self, *arguments, with_code: bool = False, **options):
        super().__init__(*arguments, **options)
        self.fields["code"].required = with_code

    def clean_code(self) -> str:
        """Only the digits: people type spaces and dashes between them."""
        return "".join(letter for letter in self.cleaned_data["code"] if letter.isdecimal())

    def person(self) -> dict:
        """What registering needs of it."""
        names = ("name", "birth_date", "home_province")
        return {name: self.cleaned_data[name] for name in names} | {
            "available_from": self.cleaned_data["starts_on"],
            "consents": self.cleaned_data["consents"],
        }
