"""People whom no rule speaks of: two officers decide, for a time and for the facts of then."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.accounts.models import SensitiveReading
from recruitment.health.models import Clearance, OfficerDecision
from recruitment.health.services.assessments import assess_everybody
from recruitment.health.services.decisions import (
    NothingToDecide,
    NotProposed,
    OwnProposal,
    ProposalWaits,
    approve_decision,
    propose_decision,
    return_decision,
)
from recruitment.health.services.events import record_event
from recruitment.notifications.models import Message
from tests.factories.accounts import UserFactory
from tests.factories.health import AdmissionPolicyFactory, AdmissionRuleFactory
from tests.factories.places import ProvinceFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)
DAY = dt.timedelta(days=1)


@pytest.fixture
def undecided():
    """From a province without a level: the only document speaks of level 4."""
    policy = AdmissionPolicyFactory(jurisdiction=ProvinceFactory(home=True))
    AdmissionRuleFactory(policy=policy, position=1, origin_levels=[4])
    worker = WorkerFactory(consented=True)
    assess_everybody(by=None, on=TODAY)
    return worker


@pytest.fixture
def officers():
    return UserFactory(health_officer=True, name="Nông Thị Đề Xuất"), UserFactory(health_officer=True, name="Hà Văn Duyệt")


def fields(**changes):
    values = {"admits": True, "reason": "Xa vùng dịch", "document": "BB 7/TTYT", "valid_from": TODAY, "valid_until": TODAY + 20 * DAY}
    return values | {"quarantine_place": "home", "quarantine_days": 3, "monitoring_days": 7} | changes


def decided(worker, officers, on=TODAY, **changes):
    decision = propose_decision(worker=worker, fields=fields(**changes), by=officers[0], on=on)
    return approve_decision(decision=decision, by=officers[1], on=on)


def current():
    return Clearance.objects.current().get()


def test_the_decision_of_two_becomes_the_clearance_and_the_person_is_told(undecided, officers):
    assert current().verdict == "undecided"
    decision = decided(undecided, officers)
    clearance = current()
    assert (clearance.verdict, clearance.ready_on, clearance.entry_quarantine_days, clearance.monitoring_days) == ("cleared", TODAY + 3 * DAY, 3, 7)
    assert clearance.officer_decision == decision
    assert "27/11/2026" in Message.objects.get(kind="ready_on_moved", channel="app").text
    assess_everybody(by=None, on=TODAY)
    assert current().pk == clearance.pk


def test_a_proposal_alone_decides_nothing_and_its_author_cant_approve_it(undecided, officers):
    decision = propose_decision(worker=undecided, fields=fields(), by=officers[0], on=TODAY)
    assert current().verdict == "undecided"
    with pytest.raises(OwnProposal):
        approve_decision(decision=decision, by=officers[0], on=TODAY)
    with pytest.raises(ProposalWaits):
        propose_decision(worker=undecided, fields=fields(), by=officers[1], on=TODAY)
    return_decision(decision=decision, by=officers[0])
    with pytest.raises(NotProposed):
        approve_decision(decision=decision, by=officers[1], on=TODAY)


def test_the_database_wants_two_people(undecided, officers):
    decision = propose_decision(worker=undecided, fields=fields(), by=officers[0], on=TODAY)
    with pytest.raises(IntegrityError):
        OfficerDecision.objects.filter(pk=decision.pk).update(status="approved", decided_by=officers[0], decided_at=dt.datetime.now(dt.UTC))


def test_it_ends_with_its_last_day_and_the_person_waits_again(undecided, officers):
    decided(undecided, officers)
    assess_everybody(by=None, on=TODAY + 20 * DAY)
    assert current().verdict == "cleared"
    assess_everybody(by=None, on=TODAY + 21 * DAY)
    assert current().verdict == "undecided"


def test_it_ends_when_the_facts_change(undecided, officers):
    decided(undecided, officers)
    record_event(worker=undecided, facts={"kind": "contact", "on": TODAY.isoformat(), "class": "F1"}, by=undecided.user, on=TODAY)
    assert current().verdict == "undecided"


def test_a_proposal_made_before_the_facts_changed_cant_be_approved_and_gives_way(undecided, officers):
    decision = propose_decision(worker=undecided, fields=fields(), by=officers[0], on=TODAY)
    record_event(worker=undecided, facts={"kind": "contact", "on": TODAY.isoformat(), "class": "F1"}, by=undecided.user, on=TODAY)
    with pytest.raises(NotProposed):
        approve_decision(decision=decision, by=officers[1], on=TODAY)
    assert propose_decision(worker=undecided, fields=fields(), by=officers[1], on=TODAY).status == "proposed"


def test_a_rule_that_speaks_of_the_person_comes_first(undecided, officers):
    AdmissionRuleFactory(policy=current().policy, position=2, origin_levels=[], quarantine_place="site", quarantine_days=9)
    with pytest.raises(NothingToDecide):
        propose_decision(worker=undecided, fields=fields(), by=officers[0], on=TODAY)
    assess_everybody(by=None, on=TODAY)
    assert current().entry_quarantine_days == 9


def test_a_refusal_names_no_day(undecided, officers):
    decided(undecided, officers, admits=False, quarantine_place="", quarantine_days=0, monitoring_days=0)
    assert (current().verdict, current().ready_on) == ("refused", None)


# --- pages -------------------------------------------------------------------


def answers(**changes):
    return {
        "outcome": "admit", "document": "BB 7/TTYT", "reason": "Xa vùng dịch", "valid_from": "24/11/2026", "valid_until": "10/12/2026",
        "quarantine_place": "home", "quarantine_days": "3", "monitoring_days": "",
    } | changes  # fmt: skip


def test_the_pages_lead_from_the_queue_to_the_decision_and_log_each_reading(client, undecided, officers):
    client.force_login(officers[0])
    assert undecided.user.name in client.get(reverse("health:decisions")).content.decode()
    assert not SensitiveReading.objects.exists()
    address = reverse("health:decision", args=[undecided.pk])
    assert "chưa được công bố cấp độ dịch" in client.get(address).content.decode()
    assert SensitiveReading.objects.get().why == "decision"
    client.post(address, answers())
    decision = OfficerDecision.objects.get()
    assert "cán bộ y tế khác phải duyệt" in client.get(address).content.decode()
    client.post(reverse("health:decision_approve", args=[decision.pk]))
    assert current().verdict == "undecided"
    client.force_login(officers[1])
    assert "Nông Thị Đề Xuất, chờ duyệt" in client.get(reverse("health:decisions")).content.decode()
    client.post(reverse("health:decision_approve", args=[decision.pk]))
    assert current().verdict == "cleared"
    client.force_login(undecided.user)
    assert "BB 7/TTYT" in client.get(reverse("health:own")).content.decode()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outcome": ""}, "Hãy chọn một mục"),
        ({"document": ""}, "Hãy điền mục này"),
        ({"valid_until": "23/11/2026"}, ""),
        ({"valid_until": "24/11/2027"}, ""),
        ({"valid_from": "12/12/2026"}, "Ngày hết giá trị phải từ ngày bắt đầu"),
        ({"quarantine_days": "61"}, ""),
        ({"quarantine_place": ""}, "phải chọn nơi cách ly"),
        ({"quarantine_days": ""}, "hãy ghi số ngày"),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_the_rest_is_kept(client, undecided, officers, changes, message):
    client.force_login(officers[0])
    response = client.post(reverse("health:decision", args=[undecided.pk]), answers(**changes))
    assert response.status_code == 422 and message in response.content.decode() and "Xa vùng dịch" in response.content.decode()
    assert not OfficerDecision.objects.exists()


def test_the_queue_asks_as_often_for_many_as_for_one(client, undecided, officers):
    client.force_login(officers[0])

    def queries():
        with CaptureQueriesContext(connection) as counted:
            client.get(reverse("health:decisions"))
        return len(counted)

    one = queries()
    for _number in range(9):
        WorkerFactory(consented=True)
    assess_everybody(by=None, on=TODAY)
    assert queries() == one
