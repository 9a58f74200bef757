"""An infection at a factory, from the first case to the end."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recruitment.health.models import HealthEvent
from recruitment.notifications.models import Message
from recruitment.openings.models import Opening
from recruitment.openings.services.publishing import Suspended, publish
from recruitment.quarantine.models import Outbreak, OutbreakEvent, Stay
from recruitment.quarantine.services.admissions import admit, book_bed, release
from recruitment.quarantine.services.crews import note_returns, people_out
from recruitment.quarantine.services.outbreaks import (
    NotEmployedHere,
    OutbreakChanged,
    OutbreakClosed,
    close_outbreak,
    confirm_contacts,
    declare_case,
    lock_production,
    unlock_production,
)
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import reserve_backup_beds
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, LineFactory, recruiter_of
from tests.factories.openings import OpeningFactory
from tests.factories.places import ProvinceFactory
from tests.factories.quarantine import SiteFactory, figures
from tests.factories.workers import EmploymentFactory, WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class Plant:
    """A line with a team, whose first member falls ill."""

    def __init__(self, today, *, team=4):
        ProvinceFactory(home=True)
        self.today = today
        self.line = LineFactory()
        self.factory = self.line.workshop.factory
        self.officer = UserFactory(health_officer=True)
        self.team = [self.employ(line=self.line, team="A") for _ in range(team)]

    def employ(self, **post):
        return EmploymentFactory(factory=self.factory, **post).worker

    def declare(self, worker=None):
        return declare_case(factory=self.factory, worker=worker or self.team[0], found_on=self.today, by=self.officer, on=self.today)

    def confirm(self, outbreak, people=None, seen=None):
        chosen = outbreak.people.all() if people is None else people
        outbreak.refresh_from_db()
        return confirm_contacts(
            outbreak=outbreak,
            chosen=[person.pk for person in chosen],
            seen=outbreak.version if seen is None else seen,
            first=self.today,
            until=self.today + 14 * DAY,
            by=self.officer,
            on=self.today,
        )


@pytest.fixture
def plant(today):
    return Plant(today)


def kinds(outbreak):
    return {person.worker_id: (person.kind, person.status) for person in outbreak.people.all()}


def test_declaring_a_case_proposes_whom_it_met(plant):
    neighbour = plant.employ(line=LineFactory(workshop=plant.line.workshop), team="A")
    stranger = plant.employ(line=LineFactory(), team="A")
    outbreak = plant.declare()
    case, *others = plant.team
    assert kinds(outbreak) == {
        case.pk: ("F0", "confirmed"),
        **{worker.pk: ("F1", "proposed") for worker in others},
        neighbour.pk: ("F2", "proposed"),
    }
    assert stranger.pk not in kinds(outbreak)
    assert [(event.kind, event.numbers) for event in outbreak.events.all()] == [("declared", {"cases": 1}), ("traced", {"f1": 3, "f2": 1})]


def test_declaring_the_same_case_twice_changes_nothing(plant):
    first = plant.declare()
    before = (kinds(first), OutbreakEvent.objects.count(), HealthEvent.objects.count())
    assert plant.declare() == first
    assert (kinds(first), OutbreakEvent.objects.count(), HealthEvent.objects.count()) == before


def test_a_second_case_belongs_to_the_open_outbreak_and_a_contact_can_become_a_case(plant):
    outbreak = plant.declare()
    assert plant.declare(plant.team[1]) == outbreak
    assert kinds(outbreak)[plant.team[1].pk] == ("F0", "confirmed")
    assert Outbreak.objects.count() == 1


def test_a_second_contact_who_turns_out_close_is_proposed_anew(plant):
    other = LineFactory(workshop=plant.line.workshop)
    second_case, neighbour = plant.employ(line=other, team="A"), plant.employ(line=other, team="A")
    outbreak = plant.declare()
    plant.confirm(outbreak, people=[])
    assert kinds(outbreak)[neighbour.pk] == ("F2", "dismissed")
    plant.declare(second_case)
    assert kinds(outbreak)[neighbour.pk] == ("F1", "proposed")


def test_somebody_who_does_not_work_there_can_not_be_its_case(plant):
    with pytest.raises(NotEmployedHere):
        plant.declare(WorkerFactory())


def test_confirmed_contacts_move_into_the_factorys_own_beds_and_are_told(plant, today):
    site = SiteFactory(beds=5)
    reserve_backup_beds(factory=plant.factory, site=site, first=today, until=today + 20 * DAY, beds=3, by=None, on=today)
    outbreak = plant.declare()
    housing = plant.confirm(outbreak)
    assert (len(housing.stays), housing.without_bed) == (3, [])
    assert {stay.drawn_from.factory for stay in housing.stays} == {plant.factory}
    assert figures(site, today) == (5, 0, 3)
    assert Message.objects.filter(kind="moved", channel="sms").count() == 3
    assert not any(word in Message.objects.filter(kind="moved").first().text for word in ("F1", "F0", "dịch", "nhiễm"))
    assert outbreak.events.get(kind="housed").numbers == {"backup": 3, "elsewhere": 0, "without_bed": 0}
    assert list(differences()) == []


def test_what_the_officer_left_unticked_is_dismissed_and_stays_at_work(plant):
    SiteFactory()
    outbreak = plant.declare()
    ticked = outbreak.people.filter(worker=plant.team[1])
    assert [stay.worker for stay in plant.confirm(outbreak, people=ticked).stays] == [plant.team[1]]
    assert kinds(outbreak)[plant.team[2].pk] == ("F1", "dismissed")


def test_two_officers_with_the_same_list_the_second_is_shown_what_changed(plant):
    SiteFactory()
    outbreak = plant.declare()
    outbreak.refresh_from_db()
    seen = outbreak.version
    plant.confirm(outbreak, seen=seen)
    with pytest.raises(OutbreakChanged):
        plant.confirm(outbreak, seen=seen)
    assert Stay.objects.count() == 3


def test_far_more_contacts_than_beds_are_named_and_housed_as_soon_as_there_are_beds(today):
    plant = Plant(today, team=9)
    small = SiteFactory(beds=3)
    outbreak = plant.declare()
    housing = plant.confirm(outbreak)
    assert (len(housing.stays), len(housing.without_bed)) == (3, 5)
    SiteFactory(beds=10)
    later = plant.confirm(outbreak, people=[])
    assert (len(later.stays), later.without_bed) == (5, [])
    assert figures(small, today) == (3, 0, 3)
    assert list(differences()) == []


def test_somebody_with_a_bed_elsewhere_keeps_it(plant, today):
    site = SiteFactory()
    held = book_bed(worker=plant.team[1], site=site, arrives_on=today, leaves_on=today + DAY, by=None)
    outbreak = plant.declare()
    plant.confirm(outbreak)
    assert outbreak.people.get(worker=plant.team[1]).stay == held


def lock_line(plant, outbreak, *openings):
    lock_production(outbreak=outbreak, lock="line", line=plant.line, openings=openings, by=plant.officer, on=plant.today)


def test_locked_openings_stay_paused_until_the_lock_is_lifted_and_then_are_published_again(plant, today):
    opening, other = OpeningFactory(factory=plant.factory), OpeningFactory()
    outbreak = plant.declare()
    lock_line(plant, outbreak, opening, other)
    assert Opening.objects.get(pk=opening.pk).status == "paused"
    assert Opening.objects.get(pk=other.pk).status == "published"
    with pytest.raises(Suspended):
        publish(opening=opening, by=recruiter_of(plant.factory), on=today)
    for _ in range(2):
        assert unlock_production(outbreak=outbreak, by=plant.officer, on=today) == []
    assert Opening.objects.get(pk=opening.pk).status == "published"
    assert [event.numbers for event in outbreak.events.filter(kind="unlocked")] == [{"what": str(plant.line), "openings": 1}]


def test_an_opening_that_could_not_be_published_any_more_stays_paused_and_its_factory_may_mend_it(plant, today):
    opening = OpeningFactory(factory=plant.factory)
    outbreak = plant.declare()
    lock_line(plant, outbreak, opening)
    Opening.objects.filter(pk=opening.pk).update(closes_on=today - DAY)
    assert unlock_production(outbreak=outbreak, by=plant.officer, on=today) == [opening]
    assert not Opening.objects.get(pk=opening.pk).suspended_at


def test_an_opening_that_its_recruiter_had_paused_is_left_alone(plant, today):
    opening = OpeningFactory(factory=plant.factory, paused=True)
    outbreak = plant.declare()
    lock_line(plant, outbreak, opening)
    unlock_production(outbreak=outbreak, by=plant.officer, on=today)
    assert Opening.objects.get(pk=opening.pk).status == "paused"


def test_the_database_itself_publishes_no_suspended_opening(plant, today):
    opening = OpeningFactory(factory=plant.factory)
    lock_line(plant, plant.declare(), opening)
    with pytest.raises(IntegrityError), transaction.atomic():
        Opening.objects.filter(pk=opening.pk).update(status="published")


def test_the_line_and_the_recruiters_are_told_of_the_lock_without_a_reason(plant):
    recruiter, outbreak = recruiter_of(plant.factory), plant.declare()
    Message.objects.all().delete()
    lock_line(plant, outbreak)
    texts = {message.recipient: message.text for message in Message.objects.filter(kind="production", channel="app")}
    assert texts.keys() == {recruiter, *(worker.user for worker in plant.team)}
    assert "tạm dừng từ hôm nay" in texts[plant.team[0].user] and "xếp ca thay" in texts[recruiter]


def housed(plant):
    """An outbreak whose three contacts are in quarantine."""
    SiteFactory()
    outbreak = plant.declare()
    stays = plant.confirm(outbreak).stays
    for stay in stays:
        admit(stay=stay, by=plant.officer, on=plant.today)
    return outbreak, stays


def out(outbreak, today):
    return {post.worker for post in people_out(Outbreak.objects.get(pk=outbreak.pk), on=today)}


def test_cases_and_close_contacts_are_out_until_they_come_back(plant, today):
    plant.employ(line=LineFactory(workshop=plant.line.workshop), team="A")  # a second contact works on
    outbreak, stays = housed(plant)
    assert out(outbreak, today) == set(plant.team)
    release(stay=stays[0], by=plant.officer, on=today + DAY)
    for expected in (1, 0):
        assert note_returns(now=timezone.now(), on=today + DAY) == expected
    assert out(outbreak, today) == set(plant.team) - {stays[0].worker}
    assert [event.numbers for event in outbreak.events.filter(kind="returned")] == [{"people": 1}]
    message = Message.objects.get(recipient=stays[0].worker.user, kind="back_to_work", channel="sms")
    assert f"{plant.line} · A" in message.text


def test_somebody_moved_to_another_site_is_not_back(plant, today):
    _outbreak, stays = housed(plant)
    elsewhere = SiteFactory()
    release(stay=stays[0], by=plant.officer, on=today)
    book_bed(worker=stays[0].worker, site=elsewhere, arrives_on=today, leaves_on=today + DAY, by=None)
    assert note_returns(now=timezone.now(), on=today) == 0


def test_everybody_of_a_locked_line_is_out_until_it_is_unlocked(plant, today):
    outbreak = plant.declare()
    plant.confirm(outbreak, people=[])
    assert out(outbreak, today) == {plant.team[0]}
    lock_line(plant, outbreak)
    assert out(outbreak, today) == set(plant.team)
    unlock_production(outbreak=outbreak, by=plant.officer, on=today)
    assert out(outbreak, today) == {plant.team[0]}


def test_a_closed_outbreak_locks_nothing_and_takes_nobody(plant, today):
    outbreak = plant.declare()
    lock_production(outbreak=outbreak, lock="factory", openings=[], by=plant.officer, on=today)
    for _ in range(2):
        close_outbreak(outbreak=outbreak, by=plant.officer, on=today)
    outbreak.refresh_from_db()
    assert outbreak.closed_at and outbreak.locked == "none"
    with pytest.raises(OutbreakClosed):
        plant.confirm(outbreak)
    assert plant.declare() != outbreak


def test_only_health_officers_and_the_factory_see_it(plant):
    outbreak = plant.declare()
    assert all(outbreak in Outbreak.objects.visible_to(user) for user in (plant.officer, recruiter_of(plant.factory)))
    strangers = [recruiter_of(FactoryFactory()), UserFactory(labour_officer=True), UserFactory(site_manager=True), plant.team[0].user]
    assert not any(Outbreak.objects.visible_to(user).exists() for user in strangers)


def test_forty_contacts_cost_as_many_queries_as_four(today):
    def queries(size):
        plant = Plant(today, team=size)
        outbreak = plant.declare()
        with CaptureQueriesContext(connection) as counted:
            assert len(plant.confirm(outbreak).stays) == size - 1
        return len(counted)

    SiteFactory(beds=100)
    assert queries(5) == queries(41)
