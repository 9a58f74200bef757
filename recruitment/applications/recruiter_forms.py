from django import forms
from django.utils.translation import gettext_lazy as _

from recruitment.applications.models import Application
from recruitment.openings.models import Opening


class RefusalForm(forms.Form):
    """Health is not among the reasons, before or after an offer."""

    reason = forms.ChoiceField(
        label=_("Lý do"), choices=[("", _("Chọn lý do")), *Application.Refusal.choices], error_messages={"required": _("Hãy chọn lý do.")}
    )


class ClosingForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Vì sao đóng"), choices=Opening.Outcome.choices, widget=forms.RadioSelect, error_messages={"required": _("Hãy chọn một lý do.")}
    )
