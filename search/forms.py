"""What the addresses of the search pages may say. A part that can't be read is named beside its field and left out."""

from django import forms
from django.utils.translation import gettext_lazy as _

from recruitment.occupations.models import Occupation, Skill
from recruitment.places.models import IndustrialZone
from recruitment.shared.forms import CleanCharField, MoneyField, PeopleDateField
from recruitment.workers.models import Shift
from search.queries import candidates as candidate_queries
from search.queries import openings as opening_queries
from search.queries.candidates import CandidateParameters
from search.queries.openings import OpeningParameters

LONGEST_QUERY = 200
OPENING_ORDERS = [
    (opening_queries.RELEVANCE, _("Sát từ tìm nhất")),
    (opening_queries.MATCH, _("Hợp với tôi nhất")),
    (opening_queries.NEWEST, _("Mới nhất")),
    (opening_queries.WAGE, _("Thu nhập cao nhất")),
    (opening_queries.SOONEST, _("Bắt đầu sớm nhất")),
]
CANDIDATE_ORDERS = [(candidate_queries.MATCH, _("Hợp nhất")), (candidate_queries.SOONEST, _("Vào làm sớm nhất"))]
FITS = [
    (candidate_queries.OWN, _("Đúng nghề")),
    (candidate_queries.RELATED, _("Đúng nghề hoặc nghề gần")),
    (candidate_queries.ANYBODY, _("Mọi người")),
]


class SearchForm(forms.Form):
    """`chosen` holds the readable parts only, so that one bad part of an old link doesn't lose the rest."""

    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    @property
    def chosen(self) -> dict:
        self.is_valid()
        return {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value not in (None, "", [])}


class OpeningSearchForm(SearchForm):
    q = CleanCharField(required=False, max_length=LONGEST_QUERY, label=_("Việc gì, ở đâu"))
    zones = forms.ModelMultipleChoiceField(IndustrialZone.objects.all(), required=False, label=_("Khu công nghiệp"))
    shifts = forms.MultipleChoiceField(choices=Shift.choices, required=False, label=_("Ca làm"))
    occupations = forms.ModelMultipleChoiceField(Occupation.objects.all(), required=False, label=_("Nghề"))
    wage_from = MoneyField(required=False, label=_("Thu nhập từ"))
    dormitory = forms.BooleanField(required=False, label=_("Có ký túc xá"))
    start_by = PeopleDateField(required=False, label=_("Bắt đầu trước hoặc vào ngày"))
    sort = forms.ChoiceField(choices=OPENING_ORDERS, required=False, label=_("Xếp theo"))

    def parameters(self, candidate) -> OpeningParameters:
        chosen = self.chosen
        keys = {name: tuple(row.pk for row in chosen.pop(name, ())) for name in ("zones", "occupations")}
        return OpeningParameters(**chosen | keys | {"shifts": tuple(chosen.get("shifts", ()))}, candidate=candidate)


class CandidateSearchForm(SearchForm):
    fit = forms.ChoiceField(choices=FITS, required=False, label=_("Nghề"))
    ready_by = PeopleDateField(required=False, label=_("Vào làm được trước hoặc vào ngày"))
    shifts = forms.MultipleChoiceField(choices=Shift.choices, required=False, label=_("Ca làm được"))
    skills = forms.ModelMultipleChoiceField(Skill.objects.all(), required=False, label=_("Kỹ năng"))
    sort = forms.ChoiceField(choices=CANDIDATE_ORDERS, required=False, label=_("Xếp theo"))

    def parameters(self, without: frozenset[int]) -> CandidateParameters:
        chosen = self.chosen
        keys = {"skills": tuple(row.pk for row in chosen.pop("skills", ())), "shifts": tuple(chosen.pop("shifts", ()))}
        return CandidateParameters(**chosen | keys, without=without)
