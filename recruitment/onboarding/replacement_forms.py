"""How large the replacement shift is, from when, and for which opening people are invited."""

from django import forms
from django.utils.translation import gettext_lazy as _

from recruitment.onboarding.services.replacements import MOST_AT_ONCE, Proposal
from recruitment.openings.models import Opening
from recruitment.shared.forms import CountField, PeopleDateField, days_from_today, today

CHOOSE = _("Mục này không có trong danh sách. Hãy chọn lại.")


class ShiftForm(forms.Form):
    """Asked by the address, so that the page can be opened again; what can't be read is named and left out."""

    needed = CountField(label=_("Cần thay bao nhiêu người"), smallest=0, largest=MOST_AT_ONCE, required=False)
    day = PeopleDateField(label=_("Từ ngày"), earliest=today, latest=days_from_today(30), required=False)
    opening = forms.ModelChoiceField(Opening.objects.none(), label=_("Mời vào tin"), required=False, error_messages={"invalid_choice": CHOOSE})

    def __init__(self, *arguments, openings, **options):
        super().__init__(*arguments, **options)
        self.fields["opening"].queryset = openings

    def shown(self, proposal: Proposal, opening: Opening | None) -> "ShiftForm":
        """The form with what the page proposes for, mistakes kept beside their fields."""
        if self.errors:
            return self
        initial = {"needed": proposal.needed, "day": proposal.day, "opening": opening}
        return ShiftForm(initial=initial, openings=self.fields["opening"].queryset)


class ReplacementsForm(forms.Form):
    """Who was ticked. People who are no longer to be had are no mistake of the form: the service names them."""

    day = PeopleDateField(label=_("Từ ngày"), earliest=today, latest=days_from_today(30))
    opening = forms.ModelChoiceField(Opening.objects.none(), required=False, error_messages={"invalid_choice": CHOOSE})
    own = forms.TypedMultipleChoiceField(coerce=int, required=False)
    applications = forms.TypedMultipleChoiceField(coerce=int, required=False)
    workers = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *arguments, openings, **options):
        super().__init__(*arguments, **options)
        self.fields["opening"].queryset = openings
        for name in ("own", "applications", "workers"):
            self.fields[name].valid_value = _is_key
            self.fields[name].error_messages["invalid_choice"] = CHOOSE

    def clean(self):
        chosen = sum(len(self.cleaned_data.get(name) or []) for name in ("own", "applications", "workers"))
        if not chosen and not self.errors:
            raise forms.ValidationError(_("Hãy đánh dấu ít nhất một người."))
        if chosen > MOST_AT_ONCE:
            raise forms.ValidationError(_("Mỗi lần xếp tối đa %(most)d người."), params={"most": MOST_AT_ONCE})
        return self.cleaned_data


class SupportForm(forms.Form):
    lacking = CountField(label=_("Thiếu bao nhiêu người"), smallest=1, largest=5000)


def _is_key(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 19
