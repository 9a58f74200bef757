from django import forms
from django.utils.translation import gettext_lazy as _

from recruitment.onboarding.models import Acceptance
from recruitment.shared.forms import CleanCharField


class UndoingForm(forms.Form):
    """Health is not among the reasons."""

    reason = forms.ChoiceField(
        label=_("Vì sao hủy"),
        choices=[(reason.value, reason.label) for reason in Acceptance.RECRUITERS_REASONS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Hãy chọn một lý do.")},
    )


class RepairForm(forms.Form):
    reason = CleanCharField(
        label=_("Lý do sửa"),
        max_length=300,
        help_text=_("Được ghi lại cùng tên bạn. Không ghi thông tin sức khỏe."),
        error_messages={"required": _("Hãy ghi lý do sửa.")},
    )


class RepairUndoingForm(forms.Form):
    reason = CleanCharField(
        label=_("Lý do hoàn tác"),
        max_length=300,
        help_text=_("Được ghi lại cùng tên bạn. Không ghi thông tin sức khỏe."),
        error_messages={"required": _("Hãy ghi lý do hoàn tác.")},
    )
