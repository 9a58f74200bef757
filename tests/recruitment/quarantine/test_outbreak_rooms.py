"""Whoever is housed in an outbreak gets a bed in a room too, by the rules of a day's arrivals."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.quarantine.models import BedAssignment, Stay
from recruitment.quarantine.rooming import Why
from recruitment.quarantine.services.outbreaks import confirm_contacts
from recruitment.quarantine.services.recount import differences
from tests.factories.employers import recruiter_of
from tests.factories.quarantine import RoomFactory, SiteFactory
from tests.recruitment.quarantine.test_outbreaks import Plant

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
MEN, WOMEN, FAMILY = BedAssignment.Company


def confirm(plant, outbreak, company):
    """`company` in the order of the team, without the case."""
    outbreak.refresh_from_db()
    return confirm_contacts(
        outbreak=outbreak,
        chosen=outbreak.people.values_list("pk", flat=True),
        seen=outbreak.version,
        first=plant.today,
        until=plant.today + 14 * DAY,
        company=dict(zip([worker.pk for worker in plant.team[1:]], company, strict=False)),
        by=plant.officer,
        on=plant.today,
    )


def rooms_of(plant):
    placed = BedAssignment.objects.select_related("stay", "room")
    rooms = {row.stay.worker_id: row.room for row in placed}
    return [rooms.get(worker.pk) for worker in plant.team[1:]]


def test_sexes_are_apart_a_family_is_together_and_a_begun_room_is_filled_first(today):
    plant, site = Plant(today, team=8), SiteFactory()
    rooms = {beds: RoomFactory(site=site, beds=beds) for beds in (2, 3, 4)}
    done = confirm(plant, plant.declare(), [(MEN, ""), (WOMEN, ""), (MEN, ""), (FAMILY, "1"), (WOMEN, ""), (FAMILY, "1"), (WOMEN, "")])
    assert done.without_room == []
    assert rooms_of(plant) == [rooms[3], rooms[4], rooms[3], rooms[2], rooms[4], rooms[2], rooms[4]]
    assert list(differences()) == []


def test_people_of_another_day_are_not_put_into_the_same_room(today):
    site = SiteFactory()
    first, second = RoomFactory(site=site, beds=4), RoomFactory(site=site, beds=4)
    early, late = Plant(today, team=2), Plant(today, team=2)
    confirm(early, early.declare(), [(MEN, "")])
    confirm(late, late.declare(), [(MEN, "")])
    assert (rooms_of(early), rooms_of(late)) == ([first], [second])


def test_who_fits_no_room_keeps_the_sites_bed_and_is_named_with_the_reason(today):
    plant, site = Plant(today, team=5), SiteFactory()
    RoomFactory(site=site, beds=1)
    RoomFactory(site=site, beds=1, is_clean=False)
    done = confirm(plant, plant.declare(), [(MEN, ""), (WOMEN, ""), ("", "")])
    left = {row.stay.worker: row.why for row in done.without_room}
    assert left == {plant.team[2]: Why.NOT_CLEAN, plant.team[3]: Why.NOT_SAID, plant.team[4]: Why.NOT_SAID}
    assert len(done.stays) == Stay.objects.count() == 4
    assert BedAssignment.objects.count() == 1


def test_a_site_without_a_book_of_rooms_is_left_alone(today):
    plant = Plant(today)
    SiteFactory()
    assert confirm(plant, plant.declare(), [(MEN, "")]).without_room == []


def test_thirty_people_cost_as_many_queries_as_two(today):
    def queries(team):
        plant = Plant(today, team=team + 1)
        outbreak = plant.declare()
        with CaptureQueriesContext(connection) as counted:
            assert confirm(plant, outbreak, [(MEN, "")] * team).without_room == []
        return len(counted)

    site = SiteFactory(beds=60)
    for _ in range(12):
        RoomFactory(site=site, beds=4)
    assert queries(2) == queries(30)


def test_the_officer_says_who_shares_and_the_manifest_prints_room_and_bed(client, today):
    plant, site = Plant(today, team=5), SiteFactory()
    RoomFactory(site=site, beds=2, name="101"), RoomFactory(site=site, beds=2, name="102")
    for worker, name in zip(plant.team, ["Ca Bệnh", "Vợ", "Chồng", "Anh", "Chị"], strict=True):
        worker.user.name = name
        worker.user.save()
    outbreak = plant.declare()
    people = {person.worker_id: person.pk for person in outbreak.people.all()}
    wife, husband, man, woman = (people[worker.pk] for worker in plant.team[1:])
    client.force_login(plant.officer)
    page = reverse("quarantine:contacts", args=[outbreak.pk])
    form = {
        "chosen": [wife, husband, man, woman],
        "first": f"{today:%d/%m/%Y}",
        "nights": "14",
        "seen": client.get(page).context["form"]["seen"].value(),
    }
    said = {f"company{wife}": "family1", f"company{husband}": "family1", f"company{man}": "men", "rest": ""}
    wrong = client.post(page, form | said | {f"company{woman}": "cats"})
    assert wrong.status_code == 422 and Stay.objects.count() == 0
    done = client.post(page, form | said, follow=True).content.decode()
    assert "1 người có giường ở khu nhưng chưa có phòng: Chị" in done and "Hãy chọn nam, nữ hoặc gia đình" in done
    client.force_login(recruiter_of(plant.factory))
    manifest = client.get(reverse("quarantine:manifest", args=[outbreak.pk])).content.decode()
    assert manifest.count("phòng A 101, giường") == 2 and "phòng A 102, giường 1" in manifest
    assert manifest.count("khu xếp khi nhận") == 1


def test_the_manifest_asks_as_many_queries_for_twenty_people_as_for_two(client, today):
    def queries(team):
        plant = Plant(today, team=team + 1)
        outbreak = plant.declare()
        confirm(plant, outbreak, [(MEN, "")] * team)
        client.force_login(plant.officer)
        with CaptureQueriesContext(connection) as counted:
            client.get(reverse("quarantine:manifest", args=[outbreak.pk]))
        return len(counted)

    site = SiteFactory(beds=60)
    for _ in range(10):
        RoomFactory(site=site, beds=4)
    assert queries(2) == queries(20)
