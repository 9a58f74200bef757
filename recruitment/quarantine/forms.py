from django import forms
from django.utils.translation import gettext_lazy as _

from recruitment.quarantine.models import Site
from recruitment.shared.forms import PeopleDateField, days_from_today, today

LARGEST_SITE = 10_000
LEDGER_DAYS = 364


class NightsForm(forms.Form):
    """A number of beds over nights; both days count."""

    first = PeopleDateField(label=_("Từ đêm"), earliest=today, latest=days_from_today(LEDGER_DAYS))
    last = PeopleDateField(label=_("Đến hết đêm"), earliest=today, latest=days_from_today(LEDGER_DAYS))

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", _("Đêm cuối phải từ đêm đầu trở đi."))
        return self.cleaned_data


class CapacityForm(NightsForm):
    capacity = forms.IntegerField(label=_("Tổng số giường dùng được"), min_value=0, max_value=LARGEST_SITE)
    field_order = ["capacity", "first", "last"]


class ReserveForm(NightsForm):
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Khu cách ly"), empty_label=None)
    beds = forms.IntegerField(label=_("Số giường"), min_value=1, max_value=LARGEST_SITE)
    field_order = ["site", "beds", "first", "last"]

    def __init__(self, *arguments, sites, **options):
        super().__init__(*arguments, **options)
        self.fields["site"].queryset = sites
