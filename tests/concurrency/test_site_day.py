"""Two people at one gate: each act happens once, whoever is quicker."""

import datetime as dt

import pytest

from recruitment.health.models import HealthEvent
from recruitment.quarantine.models import ArrivalCode, CompletionPaper, Stay, StayTest
from recruitment.quarantine.services.admissions import admit, book_bed
from recruitment.quarantine.services.arrivals import codes_of
from recruitment.quarantine.services.corrections import undo_release
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
