"""Openings for a person: by words, filters, and how well they fit."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query

from recruitment.occupations.models import Occupation
from recruitment.openings.models import Opening, OpeningQuerySet
from recruitment.places.models import IndustrialZone
from recruitment.workers.models import Shift
from search.engines import engine
from search.engines.contract import IndexUnavailable
from search.projections import opening_facts, related_occupations
from search.queries.facets import Facet, FacetValue, counts, with_facets
from search.queries.matching import any_of, either, missing, openings_for
from search.queries.results import PAGE_SIZE, Found, FoundRow, Understood, bounded, load
from search.queries.words import words_query
from search.scoring import CandidateFacts, score

RELEVANCE, MATCH, NEWEST, WAGE, SOONEST = "relevance", "match", "newest", "wage", "soonest"
ORDERS: Mapping[str, list] = {
    RELEVANCE: ["_score", {"pk": "desc"}],
    MATCH: ["_score", {"pk": "desc"}],
    NEWEST: [{"published_at": "desc"}, {"pk": "desc"}],
    WAGE: [{"wage_top": "desc"}, {"pk": "desc"}],
    SOONEST: [{"starts_on": "asc"}, {"pk": "desc"}],
}
WAGE_STEPS = [6_000_000, 7_000_000, 8_000_000, 9_000_000, 10_000_000, 12_000_000, 15_000_000]  # đồng a month, counted as facets
START_STEPS = [0, 7, 14, 30]  # days from today, counted as facets
HIGHEST_WAGE = 10**9


@dataclass(frozen=True, kw_only=True)
class OpeningParameters:
    """What the address asks for. Zones and occupations are primary keys; `wage_from` is đồng a month; `start_by` a day the work has begun on.

    An order that can't be had (a match without a person, relevance without words) becomes the nearest that can.
    """

    q: str = ""
    zones: tuple[int, ...] = ()
    shifts: tuple[str, ...] = ()
    occupations: tuple[int, ...] = ()
    wage_from: int | None = None
    dormitory: bool = False
    start_by: dt.date | None = None
    sort: str = ""
    page: int = 1
    candidate: CandidateFacts | None = None


def find_openings(parameters: OpeningParameters, *, user, on: dt.date) -> Found[Opening]:
    """One page of openings that take applications on `on`, as `user` may see them.

    When the index can't be asked, the newest openings from the database, with `unavailable` set.
    """
    try:
        return _found(parameters, user=user, on=on)
    except IndexUnavailable:
        return _newest(parameters, user=user, on=on)


@dataclass(frozen=True)
class PreparedSearch:
    """What is asked of the index, and what is needed to read its answer."""

    search: Search
    facets: list[Facet]
    sort: str
    understood: Understood


def openings_search(parameters: OpeningParameters, *, on: dt.date) -> PreparedSearch:
    """The search for these parameters. IndexUnavailable if words must be looked up in its vocabulary and can't be."""
    words, understood = words_query(parameters.q)
    sort = sort_of(parameters, has_words=words is not None)
    conditions = [Q("range", places_left={"gte": 1}), either(Q("range", closes_on={"gte": on}), missing("closes_on"))]
    if words is not None and sort == RELEVANCE:
        query = Q("bool", must=[words], filter=conditions)
    else:
        clauses = openings_for(parameters.candidate, related=related_occupations(), on=on) if sort == MATCH else []
        query = Q("bool", filter=conditions + ([words] if words is not None else []), should=clauses)
    facets = facets_of(parameters, on=on)
    search = with_facets(Search().query(query), facets).sort(*ORDERS[sort])
    start = (bounded(parameters.page) - 1) * PAGE_SIZE
    paged = search.extra(**{"from": start, "size": PAGE_SIZE, "track_total_hits": True})
    return PreparedSearch(paged, facets, sort, understood)


def sort_of(parameters: OpeningParameters, *, has_words: bool) -> str:
    possible = {RELEVANCE: has_words, MATCH: parameters.candidate is not None, NEWEST: True, WAGE: True, SOONEST: True}
    if possible.get(parameters.sort):
        return parameters.sort
    return next(order for order in (RELEVANCE, MATCH, NEWEST) if possible[order])


def facets_of(parameters: OpeningParameters, *, on: dt.date) -> list[Facet]:
    return [
        Facet("zones", any_of("zone", parameters.zones) if parameters.zones else None, field="zone"),
        Facet("shifts", any_of("shift", parameters.shifts) if parameters.shifts else None, field="shift"),
        Facet("occupations", any_of("occupation", parameters.occupations) if parameters.occupations else None, field="occupation"),
        Facet(
            "wage_from",
            pays(parameters.wage_from) if parameters.wage_from else None,
            conditions={str(step): pays(step) for step in wage_steps(parameters)},
        ),
        Facet("dormitory", Q("term", has_dormitory=True) if parameters.dormitory else None, conditions={"yes": Q("term", has_dormitory=True)}),
        Facet(
            "start_by",
            begun_by(parameters.start_by) if parameters.start_by else None,
            conditions={day.isoformat(): begun_by(day) for day in start_steps(parameters, on=on)},
        ),
    ]


def pays(wage: int) -> Query:
    """The top of the range reaches it, or is not stated: people complained of lists that hid the latter."""
    return either(Q("range", wage_top={"gte": min(wage, HIGHEST_WAGE)}), missing("wage_top"))


def begun_by(day: dt.date) -> Query:
    return Q("range", starts_on={"lte": day})


def wage_steps(parameters: OpeningParameters) -> list[int]:
    return sorted({*WAGE_STEPS, *([parameters.wage_from] if parameters.wage_from else [])})


def start_steps(parameters: OpeningParameters, *, on: dt.date) -> list[dt.date]:
    return sorted({*(on + dt.timedelta(days=days) for days in START_STEPS), *([parameters.start_by] if parameters.start_by else [])})


def _found(parameters: OpeningParameters, *, user, on: dt.date) -> Found[Opening]:
    prepared = openings_search(parameters, on=on)
    answer = engine().search("opening", prepared.search)
    rows, refused = load(answer.hits, listed(user=user, on=on))
    facts = opening_facts(list(rows), on=on) if parameters.candidate is not None else {}
    return Found(
        rows=[
            FoundRow(rows[hit.document], hit.score, score(facts[hit.document], parameters.candidate) if facts else None)
            for hit in answer.hits
            if hit.document in rows
        ],
        total=answer.total,
        page=bounded(parameters.page),
        facets=_labelled(counts(answer, prepared.facets), parameters, on=on),
        sort=prepared.sort,
        refused=refused,
        understood=prepared.understood,
    )


def _newest(parameters: OpeningParameters, *, user, on: dt.date) -> Found[Opening]:
    rows = listed(user=user, on=on).order_by("-published_at", "-pk")
    page = bounded(parameters.page)
    shown = list(rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    facts = opening_facts([row.pk for row in shown], on=on) if parameters.candidate is not None else {}
    found = [FoundRow(row, None, score(facts[row.pk], parameters.candidate) if facts else None) for row in shown]
    return Found(rows=found, total=rows.count(), page=page, facets={}, sort=NEWEST, unavailable=True)


def listed(*, user, on: dt.date) -> OpeningQuerySet:
    """The openings a list may show, with what a card needs."""
    return Opening.objects.visible_to(user).open_on(on).select_related("occupation", "factory__zone", "factory__enterprise")


def _labelled(counted: Mapping[str, Mapping], parameters: OpeningParameters, *, on: dt.date) -> dict[str, list[FacetValue]]:
    """Every value that can be chosen with its count: zones and shifts at 0 too, occupations when there is something to find."""
    zones = {zone.pk: str(zone) for zone in IndustrialZone.objects.order_by("name", "pk")}
    wanted = {*counted["occupations"], *parameters.occupations}
    occupations = {occupation.pk: str(occupation) for occupation in Occupation.objects.filter(pk__in=wanted).order_by("name", "pk")}
    return {
        "zones": [_value(pk, label, counted["zones"], pk in parameters.zones) for pk, label in zones.items()],
        "shifts": [_value(shift.value, shift.label, counted["shifts"], shift.value in parameters.shifts) for shift in Shift],
        "occupations": [_value(pk, label, counted["occupations"], pk in parameters.occupations) for pk, label in occupations.items()],
        "wage_from": [FacetValue(step, str(step), counted["wage_from"][str(step)], step == parameters.wage_from) for step in wage_steps(parameters)],
        "dormitory": [FacetValue(True, "", counted["dormitory"]["yes"], parameters.dormitory)],
        "start_by": [
            FacetValue(day, day.isoformat(), counted["start_by"][day.isoformat()], day == parameters.start_by)
            for day in start_steps(parameters, on=on)
        ],
    }


def _value(value, label: str, counted: Mapping, chosen: bool) -> FacetValue:
    return FacetValue(value, str(label), counted.get(value, 0), chosen)
