"""For health officers: the keys whose certificates count, and the certificates that no longer do."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from recruitment.accounts.permissions import permission
from recruitment.health.certificate_forms import KeyForm, RevokeForm, WithdrawForm
from recruitment.health.models.trust import RevokedCertificate, TrustedKey
from recruitment.health.services.trust import approve_key, restore_certificate, revoke_certificate, trust_keys, withdraw_key
from recruitment.shared.forms import clean_text
from recruitment.shared.refusals import Refusal

ROWS_PER_PAGE = 50
REFUSED = 422
USAGES = dict(TrustedKey.Usage.choices)


@permission("health.manage_trust")
@require_safe
def keys(request):
    """Searched by country or the beginning of the key id."""
    sought = clean_text(request.GET.get("q", "")[:80])
    rows = TrustedKey.objects.filter(Q(country__iexact=sought) | Q(fingerprint__istartswith=sought)) if sought else TrustedKey.objects.all()
    rows = rows.annotate(proofs=Count("events", filter=Q(events__removed_at=None))).order_by("withdrawn_at", "country", "valid_until", "pk")
    page = Paginator(rows.select_related("added_by", "approved_by", "withdrawn_by"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    lines = [{"key": key, "state": _state(key, now), "usages": _usages(key)} for key in page.object_list]
    return render(request, "health/keys.html", {"page": page, "lines": lines, "sought": sought, "revoked": RevokedCertificate.objects.count()})


@permission("health.manage_trust")
def add_keys(request):
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        taken, refusals = trust_keys(pems=chosen["pems"], country=chosen["country"], source=chosen["source"], by=request.user, at=timezone.now())
        if taken:
            count = len(taken)
            done = ngettext("Đã thêm %(count)s khóa, chờ cán bộ khác duyệt.", "Đã thêm %(count)s khóa, chờ cán bộ khác duyệt.", count)
            messages.success(request, done % {"count": count})
            if refusals:
                reasons = " ".join(dict.fromkeys(refusal.for_people() for refusal in refusals))
                messages.warning(request, _("Bỏ qua %(count)s chứng thư. %(reasons)s") % {"count": len(refusals), "reasons": reasons[:500]})
            return redirect("health:keys")
        for refusal in refusals[:1]:
            form.add_error(refusal.field, refusal.for_people())
    return render(request, "health/add_keys.html", {"form": form}, status=REFUSED if form.is_bound else 200)


@permission("health.manage_trust")
@require_POST
def approve(request, pk):
    try:
        approve_key(key=get_object_or_404(TrustedKey, pk=pk), by=request.user, at=timezone.now())
        messages.success(request, _("Đã duyệt. Từ giờ giấy ký bằng khóa này được xác minh."))
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("health:keys")


@permission("health.manage_trust")
def withdraw(request, pk):
    """Says what hangs on the key, asks for a reason."""
    key = get_object_or_404(TrustedKey.objects.standing(), pk=pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_key(key=key, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except Refusal as refusal:
            form.add_error(None, refusal.for_people())
        else:
            messages.success(request, _("Đã thu hồi khóa %(key)s. Những mục đã xác minh bằng khóa này trở lại mức tự khai.") % {"key": key})
            return redirect("health:keys")
    context = {"form": form, "key": key, "usages": _usages(key), "proofs": key.events.filter(removed_at=None).count()}
    return render(request, "health/withdraw_key.html", context, status=REFUSED if form.is_bound else 200)


@permission("health.manage_trust")
def revoked(request):
    """The list, newest first, and a form for one more."""
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            revoke_certificate(**form.cleaned_data, by=request.user)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        else:
            messages.success(request, _("Đã thu hồi. Ai gửi giấy này sẽ được báo; mục đã xác minh bằng giấy này trở lại mức tự khai."))
            return redirect("health:revoked")
    page = Paginator(RevokedCertificate.objects.select_related("added_by"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "health/revoked.html", {"form": form, "page": page}, status=REFUSED if form.is_bound else 200)


@permission("health.manage_trust")
@require_POST
def restore(request, pk):
    restore_certificate(revoked=get_object_or_404(RevokedCertificate, pk=pk), by=request.user)
    messages.success(request, _("Đã bỏ thu hồi. Người có giấy này cần gửi lại để được xác minh."))
    return redirect("health:revoked")


def _state(key: TrustedKey, now) -> tuple[str, str]:
    """(colour, words)"""
    if key.withdrawn_at:
        return "bad", _("đã thu hồi")
    if key.approved_at is None:
        return "warn", _("chờ người thứ hai duyệt")
    if key.valid_until < now:
        return "warn", _("hết hạn")
    return ("warn", _("chưa đến hạn dùng")) if key.valid_from > now else ("good", _("đang dùng"))


def _usages(key: TrustedKey) -> str:
    return ", ".join(str(USAGES[usage]) for usage in key.usages) if key.usages else _("mọi loại")
