"""People for an opening, ranked by how well they fit."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from elasticsearch.dsl import Q, Search
from elasticsearch.dsl.query import Query

from recruitment.occupations.models import Skill
from recruitment.openings.models import Opening
from recruitment.workers.models import Shift, Worker, WorkerQuerySet
from search.engines import engine
from search.engines.contract import IndexUnavailable
from search.outages import note_outage
from search.projections import candidate_facts, opening_facts
from search.queries.facets import Facet, FacetValue, counts, with_facets
from search.queries.matching import any_of, candidates_for, either, only_related
from search.queries.results import PAGE_SIZE, Found, FoundRow, bounded, load, part_of_list
from search.scoring import OpeningFacts, score

MATCH, SOONEST = "match", "soonest"
ORDERS: Mapping[str, list] = {MATCH: ["_score", {"pk": "asc"}], SOONEST: [{"ready_on": "asc"}, {"pk": "asc"}]}
OWN, RELATED, ANYBODY = "own", "related", "anybody"  # in the opening's occupation; or in it or a near one; or whoever is looking
READY_STEPS = [0, 7, 14, 30]  # days from today, counted as facets


@dataclass(frozen=True, kw_only=True)
class CandidateParameters:
    """What the address asks for. `ready_by`: able to start on that day or before. `without`: workers not to list (they applied already).

    `after` as in OpeningParameters.
    """

    ready_by: dt.date | None = None
    shifts: tuple[str, ...] = ()
    skills: tuple[int, ...] = ()
    fit: str = RELATED
    sort: str = MATCH
    page: int = 1
    after: tuple[int, ...] = ()
    without: frozenset[int] = frozenset()


def find_candidates(opening: Opening, parameters: CandidateParameters, *, user, on: dt.date) -> Found[Worker]:
    """One page of people who are looking and agreed to be found, as `user` may see them.

    When the index can't be asked, whoever changed a profile last, with `unavailable_since` set.
    """
    facts = opening_facts([opening.pk], on=on)[opening.pk]
    try:
        return _found(facts, parameters, user=user, on=on)
    except IndexUnavailable as error:
        return _latest(facts, parameters, user=user, since=note_outage(error))


def candidates_search(facts: OpeningFacts, parameters: CandidateParameters, *, on: dt.date) -> tuple[Search, list[Facet]]:
    """The search for these parameters, without looking at the database's workers."""
    left_out = [any_of("pk", parameters.without)] if parameters.without else []
    query = Q("bool", filter=[Q("match_all")], must_not=left_out, should=candidates_for(facts))
    facets = facets_of(facts, parameters, on=on)
    order = ORDERS[sort_of(parameters)]
    search = with_facets(Search().query(query), facets).sort(*order)
    return search.extra(**part_of_list(order, page=parameters.page, after=parameters.after)), facets


def find_ready(opening: Opening, *, by: dt.date, without: frozenset[int], most: int, user, on: dt.date) -> Found[Worker]:
    """Up to `most` people of the opening's occupation or a near one who can start on the day `by` or before, the best matches first.

    One request to the index. Where it can't be asked nobody is proposed, since whoever is shown must be ready; `unavailable_since` is set.
    """
    facts = opening_facts([opening.pk], on=on)[opening.pk]
    left_out = [any_of("pk", without)] if without else []
    conditions = [ready_by(by), fits_of(facts)[RELATED]]
    query = Q("bool", filter=conditions, must_not=left_out, should=candidates_for(facts))
    search = Search().query(query).sort(*ORDERS[MATCH]).extra(size=most, track_total_hits=True)
    try:
        answer = engine().search("candidate", search)
    except IndexUnavailable as error:
        return Found(rows=[], total=0, page=1, facets={}, sort=MATCH, unavailable_since=note_outage(error))
    rows, refused = load(answer.hits, listed(user=user))
    people = candidate_facts(list(rows))
    found = [FoundRow(rows[hit.document], hit.score, score(facts, people[hit.document])) for hit in answer.hits if hit.document in rows]
    return Found(rows=found, total=answer.total, page=1, facets={}, sort=MATCH, refused=refused)


def sort_of(parameters: CandidateParameters) -> str:
    return parameters.sort if parameters.sort in ORDERS else MATCH


def fit_of(parameters: CandidateParameters) -> str:
    return parameters.fit if parameters.fit in (OWN, RELATED, ANYBODY) else RELATED


def facets_of(facts: OpeningFacts, parameters: CandidateParameters, *, on: dt.date) -> list[Facet]:
    fits = fits_of(facts)
    steps = {day.isoformat(): ready_by(day) for day in ready_steps(facts, parameters, on=on)}
    return [
        Facet("fit", fits[fit_of(parameters)], conditions=fits),
        Facet("ready_by", ready_by(parameters.ready_by) if parameters.ready_by else None, conditions=steps),
        Facet("shifts", any_of("shifts", parameters.shifts) if parameters.shifts else None, field="shifts"),
        Facet("skills", all_of("skills", parameters.skills) if parameters.skills else None, field="skills"),
    ]


def fits_of(facts: OpeningFacts) -> dict[str, Query]:
    own = any_of("occupations", [facts.occupation] if facts.occupation is not None else [])
    return {OWN: own, RELATED: either(own, only_related(facts)), ANYBODY: Q("match_all")}


def ready_by(day: dt.date) -> Query:
    return Q("range", ready_on={"lte": day})


def ready_steps(facts: OpeningFacts, parameters: CandidateParameters, *, on: dt.date) -> list[dt.date]:
    """Some days from today, the day work begins, and the day asked for."""
    asked = [parameters.ready_by] if parameters.ready_by else []
    return sorted({*(on + dt.timedelta(days=days) for days in READY_STEPS), facts.starts_on, *asked})


def all_of(field: str, values: tuple[int, ...]) -> Query:
    return Q("bool", filter=[Q("term", **{field: value}) for value in values])


def _found(facts: OpeningFacts, parameters: CandidateParameters, *, user, on: dt.date) -> Found[Worker]:
    search, facets = candidates_search(facts, parameters, on=on)
    answer = engine().search("candidate", search)
    rows, refused = load(answer.hits, listed(user=user))
    people = candidate_facts(list(rows))
    return Found(
        rows=[FoundRow(rows[hit.document], hit.score, score(facts, people[hit.document])) for hit in answer.hits if hit.document in rows],
        total=answer.total,
        page=bounded(parameters.page),
        facets=_labelled(counts(answer, facets), facts, parameters, on=on),
        sort=sort_of(parameters),
        ends_at=answer.hits[-1].place if answer.hits else (),
        refused=refused,
    )


def _latest(facts: OpeningFacts, parameters: CandidateParameters, *, user, since: dt.datetime) -> Found[Worker]:
    rows = listed(user=user).exclude(pk__in=parameters.without).order_by("-changed_at", "-pk")
    page = bounded(parameters.page)
    shown = list(rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    people = candidate_facts([row.pk for row in shown])
    found = [FoundRow(row, None, score(facts, people[row.pk])) for row in shown]
    return Found(rows=found, total=rows.count(), page=page, facets={}, sort=SOONEST, unavailable_since=since)


def listed(*, user) -> WorkerQuerySet:
    """The people a list may show, with what a row needs; their facts of identity stay unread."""
    people = Worker.objects.visible_to(user).searchable().defer("birth_date", "national_id")
    return people.prefetch_related("occupations__occupation", "skills", "zones")


def _labelled(counted: Mapping[str, Mapping], facts: OpeningFacts, parameters: CandidateParameters, *, on: dt.date) -> dict[str, list[FacetValue]]:
    """Every value that can be chosen with its count; of the skills, those that the opening asks for or somebody chose."""
    skills = Skill.objects.filter(pk__in={*facts.skills, *parameters.skills}).order_by("name", "pk")
    return {
        "fit": [FacetValue(fit, fit, counted["fit"][fit], fit == fit_of(parameters)) for fit in (OWN, RELATED, ANYBODY)],
        "ready_by": [
            FacetValue(day, day.isoformat(), counted["ready_by"][day.isoformat()], day == parameters.ready_by)
            for day in ready_steps(facts, parameters, on=on)
        ],
        "shifts": [
            FacetValue(shift.value, str(shift.label), counted["shifts"].get(shift.value, 0), shift.value in parameters.shifts) for shift in Shift
        ],
        "skills": [FacetValue(skill.pk, str(skill), counted["skills"].get(skill.pk, 0), skill.pk in parameters.skills) for skill in skills],
    }
