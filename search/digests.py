"""What a digest tells: per saved search the new hits that its owner may still see, in words without anything medical."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from recruitment.accounts.models import User
from recruitment.applications.models import Application
from recruitment.openings.models import Opening
from recruitment.shared.templatetags.display import day
from recruitment.workers.models import Worker
from search.beds import first_night_with_a_bed
from search.models import AlertItem, SavedSearch
from search.projections import candidate_facts
from search.queries.candidates import listed as listed_people
from search.queries.openings import listed as listed_openings
from search.saved_searches import describe, stop_token

NAMED = 2  # openings of one search, and searches, that a message names
LOOKED_AHEAD = 30  # days, for a free bed
LONGEST_TITLE, LONGEST_LABEL = 40, 60


@dataclass(frozen=True)
class News:
    """What one saved search newly found. `items` are the ledger's rows; `rows` the openings or people, who stay nameless."""

    search: SavedSearch
    items: Sequence[int]
    rows: Sequence[Opening | Worker]


def news_for(person: User, *, on: dt.date) -> list[News]:
    """What waits to be told and can still be seen: whatever closed, was applied to or went into hiding meanwhile stays untold."""
    searches = {row.pk: row for row in SavedSearch.objects.active(on).visible_to(person).select_related("opening__factory__zone").order_by("pk")}
    waiting: dict[int, dict[int, int]] = defaultdict(dict)
    for pk, search, document in AlertItem.objects.waiting().filter(search__in=searches).order_by("pk").values_list("pk", "search", "document"):
        waiting[search][document] = pk
    news = [(searches[search], items, visible(searches[search], items, on=on)) for search, items in sorted(waiting.items())]
    return [News(search, [items[row.pk] for row in rows], rows) for search, items, rows in news if rows]


def visible(search: SavedSearch, documents, *, on: dt.date) -> list[Opening | Worker]:
    """Of these documents' rows those that the search's owner may see today, the newest first."""
    owner, pks = search.owner, list(documents)
    if search.kind == SavedSearch.Kind.OPENING:
        applied = Application.objects.open().filter(worker__user=owner).values("opening")
        return list(listed_openings(user=owner, on=on).filter(pk__in=pks).exclude(pk__in=applied).order_by("-published_at", "-pk"))
    if not Opening.objects.owned_by(owner).open_on(on).filter(pk=search.opening_id).exists():
        return []
    applied = Application.objects.open().filter(opening=search.opening_id).values("worker")
    return list(listed_people(user=owner).filter(pk__in=pks).exclude(pk__in=applied).order_by("-changed_at", "-pk"))


def digest_text(person: User, news: Sequence[News]) -> str:
    """In the person's language, short enough for a few SMS; with the link that stops it without signing in."""
    with override(person.language):
        parts = [_sentence(one) for one in news[:NAMED]]
        if (left := len(news) - NAMED) > 0:
            parts.append(ngettext("Và %(count)d tìm kiếm khác có tin mới.", "Và %(count)d tìm kiếm khác có tin mới.", left) % {"count": left})
        links = {"page": f"{settings.SITE_ADDRESS}{reverse('search:my_searches')}", "stop": stop_address(person)}
        return " ".join([*parts, _("Xem: %(page)s Dừng nhận: %(stop)s") % links])


def stop_address(person: User) -> str:
    return settings.SITE_ADDRESS + reverse("search:stop_alerts", args=[stop_token(person)])


def _sentence(news: News) -> str:
    if news.search.kind == SavedSearch.Kind.OPENING:
        titles = ", ".join(_shortened(row.title, LONGEST_TITLE) for row in news.rows[:NAMED])
        facts = {"count": len(news.rows), "search": _shortened(describe(news.search), LONGEST_LABEL), "titles": titles}
        return (
            ngettext("%(count)d việc mới cho “%(search)s”: %(titles)s.", "%(count)d việc mới cho “%(search)s”: %(titles)s.", len(news.rows)) % facts
        )
    return " ".join([_people(news), *_bed(news)])


def _people(news: News) -> str:
    """How many, for which opening, and from when: never who, never why only now."""
    known = candidate_facts([row.pk for row in news.rows])
    days = [facts.ready_on for facts in known.values() if facts.ready_on]
    first = max(min(days), timezone.localdate()) if days else None
    facts = {"count": len(news.rows), "title": _shortened(news.search.opening.title, LONGEST_TITLE), "day": day(first)}
    return (
        ngettext(
            "%(count)d người vừa phù hợp với tin “%(title)s”, vào làm được từ %(day)s.",
            "%(count)d người vừa phù hợp với tin “%(title)s”, vào làm được từ %(day)s.",
            len(news.rows),
        )
        % facts
    )


def _bed(news: News) -> list[str]:
    night = first_night_with_a_bed(news.search.opening.factory.zone, on=timezone.localdate(), days=LOOKED_AHEAD)
    return [_("Gần nhà máy còn giường cách ly từ đêm %(night)s.") % {"night": day(night)}] if night else []


def _shortened(words: str, longest: int) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"
