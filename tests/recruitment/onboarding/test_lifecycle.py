"""Whatever both sides do, in whatever order: nothing is lost, nothing is held for nobody, and every refusal changes nothing."""

import datetime as dt
from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from recruitment.applications.models import Application
from recruitment.applications.services.answering import release_unanswered
from recruitment.applications.services.applying import agree
from recruitment.applications.services.choosing import offer, refuse
from recruitment.applications.services.closing import close_with_applications
from recruitment.onboarding import invariants
from recruitment.onboarding.models import Acceptance
from recruitment.onboarding.services.acceptance import accept
from recruitment.onboarding.services.batches import accept_many
from recruitment.onboarding.services.confirming import confirm, release_no_shows, release_unconfirmed, release_without_a_ride
from recruitment.onboarding.services.first_shift import check_in, confirm_first_shift, report_no_show
from recruitment.onboarding.services.lost_seats import cancel, depart, settle_lost_seats
from recruitment.onboarding.services.redating import choose_trip, follow_changes
from recruitment.onboarding.services.undoing import undo_acceptance
from recruitment.onboarding.services.waiting import accept_or_wait, complete_waiting, stop_waiting
from recruitment.onboarding.services.withdrawal import withdraw
from recruitment.openings.models import Opening
from recruitment.openings.services.publishing import pause, publish
from recruitment.quarantine.models import Stay
from recruitment.quarantine.services.admissions import admit
from recruitment.quarantine.services.arrivals import free_beds_of_no_shows
from recruitment.quarantine.services.recount import differences
from recruitment.shared.refusals import Refusal
from recruitment.travel.models import Trip
from tests.factories.openings import OpeningFactory
from tests.recruitment.onboarding.situations import ENTRY_QUARANTINE, Province

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
WHICH = st.integers(0, 9)
DONE: Counter[str] = Counter()


class Lifecycle(RuleBasedStateMachine):
    """Two openings with few places, few beds, one bus with two seats; every act may be refused."""

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.today = timezone.localdate()
        self.done = Counter()

    def teardown(self):
        DONE.update(self.done)
        assert list(differences()) == []
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize(beds=st.integers(3, 12), places=st.integers(2, 5), people=st.integers(3, 6))
    def begin(self, beds, places, people):
        self.province = Province(places=places, beds=beds, backup_per_hundred=50, **ENTRY_QUARANTINE).with_recruiter_at_the_factory()
        self.bus = self.province.bus(arrives_on=self.today, seats=2)
        self.by = self.province.recruiter
        for number in range(people):
            self.apply(wants_trip=number % 2 == 0)

    def act(self, service, statuses, which, **more):
        """Do it to one of those whom it suits, or, when there is nobody, to anybody: then it must refuse or change nothing."""
        found = list(Application.objects.filter(status__in=statuses).order_by("pk")) or list(Application.objects.order_by("pk"))
        try:
            with transaction.atomic():
                service(application=found[which % len(found)], by=self.by, on=self.today, **more)
            self.done[service.__name__] += 1
        except Refusal:
            self.done["refused"] += 1

    @rule(wants_trip=st.sampled_from([None, True, False]))
    def apply(self, wants_trip):
        self.province.applicant(starts_on=self.today, wants_trip=wants_trip)

    @rule(which=WHICH)
    def offer(self, which):
        self.act(offer, ["applied", "shortlisted"], which)

    @rule(which=WHICH, wants_trip=st.booleans())
    def agree(self, which, wants_trip):
        self.act(agree, ["offered"], which, wants_trip=wants_trip)

    @rule(which=WHICH)
    def accept(self, which):
        self.act(accept, Application.ACCEPTABLE_STATUSES, which)

    @rule()
    def accept_everybody(self):
        people = Application.objects.filter(opening=self.province.opening).values_list("pk", flat=True)
        self.done["batch"] += len(accept_many(opening=self.province.opening, applications=people, by=self.by, on=self.today).accepted)

    @rule(which=WHICH)
    def wait(self, which):
        self.act(accept_or_wait, Application.ACCEPTABLE_STATUSES, which)

    @rule(which=WHICH)
    def stop_waiting(self, which):
        self.act(stop_waiting, Application.ACCEPTABLE_STATUSES, which)

    @rule(which=WHICH)
    def confirm(self, which):
        self.act(confirm, ["accepted"], which)

    @rule(which=WHICH, by_bus=st.booleans())
    def choose_trip(self, which, by_bus):
        self.act(choose_trip, ["accepted"], which, trip=Trip.objects.latest("departs_at") if by_bus else None)

    @rule(days=st.integers(0, 4), seats=st.integers(1, 2))
    def another_bus(self, days, seats):
        self.province.bus(arrives_on=self.today + days * DAY, seats=seats)

    @rule()
    def depart(self):
        if trip := Trip.objects.filter(status="open", taken__gt=0).order_by("departs_at", "pk").first():
            self.done["lost"] += len(depart(trip=trip, by=self.by, on=self.today))

    @rule()
    def cancel_bus(self):
        if trip := Trip.objects.filter(status="open", taken__gt=0).order_by("-departs_at", "-pk").first():
            self.done["lost"] += len(cancel(trip=trip, reason="Xe hỏng", by=self.by, on=self.today))

    @rule()
    def look_for_seats(self):
        self.done["found again"] += settle_lost_seats(on=self.today)

    @rule()
    def no_ride_in_time(self):
        self.done["no ride"] += release_without_a_ride(now=timezone.now() + 72 * HOUR, on=self.today)

    @rule(which=WHICH)
    def refuse(self, which):
        self.act(refuse, Application.PIPELINE_STATUSES, which, reason="wage")

    @rule(which=WHICH, times=st.sampled_from([1, 2]))
    def withdraw(self, which, times):
        application = list(Application.objects.open().order_by("pk") or Application.objects.order_by("pk"))
        for _ in range(times):
            try:
                withdraw(application=application[which % len(application)], by=self.by, on=self.today)
                self.done["withdraw"] += 1
            except Refusal:
                self.done["refused"] += 1

    @rule(which=WHICH)
    def undo(self, which):
        self.act(undo_acceptance, ["accepted"], which, reason="fewer_needed")

    @rule()
    def arrive(self):
        if stay := Stay.objects.filter(status="booked", arrives_on=self.today).order_by("pk").first():
            admit(stay=stay, by=self.by, on=self.today)
            self.done["admit"] += 1

    @rule(which=WHICH)
    def check_in_at_the_factory(self, which):
        self.act(check_in, ["accepted"], which)

    @rule(which=WHICH)
    def first_shift(self, which):
        self.act(confirm_first_shift, ["accepted"], which)

    @rule(which=WHICH)
    def factory_says_that_nobody_came(self, which):
        self.act(report_no_show, ["accepted"], which)

    @rule()
    def look_at_the_queue(self):
        self.done["queue"] += complete_waiting(on=self.today)
        follow_changes(on=self.today)

    @rule(hours=st.sampled_from([1, 24, 49, 73]))
    def let_time_pass(self, hours):
        """The clocks run out; the day stays the same."""
        now = timezone.now() + hours * HOUR
        self.done["lapse"] += release_unconfirmed(now=now, on=self.today) + release_unanswered(now=now, on=self.today)

    @rule()
    def nobody_comes(self):
        free_beds_of_no_shows(now=timezone.now() + 72 * HOUR, on=self.today + dt.timedelta(days=3))
        self.done["no show"] += release_no_shows(on=self.today)

    @rule(which=WHICH)
    def accept_while_paused(self, which):
        opening = Opening.objects.get(pk=self.province.opening.pk)
        pause(opening=opening, by=self.by, on=self.today)
        self.accept(which)
        publish(opening=opening, by=self.by, on=self.today)

    @rule()
    def close(self):
        """Another opening of the factory takes over."""
        close_with_applications(opening=self.province.opening, outcome="filled", by=self.by, on=self.today)
        self.province.opening = OpeningFactory(factory=self.province.opening.factory, created_by=self.by, headcount=2)
        self.apply(wants_trip=True)

    @invariant()
    def everything_agrees(self):
        assert [(one.rule.code, one.label, one.expected, one.found) for one in invariants.find(on=self.today, now=timezone.now())] == []

    @invariant()
    def whoever_is_accepted_has_one_standing_acceptance(self):
        accepted = Application.objects.filter(status="accepted").count()
        assert accepted == Acceptance.objects.standing().count()


def test_nothing_is_lost_and_nothing_is_held_for_nobody_whatever_happens():
    DONE.clear()
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(max_examples=14, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)),
    )
    assert DONE.total() - DONE["refused"] > 50, DONE  # it did something
