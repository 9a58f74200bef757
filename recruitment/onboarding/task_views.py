"""What is still to be done until the first shift: one list, the same for the worker and the recruiter, and the people by day of arrival."""

import datetime as dt

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.employers.models import Factory
from recruitment.health.models import ClearanceChange
from recruitment.health.services.estimates import start_estimate
from recruitment.health.services.readings import log_readings
from recruitment.onboarding.models import Acceptance, Cohort, TaskTick
from recruitment.onboarding.services.cohorts import closed_list_with
from recruitment.onboarding.services.journey import pass_of, seat_of, trips_to_choose
from recruitment.onboarding.services.redating import choose_trip
from recruitment.onboarding.services.ticking import tick
from recruitment.onboarding.task_facts import situations
from recruitment.onboarding.task_list import Code, next_task, tasks_of
from recruitment.onboarding.task_words import lines_of, title_of
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import PickUpPoint, Trip

RELATED = ["application__worker__user", "application__worker__home_province", "application__opening__factory__zone", "entry_stay__site", "clearance"]
TRIPS_SHOWN = 3
DAYS_SHOWN = 60
MOST_SHOWN = 300


@permission("applications.follow_own")
@never_cache
def own_tasks(request, pk):
    """What to do, the bus, the pass, and since when one may come."""
    acceptance = get_object_or_404(_standing().filter(application__worker=request.user.worker), application=pk)
    worker, factory, today = acceptance.application.worker, acceptance.application.opening.factory, timezone.localdate()
    seat = seat_of(worker)
    context = _context(acceptance, today) | {
        "seat": seat,
        "entry_pass": pass_of(worker, factory),
        "estimate": start_estimate(worker, on=today),
        "closed": closed_list_with(acceptance),
        "trips": _choices(acceptance, today) if not seat or seat.status == "held" else [],
    }
    return render(request, "onboarding/own_tasks.html", context)


@permission("onboarding.accept")
@never_cache
def tasks_of_applicant(request, pk):
    acceptance = get_object_or_404(_standing().filter(application__opening__in=Opening.objects.owned_by(request.user)), application=pk)
    log_readings(of=[acceptance.application.worker], what="onboarding_tasks", why=acceptance.application.receipt, by=request.user)
    return render(request, "onboarding/tasks_of_applicant.html", _context(acceptance, timezone.localdate()))


@permission("applications.follow_own")
@require_POST
def choose_own_trip(request, pk):
    """`trip`: "none", or "<trip>" or "<trip>-<pick-up point>"."""
    acceptance = get_object_or_404(_standing().filter(application__worker=request.user.worker), application=pk)
    chosen = request.POST.get("trip", "")
    options = {value: (trip, stop) for value, trip, stop, _label in _choices(acceptance, timezone.localdate())} | {"none": (None, None)}
    if chosen not in options:
        messages.error(request, _("Hãy chọn một chuyến xe còn ghế, hoặc “Tôi tự đi”."))
        return redirect("onboarding:own_tasks", pk)
    trip, stop = options[chosen]
    try:
        choose_trip(application=acceptance.application, trip=trip, pick_up=stop, by=request.user, on=timezone.localdate())
        messages.success(request, _("Đã giữ ghế xe cho bạn.") if trip else _("Đã ghi: bạn tự đi."))
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    return redirect("onboarding:own_tasks", pk)


@permission("applications.follow_own")
@require_POST
def tick_own(request, pk):
    """Papers are the worker's to tick."""
    acceptance = get_object_or_404(_standing().filter(application__worker=request.user.worker), application=pk)
    tick(acceptance=acceptance, code=TaskTick.Code.PAPERS, is_done="undo" not in request.POST, by=request.user, on=timezone.localdate())
    return redirect("onboarding:own_tasks", pk)


@permission("onboarding.accept")
@require_POST
def tick_contract(request, pk):
    """The contract is the factory's to tick."""
    acceptance = get_object_or_404(_standing().filter(application__opening__in=Opening.objects.owned_by(request.user)), application=pk)
    tick(acceptance=acceptance, code=TaskTick.Code.CONTRACT, is_done="undo" not in request.POST, by=request.user, on=timezone.localdate())
    return redirect("onboarding:tasks", pk)


@permission("onboarding.accept")
@never_cache
def arrivals(request):
    """R7: accepted people by day of arrival, each with what is open; those whose day the recruiter has to decide first."""
    today = timezone.localdate()
    rows = _standing().filter(application__opening__in=Opening.objects.owned_by(request.user), arrives_on__gte=today - dt.timedelta(days=DAYS_SHOWN))
    found = list(rows.order_by("arrives_on", "application__opening", "pk")[:MOST_SHOWN])
    known = situations(found, on=today)
    people = [_row(acceptance, known[acceptance.pk]) for acceptance in found]
    coming = [person for person in people if not person["is_done"]]
    log_readings(of=[person["acceptance"].application.worker for person in coming], what="onboarding_tasks", why="arrivals", by=request.user)
    days: dict[dt.date, list[dict]] = {}
    for person in coming:
        days.setdefault(person["acceptance"].arrives_on, []).append(person)
    closed = set(Cohort.objects.closed().filter(arrives_on__in=days).values_list("factory", "arrives_on"))
    context = {
        "days": [(day, group, sum(person["lacks_test"] for person in group), _factories(group, closed, day)) for day, group in days.items()],
        "without_a_ride": [person for person in coming if person["acceptance"].ride_by],
        "to_decide": [person for person in coming if person["acceptance"].to_decide],
        "total": len(coming),
    }
    return render(request, "onboarding/arrivals.html", context)


def _factories(group: list[dict], closed: set[tuple[int, dt.date]], day: dt.date) -> list[tuple[Factory, bool]]:
    """Each factory of a day's people, and whether its list is closed."""
    found = {person["acceptance"].application.opening.factory_id: person["acceptance"].application.opening.factory for person in group}
    return [(factory, (pk, day) in closed) for pk, factory in found.items()]


def _row(acceptance: Acceptance, situation) -> dict:
    tasks = tasks_of(situation)
    upcoming = next_task(tasks)
    return {
        "acceptance": acceptance,
        "open": sum(not task.is_done for task in tasks),
        "late": sum(task.is_late for task in tasks),
        "next": title_of(upcoming, situation) if upcoming else "",
        "lacks_test": any(task.code == Code.TEST_BEFORE and not task.is_done for task in tasks),
        "ride": situation.ride.value,
        "is_done": all(task.is_done for task in tasks),
    }


def _standing():
    return Acceptance.objects.standing().filter(application__status=Application.Status.ACCEPTED).select_related(*RELATED)


def _context(acceptance: Acceptance, today: dt.date) -> dict:
    lines = lines_of(situations([acceptance], on=today)[acceptance.pk])
    changes = ClearanceChange.objects.filter(worker=acceptance.application.worker_id, moved=True, made_at__gte=acceptance.accepted_at)
    return {
        "acceptance": acceptance,
        "application": acceptance.application,
        "lines": lines,
        "done": sum(line.state == "done" for line in lines),
        "changes": changes.select_related("reassessment__policy").order_by("-made_at", "-pk")[:5],
        "ready_on": acceptance.application.worker.clearances.current().values_list("ready_on", flat=True).first(),
    }


def _choices(acceptance: Acceptance, today: dt.date) -> list[tuple[str, Trip, PickUpPoint | None, str]]:
    """Value, trip, pick-up point and label of each: every stop of the three nearest trips."""
    worker, zone = acceptance.application.worker, acceptance.application.opening.factory.zone
    first = max(acceptance.arrives_on, today)
    trips = trips_to_choose(worker=worker, zone=zone, arrives_on=first)[:TRIPS_SHOWN]
    stops: dict[int, list[PickUpPoint]] = {}
    for stop in PickUpPoint.objects.filter(route__in=[trip.route_id for trip in trips]).order_by("position", "pk"):
        stops.setdefault(stop.route_id, []).append(stop)
    found = []
    for trip in trips:
        leaves = f"{timezone.localtime(trip.departs_at):%H:%M %d/%m/%Y}"
        for stop in stops.get(trip.route_id) or [None]:
            label = f"{trip.route}, {leaves}" + (f", {stop}" if stop else "")
            found.append((f"{trip.pk}-{stop.pk}" if stop else str(trip.pk), trip, stop, label))
    return found
