"""People for an opening: who fits, why, what stands in the way, and which beds there are."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.applications.services.choosing import MOST_INVITED_AT_ONCE, contacts_left
from recruitment.openings.models import Opening
from recruitment.quarantine.services.cover import cover
from recruitment.workers.models import Worker
from search.beds import NearBeds, beds_near
from search.forms import CandidateSearchForm
from search.models import SavedSearch
from search.queries.candidates import find_candidates
from search.queries.results import FoundRow, pages_of


@dataclass(frozen=True)
class Shown:
    """A person on the list: the hit, the first day of work if it is known, and the beds near the factory on that night."""

    hit: FoundRow[Worker]
    ready_on: dt.date | None
    beds: NearBeds | None


@permission("candidates.search")
def candidates(request, pk):
    """People for one opening, ranked; names and phones stay hidden."""
    today, wanted = timezone.localdate(), _own_opening(request, pk)
    form = CandidateSearchForm(request.GET or None)
    applied = frozenset(Application.objects.open().filter(opening=wanted).values_list("worker", flat=True))
    found = find_candidates(wanted, form.parameters(applied), user=request.user, on=today)
    context = {
        "opening": wanted,
        "form": form,
        "found": found,
        "people": _with_beds(found.rows, wanted, on=today),
        "page": pages_of(found),
        "cover": cover(wanted.factory, on=today),
        "left": contacts_left(enterprise=wanted.factory.enterprise_id, on=today),
        "at_once": MOST_INVITED_AT_ONCE,
        "watch": SavedSearch.objects.visible_to(request.user).lasting().filter(opening=wanted).order_by("muted_at", "-pk").first(),
    }
    return render(request, "search/candidates.html", context)


@permission("candidates.search")
def matching_count(request, pk):
    """One sentence for the last step of posting: how many people fit already."""
    found = find_candidates(_own_opening(request, pk), CandidateSearchForm().parameters(frozenset()), user=request.user, on=timezone.localdate())
    return HttpResponse("" if found.unavailable else _("Hiện có %(count)d người phù hợp.") % {"count": found.total})


def _with_beds(rows, opening: Opening, *, on: dt.date) -> list[Shown]:
    """Beds are counted for everybody alike: whether somebody needs one is not said before there is an application."""
    ready = {hit.row.pk: _ready_on(hit) for hit in rows}
    nights = {pk: max(day, on) for pk, day in ready.items() if day is not None}
    near = beds_near([opening.factory.zone], nights.values(), on=on)
    return [Shown(hit, nights.get(hit.row.pk), near.get((opening.factory.zone_id, nights.get(hit.row.pk)))) for hit in rows]


def _ready_on(hit: FoundRow[Worker]) -> dt.date | None:
    return next((note.values["ready_on"] for note in (*hit.match.reasons, *hit.match.blockers) if note.rule == "ready"), None)


def _own_opening(request, pk) -> Opening:
    return get_object_or_404(Opening.objects.owned_by(request.user).select_related("factory__zone", "occupation"), pk=pk)
