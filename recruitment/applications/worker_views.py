"""A job seeker applies, follows what becomes of it, and answers an offer."""

import time
from uuid import UUID

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.permissions import permission
from recruitment.accounts.services.codes import check_code, send_code, was_just_used
from recruitment.accounts.sessions import enter
from recruitment.applications.models import Application
from recruitment.applications.progress import progress_of
from recruitment.applications.services.applying import AlreadyApplied, agree, apply
from recruitment.applications.services.suggesting import openings_with_a_bed
from recruitment.applications.worker_forms import ApplicationForm, NewcomerForm
from recruitment.health.services.assessments import assess_worker
from recruitment.health.services.estimates import start_estimate
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal
from recruitment.workers.services.consents import set_consents
from recruitment.workers.services.registration import account_of_phone, register_worker

TWIN_SECONDS = 3
OFFER_SHOWN = [Application.Status.INVITED, *Application.HOLDING_STATUSES]


@permission("applications.apply")
@never_cache
def apply_page(request, pk):
    """W3: from the detail page to the receipt on one screen."""
    opening = get_object_or_404(Opening.objects.public().select_related("factory__enterprise", "factory__zone", "occupation"), pk=pk)
    if request.method != "POST" and not Opening.objects.open_on(timezone.localdate()).filter(pk=pk).exists():
        return redirect("search:opening", pk)
    if not request.user.is_authenticated:
        return _newcomer(request, opening)
    if not hasattr(request.user, "worker"):
        messages.warning(request, _("Ứng tuyển cần một hồ sơ người lao động. Hãy dùng số điện thoại của bạn."))
        return redirect("workers:register" if request.user.phone else "search:openings")
    return _known_worker(request, opening)


def _known_worker(request, opening: Opening):
    worker, today = request.user.worker, timezone.localdate()
    given = tuple(worker.consents.filter(withdrawn_at=None).values_list("purpose", flat=True))
    estimate = start_estimate(worker, on=today)
    initial = {"starts_on": max(filter(None, (estimate.ready_on, worker.available_from, today)))}
    form = ApplicationForm(request.POST or None, initial=initial, given=given)
    if request.method == "POST" and form.is_valid():
        set_consents(worker=worker, given=form.cleaned_data.get("consents", []), withdrawn=[], by=request.user, on=today)
        assess_worker(worker=worker, by=request.user, on=today)
        return _apply(request, worker, opening, form)
    context = {"form": form, "opening": opening, "worker": worker, "estimate": estimate}
    return render(request, "applications/worker_apply.html", context, status=422 if form.is_bound else 200)


def _newcomer(request, opening: Opening):
    """First the details, then the same form with the code beside it; nothing is kept on the server in between."""
    with_code = request.POST.get("step") == "apply"
    form = NewcomerForm(request.POST or None, with_code=with_code)
    code_sent, status = with_code, 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        if with_code:
            if response := _apply_with_code(request, opening, form):
                return response
        elif _code_sent(request, form):
            code_sent, status = True, 200
    context = {"form": form, "opening": opening, "worker": None, "code_sent": code_sent, "phone": form["phone"].value() or ""}
    return render(request, "applications/worker_apply.html", context, status=status)


def _code_sent(request, form: NewcomerForm) -> bool:
    try:
        send_code(phone=form.cleaned_data["phone"], address=request.META["REMOTE_ADDR"], now=timezone.now())
    except Refusal as refusal:
        form.add_error("phone", refusal.for_people())
        return False
    return True


def _apply_with_code(request, opening: Opening, form: NewcomerForm):
    """The code lets the person in; then the profile, the consents and the application. None when the code is refused."""
    phone, code, today = form.cleaned_data["phone"], form.cleaned_data["code"], timezone.localdate()
    try:
        check_code(phone=phone, code=code, now=timezone.now())
    except Refusal as refusal:
        first = _twin(form.cleaned_data["key"], phone) if was_just_used(phone=phone, code=code, now=timezone.now()) else None
        if first is None:
            form.add_error("code", refusal.for_people())
            return None
        enter(request, first.worker.user, is_shared=form.cleaned_data["is_shared"])
        return redirect("applications:application", first.pk)
    user = account_of_phone(phone=phone, language=get_language()[:2])
    wanted = {"shifts": [opening.shift], "occupations": {opening.occupation: 0}}
    worker = register_worker(user=user, by=user, on=today, **wanted, **form.person())
    assess_worker(worker=worker, by=user, on=today)
    enter(request, user, is_shared=form.cleaned_data["is_shared"])
    return _apply(request, worker, opening, form)


def _twin(key: UUID, phone: str) -> Application | None:
    """A double tap sends the form twice at once: the second waits for the first one's receipt, for as long as that may take."""
    for _attempt in range(TWIN_SECONDS * 10):
        if first := Application.objects.filter(idempotency_key=key, worker__user__phone=phone).select_related("worker__user").first():
            return first
        time.sleep(0.1)
    return None


def _apply(request, worker, opening: Opening, form: ApplicationForm):
    starts_on, key = form.cleaned_data["starts_on"], form.cleaned_data["key"]
    try:
        application = apply(worker=worker, opening=opening, starts_on=starts_on, idempotency_key=key, by=worker.user, on=timezone.localdate())
    except AlreadyApplied as refusal:
        messages.info(request, refusal.for_people())
        return redirect("applications:application", refusal.facts["application"].pk)
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("search:opening", opening.pk)
    messages.success(request, _("Đã gửi hồ sơ. Số biên nhận của bạn: %(receipt)s.") % {"receipt": application.receipt})
    return redirect("applications:application", application.pk)


@permission("applications.follow_own")
@never_cache
@require_safe
def own(request):
    applications = _own_applications(request).prefetch_related("events").order_by("-created_at", "-pk")
    rows = [(application, progress_of(application, application.events.all())) for application in applications]
    context = {
        "open": [row for row in rows if row[0].status in Application.OPEN_STATUSES],
        "ended": [row for row in rows if row[0].status not in Application.OPEN_STATUSES],
    }
    return render(request, "applications/worker_own.html", context)


@permission("applications.follow_own")
@never_cache
@require_safe
def application_page(request, pk):
    """The receipt, and how far the application has come."""
    application = get_object_or_404(_own_applications(request).select_related("acceptance__entry_stay__site"), pk=pk)
    context = {
        "application": application,
        "progress": progress_of(application, application.events.all()),
        "acceptance": getattr(application, "acceptance", None) if application.status == Application.Status.ACCEPTED else None,
        "can_withdraw": application.status in Application.OPEN_STATUSES,
        "others": [] if application.status in Application.OPEN_STATUSES else openings_with_a_bed(worker=request.user.worker, on=timezone.localdate()),
        "estimate": start_estimate(request.user.worker, on=timezone.localdate()) if application.status in OFFER_SHOWN else None,
    }
    return render(request, "applications/worker_application.html", context)


@permission("applications.follow_own")
@require_POST
def agree_to_offer(request, pk):
    application = get_object_or_404(_own_applications(request), pk=pk)
    try:
        wants_trip = {"yes": True, "no": False}.get(request.POST.get("wants_trip", ""))
        agree(application=application, by=request.user, on=timezone.localdate(), wants_trip=wants_trip)
        messages.success(request, _("Đã gửi câu trả lời: bạn đồng ý. Nhà máy sẽ xác nhận ngày đến."))
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("applications:application", pk)


def _own_applications(request):
    rows = Application.objects.visible_to(request.user).filter(worker=request.user.worker)
    return rows.select_related("opening__factory__enterprise", "opening__factory__zone")
