"""Whom a recruiter finds for an opening."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recruitment.workers.models import Consent, Worker
from search.projections import candidate_facts
from search.queries.candidates import CandidateParameters, find_candidates
from search.queries.openings import OpeningParameters, find_openings
from tests.factories.employers import recruiter_of
from tests.factories.health import ClearanceFactory
from tests.factories.occupations import OccupationFactory, SkillFactory
from tests.factories.openings import OpeningFactory
from tests.factories.workers import WorkerFactory, WorkerOccupationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def opening(today):
    near = OccupationFactory()
    opening = OpeningFactory(starts_on=today + dt.timedelta(days=7))
    opening.occupation.related.add(near)
    opening.skills.add(SkillFactory(), SkillFactory())
    return opening


@pytest.fixture
def find(rebuilt, opening, today):
    def find(**parameters):
        rebuilt()
        return find_candidates(opening, CandidateParameters(**parameters), user=recruiter_of(opening.factory), on=today)

    return find


def person(occupation, *, ready_in: int | None = 0, **facts) -> Worker:
    worker = WorkerFactory(consented=True, **facts)
    WorkerOccupationFactory(worker=worker, occupation=occupation)
    if ready_in is not None:
        ClearanceFactory(worker=worker, ready_on=worker.available_from + dt.timedelta(days=ready_in))
    return worker


def people(found) -> list[Worker]:
    return [row.row for row in found.rows]


def test_people_of_the_occupation_come_first_then_of_near_ones_and_others_not_at_all(find, opening):
    near, own, _other = person(opening.occupation.related.get()), person(opening.occupation), person(OccupationFactory())
    found = find()
    assert people(found) == [own, near]
    assert found.rows[0].match.score - found.rows[1].match.score == 20
    assert {value.value: value.count for value in found.facets["fit"]} == {"own": 1, "related": 2, "anybody": 3}
    assert find(fit="own").total == 1
    assert find(fit="anybody").total == find(fit="nonsense").total + 1 == 3


def test_both_sides_see_the_same_number(find, opening, today):
    worker = person(opening.occupation, wage_wanted=20_000_000, ready_in=30)
    worker.skills.add(opening.skills.first())
    recruiters = find().rows[0]
    facts = candidate_facts([worker.pk])[worker.pk]
    workers = find_openings(OpeningParameters(candidate=facts), user=worker.user, on=today).rows[0]
    assert recruiters.score == workers.score == recruiters.match.score == workers.match.score
    assert {note.rule for note in recruiters.match.blockers} == {"wage", "ready"}


def test_only_who_can_start_in_time_when_asked(find, opening, today):
    soon, late, _unknown = person(opening.occupation, ready_in=3), person(opening.occupation, ready_in=20), person(opening.occupation, ready_in=None)
    assert people(find(ready_by=today + dt.timedelta(days=3))) == [soon]
    assert set(people(find(ready_by=today + dt.timedelta(days=20)))) == {soon, late}
    counted = {value.value: value.count for value in find().facets["ready_by"]}
    assert counted[opening.starts_on] == 1
    assert counted[today + dt.timedelta(days=30)] == 2
    assert people(find(sort="soonest"))[:2] == [soon, late]


def test_whoever_applied_already_can_be_left_out(find, opening):
    applied, other = person(opening.occupation), person(opening.occupation)
    assert people(find(without=frozenset([applied.pk]))) == [other]


def test_skills_chosen_together_are_all_needed(find, opening):
    first, second = opening.skills.order_by("pk")
    one, both = person(opening.occupation), person(opening.occupation)
    one.skills.add(first), both.skills.add(first, second)
    assert people(find(skills=(first.pk, second.pk))) == [both]
    assert {value.value: value.count for value in find().facets["skills"]} == {first.pk: 2, second.pk: 1}


def test_nobody_is_found_who_did_not_agree_or_is_not_looking(find, rebuilt, opening, today):
    person(opening.occupation, status=Worker.Status.HIRED)
    hidden = person(opening.occupation)
    hidden.consents.filter(purpose=Consent.Purpose.MATCHING).delete()
    assert find().total == 0


def test_whoever_withdrew_a_moment_ago_is_refused_and_counted(rebuilt, opening, today):
    worker = person(opening.occupation)
    rebuilt()
    worker.consents.filter(purpose=Consent.Purpose.MATCHING).delete()
    found = find_candidates(opening, CandidateParameters(), user=recruiter_of(opening.factory), on=today)
    assert (people(found), found.total, found.refused) == ([], 1, 1)


def test_equal_people_keep_their_order_over_the_pages(find, opening):
    made = [person(opening.occupation) for _ in range(45)]
    assert [worker for page in (1, 2, 3) for worker in people(find(page=page))] == made


def test_without_an_index_the_latest_profiles_are_shown(settings, tmp_path, opening, today):
    settings.SEARCH_DIRECTORY = tmp_path / "missing"
    first, second = person(opening.occupation), person(opening.occupation)
    found = find_candidates(opening, CandidateParameters(without=frozenset([99])), user=recruiter_of(opening.factory), on=today)
    assert (people(found), found.unavailable) == ([second, first], True)


def test_thirty_people_cost_as_many_queries_as_one(find, opening):
    person(opening.occupation)

    def queries() -> int:
        find()
        with CaptureQueriesContext(connection) as captured:
            for row in find().rows:
                assert [item.occupation.name for item in row.row.occupations.all()]
                assert list(row.row.skills.all()) == []
        return len(captured)

    one = queries()
    for _ in range(19):
        person(opening.occupation)
    assert queries() == one
