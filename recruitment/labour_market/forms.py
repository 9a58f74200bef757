from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from recruitment.occupations.models import Occupation
from recruitment.places.models import IndustrialZone

HORIZONS = [(weeks, ngettext_lazy("%d tuần tới", "%d tuần tới") % weeks) for weeks in (1, 2, 4, 8)]
DEFAULT_WEEKS = 4


class ScopeForm(forms.Form):
    """What the shortage pages look at; everything is optional and lives in the address."""

    zone = forms.ModelChoiceField(IndustrialZone.objects.all(), required=False, label=_("Khu công nghiệp"), empty_label=_("Tất cả khu"))
    occupation = forms.ModelChoiceField(Occupation.objects.all(), required=False, label=_("Nghề"), empty_label=_("Tất cả nghề"))
    weeks = forms.TypedChoiceField(choices=HORIZONS, coerce=int, empty_value=DEFAULT_WEEKS, required=False, label=_("Cần người trong"))
