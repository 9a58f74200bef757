"""Moving people between sites."""

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from recruitment.notifications.models import Message
from recruitment.quarantine.models import Stay, Transfer
from recruitment.quarantine.services.admissions import AlreadyHasABed, admit, book_bed, release
from recruitment.quarantine.services.freshness import StaleFigures
from recruitment.quarantine.services.housing import house_people
from recruitment.quarantine.services.ledger import NoCapacity
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.reservations import reserve_backup_beds
from recruitment.quarantine.services.transfers import (
    AlreadyMoving,
    NotStaying,
    ReasonNeeded,
    SameSite,
    WrongStep,
    accept_transfer,
    arrive,
    call_off_stale,
    cancel_transfer,
    depart,
    refuse_transfer,
    request_transfer,
)
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class Move:
    """Somebody staying at `origin` for ten nights, and another site with two beds."""

    def __init__(self, today):
        self.on = today
        self.origin, self.destination = SiteFactory(beds=2), SiteFactory(beds=2)
        self.sender, self.receiver = manager_of(self.origin), manager_of(self.destination)
        self.stay = book_bed(worker=WorkerFactory(), site=self.origin, arrives_on=today, leaves_on=today + 10 * DAY, by=None)
        admit(stay=self.stay, by=self.sender, on=today)

    def request(self, **changed):
        asked = {"stay": self.stay, "destination": self.destination, "by": self.sender, "on": self.on} | changed
        return request_transfer(**asked)

    def step(self, act, transfer, **facts):
        return act(transfer=transfer, by=self.receiver, on=self.on, **facts)


@pytest.fixture
def move(today):
    return Move(today)


def test_the_other_site_is_asked_in_its_managers_language_and_nobody_whose_account_is_closed(move):
    abroad, gone = manager_of(move.destination, language="en"), manager_of(move.destination, is_active=False)
    move.request()
    told = dict(Message.objects.filter(kind="transfer", channel="app").values_list("recipient", "text"))
    assert "Hãy trả lời trong 2 giờ" in told[move.receiver.pk] and "within 2 hours" in told[abroad.pk]
    assert gone.pk not in told


def test_both_ends_confirm_and_the_stays_change_over_together(move, today):
    transfer = move.request()
    assert figures(move.destination, today) == (2, 0, 0)
    move.step(accept_transfer, transfer)
    assert (figures(move.origin, today), figures(move.destination, today)) == ((2, 0, 1), (2, 0, 1))
    move.step(depart, transfer)
    done = move.step(arrive, transfer)
    assert done.status == "completed" and done.answer_by is None
    assert (figures(move.origin, today), figures(move.destination, today)) == ((2, 0, 0), (2, 0, 1))
    assert [(stay.site, stay.status) for stay in Stay.objects.order_by("pk")] == [(move.origin, "released"), (move.destination, "admitted")]
    assert list(differences()) == []


def test_every_step_may_be_repeated(move):
    transfer = move.request()
    for act in (accept_transfer, depart, arrive):
        first, again = move.step(act, transfer), move.step(act, transfer)
        assert first.status == again.status
    assert Stay.objects.count() == 2
    assert list(differences()) == []


def test_nobody_moves_before_the_destination_has_said_yes(move):
    transfer = move.request()
    for act in (depart, arrive):
        with pytest.raises(WrongStep):
            move.step(act, transfer)


def test_a_full_destination_can_not_accept(move, today):
    for _ in range(2):
        book_bed(worker=WorkerFactory(), site=move.destination, arrives_on=today, leaves_on=today + DAY, by=None)
    with pytest.raises(NoCapacity):
        move.step(accept_transfer, move.request())
    assert Transfer.objects.get().status == "requested"


def test_a_person_has_one_open_transfer_and_the_old_one_is_named(move):
    move.request()
    with pytest.raises(AlreadyMoving) as refusal:
        move.request(destination=SiteFactory())
    assert move.destination.name in refusal.value.for_people()
    now = timezone.now()
    with pytest.raises(IntegrityError, match="one_open_transfer_per_person"), transaction.atomic():
        Transfer.objects.create(stay=move.stay, elsewhere="x", requested_by=move.sender, requested_at=now, moved_at=now, answer_by=now)


def test_refusing_needs_a_reason_which_the_sender_reads(move):
    transfer = move.request()
    with pytest.raises(ReasonNeeded):
        move.step(refuse_transfer, transfer, reason="  ")
    move.step(refuse_transfer, transfer, reason="Hết phòng đơn, khu B còn 3")
    assert "Hết phòng đơn" in Message.objects.get(recipient=move.sender, channel="app").text
    assert move.request(destination=SiteFactory()).status == "requested"


def test_the_destinations_managers_are_asked(move):
    move.request()
    assert Message.objects.filter(recipient=move.receiver, kind="transfer", channel="app").exists()


def test_calling_off_frees_the_held_bed_and_leaves_the_person_in_the_old_one(move, today):
    transfer = move.request()
    move.step(accept_transfer, transfer)
    move.step(cancel_transfer, transfer, reason="Xe hỏng")
    assert (figures(move.origin, today), figures(move.destination, today)) == ((2, 0, 1), (2, 0, 0))
    with pytest.raises(WrongStep):
        move.step(accept_transfer, transfer)
    assert list(differences()) == []


def test_somewhere_else_is_a_real_end(move, today):
    transfer = move.request(destination=None, elsewhere="Bệnh viện C Thái Nguyên")
    with pytest.raises(WrongStep):
        move.step(accept_transfer, transfer)
    move.step(depart, transfer)
    move.step(arrive, transfer)
    assert figures(move.origin, today) == (2, 0, 0)
    move.stay.refresh_from_db()
    assert move.stay.status == "released"


def test_a_request_without_an_answer_is_called_off_but_nobody_on_the_way_is(move, today):
    slow = move.request()
    other = Move(today)
    moving = other.request()
    other.step(accept_transfer, moving)
    other.step(depart, moving)
    assert call_off_stale(now=timezone.now(), on=today) == 0
    assert call_off_stale(now=timezone.now() + dt.timedelta(days=3), on=today) == 1
    assert Transfer.objects.get(pk=slow.pk).status == "cancelled"
    assert Transfer.objects.get(pk=moving.pk).status == "on_the_way"


def test_whoever_goes_home_meanwhile_frees_the_held_bed(move, today):
    transfer = move.request()
    move.step(accept_transfer, transfer)
    release(stay=move.stay, by=move.sender, on=today)
    assert call_off_stale(now=timezone.now(), on=today) == 1
    assert figures(move.destination, today) == (2, 0, 0)


def test_somebody_who_has_left_can_not_be_moved(move, today):
    release(stay=move.stay, by=move.sender, on=today)
    with pytest.raises(NotStaying):
        move.request()


def test_the_same_site_and_a_site_with_stale_figures_are_refused(move):
    with pytest.raises(SameSite):
        move.request(destination=move.origin)
    with pytest.raises(StaleFigures):
        move.request(destination=SiteFactory(with_stale_figures=True))


def test_arriving_the_next_day_counts_the_night_at_both_ends(move, today):
    transfer = move.request()
    move.step(accept_transfer, transfer)
    move.step(depart, transfer)
    with time_machine.travel(dt.datetime(2026, 11, 25, 3, tzinfo=dt.UTC)):
        arrive(transfer=transfer, by=move.receiver, on=today + DAY)
    assert (figures(move.origin, today), figures(move.destination, today)) == ((2, 0, 1), (2, 0, 1))
    assert (figures(move.origin, today + DAY), figures(move.destination, today + DAY)) == ((2, 0, 0), (2, 0, 1))
    assert list(differences()) == []


def test_leaving_a_backup_bed_refills_the_reservation(move, today):
    factory, worker = FactoryFactory(), WorkerFactory()
    reserve_backup_beds(factory=factory, site=move.origin, first=today, until=today + 10 * DAY, beds=1, by=None, on=today)
    (stay,) = house_people(factory=factory, workers=[worker], first=today, until=today + 10 * DAY, by=None, on=today).stays
    transfer = move.request(stay=stay)
    for act in (accept_transfer, depart, arrive):
        move.step(act, transfer)
    assert figures(move.origin, today) == (2, 1, 1)
    assert list(differences()) == []


def test_only_the_two_sites_and_health_officers_see_it(move):
    transfer = move.request()
    assert all(transfer in Transfer.objects.visible_to(user) for user in (move.sender, move.receiver, UserFactory(health_officer=True)))
    assert not Transfer.objects.visible_to(manager_of(SiteFactory())).exists()


def test_no_bed_is_held_for_somebody_who_has_left_meanwhile(move, today):
    transfer = move.request()
    release(stay=move.stay, by=move.sender, on=today)
    with pytest.raises(NotStaying) as refusal:
        move.step(accept_transfer, transfer)
    assert "đã ra" in refusal.value.for_people()
    assert figures(move.destination, today) == (2, 0, 0)


def test_a_request_answered_on_the_last_day_is_refused_in_words(move):
    transfer = move.request()
    move.on += 10 * DAY
    with pytest.raises(NotStaying) as refusal:
        move.step(accept_transfer, transfer)
    assert "hết ngày" in refusal.value.for_people()


def test_nobody_is_sent_off_who_has_left_meanwhile(move, today):
    transfer = move.step(accept_transfer, move.request())
    release(stay=move.stay, by=move.sender, on=today)
    with pytest.raises(NotStaying):
        move.step(depart, transfer)


def test_whoever_got_another_bed_on_the_way_is_not_taken_into_a_second(move, today):
    transfer = move.step(depart, move.step(accept_transfer, move.request()))
    release(stay=move.stay, by=move.sender, on=today)
    other = SiteFactory(name="Khu Phổ Yên")
    book_bed(worker=move.stay.worker, site=other, arrives_on=today + DAY, leaves_on=today + 3 * DAY, by=None)
    with pytest.raises(AlreadyHasABed) as refusal:
        move.step(arrive, transfer)
    assert "Khu Phổ Yên" in refusal.value.for_people()
    assert Transfer.objects.get().status == "on_the_way"
    assert list(differences()) == []
