"""What is typed about an infection: who fell ill, who must move until when, what is locked."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from recruitment.employers.models import Factory, Line, Workshop
from recruitment.openings.models import Opening
from recruitment.quarantine.models import BedAssignment, Outbreak, OutbreakPerson
from recruitment.quarantine.rooming import FAMILY
from recruitment.quarantine.tracing import F1
from recruitment.shared.forms import CleanCharField, PeopleDateField, days_from_today, today

LONGEST_STAY = 60
FAMILIES = 9  # told apart in one list
CHOOSE = {"required": _("Hãy chọn một mục."), "invalid_choice": _("Mục này không có trong danh sách. Hãy chọn lại.")}


class PersonSearchForm(forms.Form):
    """The factory, and a part of the person's name."""

    factory = forms.ModelChoiceField(Factory.objects.none(), label=_("Nhà máy"), empty_label=_("Chọn nhà máy"), error_messages=CHOOSE)
    name = CleanCharField(label=_("Tên người mắc bệnh"), help_text=_("Một phần tên, có dấu hoặc không dấu"), max_length=60)

    def __init__(self, *arguments, factories, **options):
        super().__init__(*arguments, **options)
        self.fields["factory"].queryset = factories


class CaseForm(forms.Form):
    """One of the people found, and when the infection was found."""

    worker = forms.ChoiceField(label=_("Người mắc bệnh"), widget=forms.RadioSelect, error_messages=CHOOSE)
    found_on = PeopleDateField(label=_("Ngày phát hiện"), latest=today, earliest=days_from_today(-30))

    def __init__(self, *arguments, people, **options):
        super().__init__(*arguments, **options)
        self.fields["worker"].choices = people


class ContactsForm(forms.Form):
    """Which of the people are contacts indeed, and for which nights the close ones get a bed. Those decided meanwhile are no mistake here."""

    chosen = forms.TypedMultipleChoiceField(coerce=int, required=False, error_messages=CHOOSE)
    first = PeopleDateField(label=_("Từ đêm"), earliest=today, latest=days_from_today(7))
    nights = forms.IntegerField(
        label=_("Số đêm"),
        min_value=1,
        max_value=LONGEST_STAY,
        widget=forms.NumberInput({"inputmode": "numeric", "class": "short"}),
        error_messages={"required": _("Hãy điền số đêm."), "invalid": _("Hãy viết số đêm bằng chữ số, ví dụ 14.")},
    )
    rest = forms.ChoiceField(
        label=_("Ai chưa chọn thì là"),
        help_text=_("Để xếp phòng: nam, nữ ở phòng riêng, mỗi gia đình một phòng. Ai chưa rõ vẫn có giường ở khu, khu xếp phòng khi đến."),
        choices=[("", _("chưa rõ")), *BedAssignment.Company.choices[:2]],
        required=False,
        error_messages=CHOOSE,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *arguments, people, **options):
        super().__init__(*arguments, **options)
        self.fields["chosen"].choices = [(person.pk, person.pk) for person in people]
        self.close: list[OutbreakPerson] = [person for person in people if person.kind == F1]
        families = [(f"{FAMILY}{number}", format_lazy("{} {}", _("gia đình"), number)) for number in range(1, FAMILIES + 1)]
        choices = [("", _("chưa chọn")), *BedAssignment.Company.choices[:2], *families]
        for person in self.close:
            widget = forms.Select({"aria-label": format_lazy("{}: {}", _("Ở phòng"), person.worker.user.name)})
            field = forms.ChoiceField(label=_("Ở phòng"), choices=choices, required=False, widget=widget, error_messages=CHOOSE)
            self.fields[f"company{person.pk}"] = field
            person.company = self[f"company{person.pk}"]

    def company(self) -> dict[int, tuple[str, str]]:
        """By the worker's key: with whom he or she may share a room, and which family it is."""
        said = {person.worker_id: self.cleaned_data[f"company{person.pk}"] or self.cleaned_data["rest"] for person in self.close}
        return {pk: (FAMILY, answer.removeprefix(FAMILY)) if answer.startswith(FAMILY) else (answer, "") for pk, answer in said.items()}


class LockForm(forms.Form):
    """As little as contains the infection: a line, a workshop, or everything; and which openings wait."""

    lock = forms.ChoiceField(label=_("Khóa"), choices=Outbreak.Lock.choices[1:], widget=forms.RadioSelect, error_messages=CHOOSE)
    line = forms.ModelChoiceField(Line.objects.none(), label=_("Chuyền"), required=False, error_messages=CHOOSE)
    workshop = forms.ModelChoiceField(Workshop.objects.none(), label=_("Xưởng"), required=False, error_messages=CHOOSE)
    openings = forms.ModelMultipleChoiceField(
        Opening.objects.none(), label=_("Tạm dừng các tin"), required=False, widget=forms.CheckboxSelectMultiple, error_messages=CHOOSE
    )

    def __init__(self, *arguments, factory, **options):
        super().__init__(*arguments, **options)
        self.fields["line"].queryset = Line.objects.filter(workshop__factory=factory).select_related("workshop")
        self.fields["workshop"].queryset = Workshop.objects.filter(factory=factory)
        self.fields["openings"].queryset = Opening.objects.filter(factory=factory, status=Opening.Status.PUBLISHED).order_by("title", "pk")

    def clean(self):
        chosen = self.cleaned_data
        lock = chosen.get("lock")
        for name in ("line", "workshop"):
            if lock == name and not chosen.get(name) and name not in self.errors:
                self.add_error(name, _("Hãy chọn khóa chỗ nào."))
            if lock != name:
                chosen[name] = None
        return chosen
