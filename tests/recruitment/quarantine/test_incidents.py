import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from recruitment.accounts.models import SensitiveReading
from recruitment.health.models import HealthEvent
from recruitment.notifications.models import Message
from recruitment.quarantine.models import Room, SiteIncident, SiteIncidentPerson, StayTest, Transfer
from recruitment.quarantine.services.admissions import LockedAtTheGate, admit, book_bed, release
from recruitment.quarantine.services.arrivals import free_beds_of_no_shows
from recruitment.quarantine.services.beds import Guest, RoomLocked, assign_arrivals, assign_bed
from recruitment.quarantine.services.freshness import SiteLocked, require_fresh_figures, sites_with_fresh_figures
from recruitment.quarantine.services.incidents import (
    IncidentOver,
    NoSuchFloor,
    NotStayingHere,
    ask_for_places,
    close_incident,
    confirm_site_contacts,
    declare_site_case,
    lock_site,
    rooms_left_open,
)
from recruitment.quarantine.services.transfers import accept_transfer, arrive, depart, request_transfer
from tests.factories.accounts import UserFactory
from tests.factories.places import ProvinceFactory
from tests.factories.quarantine import RoomFactory, SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def place():
    ProvinceFactory(home=True)
    return SiteFactory(name="Khu Tân Lập", beds=30)


@pytest.fixture
def manager(client, place):
    user = manager_of(place)
    client.force_login(user)
    return user


def inside(site, today, *, room=None, name="Nông Văn Thử", nights=7):
    stay = book_bed(worker=WorkerFactory(name=name), site=site, arrives_on=today, leaves_on=today + nights * DAY, by=None)
    stay = admit(stay=stay, by=None, on=today)
    if room:
        taken = room.assignments.count()
        assign_bed(stay=stay, bed=list(room.beds.order_by("label"))[taken], company="men", by=None, on=today)
    return stay


def kinds(incident):
    return {person.stay: person.kind for person in incident.people.select_related("stay")}


def floor(place, **fields):
    return RoomFactory(site=place, building="A", floor="1", **fields)


def test_roommates_are_proposed_as_f1_and_the_floor_as_f2(place, manager, today):
    first, second, above = floor(place), floor(place), RoomFactory(site=place, building="A", floor="2")
    case, mate, neighbour, _upstairs = (
        inside(place, today, room=first),
        inside(place, today, room=first),
        inside(place, today, room=second),
        inside(place, today, room=above),
    )
    incident = declare_site_case(stay=case, found_on=today, by=manager, on=today)
    assert kinds(incident) == {case: "F0", mate: "F1", neighbour: "F2"}
    assert declare_site_case(stay=case, found_on=today, by=manager, on=today) == incident
    assert HealthEvent.objects.filter(worker=case.worker).count() == 1
    declare_site_case(stay=neighbour, found_on=today, by=manager, on=today)
    assert kinds(incident)[neighbour] == "F0" and SiteIncident.objects.count() == 1


def test_without_rooms_everybody_inside_is_proposed(place, manager, today):
    case, other = inside(place, today), inside(place, today)
    assert kinds(declare_site_case(stay=case, found_on=today, by=manager, on=today)) == {case: "F0", other: "F2"}


def test_only_somebody_inside_can_be_a_case(place, manager, today):
    stay = book_bed(worker=WorkerFactory(), site=place, arrives_on=today, leaves_on=today + DAY, by=None)
    with pytest.raises(NotStayingHere):
        declare_site_case(stay=stay, found_on=today, by=manager, on=today)


def with_contacts(place, manager, today, people=2, nights=7):
    room = floor(place, beds=people + 1)
    case = inside(place, today, room=room)
    mates = [inside(place, today, room=room, name=f"Lò Văn {number}", nights=nights) for number in range(people)]
    return declare_site_case(stay=case, found_on=today, by=manager, on=today), mates


def test_confirmed_contacts_become_facts_and_the_others_are_dismissed(place, manager, today):
    incident, mates = with_contacts(place, manager, today)
    chosen = incident.people.get(stay=mates[0])
    assert confirm_site_contacts(incident=incident, chosen=[chosen.pk], by=manager, on=today) == 1
    assert confirm_site_contacts(incident=incident, chosen=[], by=manager, on=today) == 0
    assert HealthEvent.objects.get(worker=mates[0].worker).facts["class"] == "F1"
    assert incident.people.get(stay=mates[1]).status == SiteIncidentPerson.Status.DISMISSED


def test_places_elsewhere_are_asked_for_and_the_shortfall_is_named(place, manager, today):
    other = SiteFactory(beds=1, name="Khu nhỏ")
    there = manager_of(other)
    incident, _mates = with_contacts(place, manager, today)
    confirm_site_contacts(incident=incident, chosen=list(incident.people.values_list("pk", flat=True)), by=manager, on=today)
    asked = ask_for_places(incident=incident, by=manager, on=today)
    assert [transfer.destination for transfer in asked.transfers] == [other] and len(asked.without_place) == 1
    assert Message.objects.filter(recipient=there, kind="transfer", channel="app").count() == 1
    again = ask_for_places(incident=incident, by=manager, on=today)
    assert (again.moving_already, len(again.without_place), Transfer.objects.count()) == (1, 1, 1)


def test_a_locked_floor_closes_its_empty_rooms_until_it_is_over(place, manager, today):
    empty = floor(place, beds=4)
    incident, _mates = with_contacts(place, manager, today)
    in_use = lock_site(incident=incident, lock="floor", building="A", floor="1", by=manager, on=today)
    assert len(in_use) == 1 and figures(place, today)[0] == 26
    empty.refresh_from_db()
    assert not empty.is_open
    close_incident(incident=incident, by=manager, on=today)
    close_incident(incident=incident, by=manager, on=today)
    empty.refresh_from_db()
    assert empty.is_open and figures(place, today)[0] == 30
    with pytest.raises(IncidentOver):
        lock_site(incident=incident, lock="site", by=manager, on=today)


def test_a_locked_site_is_offered_to_nobody(client, place, manager, today):
    incident, _mates = with_contacts(place, manager, today)
    with pytest.raises(NoSuchFloor):
        lock_site(incident=incident, lock="floor", building="Z", floor="9", by=manager, on=today)
    assert place in sites_with_fresh_figures(on=today)
    lock_site(incident=incident, lock="site", by=manager, on=today)
    assert place not in sites_with_fresh_figures(on=today)
    with pytest.raises(SiteLocked):
        require_fresh_figures(place, on=today)
    client.force_login(UserFactory(labour_officer=True))
    assert "đang khóa" in client.get(reverse("quarantine:capacity")).content.decode()
    lock_site(incident=incident, lock="none", by=manager, on=today)
    assert place in sites_with_fresh_figures(on=today)


def test_the_pages_lead_from_the_case_to_the_end(client, place, manager, today):
    officer = UserFactory(health_officer=True)
    SiteFactory(beds=5, name="Khu khác")
    room = floor(place)
    case, mate = inside(place, today, room=room), inside(place, today, room=room, name="Lò Văn Cùng")
    address = client.post(reverse("quarantine:declare_site_case", args=[case.pk])).url
    page = client.get(address).content.decode()
    assert "Lò Văn Cùng" in page and "F1" in page
    assert SensitiveReading.objects.filter(reader=manager, person=mate.worker.user).exists()
    incident = SiteIncident.objects.get()
    act = {name: reverse(f"quarantine:incident_{name}", args=[incident.pk]) for name in ("contacts", "lock", "move", "close")}
    client.post(act["contacts"], {"people": [incident.people.get(stay=mate).pk, "x", "9" * 30]})
    client.post(act["lock"], {"place": "0"})
    incident.refresh_from_db()
    assert (incident.locked, incident.floor) == ("floor", "1")
    assert "không có tầng" in client.post(act["lock"], {"place": "77"}, follow=True).content.decode()
    client.post(act["lock"], {"place": "site"})
    assert "Khu khác" in client.post(act["move"], follow=True).content.decode()
    client.force_login(officer)
    assert "Khu Tân Lập" in client.get(reverse("quarantine:incidents")).content.decode()
    client.post(act["close"])
    assert SiteIncident.objects.get().closed_by == officer
    client.force_login(manager_of(SiteFactory()))
    assert client.get(address).status_code == 404
    assert client.post(reverse("quarantine:declare_site_case", args=[mate.pk])).status_code == 404


def test_officers_see_where_tests_pile_up(client, place, today):
    for days in (-1, 0, 1):
        StayTest.objects.create(stay=inside(place, today), due_on=today + days * DAY, method="pcr")
    client.force_login(UserFactory(health_officer=True))
    rows = client.get(reverse("quarantine:incidents")).context["tests"]
    assert [(row["stay__site"], row["due"], row["overdue"]) for row in rows] == [(place.pk, 2, 1)]


def test_rooms_that_can_not_close_stay_clean_and_are_named_with_what_to_do(client, place, manager, today):
    room, promised = floor(place, name="101", beds=3), floor(place, name="102", beds=28)
    case = inside(place, today, room=room)
    for _ in range(2):
        book_bed(worker=WorkerFactory(), site=place, arrives_on=today, leaves_on=today + DAY, by=None)
    incident = declare_site_case(stay=case, found_on=today, by=manager, on=today)
    shown = client.post(reverse("quarantine:incident_lock", args=[incident.pk]), {"place": "0"}, follow=True).content.decode()
    assert "2 phòng chưa đóng được: A 101, A 102" in shown
    assert "Còn 1 người, đến 01/12/2026" in shown and "giường đã hứa cho người khác" in shown
    assert not Room.objects.filter(is_clean=False).exists()
    rows = rooms_left_open(SiteIncident.objects.get(), on=today)
    assert [(row.room, row.people) for row in rows] == [(room, 1), (promised, 0)]


def test_nobody_is_added_to_a_room_of_a_locked_floor(place, manager, today):
    room = floor(place, beds=3)
    incident = declare_site_case(stay=inside(place, today, room=room), found_on=today, by=manager, on=today)
    lock_site(incident=incident, lock="floor", building="A", floor="1", by=manager, on=today)
    newcomer = inside(place, today)
    with pytest.raises(RoomLocked):
        assign_bed(stay=newcomer, bed=room.beds.last(), company="men", by=manager, on=today)
    assert assign_arrivals(site=place, guests=[Guest(newcomer, "men")], by=manager, on=today).placed == []
    close_incident(incident=incident, by=manager, on=today)
    assert len(assign_arrivals(site=place, guests=[Guest(newcomer, "men")], by=manager, on=today).placed) == 1


def test_whoever_opens_or_closes_a_room_stands_on_its_page(client, place, manager, today):
    room = floor(place, beds=3)
    manager.name = "Lường Thị Quản"
    manager.save()
    client.post(reverse("quarantine:close_room", args=[room.pk]), {"because": "Dột mái"})
    client.post(reverse("quarantine:open_room", args=[room.pk]))
    client.post(reverse("quarantine:open_room", args=[room.pk]))
    assert list(room.changes.values_list("opened", "because", "by")) == [(True, "", manager.pk), (False, "Dột mái", manager.pk)]
    page = client.get(reverse("quarantine:room", args=[room.pk])).content.decode()
    assert "Dột mái" in page and "Lường Thị Quản" in page


def lock(place, manager, today):
    incident = declare_site_case(stay=inside(place, today), found_on=today, by=manager, on=today)
    lock_site(incident=incident, lock="site", by=manager, on=today)
    return incident


def test_nobody_is_let_into_a_locked_site_and_the_gate_says_where_to_go(client, place, manager, today):
    expected = book_bed(worker=WorkerFactory(name="Hà Thị Đến"), site=place, arrives_on=today, leaves_on=today + 3 * DAY, by=None)
    staying = inside(place, today, name="Tày Văn Ở")
    incident = lock(place, manager, today)
    SiteFactory(beds=4, name="Khu xa", latitude=23.0)
    near, full = SiteFactory(beds=4, name="Khu gần", latitude=21.5), SiteFactory(beds=0, name="Khu đầy")
    assert near and full
    answer = client.post(reverse("quarantine:admit", args=[expected.pk]))
    assert answer.status_code == 422 and "Khu gần còn giường" in answer.content.decode()
    assert reverse("quarantine:request_transfer", args=[expected.pk]) in answer.content.decode()
    assert '<button class="button">Nhận vào</button>' not in answer.content.decode()
    for page in ("site", "arrivals"):
        shown = client.get(reverse(f"quarantine:{page}", args=[place.pk])).content.decode()
        assert "Khu đang khóa vì có ca bệnh" in shown and reverse("quarantine:admit", args=[expected.pk]) not in shown
    move = request_transfer(stay=expected, destination=near, by=manager, on=today)
    for step in (accept_transfer, depart, arrive):
        step(transfer=move, by=manager, on=today)
    assert release(stay=staying, by=manager, on=today).status == "released"
    close_incident(incident=incident, by=manager, on=today)
    assert inside(place, today).status == "admitted"


def test_without_a_bed_anywhere_the_gate_says_whom_to_ask(place, manager, today):
    expected = book_bed(worker=WorkerFactory(), site=place, arrives_on=today, leaves_on=today + DAY, by=None)
    lock(place, manager, today)
    with pytest.raises(LockedAtTheGate) as refusal:
        admit(stay=expected, by=manager, on=today)
    assert "gọi cán bộ y tế hoặc Sở" in refusal.value.for_people()


def test_whom_a_locked_site_turns_away_has_not_failed_to_come(place, manager, today):
    book_bed(worker=WorkerFactory(), site=place, arrives_on=today, leaves_on=today + 9 * DAY, by=None)
    incident = lock(place, manager, today)
    later = timezone.now() + 5 * DAY
    assert free_beds_of_no_shows(now=later, on=today + 5 * DAY) == 0
    close_incident(incident=incident, by=manager, on=today)
    assert free_beds_of_no_shows(now=later, on=today + 5 * DAY) == 1


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_nobody_is_moved_on_into_a_site_that_was_locked_meanwhile(place, manager, today, steps):
    stay = inside(SiteFactory(), today)
    move = request_transfer(stay=stay, destination=place, by=manager, on=today)
    acts = [accept_transfer, depart, arrive]
    for step in acts[:steps]:
        step(transfer=move, by=manager, on=today)
    lock(place, manager, today)
    with pytest.raises(SiteLocked):
        acts[steps](transfer=move, by=manager, on=today)
