"""Decisions that follow a new policy, a new level or a new day: for everybody concerned, once, even when interrupted."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from recruitment.health.models import Clearance, ClearanceChange, Reassessment
from recruitment.health.services import reassessments
from recruitment.health.services.assessments import assess_everybody, assess_worker
from recruitment.health.services.policies import rulebook_from
from recruitment.health.services.reassessments import continue_reassessment, continue_unfinished, request_reassessment, request_trial, trial_summary
from recruitment.health.tasks import reassess
from recruitment.notifications.models import Message
from recruitment.places.models import AreaLevel
from recruitment.workers.models import Worker
from search.models import IndexRequest
from tests.factories.accounts import UserFactory
from tests.factories.health import AdmissionPolicyFactory, AdmissionRuleFactory
from tests.factories.places import AreaLevelFactory, CommuneFactory, ProvinceFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
Cause = Reassessment.Cause
TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def origin():
    home = ProvinceFactory(home=True)
    AdmissionRuleFactory(policy=AdmissionPolicyFactory(jurisdiction=home, number="QĐ 1/THỬ"), position=1)
    origin = ProvinceFactory()
    AreaLevelFactory(province=origin, level=2)
    return origin


def provincial(policy_number="QĐ 2/THỬ", days=3, since=TODAY):
    home = ProvinceFactory(home=True)
    policy = AdmissionPolicyFactory(number=policy_number, in_force_from=since, jurisdiction=home)
    AdmissionRuleFactory(policy=policy, position=1, quarantine_place="home", quarantine_days=days)
    return policy


def run(cause=Cause.POLICY, **fields):
    row = request_reassessment(cause=cause, on=TODAY, by=None, **fields)
    assert continue_reassessment(row.pk)
    row.refresh_from_db()
    return row


def test_a_new_policy_moves_the_dates_updates_the_index_and_tells_without_a_medical_word(origin):
    workers = [WorkerFactory(consented=True, home_province=origin, with_green_card=True) for _ in range(3)]
    assess_everybody(by=None, on=TODAY)
    before = dict(IndexRequest.objects.filter(kind="candidate").values_list("document", "version"))
    row = run(policy=provincial())
    assert (row.people, row.assessed, row.changed, row.moved) == (3, 3, 3, 3) and row.finished_at
    assert set(Clearance.objects.current().values_list("ready_on", flat=True)) == {TODAY + dt.timedelta(days=3)}
    after = dict(IndexRequest.objects.filter(kind="candidate").values_list("document", "version"))
    assert all(after[worker.pk] > before.get(worker.pk, 0) for worker in workers)
    texts = set(Message.objects.filter(kind="ready_on_moved").values_list("text", flat=True))
    assert len(texts) == 1 and "27/11/2026" in texts.pop()
    assert Message.objects.filter(kind="ready_on_moved", channel="app").count() == 3
    for text in Message.objects.values_list("text", flat=True):
        assert not any(word in text.lower() for word in ("mũi", "tiêm", "xét nghiệm", "cách ly", "thẻ", "f1", "quarantine"))


def test_the_officer_sees_who_changed_from_what_to_what(origin):
    worker = WorkerFactory(home_province=origin)
    assess_everybody(by=None, on=TODAY)
    row = run(policy=provincial())
    change = row.changes.get()
    assert (change.worker_id, change.verdict_before, change.verdict, change.moved) == (worker.pk, "cleared", "cleared", True)
    assert (change.ready_before, change.ready_on) == (TODAY, TODAY + dt.timedelta(days=3))


def test_repeating_a_finished_run_changes_and_tells_nothing(origin):
    WorkerFactory(home_province=origin)
    assess_everybody(by=None, on=TODAY)
    row = run(policy=provincial())
    told, decisions = Message.objects.count(), Clearance.objects.count()
    assert continue_reassessment(row.pk) and continue_unfinished() == 0
    assert run().changed == 0
    assert (Message.objects.count(), Clearance.objects.count()) == (told, decisions)


def test_a_run_that_dies_goes_on_where_it_was_and_doubles_nothing(origin, monkeypatch):
    for _ in range(5):
        WorkerFactory(home_province=origin)
    assess_everybody(by=None, on=TODAY)
    provincial()
    monkeypatch.setattr(reassessments, "CHUNK", 2)
    row = request_reassessment(cause=Cause.POLICY, on=TODAY, by=None)
    real, calls = reassessments.assess_chunk, []

    def dies_in_the_second_chunk(*args, **options):
        calls.append(1)
        done = real(*args, **options)
        if len(calls) == 2:
            raise DatabaseError("killed")
        return done

    monkeypatch.setattr(reassessments, "assess_chunk", dies_in_the_second_chunk)
    with pytest.raises(DatabaseError):
        continue_reassessment(row.pk)
    row.refresh_from_db()
    assert (row.assessed, row.finished_at, Message.objects.filter(channel="app").count()) == (2, None, 2)
    assert continue_unfinished() == 1
    row.refresh_from_db()
    assert (row.assessed, row.moved, Message.objects.filter(channel="app").count()) == (5, 5, 5) and row.finished_at
    assert Clearance.objects.current().count() == 5


def test_only_the_people_of_the_places_named_are_looked_at(origin):
    commune = CommuneFactory(province=origin)
    there, _elsewhere = WorkerFactory(home_province=origin, home_commune=commune), WorkerFactory(home_province=origin)
    other = WorkerFactory()
    assert run(Cause.AREA_LEVEL, communes=(commune.pk,)).assessed == 1
    assert run(Cause.AREA_LEVEL, provinces=(origin.pk, other.home_province_id)).assessed == 3
    assert Clearance.objects.filter(worker=there, is_current=True).count() == 1


def test_the_days_run_is_made_once_and_waiting_alone_is_told_to_nobody(origin):
    rule = {"test_method": "any", "test_valid_hours": 72}
    policy = AdmissionPolicyFactory(number="QĐ 3/THỬ", in_force_from=TODAY, jurisdiction=ProvinceFactory(home=True))
    AdmissionRuleFactory(policy=policy, position=1, **rule)
    WorkerFactory(home_province=origin)
    assess_everybody(by=None, on=TODAY)
    first = Clearance.objects.get()
    assert first.ready_on == TODAY + dt.timedelta(days=1)
    row = request_reassessment(cause=Cause.DAY, on=TODAY + dt.timedelta(days=1), by=None)
    continue_reassessment(row.pk)
    assert request_reassessment(cause=Cause.DAY, on=TODAY + dt.timedelta(days=1), by=None) == row
    now = Clearance.objects.get()
    assert (now.pk, now.ready_on, now.assessed_on) == (first.pk, TODAY + dt.timedelta(days=2), TODAY + dt.timedelta(days=1))
    assert now.decision["travel_on"] == "2026-11-26"
    assert not Message.objects.exists() and not ClearanceChange.objects.filter(moved=True).exists()


def test_the_nightly_task_decides_about_everybody(origin):
    WorkerFactory(home_province=origin)
    reassess()
    assert Clearance.objects.count() == 1 and Reassessment.objects.get().cause == Cause.DAY


def test_whoever_is_hired_keeps_the_decision_that_the_acceptance_rests_on(origin):
    worker = WorkerFactory(home_province=origin, status=Worker.Status.HIRED)
    decision = assess_worker(worker=worker, by=None, on=TODAY)
    assess_everybody(by=None, on=TODAY + dt.timedelta(days=1))
    assert Clearance.objects.get(pk=decision.pk).assessed_on == TODAY


def test_a_trial_compares_and_decides_nothing(origin):
    for _ in range(2):
        WorkerFactory(home_province=origin)
    assess_everybody(by=None, on=TODAY)
    draft = AdmissionPolicyFactory(draft=True, number="DỰ THẢO", in_force_from=TODAY, jurisdiction=ProvinceFactory(home=True))
    AdmissionRuleFactory(policy=draft, position=1, outcome="refuse")
    officer = UserFactory(health_officer=True)
    row = request_trial(draft=draft, on=TODAY, by=officer)
    continue_reassessment(row.pk)
    assert trial_summary(row) == {("cleared", "refused"): 2, "lost": 2}
    assert set(Clearance.objects.values_list("verdict", flat=True)) == {"cleared"} and not Message.objects.exists()
    again = request_trial(draft=draft, on=TODAY, by=officer)
    assert list(Reassessment.objects.filter(cause=Cause.TRIAL)) == [again]
    assert all(policy.number != "DỰ THẢO" for policy in rulebook_from(TODAY).policies)


def test_a_run_costs_the_same_queries_for_one_person_and_for_thirty(origin):
    counts = []
    for people, days in ((1, 2), (30, 3)):
        for _ in range(people):
            WorkerFactory(consented=True, home_province=origin)
        assess_everybody(by=None, on=TODAY)
        policy = provincial(f"QĐ {days}0/THỬ", days=days, since=TODAY)
        row = request_reassessment(cause=Cause.POLICY, on=TODAY, by=None, policy=policy)
        with CaptureQueriesContext(connection) as queries:
            continue_reassessment(row.pk)
        row.refresh_from_db()
        assert row.moved == Worker.objects.count()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_level_of_a_commune_comes_before_its_provinces(origin):
    commune = CommuneFactory(province=origin)
    policy = AdmissionPolicyFactory(number="QĐ 4/THỬ", in_force_from=TODAY, jurisdiction=ProvinceFactory(home=True))
    AdmissionRuleFactory(policy=policy, position=1, origin_levels=[1, 2])
    AdmissionRuleFactory(policy=policy, position=2, origin_levels=[3, 4], outcome="refuse")
    worker = WorkerFactory(home_province=origin, home_commune=commune)
    assert assess_worker(worker=worker, by=None, on=TODAY).verdict == "cleared"
    AreaLevelFactory(province=origin, commune=commune, level=4, since=TODAY)
    assert assess_worker(worker=worker, by=None, on=TODAY).verdict == "refused"
    AreaLevel.objects.filter(commune=commune).update(level=1, is_locked_down=True)
    AdmissionRuleFactory(policy=policy, position=3, origin_levels=[], lockdown=True, quarantine_place="site", quarantine_days=9)
    assert assess_worker(worker=worker, by=None, on=TODAY).entry_quarantine_days == 9
