"""What leaves people behind: a bus that departs, is cancelled, or goes without somebody; each of them is settled at once."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.onboarding.services import lost_seats
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Seat, Trip
from recruitment.travel.trip_forms import CancelForm

REFUSED = 422


@permission("travel.manage_trips")
@require_POST
def depart(request, pk):
    trip = _visible(request, pk)
    _do(request, lambda on: lost_seats.depart(trip=trip, by=request.user, on=on), _("Đã ghi: xe xuất phát."))
    return redirect("travel:trip", pk)


@permission("travel.manage_trips")
def cancel(request, pk):
    """Asks for the reason, says how many people it concerns."""
    trip = _visible(request, pk)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        done = _("Đã hủy chuyến và báo cho mọi người.")
        _do(request, lambda on: lost_seats.cancel(trip=trip, reason=reason, by=request.user, on=on), done)
        return redirect("travel:trip", pk)
    return render(request, "travel/cancel_trip.html", {"trip": trip, "form": form}, status=REFUSED if form.errors else 200)


@permission("travel.manage_trips")
@require_POST
def miss(request, pk):
    """One person known not to come."""
    seat = get_object_or_404(Seat.objects.visible_to(request.user).select_related("trip"), pk=pk)
    _do(request, lambda on: lost_seats.miss(seat=seat, by=request.user, on=on), _("Đã ghi."))
    return redirect("travel:trip", seat.trip_id)


def _visible(request, pk) -> Trip:
    return get_object_or_404(Trip.objects.visible_to(request.user).select_related("route", "organised_by"), pk=pk)


def _do(request, act, done: str) -> None:
    """Do it and say how many have another seat already, and how many need one; or say why not."""
    try:
        settled = act(timezone.localdate())
    except Refusal as refusal:
        messages.warning(request, refusal.for_people())
        return
    messages.success(request, done)
    moved = sum(one.new is not None for one in settled)
    left = len(settled) - moved
    if moved:
        words = ngettext("%(n)d người đã có ghế trên chuyến khác, giường đi theo.", "%(n)d người đã có ghế trên chuyến khác, giường đi theo.", moved)
        messages.success(request, words % {"n": moved})
    if left:
        words = ngettext("%(n)d người cần xếp lại chỗ, xem ở trang Chuyến xe.", "%(n)d người cần xếp lại chỗ, xem ở trang Chuyến xe.", left)
        messages.warning(request, words % {"n": left})
