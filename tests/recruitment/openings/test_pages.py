"""The recruiter's pages: the board, the four steps, and what can be done with one opening."""

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse

from recruitment.openings.models import Opening, Stop
from tests.factories.accounts import UserFactory
from tests.factories.employers import EnterpriseFactory, FactoryFactory, recruiter_of
from tests.factories.occupations import OccupationFactory, SkillFactory
from tests.factories.openings import OpeningFactory
from tests.factories.places import MinimumWageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def factory():
    return FactoryFactory()


@pytest.fixture
def recruiter(client, factory):
    person = recruiter_of(factory)
    client.force_login(person)
    return person


@pytest.fixture
def opening(factory):
    return OpeningFactory(factory=factory, draft=True)


def step(opening, number):
    return reverse("openings:step", args=[opening.pk, number])


def seen(opening):
    opening.refresh_from_db(fields=["changed_at"])
    return opening.changed_at.isoformat()


def text(response):
    return response.content.decode()


def job(factory, **changes):
    return {"factory": factory.pk, "occupation": OccupationFactory().pk, "title": "Công nhân may", "description": "May công nghiệp."} | changes


SHIFTS = {
    "headcount": "20",
    "shift": "night",
    "hours_per_day": "8",
    "hours_per_week": "48",
    "overtime_hours_per_week": "12",
    "rest_day": "Chủ nhật",
    "starts_on": "01/12/2026",
    "closes_on": "",
}
WAGE = {
    "base_wage": "6 triệu",
    "allowances": "500.000",
    "has_dormitory": "on",
    "dormitory_fee": "100.000",
    "dormitory_distance_km": "0,8",
    "meals": "Cơm ca",
}


@pytest.mark.parametrize(("language", "said"), [("vi", "Xem lại trước khi đăng"), ("en", "Check before publishing")])
def test_an_opening_is_posted_in_four_steps(client, recruiter, factory, language, said):
    MinimumWageFactory()
    client.cookies["django_language"] = language
    key = re.search(r'name="key" value="([^"]+)"', text(client.get(reverse("openings:new"))))[1]
    response = client.post(reverse("openings:new"), job(factory, key=key))
    opening = Opening.objects.get()
    assert response.url == step(opening, 2)
    assert client.post(step(opening, 2), SHIFTS | {"seen": seen(opening)}).url == step(opening, 3)
    wage = WAGE | {"shuttle_stops": "6:10 Bến xe Thái Nguyên, 35 phút\nPhố Cò (đi 20 phút)\nGa Lưu Xá", "seen": seen(opening)}
    if language == "en":
        wage["dormitory_distance_km"] = "0.8"
    assert client.post(step(opening, 3), wage).url == step(opening, 4)
    page = text(client.get(step(opening, 4)))
    assert said in page
    assert reverse("search:matching_count", args=[opening.pk]) in page
    answer = client.post(step(opening, 4), {"seen": seen(opening), "experience_months": "", "skills": [SkillFactory().pk], "action": "publish"})
    assert answer.url == reverse("openings:manage", args=[opening.pk])
    opening = Opening.objects.get()
    assert (opening.status, opening.headcount, opening.base_wage, str(opening.dormitory_distance_km)) == ("published", 20, 6_000_000, "0.8")
    assert [row.stop for row in opening.shuttle_stops.all()] == [
        Stop("Bến xe Thái Nguyên", dt.time(6, 10), 35),
        Stop("Phố Cò", ride_minutes=20),
        Stop("Ga Lưu Xá"),
    ]


def test_a_double_click_on_the_first_step_makes_one_draft(client, recruiter, factory):
    sent = job(factory, key=str(uuid.uuid4()))
    assert client.post(reverse("openings:new"), sent).url == client.post(reverse("openings:new"), sent).url
    assert Opening.objects.count() == 1


def test_a_double_click_on_publish_publishes_once(client, recruiter, opening):
    sent = {"seen": seen(opening), "experience_months": "0", "action": "publish"}
    assert client.post(step(opening, 4), sent).status_code == 302
    second = client.post(step(opening, 4), sent)
    assert second.status_code == 409
    assert Opening.objects.get().status == Opening.Status.PUBLISHED


def test_what_was_typed_stays_when_a_step_is_refused(client, recruiter, opening):
    response = client.post(step(opening, 2), SHIFTS | {"headcount": "0", "hours_per_week": "60", "starts_on": "31/02/2027", "rest_day": "Thứ hai"})
    assert response.status_code == 422
    page = text(response)
    for kept in ("31/02/2027", "Thứ hai", 'value="60"'):
        assert kept in page
    assert "tối đa 48 giờ" in page
    assert page.count("error-summary") >= 1


def test_a_day_in_the_past_is_refused_unless_it_stood_there(client, recruiter, factory):
    opening = OpeningFactory(factory=factory, draft=True, starts_on=dt.date(2026, 11, 1))
    assert client.post(step(opening, 2), SHIFTS | {"starts_on": "01/11/2026", "seen": seen(opening)}).status_code == 302
    assert client.post(step(opening, 2), SHIFTS | {"starts_on": "02/11/2026", "seen": seen(opening)}).status_code == 422


@pytest.mark.parametrize("typed", ["4 triệu", "4.729.999", "4729999"])
def test_a_wage_below_the_minimum_is_refused_at_entry_with_the_decree(client, recruiter, opening, typed):
    MinimumWageFactory()
    response = client.post(step(opening, 3), WAGE | {"base_wage": typed})
    assert response.status_code == 422
    assert "293/2025/NĐ-CP" in text(response)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("25:00 Phố Cò", "Không có giờ này"),
        ("Phố Cò, 181 phút", "Nhiều nhất 180 phút"),
        ("Phố Cò, 0 phút", "Nhiều nhất 180 phút"),
        ("6:10", "thiếu tên"),
        ("\n".join(["Phố Cò"] * 21), "Nhiều nhất 20"),
    ],
)
def test_a_shuttle_stop_that_can_not_be_read_says_why(client, recruiter, opening, line, problem):
    response = client.post(step(opening, 3), WAGE | {"shuttle_stops": line})
    assert response.status_code == 422
    assert problem in text(response)


def test_a_very_long_title_with_odd_letters_is_answered_not_broken(client, recruiter, factory):
    response = client.post(reverse("openings:new"), job(factory, title="A\u200f\u0001" + "x" * 10_000))
    assert response.status_code == 422
    assert "tối đa 160" in text(response)


def test_a_flagged_phrase_is_marked_with_its_article_and_asks_for_a_reason(client, recruiter, factory):
    opening = OpeningFactory(factory=factory, draft=True, description="Cần người dưới 35 tuổi.")
    page = text(client.get(step(opening, 4)))
    assert "<mark>dưới 35 tuổi</mark>" in page
    assert "Điều 8 khoản 1" in page
    response = client.post(step(opening, 4), {"seen": seen(opening), "experience_months": "0", "action": "publish"})
    assert response.status_code == 422
    field = re.search(r'name="(reason_[0-9a-f]+)"', text(response))[1]
    sent = {"seen": seen(opening), "experience_months": "0", "action": "publish", field: "Nghề nặng nhọc, Thông tư 11/2020"}
    assert client.post(step(opening, 4), sent).status_code == 302
    assert opening.wording_overrides.get().reason == "Nghề nặng nhọc, Thông tư 11/2020"


def test_a_fee_offers_no_field_for_a_reason(client, recruiter, factory):
    opening = OpeningFactory(factory=factory, draft=True, description="Nộp phí hồ sơ 200k.")
    response = client.post(step(opening, 4), {"seen": seen(opening), "experience_months": "0", "action": "publish"})
    assert response.status_code == 422
    assert "Điều 11 khoản 2" in text(response)
    assert "reason_" not in text(response)


def test_everything_missing_is_linked_to_its_step(client, recruiter, factory):
    opening = OpeningFactory(factory=factory, draft=True, occupation=None, base_wage=None, shift="")
    page = text(client.post(step(opening, 4), {"seen": seen(opening), "experience_months": "0", "action": "publish"}))
    for number, anchor in ((1, "id_occupation"), (2, "field-shift"), (3, "id_base_wage")):
        assert f"{step(opening, number)}#{anchor}" in page


def test_a_near_duplicate_is_shown_field_by_field_and_blocks_nothing(client, recruiter, factory, opening):
    OpeningFactory(factory=factory, occupation=opening.occupation, title=opening.title, headcount=25)
    page = text(client.get(step(opening, 4)))
    assert "Gần giống tin đang có" in page
    assert ">25<" in page
    assert client.post(step(opening, 4), {"seen": seen(opening), "experience_months": "0", "action": "publish"}).status_code == 302


def test_two_tabs_see_the_difference_and_may_overwrite(client, recruiter, factory, opening):
    first = seen(opening)
    client.post(step(opening, 1), job(factory, title="Tổ trưởng", seen=first))
    response = client.post(step(opening, 1), job(factory, title="Chuyền trưởng", seen=first))
    assert response.status_code == 409
    page = text(response)
    assert recruiter.name in page
    assert "Tổ trưởng" in page
    assert 'value="Chuyền trưởng"' in page
    again = re.search(r'name="seen" value="([^"]+)"', page)[1].replace("&#x2B;", "+")
    assert client.post(step(opening, 1), job(factory, title="Chuyền trưởng", seen=again)).status_code == 302
    assert Opening.objects.get().title == "Chuyền trưởng"


def test_a_published_opening_is_edited_within_the_law(client, recruiter, factory):
    MinimumWageFactory()
    opening = OpeningFactory(factory=factory, accepted=3)
    refused = client.post(step(opening, 2), SHIFTS | {"headcount": "2", "seen": seen(opening)})
    assert (refused.status_code, "3 người" in text(refused)) == (422, True)
    refused = client.post(step(opening, 1), job(factory, description="Chỉ tuyển nữ", seen=seen(opening)))
    assert (refused.status_code, "Điều 8" in text(refused)) == (422, True)
    assert client.post(step(opening, 2), SHIFTS | {"headcount": "12", "seen": seen(opening)}).url == reverse("openings:manage", args=[opening.pk])


@pytest.mark.parametrize("name", ["manage", "step", "pause", "resume", "copy"])
def test_another_factorys_opening_does_not_exist(client, recruiter, name):
    stranger = OpeningFactory()
    address = reverse(f"openings:{name}", args=[stranger.pk, 1] if name == "step" else [stranger.pk])
    assert client.post(address).status_code == (405 if name == "manage" else 404)
    assert client.get(address).status_code == (404 if name in ("manage", "step") else 405)
    assert Opening.objects.get().status == Opening.Status.PUBLISHED


def test_an_opening_is_not_moved_to_another_organisations_factory(client, recruiter, opening):
    assert client.post(step(opening, 1), job(FactoryFactory(), seen=seen(opening))).status_code == 422


def test_a_closed_opening_says_that_it_stays_as_it_ended(client, recruiter, factory):
    opening = OpeningFactory(factory=factory, closed=True)
    response = client.post(step(opening, 1), job(factory, seen=seen(opening)))
    assert (response.status_code, "Tin đã đóng" in text(response)) == (422, True)
    assert client.get(reverse("openings:manage", args=[opening.pk])).status_code == 200


def test_pausing_and_resuming(client, recruiter, factory):
    opening = OpeningFactory(factory=factory)
    client.post(reverse("openings:pause", args=[opening.pk]))
    assert Opening.objects.get().status == Opening.Status.PAUSED
    assert client.post(reverse("openings:resume", args=[opening.pk])).status_code == 302
    assert Opening.objects.get().status == Opening.Status.PUBLISHED


def test_resuming_what_is_no_longer_lawful_explains_itself(client, recruiter, factory):
    opening = OpeningFactory(factory=factory, paused=True, starts_on=dt.date(2026, 11, 1))
    response = client.post(reverse("openings:resume", args=[opening.pk]))
    assert (response.status_code, "đã qua" in text(response)) == (422, True)


def test_a_copy_opens_at_its_dates_and_a_double_click_makes_one(client, recruiter, factory):
    opening = OpeningFactory(factory=factory, closed=True)
    key = re.search(r'name="key" value="([^"]+)"', text(client.get(reverse("openings:manage", args=[opening.pk]))))[1]
    first, second = (client.post(reverse("openings:copy", args=[opening.pk]), {"key": key}) for _time in range(2))
    copy = Opening.objects.exclude(pk=opening.pk).get()
    assert first.url == second.url == step(copy, 2)


def test_the_board_shows_own_openings_by_status_and_title(client, recruiter, factory):
    OpeningFactory(factory=factory, title="Thợ hàn", held=2, accepted=1)
    OpeningFactory(factory=factory, title="Lái xe nâng", draft=True)
    OpeningFactory(title="Của người khác")
    page = text(client.get(reverse("openings:board")))
    assert "Thợ hàn" in page
    assert "7 / 10" in page
    assert "Của người khác" not in page
    assert "Thợ hàn" not in text(client.get(reverse("openings:board"), {"status": "draft"}))
    assert "Lái xe nâng" not in text(client.get(reverse("openings:board"), {"q": "HÀN"}))
    assert "Không có tin nào khớp" in text(client.get(reverse("openings:board"), {"q": "không có"}))
    assert client.get(reverse("openings:board"), {"status": "khac", "page": "mười"}).status_code == 200


def test_the_first_visit_invites_to_post(client, recruiter):
    assert "Đăng tin đầu tiên" in text(client.get(reverse("openings:board")))


def test_an_enterprise_that_waits_reads_since_when(client):
    factory = FactoryFactory(waiting_for_approval=True)
    client.force_login(recruiter_of(factory))
    assert "đang chờ Sở duyệt" in text(client.get(reverse("openings:board")))
    client.force_login(recruiter_of(FactoryFactory(enterprise=EnterpriseFactory(refused=True))))
    assert "Mã số thuế không có trong danh bạ" in text(client.get(reverse("openings:board")))


def queries_of(client, address, capture):
    with capture() as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_board_asks_as_often_for_thirty_as_for_one(client, recruiter, factory, django_assert_max_num_queries):
    OpeningFactory(factory=factory)
    with django_assert_max_num_queries(30) as one:
        client.get(reverse("openings:board"))
    for _number in range(29):
        OpeningFactory(factory=factory)
    with django_assert_max_num_queries(len(one)) as thirty:
        assert text(client.get(reverse("openings:board"))).count("/copy/") == 30
    assert len(thirty) == len(one)


@pytest.mark.parametrize("situation", ["labour_officer", "site_manager", "stranger", "worker"])
def test_only_recruiters_post(client, situation):
    if situation != "stranger":
        client.force_login(UserFactory() if situation == "worker" else UserFactory(**{situation: True}))
    response = client.get(reverse("openings:board"))
    assert response.status_code == (302 if situation == "stranger" else 403)
