"""What must always hold and does not: for the department and whoever runs the system."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.permissions import permission
from recruitment.onboarding.breach_words import sentence_of
from recruitment.onboarding.forms import RepairForm, RepairUndoingForm
from recruitment.onboarding.models import Breach
from recruitment.onboarding.services.breaches import record_breaches, repair
from recruitment.onboarding.services.repair_undoing import WHY_NOT, undo_repair
from recruitment.shared.refusals import Refusal

PER_PAGE = 50
LAST_MENDED = 20
REFUSED = 422


@permission("onboarding.mend")
def breaches(request):
    """Open ones, the oldest first, then those mended last. A POST looks again now."""
    if request.method == "POST":
        found = record_breaches(on=timezone.localdate(), now=timezone.now())
        messages.info(request, _("Đã kiểm tra lại: %(count)d bất thường.") % {"count": len(found)})
        return redirect("onboarding:breaches")
    page = Paginator(Breach.objects.open().select_related("factory"), PER_PAGE).get_page(request.GET.get("page"))
    mended = Breach.objects.exclude(mended_at=None).select_related("factory", "repaired_by", "undone_by").order_by("-mended_at", "-pk")[:LAST_MENDED]
    context = {
        "page": page,
        "rows": [(breach, sentence_of(breach)) for breach in page],
        "mended": [(breach, sentence_of(breach), WHY_NOT.get(breach.rule, "")) for breach in mended],
        "now": timezone.now(),
    }
    return render(request, "onboarding/breaches.html", context)


@permission("onboarding.mend")
def repair_breach(request, pk):
    """Asks for a reason; says what the repair did."""
    breach = get_object_or_404(Breach.objects.open().select_related("factory"), pk=pk)
    form = RepairForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            breach = repair(breach=breach, reason=form.cleaned_data["reason"], by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(None, refusal.for_people())
        else:
            messages.success(request, _("Đã sửa: %(outcome)s") % {"outcome": breach.outcome})
            return redirect("onboarding:breaches")
    context = {"breach": breach, "sentence": sentence_of(breach), "form": form}
    return render(request, "onboarding/repair.html", context, status=REFUSED if form.errors else 200)


@permission("onboarding.mend")
def undo(request, pk):
    """Asks for a reason; the breach is open again afterwards."""
    repaired = Breach.objects.filter(repaired_at__isnull=False, undone_at=None).exclude(rule__in=WHY_NOT)
    breach = get_object_or_404(repaired.select_related("factory", "repaired_by"), pk=pk)
    form = RepairUndoingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_repair(breach=breach, reason=form.cleaned_data["reason"], by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(None, refusal.for_people())
        else:
            messages.success(request, _("Đã hoàn tác lần sửa; mục này lại ở trong danh sách nếu vẫn lệch."))
            return redirect("onboarding:breaches")
    context = {"breach": breach, "sentence": sentence_of(breach), "form": form}
    return render(request, "onboarding/undo_repair.html", context, status=REFUSED if form.errors else 200)
