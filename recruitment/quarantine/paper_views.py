"""Letting somebody out, the completion paper, and the public page that confirms it."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from recruitment.accounts.permissions import permission
from recruitment.quarantine.models import CompletionPaper, Site, Stay
from recruitment.quarantine.result_forms import LeavingForm, RevokePaperForm
from recruitment.quarantine.services.leaving import let_out, parts_of, revoke_paper
from recruitment.shared.asking import explain
from recruitment.shared.qr import qr_code
from recruitment.shared.refusals import Refusal
from recruitment.travel.pass_text import normal_code

REFUSED = 422


@permission("quarantine.manage_site")
@never_cache
def release_person(request, pk):
    """Asks first: a bed given back may be promised to somebody else at once. What isn't done yet is said, and needs a reason."""
    stay = get_object_or_404(Stay.objects.managed_by(request.user).select_related("site", "worker__user"), pk=pk)
    form = LeavingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = let_out(stay=stay, reason=form.cleaned_data["reason"], by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Đã cho %(name)s ra. Giường trống từ đêm nay.") % {"name": stay.worker.user.name})
            return redirect("quarantine:paper", issued.pk) if issued else redirect("quarantine:site", stay.site_id)
    context = {"stay": stay, "form": form, "today": timezone.localdate(), "tests": stay.tests.filter(taken_on=None)}
    return render(request, "quarantine/release.html", context, status=REFUSED if form.errors else 200)


@permission("quarantine.read_papers")
@never_cache
def paper(request, pk):
    """On one sheet of A4, for the person and the site."""
    visible = Q(stay__site__in=Site.objects.managed_by(request.user)) | Q(stay__worker__user=request.user)
    found = get_object_or_404(CompletionPaper.objects.filter(visible).select_related("stay__site", "stay__worker__user").distinct(), pk=pk)
    address = f"{settings.SITE_ADDRESS}{reverse('quarantine:check_paper', args=[found.code])}"
    may_revoke = found.revoked_at is None and found.stay.worker.user != request.user
    return render(
        request,
        "quarantine/paper.html",
        {"paper": found, "stay": found.stay, "parts": parts_of(found), "qr": qr_code(address), "may_revoke": may_revoke},
    )


@permission("quarantine.manage_site")
@never_cache
def revoke(request, pk):
    found = get_object_or_404(
        CompletionPaper.objects.filter(stay__site__in=Site.objects.managed_by(request.user)).select_related("stay__site", "stay__worker__user"), pk=pk
    )
    form = RevokePaperForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        revoke_paper(paper=found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Đã thu hồi giấy số %(number)s.") % {"number": found.number})
        return redirect("quarantine:paper", pk)
    return render(request, "quarantine/revoke_paper.html", {"paper": found, "form": form}, status=REFUSED if form.errors else 200)


@permission("quarantine.check_papers")
@never_cache
def check(request, code):
    """For whoever holds a paper against this page: valid, revoked or unknown, and the few lines that stand on it."""
    found = CompletionPaper.objects.filter(code=normal_code(code)[:12]).select_related("stay__site", "stay__worker__user").first()
    return render(request, "quarantine/check_paper.html", {"paper": found, "parts": parts_of(found) if found else []}, status=200 if found else 404)
