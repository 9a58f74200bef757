"""Openings chosen for the person who looks."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from recruitment.accounts.permissions import permission
from search.neglect import weeks_of_neglect
from search.recommendations import recommendations


@permission("applications.follow_own")
@never_cache
@require_safe
def recommended(request):
    found = recommendations(request.user.worker, user=request.user, on=timezone.localdate())
    return render(request, "search/recommended.html", {"found": found})


@permission("labour_market.read")
@require_safe
def neglected(request):
    """What came of showing the openings that hardly anybody applies to, week by week."""
    return render(request, "search/neglected.html", {"weeks": weeks_of_neglect()})
