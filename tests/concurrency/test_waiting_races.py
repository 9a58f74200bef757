"""What two may do at once to those who wait for beds."""

import datetime as dt
from functools import partial
from itertools import count

import pytest
from django.utils import timezone

from recruitment.quarantine.models import BackupReservation, SiteNight, WaitingRequest
from recruitment.quarantine.services.capacity import change_capacity
from recruitment.quarantine.services.queue import queue
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import reserve_backup_beds
from recruitment.quarantine.services.waiting import ask_for_beds, end_overdue, make_offers, take_offer
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.quarantine import SiteFactory, figures, manager_of

DAY = dt.timedelta(days=1)


@pytest.fixture
def site(race):
    """A full house of four beds; `race` first, so that its database is the one that threads see."""
    return SiteFactory(beds=4)


@pytest.fixture
def waiting(site, today):
    """Four factories that want three beds each, in this order, while somebody holds everything."""
    reserve_backup_beds(factory=FactoryFactory(), site=site, first=today, until=today + DAY, beds=4, by=None, on=today)
    factories = [FactoryFactory() for _ in range(4)]
    return [ask_for_beds(factory=factory, beds=3, first=today, until=today + DAY, by=recruiter_of(factory), on=today) for factory in factories]


def grow(site, beds, today):
    change_capacity(site=site, first=today, until=today + DAY, capacity=beds, by=manager_of(site), on=today)


def offered():
    return list(WaitingRequest.objects.order_by("asked_at", "pk").values_list("offered", flat=True))


def test_rounds_of_offers_at_once_offer_each_bed_once_and_keep_the_order(race, site, waiting, today):
    grow(site, 9, today)
    outcomes = race(6, lambda: make_offers(now=timezone.now(), on=today))
    assert outcomes == ["done"] * 6
    assert offered() == [3, 2, 0, 0]
    assert figures(site, today) == (9, 9, 0)
    assert list(differences()) == []


def test_whoever_refreshes_gets_nothing_while_others_wait(race, site, waiting, today):
    """One thread opens three beds, one makes offers, six others try to reserve them all the time."""
    manager, quick = manager_of(site), [FactoryFactory() for _ in range(6)]
    acts = [
        partial(change_capacity, site=site, first=today, until=today + DAY, capacity=7, by=manager, on=today),
        *(partial(reserve_backup_beds, factory=factory, site=site, first=today, until=today + DAY, beds=1, by=None, on=today) for factory in quick),
        partial(make_offers, now=timezone.now(), on=today),
    ]
    turn = count()
    outcomes = race(len(acts), lambda: acts[next(turn)]())
    make_offers(now=timezone.now(), on=today)
    assert outcomes.count("done") == 2
    assert set(outcomes) <= {"done", "OthersWaitFirst", "NoCapacity"}
    assert offered() == [3, 0, 0, 0]
    assert not BackupReservation.objects.filter(factory__in=quick).exists()


def test_an_offer_is_taken_once_or_lapses_never_both(race, site, waiting, today):
    grow(site, 7, today)
    make_offers(now=timezone.now(), on=today)
    recruiter, later = recruiter_of(waiting[0].factory), timezone.now() + dt.timedelta(hours=5)
    acts = [
        *[partial(take_offer, request=waiting[0], by=recruiter, on=today)] * 3,
        *[partial(end_overdue, now=later, on=today)] * 3,
        *[partial(make_offers, now=later, on=today)] * 2,
    ]
    turn = count()
    outcomes = race(len(acts), lambda: acts[next(turn)]())
    assert set(outcomes) <= {"done", "OfferGone"}
    first = WaitingRequest.objects.get(pk=waiting[0].pk)
    assert first.status in ("taken", "lapsed")
    own = BackupReservation.objects.active().filter(factory=waiting[0].factory)
    assert own.count() == (first.status == "taken")
    assert list(differences()) == []


def test_a_second_click_asks_once(race, site, today):
    factory, recruiter = FactoryFactory(), None
    race(5, lambda: ask_for_beds(factory=factory, beds=2, first=today, until=today + DAY, by=recruiter, on=today))
    assert [place.request.factory for place in queue(on=today)] == [factory]
    assert SiteNight.objects.get(site=site, night=today).reserved == 0
