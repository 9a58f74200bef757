"""Pages of an infection, as a recruiter and a health officer use them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.accounts.models import SensitiveReading
from recruitment.quarantine.models import Outbreak, OutbreakPerson, Stay
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, LineFactory, recruiter_of
from tests.factories.openings import OpeningFactory
from tests.factories.quarantine import SiteFactory
from tests.recruitment.quarantine.test_outbreaks import Plant

pytestmark = pytest.mark.django_db
DECLARE, LIST = reverse("quarantine:declare_case"), reverse("quarantine:outbreaks")


@pytest.fixture
def plant(today):
    plant = Plant(today)
    for worker, name in zip(plant.team, ["Hoàng Thị Bệnh", "Lò Văn Gần", "Ma Thị Gần", "Nông Văn Xa"], strict=True):
        worker.user.name = name
        worker.user.save()
    return plant


def page(name, outbreak):
    return reverse(f"quarantine:{name}", args=[outbreak.pk])


def sign_in(client, user):
    client.force_login(user)
    return client


def test_a_recruiter_finds_the_person_without_accents_and_declares_the_case(client, plant):
    sign_in(client, recruiter_of(plant.factory))
    search = {"factory": plant.factory.pk, "name": "hoang thi BENH"}
    found = client.post(DECLARE, search)
    assert "Hoàng Thị Bệnh" in found.content.decode()
    assert not Outbreak.objects.exists()
    done = client.post(DECLARE, search | {"worker": plant.team[0].pk, "found_on": "24/11/2026", "declare": "1"}, follow=True)
    outbreak = Outbreak.objects.get()
    assert done.redirect_chain == [(page("outbreak", outbreak), 302)]
    assert "3 người được đề xuất" in done.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"worker": ""}, "worker"),
        ({"worker": "999999"}, "worker"),
        ({"found_on": "31/02/2026"}, "found_on"),
        ({"found_on": "25/12/2026"}, "found_on"),
    ],
)
def test_what_is_missing_or_unreadable_is_named(client, plant, changed, field):
    sign_in(client, plant.officer)
    form = {"factory": plant.factory.pk, "name": "Bệnh", "worker": plant.team[0].pk, "found_on": "24/11/2026", "declare": "1"} | changed
    answer = client.post(DECLARE, form)
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Outbreak.objects.exists()


def test_a_name_nobody_has_is_said_and_the_name_kept(client, plant):
    answer = sign_in(client, plant.officer).post(DECLARE, {"factory": plant.factory.pk, "name": "Không Ai"})
    assert "Không tìm thấy ai" in answer.content.decode() and "Không Ai" in answer.content.decode()


def test_a_recruiter_can_not_choose_another_enterprises_factory(client, plant):
    answer = sign_in(client, recruiter_of(FactoryFactory())).post(DECLARE, {"factory": plant.factory.pk, "name": "Bệnh"})
    assert answer.status_code == 422 and "factory" in answer.context["search"].errors


def test_the_officer_ticks_confirms_and_everybody_close_gets_a_bed(client, plant):
    SiteFactory(beds=2)
    outbreak = plant.declare()
    sign_in(client, plant.officer)
    shown = client.get(page("contacts", outbreak))
    assert shown.content.decode().count("checked") == 3
    chosen = [person.pk for person in outbreak.people.filter(status="proposed")]
    form = {"chosen": chosen, "first": "24/11/2026", "nights": "14", "seen": shown.context["form"]["seen"].value()}
    done = client.post(page("contacts", outbreak), form, follow=True)
    assert "Còn 1 người chưa có giường" in done.content.decode()
    assert Stay.objects.count() == 2
    again = client.post(page("contacts", outbreak), form)
    assert again.status_code == 422 and "vừa thay đổi" in again.context["form"].non_field_errors()[0]
    assert Stay.objects.count() == 2


@pytest.mark.parametrize(("field", "typed"), [("nights", "0"), ("nights", "61"), ("nights", "x"), ("first", "20/11/2026"), ("chosen", ["999"])])
def test_unreadable_nights_and_people_of_another_outbreak_are_refused(client, plant, field, typed):
    outbreak = plant.declare()
    form = {"chosen": [], "first": "24/11/2026", "nights": "14", "seen": "2"} | {field: typed}
    answer = sign_in(client, plant.officer).post(page("contacts", outbreak), form)
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert OutbreakPerson.objects.filter(status="proposed").count() == 3


def test_whoever_is_on_the_list_can_see_that_an_officer_read_it(client, plant):
    outbreak = plant.declare()
    sign_in(client, plant.officer).get(page("contacts", outbreak))
    assert set(SensitiveReading.objects.values_list("person", "reader")) == {(worker.user.pk, plant.officer.pk) for worker in plant.team[1:]}


def test_the_manifest_names_people_by_site_and_nothing_medical(client, plant):
    site = SiteFactory()
    outbreak = plant.declare()
    plant.confirm(outbreak)
    shown = sign_in(client, recruiter_of(plant.factory)).get(page("manifest", outbreak)).content.decode()
    assert site.name in shown and "Lò Văn Gần" in shown and "F1" not in shown and "Hoàng Thị Bệnh" not in shown


def test_a_recruiter_sees_counts_but_neither_classes_nor_the_list(client, plant):
    outbreak = plant.declare()
    sign_in(client, recruiter_of(plant.factory))
    shown = client.get(page("outbreak", outbreak)).content.decode()
    assert "tiếp xúc gần" in shown and "Lò Văn Gần" not in shown and "Chốt danh sách" not in shown
    for name in ("contacts", "lock", "unlock", "close_outbreak"):
        assert client.get(page(name, outbreak)).status_code == 403


def test_locking_unlocking_and_ending_ask_first(client, plant):
    opening = OpeningFactory(factory=plant.factory)
    outbreak = plant.declare()
    sign_in(client, plant.officer)
    missing = client.post(page("lock", outbreak), {"lock": "line"})
    assert missing.status_code == 422 and "line" in missing.context["form"].errors
    other = client.post(page("lock", outbreak), {"lock": "line", "line": LineFactory().pk})
    assert other.status_code == 422
    client.post(page("lock", outbreak), {"lock": "line", "line": plant.line.pk, "openings": [opening.pk]})
    assert opening.title in client.get(page("outbreak", outbreak)).content.decode()
    for name, field, value in [("unlock", "locked", "none"), ("close_outbreak", "closed_at", None)]:
        assert client.get(page(name, outbreak)).status_code == 200
        client.post(page(name, outbreak))
        outbreak.refresh_from_db()
        assert (getattr(outbreak, field) == value) == (name == "unlock")
    late = client.post(page("lock", outbreak), {"lock": "factory"})
    assert late.status_code == 422 and "đã kết thúc" in late.context["form"].non_field_errors()[0]


def test_strangers_do_not_find_it(client, plant):
    outbreak = plant.declare()
    sign_in(client, recruiter_of(FactoryFactory()))
    assert client.get(page("outbreak", outbreak)).status_code == 404
    assert client.get(page("manifest", outbreak)).status_code == 404
    sign_in(client, UserFactory(labour_officer=True))
    assert client.get(LIST).status_code == 403


def test_the_lists_ask_as_many_queries_for_ten_outbreaks_and_thirty_people_as_for_few(client, today):
    def queries(address):
        with CaptureQueriesContext(connection) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    small = Plant(today, team=2)
    sign_in(client, small.officer)
    first = small.declare()
    alone, few = queries(LIST), queries(page("contacts", first))
    for _ in range(9):
        Plant(today).declare()
    assert queries(LIST) == alone
    assert queries(page("contacts", Plant(today, team=30).declare())) == few


def test_the_pages_are_in_english_too(client, plant):
    outbreak = plant.declare()
    sign_in(client, plant.officer).cookies["django_language"] = "en"
    assert "Confirm the list and give beds" in client.get(page("contacts", outbreak)).content.decode()
    assert "Timeline" in client.get(page("outbreak", outbreak)).content.decode()
