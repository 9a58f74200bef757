"""The waiting list: a factory asks, takes or refuses what it is offered; the department sees everybody."""

import datetime as dt

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.employers.models import Factory
from recruitment.quarantine.forms import WaitForm
from recruitment.quarantine.models import WaitingRequest
from recruitment.quarantine.services import waiting
from recruitment.quarantine.services.queue import queue, rule
from recruitment.shared.refusals import Refusal

DAY = dt.timedelta(days=1)


@permission("quarantine.read_capacity")
def waiting_list(request):
    """Offers in hand, then everybody in the order in which beds go to them, with why and from when there may be room."""
    today = timezone.localdate()
    places = queue(on=today)
    lacking = sum(place.request.lacking for place in places)
    return render(request, "quarantine/waiting_list.html", {"places": places, "lacking": lacking, "rule": rule(today)})


@permission("quarantine.reserve_own_backup")
@require_POST
def wait(request, pk):
    """Put the factory on the list; whatever is refused is said on the factory's page."""
    factory = _own_factory(request, pk)
    form = WaitForm(request.POST)
    if form.is_valid():
        chosen = form.cleaned_data
        nights = {"first": chosen["first"], "until": chosen["last"] + DAY}
        try:
            waiting.ask_for_beds(factory=factory, beds=chosen["beds"], by=request.user, on=timezone.localdate(), **nights)
        except Refusal as refusal:
            messages.error(request, refusal.for_people())
        else:
            done = ngettext("Đã vào danh sách chờ %(beds)d giường.", "Đã vào danh sách chờ %(beds)d giường.", chosen["beds"])
            messages.success(request, done % {"beds": chosen["beds"]})
    else:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return redirect("quarantine:factory_backup", pk)


@permission("quarantine.reserve_own_backup")
@require_POST
def take(request, pk, request_pk):
    factory, asked = _own_request(request, pk, request_pk)
    try:
        taken = waiting.take_offer(request=asked, by=request.user, on=timezone.localdate())
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    else:
        done = ngettext("Đã nhận, giờ có %(beds)d giường từ danh sách chờ.", "Đã nhận, giờ có %(beds)d giường từ danh sách chờ.", taken.taken)
        messages.success(request, done % {"beds": taken.taken})
    return redirect("quarantine:factory_backup", factory.pk)


@permission("quarantine.reserve_own_backup")
@require_POST
def leave(request, pk, request_pk):
    factory, asked = _own_request(request, pk, request_pk)
    waiting.leave_list(request=asked, by=request.user, on=timezone.localdate())
    messages.success(request, _("Đã rút khỏi danh sách chờ."))
    return redirect("quarantine:factory_backup", factory.pk)


def _own_factory(request, pk) -> Factory:
    return get_object_or_404(Factory.objects.visible_to(request.user).select_related("zone").distinct(), pk=pk)


def _own_request(request, pk, request_pk) -> tuple[Factory, WaitingRequest]:
    factory = _own_factory(request, pk)
    own = WaitingRequest.objects.visible_to(request.user).select_related("factory", "pool")
    return factory, get_object_or_404(own, pk=request_pk)
