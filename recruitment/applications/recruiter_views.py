"""A factory's side: applicants of an opening, one applicant, and every step but acceptance (see onboarding)."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.applications.progress import ending_of
from recruitment.applications.recruiter_forms import ClosingForm, RefusalForm
from recruitment.applications.services.choosing import invite, offer, refuse, shortlist
from recruitment.applications.services.closing import close_with_applications
from recruitment.health.models import Clearance
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal

Status = Application.Status
APPLICANTS_PER_PAGE = 25
MOST_ACCEPTED_AT_ONCE = 100
REFUSED = 422
SHOWN_WITH_ONE = [
    "opening__factory__zone", "acceptance__entry_stay__site", "acceptance__reservation__site", "worker__user__helper", "worker__user__helper_house",
]  # fmt: skip


@permission("applications.manage")
def of_opening(request, pk):
    """The applicants of one opening by state, the longest waiting first."""
    opening = _own_opening(request, pk)
    tabs = _tabs()
    tab = request.GET.get("tab") if request.GET.get("tab") in tabs else "new"
    counts = opening.applications.aggregate(**{name: Count("pk", filter=condition) for name, condition in tabs.items()})
    rows = _with_people(Application.objects.filter(tabs[tab], opening=opening)).order_by("created_at", "pk")
    acceptable = rows.filter(status__in=Application.ACCEPTABLE_STATUSES).order_by("created_at", "pk").values_list("pk", flat=True)
    context = {
        "opening": opening,
        "acceptable": list(acceptable[:MOST_ACCEPTED_AT_ONCE]),
        "tabs": [(name, label, counts[name]) for name, label in tab_labels().items()],
        "tab": tab,
        "page": Paginator(rows, APPLICANTS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "applications/of_opening.html", context)


@permission("applications.manage")
def applicant(request, pk):
    """One application: what the person can do and wants, the day of clearance, the steps so far. No health fact."""
    return _applicant_page(request, _own_application(request, pk))


@permission("applications.manage")
@require_POST
def shortlist_applicant(request, pk):
    return _step(request, pk, shortlist, _("Đã đưa vào danh sách ngắn."))


@permission("applications.manage")
@require_POST
def offer_to_applicant(request, pk):
    return _step(request, pk, offer, _("Đã gửi đề nghị và giữ một chỗ cho đến hạn trả lời."))


@permission("applications.manage")
@require_POST
def refuse_applicant(request, pk):
    application = _own_application(request, pk)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _applicant_page(request, application, form=form)
    try:
        refuse(application=application, reason=form.cleaned_data["reason"], by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã từ chối hồ sơ %(receipt)s và báo lý do cho người lao động.") % {"receipt": application.receipt})
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("applications:of_opening", application.opening_id)


@permission("candidates.search")
@require_POST
def invite_people(request, pk):
    """Invite those ticked in the list of people who fit, or everybody on the page."""
    opening = _own_opening(request, pk)
    chosen = request.POST["everybody"].split(",") if "everybody" in request.POST else request.POST.getlist("workers")
    workers = {int(value) for value in chosen if value.isdecimal() and len(value) < 19}
    if not workers:
        messages.error(request, _("Hãy đánh dấu ít nhất một người để mời."))
        return redirect("search:candidates", pk)
    try:
        outcome = invite(opening=opening, workers=workers, by=request.user, on=timezone.localdate())
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("search:candidates", pk)
    invited = len(outcome.applications)
    messages.success(request, ngettext("Đã mời %(count)d người.", "Đã mời %(count)d người.", invited) % {"count": invited})
    if outcome.left_out:
        named = "; ".join(f"#{worker}: {why.value}" for worker, why in sorted(outcome.left_out.items()))
        messages.warning(request, _("%(count)d người không mời được: %(named)s.") % {"count": len(outcome.left_out), "named": named})
    return redirect("applications:of_opening", pk)


@permission("openings.manage")
def close_opening(request, pk):
    """Asks for the outcome first, and says how many people will be told."""
    opening = _own_opening(request, pk)
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_with_applications(opening=opening, outcome=form.cleaned_data["outcome"], by=request.user, on=timezone.localdate())
            messages.success(request, _("Đã đóng tin và báo cho những người đang ứng tuyển."))
            return redirect("openings:manage", pk)
        except Refusal as refusal:
            form.add_error(None, refusal.for_people())
    waiting = Application.objects.in_pipeline().filter(opening=opening).count()
    context = {"opening": opening, "form": form, "waiting": waiting}
    return render(request, "applications/close_opening.html", context, status=REFUSED if form.errors else 200)


def _tabs() -> dict[str, Q]:
    """Everybody is in exactly one."""
    waits = Q(pk__in=Application.objects.waiting_for_room().values("pk"))
    return {
        "new": Q(status=Status.APPLIED) & ~waits,
        "shortlisted": Q(status=Status.SHORTLISTED) & ~waits,
        "offered": Q(status=Status.OFFERED) | Q(status=Status.AGREED) & ~waits,
        "waiting": waits,
        "accepted": Q(status=Status.ACCEPTED),
        "invited": Q(status=Status.INVITED),
        "ended": Q(status__in=[Status.REFUSED, Status.WITHDRAWN, Status.CLOSED]),
    }


def tab_labels() -> dict[str, str]:
    return {
        "new": _("Mới"),
        "shortlisted": _("Danh sách ngắn"),
        "offered": _("Đã đề nghị"),
        "waiting": _("Chờ chỗ"),
        "accepted": _("Đã nhận"),
        "invited": _("Đã mời"),
        "ended": _("Đã xong"),
    }


def _own_opening(request, pk) -> Opening:
    return get_object_or_404(Opening.objects.owned_by(request.user).select_related("factory__zone", "occupation"), pk=pk)


def _own_application(request, pk) -> Application:
    own = Application.objects.filter(opening__in=Opening.objects.owned_by(request.user))
    return get_object_or_404(_with_people(own).select_related(*SHOWN_WITH_ONE), pk=pk)


def _with_people(applications):
    """What a row shows of the person; facts of identity and health stay unread."""
    current = Prefetch("worker__clearances", Clearance.objects.current().defer("decision"), to_attr="current_clearances")
    hidden = ["worker__birth_date", "worker__national_id", "worker__identity_index"]
    people = applications.select_related("worker__user", "worker__home_province", "opening").defer(*hidden)
    return people.prefetch_related("worker__occupations__occupation", "worker__skills", "acceptance__moves", current)


def _applicant_page(request, application: Application, form: RefusalForm | None = None):
    context = {
        "application": application,
        "opening": application.opening,
        "form": form or RefusalForm(),
        "acts": application.worker.assisted_acts.filter(receipt__in=["", application.receipt]).select_related("by"),
        "events": application.events.select_related("by").order_by("at", "pk"),
        "ending": "" if application.status in Application.OPEN_STATUSES else ending_of(application),
        "shows_phone": application.status in (Status.OFFERED, Status.AGREED, Status.ACCEPTED),
    }
    return render(request, "applications/applicant.html", context, status=REFUSED if form else 200)


def _step(request, pk, take, done: str):
    application = _own_application(request, pk)
    try:
        take(application=application, by=request.user, on=timezone.localdate())
        messages.success(request, done)
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("applications:of_opening", application.opening_id)
