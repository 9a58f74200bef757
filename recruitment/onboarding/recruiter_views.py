"""The one button that accepts a worker."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.onboarding.services.acceptance import NotAccepted, accept, outcome_sentence
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal

REFUSED = 422


@permission("onboarding.accept")
@require_POST
def accept_applicant(request, pk):
    """Accepted: one sentence says what was reserved where. Not accepted: a page with everything that is lacking."""
    own = Application.objects.filter(opening__in=Opening.objects.owned_by(request.user)).select_related("worker__user", "opening__factory")
    application = get_object_or_404(own, pk=pk)
    try:
        acceptance = accept(application=application, by=request.user, on=timezone.localdate())
    except NotAccepted as refusal:
        context = {"application": application, "shortfalls": refusal.sentences()}
        return render(request, "onboarding/not_accepted.html", context, status=REFUSED)
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    else:
        messages.success(request, outcome_sentence(acceptance))
    return redirect("applications:of_opening", application.opening_id)
