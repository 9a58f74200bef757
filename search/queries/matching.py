"""scoring.py in the query language: for each of its rules, a clause that adds its weight. Both directions, the same numbers."""

import datetime as dt
from collections.abc import Mapping

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query

from search.documents import EXPERIENCE_STEP, experience_key
from search.scoring import WEIGHTS, CandidateFacts, OpeningFacts

ALWAYS = Q("match_all")


def openings_for(candidate: CandidateFacts, *, related: Mapping[int, frozenset[int]], on: dt.date) -> list[Query]:
    """Clauses over openings. `related` gives each occupation's near ones; openings that began before `on` begin on it."""
    near = frozenset().union(*(related.get(occupation, frozenset()) for occupation in candidate.experience)) - candidate.experience.keys()
    clauses = [
        weighted("occupation", any_of("occupation", candidate.experience)),
        weighted("related_occupation", any_of("occupation", near)),
        weighted("experience", _enough_experience(candidate.experience)),
        weighted("wage", ALWAYS if candidate.wage_wanted is None else Q("range", wage_top={"gte": candidate.wage_wanted})),
        weighted("zone", any_of("zone", candidate.zones) if candidate.zones else ALWAYS),
        weighted("shift", any_of("shift", candidate.shifts)),
        weighted("dormitory", Q("term", has_dormitory=True) if candidate.needs_dormitory else ALWAYS),
        *(weighted("skill", Q("term", skills=skill)) for skill in sorted(candidate.skills)),
    ]
    if candidate.ready_on is not None:
        clauses.append(weighted("ready", ALWAYS if candidate.ready_on <= on else Q("range", starts_on={"gte": candidate.ready_on})))
    return clauses


def candidates_for(opening: OpeningFacts) -> list[Query]:
    """Clauses over candidates."""
    clauses = [
        weighted("related_occupation", only_related(opening)),
        weighted("wage", _content_with(opening.wage_top)),
        weighted("zone", either(Q("term", zones=opening.zone), missing("zones"))),
        weighted("shift", Q("term", shifts=opening.shift)),
        weighted("dormitory", ALWAYS if opening.has_dormitory else Q("term", needs_dormitory=False)),
        weighted("ready", Q("range", ready_on={"lte": opening.starts_on})),
        *(weighted("skill", Q("term", skills=skill)) for skill in sorted(opening.skills)),
    ]
    if opening.occupation is not None:
        clauses.append(weighted("occupation", Q("term", occupations=opening.occupation)))
    if opening.experience_months == 0:
        clauses.append(weighted("experience", ALWAYS))
    elif opening.occupation is not None:
        least, most = experience_key(opening.occupation, opening.experience_months), experience_key(opening.occupation, EXPERIENCE_STEP)
        clauses.append(weighted("experience", Q("range", experience={"gte": least, "lte": most})))
    return clauses


def weighted(rule: str, condition: Query) -> Query:
    return Q("constant_score", filter=condition, boost=float(WEIGHTS[rule]))


def only_related(opening: OpeningFacts) -> Query:
    """In a near occupation and not in the opening's own."""
    near = any_of("occupations", opening.related_occupations)
    return near if opening.occupation is None else Q("bool", filter=[near], must_not=[Q("term", occupations=opening.occupation)])


def any_of(field: str, values) -> Query:
    """No values: no document."""
    return Q("terms", **{field: sorted(values)})


def missing(field: str) -> Query:
    return Q("bool", must_not=[Q("exists", field=field)])


def either(*conditions: Query) -> Query:
    return Q("bool", should=list(conditions), minimum_should_match=1)


def _enough_experience(experience: Mapping[int, int]) -> Query:
    enough = [
        Q("bool", filter=[Q("term", occupation=occupation), Q("range", experience_months={"lte": months})])
        for occupation, months in sorted(experience.items())
        if months
    ]
    return either(Q("range", experience_months={"lte": 0}), *enough)


def _content_with(top: int | None) -> Query:
    no_wish = missing("wage_wanted")
    return no_wish if top is None else either(Q("range", wage_wanted={"lte": top}), no_wish)
