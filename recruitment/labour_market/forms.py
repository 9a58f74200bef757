from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from recruitment.applications.models import Application
from recruitment.occupations.models import Occupation
from recruitment.places.models import IndustrialZone

HORIZONS = [(weeks, ngettext_lazy("%d tuần tới", "%d tuần tới") % weeks) for weeks in (1, 2, 4, 8)]
DEFAULT_WEEKS = 4


class ScopeForm(forms.Form):
    """What the shortage pages look at; everything is optional and lives in the address.

    `ignored` says that the address asked for something that can't be read; the default stands in its place, in the form as well.
    """

    ignored = False

    zone = forms.ModelChoiceField(IndustrialZone.objects.all(), required=False, label=_("Khu công nghiệp"), empty_label=_("Tất cả khu"))
    occupation = forms.ModelChoiceField(Occupation.objects.all(), required=False, label=_("Nghề"), empty_label=_("Tất cả nghề"))
    weeks = forms.TypedChoiceField(choices=HORIZONS, coerce=int, empty_value=DEFAULT_WEEKS, required=False, label=_("Cần người trong"))


class RefusedForm(ScopeForm):
    reason = forms.ChoiceField(choices=[("", _("Mọi lý do")), *Application.Refusal.choices], required=False, label=_("Lý do"))


def read_scope(form_class: type[ScopeForm], address: QueryDict) -> ScopeForm:
    """A valid form of what the address says."""
    asked = {"weeks": DEFAULT_WEEKS} | address.dict()
    form = form_class(asked)
    if not form.is_valid():
        form = form_class(
            {name: value for name, value in asked.items() if name not in form.errors} | {"weeks": form.cleaned_data.get("weeks", DEFAULT_WEEKS)}
        )
        form.ignored = True
        form.full_clean()
    return form
