import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from recruitment.quarantine.models import FigureUpdate, JournalEntry, KindFigures
from recruitment.quarantine.services.admissions import admit, book_bed
from recruitment.quarantine.services.beds import assign_bed
from recruitment.quarantine.services.capacity import PromisedMore
from recruitment.quarantine.services.figures import Counts, FiguresChanged, MoreThanThere, counts_of, latest_update, mismatches, write_figures
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import reserve_backup_beds
from recruitment.quarantine.services.rooms import balance, close_room, open_room
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import RoomFactory, SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def write(site, counts, today, *, seen=None, key=None, **options):
    latest = latest_update(site)
    seen = (latest.pk if latest else 0) if seen is None else seen
    return write_figures(site=site, counts=counts, key=key or uuid.uuid4(), seen=seen, by=options.pop("by", None), on=today, **options)


def small(total=10, occupied=0, closed=0, held=0):
    return [Counts("small", total, occupied, closed, held)]


def capacities(site, today, *offsets):
    return [figures(site, today + offset * DAY)[0] for offset in offsets]


def test_the_first_figures_open_the_ledger_and_later_ones_move_it(today):
    site = SiteFactory(beds=0)
    write(site, small(total=50, closed=4, held=2), today)
    assert capacities(site, today, 0, 364) == [44, 44]
    write(site, small(total=50, closed=6, held=2), today)
    assert capacities(site, today, 0, 364) == [42, 42]
    assert list(differences()) == []


def test_first_figures_of_a_site_with_a_ledger_set_every_night(today):
    site = SiteFactory(beds=10)
    write(site, [*small(total=6), Counts("family", 8, 0, 0, 1)], today)
    assert capacities(site, today, 0, 364) == [13, 13]


def test_sending_the_same_update_again_changes_nothing(today):
    site, key = SiteFactory(beds=10), uuid.uuid4()
    first = write(site, small(), today, key=key, seen=0)
    other = write(site, small(total=12), today)
    assert write(site, small(), today, key=key, seen=0) == first
    assert latest_update(site) == other
    assert capacities(site, today, 0) == [12]


def test_a_page_gone_back_to_and_changed_is_another_update(today):
    site, key = SiteFactory(beds=10), uuid.uuid4()
    first = write(site, small(), today, key=key, seen=0)
    with pytest.raises(FiguresChanged):
        write(site, small(total=9), today, key=key, seen=0)
    assert write(site, small(total=9), today, key=key, seen=first.pk) != first


def test_whoever_did_not_see_a_change_is_shown_it(today):
    site = SiteFactory(beds=10)
    first = write(site, small(closed=1), today)
    write(site, small(closed=3, held=1), today, by=manager_of(site))
    with pytest.raises(FiguresChanged) as refusal:
        write(site, small(closed=2), today, seen=first.pk)
    assert [row.in_words() for row in refusal.value.facts["differences"]] == [
        "phòng 1–2 giường, đóng: bạn thấy 1, nay là 3, bạn ghi 2.",
        "phòng 1–2 giường, giữ: bạn thấy 0, nay là 1.",
    ]
    assert "Nông Thị Thử đã đổi số liệu lúc" in refusal.value.for_people()
    assert capacities(site, today, 0) == [6]


def test_nothing_has_changed_renews_the_age_and_keeps_the_figures(today):
    site = SiteFactory(beds=10, with_stale_figures=True)
    write(site, small(closed=1), today)
    noted = timezone.now() - dt.timedelta(minutes=20)
    type(site).objects.update(figures_confirmed_at=noted - DAY)
    update = write(site, None, today, noted_at=noted)
    site.refresh_from_db()
    assert site.figures_confirmed_at == noted
    assert counts_of(update) == small(closed=1)
    assert JournalEntry.objects.filter(change="confirm").count() == 2


def test_what_waited_on_a_phone_never_makes_figures_look_older_or_from_the_future(today):
    site = SiteFactory(beds=10)
    before = site.figures_confirmed_at
    write(site, small(), today, noted_at=before - DAY)
    site.refresh_from_db()
    assert site.figures_confirmed_at == before
    write(site, small(), today, noted_at=timezone.now() + DAY)
    site.refresh_from_db()
    assert site.figures_confirmed_at <= timezone.now()


def test_closing_promised_beds_is_refused_with_who_holds_them_and_nothing_is_written(today):
    site = SiteFactory(beds=10)
    write(site, small(), today)
    reserve_backup_beds(factory=FactoryFactory(name="Nhà máy Bình Minh"), site=site, first=today, until=today + DAY, beds=8, by=None, on=today)
    with pytest.raises(PromisedMore) as refusal:
        write(site, small(closed=3), today)
    assert "Nhà máy Bình Minh: 8" in refusal.value.for_people()
    assert counts_of(latest_update(site)) == small()


@pytest.mark.parametrize("wrong", [{"closed": 6, "held": 5}, {"occupied": 11}])
def test_more_than_there_is_refused_by_service_and_database(today, wrong):
    site = SiteFactory(beds=10)
    with pytest.raises(MoreThanThere):
        write(site, small(**wrong), today)
    update = FigureUpdate.objects.create(site=site, key=uuid.uuid4(), noted_at=timezone.now())
    row = {"total": 10, "occupied": 0, "closed": 0, "held": 0, **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        KindFigures.objects.create(update=update, kind="small", **row)


def test_the_total_of_a_kind_with_rooms_is_their_beds(today):
    site = SiteFactory(beds=10)
    RoomFactory(site=site, kind="small", beds=2)
    update = write(site, small(total=99), today)
    assert counts_of(update) == small(total=2)
    assert capacities(site, today, 0) == [2]


def test_closing_and_opening_a_room_is_counted_once_and_seen_by_whoever_has_the_page_open(today):
    site = SiteFactory(beds=0)
    room, _other = RoomFactory(site=site, kind="small", beds=2), RoomFactory(site=site, kind="small", beds=2)
    seen = write(site, small(total=4), today)
    close_room(room=room, by=None, on=today)
    assert counts_of(latest_update(site)) == small(total=4, closed=2)
    with pytest.raises(FiguresChanged):
        write(site, None, today, seen=seen.pk)
    write(site, small(total=4, closed=2), today)
    assert capacities(site, today, 0) == [2]
    open_room(room=room, by=None, on=today)
    assert capacities(site, today, 0) == [4]
    assert counts_of(latest_update(site)) == small(total=4)


def test_figures_and_rooms_that_disagree_are_named(today):
    site = SiteFactory(beds=20)
    room = RoomFactory(site=site, kind="small", beds=2, name="P7")
    RoomFactory(site=site, kind="small", beds=2, name="P8", is_open=False)
    stay = book_bed(worker=WorkerFactory(), site=site, arrives_on=today, leaves_on=today + DAY, by=None)
    assign_bed(stay=stay, bed=room.beds.first(), company="men", by=None, on=today)
    admit(stay=stay, by=None, on=today)
    write(site, small(total=4, occupied=2, closed=0), today)
    found = {row.figure: (row.said, row.booked, row.rooms) for row in mismatches(site, on=today)}
    assert found == {"occupied": (2, 1, [("A P7", 1)]), "closed": (0, 2, [("A P8", 2)])}
    write(site, small(total=4, occupied=1, closed=2, held=1), today)
    assert (balance(site, on=today).kept_back, balance(site, on=today).difference) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_two_managers_writing_at_once_one_sees_the_other(race, today):
    site = SiteFactory(beds=10)
    seen = write(site, small(), today).pk
    closed = iter([1, 2, 3, 4])
    outcomes = race(4, lambda: write(site, small(closed=next(closed)), today, seen=seen))
    assert sorted(outcomes) == ["FiguresChanged"] * 3 + ["done"]
    assert list(differences()) == []


@pytest.mark.django_db(transaction=True)
def test_one_update_sent_many_times_at_once_is_written_once(race, today):
    site, key = SiteFactory(beds=10), uuid.uuid4()
    assert race(4, lambda: write(site, small(total=8), today, key=key, seen=0)) == ["done"] * 4
    assert FigureUpdate.objects.count() == 1 and capacities(site, today, 0) == [8]
