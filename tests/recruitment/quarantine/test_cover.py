import datetime as dt

import pytest

from recruitment.quarantine.models import ReservationNight
from recruitment.quarantine.services.cover import NoBackupCover, cover, required_beds
from recruitment.quarantine.services.holders import holder_of
from recruitment.quarantine.services.ledger import nights_between
from recruitment.quarantine.services.reservations import ensure_backup_cover, give_back_surplus, keep_cover, reserve_backup_beds
from tests.factories.employers import FactoryFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import ProvinceFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, figures
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def policy():
    return BackupPolicyFactory()


def ensure(factory, today, extra_workers=0):
    return ensure_backup_cover(factory=factory, extra_workers=extra_workers, by=None, on=today)


@pytest.mark.parametrize(("workers", "beds"), [(0, 0), (1, 1), (20, 1), (21, 2), (100, 5), (101, 6)])
def test_the_policy_asks_for_its_share_rounded_up_and_at_least_its_minimum(today, workers, beds):
    assert required_beds(holder_of(FactoryFactory(out_of_province_workers=workers)), on=today) == beds


def test_no_policy_in_force_asks_for_nothing(today, policy):
    policy.until = today - DAY
    policy.save()
    assert required_beds(holder_of(FactoryFactory(out_of_province_workers=100)), on=today) == 0


def test_people_accepted_here_from_other_provinces_count_and_neighbours_do_not(today):
    opening = OpeningFactory()
    home = opening.factory.zone.province
    merged = ProvinceFactory(successor=home, until=dt.date(2026, 6, 30))
    for number, province in enumerate([ProvinceFactory(), home, merged]):
        worker = WorkerFactory(home_province=province)
        worker.applications.create(opening=opening, receipt=f"VX{number}", status="accepted")
    assert cover(opening.factory, on=today).headcount == 1


def test_an_acceptance_raises_the_reserve_over_the_whole_horizon_and_repeating_it_adds_nothing(today):
    site, factory = SiteFactory(), FactoryFactory(out_of_province_workers=20)
    (added,) = ensure(factory, today, extra_workers=1)
    assert (added.site, added.beds, added.until) == (site, 2, today + 10 * DAY)
    assert ensure(factory, today, extra_workers=1) == []
    assert [figures(site, today), figures(site, today + 9 * DAY), figures(site, today + 10 * DAY)] == [(10, 2, 0), (10, 2, 0), (10, 0, 0)]


def test_the_next_day_the_reserve_is_carried_on_where_it_is(today):
    near, far = SiteFactory(beds=2), SiteFactory(far_away=True)
    factory = FactoryFactory(out_of_province_workers=60)
    ensure(factory, today)
    assert keep_cover(on=today + DAY) == (1, 0)
    held = dict(ReservationNight.objects.filter(night=today + 10 * DAY).values_list("reservation__site", "beds"))
    assert held == {near.pk: 2, far.pk: 1}


def test_the_site_that_the_factory_knows_comes_first_then_the_nearest(today):
    near, known, far = SiteFactory(), SiteFactory(beds=4, latitude=21.6), SiteFactory(far_away=True)
    factory = FactoryFactory(out_of_province_workers=100)
    reserve_backup_beds(factory=factory, site=known, first=today, until=today + 10 * DAY, beds=1, by=None, on=today)
    assert {row.site: row.beds for row in ensure(factory, today)} == {known: 3, near: 1}
    assert figures(far, today)[1] == 0


def test_a_site_with_stale_figures_is_not_offered(today):
    SiteFactory(with_stale_figures=True)
    with pytest.raises(NoBackupCover) as refusal:
        ensure(FactoryFactory(out_of_province_workers=1), today)
    assert refusal.value.facts["sites"] == []


def test_a_shortfall_names_what_is_needed_held_and_missing_and_the_nearest_room(today):
    near, far = SiteFactory(beds=2), SiteFactory(beds=1, far_away=True)
    factory = FactoryFactory(out_of_province_workers=100)
    reserve_backup_beds(factory=factory, site=near, first=today, until=today + 10 * DAY, beds=1, by=None, on=today)
    with pytest.raises(NoBackupCover) as refusal:
        ensure(factory, today)
    facts = refusal.value.facts
    assert (facts["needed"], facts["held"], facts["missing"]) == (5, 1, 4)
    assert facts["sites"] == [(near, 1), (far, 1)]
    assert figures(far, today)[1] == 0, "a refusal takes nothing"
    assert "5 giường" in refusal.value.for_people()


def test_a_single_full_night_in_the_horizon_sends_the_factory_to_the_next_site(today):
    near, far = SiteFactory(), SiteFactory(far_away=True)
    full = today + 5 * DAY
    reserve_backup_beds(factory=FactoryFactory(), site=near, first=full, until=full + DAY, beds=10, by=None, on=today)
    (added,) = ensure(FactoryFactory(out_of_province_workers=1), today)
    assert added.site == far


def test_beds_of_people_who_will_not_come_go_back_as_far_as_the_policy_allows(today):
    near, far = SiteFactory(beds=2), SiteFactory(far_away=True)
    factory = FactoryFactory(out_of_province_workers=80)
    ensure(factory, today)
    factory.out_of_province_workers = 60
    factory.save()
    assert give_back_surplus(factory=factory, at_most=5, by=None, on=today) == 1
    assert give_back_surplus(factory=factory, at_most=5, by=None, on=today) == 0
    assert {figures(near, night)[1] for night in nights_between(today, today + 10 * DAY)} == {2}
    assert {figures(far, night)[1] for night in nights_between(today, today + 10 * DAY)} == {1}
