"""Accepting one worker or many: what it would take, asked for first; then the one button. And taking it back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.onboarding.forms import UndoingForm
from recruitment.onboarding.models import Acceptance, WaitingAcceptance
from recruitment.onboarding.services.acceptance import NotAccepted, accept, outcome_parts, outcome_sentence, try_to_accept
from recruitment.onboarding.services.batches import MOST_AT_ONCE, accept_many
from recruitment.onboarding.services.undoing import undo_acceptance
from recruitment.onboarding.services.waiting import accept_or_wait, lacks_only_room, position_of, stop_waiting
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal

REFUSED = 422
LONGEST_KEY = 19  # digits: what the database's keys can hold


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
def accept_chosen(request, pk):
    """Before: who was chosen. After: who was accepted with what, and for everybody else everything that is lacking.

    Pressing the button again, or loading the answer again, finishes what was interrupted and accepts nobody twice.
    """
    opening = get_object_or_404(Opening.objects.owned_by(request.user).select_related("factory"), pk=pk)
    chosen = _chosen(request.POST if request.method == "POST" else request.GET)
    applications = Application.objects.filter(opening=opening, pk__in=chosen).select_related("worker__user").order_by("created_at", "pk")
    if not applications:
        messages.error(request, _("Hãy đánh dấu ít nhất một người để nhận."))
        return redirect("applications:of_opening", pk)
    if request.method != "POST":
        return render(request, "onboarding/accept_many.html", {"opening": opening, "applications": applications})
    try:
        batch = accept_many(opening=opening, applications=chosen, by=request.user, on=timezone.localdate())
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("applications:of_opening", pk)
    context = {
        "opening": opening,
        "accepted": [(acceptance, outcome_parts(acceptance)) for acceptance in batch.accepted],
        "refused": [
            (application, refusal.sentences() if isinstance(refusal, NotAccepted) else [refusal.for_people()])
            for application, refusal in batch.refused
        ],
        "waitable": [application.pk for application, refusal in batch.refused if lacks_only_room(refusal)],
    }
    return render(request, "onboarding/accepted_many.html", context)


def _chosen(data) -> set[int]:
    values = data["everybody"].split(",") if "everybody" in data else data.getlist("applications")
    return {int(value) for value in values if value.isdecimal() and len(value) < LONGEST_KEY}


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
def wait_for_chosen(request, pk):
    """The same for several people of one opening, in the order of their applications."""
    opening = get_object_or_404(Opening.objects.owned_by(request.user), pk=pk)
    chosen = Application.objects.filter(opening=opening, pk__in=_chosen(request.POST)).select_related("worker__user").order_by("created_at", "pk")
    waiting, others = 0, []
    for application in chosen[:MOST_AT_ONCE]:
        try:
            outcome = accept_or_wait(application=application, by=request.user, on=timezone.localdate())
            waiting += isinstance(outcome, WaitingAcceptance)
        except Refusal as refusal:
            others.append(f"{application.worker.user.name}: {refusal.for_people()}")
    messages.success(request, ngettext("%(count)d người chờ chỗ.", "%(count)d người chờ chỗ.", waiting) % {"count": waiting})
    for sentence in others:
        messages.warning(request, sentence)
    return redirect("applications:of_opening", pk)


@permission("onboarding.accept")
@require_POST
def stop(request, pk):
    application = _own_application(request, pk)
    stop_waiting(application=application, by=request.user, on=timezone.localdate())
    messages.success(request, _("Đã thôi chờ chỗ cho hồ sơ %(receipt)s.") % {"receipt": application.receipt})
    return redirect("applications:applicant", pk)


def _own_application(request, pk) -> Application:
    return get_object_or_404(Application.objects.filter(opening__in=Opening.objects.owned_by(request.user)), pk=pk)
