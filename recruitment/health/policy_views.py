"""The health officers' pages of documents: what is in force, drafting, trying out, and publishing by two people."""

import datetime as dt
from operator import attrgetter

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.permissions import permission
from recruitment.health import policy_sentences as words
from recruitment.health.explanations import CARDS, METHODS, reason_text
from recruitment.health.models import AdmissionPolicy, AdmissionRule, Clearance, Reassessment
from recruitment.health.policy import Clearance as Decision
from recruitment.health.policy import assess
from recruitment.health.policy_forms import ImaginedPersonForm, PolicyForm, ReturnForm, RuleForm
from recruitment.health.services import drafting
from recruitment.health.services.assessments import as_json
from recruitment.health.services.policies import rulebook_from
from recruitment.health.services.readings import log_readings
from recruitment.health.services.reassessments import request_trial, trial_summary
from recruitment.places.models import Province
from recruitment.shared.refusals import Refusal
from recruitment.shared.versions import ChangedMeanwhile, Difference, differences

REFUSED = 422
CONFLICT = 409
ROWS_PER_PAGE = 30
Status = AdmissionPolicy.Status


def _policies(request: HttpRequest):
    return AdmissionPolicy.objects.visible_to(request.user).select_related("jurisdiction", "drafted_by", "approved_by")


def _policy(request: HttpRequest, pk: int) -> AdmissionPolicy:
    return get_object_or_404(_policies(request).prefetch_related("rules", "supersedes", "superseded_by"), pk=pk)


@permission("health.manage_policies")
@require_safe
def policy_list(request):
    """What waits for somebody, what is in force today, and every day on which that changed or will change."""
    today = timezone.localdate()
    rows = list(_policies(request).prefetch_related("rules", "supersedes").order_by("-in_force_from", "pk"))
    published = [row for row in rows if row.status == Status.PUBLISHED]
    context = {
        "waiting": [row for row in rows if row.status == Status.SUBMITTED],
        "drafts": [row for row in rows if row.status == Status.DRAFT],
        "in_force": [row for row in published if row.in_force_from <= today and (row.ends is None or row.ends >= today)]
        if _with_ends(published)
        else [],
        "turns": _turns(published, today),
        "runs": Reassessment.objects.exclude(cause=Reassessment.Cause.TRIAL).select_related("policy")[:5],
        "today": today,
    }
    return render(request, "health/policies/list.html", context)


def _with_ends(published: list[AdmissionPolicy]) -> bool:
    """Gives each its last day, supersession counted (`ends`; None: open), and says whether there is any."""
    begins: dict[int, dt.date] = {}
    for row in published:
        for former in row.supersedes.all():
            begins[former.pk] = min(row.in_force_from, begins.get(former.pk, row.in_force_from))
    for row in published:
        ended = begins[row.pk] - dt.timedelta(days=1) if row.pk in begins else None
        row.ends = min(filter(None, (row.in_force_to, ended)), default=None)
    return bool(published)


def _turns(published: list[AdmissionPolicy], today: dt.date) -> list[dict]:
    """Newest first: (day, what begins, what ended the day before, whether it is past)."""
    days = {row.in_force_from for row in published} | {row.ends + dt.timedelta(days=1) for row in published if row.ends}
    return [
        {
            "day": day,
            "begins": [row for row in published if row.in_force_from == day],
            "ended": [row for row in published if row.ends and row.ends + dt.timedelta(days=1) == day],
            "is_past": day <= today,
        }
        for day in sorted(days, reverse=True)
    ]


@permission("health.manage_policies")
@require_POST
def start(request):
    return redirect("health:policy_edit", drafting.start_draft(by=request.user, on=timezone.localdate()).pk)


@permission("health.manage_policies")
@require_POST
def copy(request, pk):
    """As the beginning of another document, or (`correct`) as the next version of this one."""
    correcting = "correct" in request.POST
    draft = drafting.copy_policy(source=_policy(request, pk), correcting=correcting, by=request.user, on=timezone.localdate())
    messages.success(request, _("Đã chép thành bản nháp của bạn. Sửa rồi trình người khác duyệt."))
    return redirect("health:policy_edit", draft.pk)


@permission("health.manage_policies")
@require_safe
def policy(request, pk):
    return _page(request, _policy(request, pk))


def _page(request: HttpRequest, row: AdmissionPolicy, *, status: int = 200):
    rules = list(row.rules.all())
    findings = drafting.findings_of(row) if row.status != Status.PUBLISHED else []
    codes = [code for rule in rules for code in rule.places] + [str(cell[2]) for finding in findings for cell in finding.facts.get("cells", [])]
    names = words.place_names(codes, on=row.in_force_from)
    context = {
        "policy": row,
        "rules": [_readable(rule, names) for rule in rules],
        "findings": [words.finding_text(finding, names) for finding in findings],
        "is_mine": row.drafted_by_id == request.user.pk,
        "versions": AdmissionPolicy.objects.filter(number__iexact=row.number).exclude(pk=row.pk).order_by("version"),
        "trial": row.reassessments.filter(cause=Reassessment.Cause.TRIAL).first(),
        "runs": row.reassessments.exclude(cause=Reassessment.Cause.TRIAL),
    }
    return render(request, "health/policies/policy.html", context, status=status)


def _readable(rule: AdmissionRule, names) -> dict:
    people = words.people_text(rule)
    return {"pk": rule.pk, "position": rule.position, "who": f"{rule.get_subject_display()} {words.origin_text(rule, names)}", "people": people,
            "demands": words.demands(rule)}  # fmt: skip


@permission("health.manage_policies")
def edit(request, pk):
    draft, home = _policy(request, pk), Province.objects.home(timezone.localdate())
    form = PolicyForm(request.POST if request.method == "POST" else None, draft=draft, home=home)
    if request.method == "POST" and form.is_valid():
        fields, supersedes = form.values()
        try:
            drafting.save_draft(draft=draft, fields=fields, supersedes=supersedes, seen=form.cleaned_data["seen"], by=request.user)
        except ChangedMeanwhile as conflict:
            kept = PolicyForm(draft=_policy(request, pk), home=home)
            if differ := differences(form, kept):
                return _conflict_page(request, "health/policies/edit.html", form, kept, conflict, differ, {"policy": draft})
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        if not form.errors:
            messages.success(request, _("Đã ghi bản nháp."))
            return redirect("health:policy", draft.pk)
    return render(request, "health/policies/edit.html", {"form": form, "policy": draft}, status=REFUSED if form.errors else 200)


@permission("health.manage_policies")
def rule(request, pk, rule_pk=None):
    """A rule of a draft: a new one without `rule_pk`."""
    draft = _policy(request, pk)
    row = get_object_or_404(draft.rules, pk=rule_pk) if rule_pk else AdmissionRule(policy=draft)
    names = words.place_names(row.places, on=draft.in_force_from)
    form = RuleForm(request.POST if request.method == "POST" else None, instance=row, on=draft.in_force_from, names=dict(names))
    if request.method == "POST" and form.is_valid():
        try:
            drafting.save_rule(draft=draft, rule=form.rule(), seen=form.cleaned_data["seen"], by=request.user)
        except ChangedMeanwhile as conflict:
            kept = RuleForm(instance=get_object_or_404(draft.rules.all(), pk=rule_pk), on=draft.in_force_from, names=dict(names))
            if differ := differences(form, kept):
                return _conflict_page(request, "health/policies/rule.html", form, kept, conflict, differ, {"policy": draft, "rule": row})
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        if not form.errors:
            messages.success(request, _("Đã ghi mục này."))
            return redirect("health:policy", draft.pk)
    return render(request, "health/policies/rule.html", {"form": form, "policy": draft, "rule": row}, status=REFUSED if form.errors else 200)


def _conflict_page(request, template: str, form, kept, conflict: ChangedMeanwhile, differ: list[Difference], context: dict):
    """What was typed stays; sending it again writes it over what is kept."""
    form.data = form.data.copy()
    form.data["seen"] = kept["seen"].value()
    context |= {"form": form, "conflict": conflict.for_people(), "differences": differ}
    return render(request, template, context, status=CONFLICT)


@permission("health.manage_policies")
def remove_rule(request, pk, rule_pk):
    draft = _policy(request, pk)
    row = get_object_or_404(draft.rules, pk=rule_pk)
    if request.method == "POST":
        return _do(request, lambda: drafting.remove_rule(rule=row, by=request.user), _("Đã bỏ mục này."), draft)
    names = words.place_names(row.places, on=draft.in_force_from)
    return render(request, "health/policies/remove_rule.html", {"policy": draft, "rule": _readable(row, names)})


@permission("health.manage_policies")
def discard(request, pk):
    draft = _policy(request, pk)
    if request.method == "POST":
        try:
            drafting.discard_draft(draft=draft, by=request.user)
        except Refusal as refusal:
            messages.error(request, refusal.for_people())
            return redirect("health:policy", draft.pk)
        messages.success(request, _("Đã bỏ bản nháp."))
        return redirect("health:policies")
    return render(request, "health/policies/discard.html", {"policy": draft})


@permission("health.manage_policies")
@require_POST
def submit(request, pk):
    return _do(
        request, lambda: drafting.submit_policy(draft=_policy(request, pk), by=request.user), _("Đã trình. Một cán bộ y tế khác sẽ duyệt."), pk
    )


@permission("health.manage_policies")
def publish(request, pk):
    """Asks once more: a published document never changes."""
    row = _policy(request, pk)
    if request.method == "POST":
        done = _("Đã ban hành. Hệ thống đang tính lại cho mọi người và sẽ báo ai có ngày thay đổi.")
        return _do(request, lambda: drafting.publish_policy(policy=row, by=request.user, on=timezone.localdate()), done, row)
    return render(request, "health/policies/publish.html", {"policy": row, "is_mine": row.drafted_by_id == request.user.pk})


@permission("health.manage_policies")
def send_back(request, pk):
    row = _policy(request, pk)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _do(request, lambda: drafting.return_policy(policy=row, reason=reason, by=request.user), _("Đã trả lại người soạn."), row)
    return render(request, "health/policies/return.html", {"policy": row, "form": form}, status=REFUSED if form.errors else 200)


def _do(request: HttpRequest, act, done: str, row):
    """One service, its outcome as a message, and back to the document."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    else:
        messages.success(request, done)
    return redirect("health:policy", getattr(row, "pk", row))


@permission("health.manage_policies")
@never_cache
def try_on_person(request, pk):
    """What would happen to somebody imagined, with and without this document. By POST: no fact in an address, nothing kept."""
    row = _policy(request, pk)
    day = max(row.in_force_from, timezone.localdate()) if row.in_force_to is None or row.in_force_to >= timezone.localdate() else row.in_force_from
    form = ImaginedPersonForm(request.POST if request.method == "POST" else None, initial={"on": day, "doses": 0})
    found = None
    if request.method == "POST" and form.is_valid():
        on, facts = form.cleaned_data["on"], form.facts(timezone.get_current_timezone())
        found = [(_("Theo các văn bản đã ban hành"), _shown(assess(facts, rulebook_from(on), on)))]
        if row.status != Status.PUBLISHED:
            found.append((_("Nếu ban hành %(policy)s") % {"policy": row}, _shown(assess(facts, rulebook_from(on, including=row), on))))
    return render(request, "health/policies/try.html", {"policy": row, "form": form, "found": found}, status=REFUSED if form.errors else 200)


def _shown(decision: Decision) -> dict:
    kept = as_json(decision)
    return {
        "verdict": Clearance.Verdict(decision.verdict).label,
        "is_good": decision.verdict == Clearance.Verdict.CLEARED,
        "card": CARDS[decision.card.colour],
        "travel_on": decision.travel_on,
        "ready_on": decision.ready_on,
        "document": decision.policy.number if decision.policy else "",
        "reasons": [reason_text(reason) for reason in kept["reasons"]],
        "tests": [(day, METHODS[method]) for day, method in decision.tests_due],
    }


@permission("health.manage_policies")
@never_cache
def try_on_people(request, pk):
    """POST begins a trial on the registered people; GET shows how far it is, the counts, and whose decision would change."""
    row = _policy(request, pk)
    if request.method == "POST":
        on = max(row.in_force_from, timezone.localdate())
        request_trial(draft=row, on=on, by=request.user)
        return redirect("health:policy_try_people", row.pk)
    run = row.reassessments.filter(cause=Reassessment.Cause.TRIAL).first()
    return _changes(request, run, {"policy": row})


@permission("health.manage_policies")
@never_cache
@require_safe
def reassessment(request, pk):
    """Whose decision a new document, level or day changed."""
    run = get_object_or_404(Reassessment.objects.exclude(cause=Reassessment.Cause.TRIAL).select_related("policy", "requested_by"), pk=pk)
    return _changes(request, run, {"policy": run.policy})


def _changes(request: HttpRequest, run: Reassessment | None, context: dict):
    """The counts of a run, and a page of its people: number and province, before and after. Reading it is logged."""
    if run is not None:
        rows = run.changes.select_related("worker__home_province").order_by("-moved", "pk")
        page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
        log_readings(
            of=map(attrgetter("worker"), page.object_list), what="clearance", why=str(context["policy"] or run.get_cause_display()), by=request.user
        )
        context |= {"run": run, "page": page, "counts": _named(trial_summary(run))}
    return render(request, "health/policies/changes.html", context)


def _named(counts) -> dict:
    verdicts = [(before, after, people) for (before, after), people in sorted((key, n) for key, n in counts.items() if isinstance(key, tuple))]
    label = dict(Clearance.Verdict.choices)
    return {
        "verdicts": [(label.get(before, _("chưa có")), label[after], people) for before, after, people in verdicts if before != after],
        **{name: counts[name] for name in ("earlier", "later", "gained", "lost")},
    }
