"""Accepting many people: who was chosen, then the progress of what was asked for, which becomes the list of results."""

import uuid

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.onboarding.models import AcceptanceBatch, BatchLine
from recruitment.onboarding.services.batch_runs import ask_to_accept
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal

LONGEST_KEY = 19  # digits: what the database's keys can hold


@permission("onboarding.accept")
@never_cache
def accept_chosen(request, pk):
    """Before: who was chosen. The button keeps the wish and leads to its progress; pressing it again leads there, too."""
    opening = get_object_or_404(Opening.objects.owned_by(request.user).select_related("factory"), pk=pk)
    if request.method == "POST":
        return _ask(request, opening, may_wait=False)
    applications = _applications(opening, request.GET).select_related("worker__user").order_by("created_at", "pk")
    if not applications:
        return _nobody(request, opening)
    return render(request, "onboarding/accept_many.html", {"opening": opening, "applications": applications, "key": uuid.uuid4()})


@permission("onboarding.accept")
@require_POST
def wait_for_chosen(request, pk):
    """The same, and who lacks nothing but room stands in the queue for it."""
    return _ask(request, get_object_or_404(Opening.objects.owned_by(request.user), pk=pk), may_wait=True)


@permission("onboarding.accept")
@require_safe
@never_cache
def progress(request, pk):
    """How far it is, and what came of whom so far; the page asks again by itself until everybody has been dealt with."""
    batch = get_object_or_404(AcceptanceBatch.objects.visible_to(request.user).select_related("opening"), pk=pk)
    lines = list(batch.lines.select_related("application__worker__user").order_by("position"))
    outcomes: dict[str, list[BatchLine]] = {outcome: [line for line in lines if line.outcome == outcome] for outcome in BatchLine.Outcome.values}
    context = {
        "batch": batch,
        "opening": batch.opening,
        "people": len(lines),
        "done": sum(map(len, outcomes.values())),
        **outcomes,
        "key": uuid.uuid4(),
        "again": ",".join(str(line.application_id) for line in outcomes[BatchLine.Outcome.REFUSED]),
        "waitable": [line.application_id for line in outcomes[BatchLine.Outcome.REFUSED] if line.lacks_only_room],
    }
    return render(request, "onboarding/batch_progress.html" if request.htmx else "onboarding/batch.html", context)


def _ask(request, opening: Opening, *, may_wait: bool):
    chosen = _applications(opening, request.POST).values_list("pk", flat=True)
    if not chosen:
        return _nobody(request, opening)
    try:
        batch = ask_to_accept(opening=opening, applications=chosen, key=_key(request), may_wait=may_wait, by=request.user, on=timezone.localdate())
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("applications:of_opening", opening.pk)
    return redirect("onboarding:batch", batch.pk)


def _nobody(request, opening: Opening):
    messages.error(request, _("Hãy đánh dấu ít nhất một người để nhận."))
    return redirect("applications:of_opening", opening.pk)


def _applications(opening: Opening, data):
    values = data["everybody"].split(",") if "everybody" in data else data.getlist("applications")
    chosen = {int(value) for value in values if value.isdecimal() and len(value) < LONGEST_KEY}
    return Application.objects.filter(opening=opening, pk__in=chosen)


def _key(request) -> uuid.UUID:
    """Of the page on which the button stands."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()
