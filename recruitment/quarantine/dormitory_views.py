"""A factory asks that its dormitory be approved as a quarantine site; the departments answer."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.employers.models import Factory
from recruitment.quarantine.forms import LARGEST_SITE
from recruitment.quarantine.models import DormitoryRequest
from recruitment.quarantine.services import dormitories
from recruitment.shared.asking import ask_and_act
from recruitment.shared.forms import CleanCharField, CleanTextField, CountField
from recruitment.shared.refusals import Refusal

REFUSED = 422
ROWS_PER_PAGE = 30
LATELY = 20


class DormitoryForm(forms.Form):
    name = CleanCharField(label=gettext_lazy("Tên ký túc xá"), help_text=gettext_lazy("Ví dụ: Ký túc xá A"), max_length=80)
    address = CleanCharField(label=gettext_lazy("Địa chỉ"), max_length=200)
    rooms = CountField(label=gettext_lazy("Số phòng"), smallest=1, largest=LARGEST_SITE)
    beds = CountField(label=gettext_lazy("Số giường"), smallest=1, largest=LARGEST_SITE)
    contact = CleanCharField(label=gettext_lazy("Người liên hệ, số điện thoại"), max_length=120)
    conditions = CleanTextField(
        label=gettext_lazy("Điều kiện đã có"),
        help_text=gettext_lazy("Nhà vệ sinh trong phòng, suất ăn, khu lấy mẫu, xe đưa đón: có gì ghi nấy, cán bộ sẽ đến xem."),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self):
        chosen = self.cleaned_data
        if chosen.get("rooms") and chosen.get("beds") and chosen["beds"] < chosen["rooms"]:
            self.add_error("beds", _("Mỗi phòng cần ít nhất một giường."))
        return chosen


class ReasonForm(forms.Form):
    reason = CleanCharField(label=gettext_lazy("Lý do không duyệt"), help_text=gettext_lazy("Nhà máy đọc được lý do này."), max_length=300)


@permission("quarantine.reserve_own_backup")
def ask(request, pk):
    """What the factory has asked for and was answered; and the form, unless a request waits."""
    factory = get_object_or_404(Factory.objects.visible_to(request.user).distinct(), pk=pk)
    form = DormitoryForm(request.POST if request.method == "POST" else None, initial={"address": factory.address})
    if request.method == "POST" and form.is_valid():
        try:
            dormitories.ask_for_approval(factory=factory, by=request.user, on=timezone.localdate(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.for_people())
        else:
            messages.success(request, _("Đã gửi yêu cầu. Sở và cán bộ y tế được báo; có trả lời bạn sẽ nhận tin nhắn."))
            return redirect("quarantine:ask_dormitory", pk)
    asked = list(DormitoryRequest.objects.filter(factory=factory)[:LATELY])
    waits = any(row.status == DormitoryRequest.Status.PENDING for row in asked)
    context = {"factory": factory, "form": form, "asked": asked, "waits": waits}
    return render(request, "quarantine/dormitory.html", context, status=REFUSED if form.errors else 200)


@permission("quarantine.reserve_own_backup")
@require_POST
def withdraw(request, pk, request_pk):
    """Of the factory in the address; another one's request isn't found."""
    factory = get_object_or_404(Factory.objects.visible_to(request.user).distinct(), pk=pk)
    asked = get_object_or_404(DormitoryRequest.objects.filter(factory=factory), pk=request_pk)
    try:
        dormitories.withdraw_request(dormitory=asked, by=request.user, on=timezone.localdate())
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    else:
        messages.success(request, _("Đã rút yêu cầu. Bạn có thể gửi yêu cầu khác."))
    return redirect("quarantine:ask_dormitory", pk)


@permission("quarantine.approve_dormitories")
def waiting(request):
    rows = DormitoryRequest.objects.visible_to(request.user).select_related("factory__zone")
    page = Paginator(rows.waiting(), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    decided = rows.exclude(status=DormitoryRequest.Status.PENDING).select_related("decided_by").order_by("-decided_at", "-pk")[:LATELY]
    return render(request, "quarantine/dormitories.html", {"page": page, "decided": decided})


@permission("quarantine.approve_dormitories")
def approve(request, pk):
    """What the factory says of the dormitory; sending it approves."""
    found = _visible(request, pk)
    done = _("Đã duyệt %(name)s. Khu dùng được từ đêm nay.") % {"name": found}
    template, then = "quarantine/approve_dormitory.html", ("quarantine:dormitories",)
    return ask_and_act(request, dormitories.approve_dormitory, found, name="dormitory", template=template, done=done, then=then)


@permission("quarantine.approve_dormitories")
def refuse(request, pk):
    """Not without a reason."""
    found, form = _visible(request, pk), ReasonForm(request.POST if request.method == "POST" else None)
    page = {"template": "quarantine/refuse_dormitory.html", "then": ("quarantine:dormitories",), "form": form}
    return ask_and_act(request, dormitories.refuse_dormitory, found, name="dormitory", done=_("Đã báo nhà máy chưa được duyệt."), **page)


def _visible(request, pk) -> DormitoryRequest:
    return get_object_or_404(DormitoryRequest.objects.visible_to(request.user).select_related("factory__zone", "decided_by", "site"), pk=pk)
