import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recruitment.quarantine.services.reservations import ensure_backup_cover, reserve_backup_beds
from tests.factories.accounts import UserFactory
from tests.factories.employers import EnterpriseFactory, FactoryFactory, recruiter_of
from tests.factories.quarantine import BackupPolicyFactory, SiteFactory, figures

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def policy():
    return BackupPolicyFactory(number="12/QĐ-DP")


@pytest.fixture
def factory(client):
    factory = FactoryFactory(out_of_province_workers=60, name="Nhà máy Bình Minh")
    client.force_login(recruiter_of(factory))
    return factory


def page_of(factory):
    return reverse("quarantine:factory_backup", args=[factory.pk])


def reserve(client, factory, site, /, **changed):
    seen = client.get(page_of(factory)).context["form"]["seen"].value()
    form = {"site": site.pk, "beds": "2", "first": "24/11/2026", "last": "03/12/2026", "seen": seen, **changed}
    return client.post(reverse("quarantine:reserve", args=[factory.pk]), form)


def test_a_recruiter_of_one_factory_goes_straight_to_its_page(client, factory):
    assert client.get(reverse("quarantine:backup")).url == page_of(factory)


def test_a_recruiter_of_two_factories_sees_which_one_lacks_beds(client, today, factory):
    SiteFactory()
    calm = FactoryFactory(enterprise=factory.enterprise)
    ensure_backup_cover(factory=calm, extra_workers=0, by=None, on=today)
    rows = client.get(reverse("quarantine:backup")).context["rows"]
    assert {row.factory: (row.needed, row.held) for row in rows} == {factory: (3, 0), calm: (0, 0)}


def test_the_page_says_what_is_needed_and_why_what_is_held_where_and_until_when(client, today, factory):
    site = SiteFactory(name="Khu Tân Lập")
    ensure_backup_cover(factory=factory, extra_workers=0, by=None, on=today)
    answer = client.get(page_of(factory))
    page = answer.content.decode()
    cover = answer.context["cover"]
    assert (cover.needed, cover.held, cover.missing, cover.headcount) == (3, 3, 0, 60)
    assert [(row.site, row.beds, row.until) for row in cover.sites] == [(site, 3, today + 10 * DAY)]
    assert "12/QĐ-DP" in page and "diễn tập" in page and "04/12/2026" in page and "Còn thiếu" not in page


def test_missing_beds_come_with_the_nearest_sites_that_have_room(client, factory):
    far, near = SiteFactory(far_away=True), SiteFactory(beds=2)
    SiteFactory(with_stale_figures=True, name="Khu cũ")
    answer = client.get(page_of(factory))
    page = answer.content.decode()
    assert "Còn thiếu 3 giường" in page
    assert [(offer.site, offer.free) for offer in answer.context["offers"]] == [(near, 2), (far, 10)]
    assert "Khu cũ" not in page


def test_when_every_site_is_full_the_way_out_is_named(client, factory):
    assert "xin duyệt ký túc xá của nhà máy" in client.get(page_of(factory)).content.decode()


def test_beds_are_reserved_and_the_page_says_so(client, today, factory):
    site = SiteFactory(name="Khu Tân Lập")
    answer = reserve(client, factory, site)
    assert answer.url == page_of(factory)
    assert "Đã giữ thêm 2 giường ở Khu Tân Lập" in client.get(page_of(factory)).content.decode()
    assert [figures(site, today + offset * DAY)[1] for offset in (0, 9, 10)] == [2, 2, 0]


def test_a_second_click_reserves_nothing_and_insisting_does(client, today, factory):
    site = SiteFactory()
    assert reserve(client, factory, site, seen="0").status_code == 302
    again = reserve(client, factory, site, seen="0")
    assert again.status_code == 422
    assert "vừa thay đổi" in again.content.decode()
    assert figures(site, today)[1] == 2
    assert reserve(client, factory, site, seen=again.context["form"]["seen"].value()).status_code == 302
    assert figures(site, today)[1] == 4


def test_full_nights_are_named_at_their_field_and_input_is_kept(client, today, factory):
    site = SiteFactory()
    reserve_backup_beds(factory=FactoryFactory(), site=site, first=today + DAY, until=today + 2 * DAY, beds=9, by=None, on=today)
    answer = reserve(client, factory, site)
    assert answer.status_code == 422
    assert "25/11/2026" in answer.context["form"].non_field_errors()[0]
    assert answer.context["form"]["beds"].value() == "2"


def test_a_site_whose_figures_grew_old_meanwhile_is_refused_by_name(client, factory):
    SiteFactory()
    answer = reserve(client, factory, SiteFactory(with_stale_figures=True))
    assert answer.status_code == 422
    assert "24 giờ" in answer.context["form"].errors["site"][0]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("site", ""),
        ("site", "999999"),
        ("site", "x"),
        ("beds", "0"),
        ("beds", "-2"),
        ("beds", "hai"),
        ("first", "23/11/2026"),
        ("last", "?"),
        ("seen", "x"),
    ],
)
def test_unreadable_input_is_named_and_nothing_is_reserved(client, today, factory, field, typed):
    site = SiteFactory()
    answer = reserve(client, factory, site, **{field: typed})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert figures(site, today)[1] == 0


def test_another_enterprises_factory_is_not_found(client, factory):
    other, site = FactoryFactory(), SiteFactory()
    assert client.get(page_of(other)).status_code == 404
    form = {"site": site.pk, "beds": "2", "first": "24/11/2026", "last": "24/11/2026"}
    assert client.post(reverse("quarantine:reserve", args=[other.pk]), form).status_code == 404


@pytest.mark.parametrize("trait", ["site_manager", "labour_officer", "health_officer"])
def test_nobody_but_recruiters_sees_or_reserves_backup_beds(client, trait):
    factory = FactoryFactory()
    client.force_login(UserFactory(**{trait: True}))
    assert client.get(reverse("quarantine:backup")).status_code == 403
    assert client.get(page_of(factory)).status_code == 403
    assert client.post(reverse("quarantine:reserve", args=[factory.pk])).status_code == 403


def test_an_enterprise_without_factories_is_told_so(client):
    client.force_login(recruiter_of(EnterpriseFactory()))
    assert "chưa có nhà máy" in client.get(reverse("quarantine:backup")).content.decode()


def queries(client, address) -> int:
    with CaptureQueriesContext(connection) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def test_the_list_asks_as_many_queries_for_thirty_factories_as_for_two(client, factory):
    FactoryFactory(enterprise=factory.enterprise)
    two = queries(client, reverse("quarantine:backup"))
    for _ in range(28):
        FactoryFactory(enterprise=factory.enterprise)
    assert queries(client, reverse("quarantine:backup")) == two


def test_a_factory_with_beds_at_ten_sites_costs_as_many_queries_as_with_one(client, today, factory):
    def hold(number):
        for _ in range(number):
            reserve_backup_beds(factory=factory, site=SiteFactory(), first=today, until=today + DAY, beds=1, by=None, on=today)

    hold(1)
    one = queries(client, page_of(factory))
    hold(9)
    assert queries(client, page_of(factory)) == one


def test_the_page_is_in_english_too(client, factory):
    client.cookies["django_language"] = "en"
    page = client.get(page_of(factory)).content.decode()
    assert "3 beds are missing" in page
