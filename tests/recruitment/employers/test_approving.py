"""The department decides once, and says who did."""

import pytest

from recruitment.employers.models import Enterprise
from recruitment.employers.services.approving import AlreadyDecided, approve, refuse
from tests.factories.accounts import UserFactory
from tests.factories.employers import EnterpriseFactory


@pytest.fixture
def officer(db):
    return UserFactory(labour_officer=True, name="Lường Thị Thử")


def test_approval_records_who_and_when(officer, today):
    enterprise = approve(enterprise=EnterpriseFactory(waiting_for_approval=True), by=officer, on=today)
    assert (enterprise.status, enterprise.decided_by, enterprise.decided_at.date()) == (Enterprise.Status.APPROVED, officer, today)


def test_a_refusal_needs_a_reason_and_can_be_turned_later(officer, today):
    enterprise = EnterpriseFactory(waiting_for_approval=True)
    with pytest.raises(ValueError, match="reason"):
        refuse(enterprise=enterprise, reason="  ", by=officer, on=today)
    assert refuse(enterprise=enterprise, reason="Sai mã số thuế.", by=officer, on=today).refusal_reason == "Sai mã số thuế."
    assert approve(enterprise=enterprise, by=officer, on=today).refusal_reason == ""


def test_the_second_officer_is_told_who_decided(officer, today):
    enterprise = EnterpriseFactory(waiting_for_approval=True)
    approve(enterprise=enterprise, by=officer, on=today)
    for attempt in (
        lambda: approve(enterprise=enterprise, by=officer, on=today),
        lambda: refuse(enterprise=enterprise, reason="x", by=officer, on=today),
    ):
        with pytest.raises(AlreadyDecided) as refusal:
            attempt()
        assert "Lường Thị Thử" in refusal.value.for_people()


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_decide_once(race, today):
    enterprise, by = EnterpriseFactory(waiting_for_approval=True), UserFactory(labour_officer=True)
    assert sorted(race(4, lambda: approve(enterprise=enterprise, by=by, on=today))) == ["AlreadyDecided"] * 3 + ["done"]


def test_the_queue_is_oldest_first(officer):
    second = EnterpriseFactory(waiting_for_approval=True, requested_at="2026-11-23T02:00:00Z")
    first = EnterpriseFactory(waiting_for_approval=True, requested_at="2026-11-20T02:00:00Z")
    EnterpriseFactory()
    assert list(Enterprise.objects.waiting_for_approval()) == [first, second]
