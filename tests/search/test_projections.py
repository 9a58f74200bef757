"""What goes into a document, and what never does."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recruitment.openings.models import Opening
from recruitment.workers.models import Consent, Worker
from search.projections import candidate_documents, candidate_facts, chunks_of_keys, opening_documents, opening_facts, related_occupations
from tests.factories.health import ClearanceFactory
from tests.factories.occupations import OccupationFactory, SkillFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import CommuneFactory, IndustrialZoneFactory, ProvinceFactory
from tests.factories.workers import WorkerFactory, WorkerOccupationFactory

pytestmark = pytest.mark.django_db


def full_worker(**facts) -> Worker:
    worker = WorkerFactory(consented=True, **facts)
    WorkerOccupationFactory(worker=worker, experience_months=18)
    worker.skills.add(SkillFactory())
    worker.zones.add(IndustrialZoneFactory())
    ClearanceFactory(worker=worker)
    return worker


def test_a_candidates_document_says_what_a_match_needs(today):
    worker = full_worker(wage_wanted=8_500_000, needs_dormitory=True)
    occupation = worker.occupations.get().occupation_id
    document = candidate_documents([worker.pk])[worker.pk]
    assert document.pop("digest") > 0
    assert document == {
        "pk": worker.pk,
        "occupations": [occupation],
        "experience": [occupation * 1000 + 18],
        "skills": [worker.skills.get().pk],
        "wage_wanted": 8_500_000,
        "zones": [worker.zones.get().pk],
        "shifts": ["day", "rotating"],
        "needs_dormitory": True,
        "ready_on": today,
    }


def test_a_protected_trait_changes_neither_document_nor_score():
    """Age, home, name, phone, national ID: whoever changes one keeps the same document."""
    worker = full_worker()
    before = candidate_documents([worker.pk])
    worker.birth_date, worker.home_province, worker.home_commune = dt.date(1969, 1, 1), ProvinceFactory(), CommuneFactory()
    worker.national_id, worker.national_id_index = "012345678901", "x"
    worker.save()
    worker.user.name, worker.user.phone = "Lò Văn Khác", "+84999999999"
    worker.user.save()
    assert candidate_documents([worker.pk]) == before
    said = json.dumps(before, default=str)
    assert not [secret for secret in ("Thử", "+84", "1998") if secret in said]


@pytest.mark.parametrize("purpose", [Consent.Purpose.MATCHING])
def test_whoever_withdraws_consent_to_be_found_has_no_document(purpose, today):
    worker = full_worker()
    worker.consents.filter(purpose=purpose).update(withdrawn_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    assert candidate_documents([worker.pk]) == {}


@pytest.mark.parametrize("status", [Worker.Status.HIRED, Worker.Status.HIDDEN])
def test_whoever_is_not_looking_has_no_document(status):
    worker = full_worker(status=status)
    assert candidate_documents([worker.pk]) == {}


def test_the_day_of_readiness_is_the_later_of_health_and_wish(today):
    worker = full_worker(available_from=today + dt.timedelta(days=9))
    assert candidate_facts([worker.pk])[worker.pk].ready_on == today + dt.timedelta(days=9)


@pytest.mark.parametrize("situation", [{"refused": True}, {"undecided": True}, {"is_current": False}])
def test_without_a_decision_that_lets_in_the_day_is_unknown(situation):
    worker = WorkerFactory(consented=True)
    ClearanceFactory(worker=worker, **situation)
    assert candidate_documents([worker.pk])[worker.pk]["ready_on"] is None


def test_without_consent_to_use_health_facts_the_day_is_unknown(today):
    worker = full_worker()
    worker.consents.filter(purpose=Consent.Purpose.HEALTH).update(withdrawn_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    assert candidate_documents([worker.pk])[worker.pk]["ready_on"] is None


@pytest.mark.parametrize("situation", ["draft", "paused", "closed"])
def test_only_published_openings_have_a_document(situation):
    assert opening_documents([OpeningFactory(**{situation: True}).pk]) == {}


def test_an_openings_document_holds_its_words_with_and_without_accents():
    opening = OpeningFactory(title="Công Nhân ĐÓNG GÓI", with_shuttle=True, factory__zone__name="KCN Yên Bình", wage_max=None, held=2)
    document = opening_documents([opening.pk])[opening.pk]
    assert document["title"] == "công nhân đóng gói"
    assert document["title_folded"] == "cong nhan dong goi"
    assert "bến xe thái nguyên" in document["body"]
    assert "kcn yen binh" in document["body_folded"]
    assert {"đóng", "yên"} <= set(document["words"])
    assert {"dong", "yen"} <= set(document["folded_words"])
    assert document["wage_top"] is None
    assert document["places_left"] == 8


def test_an_opening_that_began_already_begins_today(today):
    opening = OpeningFactory(starts_on=today - dt.timedelta(days=30))
    assert opening_facts([opening.pk], on=today)[opening.pk].starts_on == today


def test_near_occupations_are_near_in_both_directions():
    sewing, cutting = OccupationFactory(), OccupationFactory()
    sewing.related.through.objects.create(from_occupation=sewing, to_occupation=cutting)
    assert related_occupations() == {sewing.pk: frozenset([cutting.pk]), cutting.pk: frozenset([sewing.pk])}


def test_a_document_tells_whether_anything_in_it_changed():
    opening = OpeningFactory()
    before = opening_documents([opening.pk])[opening.pk]["digest"]
    assert opening_documents([opening.pk])[opening.pk]["digest"] == before
    Opening.objects.update(held=1)
    assert opening_documents([opening.pk])[opening.pk]["digest"] != before


def test_thirty_documents_cost_as_many_queries_as_one(today):
    workers, openings = [full_worker().pk for _ in range(30)], [OpeningFactory(with_shuttle=True).pk for _ in range(30)]

    def queries(project, pks, **more) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(project(pks, **more)) == len(pks)
        return len(captured)

    for project in (candidate_documents, candidate_facts):
        assert queries(project, workers) == queries(project, workers[:1])
    assert queries(opening_documents, openings) == queries(opening_documents, openings[:1])
    assert queries(opening_facts, openings, on=today) == queries(opening_facts, openings[:1], on=today)


def test_every_row_is_read_once_in_chunks():
    pks = [OpeningFactory().pk for _ in range(7)]
    assert list(chunks_of_keys("opening", 3)) == [pks[:3], pks[3:6], pks[6:]]
