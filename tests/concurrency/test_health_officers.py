"""Two officers at one claim or one document, and a reassessment killed in the middle."""

import datetime as dt
import itertools
import os
import signal

import pytest
from django.db import connections, transaction
from django.utils import timezone

from recruitment.health.models import AdmissionPolicy, ClaimHold, Clearance, ClearanceChange, Reassessment
from recruitment.health.services import reassessments, reminders
from recruitment.health.services.assessments import assess_everybody
from recruitment.health.services.drafting import findings_of, publish_policy
from recruitment.health.services.reassessments import continue_reassessment, continue_unfinished, request_reassessment
from recruitment.health.services.verification import HOLD, hold_claim
from recruitment.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.health import AdmissionPolicyFactory, AdmissionRuleFactory, HealthEventFactory
from tests.factories.places import AreaLevelFactory, ProvinceFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)
OFFICERS = 6


def each(things):
    turn = itertools.count()
    return lambda: things[next(turn)]


# --- one claim ---------------------------------------------------------------


@pytest.fixture
def claim():
    return HealthEventFactory(worker=WorkerFactory(consented=True))


@pytest.fixture
def officers():
    return [UserFactory(health_officer=True) for _ in range(OFFICERS)]


def test_a_claim_opened_by_many_at_once_is_held_by_one(race, claim, officers):
    officer = each(officers)
    outcomes = race(OFFICERS, lambda: hold_claim(event=claim, by=officer(), now=timezone.now()))
    assert sorted(outcomes) == ["HeldByAnother"] * (OFFICERS - 1) + ["done"]


def test_without_the_lock_several_believe_that_they_hold_it(race, claim, officers):
    """The same, looked at first and written afterwards."""

    def hold_unguarded(by, believing):
        now = timezone.now()
        hold = ClaimHold.objects.filter(event_id=claim.pk).first()
        if hold is None or hold.held_by_id == by.pk or hold.held_until <= now:
            ClaimHold.objects.update_or_create(event_id=claim.pk, defaults={"held_by": by, "held_until": now + HOLD})
            believing.append(by.pk)

    most = 0
    for _attempt in range(8):
        ClaimHold.objects.all().delete()
        officer, believing = each(officers), []
        race(OFFICERS, lambda officer=officer, believing=believing: hold_unguarded(officer(), believing))
        most = max(most, len(believing))
    assert most > 1


# --- one document, or two that overlap ---------------------------------------


@pytest.fixture
def home():
    return ProvinceFactory(home=True)


def submitted(home, number):
    policy = AdmissionPolicyFactory(draft=True, status="submitted", number=number, jurisdiction=home, in_force_from=TODAY)
    AdmissionRuleFactory(policy=policy, position=1)
    return policy


def test_a_document_approved_by_many_at_once_is_published_once(race, home, officers):
    policy, officer = submitted(home, "QĐ 1/THỬ"), each(officers)
    outcomes = race(OFFICERS, lambda: publish_policy(policy=policy, by=officer(), on=TODAY))
    assert sorted(outcomes) == ["NotADraft"] * (OFFICERS - 1) + ["done"]
    assert Reassessment.objects.filter(policy=policy).count() == 1


def test_of_two_documents_that_overlap_one_is_published(race, home, officers):
    policy = each([submitted(home, "QĐ 1/THỬ"), submitted(home, "QĐ 2/THỬ")])
    outcomes = race(2, lambda: publish_policy(policy=policy(), by=officers[0], on=TODAY))
    assert sorted(outcomes) == ["Inconsistent", "done"]


def test_without_one_publication_at_a_time_both_would_be(race, home, officers):
    """The same steps without the advisory lock."""
    policies = [submitted(home, "QĐ 1/THỬ"), submitted(home, "QĐ 2/THỬ")]

    @transaction.atomic
    def publish_unguarded(policy):
        locked = AdmissionPolicy.objects.select_for_update(of=("self",), no_key=True).get(pk=policy.pk)
        if findings_of(locked):
            return
        locked.publish()
        locked.approved_by, locked.published_at = officers[0], timezone.now()
        locked.save()

    policy = each(policies)
    assert race(2, lambda: publish_unguarded(policy())) == ["done", "done"]
    assert AdmissionPolicy.objects.published().count() == 2


# --- killed ------------------------------------------------------------------


@pytest.mark.parametrize("dies_in_chunk", [1, 2, 3])
def test_a_reassessment_killed_in_the_middle_goes_on_and_tells_everybody_once(home, monkeypatch, dies_in_chunk):
    """A real process and a real SIGKILL, after a chunk was written and before it was committed."""
    policy = AdmissionPolicyFactory(jurisdiction=home, in_force_from=TODAY - 9 * DAY, in_force_to=TODAY - DAY)
    AdmissionRuleFactory(policy=policy, position=1)
    origin = ProvinceFactory()
    AreaLevelFactory(province=origin, level=1)
    people = [WorkerFactory(consented=True, home_province=origin) for _ in range(5)]
    assess_everybody(by=None, on=TODAY - DAY)
    newer = AdmissionPolicyFactory(jurisdiction=home, in_force_from=TODAY)
    AdmissionRuleFactory(policy=newer, position=1, quarantine_place="home", quarantine_days=5)
    monkeypatch.setattr(reassessments, "CHUNK", 2)
    run = request_reassessment(cause=Reassessment.Cause.POLICY, policy=newer, on=TODAY, by=None)
    connections.close_all()
    child = os.fork()
    if child == 0:
        _die_in(dies_in_chunk)
        continue_reassessment(run.pk)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    run.refresh_from_db()
    done = (dies_in_chunk - 1) * 2
    assert (run.finished_at, run.assessed) == (None, done)
    assert ClearanceChange.objects.filter(reassessment=run).count() == done
    assert continue_unfinished() == 1
    run.refresh_from_db()
    assert run.finished_at and (run.assessed, run.moved) == (5, 5)
    assert set(Clearance.objects.current().values_list("ready_on", flat=True)) == {TODAY + 5 * DAY}
    assert sorted(Message.objects.filter(kind="ready_on_moved", channel="app").values_list("recipient", flat=True)) == sorted(
        worker.user_id for worker in people
    )


def _die_in(chunk: int) -> None:
    assess, calls = reassessments.assess_chunk, itertools.count(1)

    def assess_and_die(*arguments, **options):
        changes = assess(*arguments, **options)
        if next(calls) == chunk:
            os.kill(os.getpid(), signal.SIGKILL)
        return changes

    reassessments.assess_chunk = assess_and_die


def test_reminders_sent_by_two_workers_at_once_reach_everybody_once(race, home):
    HealthEventFactory(worker=WorkerFactory(consented=True), facts={"kind": "recovery", "on": "2026-06-08"})
    assess_everybody(by=None, on=TODAY)
    assert race(4, lambda: reminders.remind_of_lapsing_cards(now=timezone.now(), on=TODAY)) == ["done"] * 4
    assert Message.objects.filter(kind="card_lapses", channel="app").count() == 1
