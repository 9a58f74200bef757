"""What the addresses of the search pages may say. A part that can't be read is named beside its field and left out."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from recruitment.occupations.models import Occupation, Skill
from recruitment.places.models import IndustrialZone
from recruitment.shared.forms import CleanCharField, MoneyField, PeopleDateField, clean_text
from recruitment.workers.models import Shift
from search import addresses
from search.documents import BY_DORMITORY, BY_SHUTTLE, RIDES, STOP
from search.queries import candidates as candidate_queries
from search.queries import openings as opening_queries
from search.queries.candidates import CandidateParameters
from search.queries.openings import OpeningParameters

LONGEST_QUERY = 300  # characters
LONGEST_STOP = 130
MOST_IGNORED = 10  # parts of an address that the page names
CODE = re.compile(r"[\w.-]{1,60}", re.ASCII)
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


class SeveralField(forms.MultipleChoiceField):
    """The values it knows; others are left out and named by the form's `ignored`."""

    def clean(self, value):
        return [given for given in self.to_python(value) if self.valid_value(given)]


class SeveralRowsField(forms.ModelMultipleChoiceField):
    """The same for rows, which the address names by their codes."""

    def __init__(self, queryset, **options):
        super().__init__(queryset, to_field_name="code", **options)

    def clean(self, value):
        codes = [code for code in value or [] if CODE.fullmatch(code)]
        return list(self.queryset.filter(code__in=codes)) if codes else []


class CommuteField(forms.MultipleChoiceField):
    """Ways to come to work: by dormitory, by any shuttle, within some minutes, or from stops, which are whatever employers wrote."""

    def valid_value(self, value):
        return value in (BY_DORMITORY, BY_SHUTTLE, *RIDES.values()) or (value.startswith(STOP) and len(value) <= LONGEST_STOP)

    def clean(self, value):
        return [given for given in map(clean_text, self.to_python(value)) if self.valid_value(given)]


class WordsField(CleanCharField):
    """What was typed, cut where it grows too long to be a search."""

    def clean(self, value):
        return clean_text(value or "")[:LONGEST_QUERY].strip()


class PlaceField(forms.CharField):
    """Where the page before ended. What isn't such a place leaves the page to its number."""

    def clean(self, value):
        return addresses.place_of(value or "")


class SearchForm(forms.Form):
    """`chosen` holds the readable parts only, so that one bad part of an old link doesn't lose the rest."""

    page = forms.IntegerField(required=False, min_value=1, label=_("Trang"), widget=forms.HiddenInput)
    after = PlaceField(required=False, widget=forms.HiddenInput)

    @property
    def chosen(self) -> dict:
        self.is_valid()
        return {name: value for name, value in getattr(self, "cleaned_data", {}).items() if value not in (None, "", [])}


class OpeningSearchForm(SearchForm):
    """The search of openings, from an address of any version."""

    q = WordsField(required=False, label=_("Việc gì, ở đâu"))
    exact = forms.BooleanField(required=False, label=_("Tìm đúng các từ này"))
    zones = SeveralRowsField(IndustrialZone.objects.all(), required=False, label=_("Khu công nghiệp"))
    shifts = SeveralField(choices=Shift.choices, required=False, label=_("Ca làm"))
    occupations = SeveralRowsField(Occupation.objects.all(), required=False, label=_("Nghề"))
    wage_from = MoneyField(required=False, label=_("Thu nhập từ"))
    dormitory = forms.BooleanField(required=False, label=_("Có ký túc xá"))
    commute = CommuteField(required=False, label=_("Đi làm bằng"))
    start_by = PeopleDateField(required=False, label=_("Bắt đầu trước hoặc vào ngày"))
    sort = forms.ChoiceField(choices=OPENING_ORDERS, required=False, label=_("Xếp theo"))

    def __init__(self, data=None, **options):
        super().__init__(addresses.current(data) if data is not None else None, **options)

    def parameters(self, candidate) -> OpeningParameters:
        chosen = self.chosen
        keys = {name: tuple(row.pk for row in chosen.pop(name, ())) for name in ("zones", "occupations")}
        several = {name: tuple(chosen.pop(name, ())) for name in ("shifts", "commute")}
        return OpeningParameters(**chosen | keys | several, candidate=candidate)

    @property
    def ignored(self) -> list[str]:
        """What of the address had no meaning here, as "label: value", or the name alone of what has no label."""
        if not self.is_bound:
            return []
        self.is_valid()
        said = []
        for name, field in self.fields.items():
            given = [value for value in self.data.getlist(name) if value.strip()]
            if name in self.errors:
                said += [(field.label or name, value) for value in given]
            elif isinstance(field, SeveralField | SeveralRowsField | CommuteField):
                kept = {getattr(value, "code", value) for value in self.cleaned_data.get(name, ())}
                said += [(field.label, value) for value in given if clean_text(value) not in kept]
        if len(clean_text(self.data.get("q", ""))) > LONGEST_QUERY:
            said.append((self.fields["q"].label, clean_text(self.data["q"])[LONGEST_QUERY:]))
        labelled = [f"{label}: “{addresses.shortened(clean_text(value))}”" for label, value in said]
        return (labelled + [clean_text(name) for name in addresses.unknown_names(self.data, self.fields.keys())])[:MOST_IGNORED]


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
