"""Accepting a worker: what it would take, asked for first; then the one button."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.onboarding.services.acceptance import NotAccepted, accept, outcome_parts, outcome_sentence, try_to_accept
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
        context = {"application": application, "shortfalls": refusal.sentences()}
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
