"""What a worker told about vaccination, tests and recovery, and the card and start day that follow from it."""

import datetime as dt

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from recruitment.accounts.permissions import permission
from recruitment.health.explanations import CARDS, METHODS, card_sentence, sentences, tests_due
from recruitment.health.forms import FORMS
from recruitment.health.models import Clearance, HealthEvent
from recruitment.health.services.events import record_event, remove_event
from recruitment.health.services.reminders import lapsing
from recruitment.places.models import Province
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Consent


@permission("health.manage_own")
@never_cache
@require_safe
def own(request):
    worker = request.user.worker
    clearance = Clearance.objects.current().filter(worker=worker).select_related("policy").first()
    events = HealthEvent.objects.visible_to(request.user).filter(worker=worker, removed_at=None).order_by("pk")
    context = {
        "agreed": has_agreed(worker),
        "clearance": clearance,
        "card": _card(clearance),
        "reasons": sentences(clearance) if clearance else [],
        "tests_due": tests_due(clearance) if clearance else [],
        "ready_on": max(clearance.ready_on, worker.available_from, timezone.localdate()) if clearance and clearance.ready_on else None,
        "events": sorted((event_line(event) for event in events), key=lambda line: line["on"], reverse=True),
        "kinds": [(kind, form.title) for kind, form in FORMS.items()],
    }
    return render(request, "health/own.html", context)


@permission("health.manage_own")
@never_cache
def add(request, kind):
    """One kind of event, in a form of its own. Health facts are kept only with consent, asked for first."""
    if kind not in FORMS:
        raise Http404
    worker = request.user.worker
    if not has_agreed(worker):
        messages.warning(request, _("Trước khi khai sức khỏe, hãy cho biết bạn đồng ý để hệ thống dùng các thông tin này."))
        return redirect("workers:consents")
    form = FORMS[kind](request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record_event(worker=worker, facts=form.facts(), by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        else:
            messages.success(request, _("Đã ghi. Ngày vào làm được đã tính lại."))
            return redirect("health:own")
    return render(request, "health/add.html", {"form": form}, status=422 if form.is_bound else 200)


@permission("health.manage_own")
@never_cache
def remove(request, pk):
    """Asks once more, then takes the event back."""
    event = get_object_or_404(HealthEvent.objects.visible_to(request.user).filter(removed_at=None, worker=request.user.worker), pk=pk)
    if request.method == "POST":
        remove_event(event=event, by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã xóa. Ngày vào làm được đã tính lại."))
        return redirect("health:own")
    return render(request, "health/remove.html", {"line": event_line(event)})


def has_agreed(worker) -> bool:
    return Consent.objects.filter(worker=worker, purpose=Consent.Purpose.HEALTH, withdrawn_at=None).exists()


def _card(clearance: Clearance | None) -> dict:
    """Colour and words of the card on top of the page."""
    if clearance is None:
        why = _("Khai mũi tiêm, xét nghiệm hoặc ngày khỏi bệnh để biết ngày vào làm được.")
        return {"colour": "none", "name": CARDS["none"], "why": why, "days_left": None}
    colour = clearance.decision["card"]
    until = lapsing(clearance, on=timezone.localdate())
    return {
        "colour": colour,
        "name": CARDS[colour],
        "why": card_sentence(clearance),
        "days_left": (until - timezone.localdate()).days if until else None,
    }


def event_line(event: HealthEvent) -> dict:
    """An event as one line of the list: what, when, in what detail, and how well it is proven."""
    return {
        "pk": event.pk,
        **fact_line(event.facts),
        "confirmed": event.proof != HealthEvent.Proof.CLAIMED,
        "proof": event.get_proof_display(),
        "doubt": event.get_doubt_display() if event.doubt else "",
    }


def fact_line(facts: dict) -> dict:
    """What, when, in what detail."""
    details = {
        "dose": lambda: (_("Mũi %(number)s") % facts, facts.get("vaccine", "")),
        "test": lambda: (
            _("Xét nghiệm %(method)s") % {"method": METHODS[facts["method"]]},
            _("dương tính") if facts["result"] == "positive" else _("âm tính"),
        ),
        "recovery": lambda: (_("Khỏi bệnh"), ""),
        "contact": lambda: (_("Có triệu chứng nghi ngờ") if facts["class"] == "suspected" else _("Diện %(class)s") % facts, ""),
        "stay": lambda: (_("Ở %(place)s") % {"place": place_name(facts["place"])}, _("từ %(day)s") % {"day": _date_text(facts["from"])}),
    }
    title, detail = details[facts["kind"]]()
    return {"title": title, "detail": detail, "on": dt.date.fromisoformat(facts["on"])}


def place_name(code: str) -> str:
    """The province of a code as of today, else the code."""
    province = Province.objects.existing_on(timezone.localdate()).filter(code=code).first()
    return str(province) if province else code


def _date_text(day: str) -> str:
    return f"{dt.date.fromisoformat(day):%d/%m/%Y}"
