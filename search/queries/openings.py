"""Openings for a person: by words, filters, and how well they fit."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Q as DatabaseQ
from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query

from recruitment.occupations.models import Occupation
from recruitment.openings.models import Opening, OpeningQuerySet
from recruitment.places.models import IndustrialZone
from recruitment.workers.models import Shift
from search.documents import BY_DORMITORY, BY_SHUTTLE, RIDES, STOP
from search.engines import engine
from search.engines.contract import Answer, Engine, IndexUnavailable
from search.lexicon import DORMITORY, EXPERIENCE, PLACE, SHIFT, SHUTTLE
from search.outages import note_outage
from search.projections import opening_facts, related_occupations
from search.queries.facets import Facet, FacetValue, counts, with_facets
from search.queries.matching import any_of, either, missing, openings_for
from search.queries.results import PAGE_SIZE, Found, FoundRow, Understood, bounded, load, part_of_list
from search.queries.vocabulary import Vocabulary
from search.queries.words import Words, condition, lexicon, shorter_titles
from search.reading import PAY, START, Reading
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
MOST_STOPS = 12  # listed as facets: the most frequent


@dataclass(frozen=True, kw_only=True)
class OpeningParameters:
    """What the address asks for. Zones and occupations are primary keys; `wage_from` is đồng a month; `start_by` a day the work has begun on.

    `after` is the place in the list where the page before `page` ended (Hit.place), if the address says so.
    `commute` holds BY_DORMITORY, BY_SHUTTLE, RIDES or stops (documents.commute_from): whoever lives in a dormitory has no way to go.
    `exact`: the words as they stand, none understood, corrected or replaced. An order that can't be had (a match without a
    person, relevance without words) becomes the nearest that can.
    """

    q: str = ""
    exact: bool = False
    zones: tuple[int, ...] = ()
    shifts: tuple[str, ...] = ()
    occupations: tuple[int, ...] = ()
    wage_from: int | None = None
    dormitory: bool = False
    commute: tuple[str, ...] = ()
    start_by: dt.date | None = None
    sort: str = ""
    page: int = 1
    after: tuple[int, ...] = ()
    candidate: CandidateFacts | None = None


def find_openings(parameters: OpeningParameters, *, user, on: dt.date) -> Found[Opening]:
    """One page of openings that take applications on `on`, as `user` may see them.

    When the index can't be asked, the newest openings from the database, with `unavailable_since` set.
    """
    try:
        return _found(parameters, user=user, on=on)
    except IndexUnavailable as error:
        return _newest(parameters, user=user, on=on, since=note_outage(error))


@dataclass(frozen=True)
class PreparedSearch:
    """What is asked of the index, and what is needed to read its answer."""

    search: Search
    facets: list[Facet]
    sort: str
    understood: Understood

    @property
    def condition(self) -> Query:
        """The openings it lists, for counting them beside others."""
        body = self.search.to_dict()
        return Q("bool", filter=[Q(body[part]) for part in ("query", "post_filter") if part in body])


def openings_search(parameters: OpeningParameters, *, on: dt.date, words: Words | None = None, relaxed: bool = False) -> PreparedSearch:
    """The search for these parameters. IndexUnavailable if words must be looked up in its vocabulary and can't be."""
    words = words or words_of(parameters, on=on)
    asked = words.query(relaxed=relaxed)
    sort = sort_of(parameters, has_words=asked is not None)
    conditions = [
        Q("range", places_left={"gte": 1}),
        either(Q("range", closes_on={"gte": on}), missing("closes_on")),
        *(either(condition(part), words.title_says(part)) for part in words.reading.of(EXPERIENCE)),
    ]
    if asked is not None and sort == RELEVANCE:
        query = Q("bool", must=[asked], filter=conditions, must_not=words.excluded(), should=shorter_titles())
    else:
        clauses = openings_for(parameters.candidate, related=related_occupations(), on=on) if sort == MATCH else []
        query = Q("bool", filter=conditions + ([asked] if asked is not None else []), should=clauses, must_not=words.excluded())
    facets = facets_of(parameters, words, on=on)
    search = with_facets(Search().query(query), facets).sort(*ORDERS[sort])
    paged = search.extra(**part_of_list(ORDERS[sort], page=parameters.page, after=parameters.after))
    return PreparedSearch(paged, facets, sort, Understood(words.reading, relaxed))


def words_of(parameters: OpeningParameters, *, on: dt.date) -> Words:
    return Words.of(parameters.q, on=on, exactly=parameters.exact)


def totals(variants: Mapping[str, OpeningParameters], words: Words, *, on: dt.date) -> dict[str, int]:
    """How many openings each of these would list, in one request. `words` lends its lexicon and vocabulary. IndexUnavailable."""
    if not variants:
        return {}
    conditions = {}
    for name, parameters in variants.items():
        read = Words.with_(parameters.q, words.lexicon, words.vocabulary, on=on, exactly=parameters.exact)
        conditions[name] = openings_search(replace(parameters, candidate=None), on=on, words=read).condition
    search = Search().sort("pk").extra(size=0, track_total_hits=True)
    search.aggs.bucket("totals", "filters", filters=conditions)
    buckets = engine().search("opening", search).aggregations["totals"]["buckets"]
    return {name: bucket["doc_count"] for name, bucket in buckets.items()}


def sort_of(parameters: OpeningParameters, *, has_words: bool) -> str:
    possible = {RELEVANCE: has_words, MATCH: parameters.candidate is not None, NEWEST: True, WAGE: True, SOONEST: True}
    if possible.get(parameters.sort):
        return parameters.sort
    return next(order for order in (RELEVANCE, MATCH, NEWEST) if possible[order])


def facets_of(parameters: OpeningParameters, words: Words, *, on: dt.date) -> list[Facet]:
    """What was chosen in the form or said in words narrows the list; of a wage or a day, the form's counts."""
    wage, day = wage_of(parameters, words), day_of(parameters, words)
    dormitory = Q("term", has_dormitory=True)
    return [
        Facet("zones", _chosen("zone", parameters.zones, words, PLACE), field="zone"),
        Facet("shifts", _chosen("shift", parameters.shifts, words, SHIFT), field="shift"),
        Facet("occupations", any_of("occupation", parameters.occupations) if parameters.occupations else None, field="occupation"),
        Facet("wage_from", pays(wage) if wage else None, conditions={str(step): pays(step) for step in wage_steps(parameters)}),
        Facet("dormitory", dormitory if parameters.dormitory else _said(words, DORMITORY), conditions={"yes": dormitory}),
        Facet("commute", _chosen("commute", parameters.commute, words, SHUTTLE), field="commute"),
        Facet(
            "start_by",
            begun_by(day) if day else None,
            conditions={day.isoformat(): begun_by(day) for day in start_steps(parameters, on=on)},
        ),
    ]


def _chosen(field: str, values: tuple, words: Words, kind: str) -> Query | None:
    """Any of the values chosen or said, or a title that says so."""
    said = _said(words, kind)
    chosen = any_of(field, values) if values else None
    return either(chosen, said) if chosen and said else chosen or said


def _said(words: Words, kind: str) -> Query | None:
    ways = [way for part in words.reading.of(kind) for way in (condition(part), words.title_says(part))]
    return either(*ways) if ways else None


def wage_of(parameters: OpeningParameters, words: Words) -> int | None:
    return parameters.wage_from or max((part.value for part in words.reading.of(PAY)), default=None)


def day_of(parameters: OpeningParameters, words: Words) -> dt.date | None:
    return parameters.start_by or min((part.value for part in words.reading.of(START)), default=None)


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
    words = words_of(parameters, on=on)
    prepared, answer = ask(engine(), parameters, words, on=on)
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
        facets=_labelled(counts(answer, prepared.facets), parameters, words.reading, on=on),
        sort=prepared.sort,
        ends_at=answer.hits[-1].place if answer.hits else (),
        refused=refused,
        understood=prepared.understood,
    )


def ask(engine: Engine, parameters: OpeningParameters, words: Words, *, on: dt.date) -> tuple[PreparedSearch, Answer]:
    """What has every word; when nothing has, what has most of them, if anything does."""
    prepared = openings_search(parameters, on=on, words=words)
    answer = engine.search("opening", prepared.search)
    if not answer.total and not parameters.exact and words.can_relax:
        relaxed = openings_search(parameters, on=on, words=words, relaxed=True)
        nearest = engine.search("opening", relaxed.search)
        if nearest.total:
            return relaxed, nearest
    return prepared, answer


def _newest(parameters: OpeningParameters, *, user, on: dt.date, since: dt.datetime) -> Found[Opening]:
    """Straight from the database: narrowed by the conditions, the words left aside."""
    words = Words.with_(parameters.q, lexicon(), Vocabulary(), on=on, exactly=parameters.exact)
    rows = _narrowed(listed(user=user, on=on), parameters, words).order_by("-published_at", "-pk")
    page = bounded(parameters.page)
    shown = list(rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    facts = opening_facts([row.pk for row in shown], on=on) if parameters.candidate is not None else {}
    found = [FoundRow(row, None, score(facts[row.pk], parameters.candidate) if facts else None) for row in shown]
    understood = Understood(words.reading)
    return Found(rows=found, total=rows.count(), page=page, facets={}, sort=NEWEST, understood=understood, unavailable_since=since)


def _narrowed(rows: OpeningQuerySet, parameters: OpeningParameters, words: Words) -> OpeningQuerySet:
    """The filters that columns answer; which stops a shuttle has is left aside too."""
    said = words.reading
    wage, day = wage_of(parameters, words), day_of(parameters, words)
    wanted = {
        "factory__zone__in": {*parameters.zones, *said.values_of(PLACE)},
        "shift__in": {*parameters.shifts, *said.values_of(SHIFT)},
        "occupation__in": set(parameters.occupations),
        "has_dormitory": parameters.dormitory or bool(said.of(DORMITORY)),
        "starts_on__lte": day,
    }
    rows = rows.filter(**{lookup: value for lookup, value in wanted.items() if value})
    return rows.filter(DatabaseQ(wage_max__gte=wage) | DatabaseQ(wage_max=None)) if wage else rows


def listed(*, user, on: dt.date) -> OpeningQuerySet:
    """The openings a list may show, with what a card needs."""
    return (
        Opening.objects.visible_to(user)
        .open_on(on)
        .select_related("occupation", "factory__zone", "factory__enterprise")
        .prefetch_related("shuttle_stops")
    )


def _labelled(counted: Mapping[str, Mapping], parameters: OpeningParameters, said: Reading, *, on: dt.date) -> dict[str, list[FacetValue]]:
    """Every value that can be chosen with its count: zones and shifts at 0 too, occupations and stops when there is something to find."""
    wanted = {*counted["occupations"], *parameters.occupations}
    occupations = Occupation.objects.filter(pk__in=wanted).order_by("name", "pk")
    places, shifts = said.values_of(PLACE), said.values_of(SHIFT)
    commute, by_shuttle = counted["commute"], {BY_SHUTTLE} if said.of(SHUTTLE) else set()
    stops = sorted(
        {way for way in (*commute, *parameters.commute) if way.startswith(STOP)},
        key=lambda way: (way not in parameters.commute, -commute.get(way, 0), way),
    )
    return {
        "zones": [
            _value(zone.code, zone, counted["zones"].get(zone.pk), zone.pk in parameters.zones, said=zone.pk in places)
            for zone in IndustrialZone.objects.order_by("name", "pk")
        ],
        "shifts": [
            _value(shift.value, shift.label, counted["shifts"].get(shift.value), shift.value in parameters.shifts, said=shift.value in shifts)
            for shift in Shift
        ],
        "occupations": [_value(row.code, row, counted["occupations"].get(row.pk), row.pk in parameters.occupations) for row in occupations],
        "wage_from": [_value(step, step, counted["wage_from"][str(step)], step == parameters.wage_from) for step in wage_steps(parameters)],
        "dormitory": [_value(True, "", counted["dormitory"]["yes"], parameters.dormitory, said=bool(said.of(DORMITORY)))],
        "commute": [
            _value(way, way.removeprefix(STOP), commute.get(way), way in parameters.commute, said=way in by_shuttle)
            for way in [BY_DORMITORY, BY_SHUTTLE, *RIDES.values(), *stops[:MOST_STOPS]]
        ],
        "start_by": [
            _value(day, day.isoformat(), counted["start_by"][day.isoformat()], day == parameters.start_by) for day in start_steps(parameters, on=on)
        ],
    }


def _value(value, label, count: int | None, chosen: bool, *, said: bool = False) -> FacetValue:
    return FacetValue(value, str(label), count or 0, chosen, said)
