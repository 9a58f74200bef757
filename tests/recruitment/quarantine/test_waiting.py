"""The waiting list for backup beds: who is next, what is held for whom, and what nobody can take meanwhile."""

import datetime as dt
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recruitment.notifications.models import Message
from recruitment.quarantine.models import BackupReservation, FreedBeds, JournalEntry, Outbreak, WaitingRequest
from recruitment.quarantine.services.admissions import admit, book_bed, release
from recruitment.quarantine.services.capacity import change_capacity, confirm_figures
from recruitment.quarantine.services.cover import NoBackupCover, cover
from recruitment.quarantine.services.freed_beds import capacity_version
from recruitment.quarantine.services.pools import join_pool, open_pool
from recruitment.quarantine.services.queue import Need, in_order, queue
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import OthersWaitFirst, ensure_backup_cover, lower, reserve_backup_beds
from recruitment.quarantine.services.waiting import AlreadyWaiting, OfferGone, ask_for_beds, end_overdue, leave_list, make_offers, take_offer
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.places import IndustrialZoneFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, WaitingPolicyFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
Status = WaitingRequest.Status


@pytest.fixture
def full(today):
    """A site whose ten beds another factory holds for five nights."""
    site = SiteFactory(beds=10, name="Khu Tân Lập")
    reserve_backup_beds(factory=FactoryFactory(), site=site, first=today, until=today + 5 * DAY, beds=10, by=None, on=today)
    return site


@pytest.fixture
def wait(today):
    """Ask for beds for three nights from today on."""

    def wait(factory, beds, *, nights=3):
        return ask_for_beds(factory=factory, beds=beds, first=today, until=today + nights * DAY, by=recruiter_of(factory), on=today)

    return wait


def open_beds(site, beds, today):
    change_capacity(site=site, first=today, until=today + 5 * DAY, capacity=beds, by=manager_of(site), on=today)


def offers_now(today):
    return make_offers(now=timezone.now(), on=today)


def holdings(request):
    return {row.site: set(row.nights.values_list("beds", flat=True)) for row in request.held.active()}


def test_beds_that_come_free_are_held_for_who_waits_until_the_window_closes(today, full, wait):
    request = wait(FactoryFactory(name="Nhà máy Bình Minh"), 4)
    assert offers_now(today) == []
    open_beds(full, 16, today)
    assert offers_now(today) == [request]
    request = WaitingRequest.objects.get()
    assert (request.status, request.offered) == (Status.OFFERED, 4)
    assert request.offer_until == pytest.approx(timezone.now() + dt.timedelta(hours=4), abs=dt.timedelta(minutes=1))
    assert figures(full, today) == (16, 14, 0)
    assert holdings(request) == {full: {4}}
    assert list(differences()) == []


def test_taking_makes_the_beds_the_factorys_own_without_moving_the_ledger(today, full, wait):
    BackupPolicyFactory(horizon_days=3)
    factory = FactoryFactory(out_of_province_workers=80)
    request = wait(factory, 4)
    open_beds(full, 14, today)
    offers_now(today)
    request = take_offer(request=request, by=recruiter_of(factory), on=today)
    assert (request.status, request.taken) == (Status.TAKEN, 4)
    assert figures(full, today) == (14, 14, 0)
    assert (cover(factory, on=today).held, cover(factory, on=today).missing) == (4, 0)
    assert JournalEntry.objects.filter(change="take").count() == 1
    assert list(differences()) == []
    with pytest.raises(OfferGone):
        take_offer(request=request, by=recruiter_of(factory), on=today)


def test_beds_at_a_site_where_the_factory_has_some_are_added_to_them(today, full, wait):
    factory = FactoryFactory()
    open_beds(full, 12, today)
    reserve_backup_beds(factory=factory, site=full, first=today, until=today + 2 * DAY, beds=2, by=None, on=today)
    request = wait(factory, 3)
    open_beds(full, 15, today)
    offers_now(today)
    take_offer(request=request, by=recruiter_of(factory), on=today)
    reservation = BackupReservation.objects.active().get(factory=factory)
    assert list(reservation.nights.values_list("beds", flat=True)) == [5, 5, 3]
    assert list(differences()) == []


def test_nobody_overtakes_by_refreshing_while_offers_are_still_to_be_made(today, full, wait):
    wait(FactoryFactory(), 4)
    open_beds(full, 14, today)
    quick = FactoryFactory(out_of_province_workers=40)
    with pytest.raises(OthersWaitFirst):
        reserve_backup_beds(factory=quick, site=full, first=today, until=today + DAY, beds=1, by=None, on=today)
    BackupPolicyFactory(horizon_days=2)
    with pytest.raises(NoBackupCover):
        ensure_backup_cover(factory=quick, extra_workers=0, by=None, on=today)
    offers_now(today)
    assert figures(full, today) == (14, 14, 0)


def test_what_is_left_after_the_offers_is_anybodys(today, full, wait):
    wait(FactoryFactory(), 4)
    open_beds(full, 15, today)
    offers_now(today)
    reserve_backup_beds(factory=FactoryFactory(), site=full, first=today, until=today + DAY, beds=1, by=None, on=today)
    assert figures(full, today) == (15, 15, 0)


def test_whoever_asked_first_gets_what_there_is_and_the_rest_waits_on_in_its_place(today, full, wait):
    first, second = wait(FactoryFactory(), 6), wait(FactoryFactory(), 2)
    open_beds(full, 14, today)
    assert offers_now(today) == [first]
    first = take_offer(request=first, by=recruiter_of(first.factory), on=today)
    assert (first.status, first.taken, first.lacking) == (Status.WAITING, 4, 2)
    assert [place.request for place in queue(on=today)] == [first, second]
    open_beds(full, 18, today)
    assert offers_now(today) == [first, second]
    assert [WaitingRequest.objects.get(pk=row.pk).offered for row in (first, second)] == [2, 2]


def test_an_outbreak_comes_first_then_need_then_the_day_of_asking(today, full, wait):
    BackupPolicyFactory(horizon_days=3)
    calm, needy, ill = FactoryFactory(), FactoryFactory(out_of_province_workers=60), FactoryFactory()
    for factory in (calm, needy, ill):
        wait(factory, 2)
    Outbreak.objects.create(factory=ill, opened_on=today, opened_by=UserFactory(health_officer=True))
    assert [place.request.factory for place in queue(on=today)] == [ill, needy, calm]
    assert [(place.position, place.ahead) for place in queue(on=today)] == [(1, 0), (2, 2), (3, 4)]
    WaitingPolicyFactory(outbreak_first=False)
    assert [place.request.factory for place in queue(on=today)] == [needy, calm, ill]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 100), st.integers(0, 3)), max_size=12), st.integers(1, 100))
@settings(suppress_health_check=list(HealthCheck))
def test_the_order_never_puts_less_need_or_a_later_day_first(asked, step):
    requests = [WaitingRequest(pk=pk, asked_at=dt.datetime(2026, 11, 1 + day, tzinfo=dt.UTC)) for pk, (_ill, _lacking, day) in enumerate(asked)]
    needs = {pk: Need(100, lacking, ill) for pk, (ill, lacking, _day) in enumerate(asked)}
    rule = WaitingPolicyFactory.build(need_step=step)
    ordered = in_order(requests, needs, rule)
    for before, after in pairwise(ordered):
        a, b = needs[before.pk], needs[after.pk]
        assert (not a.outbreak, -(a.lacking // step)) <= (not b.outbreak, -(b.lacking // step))
        if (a.outbreak, a.lacking // step) == (b.outbreak, b.lacking // step):
            assert (before.asked_at, before.pk) < (after.asked_at, after.pk)


def test_an_offer_nobody_answers_goes_to_the_next_and_both_are_told(today, full, wait):
    late, patient = FactoryFactory(), FactoryFactory()
    recruiters = recruiter_of(late), recruiter_of(patient)
    first, second = wait(late, 4), wait(patient, 4)
    open_beds(full, 14, today)
    offers_now(today)
    later = timezone.now() + dt.timedelta(hours=5)
    assert end_overdue(now=later, on=today) == 1
    assert make_offers(now=later, on=today) == [second]
    assert WaitingRequest.objects.get(pk=first.pk).status == Status.LAPSED
    assert figures(full, today) == (14, 14, 0)
    texts = [list(Message.objects.filter(recipient=person, channel="app").order_by("pk").values_list("text", flat=True)) for person in recruiters]
    assert "4 giường dự phòng" in texts[0][0] and "quá hạn" in texts[0][1] and "4 giường dự phòng" in texts[1][0]
    assert list(differences()) == []


def test_an_answer_after_the_window_is_too_late_even_before_the_sweep(today, full, wait):
    request = wait(FactoryFactory(), 4)
    open_beds(full, 14, today)
    make_offers(now=timezone.now() - dt.timedelta(hours=5), on=today)
    with pytest.raises(OfferGone):
        take_offer(request=request, by=recruiter_of(request.factory), on=today)


def test_refusing_an_offer_gives_the_beds_to_the_next(today, full, wait):
    first, second = wait(FactoryFactory(), 4), wait(FactoryFactory(), 4)
    open_beds(full, 14, today)
    offers_now(today)
    for _ in range(2):
        assert leave_list(request=first, by=recruiter_of(first.factory), on=today).status == Status.CANCELLED
    assert offers_now(today) == [second]
    assert list(differences()) == []


def test_a_request_ends_with_its_nights(today, full, wait):
    request = wait(FactoryFactory(), 4)
    assert end_overdue(now=timezone.now(), on=today + 3 * DAY) == 1
    assert WaitingRequest.objects.get(pk=request.pk).status == Status.LAPSED


def test_asking_twice_is_one_place_and_asking_otherwise_is_refused(today, wait):
    factory = FactoryFactory()
    assert wait(factory, 4) == wait(factory, 4)
    with pytest.raises(AlreadyWaiting) as refusal:
        wait(factory, 5)
    assert "4 giường" in refusal.value.for_people()


def test_the_database_itself_knows_one_open_request_per_holder_and_night(today, wait):
    request = wait(FactoryFactory(), 4)
    with pytest.raises(IntegrityError), transaction.atomic():
        WaitingRequest.objects.create(factory=request.factory, beds=1, first=today, until=today + DAY, asked_at=timezone.now())


def test_a_pools_request_fills_the_pool(today, full, wait):
    BackupPolicyFactory(horizon_days=3, pooled_beds_per_hundred=2)
    zone = IndustrialZoneFactory()
    pool, factory = open_pool(zone=zone, by=None, on=today), FactoryFactory(zone=zone)
    join_pool(factory=factory, by=None, on=today)
    request = wait(factory, 2)
    assert request.holder == pool
    open_beds(full, 12, today)
    offers_now(today)
    take_offer(request=request, by=recruiter_of(factory), on=today)
    assert BackupReservation.objects.active().get(pool=pool).nights.first().beds == 2


def test_a_factory_that_joined_a_pool_meanwhile_takes_its_beds_along(today, full, wait):
    zone = IndustrialZoneFactory()
    factory = FactoryFactory(zone=zone)
    request, pool = wait(factory, 2), open_pool(zone=zone, by=None, on=today)
    open_beds(full, 12, today)
    offers_now(today)
    join_pool(factory=factory, by=None, on=today)
    take_offer(request=request, by=recruiter_of(factory), on=today)
    assert BackupReservation.objects.active().get(pool=pool).nights.first().beds == 2
    assert list(differences()) == []


def test_everything_that_frees_beds_is_noticed(today):
    site, worker = SiteFactory(beds=3), WorkerFactory()
    seen = [capacity_version()]

    def grew():
        seen.append(capacity_version())
        return seen[-1] > seen[-2]

    stay = book_bed(worker=worker, site=site, arrives_on=today, leaves_on=today + DAY, by=None)
    assert not grew()
    admit(stay=stay, by=manager_of(site), on=today)
    release(stay=stay, by=manager_of(site), on=today)
    assert grew()
    reservation = reserve_backup_beds(factory=FactoryFactory(), site=site, first=today, until=today + DAY, beds=2, by=None, on=today)
    assert not grew()
    lower(reservation=reservation, beds=2, first=today, until=today + DAY, by=None, on=today)
    assert grew()
    open_beds(site, 5, today)
    assert grew()
    confirm_figures(site=site, by=manager_of(site), on=today)
    assert grew()
    SiteFactory(beds=1)
    assert grew()


def test_a_killed_round_of_offers_leaves_everything_to_be_done(today, full, wait):
    wait(FactoryFactory(), 4)
    open_beds(full, 14, today)
    with transaction.atomic():
        offers_now(today)
        transaction.set_rollback(True)  # what the database does when the process dies
    assert FreedBeds.objects.not_offered().filter(site=full).exists()
    assert WaitingRequest.objects.get().status == Status.WAITING
    assert figures(full, today) == (14, 10, 0)
    assert len(offers_now(today)) == 1
    assert not FreedBeds.objects.not_offered().exists()


def test_the_expected_night_is_the_first_that_has_room_for_everybody_before(today, full, wait):
    first, second = wait(FactoryFactory(), 6), wait(FactoryFactory(), 6)
    places = {place.request: place for place in queue(on=today)}
    assert places[first].expected == today + 5 * DAY
    assert places[second].expected is None
    open_beds(SiteFactory(beds=12), 0, today)
    assert {place.request: place.expected for place in queue(on=today)}[second] == today + 5 * DAY
