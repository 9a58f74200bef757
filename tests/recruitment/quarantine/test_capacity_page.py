import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.quarantine.services.admissions import book_bed
from recruitment.quarantine.services.reservations import reserve_backup_beds
from tests.factories.accounts import UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.places import IndustrialZoneFactory
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ADDRESS = "/capacity/"


@pytest.fixture
def officer(client):
    client.force_login(UserFactory(labour_officer=True))


def test_each_site_shows_what_is_usable_and_the_province_the_sums(client, today, officer):
    busy, calm = SiteFactory(), SiteFactory(beds=20)
    reserve_backup_beds(factory=FactoryFactory(), site=busy, first=today, until=today + DAY, beds=3, by=None, on=today)
    book_bed(worker=WorkerFactory(), site=busy, arrives_on=today, leaves_on=today + DAY, by=None)
    answer = client.get(ADDRESS)
    assert {row["site"]: row["usable"] for row in answer.context["rows"]} == {busy: 6, calm: 20}
    assert answer.context["totals"] == {"capacity": 30, "reserved": 3, "occupied": 1, "usable": 26}


def test_old_figures_are_warned_about_and_stale_ones_not_counted_as_usable(client, officer):
    BackupPolicyFactory(warn_after_hours=12, stale_after_hours=24)
    SiteFactory(beds=5)
    SiteFactory(beds=7, with_old_figures=True)
    SiteFactory(beds=100, with_stale_figures=True)
    answer = client.get(ADDRESS)
    page = answer.content.decode()
    assert sorted(row["state"] for row in answer.context["rows"]) == ["fresh", "old", "stale"]
    assert answer.context["totals"]["usable"] == 12
    assert "cần cập nhật" in page and "tạm ngừng phân bổ" in page and "1 khu đã quá 24 giờ" in page


def test_the_hours_are_the_policys(client, officer):
    BackupPolicyFactory(warn_after_hours=2, stale_after_hours=6)
    SiteFactory(with_old_figures=True)
    assert client.get(ADDRESS).context["rows"][0]["state"] == "stale"


def test_a_site_that_never_gave_figures_counts_nothing(client, officer):
    SiteFactory(beds=0, figures_confirmed_at=None)
    answer = client.get(ADDRESS)
    assert answer.context["totals"]["capacity"] == 0
    assert "chưa khai số liệu" in answer.content.decode()


def test_without_sites_the_page_says_what_comes_next(client, officer):
    assert "Chưa có khu cách ly nào" in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize(
    ("trait", "status"), [("labour_officer", 200), ("health_officer", 200), ("administrator", 403), ("recruiter", 403), ("site_manager", 403)]
)
def test_departments_see_the_province_and_nobody_else(client, trait, status):
    client.force_login(UserFactory(**{trait: True}))
    assert client.get(reverse("quarantine:capacity")).status_code == status


def test_the_page_asks_as_many_queries_for_thirty_sites_as_for_one(client, officer):
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(ADDRESS).status_code == 200
        return len(counted)

    SiteFactory(zone=IndustrialZoneFactory())
    one = queries()
    for _ in range(29):
        SiteFactory(zone=IndustrialZoneFactory())
    assert queries() == one


def test_the_page_is_in_english_too(client, officer):
    SiteFactory()
    client.cookies["django_language"] = "en"
    assert "Whole province" in client.get(ADDRESS).content.decode()
