"""Openings: the list that ranks by relevance, and one of them."""

from collections.abc import Sequence

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.health.services.estimates import start_estimate
from recruitment.openings.income import estimate_income
from recruitment.openings.models import Opening
from recruitment.shared.templatetags.display import millions
from recruitment.workers.models import Shift
from search import addresses
from search.chips import Chip, chips
from search.documents import BY_SHUTTLE
from search.engines.contract import IndexUnavailable
from search.forms import OpeningSearchForm
from search.lexicon import FILLER
from search.own_match import explained
from search.projections import candidate_facts
from search.queries.openings import OpeningParameters, find_openings, totals, words_of
from search.queries.results import Found, pages_of
from search.queries.suggestions import suggestions
from search.reading import WORD
from search.recommendations import similar_openings

QUICK_WAGE = 8_000_000  # đồng a month
SUGGESTIONS_KEPT_SECONDS = 60


@permission("openings.read")
def openings(request):
    today = timezone.localdate()
    form = OpeningSearchForm(request.GET)
    parameters = form.parameters(_own_facts(request.user))
    found = find_openings(parameters, user=request.user, on=today)
    said = chips(form, parameters, found.understood.reading)
    context = {
        "form": form,
        "found": found,
        "page": pages_of(found),
        "beyond": parameters.page if parameters.page > max(found.pages, 1) else None,
        "parameters": parameters,
        "address": form.data,
        "chips": [chip for chip in said if chip.kind],
        "exactly": _exactly(form, found) if parameters.q and not parameters.exact else "",
        "ways_out": {} if found.total or found.unavailable else _ways_out(said, parameters, on=today),
        "quick": [] if found.unavailable else _quick(form, found),
    }
    return render(request, "search/openings.html", context)


@permission("openings.read")
def suggested(request):
    """Options for the search box while somebody types; the page works without them."""
    try:
        options = suggestions(request.GET.get("q", ""), on=timezone.localdate())
    except IndexUnavailable:
        options = []
    response = render(request, "search/suggestions.html", {"options": options})
    patch_cache_control(response, private=True, max_age=SUGGESTIONS_KEPT_SECONDS)
    return response


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
        "similar": [] if takes_people else similar_openings(shown, user=request.user, on=today),
        "own_match": explained(shown, worker, on=today) if worker and takes_people else None,
        "back": request.GET.urlencode(),
    }
    return render(request, "search/opening.html", context)


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


def _own_facts(user):
    """What matching knows of the person who looks, or None."""
    worker = getattr(user, "worker", None) if user.is_authenticated else None
    return candidate_facts([worker.pk]).get(worker.pk) if worker else None


def _exactly(form: OpeningSearchForm, found: Found) -> str:
    """The address that takes the words as they stand, when they were taken otherwise."""
    reading = found.understood.reading
    if not (reading.corrected or found.understood.relaxed or any(part.kind not in (WORD, FILLER) for part in reading.parts)):
        return ""
    changed = form.data.copy()
    changed["exact"] = "on"
    return addresses.link(changed)


def _ways_out(said: Sequence[Chip], parameters: OpeningParameters, *, on) -> dict[str, list[tuple[str, str, int]]]:
    """For an empty list: what dropping each condition or word gains, or else what each alone finds; counted in one request.

    Label, address and number of openings, most first.
    """
    variants = {f"without {place}": chip.without for place, chip in enumerate(said)} | {
        f"alone {place}": chip.alone for place, chip in enumerate(said)
    }
    try:
        counted = totals({name: variant.parameters for name, variant in variants.items()}, words_of(parameters, on=on), on=on)
    except IndexUnavailable:
        return {}
    ways = {
        way: [(chip.label, variants[f"{way} {place}"].query, counted[f"{way} {place}"]) for place, chip in enumerate(said)]
        for way in ("without", "alone")
    }
    found = {way: sorted((entry for entry in entries if entry[2]), key=lambda entry: -entry[2]) for way, entries in ways.items()}
    return {"without": found["without"], "alone": [] if found["without"] or len(said) < 2 else found["alone"]}


def _quick(form: OpeningSearchForm, found: Found) -> list[tuple[str, str, int]]:
    """The conditions that people ask for most, one tap away: label, address with it, how many it would leave."""
    wanted = [
        ("dormitory", True, "on", _("có ký túc xá")),
        ("shifts", Shift.DAY.value, Shift.DAY.value, str(Shift.DAY.label)),
        ("wage_from", QUICK_WAGE, str(QUICK_WAGE), _("từ %(wage)s") % {"wage": millions(QUICK_WAGE)}),
        ("commute", BY_SHUTTLE, BY_SHUTTLE, _("có xe đưa đón")),
    ]
    offered = []
    for name, value, written, label in wanted:
        values = found.facets[name]
        count = next((one.count for one in values if one.value == value), 0)
        if count and not any(one.chosen or one.said for one in values) and count < found.total:
            changed = form.data.copy()
            changed[name] = written
            offered.append((label, addresses.link(changed), count))
    return offered
