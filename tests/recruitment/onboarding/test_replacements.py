"""The shift goes on: own people, applicants and people who fit take over from those an outbreak keeps away."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recruitment.applications.models import Application
from recruitment.notifications.models import Message
from recruitment.onboarding.models import Replacement
from recruitment.onboarding.services.replacements import AskedAlready, ask_for_support, look_after, propose, send
from recruitment.quarantine.models import Outbreak
from recruitment.quarantine.services.admissions import admit, release
from recruitment.quarantine.services.crews import note_returns
from recruitment.quarantine.services.outbreaks import OutbreakClosed, close_outbreak, confirm_contacts, declare_case
from recruitment.workers.models import Employment
from tests.factories.accounts import UserFactory
from tests.factories.applications import ApplicationFactory
from tests.factories.employers import LineFactory, recruiter_of
from tests.factories.health import ClearanceFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import ProvinceFactory
from tests.factories.quarantine import SiteFactory
from tests.factories.workers import EmploymentFactory, WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class Plant:
    """Team A of a line, three people, is in quarantine after a case; team B of the same workshop works on."""

    def __init__(self, today, *, team_b=4):
        ProvinceFactory(home=True)
        SiteFactory()
        self.today = today
        self.line = LineFactory()
        self.factory = self.line.workshop.factory
        self.officer, self.recruiter = UserFactory(health_officer=True), recruiter_of(self.factory)
        self.other = LineFactory(workshop=self.line.workshop)
        self.team_a = [self.employ(self.line, "A") for _ in range(3)]
        self.team_b = [self.employ(self.other, "B") for _ in range(team_b)]
        self.outbreak = declare_case(factory=self.factory, worker=self.team_a[0], found_on=today, by=self.officer, on=today)
        self.outbreak.refresh_from_db()
        chosen = [person.pk for person in self.outbreak.people.all()]
        dates = {"first": today, "until": today + 14 * DAY}
        self.stays = confirm_contacts(outbreak=self.outbreak, chosen=chosen, seen=self.outbreak.version, by=self.officer, on=today, **dates).stays
        self.opening = OpeningFactory(factory=self.factory)

    def employ(self, line, team):
        return EmploymentFactory(factory=self.factory, line=line, team=team).worker

    def applicant(self, *, ready_in=0, worker=None):
        if worker is None:
            worker = WorkerFactory(consented=True)
            ClearanceFactory(worker=worker, ready_on=self.today + ready_in * DAY)
        return ApplicationFactory(worker=worker, opening=self.opening)

    def candidate(self):
        return WorkerFactory(consented=True)

    def propose(self, needed=None):
        return propose(outbreak=Outbreak.objects.get(pk=self.outbreak.pk), needed=needed, day=self.today + DAY, on=self.today)

    def send(self, *, own=(), applications=(), workers=(), day=None):
        people = {"own": [worker.pk for worker in own], "applications": [row.pk for row in applications], "workers": [one.pk for one in workers]}
        facts = {"opening": self.opening, "day": day or self.today, "by": self.recruiter, "on": self.today}
        return send(outbreak=self.outbreak, **people, **facts)


@pytest.fixture
def plant(today):
    return Plant(today)


def post_of(worker):
    return Employment.objects.values_list("line", "team").get(worker=worker, until=None)


def test_as_many_are_proposed_as_are_missing_own_people_of_other_teams_first(plant):
    ready, late = plant.applicant(), plant.applicant(ready_in=9)
    proposal = plant.propose()
    assert (proposal.out, proposal.covered, proposal.needed) == (3, 0, 3)
    assert [(post.line, post.team, post.people) for post in proposal.posts] == [(plant.line, "A", 3)]
    assert [post.worker for post in proposal.own] == plant.team_b[:3]
    assert (proposal.applicants, proposal.from_outside) == ([ready], 0)
    proposal = plant.propose(needed=10)
    assert (len(proposal.own), proposal.applicants, proposal.from_outside) == (4, [ready], 5)
    assert late not in proposal.applicants


def test_nobody_who_met_a_case_is_proposed(plant, today):
    plant.applicant(worker=plant.team_a[1])
    contact = plant.employ(plant.other, "A")
    declare_case(factory=plant.factory, worker=plant.employ(plant.other, "A"), found_on=today, by=plant.officer, on=today)
    assert contact not in [post.worker for post in plant.propose(needed=50).own]
    assert plant.propose(needed=50).applicants == []


def test_an_opening_offers_no_more_than_its_places(plant):
    plant.opening.headcount = 2
    plant.opening.save()
    for _ in range(3):
        plant.applicant()
    assert len(plant.propose(needed=50).applicants) == 2


def test_own_people_take_the_empty_posts_and_are_told(plant):
    sent = plant.send(own=plant.team_b[:2])
    assert len(sent.assigned) == 2 and sent.failed == []
    assert [post_of(worker) for worker in plant.team_b] == [(plant.line.pk, "A")] * 2 + [(plant.other.pk, "B")] * 2
    assert "Khi người ở đó trở lại" in Message.objects.get(recipient=plant.team_b[0].user, channel="sms").text
    assert plant.propose().needed == 1


def test_stand_ins_for_tomorrow_stay_where_they_are_until_then(plant, today):
    plant.send(own=plant.team_b[:1], day=today + DAY)
    assert look_after(on=today) == (0, 0)
    assert post_of(plant.team_b[0]) == (plant.other.pk, "B")
    assert [look_after(on=today + DAY) for _ in range(2)] == [(1, 0), (0, 0)]
    assert post_of(plant.team_b[0]) == (plant.line.pk, "A")


def test_whoever_has_left_quarantine_gets_the_post_back_and_the_stand_in_goes_home(plant, today):
    plant.send(own=plant.team_b[:3])
    for stay in plant.stays:
        admit(stay=stay, by=plant.officer, on=today)
    release(stay=plant.stays[0], by=plant.officer, on=today + DAY)
    note_returns(now=timezone.now(), on=today + DAY)
    assert look_after(on=today + DAY) == (0, 1)
    returned = Replacement.objects.get(replaces=plant.stays[0].worker)
    assert returned.ended_at and post_of(returned.worker) == (plant.other.pk, "B")
    assert post_of(plant.stays[0].worker) == (plant.line.pk, "A")
    assert Replacement.objects.standing_in().count() == 2
    assert [event.kind for event in plant.outbreak.events.all()][-3:] == ["replaced", "returned", "stood_down"]
    close_outbreak(outbreak=plant.outbreak, by=plant.officer, on=today)
    assert look_after(on=today + DAY) == (0, 1)  # the case's; the second contact is still away


def test_applicants_are_offered_a_place_and_people_who_fit_are_invited(plant):
    applicant, candidate = plant.applicant(), plant.candidate()
    sent = plant.send(applications=[applicant], workers=[candidate])
    assert [row.status for row in (*sent.offered, *sent.invited)] == ["offered", "invited"]
    proposal = plant.propose()
    assert (proposal.covered, proposal.answering, proposal.needed) == (1, 1, 2)
    assert plant.outbreak.events.get(kind="replaced").numbers == {"own": 0, "offered": 1, "invited": 1, "failed": 0}


def test_sending_the_same_again_changes_nothing(plant):
    applicant, candidate = plant.applicant(), plant.candidate()
    plant.send(own=plant.team_b[:1], applications=[applicant], workers=[candidate])
    again = plant.send(own=plant.team_b[:1], applications=[applicant], workers=[candidate])
    assert (again.assigned, again.offered, again.invited, again.failed) == ([], [], [], [])
    assert (Replacement.objects.count(), plant.outbreak.events.filter(kind="replaced").count()) == (3, 1)


def test_whoever_can_not_be_had_is_named_and_holds_up_nobody(plant):
    gone, there = plant.applicant(), plant.applicant()
    Application.objects.filter(pk=gone.pk).update(status="withdrawn")
    hidden = plant.candidate()
    hidden.status = "hidden"
    hidden.save()
    sent = plant.send(own=[plant.team_a[1], *plant.team_b], applications=[gone, there], workers=[hidden])
    assert (len(sent.assigned), [row.pk for row in sent.offered], sent.invited) == (3, [there.pk], [])
    named = dict(sent.failed)
    assert len(sent.failed) == 4
    assert "đã rút" in named[f"{gone.worker.user} ({gone.receipt})"] and f"#{hidden.pk}" in named


def test_a_strangers_application_is_not_touched(plant):
    stranger = ApplicationFactory()
    assert plant.send(applications=[stranger]).offered == []
    assert Application.objects.get(pk=stranger.pk).status == "applied"


def test_nobody_is_placed_after_the_end(plant, today):
    close_outbreak(outbreak=plant.outbreak, by=plant.officer, on=today)
    with pytest.raises(OutbreakClosed):
        plant.send(own=plant.team_b[:1])


def test_the_database_itself_lets_one_person_stand_in_once(plant, today):
    plant.send(own=plant.team_b[:1])
    row = Replacement.objects.get()
    for changed in ({"worker": plant.team_b[1]}, {"replaces": plant.team_a[2]}):
        row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            Replacement.objects.create(
                **{"outbreak": plant.outbreak, "source": "own", "worker": row.worker, "replaces": row.replaces, "starts_on": today}
                | changed
                | {"sent_by": plant.recruiter}
            )


def test_the_department_is_asked_once_a_day(plant, today):
    officer = UserFactory(labour_officer=True)
    assert ask_for_support(outbreak=plant.outbreak, lacking=11, by=plant.recruiter, on=today) >= 1
    assert "thiếu 11 người" in Message.objects.get(recipient=officer, channel="app").text
    with pytest.raises(AskedAlready):
        ask_for_support(outbreak=plant.outbreak, lacking=11, by=plant.recruiter, on=today)
    assert plant.outbreak.events.get(kind="support").numbers == {"people": 11}


def test_proposing_costs_as_many_queries_for_fifty_as_for_three(plant):
    def queries():
        with CaptureQueriesContext(connection) as counted:
            plant.propose(needed=50)
        return len(counted)

    few = queries()
    for _ in range(20):
        plant.employ(plant.other, "B")
        plant.applicant()
    assert queries() == few
