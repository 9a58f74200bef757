"""A repair by hand is taken back while nothing was built on it; where it can't be, the page says why."""

import pytest
from django.urls import reverse
from django.utils import timezone

from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance, Breach
from recruitment.onboarding.services import repairs
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.breaches import record_breaches, repair
from recruitment.onboarding.services.repair_undoing import STATES, UNDO, WHY_NOT, NotUndoable, state_of, undo_repair
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.recount import differences
from recruitment.workers.models import Worker
from tests.factories.accounts import UserFactory
from tests.recruitment.onboarding.breaking import BREAKS
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return UserFactory(labour_officer=True, name="Hoàng Thị Sửa")


@pytest.fixture
def mended(today, officer):
    """`mended(rule)`: such a breach, found and repaired."""

    def mend(rule: str) -> Breach:
        province = Province(beds=40, **ENTRY_QUARANTINE)
        acceptances = [accept(application=province.applicant(), by=province.recruiter, on=today) for _ in range(2)]
        BREAKS[rule](acceptances[0])
        (breach,) = record_breaches(on=today, now=timezone.now())
        return repair(breach=breach, reason="x", by=officer, on=today)

    return mend


def codes(today) -> list[str]:
    return [one.rule.code for one in invariants.check(on=today, now=timezone.now())]


def without_keys(state: dict) -> dict:
    """A bed that is taken again is another stay."""
    return {name: value for name, value in state.items() if name != "stay"}


@pytest.mark.parametrize("rule", UNDO)
def test_a_repair_taken_back_leaves_things_as_before_and_the_breach_open(mended, officer, today, rule):
    breach = mended(rule)
    assert codes(today) == []
    undone = undo_repair(breach=breach, reason="nhầm người", by=officer, on=today)
    assert (undone.undone_by, undone.undo_reason) == (officer, "nhầm người")
    assert without_keys(state_of(breach)) == without_keys(breach.trace["before"])
    assert codes(today) == [rule] and Breach.objects.open().get().rule == rule
    assert list(differences()) == []
    assert undo_repair(breach=breach, reason="lần nữa", by=officer, on=today).undo_reason == "nhầm người"
    repair(breach=Breach.objects.open().get(), reason="lần hai", by=officer, on=today)
    assert codes(today) == []


@pytest.mark.parametrize("rule", [rule for rule in BREAKS if rule in WHY_NOT])
def test_a_repair_that_cant_be_taken_back_says_why(mended, officer, today, rule):
    breach = mended(rule)
    with pytest.raises(NotUndoable) as refused:
        undo_repair(breach=breach, reason="x", by=officer, on=today)
    assert str(WHY_NOT[rule]) in refused.value.for_people() and codes(today) == []


def test_every_rule_is_undoable_or_says_why_not():
    assert UNDO.keys() | WHY_NOT.keys() == repairs.BY_RULE.keys() and UNDO.keys() == STATES.keys() and not UNDO.keys() & WHY_NOT.keys()


def withdrawn(acceptance: Acceptance, today) -> None:
    withdraw(application=acceptance.application, by=acceptance.application.worker.user, on=today)


@pytest.mark.parametrize("rule", ["hired_or_not", "entry_bed_missing", "pass_missing"])
def test_what_was_built_on_a_repair_is_not_pulled_down(mended, officer, today, rule):
    breach = mended(rule)
    acceptance = Acceptance.objects.select_related("application__worker__user").order_by("pk")[0]
    withdrawn(acceptance, today)
    with pytest.raises(NotUndoable) as refused:
        undo_repair(breach=breach, reason="x", by=officer, on=today)
    assert "thay đổi khác" in refused.value.for_people()


def test_a_bed_in_which_somebody_lies_stays_a_bed(mended, officer, today):
    breach = mended("entry_bed_missing")
    Stay.objects.filter(pk=breach.trace["after"]["stay"]).update(status="admitted", admitted_at=timezone.now())
    with pytest.raises(NotUndoable):
        undo_repair(breach=breach, reason="x", by=officer, on=today)


def test_the_page_offers_the_undoing_with_a_reason_and_keeps_who_and_why(client, mended, officer, today):
    client.force_login(officer)
    breach = mended("hired_or_not")
    address = reverse("onboarding:undo_repair", args=[breach.pk])
    assert address in client.get(reverse("onboarding:breaches")).content.decode()
    assert "Hoàn tác lần sửa?" in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 422
    Worker.objects.update(status="looking")
    refused = client.post(address, {"reason": "nhầm"})
    assert refused.status_code == 422 and "thay đổi khác" in refused.content.decode()
    Worker.objects.update(status="hired")
    page = client.post(address, {"reason": "nhầm người"}, follow=True).content.decode()
    assert "nhầm người" in page and "Hoàng Thị Sửa hoàn tác" in page
    assert client.get(address).status_code == 404


def test_the_page_says_why_a_repair_cant_be_undone(client, mended, officer):
    client.force_login(officer)
    breach = mended("places_filled")
    assert "Không hoàn tác được: con số được đếm lại" in client.get(reverse("onboarding:breaches")).content.decode()
    assert client.get(reverse("onboarding:undo_repair", args=[breach.pk])).status_code == 404
