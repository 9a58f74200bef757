"""Any sequence of acts leaves the ledger exactly where a plain Python model of it stands."""

import datetime as dt
from collections import Counter

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from recruitment.quarantine.models import BackupReservation, ReservationNight, SiteNight, Stay, Transfer
from recruitment.quarantine.services.admissions import admit, book_bed, cancel_stay, release
from recruitment.quarantine.services.capacity import change_capacity
from recruitment.quarantine.services.cover import horizon, required_beds
from recruitment.quarantine.services.extensions import extend_stay
from recruitment.quarantine.services.holders import holder_of
from recruitment.quarantine.services.housing import house_people
from recruitment.quarantine.services.ledger import nights_between
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import ensure_backup_cover, give_back_surplus, lower, reserve_backup_beds
from recruitment.quarantine.services.rooms import close_room, open_room
from recruitment.quarantine.services.transfers import accept_transfer, arrive, call_off_stale, cancel_transfer, depart, request_transfer
from recruitment.shared.refusals import Refusal
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import BackupPolicyFactory, RoomFactory, SiteFactory
from tests.factories.workers import WorkerFactory

DAY = dt.timedelta(days=1)
NIGHTS = 6
BEDS = 4
sites, factories, workers = st.integers(0, 1), st.integers(0, 1), st.integers(0, 2)
firsts, lengths, few = st.integers(0, NIGHTS - 1), st.integers(1, 4), st.integers(1, 3)
around = st.integers(-1, 4)  # days after a stay's first night


class Ledger(RuleBasedStateMachine):
    """`today`, `policy`, `sites`, `rooms`, `factories`, `workers` and `manager` are set by the test; every example is rolled back."""

    def __init__(self):
        super().__init__()
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.capacity = Counter({(site, night): BEDS for site in range(2) for night in range(NIGHTS)})
        self.beds: Counter = Counter()  # by factory, site, night
        self.drawn: Counter = Counter()
        self.stays: list[dict] = []
        self.moves: list[dict] = []
        self.closed: set[tuple[int, int]] = set()  # site and room

    def teardown(self):
        assert list(differences()) == []
        transaction.set_rollback(True)
        self.rollback.__exit__(None, None, None)

    def day(self, offset):
        return self.today + offset * DAY

    def promised(self, site, night):
        reserved = sum(self.beds[factory, site, night] - self.drawn[factory, site, night] for factory in range(2))
        drawn = sum(self.drawn[factory, site, night] for factory in range(2))
        people = sum(stay["site"] == site and stay["first"] <= night < stay["until"] and stay.get("drawn") is None for stay in self.stays)
        return reserved, drawn + people

    def room(self, site, first, until):
        return min(self.capacity[site, night] - sum(self.promised(site, night)) for night in range(first, until))

    def attempt(self, allowed, act, **facts):
        """Do it; whether it was done must be what the model says."""
        refusal = None
        try:
            act(**facts)
        except Refusal as raised:
            refusal = raised
        assert (refusal is None) == allowed, refusal
        return allowed

    def reservation(self, factory, site):
        return (
            BackupReservation.objects.active()
            .filter(factory=self.factories[factory], site=self.sites[site])
            .select_related("site", "factory")
            .first()
        )

    @rule(factory=factories, site=sites, first=firsts, length=lengths, beds=few)
    def reserve(self, factory, site, first, length, beds):
        until = min(first + length, NIGHTS)
        allowed = self.room(site, first, until) >= beds
        nights = {"first": self.day(first), "until": self.day(until)}
        if self.attempt(
            allowed, reserve_backup_beds, factory=self.factories[factory], site=self.sites[site], beds=beds, by=None, on=self.today, **nights
        ):
            self.beds.update({(factory, site, night): beds for night in range(first, until)})

    @rule(factory=factories, site=sites, first=firsts, length=lengths, beds=few)
    def give_back(self, factory, site, first, length, beds):
        reservation, until = self.reservation(factory, site), min(first + length, NIGHTS)
        if not reservation:
            return
        nights = range(first, until)
        unused = min(self.beds[factory, site, night] - self.drawn[factory, site, night] for night in nights)
        held = min((sum(self.beds[factory, other, night] for other in range(2)) for night in nights if night < self.policy.horizon_days), default=99)
        allowed = unused >= beds and held - beds >= required_beds(holder_of(self.factories[factory]), on=self.today)
        if self.attempt(allowed, lower, reservation=reservation, beds=beds, first=self.day(first), until=self.day(until), by=None, on=self.today):
            self.beds.subtract({(factory, site, night): beds for night in nights})

    @rule(factory=factories, first=firsts, length=lengths, people=st.sets(workers, min_size=1))
    def house(self, factory, first, length, people):
        """The factory's own beds first, then free ones, the nearer site first; whoever has a bed already is left alone."""
        until = min(first + length, NIGHTS)
        nights = range(first, until)
        here = [stay for stay in self.stays if stay["open"] and stay["first"] < until and first < stay["leaves"]]
        waiting = sorted(people - {stay["worker"] for stay in here})
        beds = []
        for own in (True, False):
            for site in range(2):
                free = {night: self.capacity[site, night] - sum(self.promised(site, night)) for night in nights}
                unused = {night: self.beds[factory, site, night] - self.drawn[factory, site, night] if own else 0 for night in nights}
                most = min(unused[night] + free[night] for night in nights)
                taken, waiting = self.split(waiting, min(most, max(unused.values())) if own else most)
                for worker in taken:
                    beds.append({"worker": worker, "site": site, "first": first, "until": until, "leaves": until, "open": True, "in": False})
                    beds[-1]["drawn"] = factory if own else None
                self.stays += beds[-len(taken) :] if taken else []
                if own:
                    self.drawn.update({(factory, site, night): len(taken) for night in nights})
                    self.beds.update({(factory, site, night): max(0, len(taken) - unused[night]) for night in nights})
        done = house_people(
            factory=self.factories[factory],
            workers=[self.workers[worker] for worker in sorted(people)],
            first=self.day(first),
            until=self.day(until),
            by=None,
            on=self.today,
        )
        assert [(self.workers.index(stay.worker), self.sites.index(stay.site)) for stay in done.stays] == [
            (bed["worker"], bed["site"]) for bed in beds
        ]
        assert [self.workers.index(worker) for worker in done.without_bed] == waiting
        for stay, bed in zip(done.stays, beds, strict=True):
            bed["pk"] = stay.pk

    def split(self, people, number):
        return people[: max(0, number)], people[max(0, number) :]

    @rule(factory=factories, extra=st.integers(0, 60))
    def cover(self, factory, extra):
        """Which sites it chooses has its own tests; here the cover must be whole, and the ledger follow what was written."""
        needed = required_beds(holder_of(self.factories[factory]), on=self.today, extra_workers=extra)
        try:
            ensure_backup_cover(factory=self.factories[factory], extra_workers=extra, by=None, on=self.today)
        except Refusal:
            return
        self.read_beds(factory)
        for night in range(len(horizon(self.policy, self.today))):
            assert self.beds[factory, 0, night] + self.beds[factory, 1, night] >= needed

    @rule(factory=factories, beds=few)
    def return_surplus(self, factory, beds):
        held = min(self.beds[factory, 0, night] + self.beds[factory, 1, night] for night in range(self.policy.horizon_days))
        given = give_back_surplus(factory=self.factories[factory], at_most=beds, by=None, on=self.today)
        assert given <= max(0, min(beds, held - required_beds(holder_of(self.factories[factory]), on=self.today)))
        self.read_beds(factory)

    def read_beds(self, factory):
        rows = ReservationNight.objects.filter(reservation__factory=self.factories[factory], reservation__ended_at=None)
        for site in range(2):
            written = dict(rows.filter(reservation__site=self.sites[site]).order_by("night").values_list("night", "beds"))
            for night in range(NIGHTS):
                self.beds[factory, site, night] = written.get(self.day(night), 0)

    @rule(worker=workers, site=sites, first=firsts, length=lengths)
    def book(self, worker, site, first, length):
        until = min(first + length, NIGHTS)
        overlaps = any(stay["first"] < until and first < stay["leaves"] for stay in self.beds_of(worker))
        allowed = not overlaps and self.room(site, first, until) >= 1
        dates = {"arrives_on": self.day(first), "leaves_on": self.day(until)}
        if self.attempt(allowed, book_bed, worker=self.workers[worker], site=self.sites[site], by=None, **dates):
            stay = Stay.objects.latest("pk")
            self.stays.append(
                {"pk": stay.pk, "worker": worker, "site": site, "first": first, "until": until, "leaves": until, "open": True, "in": False}
            )

    @precondition(lambda self: self.stays)
    @rule(choice=st.integers(0, 99), after=around)
    def let_in(self, choice, after):
        stay, day = self.chosen(choice, after)
        allowed = stay["open"] and not stay.get("held") and (stay["in"] or stay["first"] <= day < stay["until"])
        if self.attempt(allowed, admit, stay=Stay.objects.get(pk=stay["pk"]), by=self.manager, on=self.day(day)):
            stay["in"] = True

    @precondition(lambda self: self.stays)
    @rule(choice=st.integers(0, 99), after=around)
    def let_out(self, choice, after):
        stay, day = self.chosen(choice, after)
        if self.attempt(stay["in"] and not stay.get("cancelled"), release, stay=Stay.objects.get(pk=stay["pk"]), by=self.manager, on=self.day(day)):
            self.end(stay, day)

    @precondition(lambda self: self.stays)
    @rule(choice=st.integers(0, 99), after=around)
    def cancel(self, choice, after):
        stay, day = self.chosen(choice, after)
        if stay.get("held"):
            return  # it ends with the transfer
        cancel_stay(stay=Stay.objects.get(pk=stay["pk"]), by=None, on=self.day(day))
        stay["cancelled"] = stay["open"] or stay.get("cancelled", False)
        self.end(stay, day)

    def end(self, stay, day):
        if stay["open"]:
            freed = min(max(day, stay["first"]), stay["until"])
            if stay.get("drawn") is not None:
                self.drawn.subtract({(stay["drawn"], stay["site"], night): 1 for night in range(freed, stay["until"])})
            stay.update(open=False, until=freed)

    @rule(site=sites, first=firsts, length=lengths, capacity=st.integers(0, 6))
    def resize(self, site, first, length, capacity):
        until = min(first + length, NIGHTS)
        allowed = all(sum(self.promised(site, night)) <= capacity for night in range(first, until))
        dates = {"first": self.day(first), "until": self.day(until)}
        if self.attempt(allowed, change_capacity, site=self.sites[site], capacity=capacity, by=self.manager, on=self.today, **dates):
            self.capacity.update({(site, night): capacity - self.capacity[site, night] for night in range(first, until)})

    @rule(site=sites, room=st.integers(0, 1))
    def close_a_room(self, site, room):
        allowed = (site, room) in self.closed or self.room(site, 0, NIGHTS) >= 1
        if self.attempt(allowed, close_room, room=self.rooms[site][room], by=self.manager, on=self.today) and (site, room) not in self.closed:
            self.closed.add((site, room))
            self.capacity.subtract({(site, night): 1 for night in range(NIGHTS)})

    @rule(site=sites, room=st.integers(0, 1))
    def open_a_room(self, site, room):
        open_room(room=self.rooms[site][room], by=self.manager, on=self.today)
        if (site, room) in self.closed:
            self.closed.remove((site, room))
            self.capacity.update({(site, night): 1 for night in range(NIGHTS)})

    @precondition(lambda self: self.stays)
    @rule(choice=st.integers(0, 99), longer=st.integers(-1, 3))
    def extend(self, choice, longer):
        """A bed drawn from a reservation needs no free one where the reservation has one left."""
        stay = self.stays[choice % len(self.stays)]
        until = min(stay["leaves"] + longer, NIGHTS)
        factory, site, nights = stay.get("drawn"), stay["site"], range(stay["leaves"], until)
        others = [other for other in self.beds_of(stay["worker"]) if other is not stay]
        overlaps = any(other["first"] < until and stay["leaves"] < other["leaves"] for other in others)
        moving = any(move["stay"] is stay and move["status"] in ("accepted", "on_the_way") for move in self.moves)
        unused = {night: factory is not None and self.beds[factory, site, night] > self.drawn[factory, site, night] for night in nights}
        fits = all(unused[night] or self.room(site, night, night + 1) >= 1 for night in nights)
        longer = until > stay["leaves"] and not overlaps and not moving and fits
        allowed = stay["open"] and not stay.get("held") and (until == stay["leaves"] or longer)
        held = Stay.objects.select_related("worker").get(pk=stay["pk"])
        if self.attempt(allowed, extend_stay, stay=held, leaves_on=self.day(until), by=self.manager, on=self.today):
            if factory is not None:
                self.beds.update({(factory, site, night): 1 for night in nights if not unused[night]})
                self.drawn.update({(factory, site, night): 1 for night in nights})
            stay.update(until=until, leaves=until)

    @precondition(lambda self: self.stays)
    @rule(choice=st.integers(0, 99), after=around)
    def moved_away(self, choice, after):
        """All the steps of a transfer on one day: a bed of the other site, nothing of a reservation."""
        stay, day = self.chosen(choice, after)
        allowed = self.may_move(stay, day) and self.room(1 - stay["site"], max(day, stay["first"]), stay["leaves"]) >= 1
        if self.attempt(allowed, self.move, stay=stay, on=self.day(day)):
            held = self.hold(stay, day)
            self.let_arrive(stay, held, day)

    @transaction.atomic
    def move(self, *, stay, on):
        transfer = self.ask(stay=stay, on=on)
        for step in (accept_transfer, depart, arrive):
            step(transfer=transfer, by=self.manager, on=on)

    @precondition(lambda self: self.stays)
    @rule(choice=st.integers(0, 99), after=around)
    def ask_to_move(self, choice, after):
        stay, day = self.chosen(choice, after)
        if self.attempt(self.may_move(stay, day), self.ask, stay=stay, on=self.day(day)):
            self.moves.append({"pk": Transfer.objects.latest("pk").pk, "stay": stay, "held": None, "status": "requested"})

    @precondition(lambda self: self.moves)
    @rule(choice=st.integers(0, 99), after=around)
    def accept_move(self, choice, after):
        """The other site holds a bed for whoever is still there."""
        moving, day = self.moving(choice, after)
        stay = moving["stay"]
        waits = moving["status"] == "requested" and stay["open"] and stay["leaves"] > day
        allowed = moving["status"] == "accepted" or (waits and self.room(1 - stay["site"], max(day, stay["first"]), stay["leaves"]) >= 1)
        if self.attempt(allowed, accept_transfer, transfer=self.transfer(moving), by=self.manager, on=self.day(day)) and waits:
            moving.update(status="accepted", held=self.hold(stay, day))

    @precondition(lambda self: self.moves)
    @rule(choice=st.integers(0, 99), after=around)
    def send_off(self, choice, after):
        moving, day = self.moving(choice, after)
        allowed = moving["status"] == "on_the_way" or (moving["status"] == "accepted" and moving["stay"]["open"])
        if self.attempt(allowed, depart, transfer=self.transfer(moving), by=self.manager, on=self.day(day)):
            moving["status"] = "on_the_way"

    @precondition(lambda self: self.moves)
    @rule(choice=st.integers(0, 99), after=around)
    def take_in(self, choice, after):
        """Whoever has got another bed on these nights, the old one having ended on the way, can't have two."""
        moving, day = self.moving(choice, after)
        stay, held = moving["stay"], moving["held"]
        goes = moving["status"] == "on_the_way"
        others = self.beds_of(stay["worker"]) if goes else []
        free = all(other is stay or held["leaves"] <= other["first"] or other["leaves"] <= held["first"] for other in others)
        allowed = moving["status"] == "completed" or (goes and free)
        if self.attempt(allowed, arrive, transfer=self.transfer(moving), by=self.manager, on=self.day(day)) and goes:
            moving["status"] = "completed"
            self.let_arrive(stay, held, day)

    @precondition(lambda self: self.moves)
    @rule(choice=st.integers(0, 99), after=around)
    def call_off(self, choice, after):
        moving, day = self.moving(choice, after)
        allowed = moving["status"] != "completed"
        if self.attempt(allowed, cancel_transfer, transfer=self.transfer(moving), reason="Không đi", by=self.manager, on=self.day(day)):
            self.end_move(moving, day)

    @rule(day=firsts, late=st.booleans())
    def sweep(self, day, late):
        """Unanswered moves, and those of stays that have ended, are called off; nobody on the way is."""
        stale = [moving for moving in self.moves if moving["status"] in ("requested", "accepted") and (late or not moving["stay"]["open"])]
        now = timezone.now() + late * 25 * dt.timedelta(hours=1)
        assert call_off_stale(now=now, on=self.day(day)) == len(stale)
        for moving in stale:
            self.end_move(moving, day)

    def chosen(self, choice, after):
        stay = self.stays[choice % len(self.stays)]
        return stay, stay["first"] + after

    def moving(self, choice, after):
        moving = self.moves[choice % len(self.moves)]
        return moving, moving["stay"]["first"] + after

    def transfer(self, moving):
        return Transfer.objects.select_related("stay__worker").get(pk=moving["pk"])

    def ask(self, *, stay, on):
        return request_transfer(stay=Stay.objects.get(pk=stay["pk"]), destination=self.sites[1 - stay["site"]], by=self.manager, on=on)

    def may_move(self, stay, day):
        moving = any(other["stay"] is stay and other["status"] in Transfer.OPEN_STATUSES for other in self.moves)
        return stay["open"] and not stay.get("held") and stay["leaves"] > day and not moving

    def hold(self, stay, day):
        """A bed at the other site that isn't the person's yet."""
        held = {"pk": Stay.objects.latest("pk").pk, "worker": stay["worker"], "site": 1 - stay["site"], "first": max(day, stay["first"])}
        self.stays.append({**held, "until": stay["leaves"], "leaves": stay["leaves"], "open": True, "in": False, "held": True})
        return self.stays[-1]

    def let_arrive(self, stay, held, day):
        stay["cancelled"] = stay.get("cancelled", False) or (stay["open"] and not stay["in"])
        self.end(stay, day)
        held.update({"held": False, "in": True})

    def end_move(self, moving, day):
        moving["status"] = "cancelled"
        if moving["held"] and moving["held"]["open"]:
            moving["held"]["cancelled"] = True
            self.end(moving["held"], day)

    def beds_of(self, worker):
        """Those that the person has, without one that another site only holds."""
        return [stay for stay in self.stays if stay["worker"] == worker and stay["open"] and not stay.get("held")]

    @invariant()
    def the_ledger_says_the_same(self):
        rows = SiteNight.objects.filter(night__lt=self.day(NIGHTS)).order_by("site_id", "night")
        found = {(row.site_id, row.night): (row.capacity, row.reserved, row.occupied) for row in rows}
        for site in range(2):
            for night in nights_between(self.today, self.day(NIGHTS)):
                offset = (night - self.today).days
                assert found[self.sites[site].pk, night] == (self.capacity[site, offset], *self.promised(site, offset))


@pytest.mark.django_db
def test_any_sequence_of_acts_leaves_the_ledger_where_the_model_stands(today):
    Ledger.today = today
    Ledger.policy = BackupPolicyFactory(horizon_days=4)
    Ledger.sites = [SiteFactory(beds=BEDS), SiteFactory(beds=BEDS, far_away=True)]
    Ledger.rooms = [[RoomFactory(site=site, beds=1) for _ in range(2)] for site in Ledger.sites]
    Ledger.factories = [FactoryFactory(), FactoryFactory(out_of_province_workers=20)]
    Ledger.workers = [WorkerFactory() for _ in range(3)]
    Ledger.manager = UserFactory(site_manager=True)
    profile = settings(max_examples=14, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Ledger, settings=profile)
