"""What a site manager or a recruiter types about nights and beds."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from recruitment.quarantine.models import Site
from recruitment.quarantine.services.cover import Offer
from recruitment.shared.forms import PeopleDateField, days_from_today, today

LARGEST_SITE = 10_000
LEDGER_DAYS = 364
NUMBER = {"inputmode": "numeric", "class": "short"}


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
    capacity = forms.IntegerField(
        label=_("Số giường mở"),
        help_text=_("không tính giường đang đóng"),
        min_value=0,
        max_value=LARGEST_SITE,
        widget=forms.NumberInput(NUMBER),
        error_messages={"required": _("Hãy điền số giường."), "invalid": _("Hãy viết số giường bằng chữ số, ví dụ 120.")},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    anyway = forms.IntegerField(widget=forms.HiddenInput, required=False)  # “Vẫn ghi”: the change that the person has read about
    field_order = ["capacity", "first", "last", "seen"]

    def stepped(self, step: int) -> "CapacityForm":
        """The form after a press of − or +: nothing written yet, everything else as typed. Needs a readable number."""
        beds = min(LARGEST_SITE, max(0, self.cleaned_data["capacity"] + step))
        return CapacityForm(initial={name: self[name].data for name in ("first", "last", "seen")} | {"capacity": beds})


class WaitForm(NightsForm):
    """Beds to wait for, on every one of the nights."""

    beds = forms.IntegerField(
        label=_("Số giường chờ"),
        min_value=1,
        max_value=LARGEST_SITE,
        widget=forms.NumberInput(NUMBER),
        error_messages={"required": _("Hãy điền số giường."), "invalid": _("Hãy viết số giường bằng chữ số, ví dụ 120.")},
    )
    field_order = ["beds", "first", "last"]


class ExtendForm(forms.Form):
    leaves_on = PeopleDateField(label=_("Ra ngày"), earliest=today, latest=days_from_today(LEDGER_DAYS))


class ReserveForm(NightsForm):
    """Beds to reserve at one site; `seen` says which state of the reservations the person was looking at."""

    site = forms.ModelChoiceField(
        Site.objects.all(),
        label=_("Khu cách ly"),
        error_messages={"required": _("Hãy chọn khu."), "invalid_choice": _("Không có khu này. Hãy chọn trong danh sách.")},
    )
    beds = forms.IntegerField(
        label=_("Số giường"),
        min_value=1,
        max_value=LARGEST_SITE,
        widget=forms.NumberInput(NUMBER),
        error_messages={"required": _("Hãy điền số giường."), "invalid": _("Hãy viết số giường bằng chữ số, ví dụ 120.")},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ["site", "beds", "first", "last"]

    def show(self, offers: list[Offer], *, seen: int) -> None:
        """Offer these sites, with what each could take; whoever sends the page again has seen the state that it shows now."""
        self.fields["site"].choices = [(offer.site.pk, in_words(offer)) for offer in offers]
        if self.is_bound:
            self.data = self.data.copy()
            self.data["seen"] = seen
        else:
            self.initial["seen"] = seen


def in_words(offer: Offer) -> str:
    beds = ngettext("còn %(beds)d giường", "còn %(beds)d giường", offer.free) % {"beds": offer.free}
    return f"{offer.site} · {offer.kilometres:.0f} km · {beds}"
