"""Who could take over the shift of people that an outbreak keeps away: own people, applicants, and people who fit."""

import datetime as dt

from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from recruitment.accounts.permissions import permission
from recruitment.applications.models import Application
from recruitment.applications.services.choosing import MOST_INVITED_AT_ONCE, contacts_left
from recruitment.onboarding.models import Replacement
from recruitment.onboarding.replacement_forms import ShiftForm
from recruitment.onboarding.services.replacements import Proposal, propose
from recruitment.openings.models import Opening
from recruitment.quarantine.models import Outbreak
from recruitment.workers.models import Worker
from search.queries.candidates import find_ready
from search.queries.results import Found

NOBODY: Found[Worker] = Found(rows=[], total=0, page=1, facets={}, sort="match")


@permission("outbreaks.replace")
def replacements(request, pk):
    """As many people as are missing, ticked beforehand; what is still lacking is named, with the ways out. No name of who is away."""
    today = timezone.localdate()
    rows = Outbreak.objects.visible_to(request.user).select_related("factory__zone", "factory__enterprise", "locked_line", "locked_workshop")
    outbreak = get_object_or_404(rows, pk=pk)
    asked = ShiftForm(request.GET or None, openings=Opening.objects.open_on(today).filter(factory=outbreak.factory_id).order_by("title", "pk"))
    chosen = asked.cleaned_data if asked.is_bound and asked.is_valid() else {}
    proposal = propose(outbreak=outbreak, needed=chosen.get("needed"), day=chosen.get("day") or today + dt.timedelta(days=1), on=today)
    opening = chosen.get("opening") or (proposal.openings[0] if proposal.openings else None)
    found = _people_who_fit(request, outbreak, opening, proposal, today)
    context = {
        "outbreak": outbreak,
        "proposal": proposal,
        "form": asked.shown(proposal, opening),
        "opening": opening,
        "found": found,
        "lacking": max(0, proposal.from_outside - len(found.rows)),
        "sent": Replacement.objects.filter(outbreak=outbreak).select_related("worker__user", "application", "line__workshop"),
    }
    return render(request, "search/replacements.html", context)


def _people_who_fit(request, outbreak: Outbreak, opening: Opening | None, proposal: Proposal, today: dt.date) -> Found[Worker]:
    """Only as many as one may invite, and nobody who applied there or met a case."""
    most = min(proposal.from_outside, MOST_INVITED_AT_ONCE, contacts_left(enterprise=outbreak.factory.enterprise_id, on=today))
    if opening is None or most <= 0:
        return NOBODY
    applied = Application.objects.open().filter(opening=opening).values_list("worker", flat=True)
    without = frozenset(applied) | frozenset(outbreak.people.values_list("worker", flat=True))
    return find_ready(opening, by=proposal.day, without=without, most=most, user=request.user, on=today)
