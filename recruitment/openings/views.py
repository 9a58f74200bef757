"""The recruiter's openings: the board, the four steps, and what can be done with one; the department's queue of phrases."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.permissions import permission
from recruitment.employers.models import Enterprise
from recruitment.openings import requirements
from recruitment.openings.comparison import differences, near_duplicates, values
from recruitment.openings.forms import STEP_FORMS, BoardForm, CopyForm, JobForm, KeepForm, RequirementsForm, ReviewForm
from recruitment.openings.models import Opening, WordingOverride
from recruitment.openings.services import publishing, wording_review
from recruitment.openings.services.copying import copy_opening
from recruitment.openings.wording import segments
from recruitment.shared.refusals import Refusal

ROWS_PER_PAGE = 30
LAST_STEP = max(STEP_FORMS)


@permission("openings.manage")
@require_safe
def board(request):
    form = BoardForm(request.GET)
    form.is_valid()
    wanted, status = form.cleaned_data.get("q", ""), form.cleaned_data.get("status", "")
    own = Opening.objects.owned_by(request.user).filter(title__icontains=wanted)
    counts = dict(own.order_by().values_list("status").annotate(Count("pk")))
    rows = own.filter(status=status) if status else own
    rows = rows.with_places_left().with_new_applicants().select_related("factory__zone").newest_first()
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "tabs": [("", _("Tất cả"), sum(counts.values())), *((value, label, counts.get(value, 0)) for value, label in Opening.Status.choices)],
        "status": status,
        "not_approved": Enterprise.objects.visible_to(request.user).exclude(status=Enterprise.Status.APPROVED),
        "key": uuid.uuid4(),
        "counted_at": timezone.now(),
    }
    return render(request, "openings/board.html", context)


@permission("openings.manage")
@require_safe
def manage(request, pk):
    opening = own_opening(request, pk, Opening.objects.with_new_applicants())
    context = {"opening": opening, **summary_of(opening), "key": uuid.uuid4(), "overrides": opening.wording_overrides.select_related("reviewed_by")}
    return render(request, "openings/manage.html", context)


@permission("openings.manage")
def new(request):
    """The first step of a new opening; saving it makes the draft."""
    form = JobForm(posted(request), user=request.user, on=timezone.localdate(), opening=None)
    if request.method == "POST" and form.is_valid():
        fields = form.values
        key = form.cleaned_data["key"]
        factory = fields.pop("factory")
        opening = publishing.draft(factory=factory, fields=fields, key=f"form:{key}" if key else None, by=request.user, on=timezone.localdate())
        return redirect("openings:step", opening.pk, 2)
    form.fields["key"].initial = uuid.uuid4()
    return step_page(request, form, None, status=422 if form.is_bound else 200)


@permission("openings.manage")
def step(request, pk, number):
    if number == LAST_STEP:
        return last_step(request, pk)
    opening = own_opening(request, pk)
    form = STEP_FORMS[number](posted(request), user=request.user, opening=opening, on=timezone.localdate())
    if request.method != "POST" or not form.is_valid():
        return step_page(request, form, opening, status=422 if form.is_bound else 200)
    try:
        opening = save(request, form, opening)
    except publishing.EditedMeanwhile as refusal:
        return conflict_page(request, form, refusal)
    except Refusal as refusal:
        add_refusal(form, refusal)
        return step_page(request, form, opening, status=422)
    if opening.status == Opening.Status.DRAFT:
        return redirect("openings:step", opening.pk, number + 1)
    messages.success(request, _("Đã lưu thay đổi."))
    return redirect("openings:manage", opening.pk)


def last_step(request, pk):
    """What the work asks of people, the answers so far, and the button that publishes."""
    opening = own_opening(request, pk)
    form = RequirementsForm(posted(request), user=request.user, opening=opening, on=timezone.localdate())
    keep = keep_form(opening, posted(request))
    if request.method != "POST":
        return check_page(request, form, keep, opening)
    if not (form.is_valid() & keep.is_valid()):
        return check_page(request, form, keep, opening, status=422)
    try:
        opening = save(request, form, opening)
    except publishing.EditedMeanwhile as refusal:
        return conflict_page(request, form, refusal)
    except Refusal as refusal:
        add_refusal(form, refusal)
        return check_page(request, form, keep, opening, status=422)
    if request.POST.get("action") == "publish":
        return publish_or_explain(request, opening, keep)
    messages.success(request, _("Đã lưu."))
    return redirect("openings:manage", opening.pk)


@permission("openings.manage")
@require_POST
def resume(request, pk):
    opening = own_opening(request, pk)
    return publish_or_explain(request, opening, keep_form(opening, {}))


@permission("openings.manage")
@require_POST
def pause(request, pk):
    try:
        publishing.pause(opening=own_opening(request, pk), by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã tạm dừng. Người tìm việc còn xem được nhưng không ứng tuyển được."))
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("openings:manage", pk)


@permission("openings.manage")
@require_POST
def copy(request, pk):
    form = CopyForm(request.POST)
    key = form.cleaned_data["key"] if form.is_valid() else None
    opening = copy_opening(opening=own_opening(request, pk), key=str(key) if key else None, by=request.user, on=timezone.localdate())
    messages.success(request, _("Đã chép thành tin nháp. Hãy xem lại ngày bắt đầu và số lượng."))
    return redirect("openings:step", opening.pk, 2)


@permission("openings.review_wording")
@require_safe
def wording_queue(request):
    waiting = WordingOverride.objects.visible_to(request.user).waiting().select_related("opening__factory__enterprise", "by")
    page = Paginator(waiting, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    for override in page.object_list:
        override.law = requirements.law_article(override.article)
    return render(request, "openings/wording_queue.html", {"page": page})


@permission("openings.review_wording")
@require_POST
def review_wording(request, pk):
    override = get_object_or_404(WordingOverride.objects.visible_to(request.user).select_related("opening"), pk=pk)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Hãy chọn cho giữ hoặc yêu cầu sửa."))
        return redirect("openings:wording_queue")
    decide = wording_review.allow_phrase if form.cleaned_data["decision"] == WordingOverride.Decision.ALLOWED else wording_review.refuse_phrase
    try:
        decide(override=override, by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã ghi quyết định về “%(phrase)s”.") % {"phrase": override.phrase})
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("openings:wording_queue")


def posted(request):
    """What a form is bound to: an empty POST is an answer too."""
    return request.POST if request.method == "POST" else None


def own_opening(request, pk, openings=None) -> Opening:
    """The user's own, of `openings` if given, with what its pages show; 404 for anybody else's."""
    openings = Opening.objects.all() if openings is None else openings
    return get_object_or_404(openings.owned_by(request.user).select_related("factory__enterprise", "factory__zone", "occupation"), pk=pk)


def save(request, form, opening: Opening) -> Opening:
    return publishing.save_step(opening=opening, fields=form.values, seen=form.cleaned_data["seen"], by=request.user, on=timezone.localdate())


def publish_or_explain(request, opening: Opening, keep: KeepForm):
    """Publish, or show the last step again with every obstacle beside a link to where it is mended."""
    reasons = keep.reasons if keep.is_bound and keep.is_valid() else {}
    try:
        publishing.publish(opening=opening, overrides=reasons, by=request.user, on=timezone.localdate())
    except publishing.CannotPublish as refusal:
        opening = own_opening(request, opening.pk)
        form = RequirementsForm(user=request.user, opening=opening, on=timezone.localdate())
        return check_page(request, form, keep, opening, obstacles=refusal.facts["obstacles"], status=422)
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("openings:manage", opening.pk)
    messages.success(request, _("Đã đăng. Người tìm việc thấy tin này trong ít giây."))
    return redirect("openings:manage", opening.pk)


def keep_form(opening: Opening, data) -> KeepForm:
    phrases = {finding.phrase: None for _field, finding in requirements.findings(opening) if finding.may_be_kept}
    return KeepForm(data, phrases=list(phrases))


def add_refusal(form, refusal: Refusal) -> None:
    """Each obstacle at its field, or above the form if the field is on another step."""
    for one in refusal.facts.get("obstacles", [refusal]):
        form.add_error(one.field if one.field in form.fields else None, one.for_people())


def step_page(request, form, opening: Opening | None, *, status: int):
    context = {"form": form, "opening": opening, "number": form.number, "steps": step_names(), "income": opening.income() if opening else None}
    return render(request, "openings/step.html", context, status=status)


def check_page(request, form, keep: KeepForm, opening: Opening, *, obstacles=(), status: int = 200):
    step_of = {field: number for number, fields in publishing.STEPS.items() for field in fields}
    context = {
        "form": form,
        "keep": keep,
        "opening": opening,
        "number": LAST_STEP,
        "steps": step_names(),
        "obstacles": [
            (one.for_people(), step_of.get(one.field), f"field-{one.field}" if one.field == "shift" else f"id_{one.field}") for one in obstacles
        ],
        "duplicates": near_duplicates(opening),
        **summary_of(opening),
    }
    return render(request, "openings/check.html", context, status=status)


def conflict_page(request, form, refusal: publishing.EditedMeanwhile):
    """What was typed beside what somebody else saved; sending it again overwrites."""
    current = own_opening(request, refusal.facts["opening"].pk)
    saved = values(current, list(form.values))
    again = form.data.copy()
    again["seen"] = current.changed_at.isoformat()
    form.data = again
    context = {
        "form": form,
        "opening": current,
        "number": form.number,
        "steps": step_names(),
        "income": None,
        "conflict": refusal.for_people(),
        "differences": differences(form.values, saved),
    }
    return render(request, "openings/step.html", context, status=409)


def step_names() -> list[tuple[int, str]]:
    return [(1, _("Việc và nhà máy")), (2, _("Số lượng, ca, ngày")), (3, _("Lương, ký túc xá, xe")), (4, _("Yêu cầu và đăng"))]


def summary_of(opening: Opening) -> dict:
    """The answers with flagged phrases marked, and the worked example of a month."""
    found = requirements.findings(opening)
    marked = {
        field: [
            (text, finding, requirements.law_article(finding.article) if finding else "")
            for text, finding in segments(getattr(opening, field), [finding for where, finding in found if where == field])
        ]
        for field in requirements.CHECKED_TEXTS
    }
    return {"marked": marked, "income": opening.income(), "findings": found}
