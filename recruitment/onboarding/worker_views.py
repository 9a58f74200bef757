"""A job seeker confirms an acceptance, or takes an application back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.onboarding.services.confirming import confirm
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.shared.refusals import Refusal


@permission("applications.follow_own")
@require_POST
def confirm_page(request, pk):
    own = Application.objects.visible_to(request.user).filter(worker=request.user.worker)
    application = get_object_or_404(own, pk=pk)
    try:
        confirm(application=application, by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã xác nhận. Chỗ làm và giường là của bạn; xem việc cần làm bên dưới."))
        return redirect("onboarding:own_tasks", pk)
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("applications:application", pk)


@permission("applications.follow_own")
@never_cache
def withdraw_page(request, pk):
    """Says what would be lost, asks once more, then frees everything at once."""
    own = Application.objects.visible_to(request.user).filter(worker=request.user.worker)
    application = get_object_or_404(own.select_related("opening__factory"), pk=pk)
    if request.method == "POST":
        try:
            withdraw(application=application, by=request.user, on=timezone.localdate())
            messages.success(request, _("Đã rút hồ sơ %(receipt)s.") % {"receipt": application.receipt})
        except Refusal as refusal:
            messages.error(request, refusal.for_people())
        return redirect("applications:application", pk)
    if application.status not in Application.OPEN_STATUSES:
        return redirect("applications:application", pk)
    return render(request, "applications/worker_withdraw.html", {"application": application, "loss": _loss(application)})


def _loss(application: Application) -> str:
    if application.status == Application.Status.ACCEPTED:
        return _("Bạn đã được nhận. Rút bây giờ thì mất chỗ làm, và giường cách ly đã giữ (nếu có) được trả lại.")
    if application.status in Application.HOLDING_STATUSES:
        return _("Nhà máy đang giữ một chỗ cho bạn. Rút bây giờ thì chỗ đó dành cho người khác.")
    return _("Nhà máy sẽ không xem hồ sơ này nữa. Bạn vẫn ứng tuyển lại được khi tin còn mở.")
