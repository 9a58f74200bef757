"""Saving a search from the list it finds, the list of what is saved, and stopping: signed in, or through the link of a message."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from recruitment.accounts.permissions import permission
from recruitment.openings.models import Opening
from recruitment.shared.refusals import Refusal
from search import saved_searches
from search.chips import chips
from search.digests import visible
from search.engines.contract import IndexUnavailable
from search.forms import OpeningSearchForm
from search.models import AlertItem, SavedSearch
from search.queries.openings import find_openings
from search.saved_searches import Kind, describe, owner_of_token, save_candidate_search, save_opening_search

PER_PAGE = 20
REFUSED = 422


@permission("alerts.save_opening_search")
def save_search(request):
    """The list's own address as a question: be told of what this finds from now on?"""
    form, today = OpeningSearchForm(request.GET), timezone.localdate()
    status, problem = 200, ""
    if request.method == "POST":
        try:
            save_opening_search(address=request.GET, by=request.user, on=today)
            messages.success(request, _("Đã lưu. Khi có việc mới khớp, bạn nhận một tin mỗi sáng."))
            return redirect("search:my_searches")
        except Refusal as refusal:
            status, problem = REFUSED, refusal.for_people()
        except IndexUnavailable:
            status, problem = 503, _("Tìm kiếm đang tạm nghỉ nên chưa lưu được. Hãy thử lại sau ít phút.")
    query, parameters = saved_searches.canonical_query(form), form.parameters(None)
    found = find_openings(parameters, user=request.user, on=today)
    context = {
        "conditions": [chip.label for chip in chips(form, parameters, found.understood.reading)] or saved_searches.conditions_in_words(form),
        "query": query,
        "found": found,
        "saved": SavedSearch.objects.visible_to(request.user).lasting().filter(kind=Kind.OPENING, query=query).first(),
        "until": today + saved_searches.LASTS,
        "problem": problem,
    }
    return render(request, "search/save_search.html", context, status=status)


@permission("alerts.manage_own")
@never_cache
def my_searches(request):
    """What the person is told of, and what has ended and why."""
    rows = list(SavedSearch.objects.visible_to(request.user).select_related("opening").defer("known", "condition"))
    found = _latest_items(rows)
    shown = [{"search": row, "label": describe(row), "address": _list_address(row), "items": found.get(row.pk, 0)} for row in rows]
    context = {
        "lasting": [one for one in shown if one["search"].ended_at is None],
        "ended": [one for one in shown if one["search"].ended_at is not None][:PER_PAGE],
    }
    return render(request, "search/my_searches.html", context)


@permission("alerts.manage_own")
@never_cache
def news(request, pk):
    """The openings that a saved search found since it was saved; people are shown in the recruiter's own list."""
    search = get_object_or_404(SavedSearch.objects.visible_to(request.user).select_related("owner"), pk=pk)
    if search.kind == Kind.CANDIDATE:
        return redirect(_list_address(search))
    documents = list(search.items.order_by("-found_at", "-pk").values_list("document", flat=True))
    page = Paginator(visible(search, documents, on=timezone.localdate()), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "search/news.html", {"search": search, "label": describe(search), "page": page, "address": _list_address(search)})


@permission("alerts.manage_own")
@require_POST
def stop_search(request, pk):
    search = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    saved_searches.stop(search=search, by=request.user, on=timezone.localdate())
    messages.success(request, _("Đã dừng báo tin cho tìm kiếm này."))
    return redirect("search:my_searches")


@permission("alerts.stop_by_link")
@never_cache
def stop_alerts(request, token):
    """From a message, without signing in: asks first, since programs that look through messages follow links too."""
    owner = owner_of_token(token)
    if owner is None:
        raise Http404
    if request.method == "POST":
        saved_searches.stop_all(owner=owner, by=None, on=timezone.localdate())
    left = SavedSearch.objects.visible_to(owner).lasting().count()
    return render(request, "search/stop_alerts.html", {"count": left, "stopped": request.method == "POST"})


@permission("candidates.search")
@require_POST
def watch_candidates(request, pk):
    """Be told of new people for this opening, or (`mute`) not for now."""
    opening = get_object_or_404(Opening.objects.owned_by(request.user), pk=pk)
    back = redirect(f"{reverse('search:candidates', args=[pk])}?{request.GET.urlencode()}")
    if "mute" in request.POST:
        for search in SavedSearch.objects.visible_to(request.user).lasting().filter(opening=opening):
            saved_searches.mute(search=search, by=request.user)
        messages.success(request, _("Đã tắt báo người mới cho tin này."))
        return back
    try:
        save_candidate_search(opening=opening, address=request.GET, by=request.user, on=timezone.localdate())
        messages.success(request, _("Sẽ báo mỗi sáng khi có người mới phù hợp hoặc vừa đủ điều kiện."))
    except Refusal as refusal:
        messages.error(request, refusal.for_people())
    except IndexUnavailable:
        messages.error(request, _("Tìm kiếm đang tạm nghỉ nên chưa lưu được. Hãy thử lại sau ít phút."))
    return back


def _latest_items(searches: list[SavedSearch]) -> dict[int, int]:
    """How many documents each search has found since it was saved."""
    counts: dict[int, int] = {}
    for search in AlertItem.objects.filter(search__in=searches).order_by("search").values_list("search", flat=True):
        counts[search] = counts.get(search, 0) + 1
    return counts


def _list_address(search: SavedSearch) -> str:
    path = reverse("search:openings") if search.kind == Kind.OPENING else reverse("search:candidates", args=[search.opening_id])
    return f"{path}?{search.query}" if search.query else path
