"""Openings for one person: what fits, away from crowds, never far from his or her own best, and why each is shown."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recruitment.openings.models import Opening
from recruitment.workers.models import Worker
from search import pricing
from search.locks import PRICING, held
from search.models import NeglectedOpening, OpeningPrice
from search.neglect import monday, note_neglected, weeks_of_neglect
from search.pricing import refresh_prices, write_prices
from search.recommendations import BEST, NEGLECTED, SPREAD, expose, recommendations, similar_openings
from tests.factories.applications import ApplicationFactory
from tests.factories.occupations import OccupationFactory
from tests.factories.openings import OpeningFactory
from tests.factories.quarantine import SiteFactory
from tests.factories.workers import WorkerFactory, WorkerOccupationFactory

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def sewing():
    return OccupationFactory()


def tailor(occupation, **facts) -> Worker:
    worker = WorkerFactory(consented=True, **facts)
    WorkerOccupationFactory(worker=worker, occupation=occupation)
    return worker


def shown(worker, today, **options) -> list[Opening]:
    return [recommended.row for recommended in recommendations(worker, user=worker.user, on=today, **options)]


def test_openings_of_ones_own_and_near_occupations_the_best_first(sewing, today):
    near = OccupationFactory()
    sewing.related.add(near)
    second, first, _other = OpeningFactory(occupation=near), OpeningFactory(occupation=sewing), OpeningFactory()
    found = recommendations(tailor(sewing), user=tailor(sewing).user, on=today)
    assert [recommended.row for recommended in found] == [first, second]
    assert found[0].match.score > found[1].match.score
    assert {recommended.why for recommended in found} == {BEST}


def test_nothing_that_is_full_over_or_applied_to_already(sewing, today):
    OpeningFactory(occupation=sewing, full=True), OpeningFactory(occupation=sewing, paused=True)
    OpeningFactory(occupation=sewing, closes_on=today - dt.timedelta(days=1))
    applied, left = OpeningFactory(occupation=sewing), OpeningFactory(occupation=sewing)
    worker = tailor(sewing)
    ApplicationFactory(worker=worker, opening=applied)
    assert shown(worker, today) == [left]


def test_a_price_moves_an_opening_down_and_what_comes_up_says_why(sewing, today, now):
    dear, cheap = OpeningFactory(occupation=sewing), OpeningFactory(occupation=sewing, shift="night")
    write_prices({dear.pk: 35.0, cheap.pk: 0.0}, now=now)
    worker = tailor(sewing)
    assert shown(worker, today) == [cheap, dear]
    assert [recommended.why for recommended in recommendations(worker, user=worker.user, on=today, most=1)] == [SPREAD]


def test_old_prices_count_for_nothing(sewing, today, now):
    dear, cheap = OpeningFactory(occupation=sewing), OpeningFactory(occupation=sewing, shift="night")
    write_prices({dear.pk: 35.0, cheap.pk: 0.0}, now=now - 3 * HOUR)
    assert shown(tailor(sewing), today) == [dear, cheap]


def test_nobody_is_moved_further_than_the_bound(sewing, today, now, settings):
    best, far = OpeningFactory(occupation=sewing), OpeningFactory(occupation=sewing, shift="night", experience_months=600)
    write_prices({best.pk: 90.0, far.pk: 0.0}, now=now)
    worker = tailor(sewing)
    assert shown(worker, today) == [far, best]
    settings.RECOMMENDATION_BOUND = 15
    assert shown(worker, today) == [best]


def test_before_the_first_refresh_applicants_per_place_are_the_price(sewing, today):
    crowded, free = OpeningFactory(occupation=sewing, headcount=1), OpeningFactory(occupation=sewing, headcount=1, shift="night")
    for _ in range(9):
        ApplicationFactory(opening=crowded)
    assert shown(tailor(sewing), today) == [free, crowded]


def test_a_refresh_prices_what_too_many_would_choose(sewing, today, now):
    liked, other = OpeningFactory(occupation=sewing, headcount=5), OpeningFactory(occupation=sewing, headcount=40, shift="night")
    people = [tailor(sewing) for _ in range(40)]
    refreshed = refresh_prices(on=today, now=now)
    assert (refreshed.people, refreshed.openings) == (40, 2)
    prices = dict(OpeningPrice.objects.values_list("opening", "points"))
    assert prices[liked.pk] > 5 > prices[other.pk]
    assert 1 <= sum(shown(worker, today)[0] == liked for worker in people) <= 15


def test_a_refresh_can_be_repeated_and_forgets_what_is_over(sewing, today, now):
    over, left = OpeningFactory(occupation=sewing), OpeningFactory(occupation=sewing)
    refresh_prices(on=today, now=now)
    Opening.objects.filter(pk=over.pk).update(status="paused")
    refresh_prices(on=today, now=now + HOUR)
    assert list(OpeningPrice.objects.values_list("opening", "found_at")) == [(left.pk, now + HOUR)]


def test_an_interrupted_refresh_leaves_the_former_prices(sewing, today, now, monkeypatch):
    OpeningFactory(occupation=sewing)
    refresh_prices(on=today, now=now)

    def die(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(pricing.OpeningPrice.objects, "exclude", die)
    with pytest.raises(KeyboardInterrupt):
        refresh_prices(on=today, now=now + HOUR)
    assert OpeningPrice.objects.get().found_at == now


@pytest.mark.django_db(transaction=True)
def test_two_refreshes_never_run_together(race, today, now):
    def while_another_runs():
        with held(PRICING, wait=True):
            assert race(1, lambda: refresh_prices(on=today, now=now) and pytest.fail("two at once")) == ["done"]

    while_another_runs()
    assert refresh_prices(on=today, now=now) is not None


def test_an_empty_province_has_no_prices(today, now):
    assert refresh_prices(on=today, now=now).openings == 0


def test_two_people_alike_see_equals_in_orders_of_their_own(sewing, today):
    for _ in range(8):
        OpeningFactory(occupation=sewing)
    first, second = tailor(sewing), tailor(sewing)
    assert shown(first, today) == shown(first, today)
    assert shown(first, today) != shown(second, today)
    assert set(shown(first, today)) == set(shown(second, today))


def test_neglected_openings_take_two_positions_and_never_the_first():
    assert expose(list(range(20)), frozenset({15, 16, 17, 3}), most=10) == [0, 1, 15, 2, 3, 4, 16, 5, 6, 7]
    assert expose([1, 2], frozenset({2}), most=10) == [1, 2]
    assert expose(list(range(9)), frozenset({8}), most=1) == [0]


def test_an_opening_that_nobody_applies_to_is_lifted_for_a_week_and_says_so(sewing, today, now):
    worker = tailor(sewing)
    popular = [OpeningFactory(occupation=sewing) for _ in range(12)]
    lonely = OpeningFactory(occupation=sewing, shift="night", headcount=40, published_at=now - dt.timedelta(days=5))
    assert note_neglected(on=today) == 1
    assert note_neglected(on=today) == 0
    found = recommendations(worker, user=worker.user, on=today)
    assert [(place, one.why) for place, one in enumerate(found) if one.row == lonely] == [(2, NEGLECTED)]
    assert "ít người nộp" in found[2].reason
    ApplicationFactory(opening=lonely)
    ApplicationFactory(opening=popular[0])
    (week,) = weeks_of_neglect()
    assert (week.week, week.openings, week.places, week.reached, week.applications) == (monday(today), 1, 40, 1, 1)
    assert NeglectedOpening.objects.get().applications == 0


def test_thirty_openings_cost_as_many_queries_as_two(sewing, today):
    worker = tailor(sewing)
    OpeningFactory(occupation=sewing), OpeningFactory(occupation=sewing)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            for recommended in recommendations(worker, user=worker.user, on=today):
                assert recommended.row.factory.zone.name and recommended.row.factory.enterprise.name
        return len(captured)

    two = queries()
    for _ in range(28):
        OpeningFactory(occupation=sewing)
    assert queries() == two


def test_similar_openings_have_places_and_those_with_a_bed_near_come_first(sewing, today):
    full = OpeningFactory(occupation=sewing, full=True)
    zone = full.factory.zone
    SiteFactory(latitude=zone.latitude, longitude=zone.longitude, beds=3)
    far = OpeningFactory(occupation=sewing, factory__zone__latitude=20.0)
    here = OpeningFactory(occupation=sewing, factory__zone=zone)
    elsewhere = OpeningFactory(occupation=sewing)
    OpeningFactory(occupation=sewing, full=True), OpeningFactory()
    found = similar_openings(full, user=tailor(sewing).user, on=today)
    assert [row for row, _beds in found] == [here, elsewhere, far]
    assert [beds.beds for _row, beds in found] == [3, 3, 0]
