"""A factory's own dormitory as a quarantine site: asked for, approved or refused."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recruitment.notifications.models import Message
from recruitment.quarantine.models import DormitoryRequest, Site
from recruitment.quarantine.services.cover import cover, offers
from recruitment.quarantine.services.dormitories import DecidedAlready, approve_dormitory, ask_for_approval, refuse_dormitory, withdraw_request
from recruitment.quarantine.services.ledger import nights_between
from recruitment.quarantine.services.recount import differences
from recruitment.quarantine.services.waiting import ask_for_beds, make_offers
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.quarantine import BackupPolicyFactory, WaitingPolicyFactory, figures

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def factory():
    BackupPolicyFactory(minimum_beds=40)
    return FactoryFactory(out_of_province_workers=100)


def form(**changes):
    facts = {
        "name": "Ký túc xá B",
        "address": "Lô 3",
        "rooms": "20",
        "beds": "60",
        "contact": "Chị Hoa, 0912 345 678",
        "conditions": "Có nhà vệ sinh.",
    }
    return facts | changes


def asked(factory, **changes) -> DormitoryRequest:
    facts = {"name": "Ký túc xá B", "address": "Lô 3", "rooms": 20, "beds": 60, "contact": "Chị Hoa", "conditions": "Có nhà vệ sinh."} | changes
    return ask_for_approval(factory=factory, by=recruiter_of(factory), on=timezone.localdate(), **facts)


def address(factory):
    return f"/backup/{factory.pk}/dormitory/"


def test_a_short_factory_finds_the_way_asks_and_both_departments_are_told(client, factory):
    health, labour = UserFactory(health_officer=True), UserFactory(labour_officer=True)
    client.force_login(recruiter_of(factory))
    assert address(factory) in client.get(f"/backup/{factory.pk}/").content.decode()
    page = client.post(address(factory), form(), follow=True).content.decode()
    assert "Ký túc xá B" in page and "chờ duyệt" in page and '<form method="post" class="card"' not in page
    request = DormitoryRequest.objects.get()
    for officer in (health, labour):
        message = Message.objects.filter(recipient=officer).first()
        assert str(factory) in message.text and message.link == f"/capacity/dormitories/{request.pk}/"
        client.force_login(officer)
        assert "Chị Hoa, 0912 345 678" in client.get(message.link).content.decode()
        assert "Ký túc xá B" in client.get("/capacity/dormitories/").content.decode()


def test_an_approved_dormitory_is_a_site_whose_beds_are_the_factorys_backup(client, factory, today):
    request = asked(factory)
    assert cover(factory, on=today).missing == 40
    client.force_login(UserFactory(health_officer=True))
    assert client.post(f"/capacity/dormitories/{request.pk}/")["Location"] == "/capacity/dormitories/"
    site = Site.objects.get()
    assert (site.kind, site.name, site.zone) == ("dormitory", f"Ký túc xá B · {factory.name}", factory.zone)
    assert figures(site, today) == figures(site, today + 364 * DAY) == (60, 60, 0)
    now = cover(factory, on=today)
    assert (now.held, now.missing, now.sites[0].site) == (60, 0, site)
    assert list(differences()) == []
    assert Message.objects.filter(recipient=request.asked_by, kind="dormitory_approved").exists()
    client.force_login(request.asked_by)
    assert client.get(f"/sites/{site.pk}/").status_code == 200
    assert "đã duyệt" in client.get(address(factory)).content.decode()


def test_nobody_else_gets_its_beds_though_they_wait(factory, today):
    WaitingPolicyFactory()
    other = FactoryFactory(out_of_province_workers=100)
    ask_for_beds(factory=other, beds=5, first=today, until=today + 5 * DAY, by=None, on=today)
    approve_dormitory(dormitory=asked(factory), by=UserFactory(health_officer=True), on=today)
    make_offers(now=timezone.now(), on=today)
    assert offers(other, nights_between(today, today + DAY), on=today) == []
    assert cover(other, on=today).held == 0


def test_a_refusal_needs_a_reason_that_the_factory_reads(client, factory):
    request = asked(factory)
    client.force_login(UserFactory(labour_officer=True))
    assert client.post(f"/capacity/dormitories/{request.pk}/refuse/", {"reason": " "}).status_code == 422
    client.post(f"/capacity/dormitories/{request.pk}/refuse/", {"reason": "Chưa có nhà vệ sinh riêng."})
    assert not Site.objects.exists()
    assert "Chưa có nhà vệ sinh riêng." in Message.objects.filter(recipient=request.asked_by).first().text
    client.force_login(request.asked_by)
    assert "Chưa có nhà vệ sinh riêng." in client.get(address(factory)).content.decode()
    assert client.post(address(factory), form()).status_code == 302


def test_one_request_waits_at_a_time(client, factory):
    request = asked(factory)
    client.force_login(request.asked_by)
    answer = client.post(address(factory), form(name="Ký túc xá C"))
    assert answer.status_code == 422 and "đang chờ duyệt" in answer.content.decode() and "Ký túc xá C" in answer.content.decode()
    assert DormitoryRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"beds": "19"}, "beds"), ({"beds": "0"}, "beds"), ({"beds": "x"}, "beds"), ({"rooms": ""}, "rooms"), ({"beds": "10001"}, "beds"),
     ({"name": "x" * 81}, "name"), ({"conditions": ""}, "conditions")],
)  # fmt: skip
def test_what_is_wrong_stands_beside_the_field(client, factory, changes, field):
    client.force_login(recruiter_of(factory))
    answer = client.post(address(factory), form(**changes))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not DormitoryRequest.objects.exists()


def test_a_decision_is_made_once(client, factory, today):
    request, officer = asked(factory), UserFactory(health_officer=True)
    approve_dormitory(dormitory=request, by=officer, on=today)
    with pytest.raises(DecidedAlready):
        refuse_dormitory(dormitory=request, reason="Muộn.", by=officer, on=today)
    client.force_login(officer)
    assert client.post(f"/capacity/dormitories/{request.pk}/").status_code == 422
    assert Site.objects.count() == 1


def test_two_officers_who_approve_at_once_make_one_site(race, today):
    request, officer = asked(FactoryFactory()), UserFactory(health_officer=True)
    assert sorted(race(4, lambda: approve_dormitory(dormitory=request, by=officer, on=today))) == ["DecidedAlready"] * 3 + ["done"]
    assert Site.objects.count() == 1


@pytest.mark.parametrize("facts", [{"status": "approved"}, {"status": "refused", "decided_at": timezone.now()}, {"beds": 3}, {"reason": "x"}])
def test_the_database_keeps_no_decision_without_who_when_and_why(factory, facts):
    asked(factory)
    with pytest.raises(IntegrityError), transaction.atomic():
        DormitoryRequest.objects.update(**facts)


def test_others_see_nothing_of_it(client, factory):
    request = asked(factory)
    client.force_login(recruiter_of(FactoryFactory()))
    assert client.get(address(factory)).status_code == 404
    assert client.post(address(factory), form()).status_code == 404
    assert client.get(f"/capacity/dormitories/{request.pk}/").status_code == 403
    client.force_login(UserFactory(site_manager=True))
    assert client.get("/capacity/dormitories/").status_code == 403


def test_as_many_queries_for_thirty_requests_as_for_one(client, factory):
    client.force_login(UserFactory(health_officer=True))

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get("/capacity/dormitories/").status_code == 200
        return len(counted)

    asked(factory)
    queries()
    alone = queries()
    for _request in range(29):
        asked(FactoryFactory())
    assert queries() == alone


def test_who_asked_takes_the_request_back_and_may_ask_again(client, factory):
    officer, request = UserFactory(labour_officer=True), asked(factory)
    client.force_login(request.asked_by)
    withdraw = f"{address(factory)}{request.pk}/withdraw/"
    assert withdraw in client.get(address(factory)).content.decode()
    page = client.post(withdraw, follow=True).content.decode()
    assert "đã rút" in page and withdraw not in page and '<form method="post" class="card"' in page
    assert Message.objects.filter(recipient=officer, channel="app").latest("pk").text == f"{factory} đã rút yêu cầu duyệt ký túc xá Ký túc xá B."
    client.post(withdraw)
    assert Message.objects.filter(recipient=officer, channel="app").count() == 2
    client.force_login(officer)
    refused = client.post(f"/capacity/dormitories/{request.pk}/")
    assert refused.status_code == 422 and "đã rút" in refused.content.decode() and not Site.objects.exists()
    assert asked(factory).status == "pending"


def test_what_is_decided_or_anothers_is_not_taken_back(client, factory, today):
    request = asked(factory)
    client.force_login(recruiter_of(FactoryFactory()))
    assert client.post(f"{address(factory)}{request.pk}/withdraw/").status_code == 404
    other = FactoryFactory()
    client.force_login(recruiter_of(other))
    assert client.post(f"{address(other)}{request.pk}/withdraw/").status_code == 404
    approve_dormitory(dormitory=request, by=UserFactory(health_officer=True), on=today)
    with pytest.raises(DecidedAlready):
        withdraw_request(dormitory=request, by=request.asked_by, on=today)
    client.force_login(request.asked_by)
    assert "đã duyệt" in client.post(f"{address(factory)}{request.pk}/withdraw/", follow=True).content.decode()
