import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from recruitment.quarantine.models import JournalEntry, Stay
from recruitment.quarantine.services.admissions import admit, book_bed, cancel_stay
from recruitment.quarantine.services.capacity import change_capacity
from recruitment.quarantine.services.reservations import reserve_backup_beds
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.employers import FactoryFactory
from tests.factories.quarantine import SiteFactory, figures, manager_of
from tests.factories.workers import WorkerFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def place():
    return SiteFactory(name="Khu Tân Lập")


@pytest.fixture
def manager(client, place):
    user = manager_of(place)
    client.force_login(user)
    return user


def stay_of(site, today, *, name="Nông Thị Thử", inside=False, arrives_in=0, days=7):
    first = today + arrives_in * DAY
    stay = book_bed(worker=WorkerFactory(name=name), site=site, arrives_on=first, leaves_on=first + days * DAY, by=None)
    return admit(stay=stay, by=None, on=first) if inside else stay


def page_of(site):
    return reverse("quarantine:site", args=[site.pk])


def capacity_form(today, **changed):
    return {"capacity": "12", "first": f"{today:%d/%m/%Y}", "last": f"{today + 2 * DAY:%d/%m/%Y}", **changed}


def test_a_manager_of_one_site_goes_straight_to_it(client, place, manager):
    assert client.get(reverse("quarantine:sites")).url == page_of(place)


def test_a_manager_of_two_sites_chooses(client, place, manager):
    other = SiteFactory(with_old_figures=True)
    MembershipFactory(site_manager=True, user=manager, organisation=other.organisation)
    page = client.get(reverse("quarantine:sites")).content.decode()
    assert page_of(place) in page and page_of(other) in page
    assert "cần cập nhật" in page


def test_a_manager_without_a_site_is_told_whom_to_ask(client):
    client.force_login(UserFactory(site_manager=True))
    assert "Hãy nhờ Sở phân công" in client.get(reverse("quarantine:sites")).content.decode()


def test_the_page_shows_tonight_arrivals_stays_and_who_holds_what(client, today, place, manager):
    stay_of(place, today, name="Lò Văn Đến")
    stay_of(place, today, name="Lò Văn Ngày Mai", arrives_in=1)
    stay_of(place, today, name="Lò Văn Ở", inside=True)
    reserve_backup_beds(factory=FactoryFactory(name="Nhà máy Bình Minh"), site=place, first=today, until=today + DAY, beds=3, by=None, on=today)
    answer = client.get(page_of(place))
    page = answer.content.decode()
    assert [stay.worker.user.name for stay in answer.context["arriving"]] == ["Lò Văn Đến"]
    assert [stay.worker.user.name for stay in answer.context["page"]] == ["Lò Văn Ở"]
    assert answer.context["tonight"].usable == 5
    assert "Nhà máy Bình Minh" in page and "24/11/2026" in page


def test_whoever_should_have_come_yesterday_is_still_expected(client, today, place, manager):
    Stay.objects.filter(pk=stay_of(place, today).pk).update(arrives_on=today - DAY)
    assert "hẹn từ hôm trước, chưa đến" in client.get(page_of(place)).content.decode()


def test_the_nights_shown_are_fourteen_and_more_follow(client, today, place, manager):
    answer = client.get(page_of(place))
    assert [row.night for row in answer.context["nights"]] == [today + offset * DAY for offset in range(14)]
    following = client.get(page_of(place), {"from": "2026-12-08"})
    assert following.context["nights"][0].night == today + 14 * DAY
    assert following.context["earlier"] == today
    assert client.get(page_of(place), {"from": "2027-11-20"}).context["later"] is None


@pytest.mark.parametrize("night", ["", "yesterday", "2020-01-01", "9999-12-31", "2026-02-30"])
def test_an_unreadable_or_impossible_night_shows_today(client, today, place, manager, night):
    assert client.get(page_of(place), {"from": night}).context["nights"][0].night == today


def test_admitting_asks_first_and_then_admits(client, today, place, manager):
    stay = stay_of(place, today, name="Lò Văn Đến")
    address = reverse("quarantine:admit", args=[stay.pk])
    assert "Nhận Lò Văn Đến vào khu?" in client.get(address).content.decode()
    stay.refresh_from_db()
    assert stay.status == Stay.Status.BOOKED
    answer = client.post(address, follow=True)
    assert answer.redirect_chain == [(page_of(place), 302)]
    assert "Đã nhận Lò Văn Đến" in answer.content.decode()
    stay.refresh_from_db()
    assert stay.status == Stay.Status.ADMITTED


def test_releasing_asks_first_and_then_frees_the_bed(client, today, place, manager):
    stay = stay_of(place, today, inside=True)
    address = reverse("quarantine:release", args=[stay.pk])
    assert client.get(address).status_code == 200
    assert figures(place, today)[2] == 1
    client.post(address, {"reason": "Về quê gấp"})
    assert figures(place, today)[2] == 0


def test_what_can_no_longer_be_done_is_explained(client, today, place, manager):
    stay = stay_of(place, today)
    cancel_stay(stay=stay, by=None, on=today)
    for act in ("admit", "release"):
        answer = client.post(reverse(f"quarantine:{act}", args=[stay.pk]))
        assert answer.status_code == 422
        assert "đã hủy" in answer.content.decode()


def test_capacity_is_written_for_the_nights_chosen(client, today, place, manager):
    answer = client.post(reverse("quarantine:change_capacity", args=[place.pk]), capacity_form(today), follow=True)
    assert answer.redirect_chain and "Đã ghi: 12 giường" in answer.content.decode()
    assert [figures(place, today + offset * DAY)[0] for offset in range(4)] == [12, 12, 12, 10]


@pytest.mark.parametrize(("step", "typed", "shown"), [("1", "12", 13), ("-1", "12", 11), ("-1", "0", 0), ("1", "10000", 10_000)])
def test_minus_and_plus_change_the_number_and_write_nothing(client, today, place, manager, step, typed, shown):
    answer = client.post(reverse("quarantine:change_capacity", args=[place.pk]), capacity_form(today, capacity=typed, step=step))
    assert answer.status_code == 200
    assert answer.context["form"]["capacity"].value() == shown
    assert answer.context["form"]["last"].value() == "26/11/2026"
    assert figures(place, today)[0] == 10


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("capacity", "-1"),
        ("capacity", "nhiều"),
        ("capacity", ""),
        ("capacity", "10001"),
        ("capacity", "9" * 5000),
        ("first", "23/11/2026"),
        ("first", "hôm nay"),
        ("last", "23/11/2027x"),
        ("last", "01/01/2029"),
        ("last", "31/02/2027"),
    ],
)
@pytest.mark.parametrize("step", ["", "1"])
def test_unreadable_numbers_and_days_are_named_and_kept(client, today, place, manager, field, typed, step):
    answer = client.post(reverse("quarantine:change_capacity", args=[place.pk]), capacity_form(today, step=step, **{field: typed}))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"][field].value() == typed
    assert figures(place, today)[0] == 10


def test_a_last_night_before_the_first_is_named(client, today, place, manager):
    form = capacity_form(today, first="26/11/2026", last="25/11/2026")
    answer = client.post(reverse("quarantine:change_capacity", args=[place.pk]), form)
    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["last"]


def test_who_writes_over_a_change_not_seen_is_shown_the_difference_and_decides(client, today, place, manager):
    address, colleague = reverse("quarantine:change_capacity", args=[place.pk]), manager_of(place)
    opened = re.search(r'name="seen" value="(\d+)"', client.get(page_of(place)).content.decode())[1]
    change_capacity(site=place, first=today, until=today + DAY, capacity=30, by=colleague, on=today)
    conflict = client.post(address, capacity_form(today, seen=opened))
    shown = conflict.content.decode()
    assert conflict.status_code == 422 and f"{colleague.name} đã đổi số giường" in shown and "nay là 30, bạn ghi 12" in shown
    assert "Tải lại" in shown and "Vẫn ghi" in shown and 'value="12"' in shown
    assert figures(place, today)[0] == 30
    read = re.search(r'name="anyway" value="(\d+)"', shown)[1]
    assert client.post(address, capacity_form(today, seen=opened, anyway=read)).status_code == 302
    assert figures(place, today)[0] == 12


def test_the_same_number_sent_twice_is_no_conflict(client, today, place, manager):
    address = reverse("quarantine:change_capacity", args=[place.pk])
    opened = re.search(r'name="seen" value="(\d+)"', client.get(page_of(place)).content.decode())[1]
    for _click in range(2):
        assert client.post(address, capacity_form(today, seen=opened)).status_code == 302


def test_capacity_below_what_is_promised_is_refused_with_who_holds_it(client, today, place, manager):
    reserve_backup_beds(factory=FactoryFactory(name="Nhà máy Bình Minh"), site=place, first=today, until=today + DAY, beds=3, by=None, on=today)
    answer = client.post(reverse("quarantine:change_capacity", args=[place.pk]), capacity_form(today, capacity="2"))
    assert answer.status_code == 422
    assert "Nhà máy Bình Minh: 3" in answer.context["form"].errors["capacity"][0]


def test_the_first_figure_of_a_new_site_opens_its_year(client, today):
    new = SiteFactory(beds=0, figures_confirmed_at=None)
    client.force_login(manager_of(new))
    assert "chưa khai số giường" in client.get(page_of(new)).content.decode()
    client.post(reverse("quarantine:change_capacity", args=[new.pk]), capacity_form(today, capacity="40"))
    assert figures(new, today) == figures(new, today + 364 * DAY) == (40, 0, 0)


def test_saying_that_nothing_changed_renews_the_age(client, place, manager):
    place.figures_confirmed_at -= dt.timedelta(hours=25)
    place.save()
    assert "tạm ngừng phân bổ" in client.get(page_of(place)).content.decode()
    page = client.post(reverse("quarantine:confirm_figures", args=[place.pk]), follow=True).content.decode()
    assert "tạm ngừng phân bổ" not in page and "vừa xong" in page
    assert JournalEntry.objects.filter(change="confirm", by=manager).count() == 1


def test_another_sites_pages_and_people_are_not_found(client, today, place, manager):
    other = SiteFactory()
    stay = stay_of(other, today)
    assert client.get(page_of(other)).status_code == 404
    for name, pk in [("change_capacity", other.pk), ("confirm_figures", other.pk), ("admit", stay.pk), ("release", stay.pk)]:
        assert client.post(reverse(f"quarantine:{name}", args=[pk]), capacity_form(today)).status_code == 404
    assert figures(other, today) == (10, 0, 1)


def test_a_manager_who_is_also_an_officer_changes_only_the_own_site(client, place, manager):
    MembershipFactory(labour_officer=True, user=manager)
    assert client.get(page_of(place)).status_code == 200
    assert client.get(page_of(SiteFactory())).status_code == 404


def test_a_membership_that_has_ended_opens_nothing(client, place, manager):
    manager.memberships.update(ended_at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC), started_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert client.get(page_of(place)).status_code == 403


@pytest.mark.parametrize("trait", ["recruiter", "labour_officer", "health_officer"])
def test_nobody_else_manages_sites(client, today, place, trait):
    stay = stay_of(place, today)
    client.force_login(UserFactory(**{trait: True}))
    for name, pk in [("site", place.pk), ("change_capacity", place.pk), ("confirm_figures", place.pk), ("admit", stay.pk), ("release", stay.pk)]:
        assert client.post(reverse(f"quarantine:{name}", args=[pk])).status_code == 403


def test_strangers_are_sent_to_the_sign_in(client, place):
    assert reverse("account_login") in client.get(page_of(place)).url


def test_the_page_asks_as_many_queries_for_thirty_people_as_for_one(client, today, manager, place):
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(page_of(place)).status_code == 200
        return len(counted)

    def add(number):
        for _ in range(number):
            stay_of(place, today)
            stay_of(place, today, inside=True)
            reserve_backup_beds(factory=FactoryFactory(), site=place, first=today, until=today + DAY, beds=1, by=None, on=today)

    place.nights.update(capacity=200)
    add(1)
    one = queries()
    add(29)
    assert queries() == one


def test_the_pages_are_in_english_too(client, today, place, manager):
    stay = stay_of(place, today)
    client.cookies["django_language"] = "en"
    with override("en"):
        assert "Arriving today" in client.get(page_of(place)).content.decode()
        assert "Let Nông Thị Thử in?" in client.get(reverse("quarantine:admit", args=[stay.pk])).content.decode()
