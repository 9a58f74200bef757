"""R7: one factory's people of one day, with what each still lacks; closed and reopened."""

import datetime as dt

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from recruitment.accounts.permissions import permission
from recruitment.employers.models import Factory
from recruitment.health.services.readings import log_readings
from recruitment.onboarding.models import Acceptance, Cohort
from recruitment.onboarding.services.cohorts import close_cohort, coming, differences, reopen_cohort
from recruitment.onboarding.task_facts import situations
from recruitment.onboarding.task_list import BEFORE_TRAVEL, Code, tasks_of
from recruitment.onboarding.task_words import title_of
from recruitment.shared.refusals import Refusal

RELATED = ["application__worker__user", "application__opening", "entry_stay__site", "clearance"]
TO_PREPARE = {*BEFORE_TRAVEL, Code.PAPERS, Code.CONSENT, Code.CONTRACT}


@permission("onboarding.accept")
@never_cache
def cohort(request, pk, year, month, day):
    """GET: the list, to read and to print. POST: closed, or with `reopen` open again."""
    factory, arrives_on = get_object_or_404(Factory.objects.visible_to(request.user), pk=pk), _day(year, month, day)
    if request.method == "POST":
        return _change(request, factory, arrives_on)
    closed = Cohort.objects.closed().filter(factory=factory, arrives_on=arrives_on).select_related("closed_by").first()
    found = list(coming(factory, arrives_on).select_related(*RELATED))
    if not found and not closed:
        raise Http404
    people = _people(found)
    log_readings(of=[acceptance.application.worker for acceptance in found], what="onboarding_tasks", why="cohort", by=request.user)
    context = {
        "factory": factory,
        "arrives_on": arrives_on,
        "closed": closed,
        "people": people,
        "not_ready": sum(bool(person["lacks"]) for person in people),
        "without_test": sum(person["lacks_test"] for person in people),
        "differences": differences(closed, found) if closed else None,
        "is_over": arrives_on < timezone.localdate(),
    }
    return render(request, "onboarding/cohort.html", context)


def _change(request, factory: Factory, arrives_on: dt.date):
    act, done = (reopen_cohort, _("Đã mở lại danh sách.")) if "reopen" in request.POST else (close_cohort, _("Đã chốt danh sách."))
    try:
        act(factory=factory, arrives_on=arrives_on, by=request.user, on=timezone.localdate())
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
        return redirect("onboarding:arrivals")
    messages.success(request, done)
    return redirect("onboarding:cohort", factory.pk, arrives_on.year, arrives_on.month, arrives_on.day)


def _people(found: list[Acceptance]) -> list[dict]:
    known = situations(found, on=timezone.localdate())
    people = []
    for acceptance in found:
        situation = known[acceptance.pk]
        lacking = [task for task in tasks_of(situation) if not task.is_done and task.code in TO_PREPARE]
        lacks_test = any(task.code == Code.TEST_BEFORE for task in lacking)
        lacks = [title_of(task, situation) for task in lacking]
        people.append({"acceptance": acceptance, "ride": situation.ride.value, "lacks": lacks, "lacks_test": lacks_test})
    return people


def _day(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise Http404 from error
