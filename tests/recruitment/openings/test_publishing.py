"""Drafting, saving, publishing and pausing: what is refused, and that refusing changes nothing."""

import datetime as dt

import pytest

from recruitment.employers.models import Enterprise
from recruitment.openings.models import Opening, Stop
from recruitment.openings.requirements import BelowMinimumWage, EmployerRefused, LimitedPosting, UnlawfulWording
from recruitment.openings.services.publishing import (
    CannotPublish,
    EditedMeanwhile,
    FewerThanPromised,
    NotEditable,
    draft,
    pause,
    publish,
    save_step,
)
from recruitment.shared.refusals import Conflict
from search.models import IndexRequest
from tests.factories.employers import EnterpriseFactory, FactoryFactory, recruiter_of
from tests.factories.occupations import OccupationFactory, SkillFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import MinimumWageFactory

pytestmark = pytest.mark.django_db


def obstacles(attempt):
    with pytest.raises(CannotPublish) as refusal:
        attempt()
    return refusal.value.obstacles


def published(opening):
    return Opening.objects.get(pk=opening.pk).status == Opening.Status.PUBLISHED


@pytest.fixture
def recruiter(db):
    return recruiter_of(FactoryFactory())


def test_an_opening_goes_from_first_line_to_published(recruiter, today):
    factory, by = FactoryFactory(), recruiter
    opening = draft(factory=factory, by=by, on=today, fields={"title": "Công nhân may", "occupation": OccupationFactory()})
    skill = SkillFactory()
    save_step(opening=opening, by=by, on=today, seen=None, fields={"headcount": 20, "shift": "night", "rest_day": "Chủ nhật", "starts_on": today})
    save_step(
        opening=opening,
        by=by,
        on=today,
        seen=None,
        fields={"base_wage": 6_240_000, "allowances": 0, "shuttle_stops": [Stop("Ga Lưu Xá", dt.time(6, 30)), Stop("Phố Cò")]},
    )
    save_step(opening=opening, by=by, on=today, seen=None, fields={"experience_months": 6, "skills": [skill]})
    opening = publish(opening=opening, by=by, on=today)
    assert (opening.status, opening.headcount, opening.published_at.date()) == (Opening.Status.PUBLISHED, 20, today)
    assert (opening.wage_min, opening.wage_max) == (8_112_000, 8_112_000)  # 30 % more for work at night
    assert list(opening.skills.all()) == [skill]
    assert [stop.name for stop in opening.shuttle_stops.all()] == ["Ga Lưu Xá", "Phố Cò"]
    assert IndexRequest.objects.get(kind="opening", document=opening.pk).version > 1


def test_repeating_a_draft_with_its_key_makes_one(recruiter, today):
    factory = FactoryFactory()
    first = draft(factory=factory, by=recruiter, on=today, fields={"title": "Thợ hàn"}, key="a")
    second = draft(factory=factory, by=recruiter, on=today, fields={"title": "Thợ hàn"}, key="a")
    assert first == second
    assert Opening.objects.count() == 1


def test_everything_missing_is_named_at_once(recruiter, today):
    opening = draft(factory=FactoryFactory(), by=recruiter, on=today, fields={"title": "Thợ hàn"})
    missing = obstacles(lambda: publish(opening=opening, by=recruiter, on=today))
    assert {one.field for one in missing} == {"occupation", "shift", "rest_day", "starts_on", "base_wage"}
    assert not published(opening)


def test_a_base_wage_below_the_regional_minimum_names_region_amount_and_decree(recruiter, today):
    MinimumWageFactory()
    opening = OpeningFactory(draft=True, base_wage=4_729_999)
    (refusal,) = obstacles(lambda: publish(opening=opening, by=recruiter, on=today))
    assert isinstance(refusal, BelowMinimumWage)
    assert (refusal.field, refusal.region, refusal.minimum) == ("base_wage", 2, 4_730_000)
    for part in ("vùng II", "4.730.000", "4.729.999", "293/2025/NĐ-CP"):
        assert part in refusal.for_people()
    OpeningFactory(draft=True, base_wage=4_730_000)
    assert publish(opening=OpeningFactory(draft=True, base_wage=4_730_000), by=recruiter, on=today).status == Opening.Status.PUBLISHED


def test_the_minimum_is_that_of_the_day_and_of_the_zone(recruiter, today):
    MinimumWageFactory(since=dt.date(2027, 1, 1), monthly=9_000_000)
    MinimumWageFactory(region=1, monthly=9_000_000)
    assert publish(opening=OpeningFactory(draft=True), by=recruiter, on=today).status == Opening.Status.PUBLISHED
    later = OpeningFactory(draft=True, starts_on=dt.date(2027, 2, 1), closes_on=None)
    assert isinstance(obstacles(lambda: publish(opening=later, by=recruiter, on=dt.date(2027, 1, 1)))[0], BelowMinimumWage)


def test_a_day_that_has_passed_is_refused(recruiter, today):
    opening = OpeningFactory(draft=True, starts_on=today - dt.timedelta(days=1), closes_on=today - dt.timedelta(days=2))
    assert [one.field for one in obstacles(lambda: publish(opening=opening, by=recruiter, on=today))] == ["starts_on", "closes_on"]


def test_a_phrase_by_age_needs_a_reason_and_goes_to_the_queue(recruiter, today):
    opening = OpeningFactory(draft=True, description="Cần người dưới 35 tuổi, khỏe mạnh.")
    (refusal,) = obstacles(lambda: publish(opening=opening, by=recruiter, on=today, overrides={"dưới 35 tuổi": "  "}))
    assert isinstance(refusal, UnlawfulWording)
    assert "Điều 8 khoản 1" in refusal.for_people()
    opening = publish(opening=opening, by=recruiter, on=today, overrides={"Dưới 35 TUỔI": "Nghề nặng nhọc theo Thông tư 11/2020"})
    (override,) = opening.wording_overrides.all()
    assert (override.phrase, override.article, override.by, override.decision) == ("dưới 35 tuổi", "8.1", recruiter, "")


def test_a_reason_once_given_lasts_and_is_not_doubled(recruiter, today):
    opening = OpeningFactory(draft=True, description="Cần người dưới 35 tuổi.")
    for _time in range(2):
        opening = publish(opening=opening, by=recruiter, on=today, overrides={"dưới 35 tuổi": "Nghề nặng nhọc"})
        opening = pause(opening=opening, by=recruiter, on=today)
    opening = publish(opening=opening, by=recruiter, on=today)
    assert opening.wording_overrides.count() == 1


def test_a_fee_can_never_be_kept(recruiter, today):
    opening = OpeningFactory(draft=True, description="Nộp phí hồ sơ 200.000 đồng.")
    (refusal,) = obstacles(lambda: publish(opening=opening, by=recruiter, on=today, overrides={"nộp phí hồ sơ": "Chi phí thật"}))
    assert "Điều 11 khoản 2" in refusal.for_people()
    assert opening.wording_overrides.count() == 0


def test_an_enterprise_that_waits_for_approval_publishes_one(today):
    factory = FactoryFactory(waiting_for_approval=True)
    by = recruiter_of(factory)
    first, second = OpeningFactory(draft=True, factory=factory), OpeningFactory(draft=True, factory=factory)
    publish(opening=first, by=by, on=today)
    (refusal,) = obstacles(lambda: publish(opening=second, by=by, on=today))
    assert isinstance(refusal, LimitedPosting)
    pause(opening=first, by=by, on=today)
    publish(opening=second, by=by, on=today)


@pytest.mark.django_db(transaction=True)
def test_an_enterprise_that_waits_publishes_one_even_from_two_windows(race, today):
    factory = FactoryFactory(waiting_for_approval=True)
    by = recruiter_of(factory)
    drafts = [OpeningFactory(draft=True, factory=factory) for _ in range(6)]
    outcomes = race(6, lambda: publish(opening=drafts.pop(), by=by, on=today))
    assert sorted(outcomes) == ["CannotPublish"] * 5 + ["done"]


def test_a_refused_enterprise_publishes_nothing(today):
    factory = FactoryFactory(enterprise=EnterpriseFactory(refused=True))
    (refusal,) = obstacles(lambda: publish(opening=OpeningFactory(draft=True, factory=factory), by=recruiter_of(factory), on=today))
    assert isinstance(refusal, EmployerRefused)
    assert factory.enterprise.refusal_reason in refusal.for_people()
    assert Enterprise.objects.get().status == Enterprise.Status.REFUSED


def test_publishing_twice_is_publishing_once(recruiter, today):
    opening = OpeningFactory(draft=True)
    first = publish(opening=opening, by=recruiter, on=today)
    second = publish(opening=opening, by=recruiter, on=today)
    assert (second.published_at, second.changed_at) == (first.published_at, first.changed_at)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_publish_in_two_threads_publishes_once(race, today):
    opening = OpeningFactory(draft=True, description="Cần người dưới 35 tuổi.")
    by = recruiter_of(opening.factory)
    outcomes = race(4, lambda: publish(opening=opening, by=by, on=today, overrides={"dưới 35 tuổi": "Nghề nặng nhọc"}))
    assert outcomes == ["done"] * 4
    assert opening.wording_overrides.count() == 1


def test_a_paused_opening_comes_back_with_its_first_date(recruiter, today):
    opening = OpeningFactory()
    paused = pause(opening=opening, by=recruiter, on=today)
    assert paused.status == Opening.Status.PAUSED
    assert pause(opening=opening, by=recruiter, on=today).changed_at == paused.changed_at
    again = publish(opening=opening, by=recruiter, on=today)
    assert (again.status, again.published_at) == (Opening.Status.PUBLISHED, opening.published_at)


def test_a_draft_is_not_paused_and_a_closed_one_not_published_nor_edited(recruiter, today):
    with pytest.raises(Conflict):
        pause(opening=OpeningFactory(draft=True), by=recruiter, on=today)
    with pytest.raises(NotEditable):
        publish(opening=OpeningFactory(closed=True), by=recruiter, on=today)
    with pytest.raises(NotEditable):
        save_step(opening=OpeningFactory(closed=True), by=recruiter, on=today, seen=None, fields={"title": "Khác"})


def test_the_second_of_two_tabs_is_told_who_changed_what(recruiter, today):
    opening = OpeningFactory(draft=True)
    save_step(opening=opening, by=recruiter, on=today, seen=opening.changed_at, fields={"title": "Tổ trưởng"})
    with pytest.raises(EditedMeanwhile) as refusal:
        save_step(opening=opening, by=recruiter, on=today, seen=opening.changed_at, fields={"title": "Chuyền trưởng"})
    assert (refusal.value.opening.title, refusal.value.opening.changed_by) == ("Tổ trưởng", recruiter)
    assert recruiter.name in refusal.value.for_people()
    overwritten = save_step(opening=opening, by=recruiter, on=today, seen=refusal.value.opening.changed_at, fields={"title": "Chuyền trưởng"})
    assert overwritten.title == "Chuyền trưởng"


def test_an_edit_keeps_the_places_that_moved_meanwhile(recruiter, today):
    opening = OpeningFactory(headcount=5)
    Opening.objects.filter(pk=opening.pk).update(held=2, accepted=1)
    save_step(opening=opening, by=recruiter, on=today, seen=opening.changed_at, fields={"headcount": 3, "title": "Thợ hàn"})
    opening.refresh_from_db(fields=["headcount", "held", "accepted"])
    assert (opening.headcount, opening.held, opening.accepted) == (3, 2, 1)
    with pytest.raises(FewerThanPromised) as refusal:
        save_step(opening=opening, by=recruiter, on=today, seen=None, fields={"headcount": 2})
    assert "3 người" in refusal.value.for_people()


def test_a_published_opening_stays_lawful_while_it_is_edited(recruiter, today):
    MinimumWageFactory()
    opening = OpeningFactory()
    found = obstacles(
        lambda: save_step(opening=opening, by=recruiter, on=today, seen=None, fields={"base_wage": 1_000_000, "meals": "nộp phí hồ sơ"})
    )
    assert [type(one).__name__ for one in found] == ["BelowMinimumWage", "UnlawfulWording"]
    opening.refresh_from_db(fields=["base_wage", "meals"])
    assert (opening.base_wage, opening.meals) == (6_000_000, "")


def test_fields_that_people_do_not_edit_are_refused(recruiter, today):
    with pytest.raises(ValueError, match="accepted"):
        save_step(opening=OpeningFactory(), by=recruiter, on=today, seen=None, fields={"accepted": 0})
