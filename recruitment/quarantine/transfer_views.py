"""Pages of transfers: asked for from a stay, answered by the other site, followed by both."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.quarantine.models import Site, Stay, Transfer
from recruitment.quarantine.services import transfers
from recruitment.quarantine.services.cover import free_beds
from recruitment.quarantine.services.freshness import sites_with_fresh_figures
from recruitment.quarantine.services.ledger import nights_between
from recruitment.shared.asking import explain
from recruitment.shared.forms import CleanCharField
from recruitment.shared.refusals import Refusal

REFUSED = 422
ROWS_PER_PAGE = 30
STEPS = {"accept": transfers.accept_transfer, "depart": transfers.depart, "arrive": transfers.arrive}
ENDINGS = {"refuse": transfers.refuse_transfer, "cancel": transfers.cancel_transfer}


class TransferForm(forms.Form):
    """One of the sites with room, or somewhere else in words."""

    destination = forms.ModelChoiceField(
        Site.objects.all(),
        label=gettext_lazy("Chuyển đến"),
        required=False,
        empty_label=gettext_lazy("Nơi khác, ghi ở dưới"),
        error_messages={"invalid_choice": gettext_lazy("Không có khu này. Hãy chọn trong danh sách.")},
    )
    elsewhere = CleanCharField(
        label=gettext_lazy("Nơi khác"),
        help_text=gettext_lazy("Bệnh viện, tỉnh khác, về nhà: nơi không có trong danh sách"),
        required=False,
        max_length=120,
    )
    reason = CleanCharField(label=gettext_lazy("Vì sao chuyển"), required=False, max_length=300)

    def clean(self):
        chosen = self.cleaned_data
        if not chosen.get("destination") and not chosen.get("elsewhere") and not self.errors:
            self.add_error("destination", _("Hãy chọn một khu, hoặc ghi nơi khác."))
        if chosen.get("destination") and chosen.get("elsewhere"):
            self.add_error("elsewhere", _("Chỉ chọn một: khu trong danh sách hoặc nơi khác."))
        return chosen


class ReasonForm(forms.Form):
    reason = CleanCharField(label=gettext_lazy("Lý do, và nơi khác còn nhận được nếu biết"), max_length=300)


@permission("quarantine.move_people")
def transfer_list(request):
    """What waits for somebody first, the soonest due on top; then what has ended."""
    rows = Transfer.objects.visible_to(request.user).select_related("stay__site", "stay__worker__user", "destination")
    rows = rows.defer("stay__worker__birth_date", "stay__worker__national_id").order_by("answer_by", "-moved_at", "pk").distinct()
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    managed = set(Site.objects.managed_by(request.user).values_list("pk", flat=True))
    for row in page:
        row.steps = _steps_of(row, managed)
    open_ones = Transfer.objects.visible_to(request.user).open().order_by().values("pk").distinct().count()
    return render(request, "quarantine/transfers.html", {"page": page, "open": open_ones, "now": timezone.now()})


@permission("quarantine.manage_site")
def request_transfer(request, stay_pk):
    stay = get_object_or_404(Stay.objects.managed_by(request.user).select_related("site", "worker__user"), pk=stay_pk)
    form = TransferForm(request.POST if request.method == "POST" else None)
    today = timezone.localdate()
    if request.method == "POST" and form.is_valid():
        try:
            transfers.request_transfer(stay=stay, by=request.user, on=today, **form.cleaned_data)
        except Refusal as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Đã gửi yêu cầu chuyển %(name)s.") % {"name": stay.worker.user.name})
            return redirect("quarantine:transfers")
    _offer_sites(form, stay, today)
    return render(request, "quarantine/request_transfer.html", {"stay": stay, "form": form}, status=REFUSED if form.errors else 200)


@permission("quarantine.move_people")
@require_POST
def step(request, pk, act):
    transfer = _mine(request, pk)
    if act not in _steps_of(transfer, set(Site.objects.managed_by(request.user).values_list("pk", flat=True))):
        messages.warning(request, transfers.WrongStep(transfer=transfer).for_people())
        return redirect("quarantine:transfers")
    try:
        STEPS[act](transfer=transfer, by=request.user, on=timezone.localdate())
    except Refusal as refusal:
        messages.warning(request, refusal.for_people())
    else:
        messages.success(request, _("Đã ghi."))
    return redirect("quarantine:transfers")


@permission("quarantine.move_people")
def end(request, pk, act):
    """Refusing and calling off ask for the reason first."""
    transfer = _mine(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ENDINGS[act](transfer=transfer, by=request.user, on=timezone.localdate(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.for_people())
        else:
            messages.success(request, _("Đã ghi và báo cho nơi kia."))
            return redirect("quarantine:transfers")
    context = {"transfer": transfer, "form": form, "act": act}
    return render(request, "quarantine/end_transfer.html", context, status=REFUSED if form.errors else 200)


def _mine(request, pk) -> Transfer:
    rows = Transfer.objects.visible_to(request.user).select_related("stay__site", "stay__worker__user", "destination").distinct()
    return get_object_or_404(rows, pk=pk)


def _steps_of(transfer: Transfer, managed: set[int]) -> list[str]:
    """What somebody of these sites may do now; the destination answers and receives, the origin sends off."""
    here, there = transfer.stay.site_id in managed, transfer.destination_id in managed
    status = transfer.status
    steps = []
    if status == Transfer.Status.REQUESTED and there:
        steps += ["accept", "refuse"]
    if here and (status == Transfer.Status.ACCEPTED or (status == Transfer.Status.REQUESTED and transfer.destination_id is None)):
        steps.append("depart")
    if status == Transfer.Status.ON_THE_WAY and (there or (here and transfer.destination_id is None)):
        steps.append("arrive")
    if status in Transfer.OPEN_STATUSES and (here or there) and "refuse" not in steps:
        steps.append("cancel")
    return steps


def _offer_sites(form: TransferForm, stay: Stay, today) -> None:
    """Sites that have a bed on every night left, most room first; the choice still takes any site, which the service judges."""
    nights = nights_between(max(today, stay.arrives_on), stay.leaves_on)
    sites = [site for site in sites_with_fresh_figures(on=today) if site != stay.site]
    free = free_beds(sites, nights)
    room = {site: min((free[site.pk, night] for night in nights), default=0) for site in sites}
    offered = sorted((site for site in sites if room[site] > 0), key=lambda site: (-room[site], site.name))
    words = {site.pk: ngettext("còn %(beds)d giường", "còn %(beds)d giường", room[site]) % {"beds": room[site]} for site in offered}
    form.fields["destination"].choices = [("", _("Nơi khác, ghi ở dưới")), *((site.pk, f"{site} · {words[site.pk]}") for site in offered)]
