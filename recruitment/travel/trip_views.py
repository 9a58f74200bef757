"""Trips: announced, filled, closed and boarded (who is left behind is onboarding's); and the routes with what is decided about them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import may, permission
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Route, Seat, Trip
from recruitment.travel.models.trips import STRANDED_FOR
from recruitment.travel.services import boarding, departures
from recruitment.travel.services.routes import decide_route, decisions_on
from recruitment.travel.trip_forms import BoardForm, RouteDecisionForm, TripForm

REFUSED = 422
ROWS_PER_PAGE = 30
NEXT_TRIPS = 3
STEPS = {"close": departures.close_trip, "reopen": departures.reopen_trip}


@permission("travel.read_trips")
def trip_list(request):
    """Those to come, the next first; above them, who has lost a seat and has none yet."""
    rows, now = Trip.objects.visible_to(request.user).select_related("route", "organised_by"), timezone.now()
    past = request.GET.get("past") == "1"
    gone, coming = rows.filter(departs_at__lte=now).order_by("-departs_at", "-pk"), rows.ahead(now).order_by("departs_at", "pk")
    stranded = Seat.objects.visible_to(request.user).stranded().select_related("trip__route", "trip__organised_by", "worker__user")
    stranded = stranded.defer("worker__birth_date", "worker__national_id").order_by("trip__departs_at", "number", "pk")
    context = {
        "page": Paginator(gone if past else coming, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "stranded": Paginator(stranded, ROWS_PER_PAGE).get_page(1),
        "past": past,
        "now": now,
        "manages": may(request.user, "travel.manage_trips"),
    }
    return render(request, "travel/trips.html", context)


@permission("travel.manage_trips")
def new_trip(request):
    form = TripForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            trip = departures.announce_trip(by=request.user, on=timezone.localdate(), **form.trip())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.for_people())
        else:
            done = ngettext("Đã mở chuyến với %(seats)d ghế.", "Đã mở chuyến với %(seats)d ghế.", trip.seats)
            messages.success(request, done % {"seats": trip.seats})
            return redirect("travel:trip", trip.pk)
    return render(request, "travel/new_trip.html", {"form": form}, status=REFUSED if form.errors else 200)


@permission("travel.read_trips")
def trip(request, pk):
    """The list by pick-up point; whoever runs the trip boards people and moves it on from here."""
    shown = _visible(request, pk)
    form = BoardForm(request.POST if request.method == "POST" else None)
    manages = may(request.user, "travel.manage_trips")
    if request.method == "POST" and manages and form.is_valid():
        try:
            seat = boarding.board_by_pass(trip=shown, text=form.cleaned_data["text"], by=request.user, on=timezone.localdate())
        except Refusal as refusal:
            form.add_error("text", refusal.for_people())
        else:
            messages.success(request, _("%(name)s đã lên xe, ghế %(number)d.") % {"name": seat.worker.user.name, "number": seat.number})
            return redirect("travel:trip", pk)
    corrects = manages and shown.status != Trip.Status.CANCELLED and shown.departs_at > timezone.now() - STRANDED_FOR
    boards = manages and shown.status in (Trip.Status.OPEN, Trip.Status.CLOSED)
    context = {"trip": shown, "places": _people(request, shown), "form": form, "manages": manages, "boards": boards, "corrects": corrects}
    return render(request, "travel/trip.html", context, status=REFUSED if form.errors else 200)


@permission("travel.read_trips")
def manifest(request, pk):
    """To print: who gets on where, with room for a signature."""
    shown = _visible(request, pk)
    places = [seat for seat in _people(request, shown) if seat.status in Seat.TAKING_STATUSES]
    return render(request, "travel/manifest.html", {"trip": shown, "places": places})


@permission("travel.manage_trips")
@require_POST
def step(request, pk, act):
    shown = _visible(request, pk)
    _do(request, lambda on: STEPS[act](trip=shown, by=request.user, on=on), _("Đã ghi."))
    return redirect("travel:trip", pk)


@permission("travel.manage_trips")
@require_POST
def board_seat(request, pk):
    """One person aboard, by name."""
    seat = get_object_or_404(Seat.objects.visible_to(request.user).select_related("trip"), pk=pk)
    _do(request, lambda on: boarding.board(seat=seat, by=request.user, on=on), _("Đã ghi."))
    return redirect("travel:trip", seat.trip_id)


@permission("travel.manage_trips")
@require_POST
def step_off(request, pk):
    """The wrong name was pressed."""
    seat = get_object_or_404(Seat.objects.visible_to(request.user).select_related("trip"), pk=pk)
    _do(request, lambda on: boarding.step_off(seat=seat, by=request.user, on=on), _("Đã ghi."))
    return redirect("travel:trip", seat.trip_id)


@permission("travel.read_routes")
def routes(request):
    """Which buses run today, by which document, and the next trips with seats: whether and when one can come. A worker's own province first."""
    today, worker = timezone.localdate(), getattr(request.user, "worker", None)
    found = list(Route.objects.select_related("origin").prefetch_related("pick_up_points"))
    own = set(Route.objects.from_province(worker.home_province).values_list("pk", flat=True)) if worker else set()
    found.sort(key=lambda route: route.pk not in own)
    decisions = decisions_on(found, on=today)
    coming: dict[int, list[Trip]] = {}
    for offered in Trip.objects.bookable(timezone.now()).with_free_seats().order_by("departs_at", "pk")[: 20 * max(1, len(found))]:
        coming.setdefault(offered.route_id, []).append(offered)
    for route in found:
        route.decision, route.coming, route.is_own = decisions[route.pk], coming.get(route.pk, [])[:NEXT_TRIPS], route.pk in own
    return render(request, "travel/routes.html", {"routes": found, "today": today, "decides": may(request.user, "travel.decide_routes")})


@permission("travel.decide_routes")
def route_decision(request, pk):
    route = get_object_or_404(Route, pk=pk)
    form = RouteDecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decide_route(route=route, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field, refusal.for_people())
        else:
            over = departures.apply_decisions(on=timezone.localdate())
            messages.success(request, _("Đã ghi quyết định."))
            if over:
                words = ngettext("%(n)d chuyến có nhiều người hơn số ghế được phép.", "%(n)d chuyến có nhiều người hơn số ghế được phép.", len(over))
                messages.warning(request, words % {"n": len(over)})
            return redirect("travel:routes")
    return render(request, "travel/route_decision.html", {"route": route, "form": form}, status=REFUSED if form.errors else 200)


def _visible(request, pk) -> Trip:
    return get_object_or_404(Trip.objects.visible_to(request.user).select_related("route", "organised_by"), pk=pk)


def _people(request, shown: Trip) -> list[Seat]:
    """Sorted as the bus picks people up; recruiters see only their own."""
    rows = Seat.objects.visible_to(request.user).filter(trip=shown).select_related("worker__user", "pick_up")
    rows = rows.defer("worker__birth_date", "worker__national_id").order_by("pk")
    return sorted(rows, key=lambda seat: (seat.pick_up.position if seat.pick_up else 0, seat.number, seat.pk))


def _do(request, act, done: str) -> None:
    """Do it and say so, or say why not."""
    try:
        act(timezone.localdate())
    except Refusal as refusal:
        messages.warning(request, refusal.for_people())
    else:
        messages.success(request, done)
