"""A person's own data: copied, printed, asked about, erased."""

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from recruitment.accounts.permissions import permission
from recruitment.privacy.models import DataRequest
from recruitment.privacy.services.erasure import StillNeeded, erase_worker, obstacles
from recruitment.privacy.services.export import export_of
from recruitment.privacy.services.requests import answer_request, make_request
from recruitment.shared.forms import CleanTextField

Kind = DataRequest.Kind
BY_SOMEBODY = [Kind.CORRECTION, Kind.RESTRICTION, Kind.OBJECTION]  # copying and erasing people do by themselves


class RequestForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Bạn muốn"), choices=[(kind.value, kind.label) for kind in BY_SOMEBODY], widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Hãy chọn một mục."), "invalid_choice": gettext_lazy("Hãy chọn một mục.")},
    )  # fmt: skip
    words = CleanTextField(label=gettext_lazy("Cụ thể là gì"), max_length=1000)


@permission("privacy.own")
@never_cache
def own_data(request):
    """What can be done about one's data, and what was asked for with its deadline."""
    form = RequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = make_request(person=request.user, on=timezone.localdate(), **form.cleaned_data)
        messages.success(request, _("Đã nhận yêu cầu. Bạn được trả lời chậm nhất ngày %(day)s.") % {"day": f"{asked.answer_by:%d/%m/%Y}"})
        return redirect("privacy:own")
    requests = DataRequest.objects.filter(person=request.user).order_by("-made_at", "-pk")[:20]
    return render(request, "privacy/own.html", {"form": form, "requests": requests}, status=422 if form.errors else 200)


@permission("privacy.own")
@never_cache
def export(request):
    """Everything as one JSON file; noted as a request that was carried out at once."""
    answer = JsonResponse(export_of(request.user), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="vung-xanh.json"'
    _note_done(request, Kind.EXPORT)
    return answer


@permission("privacy.own")
@never_cache
def print_out(request):
    """The same to read and print."""
    found = export_of(request.user)
    sections = [(name, rows if isinstance(rows, list) else [rows]) for name, rows in found.items() if name != "other"]
    sections += [(name, rows) for name, rows in found["other"].items()]
    _note_done(request, Kind.EXPORT)
    return render(request, "privacy/print.html", {"sections": sections})


@permission("privacy.own")
@never_cache
def erase(request):
    """Asks first. What still needs the person is named, and the request waits until that has ended."""
    worker, today = request.user.worker, timezone.localdate()
    if request.method == "POST":
        try:
            erase_worker(worker=worker, by=request.user, on=today)
        except StillNeeded as refusal:
            waiting = make_request(person=request.user, kind=Kind.ERASURE, words="", on=today)
            messages.warning(
                request, f"{refusal.for_people()} " + _("Yêu cầu đã được ghi, hạn %(day)s.") % {"day": f"{waiting.carry_out_by:%d/%m/%Y}"}
            )
            return redirect("privacy:own")
        logout(request)
        messages.success(request, _("Đã xóa dữ liệu của bạn."))
        return redirect("search:openings")
    return render(request, "privacy/erase.html", {"obstacles": obstacles(worker)})


def _note_done(request, kind: str) -> None:
    today = timezone.localdate()
    asked = make_request(person=request.user, kind=kind, words="", on=today)
    answer_request(request=asked, answer=_("Đã tải về."), done=True, by=request.user, on=today)
