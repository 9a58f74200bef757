"""People whom no rule speaks of: the queue, one person with the facts and the reasons, a proposal, and the second officer's answer."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.permissions import permission
from recruitment.health.decision_forms import DecisionForm
from recruitment.health.explanations import sentences
from recruitment.health.models import Clearance, HealthEvent, OfficerDecision
from recruitment.health.services.decisions import approve_decision, propose_decision, return_decision
from recruitment.health.services.readings import log_readings
from recruitment.health.views import event_line
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

ROWS_PER_PAGE = 30
REFUSED = 422


@permission("health.decide_about_people")
@never_cache
@require_safe
def waiting(request):
    """The longest waiting first. No health fact is read here: only who waits, since when, and whose proposal waits for a second officer."""
    rows = Clearance.objects.to_decide().defer("decision").select_related("worker__user")
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    people = [row.worker_id for row in page.object_list]
    proposals = OfficerDecision.objects.proposed().defer("reason").select_related("proposed_by").filter(worker__in=people).order_by("pk")
    by_worker = {proposal.worker_id: proposal for proposal in proposals}
    lines = [{"clearance": row, "proposal": by_worker.get(row.worker_id)} for row in page.object_list]
    return render(request, "health/decisions/list.html", {"page": page, "lines": lines, "now": timezone.now()})


@permission("health.decide_about_people")
@never_cache
def decide(request, pk):
    """What is known and why no rule decides, beside the form. Every reading is logged."""
    worker = get_object_or_404(Worker.objects.visible_to(request.user).select_related("user", "home_province", "home_commune"), pk=pk)
    today = timezone.localdate()
    form = DecisionForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        try:
            propose_decision(worker=worker, fields=form.fields_of_decision(), by=request.user, on=today)
            messages.success(request, _("Đã ghi đề xuất. Một cán bộ y tế khác duyệt thì có hiệu lực."))
            return redirect("health:decisions")
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
    clearance = get_object_or_404(Clearance.objects.current().select_related("policy"), worker=worker)
    events = HealthEvent.objects.visible_to(request.user).filter(worker=worker, removed_at=None).order_by("pk")
    log_readings(of=[worker], what="health_event", why="decision", by=request.user)
    context = {
        "person": worker,
        "clearance": clearance,
        "is_undecided": clearance.verdict == Clearance.Verdict.UNDECIDED,
        "reasons": sentences(clearance),
        "lines": [event_line(event) for event in events],
        "proposal": OfficerDecision.objects.proposed().select_related("proposed_by").filter(worker=worker).first(),
        "former": OfficerDecision.objects.select_related("proposed_by", "decided_by")
        .filter(worker=worker)
        .exclude(status="proposed")
        .order_by("-pk")[:5],
        "form": form,
    }
    return render(request, "health/decisions/decision.html", context, status=REFUSED if form.errors else 200)


@permission("health.decide_about_people")
@require_POST
def approve(request, pk):
    decision = get_object_or_404(OfficerDecision.objects.select_related("worker"), pk=pk)
    try:
        approve_decision(decision=decision, by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã duyệt. Quyết định thành kết luận y tế của người này, và người này được báo."))
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("health:decision", decision.worker_id)
    return redirect("health:decisions")


@permission("health.decide_about_people")
@require_POST
def send_back(request, pk):
    decision = get_object_or_404(OfficerDecision.objects.select_related("worker"), pk=pk)
    try:
        return_decision(decision=decision, by=request.user)
        messages.success(request, _("Đã trả lại đề xuất. Có thể đề xuất cách khác."))
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("health:decision", decision.worker_id)
