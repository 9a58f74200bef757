"""One confirmation places and asks everybody who was ticked for the replacement shift (the page itself is search/replacement_views.py)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.onboarding.replacement_forms import ReplacementsForm, SupportForm
from recruitment.onboarding.services.replacements import Sent, ask_for_support, send
from recruitment.openings.models import Opening
from recruitment.quarantine.models import Outbreak
from recruitment.shared.refusals import Refusal

MOST_NAMED = 10


@permission("outbreaks.replace")
@require_POST
def send_replacements(request, pk):
    outbreak = _own_outbreak(request, pk)
    today = timezone.localdate()
    form = ReplacementsForm(request.POST, openings=Opening.objects.filter(factory=outbreak.factory_id))
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("search:replacements", pk)
    try:
        sent = send(outbreak=outbreak, by=request.user, on=today, **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("quarantine:outbreak", pk)
    _say(request, sent)
    return redirect("search:replacements" if sent.failed else "quarantine:outbreak", pk)


@permission("outbreaks.replace")
@require_POST
def ask_department(request, pk):
    """The way out when nobody is left to ask."""
    outbreak, form = _own_outbreak(request, pk), SupportForm(request.POST)
    if form.is_valid():
        try:
            ask_for_support(outbreak=outbreak, lacking=form.cleaned_data["lacking"], by=request.user, on=timezone.localdate())
            messages.success(request, _("Đã báo Sở. Diễn biến của ổ dịch ghi lại yêu cầu này."))
        except Refusal as refusal:
            messages.error(request, refusal.for_people())
    else:
        messages.error(request, form.errors["lacking"][0])
    return redirect("search:replacements", pk)


def _own_outbreak(request, pk) -> Outbreak:
    return get_object_or_404(Outbreak.objects.visible_to(request.user).select_related("factory__zone", "locked_line", "locked_workshop"), pk=pk)


def _say(request, sent: Sent) -> None:
    done = [
        (len(sent.assigned), ngettext("xếp %(count)d người của nhà máy", "xếp %(count)d người của nhà máy", len(sent.assigned))),
        (len(sent.offered), ngettext("đề nghị nhận %(count)d người", "đề nghị nhận %(count)d người", len(sent.offered))),
        (len(sent.invited), ngettext("mời %(count)d người", "mời %(count)d người", len(sent.invited))),
    ]
    if parts := [text % {"count": count} for count, text in done if count]:
        messages.success(request, _("Đã %(parts)s. Tin nhắn đã gửi cho từng người.") % {"parts": ", ".join(parts)})
    if sent.failed:
        named = "; ".join(f"{who}: {why}" for who, why in sent.failed[:MOST_NAMED])
        messages.warning(request, _("%(count)d người chưa xếp được: %(named)s") % {"count": len(sent.failed), "named": named})
