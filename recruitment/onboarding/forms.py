from django import forms
from django.utils.translation import gettext_lazy as _

from recruitment.onboarding.models import Acceptance


class UndoingForm(forms.Form):
    """Health is not among the reasons."""

    reason = forms.ChoiceField(
        label=_("Vì sao hủy"),
        choices=[(reason.value, reason.label) for reason in Acceptance.RECRUITERS_REASONS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Hãy chọn một lý do.")},
    )
