"""From the database to facts and documents, in bulk: a fixed number of queries for a chunk, none for a row."""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Model, QuerySet

from recruitment.health.models import Clearance
from recruitment.occupations.models import Occupation
from recruitment.openings.models import Opening, ShuttleStop
from recruitment.workers.models import Consent, Worker, WorkerOccupation
from search import text
from search.documents import BY_DORMITORY, BY_SHUTTLE, RIDES, commute_from, experience_key
from search.scoring import CandidateFacts, OpeningFacts, brevity_of

READY_VERDICTS = [Clearance.Verdict.CLEARED, Clearance.Verdict.CONDITIONAL]
Source = dict[str, object]


def opening_facts(pks: Collection[int] | QuerySet, *, on: dt.date) -> dict[int, OpeningFacts]:
    """What matching knows of these openings, in whatever state they are; `pks` may be the query that gives them."""
    related, skills = related_occupations(), _many(Opening.skills.through, "opening_id", "skill_id", pks)
    columns = ["pk", "occupation_id", "experience_months", "wage_max", "factory__zone_id", "shift", "has_dormitory", "starts_on"]
    return {
        pk: OpeningFacts(
            occupation=occupation,
            related_occupations=related.get(occupation, frozenset()),
            skills=frozenset(skills[pk]),
            experience_months=experience_months,
            wage_top=wage_max,
            zone=zone,
            shift=shift,
            has_dormitory=has_dormitory,
            starts_on=max(starts_on or on, on),
        )
        for pk, occupation, experience_months, wage_max, zone, shift, has_dormitory, starts_on in _rows(Opening.objects.all(), pks, columns)
    }


def candidate_facts(pks: Collection[int]) -> dict[int, CandidateFacts]:
    """What matching knows of these workers, found by employers or not. Without consent to use health facts, `ready_on` is unknown."""
    experience: dict[int, dict[int, int]] = defaultdict(dict)
    for worker, occupation, months in (
        WorkerOccupation.objects.filter(worker__in=pks).order_by().values_list("worker_id", "occupation_id", "experience_months")
    ):
        experience[worker][occupation] = months
    skills = _many(Worker.skills.through, "worker_id", "skill_id", pks)
    zones = _many(Worker.zones.through, "worker_id", "industrialzone_id", pks)
    cleared_on = _cleared_on(pks)
    columns = ["pk", "wage_wanted", "shifts", "needs_dormitory", "available_from"]
    return {
        pk: CandidateFacts(
            experience=experience[pk],
            skills=frozenset(skills[pk]),
            wage_wanted=wage_wanted,
            zones=frozenset(zones[pk]),
            shifts=frozenset(shifts),
            needs_dormitory=needs_dormitory,
            ready_on=max(cleared_on[pk], available_from) if pk in cleared_on else None,
        )
        for pk, wage_wanted, shifts, needs_dormitory, available_from in _rows(Worker.objects.all(), pks, columns)
    }


def opening_documents(pks: Collection[int]) -> dict[int, Source]:
    """The documents of those among them that are published."""
    skills = _many(Opening.skills.through, "opening_id", "skill_id", pks)
    stops: dict[int, dict[str, int | None]] = defaultdict(dict)
    for key, name, minutes in (
        ShuttleStop.objects.filter(opening__in=pks).order_by("opening", "name", "pk").values_list("opening_id", "name", "ride_minutes")
    ):
        stops[key][name] = minutes
    published = Opening.objects.filter(pk__in=pks, status=Opening.Status.PUBLISHED).order_by("pk")
    rows = published.select_related("occupation", "factory__enterprise", "factory__zone")
    return {opening.pk: opening_source(opening, skills[opening.pk], stops[opening.pk]) for opening in rows}


def candidate_documents(pks: Collection[int]) -> dict[int, Source]:
    """The documents of those among them who are looking and agreed to be found."""
    searchable = list(Worker.objects.filter(pk__in=pks).searchable().order_by("pk").values_list("pk", flat=True))
    return {pk: candidate_source(pk, facts) for pk, facts in candidate_facts(searchable).items()}


@dataclass(frozen=True)
class Projection:
    """How one kind of document is made: from which rows, and by which function."""

    model: type[Model]
    documents: Callable[[Collection[int]], dict[int, Source]]


PROJECTIONS: Mapping[str, Projection] = {
    "opening": Projection(Opening, opening_documents),
    "candidate": Projection(Worker, candidate_documents),
}


def chunks_of_keys(kind: str, size: int) -> Iterator[list[int]]:
    """Every primary key that may have a document, ascending, at most `size` at a time and no more than that in memory."""
    rows, last = PROJECTIONS[kind].model._default_manager.order_by("pk"), 0
    while chunk := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:size]):
        yield chunk
        last = chunk[-1]


def related_occupations() -> dict[int, frozenset[int]]:
    """Each occupation's near ones, read in both directions."""
    related: dict[int, set[int]] = defaultdict(set)
    for one, other in Occupation.related.through.objects.order_by().values_list("from_occupation_id", "to_occupation_id"):
        related[one].add(other)
        related[other].add(one)
    return {occupation: frozenset(others - {occupation}) for occupation, others in related.items()}


def opening_source(opening: Opening, skills: Collection[int], stops: Mapping[str, int | None]) -> Source:
    """One opening's document, `stops` with the minutes from each to the factory; `opening` comes with its occupation, factory, enterprise and zone loaded."""
    title, body = text.tokens(opening.title), text.tokens(" · ".join(_body(opening, stops)))
    title_folded, body_folded = _folded(title), _folded(body)
    source: Source = {
        "pk": opening.pk,
        "title": " ".join(title),
        "title_folded": " ".join(title_folded),
        "title_pairs": " ".join(text.pairs(title_folded)),
        "body": " ".join(body),
        "body_folded": " ".join(body_folded),
        "body_pairs": " ".join(text.pairs(body_folded)),
        "words": sorted({*title, *body}),
        "folded_words": sorted({*title_folded, *body_folded}),
        "brevity": brevity_of(len(title)),
        "accents": title != title_folded,
        "occupation": opening.occupation_id,
        "skills": sorted(skills),
        "experience_months": opening.experience_months,
        "wage_top": opening.wage_max,
        "zone": opening.factory.zone_id,
        "shift": opening.shift,
        "has_dormitory": opening.has_dormitory,
        "commute": _commute(opening, stops),
        "starts_on": opening.starts_on,
        "closes_on": opening.closes_on,
        "published_at": opening.published_at,
        "places_left": opening.places(),
    }
    return with_digest(source)


def _commute(opening: Opening, stops: Mapping[str, int | None]) -> list[str]:
    """Ways to come to work that the opening offers. Whoever lives in its dormitory has no way to go."""
    by = [BY_DORMITORY] if opening.has_dormitory else []
    shortest = 0 if opening.has_dormitory else min((minutes for minutes in stops.values() if minutes), default=None)
    rides = [way for most, way in RIDES.items() if shortest is not None and shortest <= most]
    return by + ([BY_SHUTTLE, *sorted({commute_from(stop) for stop in stops})] if stops else []) + rides


def _body(opening: Opening, stops: Iterable[str]) -> list[str]:
    """What people search by besides the title. Synonyms of the occupation are added to queries, not here."""
    factory, occupation = opening.factory, opening.occupation
    return [
        occupation.name,
        occupation.name_en,
        factory.name,
        factory.enterprise.name,
        factory.enterprise.legal_name,
        factory.zone.name,
        factory.zone.name_en,
        opening.description,
        *stops,
    ]


def _folded(words: list[str]) -> list[str]:
    return text.folded_tokens(" ".join(words))


def candidate_source(pk: int, facts: CandidateFacts) -> Source:
    """One person's document: nothing but what matching knows."""
    source: Source = {
        "pk": pk,
        "occupations": sorted(facts.experience),
        "experience": sorted(experience_key(occupation, months) for occupation, months in facts.experience.items()),
        "skills": sorted(facts.skills),
        "wage_wanted": facts.wage_wanted,
        "zones": sorted(facts.zones),
        "shifts": sorted(facts.shifts),
        "needs_dormitory": facts.needs_dormitory,
        "ready_on": facts.ready_on,
    }
    return with_digest(source)


def with_digest(source: Source) -> Source:
    """The source with a number that tells whether the index holds exactly this."""
    canonical = json.dumps(source, sort_keys=True, default=str, ensure_ascii=False)
    return source | {"digest": int.from_bytes(hashlib.blake2b(canonical.encode(), digest_size=7).digest())}


def _rows(queryset: QuerySet, pks: Collection[int] | QuerySet, columns: list[str]) -> QuerySet:
    return queryset.filter(pk__in=pks).order_by("pk").values_list(*columns)


def _many(model: type[Model], owner: str, value: str, pks: Collection[int] | QuerySet) -> dict[int, list]:
    """The values of a many-to-many (or child) table, by owner, in a repeatable order."""
    values: dict[int, list] = defaultdict(list)
    for key, item in model._default_manager.filter(**{f"{owner}__in": pks}).order_by(owner, value).values_list(owner, value):
        values[key].append(item)
    return values


def _cleared_on(pks: Collection[int]) -> dict[int, dt.date]:
    agreed = Consent.objects.filter(purpose=Consent.Purpose.HEALTH, withdrawn_at=None, worker__in=pks)
    current = Clearance.objects.current().filter(worker__in=pks, verdict__in=READY_VERDICTS, worker_id__in=agreed.values("worker"))
    return dict(current.order_by().values_list("worker_id", "ready_on"))
