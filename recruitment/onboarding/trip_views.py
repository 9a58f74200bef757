"""Buses and the people who are coming: whom a bus left behind is settled at once, and a trip is opened for those who have none."""

import datetime as dt

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import may, permission
from recruitment.onboarding.services import lost_seats
from recruitment.onboarding.services.coming import (
    Opened,
    groups_without_a_bus,
    open_trip_for_the_coming,
    people_for,
    pick_up_for,
    proposal,
)
from recruitment.quarantine.models import Site, Stay
from recruitment.shared.asking import ask_and_act
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import PickUpPoint, Route, Seat, Trip
from recruitment.travel.trip_forms import CancelForm, TripForm

REFUSED = 422
FURTHEST = dt.timedelta(days=365)


@permission("travel.manage_trips")
@never_cache
def depart(request, pk):
    """Asks who of those whom nobody scanned is aboard; everybody else has missed the bus."""
    trip = _visible(request, pk)
    unseen = Seat.objects.filter(trip=trip, status=Seat.Status.HELD).select_related("worker__user", "pick_up").order_by("number")
    if request.method == "POST":
        named = request.POST.getlist("aboard")
        aboard = [seat.pk for seat in unseen if str(seat.pk) in named]
        _do(request, lambda on: lost_seats.depart(trip=trip, aboard=aboard, by=request.user, on=on), _("Đã ghi: xe xuất phát."))
        return redirect("travel:trip", pk)
    context = {"trip": trip, "unseen": unseen, "is_early": timezone.now() < trip.departs_at}
    return render(request, "travel/depart_trip.html", context)


@permission("travel.correct_boarding")
@never_cache
def turned_up(request, pk):
    """Noted as missed and aboard after all: said by whoever runs the trip, or by the factory or the site where the person arrives."""
    user, today = request.user, timezone.localdate()
    of_a_site = Stay.objects.filter(site__in=Site.objects.managed_by(user), leaves_on__gt=today).order_by()
    seats = Seat.objects.filter(Q(pk__in=Seat.objects.visible_to(user)) | Q(worker__in=of_a_site.values("worker")))
    seats = seats.filter(status__in=[Seat.Status.MISSED, Seat.Status.BOARDED]).exclude(worker__user=user)
    seat = get_object_or_404(seats.select_related("trip__route", "worker__user"), pk=pk)
    if may(user, "travel.manage_trips"):
        then = ("travel:trip", seat.trip_id)
    else:
        then = ("onboarding:today",) if may(user, "onboarding.receive") else ("quarantine:own_arrivals",)
    done = _("Đã ghi %(name)s đi xe; ghế, giường, ngày và giấy đã sửa lại.") % {"name": seat.worker.user.name}
    return ask_and_act(request, lost_seats.turn_up, seat, name="seat", template="onboarding/turned_up.html", done=done, then=then)


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


@permission("travel.manage_trips")
def wanted_trips(request):
    """People who are coming and have no bus, by day and route, each group with one button."""
    groups = groups_without_a_bus(on=timezone.localdate())
    return render(request, "onboarding/wanted_trips.html", {"groups": groups, "people": sum(len(group.people) for group in groups)})


@permission("travel.manage_trips")
def open_wanted_trip(request, route, day):
    """The proposed trip, to be confirmed or changed; then who has a seat and who has not."""
    route, today = get_object_or_404(Route.objects.select_related("origin"), pk=route), timezone.localdate()
    try:
        arrives_on = dt.date.fromisoformat(day)
    except ValueError as problem:
        raise Http404 from problem
    if not today <= arrives_on <= today + FURTHEST:
        raise Http404
    proposed = proposal(route=route, arrives_on=arrives_on, people=len(people_for(route=route, arrives_on=arrives_on, on=today)))
    people = people_for(route=route, arrives_on=proposed.arrives_on, on=today)
    local = timezone.localtime(proposed.departs_at)
    initial = {"route": route, "departs_on": local.date(), "departs_time": f"{local:%H:%M}", "hours": proposed.hours, "capacity": proposed.capacity}
    form = TripForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_trip_for_the_coming(by=request.user, on=today, **form.trip())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.for_people())
        else:
            _say_who_is_seated(request, opened)
            return redirect("travel:trip", opened.trip.pk)
    stops = list(PickUpPoint.objects.filter(route=route).order_by("position", "pk"))
    context = {
        "route": route,
        "form": form,
        "proposed": proposed,
        "arrives_on": proposed.arrives_on,
        "people": [(person, pick_up_for(person.worker, stops)) for person in people],
    }
    return render(request, "onboarding/open_wanted_trip.html", context, status=REFUSED if form.errors else 200)


def _say_who_is_seated(request, opened: Opened) -> None:
    seated = len(opened.seated)
    words = ngettext("Đã mở chuyến, %(n)d người có ghế và đã được báo.", "Đã mở chuyến, %(n)d người có ghế và đã được báo.", seated)
    messages.success(request, words % {"n": seated})
    messages.info(request, _("Người đang chờ chỗ được nhận theo thứ tự trong giây lát."))
    for application, refusal in opened.left:
        messages.warning(request, f"{application.worker.user.name}: {refusal.for_people()}")


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
