import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from recruitment.quarantine.models import WaitingRequest
from recruitment.quarantine.services.capacity import change_capacity
from recruitment.quarantine.services.pools import open_pool
from recruitment.quarantine.services.waiting import ask_for_beds, make_offers
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, figures, manager_of

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def policy():
    return BackupPolicyFactory(pooled_beds_per_hundred=2)


@pytest.fixture
def factory(client):
    factory = FactoryFactory(out_of_province_workers=100, name="Nhà máy Bình Minh")
    client.force_login(recruiter_of(factory))
    return factory


def page_of(client, factory):
    answer = client.get(reverse("quarantine:factory_backup", args=[factory.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def wait(client, factory, **changed):
    form = {"beds": "5", "first": "24/11/2026", "last": "03/12/2026", **changed}
    return client.post(reverse("quarantine:wait", args=[factory.pk]), form, follow=True)


def answer_offer(client, factory, act):
    return client.post(reverse(f"quarantine:{act}", args=[factory.pk, WaitingRequest.objects.get().pk]), follow=True)


def test_a_factory_without_beds_finds_every_way_out_on_its_page(client, today, factory):
    SiteFactory(kind="dormitory", name="Ký túc xá Điềm Thụy", beds=2)
    SiteFactory(name="Khu Tân Lập", far_away=True)
    open_pool(zone=factory.zone, by=None, on=today)
    page = page_of(client, factory)
    assert "Giữ 2 giường" in page and "Giữ 5 giường" in page and "Ký túc xá được duyệt" in page
    assert "là 2 giường thay vì 5" in page and "Chờ 5 giường" in page


def test_one_click_reserves_at_the_nearest_site(client, today, factory):
    site = SiteFactory(beds=3)
    answer = client.get(reverse("quarantine:factory_backup", args=[factory.pk]))
    (way,) = answer.context["nearest"]
    nights = answer.context["nights"]
    form = {"site": site.pk, "beds": way["beds"], "first": nights["first"], "last": nights["last"], "seen": answer.context["seen"]}
    client.post(reverse("quarantine:reserve", args=[factory.pk]), form)
    assert figures(site, today) == (3, 3, 0)


def test_a_covered_factory_is_offered_no_way_out(client, factory):
    factory.out_of_province_workers = 0
    factory.save()
    assert "Cách bù chỗ thiếu" not in page_of(client, factory)


def test_one_click_puts_the_factory_on_the_list_and_its_page_says_where_it_stands(client, today, factory):
    ask_for_beds(factory=FactoryFactory(out_of_province_workers=100), beds=3, first=today, until=today + 10 * DAY, by=None, on=today)
    page = wait(client, factory).content.decode()
    assert "Đã vào danh sách chờ 5 giường" in page and "đứng thứ 2" in page and "còn 3 giường được chờ" in page
    assert "Chờ 5 giường</button>" not in page


def test_an_offer_is_taken_on_the_page(client, today, factory):
    wait(client, factory)
    SiteFactory(beds=5, name="Khu Tân Lập")
    make_offers(now=timezone.now(), on=today)
    page = page_of(client, factory)
    assert "Có 5 giường đang giữ" in page and "Khu Tân Lập" in page
    page = answer_offer(client, factory, "take_offer").content.decode()
    assert "Đã nhận" in page and "Còn thiếu" not in page


def test_an_offer_taken_too_late_says_where_the_beds_went(client, today, factory):
    wait(client, factory)
    SiteFactory(beds=5)
    make_offers(now=timezone.now() - 5 * dt.timedelta(hours=1), on=today)
    assert "không còn" in answer_offer(client, factory, "take_offer").content.decode()


def test_a_factory_leaves_the_list(client, factory):
    wait(client, factory)
    assert "Đã rút" in answer_offer(client, factory, "leave_list").content.decode()
    assert WaitingRequest.objects.get().status == "cancelled"


@pytest.mark.parametrize(
    ("field", "typed"), [("beds", "0"), ("beds", "-1"), ("beds", "năm"), ("beds", "9" * 40), ("first", "?"), ("last", "23/11/2026")]
)
def test_unreadable_input_is_named_and_nobody_waits(client, factory, field, typed):
    page = wait(client, factory, **{field: typed}).content.decode()
    assert 'class="notice' in page or "messages" in page
    assert not WaitingRequest.objects.exists()


def test_somebody_elses_request_is_not_found(client, today, factory):
    other = FactoryFactory()
    request = ask_for_beds(factory=other, beds=3, first=today, until=today + DAY, by=None, on=today)
    for act in ("take_offer", "leave_list"):
        assert client.post(reverse(f"quarantine:{act}", args=[factory.pk, request.pk])).status_code == 404
    assert client.post(reverse("quarantine:wait", args=[other.pk])).status_code == 404


def test_the_department_sees_everybody_in_order_with_the_rule(client, today, factory):
    wait(client, factory)
    ask_for_beds(factory=FactoryFactory(name="Nhà máy Yên Ổn"), beds=3, first=today, until=today + DAY, by=None, on=today)
    client.force_login(UserFactory(labour_officer=True))
    answer = client.get(reverse("quarantine:waiting_list"))
    assert [(place.position, str(place.request.holder)) for place in answer.context["places"]] == [(1, "Nhà máy Bình Minh"), (2, "Nhà máy Yên Ổn")]
    assert "thiếu 5/5" in answer.content.decode()


def test_the_list_costs_as_many_queries_for_twelve_as_for_two(client, today, policy):
    site = SiteFactory(beds=1)
    change_capacity(site=site, first=today, until=today + DAY, capacity=0, by=manager_of(site), on=today)

    def more(number):
        for _ in range(number):
            factory = FactoryFactory(out_of_province_workers=50)
            ask_for_beds(factory=factory, beds=2, first=today, until=today + 2 * DAY, by=None, on=today)

    def queries():
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse("quarantine:waiting_list")).status_code == 200
        return len(counted)

    client.force_login(UserFactory(labour_officer=True))
    more(2)
    two = queries()
    more(10)
    assert queries() == two
