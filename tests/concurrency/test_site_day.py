"""Two people at one gate: each act happens once, whoever is quicker."""

import datetime as dt
import threading
import time

import pytest
from django.db import transaction

from recruitment.health.models import HealthEvent
from recruitment.quarantine.models import ArrivalCode, CompletionPaper, Stay, StayTest
from recruitment.quarantine.services import incidents
from recruitment.quarantine.services.admissions import admit, book_bed
from recruitment.quarantine.services.arrivals import codes_of
from recruitment.quarantine.services.corrections import undo_release
from recruitment.quarantine.services.incidents import declare_site_case, lock_site
from recruitment.quarantine.services.leaving import let_out
from recruitment.quarantine.services.testing import record_results
from tests.factories.places import ProvinceFactory
from tests.factories.quarantine import SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

DAY = dt.timedelta(days=1)


@pytest.fixture
def staying(transactional_db, today):
    ProvinceFactory(home=True)
    site = SiteFactory(beds=1)
    stay = book_bed(worker=WorkerFactory(), site=site, arrives_on=today, leaves_on=today + DAY, by=None)
    return admit(stay=stay, by=None, on=today)


def test_letting_the_same_person_out_twice_gives_one_paper(race, staying, today):
    manager = manager_of(staying.site)
    assert race(4, lambda: let_out(stay=staying, by=manager, on=today + DAY)) == ["done"] * 4
    assert CompletionPaper.objects.count() == 1


def test_the_same_results_sent_twice_are_one_fact_each(race, staying, today):
    manager = manager_of(staying.site)
    test = StayTest.objects.create(stay=staying, due_on=today, method="pcr")
    outcomes = race(4, lambda: record_results(site=staying.site, results={test.pk: False}, taken_on=today, by=manager, on=today))
    assert sorted(outcomes) == ["NothingToRecord"] * 3 + ["done"]
    assert HealthEvent.objects.count() == 1


def test_a_code_asked_for_twice_is_one_code(race, staying):
    race(4, lambda: codes_of([staying]))
    assert ArrivalCode.objects.count() == 1


def test_the_last_bed_goes_either_back_or_to_somebody_else(race, staying, today):
    manager, waiting = manager_of(staying.site), WorkerFactory()
    let_out(stay=staying, reason="nhầm", by=manager, on=today)
    acts = [
        lambda: undo_release(stay=staying, by=manager, on=today),
        lambda: book_bed(worker=waiting, site=staying.site, arrives_on=today, leaves_on=today + DAY, by=None),
    ]
    outcomes = race(2, lambda: acts.pop()())
    assert sorted(outcomes) == ["NoCapacity", "done"]
    assert figures(staying.site, today) == (1, 0, 1)
    assert Stay.objects.holding_a_bed().count() == 1


@pytest.fixture
def expected(transactional_db, today):
    """Somebody at the gate of a site in which a case was found; who locks it holds the lock for a moment before it counts."""
    ProvinceFactory(home=True)
    site = SiteFactory(beds=3)
    inside, outside = (book_bed(worker=WorkerFactory(), site=site, arrives_on=today, leaves_on=today + DAY, by=None) for _ in range(2))
    incident = declare_site_case(stay=admit(stay=inside, by=None, on=today), found_on=today, by=manager_of(site), on=today)
    return incident, outside


def race_lock_and_gate(race, expected, today) -> list[str]:
    incident, outside = expected
    is_locking = threading.Event()

    def lock():
        with transaction.atomic():
            lock_site(incident=incident, lock="site", by=incident.opened_by, on=today)
            is_locking.set()
            time.sleep(0.3)

    def let_in():
        is_locking.wait(5)
        admit(stay=outside, by=None, on=today)

    acts = [lock, let_in]
    return sorted(race(2, lambda: acts.pop()()))


def test_nobody_is_let_in_while_the_site_is_being_locked(race, expected, today):
    assert race_lock_and_gate(race, expected, today) == ["LockedAtTheGate", "done"]
    assert Stay.objects.get(pk=expected[1].pk).status == "booked"


def test_without_waiting_for_the_gate_somebody_slips_into_the_locked_site(race, expected, today, monkeypatch):
    monkeypatch.setattr(incidents, "_wait_for_admissions", lambda _site, on: None)
    assert race_lock_and_gate(race, expected, today) == ["done", "done"]
