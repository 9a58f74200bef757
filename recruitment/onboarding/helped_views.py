"""For liaisons: what waits for an answer of somebody without a phone, and answering for them once they were asked."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.applications.services.suggesting import openings_with_a_bed
from recruitment.onboarding.services.on_behalf import agree_for, apply_for, confirm_for, withdraw_for
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

LATELY = 20


@permission("workers.register_group")
@never_cache
def helped_person(request, pk):
    """Invitations, offers and acceptances of one person, the soonest deadline first; and jobs to apply for."""
    today = timezone.localdate()
    worker = get_object_or_404(Worker.objects.helped_by_house_of(request.user).select_related("user__helper", "home_province"), pk=pk)
    if request.method == "POST":
        return _answer(request, worker, today)
    applications = Application.objects.filter(worker=worker).select_related("opening__factory__zone", "acceptance").order_by("-created_at", "-pk")
    context = {
        "worker": worker,
        "open": applications.open().order_by("answer_by", "-created_at", "-pk"),
        "ended": applications.exclude(status__in=Application.OPEN_STATUSES)[:LATELY],
        "others": openings_with_a_bed(worker=worker, on=today) if worker.status == Worker.Status.LOOKING else [],
        "acts": worker.assisted_acts.select_related("by"),
    }
    return render(request, "onboarding/helped_person.html", context)


def _answer(request, worker: Worker, today):
    if "asked" not in request.POST:
        messages.error(request, _("Hãy hỏi người này rồi đánh dấu “đã hỏi” trước khi trả lời thay."))
        return redirect("onboarding:helped_person", worker.pk)
    try:
        _act(request, worker, {"by": request.user, "on": today})
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    else:
        messages.success(request, _("Đã ghi câu trả lời của %(name)s, do bạn thực hiện hộ.") % {"name": worker.user.name})
    return redirect("onboarding:helped_person", worker.pk)


def _act(request, worker: Worker, who: dict) -> None:
    if "opening" in request.POST:
        opening = get_object_or_404(Opening.objects.public(), pk=_number(request.POST["opening"]))
        apply_for(worker=worker, opening=opening, **who)
        return
    application = get_object_or_404(Application.objects.filter(worker=worker), pk=_number(request.POST.get("application", "")))
    match request.POST.get("answer"):
        case "ride" | "alone" as way:
            agree_for(application=application, wants_trip=way == "ride", **who)
        case "confirm":
            confirm_for(application=application, **who)
        case "withdraw":
            withdraw_for(application=application, **who)
        case _:
            raise Http404


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
