"""How long a pass lasts is dated data; who is still in afterwards without having begun is told, and the factory as well."""

import datetime as dt
from uuid import uuid4

import pytest
from django.utils import timezone

from recruitment.notifications.models import Message
from recruitment.onboarding.models import Acceptance, PassPolicy
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.overstays import tell_of_overstays
from recruitment.travel.models import Crossing, EntryPass
from recruitment.travel.services.passes import revoke_pass
from tests.factories.travel import CheckpointFactory
from tests.factories.workers import EmploymentFactory
from tests.recruitment.onboarding.situations import Province

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def inside(today) -> Acceptance:
    """Came in with a pass whose last day was yesterday."""
    province = Province(beds=50).with_recruiter_at_the_factory()
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    cross(acceptance, "in", timezone.now() - dt.timedelta(hours=2))
    EntryPass.objects.update(valid_from=today - 9 * DAY, valid_until=today - DAY)
    return acceptance


def cross(acceptance: Acceptance, direction: str, at: dt.datetime) -> None:
    checkpoint = CheckpointFactory()
    officer = checkpoint.organisation.memberships.get().user
    seen = {"how": "scan", "verdict": "let_in", "let_through": True, "offline": False, "direction": direction, "at": at}
    entry_pass = EntryPass.objects.get(worker=acceptance.application.worker)
    Crossing.objects.create(uuid=uuid4(), checkpoint=checkpoint, entry_pass=entry_pass, by=officer, **seen)


def told() -> set[int]:
    return set(Message.objects.filter(kind="overstay", channel="app").values_list("recipient", flat=True))


def test_holder_and_factory_are_told_once(inside, today):
    assert tell_of_overstays(on=today) == 1 and tell_of_overstays(on=today) == 0
    assert told() == {inside.application.worker.user.pk, inside.accepted_by_id}
    assert Message.objects.filter(kind="overstay", channel="app").count() == 2


def test_whose_pass_was_revoked_meanwhile_is_told_that_and_not_that_it_is_over(inside, today):
    EntryPass.objects.update(valid_until=today + DAY)
    revoke_pass(entry_pass=EntryPass.objects.get(), reason="Rút đơn.", by=None)
    assert tell_of_overstays(on=today) == 1 and tell_of_overstays(on=today) == 0
    assert all("thu hồi" in text for text in Message.objects.filter(kind="overstay", channel="app").values_list("text", flat=True))


def test_whoever_left_or_began_to_work_is_left_alone(inside, today):
    EmploymentFactory(worker=inside.application.worker, since=today)
    assert tell_of_overstays(on=today) == 0


def test_whoever_went_out_again_is_left_alone(inside, today):
    cross(inside, "out", timezone.now() - dt.timedelta(hours=1))
    assert tell_of_overstays(on=today) == 0


def test_on_its_last_day_a_pass_is_good(inside, today):
    assert tell_of_overstays(on=today - DAY) == 0


@pytest.mark.parametrize(("rule", "days"), [(None, 30), (14, 14)])
def test_a_pass_lasts_as_long_after_the_first_shift_as_the_rule_of_the_day_says(today, rule, days):
    if rule:
        PassPolicy.objects.create(number="1/QĐ", since=today, days_after_start=rule)
    province = Province(beds=50)
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    assert acceptance.entry_pass.valid_until == acceptance.starts_on + days * DAY


def test_two_runs_at_once_tell_once(race, today):
    province = Province(beds=50).with_recruiter_at_the_factory()
    acceptance = accept(application=province.applicant(), by=province.recruiter, on=today)
    cross(acceptance, "in", timezone.now() - dt.timedelta(hours=2))
    EntryPass.objects.update(valid_from=today - 9 * DAY, valid_until=today - DAY)
    assert race(3, lambda: tell_of_overstays(on=today)) == ["done"] * 3
    assert Message.objects.filter(kind="overstay", channel="app").count() == 2
