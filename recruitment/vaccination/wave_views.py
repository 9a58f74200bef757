"""Waves of doses: planned, received, given; and who the doses at hand should go to next."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from recruitment.accounts.permissions import may, permission
from recruitment.shared.refusals import Refusal
from recruitment.vaccination.coverage import Level
from recruitment.vaccination.forms import WaveForm
from recruitment.vaccination.models import PriorityGroup, VaccinationWave
from recruitment.vaccination.services.waves import change_wave, doses_in_stock, plan_wave, priority_groups, suggest_shares

ROWS_PER_PAGE = 30
FIELDS = ["number", "group", "starts_on", "ends_on", "doses_planned", "doses_received", "doses_given"]


@permission("vaccination.read")
@require_safe
def waves(request):
    today = timezone.localdate()
    page = Paginator(VaccinationWave.objects.select_related("changed_by"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "waves": page.object_list,
        "today": today,
        "levels": Level.choices,
        "stock": doses_in_stock(),
        "shares": [(PriorityGroup(share.group).label, share) for share in suggest_shares(today)],
        "order": priority_groups(today)[1],
        "may_manage": may(request.user, "vaccination.manage"),
    }
    return render(request, "vaccination/waves.html", context)


@permission("vaccination.manage")
def new(request):
    next_number = min(999, (VaccinationWave.objects.aggregate(last=Max("number"))["last"] or 0) + 1)
    initial = {"number": next_number, "starts_on": timezone.localdate(), "doses_received": 0, "doses_given": 0, "version": 0}
    return _edit(request, None, initial)


@permission("vaccination.manage")
def change(request, pk):
    wave = get_object_or_404(VaccinationWave, pk=pk)
    return _edit(request, wave, {name: getattr(wave, name) for name in [*FIELDS, "version"]})


def _edit(request, wave: VaccinationWave | None, initial: dict):
    form = WaveForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in FIELDS}
        try:
            if wave:
                change_wave(wave=wave, version=form.cleaned_data["version"], by=request.user, **facts)
            else:
                plan_wave(by=request.user, **facts)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        else:
            messages.success(request, _("Đã lưu đợt %(number)s.") % {"number": facts["number"]})
            return redirect("vaccination:waves")
    return render(request, "vaccination/wave.html", {"form": form, "wave": wave}, status=422 if form.is_bound else 200)
