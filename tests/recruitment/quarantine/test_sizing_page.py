"""How many beds the risk asks for, and the pools: what officers and recruiters see and do."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.quarantine.models import BackupPool
from recruitment.quarantine.services.cover import cover
from recruitment.quarantine.services.policies import load_backup_policies
from recruitment.quarantine.services.pools import open_pool
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory, recruiter_of
from tests.factories.places import IndustrialZoneFactory, ProvinceFactory
from tests.factories.quarantine import SiteFactory

pytestmark = pytest.mark.django_db
ADDRESS = reverse("quarantine:sizing")


@pytest.fixture
def zone():
    ProvinceFactory(home=True)
    load_backup_policies()
    return IndustrialZoneFactory()


@pytest.fixture
def officer(client):
    client.force_login(UserFactory(labour_officer=True))


def test_an_officer_sees_what_sharing_would_save_in_each_zone(client, zone, officer):
    for workers in (200, 400, 900):
        FactoryFactory(zone=zone, out_of_province_workers=workers)
    page = client.get(ADDRESS)
    (row,) = page.context["rows"]
    assert (row.need.factories, row.need.workers) == (3, 1500)
    assert 0 < row.pooled < row.alone and row.saved == row.alone - row.pooled
    assert page.context["province"].pooled == row.pooled
    assert "diễn tập" in page.content.decode()


def test_a_wave_and_a_higher_level_ask_for_more(client, zone, officer):
    FactoryFactory(zone=zone, out_of_province_workers=900)

    def beds(**chosen):
        return client.get(ADDRESS, chosen).context["rows"][0].pooled

    assert beds(level="90") < beds() == beds(level="95") < beds(level="99") < beds(level="99", wave="1")
    assert beds(level="95") < beds(level="all")
    assert beds(level="-1' OR 1=1", wave="x") == beds()


def test_without_an_assumption_the_page_says_so(client, officer):
    ProvinceFactory(home=True)
    assert "Chưa có giả định" in client.get(ADDRESS).content.decode()


def test_the_page_asks_as_many_queries_for_ten_zones_as_for_one(client, zone, officer):
    def queries():
        with CaptureQueriesContext(connection) as counted:
            client.get(ADDRESS)
        return len(counted)

    FactoryFactory(zone=zone, out_of_province_workers=50)
    one = queries()
    for _ in range(9):
        FactoryFactory(zone=IndustrialZoneFactory(), out_of_province_workers=50)
    assert queries() == one


def test_the_department_opens_a_pool_once(client, zone, officer):
    for _ in range(2):
        assert client.post(reverse("quarantine:open_pool", args=[zone.pk]), follow=True).status_code == 200
    assert BackupPool.objects.get().zone == zone
    assert client.post(reverse("quarantine:open_pool", args=[999_999])).status_code == 404


def test_a_health_officer_reads_but_opens_nothing(client, zone):
    client.force_login(UserFactory(health_officer=True))
    FactoryFactory(zone=zone)
    page = client.get(ADDRESS)
    assert page.status_code == 200 and "Mở nhóm" not in page.content.decode()
    assert client.post(reverse("quarantine:open_pool", args=[zone.pk])).status_code == 403


def test_a_recruiter_joins_and_leaves_after_being_asked(client, today, zone):
    SiteFactory(beds=40)
    factory = FactoryFactory(zone=zone, out_of_province_workers=300)
    client.force_login(recruiter_of(factory))
    own = reverse("quarantine:factory_backup", args=[factory.pk])
    assert "Tham gia nhóm" not in client.get(own).content.decode()
    open_pool(zone=zone, by=None, on=today)
    assert "Tham gia nhóm" in client.get(own).content.decode()
    join, leave = (reverse(f"quarantine:{act}_pool", args=[factory.pk]) for act in ("join", "leave"))
    assert "?" in client.get(join).content.decode()
    assert cover(factory, on=today).holder.factory == factory
    assert "của cả nhóm" in client.post(join, follow=True).content.decode()
    assert cover(factory, on=today).holder.pool
    assert "giữ suất dự phòng riêng" in client.post(leave, follow=True).content.decode()
    assert cover(factory, on=today).holder.factory == factory


def test_why_joining_failed_is_said_on_the_page(client, zone):
    factory = FactoryFactory(zone=zone)
    client.force_login(recruiter_of(factory))
    answer = client.post(reverse("quarantine:join_pool", args=[factory.pk]))
    assert answer.status_code == 422 and "chưa có nhóm dự phòng" in answer.content.decode()


def test_another_enterprises_factory_is_not_found(client, zone):
    client.force_login(recruiter_of(FactoryFactory()))
    for act in ("join", "leave"):
        assert client.post(reverse(f"quarantine:{act}_pool", args=[FactoryFactory(zone=zone).pk])).status_code == 404
