"""Relisting, closing, and the department's queue of kept phrases."""

import datetime as dt

import pytest

from recruitment.openings.models import Opening, WordingOverride
from recruitment.openings.requirements import UnlawfulWording
from recruitment.openings.services.closing import NeverPublished, close_opening
from recruitment.openings.services.copying import copy_opening
from recruitment.openings.services.places import NoPlacesLeft, hold_place
from recruitment.openings.services.publishing import CannotPublish, publish
from recruitment.openings.services.wording_review import AlreadyReviewed, allow_phrase, refuse_phrase
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.occupations import SkillFactory
from tests.factories.openings import OpeningFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def recruiter(db):
    return recruiter_of(FactoryFactory())


def test_a_copy_is_a_draft_without_people_and_without_days_that_passed(recruiter, today):
    skill = SkillFactory()
    opening = OpeningFactory(closed=True, with_shuttle=True, with_dormitory=True, accepted=4, starts_on=today - dt.timedelta(days=3), closes_on=today)
    opening.skills.add(skill)
    copy = copy_opening(opening=opening, by=recruiter, on=today)
    assert (copy.status, copy.held, copy.accepted, copy.copied_from) == (Opening.Status.DRAFT, 0, 0, opening)
    assert (copy.title, copy.base_wage, copy.starts_on, copy.closes_on) == (opening.title, opening.base_wage, None, today)
    assert list(copy.skills.all()) == [skill]
    assert [stop.name for stop in copy.shuttle_stops.all()] == ["Bến xe Thái Nguyên"]


def test_a_double_click_on_copy_makes_one_copy(recruiter, today):
    opening = OpeningFactory()
    assert copy_opening(opening=opening, by=recruiter, on=today, key="k") == copy_opening(opening=opening, by=recruiter, on=today, key="k")
    assert copy_opening(opening=opening, by=recruiter, on=today, key="l") != copy_opening(opening=opening, by=recruiter, on=today, key="k")


def test_a_closed_opening_takes_nobody_any_more(recruiter, today):
    opening = close_opening(opening=OpeningFactory(), outcome=Opening.Outcome.CANCELLED, by=recruiter, on=today)
    assert (opening.status, opening.outcome, opening.closed_at is not None) == (Opening.Status.CLOSED, Opening.Outcome.CANCELLED, True)
    with pytest.raises(NoPlacesLeft):
        hold_place(opening=opening)
    again = close_opening(opening=opening, outcome=Opening.Outcome.FILLED, by=recruiter, on=today)
    assert again.outcome == Opening.Outcome.CANCELLED


def test_a_draft_has_nothing_to_close_and_an_outcome_is_one_of_the_known(recruiter, today):
    with pytest.raises(NeverPublished):
        close_opening(opening=OpeningFactory(draft=True), outcome=Opening.Outcome.FILLED, by=recruiter, on=today)
    with pytest.raises(ValueError, match="outcome"):
        close_opening(opening=OpeningFactory(), outcome="", by=recruiter, on=today)


@pytest.fixture
def kept(recruiter, today):
    opening = OpeningFactory(draft=True, description="Cần người dưới 35 tuổi.")
    publish(opening=opening, by=recruiter, on=today, overrides={"dưới 35 tuổi": "Nghề nặng nhọc"})
    return WordingOverride.objects.get()


def test_the_department_lets_a_phrase_stand(kept, today):
    officer = UserFactory(labour_officer=True)
    assert allow_phrase(override=kept, by=officer, on=today).reviewed_by == officer
    assert not WordingOverride.objects.waiting().exists()
    assert Opening.objects.get().status == Opening.Status.PUBLISHED


def test_a_refused_phrase_pauses_the_opening_until_it_is_gone(kept, recruiter, today):
    refuse_phrase(override=kept, by=UserFactory(labour_officer=True), on=today)
    opening = Opening.objects.get()
    assert opening.status == Opening.Status.PAUSED
    with pytest.raises(CannotPublish) as refusal:
        publish(opening=opening, by=recruiter, on=today, overrides={"dưới 35 tuổi": "Vẫn cần"})
    (obstacle,) = refusal.value.obstacles
    assert isinstance(obstacle, UnlawfulWording)
    assert "Sở đã không cho giữ" in obstacle.for_people()


def test_the_second_officer_is_told_who_decided(kept, today):
    first = UserFactory(labour_officer=True, name="Lường Thị Thử")
    allow_phrase(override=kept, by=first, on=today)
    with pytest.raises(AlreadyReviewed) as refusal:
        refuse_phrase(override=kept, by=UserFactory(labour_officer=True), on=today)
    assert "Lường Thị Thử" in refusal.value.for_people()
    assert Opening.objects.get().status == Opening.Status.PUBLISHED


def test_recruiters_see_kept_phrases_of_their_own_openings_only(kept):
    assert list(WordingOverride.objects.visible_to(recruiter_of(kept.opening.factory))) == [kept]
    assert list(WordingOverride.objects.visible_to(recruiter_of(FactoryFactory()))) == []
    assert list(WordingOverride.objects.visible_to(UserFactory(labour_officer=True))) == [kept]
