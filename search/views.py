"""Pages that rank by relevance: openings for people, people for an opening."""

from dataclasses import replace

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.health.services.estimates import start_estimate
from recruitment.openings.income import estimate_income
from recruitment.openings.models import Opening
from search.forms import CandidateSearchForm, OpeningSearchForm
from search.projections import candidate_facts
from search.queries.candidates import find_candidates
from search.queries.openings import OpeningParameters, find_openings
from search.queries.results import PAGE_SIZE, Found

SIMILAR = 3
RELAXABLE = ["q", "zones", "shifts", "occupations", "wage_from", "dormitory", "start_by"]


@permission("openings.read")
def openings(request):
    today = timezone.localdate()
    form = OpeningSearchForm(request.GET or None)
    parameters = form.parameters(_own_facts(request.user))
    found = find_openings(parameters, user=request.user, on=today)
    context = {
        "form": form,
        "found": found,
        "page": _pages(found),
        "parameters": parameters,
        "relaxed": [] if found.total else _relaxed(request.GET, form, parameters, user=request.user, on=today),
        "filtered": any(getattr(parameters, name) for name in RELAXABLE if name != "q"),
    }
    return render(request, "search/openings.html", context)


@permission("openings.read")
def opening(request, pk):
    """An opening in any public state; one that takes nobody any more says so and shows three that do."""
    today = timezone.localdate()
    shown = get_object_or_404(
        Opening.objects.visible_to(request.user)
        .select_related("factory__enterprise", "factory__zone", "occupation")
        .prefetch_related("shuttle_stops", "skills"),
        pk=pk,
    )
    worker = getattr(request.user, "worker", None) if request.user.is_authenticated else None
    takes_people = Opening.objects.open_on(today).filter(pk=pk).exists()
    context = {
        "opening": shown,
        "takes_people": takes_people,
        "places_left": shown.places(),
        "income": _income(shown),
        "estimate": start_estimate(worker, on=today),
        "application": Application.objects.open().filter(worker=worker, opening=shown).first() if worker else None,
        "similar": [] if takes_people else _similar(shown, user=request.user, on=today),
        "back": request.GET.urlencode(),
    }
    return render(request, "search/opening.html", context)


@permission("candidates.search")
def candidates(request, pk):
    """People for one opening, ranked; names and phones stay hidden."""
    wanted = _own_opening(request, pk)
    form = CandidateSearchForm(request.GET or None)
    applied = frozenset(Application.objects.open().filter(opening=wanted).values_list("worker", flat=True))
    found = find_candidates(wanted, form.parameters(applied), user=request.user, on=timezone.localdate())
    return render(request, "search/candidates.html", {"opening": wanted, "form": form, "found": found, "page": _pages(found)})


@permission("candidates.search")
def matching_count(request, pk):
    """One sentence for the last step of posting: how many people fit already."""
    found = find_candidates(_own_opening(request, pk), CandidateSearchForm().parameters(frozenset()), user=request.user, on=timezone.localdate())
    return HttpResponse("" if found.unavailable else _("Hiện có %(count)d người phù hợp.") % {"count": found.total})


def _income(shown: Opening):
    """The worked example of a month, where the wage is stated in parts."""
    if not shown.base_wage:
        return None
    return estimate_income(
        base_wage=shown.base_wage,
        allowances=shown.allowances,
        overtime_hours_per_week=shown.overtime_hours_per_week,
        shift=shown.shift,
        hours_per_week=shown.hours_per_week,
    )


def _own_opening(request, pk) -> Opening:
    return get_object_or_404(Opening.objects.owned_by(request.user).select_related("factory__zone", "occupation"), pk=pk)


def _own_facts(user):
    """What matching knows of the person who looks, or None."""
    worker = getattr(user, "worker", None) if user.is_authenticated else None
    return candidate_facts([worker.pk]).get(worker.pk) if worker else None


def _pages(found: Found):
    """Page numbers over a list that the index pages by itself."""
    return Paginator(range(found.pages * PAGE_SIZE), PAGE_SIZE).get_page(found.page)


def _relaxed(address, form, parameters: OpeningParameters, *, user, on) -> list[dict]:
    """For an empty list: each condition that can be dropped, what dropping it gains, and the address without it."""
    nothing = OpeningParameters()
    gains = []
    for name in RELAXABLE:
        if getattr(parameters, name) == getattr(nothing, name):
            continue
        total = find_openings(replace(parameters, **{name: getattr(nothing, name)}, page=1), user=user, on=on).total
        if total:
            without = address.copy()
            without.pop(name, None)
            without.pop("page", None)
            gains.append({"label": form.fields[name].label, "total": total, "query": without.urlencode()})
    return sorted(gains, key=lambda gain: -gain["total"])


def _similar(shown: Opening, *, user, on) -> list[Opening]:
    """Open ones of the same occupation, in the same zone first."""
    occupation = (shown.occupation_id,) if shown.occupation_id else ()
    here = OpeningParameters(occupations=occupation, zones=(shown.factory.zone_id,))
    rows = {
        found.row.pk: found.row
        for where in (here, OpeningParameters(occupations=occupation))
        for found in find_openings(where, user=user, on=on).rows
    }
    return [row for pk, row in rows.items() if pk != shown.pk][:SIMILAR]
