"""What managers, the gate and colleagues do at one site at the same moment, each from a phone of their own."""

import datetime as dt
import uuid

from recruitment.quarantine.models import BedAssignment, Stay
from recruitment.quarantine.services.admissions import admit, book_bed, cancel_stay, release
from recruitment.quarantine.services.beds import Guest, assign_arrivals
from recruitment.quarantine.services.capacity import change_capacity
from recruitment.quarantine.services.extensions import extend_stay
from recruitment.quarantine.services.figures import Counts, latest_update, write_figures
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.rooms import clean_room, close_room, open_room
from recruitment.shared.refusals import Refusal
from tests.factories.quarantine import RoomFactory, SiteFactory, manager_of
from tests.factories.workers import WorkerFactory

DAY = dt.timedelta(days=1)
ROUNDS = 4


def test_mixed_acts_at_one_site_neither_wait_for_each_other_in_a_ring_nor_lose_a_bed(race, today):
    site = SiteFactory(beds=30)
    by = manager_of(site)
    rooms = [RoomFactory(site=site, kind="medium") for _ in range(6)]
    stays = [book_bed(worker=WorkerFactory(), site=site, arrives_on=today, leaves_on=today + 5 * DAY, by=None) for _ in range(12)]
    assign_arrivals(site=site, guests=[Guest(stay, "men") for stay in stays[:8]], by=by, on=today)
    for stay in stays[:6]:
        admit(stay=stay, by=by, on=today)
    acts = iter(
        [
            lambda: assign_arrivals(site=site, guests=[Guest(stay, "women") for stay in stays[8:]], by=by, on=today),
            lambda: [release(stay=stay, by=by, on=today + DAY) for stay in stays[:3]],
            lambda: [cancel_stay(stay=stay, by=by, on=today) for stay in stays[6:8]],
            lambda: [(close_room(room=rooms[-1], by=by, on=today), open_room(room=rooms[-1], by=by, on=today)) for _round in range(ROUNDS)],
            lambda: [write(site, closed, by, today) for closed in range(ROUNDS)],
            lambda: [change_capacity(site=site, first=today, until=today + 9 * DAY, capacity=28, by=by, on=today) for _round in range(ROUNDS)],
            lambda: [extend_stay(stay=stay, leaves_on=today + 7 * DAY, by=by, on=today) for stay in stays[3:6]],
            lambda: [clean_room(room=room, on=today) for room in rooms],
        ]
    )
    outcomes = race(8, lambda: next(acts)())
    assert outcomes == ["done"] * 8
    assert list(differences()) == []
    for stay in Stay.objects.filter(bed_assignments__isnull=False).distinct():
        last = BedAssignment.objects.filter(stay=stay).order_by("during").last()
        assert last.last_day == (stay.freed_from or stay.leaves_on)


def write(site, closed, by, today):
    """As a phone does that shows the newest figures; somebody quicker is no failure."""
    latest = latest_update(site)
    counts = [Counts("medium", 24, 6, closed, 0), Counts("large", 6, 0, 0, 0)]
    try:
        write_figures(site=site, counts=counts, key=uuid.uuid4(), seen=latest.pk if latest else 0, by=by, on=today)
    except Refusal:
        return
