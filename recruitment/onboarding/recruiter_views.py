"""Accepting one worker: what it would take, asked for first; then the one button. And taking it back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.onboarding.forms import UndoingForm
from recruitment.onboarding.models import Acceptance, WaitingAcceptance
from recruitment.onboarding.services.acceptance import NotAccepted, accept, outcome_parts, outcome_sentence, try_to_accept
from recruitment.onboarding.services.undoing import undo_acceptance
from recruitment.onboarding.services.waiting import accept_or_wait, lacks_only_room, position_of, stop_waiting
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal

REFUSED = 422


@permission("onboarding.accept")
@never_cache
def accept_applicant(request, pk):
    """Before: what will be reserved where. Accepted: one sentence says what was. Not accepted: everything that is lacking."""
    own = Application.objects.filter(opening__in=Opening.objects.owned_by(request.user)).select_related("worker__user", "opening__factory")
    application = get_object_or_404(own, pk=pk)
    is_accepting = request.method == "POST"
    decide = accept if is_accepting else try_to_accept
    try:
        acceptance = decide(application=application, by=request.user, on=timezone.localdate())
    except NotAccepted as refusal:
        context = {"application": application, "shortfalls": refusal.sentences(), "only_room": lacks_only_room(refusal)}
        return render(request, "onboarding/not_accepted.html", context, status=REFUSED if is_accepting else 200)
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("applications:applicant", pk)
    if not is_accepting and application.status != Application.Status.ACCEPTED:
        return render(
            request, "onboarding/accept.html", {"application": application, "parts": outcome_parts(acceptance), "others": _others(application)}
        )
    messages.success(request, outcome_sentence(acceptance))
    return redirect("applications:of_opening", application.opening_id)


def _others(application: Application) -> int:
    """How many other applications of the person will end."""
    return Application.objects.in_pipeline().filter(worker=application.worker_id).exclude(pk=application.pk).count()


@permission("onboarding.accept")
@never_cache
def undo(request, pk):
    """Asks why, and says what is given back."""
    own = Acceptance.objects.standing().filter(application__opening__in=Opening.objects.owned_by(request.user))
    related = own.select_related("application__worker__user", "application__opening__factory", "entry_stay__site", "reservation__site", "clearance")
    acceptance = get_object_or_404(related, application=pk)
    application, form = acceptance.application, UndoingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_acceptance(application=application, reason=form.cleaned_data["reason"], by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(None, refusal.for_people())
        else:
            messages.success(request, _("Đã hủy việc nhận, trả lại mọi chỗ đã giữ và báo cho người lao động."))
            return redirect("applications:of_opening", application.opening_id)
    context = {"application": application, "form": form, "parts": outcome_parts(acceptance)}
    return render(request, "onboarding/undo.html", context, status=REFUSED if form.errors else 200)


@permission("onboarding.accept")
@require_POST
def wait(request, pk):
    """Stand in the queue for room, or be accepted at once if there is some by now."""
    application = _own_application(request, pk)
    try:
        outcome = accept_or_wait(application=application, by=request.user, on=timezone.localdate())
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("applications:applicant", pk)
    if isinstance(outcome, WaitingAcceptance):
        messages.success(
            request, _("Đã xếp vào hàng chờ chỗ, thứ %(position)d. Có chỗ thì tự nhận và báo cho bạn.") % {"position": position_of(application)}
        )
    else:
        messages.success(request, outcome_sentence(outcome))
    return redirect("applications:of_opening", application.opening_id)


@permission("onboarding.accept")
@require_POST
def stop(request, pk):
    application = _own_application(request, pk)
    stop_waiting(application=application, by=request.user, on=timezone.localdate())
    messages.success(request, _("Đã thôi chờ chỗ cho hồ sơ %(receipt)s.") % {"receipt": application.receipt})
    return redirect("applications:applicant", pk)


def _own_application(request, pk) -> Application:
    return get_object_or_404(Application.objects.filter(opening__in=Opening.objects.owned_by(request.user)), pk=pk)
