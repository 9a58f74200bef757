"""An infection among the people who stay at a site: declared, its contacts confirmed, what must close locked, places asked for elsewhere.

QĐ 2787/QĐ-BYT locks as little as contains the infection; here that is a floor, else the site. Locks: incident, then workers, then rooms.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recruitment.accounts.models import Membership, User
from recruitment.health.services.events import record_contacts
from recruitment.notifications.services.messages import tell
from recruitment.places.distances import distance_km
from recruitment.quarantine.models import BedAssignment, Room, Site, SiteIncident, SiteIncidentPerson, Stay, Transfer
from recruitment.quarantine.services.beds import there_from
from recruitment.quarantine.services.capacity import PromisedMore
from recruitment.quarantine.services.cover import free_beds
from recruitment.quarantine.services.freshness import sites_with_fresh_figures
from recruitment.quarantine.services.ledger import nights_between
from recruitment.quarantine.services.rooms import RoomInUse, close_room, open_room
from recruitment.quarantine.services.testing import tell_health_officers
from recruitment.quarantine.services.transfers import TO_ANSWER
from recruitment.shared.refusals import Refusal
from recruitment.workers.models import Worker

F0, F1, F2 = "F0", "F1", "F2"
Status, Lock = SiteIncidentPerson.Status, SiteIncident.Lock
MOST_PEOPLE = 1000


class NotStayingHere(Refusal):
    """Only somebody who is in the site can be a case there. Carries `stay`."""

    def for_people(self) -> str:
        return _("Người này không ở trong khu (%(status)s).") % {"status": self.facts["stay"].get_status_display()}


class IncidentOver(Refusal):
    """Carries `incident`."""

    def for_people(self) -> str:
        return _("Sự cố này đã kết thúc. Hãy khai ca mới nếu có.")


class NoSuchFloor(Refusal):
    """Carries `building` and `floor`."""

    field = "place"

    def for_people(self) -> str:
        return _("Khu không có tầng này. Hãy chọn trong danh sách.")


@dataclass(frozen=True)
class Asked:
    """Moves that were asked for, and those for whom no site has a bed on all their nights."""

    transfers: list[Transfer]
    moving_already: int
    without_place: list[Stay]


@dataclass(frozen=True)
class LeftOpen:
    """A room of a locked floor that could not close: `people` are in or to come, the last of them up to `until`."""

    room: Room
    people: int
    until: dt.date | None

    def what_to_do(self) -> str:
        if not self.people:
            return _("Phòng trống nhưng giường đã hứa cho người khác. Hãy chuyển người hoặc giảm dự phòng, rồi đóng phòng.")
        return ngettext(
            "Còn %(people)d người, đến %(until)s. Không xếp thêm ai; chuyển họ đi hoặc chờ hết hạn, rồi đóng phòng.",
            "Còn %(people)d người, đến %(until)s. Không xếp thêm ai; chuyển họ đi hoặc chờ hết hạn, rồi đóng phòng.",
            self.people,
        ) % {"people": self.people, "until": f"{self.until:%d/%m/%Y}"}


@transaction.atomic
def declare_site_case(*, stay: Stay, found_on: dt.date, by: User, on: dt.date) -> SiteIncident:
    """Somebody who stays here is an F0. Opens the site's incident or adds to the open one, and proposes who met the person.

    From the same room: F1; from the same floor, or from the whole site where no rooms are known: F2. Declaring the same case again
    changes nothing. Raises NotStayingHere.
    """
    site = Site.objects.select_for_update(of=("self",), no_key=True).get(pk=stay.site_id)
    stay = Stay.objects.select_related("worker__user").get(pk=stay.pk)
    if stay.status != Stay.Status.ADMITTED:
        raise NotStayingHere(stay=stay)
    now = timezone.now()
    incident, _opened = SiteIncident.objects.get_or_create(site=site, closed_at=None, defaults={"opened_by": by, "opened_at": now})
    known = SiteIncidentPerson.objects.filter(incident=incident, stay=stay).first()
    if known and known.kind == F0:
        return incident
    case = known or SiteIncidentPerson(incident=incident, stay=stay)
    case.facts, case.status, case.decided_by, case.decided_at = _facts(F0, found_on), Status.CONFIRMED, by, now
    case.save()
    record_contacts(workers=[stay.worker], kind=F0, contact_on=found_on, by=by, on=on)
    _propose(incident, stay, found_on)
    tell_health_officers(site, now=now)
    return incident


@transaction.atomic
def confirm_site_contacts(*, incident: SiteIncident, chosen: Collection[int], by: User, on: dt.date) -> int:
    """Confirm the proposed people whose keys are `chosen`, dismiss the other proposed ones; how many are confirmed.

    Calling it again changes nothing. Raises IncidentOver.
    """
    incident = _locked(incident)
    proposed = list(incident.people.filter(status=Status.PROPOSED).select_related("stay__worker__user"))
    now = timezone.now()
    for person in proposed:
        person.status = Status.CONFIRMED if person.pk in chosen else Status.DISMISSED
        person.decided_by, person.decided_at = by, now
    SiteIncidentPerson.objects.bulk_update(proposed, ["status", "decided_by", "decided_at"])
    confirmed = [person for person in proposed if person.status == Status.CONFIRMED]
    for kind, day in sorted({(person.kind, person.facts["on"]) for person in confirmed}):
        workers = [person.stay.worker for person in confirmed if (person.kind, person.facts["on"]) == (kind, day)]
        record_contacts(workers=workers, kind=kind, contact_on=dt.date.fromisoformat(day), by=by, on=on)
    return len(confirmed)


@transaction.atomic
def lock_site(*, incident: SiteIncident, lock: str, building: str = "", floor: str = "", by: User, on: dt.date) -> list[Room]:
    """Close the floor to newcomers, or the whole site, in place of what was locked before; the rooms that can't close.

    Empty rooms close and leave the site's capacity. Those with people in, or with beds that are promised, stay open and are named
    with what to do (`rooms_left_open`); nobody is added to them. A locked site is offered to nobody. Raises IncidentOver or NoSuchFloor.
    """
    if lock == Lock.SITE:
        _wait_for_admissions(incident.site, on=on)
    incident = _locked(incident)
    rooms = Room.objects.filter(site=incident.site, building=building, floor=floor).order_by("pk") if lock == Lock.FLOOR else Room.objects.none()
    if lock == Lock.FLOOR and not rooms:
        raise NoSuchFloor(building=building, floor=floor)
    _unlock(incident, by=by, on=on)
    in_use = []
    for room in rooms.filter(is_open=True):
        try:
            with transaction.atomic():
                close_room(room=room, because=_("Khóa tầng"), by=by, on=on)
            incident.closed_rooms.add(room)
        except (RoomInUse, PromisedMore):
            in_use.append(room)
    incident.locked = lock
    incident.building, incident.floor = (building, floor) if lock == Lock.FLOOR else ("", "")
    incident.save(update_fields=["locked", "building", "floor"])
    return in_use


def _wait_for_admissions(site: Site, *, on: dt.date) -> None:
    """Whoever is being let in this moment is in; every admission after it waits here for the lock, and sees it."""
    expected = Stay.objects.filter(site=site, status__in=[Stay.Status.BOOKED, Stay.Status.HELD], arrives_on__lte=on, leaves_on__gt=on)
    list(expected.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def rooms_left_open(incident: SiteIncident, *, on: dt.date) -> list[LeftOpen]:
    """The rooms of the locked floor that are open still, with who is in; none where no floor is locked. Two queries."""
    if incident.locked != Lock.FLOOR:
        return []
    rooms = Room.objects.filter(site=incident.site, building=incident.building, floor=incident.floor, is_open=True)
    people: dict[int, list[BedAssignment]] = {}
    for row in there_from(on).filter(room__in=rooms).order_by("until", "pk"):
        people.setdefault(row.room_id, []).append(row)
    there = [(room, people.get(room.pk, [])) for room in rooms.order_by("name", "pk")]
    return [LeftOpen(room, len({row.stay_id for row in rows}), rows[-1].last_day if rows else None) for room, rows in there]


@transaction.atomic
def ask_for_places(*, incident: SiteIncident, by: User, on: dt.date) -> Asked:
    """Ask the nearest sites with a bed on every night to come for each confirmed F1 who is still here; whoever finds none is named.

    Each site is told once. Repeating it asks only for whoever is not being moved. Raises IncidentOver.
    """
    incident = _locked(incident)
    contacts = [person.stay for person in incident.people.filter(status=Status.CONFIRMED).select_related("stay__worker__user") if person.kind == F1]
    list(Worker.objects.select_for_update(of=("self",), no_key=True).filter(stays__in=contacts).order_by("pk"))
    here = Stay.objects.filter(pk__in=[stay.pk for stay in contacts], site=incident.site, status=Stay.Status.ADMITTED, leaves_on__gt=on)
    staying = list(here.select_related("worker__user").order_by("-leaves_on", "pk")[:MOST_PEOPLE])
    moving = set(Transfer.objects.open().filter(stay__in=staying).values_list("stay_id", flat=True))
    waiting = [stay for stay in staying if stay.pk not in moving]
    places, without = _plan(incident.site, waiting, on)
    now = timezone.now()
    transfers = [
        Transfer(stay=stay, destination=place, requested_by=by, requested_at=now, moved_at=now, answer_by=now + TO_ANSWER) for stay, place in places
    ]
    Transfer.objects.bulk_create(transfers)
    _tell(incident.site, Counter(place for _stay, place in places), now)
    return Asked(transfers=transfers, moving_already=len(moving), without_place=without)


@transaction.atomic
def close_incident(*, incident: SiteIncident, by: User, on: dt.date) -> None:
    """Over: what was locked is open again. Closing it again changes nothing."""
    incident = SiteIncident.objects.select_for_update(of=("self",), no_key=True).select_related("site").get(pk=incident.pk)
    if incident.closed_at:
        return
    _unlock(incident, by=by, on=on)
    incident.locked, incident.building, incident.floor = Lock.NONE, "", ""
    incident.closed_at, incident.closed_by = timezone.now(), by
    incident.save(update_fields=["locked", "building", "floor", "closed_at", "closed_by"])


def _propose(incident: SiteIncident, case: Stay, found_on: dt.date) -> None:
    """Who shared a room or a floor with the case on any night so far, and isn't in the incident yet; an F2 becomes an F1 when he or she does."""
    met = _met(case)
    people = {person.stay_id: person for person in incident.people.all()}
    fresh = [SiteIncidentPerson(incident=incident, stay_id=pk, facts=_facts(kind, found_on)) for pk, kind in met.items() if pk not in people]
    SiteIncidentPerson.objects.bulk_create(fresh[:MOST_PEOPLE])
    closer = [people[pk] for pk, kind in met.items() if kind == F1 and pk in people and people[pk].kind == F2]
    for person in closer:
        person.facts, person.status, person.decided_by, person.decided_at = _facts(F1, found_on), Status.PROPOSED, None, None
    SiteIncidentPerson.objects.bulk_update(closer, ["facts", "status", "decided_by", "decided_at"])


def _met(case: Stay) -> dict[int, str]:
    """By stay's key, of people who are in: F1 or F2."""
    inside = Stay.objects.filter(site=case.site_id, status=Stay.Status.ADMITTED).exclude(pk=case.pk)
    beds = list(BedAssignment.objects.filter(stay=case).select_related("room"))
    if not beds:
        return dict.fromkeys(inside.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE], F2)
    met: dict[int, str] = {}
    for bed in beds:
        near = BedAssignment.objects.filter(stay__in=inside, during__overlap=bed.during)
        floor = near.filter(room__building=bed.room.building, room__floor=bed.room.floor)
        met = dict.fromkeys(floor.order_by("pk").values_list("stay_id", flat=True), F2) | met
        met |= dict.fromkeys(near.filter(room=bed.room_id).order_by("pk").values_list("stay_id", flat=True), F1)
    return met


def _plan(site: Site, staying: list[Stay], on: dt.date) -> tuple[list[tuple[Stay, Site]], list[Stay]]:
    """The nearest other site with fresh figures for each, the longest stays first; what others have asked for is not planned twice."""
    others = [other for other in sites_with_fresh_figures(on=on) if other.pk != site.pk]
    others.sort(key=lambda other: (distance_km(site.latitude, site.longitude, other.latitude, other.longitude), other.pk))
    last = max((stay.leaves_on for stay in staying), default=on)
    free = free_beds(others, nights_between(on, last))
    asked = Transfer.objects.filter(status=Transfer.Status.REQUESTED, destination__in=others)  # no bed held yet
    for destination, leaves_on in asked.order_by("pk").values_list("destination", "stay__leaves_on"):
        free.subtract({(destination, night): 1 for night in nights_between(on, leaves_on)})
    places, without = [], []
    for stay in staying:
        nights = nights_between(on, stay.leaves_on)
        place = next((other for other in others if all(free[other.pk, night] > 0 for night in nights)), None)
        if place is None:
            without.append(stay)
        else:
            places.append((stay, place))
            free.subtract({(place.pk, night): 1 for night in nights})
    return places, without


def _tell(site: Site, people: Counter[Site], now: dt.datetime) -> None:
    for place, count in people.items():
        _ask(place, {"count": count, "site": site}, now)


def _ask(place: Site, facts: dict, now: dt.datetime) -> None:
    tell(
        Membership.objects.current().filter(organisation=place.organisation_id).people(),
        lambda: _("Có yêu cầu chuyển %(count)d người từ %(site)s đến khu của bạn. Hãy trả lời trong 2 giờ.") % facts,
        kind="transfer",
        link="/transfers/",
        now=now,
    )


def _unlock(incident: SiteIncident, *, by: User, on: dt.date) -> None:
    for room in incident.closed_rooms.order_by("pk"):
        with suppress(Refusal):
            open_room(room=room, by=by, on=on)
    incident.closed_rooms.clear()


def _locked(incident: SiteIncident) -> SiteIncident:
    found = SiteIncident.objects.select_for_update(of=("self",), no_key=True).select_related("site").get(pk=incident.pk)
    if found.closed_at:
        raise IncidentOver(incident=found)
    return found


def _facts(kind: str, found_on: dt.date) -> dict:
    return {"kind": kind, "on": found_on.isoformat()}
