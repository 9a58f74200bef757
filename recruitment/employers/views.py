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

from recruitment.accounts.permissions import permission
from recruitment.employers.forms import RefusalForm, RegistrationForm
from recruitment.employers.models import Enterprise
from recruitment.employers.services import approving
from recruitment.employers.services.registering import register_enterprise
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
@require_POST
def approve(request, pk):
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), pk=pk)
    try:
        approving.approve(enterprise=enterprise, by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã duyệt %(enterprise)s.") % {"enterprise": enterprise})
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("employers:approvals")


@permission("employers.approve")
def refuse(request, pk):
    """Asks for the reason, then refuses."""
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user).prefetch_related("factories__zone"), pk=pk)
    form = RefusalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            approving.refuse(enterprise=enterprise, reason=form.cleaned_data["reason"], by=request.user, on=timezone.localdate())
            messages.success(request, _("Đã báo %(enterprise)s chưa được duyệt.") % {"enterprise": enterprise})
        except Refusal as refusal:
            messages.error(request, refusal.for_people())
        return redirect("employers:approvals")
    return render(request, "employers/refuse.html", {"form": form, "enterprise": enterprise}, status=422 if form.is_bound else 200)
