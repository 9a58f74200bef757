"""Any sequence of asking, freeing, offering and answering leaves the waiting list exactly where a plain Python model of it stands."""

import datetime as dt
from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from recruitment.quarantine.models import BackupReservation, Outbreak, SiteNight, Stay, WaitingRequest
from recruitment.quarantine.services.admissions import book_bed, cancel_stay
from recruitment.quarantine.services.capacity import change_capacity
from recruitment.quarantine.services.queue import queue
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import reserve_backup_beds
from recruitment.quarantine.services.waiting import ask_for_beds, end_overdue, leave_list, make_offers, take_offer
from recruitment.shared.refusals import Refusal
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, WaitingPolicyFactory
from tests.factories.workers import WorkerFactory

DAY, STEP = dt.timedelta(days=1), 25
NIGHTS, BEDS = 3, 2
NEEDED = [0, 4, 8]  # by factory: five beds for a hundred people
sites, factories, some, lengths = st.integers(0, 1), st.integers(0, 2), st.integers(1, 5), st.integers(1, NIGHTS)
choices = st.integers(0, 99)


class WaitingList(RuleBasedStateMachine):
    """`today`, `sites` (the nearer first), `factories`, `officer` are set by the test; every example is rolled back.

    `own` and `held` count beds by site and night: a factory's, and those that an offer holds for a request.
    """

    def __init__(self):
        super().__init__()
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.capacity = [BEDS, BEDS]
        self.own = [Counter() for _ in NEEDED]
        self.stays: list[dict] = []
        self.requests: list[dict] = []
        self.freed = {0, 1}  # sites where beds came free that nobody who waits was offered yet
        self.ill: set[int] = set()

    def teardown(self):
        assert list(differences()) == []
        transaction.set_rollback(True)
        self.rollback.__exit__(None, None, None)

    def free(self, site, night):
        held = sum(beds[site, night] for beds in [*self.own, *(request["held"] for request in self.requests)])
        return self.capacity[site] - held - sum(stay["site"] == site for stay in self.stays)

    def room(self, site, length):
        return min(self.free(site, night) for night in range(length))

    def waiting(self):
        """In the order in which beds go to them: an outbreak, then the step of need, then who asked first."""

        def key(number):
            factory = self.requests[number]["factory"]
            held = min(sum(self.own[factory][site, night] for site in range(2)) for night in range(NIGHTS))
            lacking = max(0, NEEDED[factory] - held) * 100 // (NEEDED[factory] or 1)
            return factory not in self.ill, -(lacking // STEP), number

        return [self.requests[number] for number in sorted(range(len(self.requests)), key=key) if self.requests[number]["status"] == "waiting"]

    def attempt(self, allowed, act, **facts):
        refusal = None
        try:
            act(**facts)
        except Refusal as raised:
            refusal = raised
        assert (refusal is None) == allowed, refusal
        return allowed

    @initialize(order=st.permutations(range(len(NEEDED))), waiting=st.integers(0, len(NEEDED)))
    def some_wait(self, order, waiting):
        """For more beds together than there are."""
        for factory in order[:waiting]:
            self.ask(factory, 3, NIGHTS)

    @rule(factory=factories, beds=some, length=lengths)
    def ask(self, factory, beds, length):
        """Asking again is the same place; asking otherwise is refused while the first request is open."""
        there = next((row for row in self.requests if row["factory"] == factory and row["status"] in WaitingRequest.OPEN_STATUSES), None)
        allowed = there is None or (there["beds"], there["length"]) == (beds, length)
        nights = {"first": self.today, "until": self.today + length * DAY}
        facts = {"factory": self.factories[factory], "beds": beds, "by": self.officer, "on": self.today}
        if self.attempt(allowed, ask_for_beds, **facts, **nights) and there is None:
            request = {"pk": WaitingRequest.objects.latest("pk").pk, "factory": factory, "beds": beds, "length": length}
            self.requests.append({**request, "taken": 0, "offered": 0, "status": "waiting", "held": Counter()})

    @rule()
    def offer(self):
        """Whoever is first gets as much as there is, the nearer site first; nobody behind gets what would have suited before."""
        offered = []
        for request in self.waiting():
            for site in range(2):
                beds = min(request["beds"] - request["taken"] - request["offered"], self.room(site, request["length"]))
                if beds > 0:
                    request["held"].update({(site, night): beds for night in range(request["length"])})
                    request["offered"] += beds
            if request["offered"]:
                offered.append(request)
        if self.waiting():
            self.freed.clear()
        for request in offered:
            request["status"] = "offered"
        made = make_offers(now=timezone.now(), on=self.today)
        assert [request.pk for request in made] == [request["pk"] for request in offered]

    @precondition(lambda self: self.requests)
    @rule(choice=choices)
    def take(self, choice):
        request = self.requests[choice % len(self.requests)]
        if self.attempt(request["status"] == "offered", take_offer, request=self.row(request), by=self.officer, on=self.today):
            self.own[request["factory"]].update(request["held"])
            taken = request["taken"] + request["offered"]
            request.update(taken=taken, offered=0, held=Counter(), status="taken" if taken == request["beds"] else "waiting")

    @precondition(lambda self: self.requests)
    @rule(choice=choices)
    def leave(self, choice):
        request = self.requests[choice % len(self.requests)]
        leave_list(request=self.row(request), by=self.officer, on=self.today)
        self.end(request, "cancelled")

    @rule()
    def lapse(self):
        """Five hours later: every offer still open goes to whoever is next."""
        late = [request for request in self.requests if request["status"] == "offered"]
        assert end_overdue(now=timezone.now() + dt.timedelta(hours=5), on=self.today) == len(late)
        for request in late:
            self.end(request, "lapsed")

    def end(self, request, status):
        if request["status"] in WaitingRequest.OPEN_STATUSES:
            self.freed |= {site for site, _night in request["held"]}
            request.update(status=status, offered=0, held=Counter())

    @rule(site=sites, capacity=st.integers(0, 8))
    def resize(self, site, capacity):
        promised = max(self.capacity[site] - self.free(site, night) for night in range(NIGHTS))
        dates = {"first": self.today, "until": self.today + NIGHTS * DAY}
        if self.attempt(promised <= capacity, change_capacity, site=self.sites[site], capacity=capacity, by=self.officer, on=self.today, **dates):
            self.capacity[site] = capacity
            self.freed.add(site)

    @rule(site=sites)
    def fill(self, site):
        if self.attempt(self.room(site, NIGHTS) >= 1, self.book, site=self.sites[site]):
            self.stays.append({"pk": Stay.objects.latest("pk").pk, "site": site})

    def book(self, *, site):
        book_bed(worker=WorkerFactory(), site=site, arrives_on=self.today, leaves_on=self.today + NIGHTS * DAY, by=self.officer)

    @precondition(lambda self: self.stays)
    @rule(choice=choices)
    def empty(self, choice):
        stay = self.stays.pop(choice % len(self.stays))
        cancel_stay(stay=Stay.objects.get(pk=stay["pk"]), by=self.officer, on=self.today)
        self.freed.add(stay["site"])

    @rule(factory=factories, site=sites, beds=some)
    def overtake(self, factory, site, beds):
        """Whoever refreshes the page gets nothing that came free while somebody waits and wasn't asked."""
        allowed = self.room(site, NIGHTS) >= beds and not (site in self.freed and self.waiting())
        facts = {"factory": self.factories[factory], "site": self.sites[site], "beds": beds, "by": None, "on": self.today}
        if self.attempt(allowed, reserve_backup_beds, first=self.today, until=self.today + NIGHTS * DAY, **facts):
            self.own[factory].update({(site, night): beds for night in range(NIGHTS)})

    @rule(factory=factories)
    def fall_ill(self, factory):
        if factory not in self.ill:
            Outbreak.objects.create(factory=self.factories[factory], opened_on=self.today, opened_by=self.officer)
            self.ill.add(factory)

    def row(self, request):
        return WaitingRequest.objects.get(pk=request["pk"])

    @invariant()
    def the_list_and_the_ledger_say_the_same(self):
        places = queue(on=self.today)
        assert [place.request.pk for place in places if place.position] == [request["pk"] for request in self.waiting()]
        found = {row.pk: (row.status, row.taken, row.offered) for row in WaitingRequest.objects.order_by("pk")}
        assert found == {request["pk"]: (request["status"], request["taken"], request["offered"]) for request in self.requests}
        for night in SiteNight.objects.filter(night__lt=self.today + NIGHTS * DAY):
            site = self.sites.index(night.site)
            assert night.capacity - night.reserved - night.occupied == self.free(site, (night.night - self.today).days)

    @invariant()
    def what_is_held_is_held_for_an_offer(self):
        held = BackupReservation.objects.active().filter(request__isnull=False).select_related("request", "site").prefetch_related("nights")
        beds = {request["pk"]: Counter() for request in self.requests}
        for row in held:
            assert row.request.status == WaitingRequest.Status.OFFERED
            beds[row.request_id].update({(self.sites.index(row.site), (night.night - self.today).days): night.beds for night in row.nights.all()})
        assert beds == {request["pk"]: request["held"] for request in self.requests}


@pytest.mark.django_db
def test_any_sequence_of_acts_leaves_the_waiting_list_where_the_model_stands(today):
    BackupPolicyFactory(horizon_days=NIGHTS)
    WaitingPolicyFactory(need_step=STEP)
    WaitingList.today = today
    WaitingList.sites = [SiteFactory(beds=BEDS), SiteFactory(beds=BEDS, far_away=True)]
    WaitingList.factories = [FactoryFactory(out_of_province_workers=20 * beds) for beds in NEEDED]
    WaitingList.officer = UserFactory(labour_officer=True)
    profile = settings(max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(WaitingList, settings=profile)
