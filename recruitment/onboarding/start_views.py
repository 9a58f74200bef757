"""From arrival to the first shift: the recruiter's day, with its scan; and the worker's own page with code, taps and answers."""

import datetime as dt

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.onboarding.models import Acceptance, FirstShift, StayedCheck
from recruitment.onboarding.services import gate
from recruitment.onboarding.services.first_shift import (
    FEWEST_ANSWERS,
    address_of,
    answer_check,
    check_in,
    code_in,
    confirm_first_shift,
    report_no_show,
    say_started,
    shift_of,
)
from recruitment.onboarding.services.lost_seats import is_correctable
from recruitment.onboarding.stages import COMING, ISOLATING, LATE, STARTED, TO_START, stage_of
from recruitment.openings.models import Opening
from recruitment.quarantine.arrival_forms import CodeForm
from recruitment.shared.asking import ask_and_act
from recruitment.shared.dated import under_the_same_rules
from recruitment.shared.qr import qr_code
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Seat

REFUSED = 422
MOST_SHOWN = 500
MOST_MISSED = 100
SHOWN_DAYS = 30
MISSED_DAYS = 14
DAY = dt.timedelta(days=1)
RELATED = ["application__worker__user", "application__opening__factory", "entry_stay__site", "clearance", "first_shift"]


@permission("onboarding.receive")
@never_cache
def today(request):
    """Everybody accepted who has not settled in yet, by where they stand; a code sent here finds its person."""
    form = CodeForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        return _found(request, form.cleaned_data["scanned"])
    return _day(request, form)


@permission("onboarding.receive")
@never_cache
def receive(request, code):
    """What the QR opens in an ordinary camera."""
    return _found(request, code)


@permission("onboarding.receive")
@never_cache
def check_in_page(request, pk):
    """Asks first, so that the right person is let in."""
    return _ask(request, pk, check_in, "onboarding/check_in.html", _("Đã ghi %(name)s đến nơi."))


@permission("onboarding.receive")
@require_POST
def confirm(request, pk):
    application = _own(request, pk)
    try:
        confirm_first_shift(application=application, by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã xác nhận ca đầu tiên của %(name)s.") % {"name": application.worker.user.name})
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("onboarding:today")


@permission("onboarding.receive")
@never_cache
def no_show(request, pk):
    """Asks first: place, beds, seat and pass go to others at once."""
    return _ask(request, pk, report_no_show, "onboarding/no_show.html", _("Đã ghi %(name)s không đến và trả lại mọi chỗ đã giữ."))


@permission("onboarding.receive")
@never_cache
def came(request, pk):
    """Noted as missing, and there after all."""
    return _ask(request, pk, gate.correct_no_show, "onboarding/came.html", _("Đã ghi %(name)s có đến; chỗ được giữ lại."))


@permission("applications.follow_own")
@never_cache
def own(request):
    """The worker's code for the factory's gate, one tap when work begins, and how it goes."""
    acceptance = _current(request)
    context: dict = {"acceptance": acceptance}
    if acceptance:
        shift = shift_of(acceptance)
        acceptance.first_shift = shift
        now = timezone.localdate()
        context |= {
            "shift": shift,
            "stage": stage_of(acceptance, on=now),
            "qr": qr_code(address_of(shift.code)),
            "may_say": shift.said_started_at is None and shift.started_on is None and now >= acceptance.arrives_on,
            "checks": shift.checks.filter(due_on__lte=now),
            "answers": StayedCheck.Answer.choices,
        }
    return render(request, "onboarding/own_start.html", context)


@permission("applications.follow_own")
@require_POST
def started(request):
    acceptance = _current(request)
    if acceptance:
        try:
            say_started(application=acceptance.application, by=request.user, on=timezone.localdate())
            messages.success(request, _("Đã báo cho nhà máy là bạn đã vào ca."))
        except Refusal as refusal:
            messages.error(request, refusal.for_people())
    return redirect("onboarding:own_start")


@permission("applications.follow_own")
@require_POST
def answer(request, pk):
    mine = StayedCheck.objects.filter(first_shift__acceptance__application__worker=request.user.worker, due_on__lte=timezone.localdate())
    check, chosen = get_object_or_404(mine, pk=pk), request.POST.get("answer", "")
    if chosen in StayedCheck.Answer.values:
        answer_check(check=check, answer=chosen, by=request.user, on=timezone.localdate())
        messages.success(request, _("Cảm ơn bạn. Nhà máy chỉ thấy số đếm chung, không thấy bạn trả lời gì."))
    else:
        messages.error(request, _("Hãy bấm một trong ba nút."))
    return redirect("onboarding:own_start")


def _current(request) -> Acceptance | None:
    accepted = Acceptance.objects.standing().filter(application__worker=request.user.worker, application__status=Application.Status.ACCEPTED)
    return accepted.select_related(*RELATED).first()


def _own(request, pk) -> Application:
    own_applications = Application.objects.filter(opening__in=Opening.objects.owned_by(request.user), acceptance__isnull=False)
    return get_object_or_404(own_applications.select_related("worker__user", "opening__factory", "acceptance"), pk=pk)


def _ask(request, pk, act, template: str, done: str):
    application = _own(request, pk)
    done %= {"name": application.worker.user.name}
    return ask_and_act(request, act, application, name="application", template=template, done=done, then=("onboarding:today",))


def _found(request, scanned: str):
    """On to the question for whoever is one of ours; a sentence for anybody else."""
    shift = FirstShift.objects.filter(code=code_in(scanned)).select_related("acceptance__application__opening__factory").first()
    if shift is None:
        return _day(request, CodeForm(), _("Không có mã này. Hãy gõ lại từng chữ, hoặc tìm theo tên trong danh sách dưới."))
    application = shift.acceptance.application
    if not Opening.objects.owned_by(request.user).filter(pk=application.opening_id).exists():
        return _day(request, CodeForm(), _("Nhầm nơi: mã này của người được %(factory)s nhận.") % {"factory": application.opening.factory})
    if shift.acceptance.undone_at:
        return _day(request, CodeForm(), _("Việc nhận người này đã hủy, không còn hiệu lực."))
    return redirect("onboarding:check_in", application.pk)


def _day(request, form: CodeForm, wrong: str = ""):
    on, own_openings = timezone.localdate(), Opening.objects.owned_by(request.user)
    ours = Acceptance.objects.filter(application__opening__in=own_openings).select_related(*RELATED)
    settling = Q(first_shift=None) | Q(first_shift__started_on=None) | Q(first_shift__started_on__gte=on - SHOWN_DAYS * DAY)
    rows = ours.standing().filter(settling, application__status=Application.Status.ACCEPTED).order_by("arrives_on", "pk")[:MOST_SHOWN]
    groups: dict[str, list] = {kind: [] for kind in (LATE, COMING, ISOLATING, TO_START, STARTED)}
    for acceptance in rows:
        stage = stage_of(acceptance, on=on)
        groups[stage.kind].append({"acceptance": acceptance, "stage": stage, "person": acceptance.application.worker.user})
    clocks = {row.pk: gate.frees_at(row, policy) for row, policy in gate.with_policies(row["acceptance"] for row in groups[LATE])}
    for row in groups[LATE]:
        row["frees_at"] = clocks.get(row["acceptance"].pk)
    since = timezone.now() - MISSED_DAYS * DAY
    missed = list(ours.filter(undone_because=Acceptance.Undoing.NO_SHOW, undone_at__gte=since).order_by("-undone_at", "pk")[:MOST_MISSED])
    correctable = gate.correctable(missed)
    context = {
        "form": form,
        "wrong": wrong,
        "today": on,
        "late": groups[LATE],
        "arriving": [row for row in groups[COMING] if row["acceptance"].arrives_on == on],
        "coming": [row for row in groups[COMING] if row["acceptance"].arrives_on > on],
        "isolating": groups[ISOLATING],
        "to_start": groups[TO_START],
        "started": groups[STARTED],
        "missed": [(row, row.pk in correctable) for row in missed],
        "missed_days": MISSED_DAYS,
        "left_behind": _left_behind(groups[LATE] + groups[COMING]),
        "outcomes": _outcomes(own_openings),
    }
    return render(request, "onboarding/today.html", context, status=REFUSED if wrong or form.errors else 200)


@under_the_same_rules()
def _left_behind(rows: list[dict]) -> list[Seat]:
    """Whom a bus is said to have left behind lately: who stands at the gate was aboard after all."""
    since = {row["acceptance"].application.worker_id: row["acceptance"].accepted_at for row in rows}
    seats = Seat.objects.filter(worker__in=since, status=Seat.Status.MISSED).select_related("trip__route", "worker__user").order_by("pk")
    seats = seats.defer("worker__birth_date", "worker__national_id")
    return [seat for seat in seats if seat.held_at >= since[seat.worker_id] and is_correctable(seat)]


def _outcomes(openings) -> list[dict]:
    """What people answered after 7 and 30 days, in numbers; none while so few answered that one could guess who said what."""
    answered = StayedCheck.objects.filter(first_shift__acceptance__application__opening__in=openings).exclude(answer="")
    counts = {name: Count("pk", filter=Q(answer=name)) for name in StayedCheck.Answer.values}
    rows = answered.order_by("day").values("day").annotate(people=Count("pk"), **counts)
    return [row for row in rows if row["people"] >= FEWEST_ANSWERS]
