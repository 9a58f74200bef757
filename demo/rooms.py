"""Rooms of every demo site: as many beds as its ledger has open, one wing closed for cleaning, the first people in bed."""

import datetime as dt
import uuid

from demo.names import is_womans
from recruitment.accounts.models import User
from recruitment.quarantine.models import Bed, Room, RoomKind, Site, SiteNight, Stay
from recruitment.quarantine.services.beds import Guest, assign_arrivals
from recruitment.quarantine.services.figures import beds_by_kind, write_figures

# beds and kind of the rooms of a floor, from the stairs on
FLOOR = [(6, RoomKind.LARGE)] * 5 + [(4, RoomKind.MEDIUM)] * 4 + [(2, RoomKind.PRIVATE), (4, RoomKind.FAMILY)]
FLOORS_OF_A_BUILDING = 3


def make_rooms(sites: list[Site], *, today: dt.date) -> None:
    """One closed room and one that waits for cleaning at each site."""
    capacity = dict(SiteNight.objects.filter(night=today).values_list("site_id", "capacity"))
    rooms, sizes = [], []
    for site in sites:
        missing, number = capacity.get(site.pk, 0), 0
        while missing > 0:
            beds, kind = FLOOR[number % len(FLOOR)]
            floor, door = number // len(FLOOR), number % len(FLOOR) + 1
            building, level = "ABCDEFGH"[floor // FLOORS_OF_A_BUILDING % 8], floor % FLOORS_OF_A_BUILDING + 1
            rooms.append(Room(site=site, building=building, floor=str(level), name=f"{level}{door:02d}", kind=kind, is_clean=number != 6))
            sizes.append(min(beds, missing))
            missing, number = missing - beds, number + 1
        rooms.append(Room(site=site, building="A", floor="1", name="199", kind=RoomKind.MEDIUM, is_open=False, closed_because="sửa điện"))
        sizes.append(4)
    Room.objects.bulk_create(rooms)
    Bed.objects.bulk_create([Bed(room=room, label=str(bed)) for room, size in zip(rooms, sizes, strict=True) for bed in range(1, size + 1)])


def put_to_bed(sites: list[Site], *, today: dt.date, by: User) -> None:
    """Those who are in have beds; those expected today wait for the site's manager."""
    inside = Stay.objects.filter(site__in=sites, status=Stay.Status.ADMITTED).select_related("site", "worker__user").order_by("pk")
    by_site: dict[Site, list[Stay]] = {}
    for stay in inside:
        by_site.setdefault(stay.site, []).append(stay)
    for site, stays in by_site.items():
        guests = [Guest(stay, "women" if is_womans(stay.worker.user.name) else "men") for stay in stays]
        assign_arrivals(site=site, guests=guests, by=by, on=today)
        _say_figures(site, today=today, by=by)


def _say_figures(site: Site, *, today: dt.date, by: User) -> None:
    """As old as the site's figures are, so that the demo's stale ones stay stale."""
    counts = list(beds_by_kind(site, on=today).values())
    write_figures(site=site, counts=counts, key=uuid.uuid4(), seen=0, noted_at=site.figures_confirmed_at, by=by, on=today)
