"""Registering an enterprise, and the department's queue of those that wait."""

from django.contrib import messages
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.models import User
from recruitment.accounts.permissions import permission
from recruitment.employers.forms import EnterpriseForm, RefusalForm, RegistrationForm
from recruitment.employers.models import Enterprise
from recruitment.employers.services import approving
from recruitment.employers.services.registering import register_enterprise, resubmit_enterprise
from recruitment.shared.refusals import Refusal

ROWS_PER_PAGE = 30


@permission("employers.register")
@sensitive_post_parameters("password")
def register(request):
    form = RegistrationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            recruiter = register_enterprise(**form.cleaned_data, language=get_language()[:2], on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        else:
            login(request, recruiter, backend="django.contrib.auth.backends.ModelBackend")
            messages.success(request, _("Đã gửi đăng ký. Trong lúc chờ Sở duyệt, bạn soạn tin và đăng được 1 tin."))
            return redirect("openings:board")
    return render(request, "employers/register.html", {"form": form}, status=422 if form.is_bound else 200)


@permission("employers.approve")
@require_safe
def approvals(request):
    waiting = Enterprise.objects.visible_to(request.user).waiting_for_approval().prefetch_related("factories__zone")
    page = Paginator(waiting, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "employers/approvals.html", {"page": page, "counted_at": timezone.now()})


@permission("employers.approve")
def approve(request, pk):
    """What the enterprise says about itself, and the two answers; sending it approves."""
    enterprise = _to_decide(request, pk)
    if request.method != "POST":
        return _decision_page(request, enterprise, RefusalForm())
    try:
        approving.approve(enterprise=enterprise, by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã duyệt %(enterprise)s.") % {"enterprise": enterprise})
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("employers:approvals")


@permission("employers.approve")
@require_POST
def refuse(request, pk):
    """Not without a reason."""
    enterprise, form = _to_decide(request, pk), RefusalForm(request.POST)
    if not form.is_valid():
        return _decision_page(request, enterprise, form)
    try:
        approving.refuse(enterprise=enterprise, reason=form.cleaned_data["reason"], by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã báo %(enterprise)s chưa được duyệt.") % {"enterprise": enterprise})
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("employers:approvals")


@permission("employers.manage")
def resubmit(request, pk):
    """A refused enterprise mends what the department named and asks again."""
    refused = Enterprise.objects.visible_to(request.user).filter(status=Enterprise.Status.REFUSED)
    enterprise = get_object_or_404(refused, pk=pk)
    initial = {name: getattr(enterprise, name) for name in ("tax_code", "legal_name", "name")}
    form = EnterpriseForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            resubmit_enterprise(enterprise=enterprise, **form.cleaned_data, by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        else:
            messages.success(request, _("Đã gửi lại. Sở sẽ xem trong thứ tự gửi."))
            return redirect("openings:board")
    return render(request, "employers/resubmit.html", {"form": form, "enterprise": enterprise}, status=422 if form.is_bound else 200)


def _to_decide(request, pk) -> Enterprise:
    rows = Enterprise.objects.visible_to(request.user).select_related("decided_by").prefetch_related("factories__zone")
    return get_object_or_404(rows, pk=pk)


def _decision_page(request, enterprise: Enterprise, form: RefusalForm):
    people = User.objects.filter(memberships__in=enterprise.organisation.memberships.current()).order_by("name", "pk").distinct()
    context = {"enterprise": enterprise, "form": form, "people": people}
    return render(request, "employers/decide.html", context, status=422 if form.is_bound else 200)
