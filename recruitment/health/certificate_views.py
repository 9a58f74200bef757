"""A worker's certificate: sent as a photo or text, read, shown beside the profile, and recorded when he or she says so.

Nothing is stored between reading and recording: the page carries the text of the code, which is verified anew.
"""

import datetime as dt
from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.health.certificate_explanations import BIRTHS, EXPLANATIONS, NAMES, Explanation, explain_difference
from recruitment.health.certificate_forms import CertificateForm, refused
from recruitment.health.certificates.content import Content
from recruitment.health.certificates.identity import Births, Names
from recruitment.health.models import HealthEvent
from recruitment.health.services.certificates import Verdict, judge, record_certificate
from recruitment.health.services.photos import count_photo
from recruitment.health.views import fact_line, has_agreed
from recruitment.shared.refusals import Refusal

REFUSED = 422
TITLES = {
    "vaccination": gettext_lazy("Giấy chứng nhận tiêm chủng"),
    "test": gettext_lazy("Giấy chứng nhận xét nghiệm"),
    "recovery": gettext_lazy("Giấy chứng nhận khỏi bệnh"),
}
FORM_BY_HAND = {"vaccination": "dose", "test": "test", "recovery": "recovery"}


@permission("health.manage_own")
@never_cache
@sensitive_post_parameters()
def send(request):
    """Asks for the certificate; what can be read is shown, what can't is explained beside the field."""
    worker = request.user.worker
    if not has_agreed(worker):
        messages.warning(request, _("Trước khi khai sức khỏe, hãy cho biết bạn đồng ý để hệ thống dùng các thông tin này."))
        return redirect("workers:consents")
    limit = partial(count_photo, by=request.user, address=request.META["REMOTE_ADDR"])
    form = CertificateForm(*((request.POST, request.FILES) if request.method == "POST" else ()), before_reading=limit)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        verdict = judge(text, worker=worker, at=timezone.now())
        if verdict.reading.content:
            return _show(request, text, verdict)
        form.add_error(form.source, refused(verdict.reading.problem))
    return render(request, "health/certificate.html", {"form": form}, status=REFUSED if form.is_bound else 200)


@permission("health.manage_own")
@never_cache
@sensitive_post_parameters()
@require_POST
def record(request):
    """Keeps what the page before has shown, as proof or as a claim."""
    worker, text, now = request.user.worker, request.POST.get("text", ""), timezone.now()
    if not has_agreed(worker):
        return redirect("workers:consents")
    try:
        event = record_certificate(text=text, worker=worker, at=now, by=request.user, on=timezone.localdate(now))
    except Refusal as refusal:
        verdict = judge(text, worker=worker, at=now)
        if not verdict.reading.content:
            return redirect("health:certificate")
        return _show(request, text, verdict, refusal=refusal)
    if event.proof == HealthEvent.Proof.CLAIMED:
        messages.success(request, _("Đã ghi ở mức tự khai. Ngày vào làm được đã tính lại."))
    else:
        messages.success(request, _("Đã ghi, có xác minh. Ngày vào làm được đã tính lại."))
    return redirect("health:own")


def _show(request, text: str, verdict: Verdict, refusal: Refusal | None = None):
    reading, worker = verdict.reading, request.user.worker
    content = reading.content
    context = {
        "title": TITLES[content.kind],
        "text": text,
        "verdict": verdict,
        "explanation": _explanation(verdict),
        "refusal": refusal.for_people() if refusal else "",
        "line": fact_line(reading.facts) if reading.facts else None,
        "issuer": _issuer(content, reading.issuer),
        "rows": _side_by_side(verdict, worker),
        "by_hand": FORM_BY_HAND[content.kind],
    }
    return render(request, "health/certificate_read.html", context, status=REFUSED if refusal else 200)


def _explanation(verdict: Verdict) -> Explanation | None:
    if verdict.reading.problem:
        return EXPLANATIONS[verdict.reading.problem]
    return None if verdict.proves or not verdict.comparison else explain_difference(verdict.comparison)


def _issuer(content: Content, issuer: str) -> str:
    return f"{content.authority} ({issuer})" if issuer else content.authority


def _side_by_side(verdict: Verdict, worker) -> list[dict]:
    """Name and birth date as the profile and as the certificate have them."""
    holder, comparison = verdict.reading.content.holder, verdict.comparison
    return [
        {
            "label": _("Họ tên"),
            "profile": worker.user.name,
            "certificate": holder.name,
            "same": comparison.names == Names.SAME,
            "words": NAMES[comparison.names],
        },
        {
            "label": _("Ngày sinh"),
            "profile": f"{worker.birth_date:%d/%m/%Y}",
            "certificate": _born(holder.born) or "–",
            "same": comparison.births == Births.SAME,
            "words": BIRTHS[comparison.births],
        },
    ]


def _born(born: str) -> str:
    """1998-05-06 → 06/05/1998, as far as it is known."""
    return f"{dt.date.fromisoformat(born):%d/%m/%Y}" if len(born) == 10 else "/".join(reversed(born.split("-")))
