"""The rows that other tests are told in."""

import pytest

from recruitment.accounts.models import Role
from recruitment.places.models import AreaLevel
from recruitment.workers.models import Worker
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.health import ClearanceFactory
from tests.factories.workers import WorkerFactory


@pytest.mark.parametrize("role", list(Role))
def test_a_member_of_staff_acts_in_a_role_for_an_organisation(db, role):
    house = OrganisationFactory()
    user = UserFactory(**{role.value: True}, membership__organisation=house)
    assert [(row.role, row.organisation) for row in user.memberships.current()] == [(role, house)]
    assert user.phone is None
    assert user.check_password("mat-khau-thu")


def test_a_worker_with_a_green_card_from_a_level_4_area_has_two_doses_and_agreed_to_everything(db):
    worker = WorkerFactory(with_green_card=True, from_level_4_area=True, consented=True)
    assert sorted(event.facts["number"] for event in worker.health_events.all()) == [1, 2]
    assert list(AreaLevel.objects.filter(province=worker.home_province).values_list("level", flat=True)) == [4]
    assert Worker.objects.searchable().get() == worker
    assert worker.health_record.version == 0


def test_a_clearance_can_be_refused_or_left_to_an_officer(db):
    assert ClearanceFactory(refused=True).ready_on is None
    assert ClearanceFactory(undecided=True).policy is None
    assert ClearanceFactory(conditional=True, asks_for_site=True).entry_quarantine_place == "site"
    assert WorkerFactory(local=True).home_province.code == "19"
