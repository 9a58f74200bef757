"""Openings for one person, by score less price: what fits, without sending everybody to the same few.

The list is the person's feasible list (see feasible.py), put in order by the prices of the last refresh (pricing.py). Until there is a
price, people who applied already lower an opening. Nobody is shown anything further below his or her own best than the bound.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db.models import Case, Count, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from recruitment.applications.models import Application
from recruitment.openings.models import Opening
from recruitment.workers.models import Worker
from search.beds import NearBeds, beds_near
from search.feasible import Layout, OpeningArrays, PeopleArrays, feasible_lists
from search.neglect import neglected_now
from search.prices import standing
from search.pricing import Openings, prices_of
from search.projections import candidate_facts, opening_facts, related_occupations
from search.queries.openings import listed
from search.scoring import CandidateFacts, Match, score

RECOMMENDED, SIMILAR, LOOKED_AT = 10, 3, 30
APPLICATIONS_EACH = 3  # how many openings a person applies to: so many applicants per place are no crowd
CROWD_DISCOUNT = 10.0  # points for each time that there are as many applicants as that
EXPOSED = (2, 6)  # positions in a list that an opening hardly anybody applies to may take
BEST, SPREAD, NEGLECTED = "best", "spread", "neglected"
REASONS = {
    BEST: _("Hợp nhất với hồ sơ của bạn"),
    SPREAD: _("Hợp gần như nhau mà ít người chọn hơn"),
    NEGLECTED: _("Còn nhiều chỗ mà ít người nộp hồ sơ"),
}


@dataclass(frozen=True)
class Recommended:
    """An opening, why it fits, and why it stands here: BEST by score, SPREAD away from a crowd, or NEGLECTED by others."""

    row: Opening
    match: Match
    why: str

    @property
    def reason(self) -> str:
        return str(REASONS[self.why])


def recommendations(worker: Worker, *, user, on: dt.date, most: int = RECOMMENDED) -> list[Recommended]:
    """At most `most` openings that this worker has not applied to, as `user` may see them."""
    person = candidate_facts([worker.pk])[worker.pk]
    applied = Application.objects.open().filter(worker=worker).values("opening")
    near = _near_openings(person, on=on).exclude(pk__in=applied).order_by().values("pk")  # a query, not keys: there may be thousands
    facts = opening_facts(near, on=on)
    chosen = choose(worker.pk, person, facts, discounts(near), neglected_now(near, on=on), most=most)
    rows = {row.pk: row for row in listed(user=user, on=on).filter(pk__in=chosen).order_by("pk")}
    return [Recommended(rows[pk], score(facts[pk], person), why) for pk, why in chosen.items() if pk in rows]


def choose(key: int, person: CandidateFacts, facts: Mapping, prices: Mapping[int, float], neglected: frozenset[int], *, most: int) -> dict[int, str]:
    """The openings to show, the first first, each with why it stands there."""
    layout = Layout.of(facts.values())
    people = PeopleArrays.of({key: person}, layout, related_occupations())
    lists = feasible_lists(people, OpeningArrays.of(facts, layout), bound=settings.RECOMMENDATION_BOUND)
    pks = np.array(list(facts), np.int64)[lists.openings]
    costs = np.array([prices.get(pk, 0.0) for pk in pks.tolist()])
    order = pks[np.argsort(-standing(lists.scores, costs, np.full(len(pks), key), pks), kind="stable")].tolist()
    best = set(pks[np.argsort(-lists.scores, kind="stable")][:most].tolist())
    shown = expose(order, neglected, most=most)
    return {pk: NEGLECTED if pk in neglected and pk not in order[:most] else BEST if pk in best else SPREAD for pk in shown}


def expose(order: Sequence[int], neglected: frozenset[int], *, most: int) -> list[int]:
    """The first of the order, with a few of the neglected further down lifted to fixed positions: never to the top, never many."""
    shown = list(order[:most])
    lifted = [pk for pk in order[most:] if pk in neglected]
    for position, pk in zip((place for place in EXPOSED if place < most), lifted, strict=False):
        shown.insert(position, pk)
    return shown[:most]


def discounts(openings: Openings) -> dict[int, float]:
    """Each opening's price, or before it has one, what its applicants per place say."""
    prices = prices_of(openings, now=timezone.now())
    waiting = Count("applications", filter=Q(applications__status__in=Application.PIPELINE_STATUSES))
    rows = Opening.objects.filter(pk__in=openings).exclude(pk__in=prices).with_places_left().annotate(waiting=waiting)
    crowds = {
        pk: CROWD_DISCOUNT * people / (APPLICATIONS_EACH * max(1, places))
        for pk, people, places in rows.order_by("pk").values_list("pk", "waiting", "places_left")
    }
    return crowds | prices


def similar_openings(opening: Opening, *, user, on: dt.date, most: int = SIMILAR) -> list[tuple[Opening, NearBeds]]:
    """Others of the same or a near occupation that take people, the nearest in kind and place first, with the quarantine beds near them.

    Openings with a free bed near come before those without.
    """
    here = Q(factory__zone=opening.factory.zone_id)
    own, near = Q(occupation=opening.occupation_id), related_occupations().get(opening.occupation_id, frozenset())
    nearness = Case(When(own & here, then=0), When(own, then=1), When(here, then=2), default=3)
    rows = listed(user=user, on=on).filter(own | Q(occupation__in=near)).exclude(pk=opening.pk)
    rows = list(rows.annotate(nearness=nearness).order_by("nearness", "-published_at", "-pk")[:LOOKED_AT])
    beds = beds_near([row.factory.zone for row in rows], [max(row.starts_on, on) for row in rows], on=on)
    found = [(row, beds[row.factory.zone_id, max(row.starts_on, on)]) for row in rows]
    return sorted(found, key=lambda pair: pair[1].beds == 0)[:most]


def _near_openings(person: CandidateFacts, *, on: dt.date):
    related = related_occupations()
    near = frozenset().union(*(related.get(occupation, frozenset()) for occupation in person.experience))
    return Opening.objects.open_on(on).filter(occupation__in=near | person.experience.keys())
