"""What a site manager says about rooms, and about who may share one."""

import datetime as dt

from django import forms
from django.utils.translation import gettext as now_translated
from django.utils.translation import gettext_lazy as _

from recruitment.quarantine.models import Bed, BedAssignment, Room, Stay
from recruitment.quarantine.rooming import Arrival
from recruitment.quarantine.services.beds import Guest, cohorts, spaces_of
from recruitment.shared.forms import CleanCharField

COMPANIES = [("", _("chưa chọn")), *BedAssignment.Company.choices]


class CloseRoomForm(forms.Form):
    because = CleanCharField(label=_("Lý do đóng"), max_length=120, required=False)


class GuestForm(forms.Form):
    """One arrival: with whom he or she may share a room."""

    company = forms.ChoiceField(
        label=_("Nam, nữ"), choices=COMPANIES, required=False, error_messages={"invalid_choice": _("Hãy chọn nam, nữ hoặc gia đình.")}
    )
    family = CleanCharField(label=_("Gia đình số"), max_length=20, required=False)

    def __init__(self, *args, stay: Stay, **options):
        super().__init__(*args, **options)
        self.stay = stay

    def guest(self, rest: str) -> Guest:
        """`rest`: what everybody is who was left unsaid."""
        company = self.cleaned_data["company"] or (rest if rest in (BedAssignment.Company.MEN, BedAssignment.Company.WOMEN) else "")
        return Guest(self.stay, company, self.cleaned_data["family"])


class BedForm(forms.Form):
    """A free bed for the nights that the stay still has; beds of rooms that suit stand first."""

    company = forms.ChoiceField(
        label=_("Nam, nữ"), choices=COMPANIES, required=False, error_messages={"invalid_choice": _("Hãy chọn nam, nữ hoặc gia đình.")}
    )
    family = CleanCharField(label=_("Gia đình số"), help_text=_("người cùng gia đình đến cùng ngày có cùng số"), max_length=20, required=False)
    bed = forms.ModelChoiceField(
        Bed.objects.none(),
        label=_("Giường"),
        empty_label=_("chọn giường"),
        error_messages={"required": _("Hãy chọn giường."), "invalid_choice": _("Không có giường này ở khu. Hãy chọn trong danh sách.")},
    )

    def __init__(self, *args, stay: Stay, now: BedAssignment | None, on: dt.date, **options):
        super().__init__(*args, **options)
        if now:
            del self.fields["company"], self.fields["family"]
        beds = Bed.objects.filter(room__site=stay.site, room__is_open=True).select_related("room")
        self.fields["bed"].queryset = beds
        self.fields["bed"].choices = [("", self.fields["bed"].empty_label), *self._offered(list(beds), stay, now, on)]

    def clean(self):
        return {"company": "", "family": "", **self.cleaned_data}

    def _offered(self, beds: list[Bed], stay: Stay, now: BedAssignment | None, on: dt.date) -> list[tuple]:
        """Free beds by room: those that the person's cohort has begun, empty clean ones, then the others (they will be refused with the reason)."""
        cohort = now.cohort if now else cohorts([Guest(stay)])[stay.pk]
        arrival = Arrival(stay.pk, now.company if now else None, cohort, max(on, stay.arrives_on), stay.leaves_on)
        rooms = {bed.room_id: bed.room for bed in beds}
        groups: dict[str, list] = {"begun": [], "empty": [], "other": []}
        for space in spaces_of(rooms.values(), on=on):
            rows = [row for row in space.taken if row.first < arrival.until]
            same = all(row.cohort == cohort and (not now or row.company == now.company) for row in rows)
            group = "other" if not same else "begun" if rows else "empty" if space.clean else "other"
            free = set(space.free_beds(arrival.first, arrival.until)) - ({now.bed_id} if now else set())
            groups[group] += [(bed.pk, self._label(bed)) for bed in beds if bed.pk in free]
        labels = {
            "begun": now_translated("Phòng cùng đợt"),
            "empty": now_translated("Phòng trống, đã dọn"),
            "other": now_translated("Phòng khác nhóm hoặc chưa dọn"),
        }
        return [(labels[group], choices) for group, choices in groups.items() if choices]

    def _label(self, bed: Bed) -> str:
        room: Room = bed.room
        return now_translated("%(room)s · giường %(bed)s · %(kind)s") % {"room": room, "bed": bed, "kind": room.get_kind_display()}
