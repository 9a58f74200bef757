"""The queue of claims to verify, and one claim beside what is proven of the same person. Every reading is logged."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.permissions import permission
from recruitment.health.models import ClaimHold, HealthEvent
from recruitment.health.services import verification
from recruitment.health.services.readings import log_readings
from recruitment.health.views import event_line
from recruitment.shared.refusals import Refusal

ROWS_PER_PAGE = 30
REFUSED = 422


class DoubtForm(forms.Form):
    doubt = forms.ChoiceField(
        label=gettext_lazy("Vì sao không xác nhận"),
        choices=HealthEvent.Doubt.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Hãy chọn một lý do.")},
    )


@permission("health.verify_claims")
@never_cache
@require_safe
def claims(request):
    """Oldest first. No health fact is read here: only whose claims wait, since when, and who is looking at them."""
    waiting = HealthEvent.objects.visible_to(request.user).to_verify().defer("facts").select_related("worker__user", "hold__held_by")
    page = Paginator(waiting, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [{"event": event, "hold": _current(event, now)} for event in page.object_list]
    return render(request, "health/claims/list.html", {"page": page, "rows": rows, "now": now})


def _current(event: HealthEvent, now) -> ClaimHold | None:
    hold = getattr(event, "hold", None)
    return hold if hold and hold.held_until > now else None


@permission("health.verify_claims")
@require_POST
def take(request, pk):
    """Hold the claim, then show it."""
    event = _claim(request, pk)
    try:
        verification.hold_claim(event=event, by=request.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("health:claims")
    return redirect("health:claim", event.pk)


@permission("health.verify_claims")
@never_cache
@require_safe
def claim(request, pk):
    """What was told beside what is proven, for whoever holds it; others see who does."""
    return _page(request, _claim(request, pk), DoubtForm())


def _page(request, event: HealthEvent, form: DoubtForm):
    hold = _current(event, timezone.now())
    context = {"event": event, "hold": hold, "is_mine": bool(hold and hold.held_by_id == request.user.pk), "form": form}
    if context["is_mine"]:
        others = HealthEvent.objects.visible_to(request.user).filter(worker=event.worker_id, removed_at=None).exclude(pk=event.pk).order_by("pk")
        log_readings(of=[event.worker], what="health_event", why="verification", by=request.user)
        context |= {"line": event_line(event), "others": [event_line(other) for other in others], "person": event.worker}
    return render(request, "health/claims/claim.html", context, status=REFUSED if form.errors else 200)


@permission("health.verify_claims")
@require_POST
def decide(request, pk):
    """Confirm, doubt with a reason, or put back."""
    event, now = _claim(request, pk), timezone.now()
    if "release" in request.POST:
        verification.release_claim(event=event, by=request.user)
        return redirect("health:claims")
    form = DoubtForm(request.POST)
    if "confirm" not in request.POST and not form.is_valid():
        return _page(request, event, form)
    try:
        if "confirm" in request.POST:
            verification.confirm_claim(event=event, by=request.user, now=now, on=timezone.localdate())
            messages.success(request, _("Đã xác nhận. Ngày vào làm của người này đã tính lại."))
        else:
            verification.doubt_claim(event=event, doubt=form.cleaned_data["doubt"], by=request.user, now=now, on=timezone.localdate())
            messages.success(request, _("Đã ghi lý do và báo cho người khai."))
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("health:claims")


def _claim(request, pk: int) -> HealthEvent:
    rows = HealthEvent.objects.visible_to(request.user).select_related("worker__user", "worker__home_province", "hold__held_by", "reviewed_by")
    return get_object_or_404(rows, pk=pk)
