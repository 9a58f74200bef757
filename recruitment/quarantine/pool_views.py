"""How many beds the risk asks for, and the pools that save most of them."""

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import may, permission
from recruitment.employers.models import Factory
from recruitment.places.models import IndustrialZone
from recruitment.quarantine.models import OutbreakRisk
from recruitment.quarantine.services.pools import join_pool, leave_pool, open_pool
from recruitment.quarantine.services.zone_needs import ZoneNeed, zone_needs
from recruitment.quarantine.sizing import SERVED
from recruitment.shared.asking import ask_and_act

DAYS_PER_MONTH = 30
BAR_WIDTH = 320


@dataclass(frozen=True)
class Row:
    """A zone's need at the level that was chosen; widths of the chart's bars are in its own units."""

    need: ZoneNeed
    alone: int
    pooled: int
    widest: int
    monthly_cost: int

    @property
    def saved(self) -> int:
        return self.alone - self.pooled

    @property
    def alone_width(self) -> int:
        return round(BAR_WIDTH * self.alone / max(1, self.widest))

    @property
    def pooled_width(self) -> int:
        return round(BAR_WIDTH * self.pooled / max(1, self.widest))


@permission("quarantine.read_capacity")
def sizing(request):
    """`level`: the part of bed-nights to serve, or everybody; `wave`: outbreaks everywhere at once."""
    today = timezone.localdate()
    assumed = OutbreakRisk.objects.in_force(today)
    wave = request.GET.get("wave") == "1"
    levels = {f"{share:.0%}".rstrip("%"): share for share in SERVED}
    level = request.GET.get("level") if request.GET.get("level") in {*levels, "all"} else "95"
    context = {"assumed": assumed, "wave": wave, "level": level, "levels": [*levels], "may_open": may(request.user, "quarantine.open_pool")}
    if assumed:
        zones, province = zone_needs(assumed, wave=wave, on=today)
        context |= {
            "rows": [_row(zone, zones, level, levels, assumed) for zone in zones],
            "province": _row(province, [province], level, levels, assumed),
        }
    return render(request, "quarantine/sizing.html", context)


@permission("quarantine.open_pool")
@require_POST
def open_zone_pool(request, zone_pk):
    pool = open_pool(zone=get_object_or_404(IndustrialZone, pk=zone_pk), by=request.user, on=timezone.localdate())
    messages.success(request, _("Đã mở %(pool)s. Nhà máy trong khu có thể tham gia từ trang suất dự phòng.") % {"pool": pool})
    return redirect("quarantine:sizing")


@permission("quarantine.reserve_own_backup")
def join(request, pk):
    return _ask_and_change(request, pk, join_pool, "quarantine/join_pool.html", _("%(factory)s đã tham gia nhóm dự phòng."))


@permission("quarantine.reserve_own_backup")
def leave(request, pk):
    return _ask_and_change(request, pk, leave_pool, "quarantine/leave_pool.html", _("%(factory)s đã rời nhóm và giữ suất dự phòng riêng."))


def _ask_and_change(request, pk, change, template: str, done: str):
    factory = get_object_or_404(Factory.objects.visible_to(request.user).select_related("zone").distinct(), pk=pk)
    page = {"template": template, "done": done % {"factory": factory}, "then": ("quarantine:factory_backup", pk)}
    return ask_and_act(request, change, factory, name="factory", **page)


def _row(need: ZoneNeed, compared: list[ZoneNeed], level: str, levels: dict[str, float], assumed: OutbreakRisk) -> Row:
    def beds(found) -> int:
        return found.everybody if level == "all" else found.serving[levels[level]]

    return Row(
        need=need,
        alone=beds(need.alone),
        pooled=beds(need.pooled),
        widest=max(beds(other.alone) for other in compared),
        monthly_cost=(beds(need.alone) - beds(need.pooled)) * assumed.cost_per_bed_night * DAYS_PER_MONTH,
    )
