"""Area levels: what figures suggest, entering by hand and by table, the map for everybody, and people assessed anew."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from recruitment.health.models import Clearance, Reassessment
from recruitment.health.services.area_levels import Entry, NoCriteria, enter_levels, suggested_level
from recruitment.health.services.assessments import assess_everybody
from recruitment.health.services.reassessments import continue_unfinished
from recruitment.places.areas import ARCHIPELAGOS, Criteria, Figures, suggest_level, system_on, tiles
from recruitment.places.models import AreaLevel, AreaLevelEntry, Province
from recruitment.places.services import load_area_level_criteria, load_provinces
from tests.factories.accounts import UserFactory
from tests.factories.health import AdmissionPolicyFactory, AdmissionRuleFactory
from tests.factories.places import AreaLevelFactory, CommuneFactory, ProvinceFactory
from tests.factories.workers import WorkerFactory

TODAY = dt.date(2026, 11, 24)
QD_4800 = Criteria([20, 50, 150], [1, 2, 2, 3], [1, 2, 3, 4], 70, 80)


def figures(incidence, adults=90, elderly=90, capacity=True) -> Figures:
    return Figures(Decimal(str(incidence)), Decimal(str(adults)), Decimal(str(elderly)), capacity)


@pytest.mark.parametrize(
    ("week", "level"),
    [
        (figures(19.9), 1), (figures(20), 2), (figures(49.9), 2), (figures(50), 2), (figures(149.9), 2), (figures(150), 3),
        (figures(150, adults=69.9), 4), (figures(149.9, elderly=79.9), 3), (figures(19, adults=70, elderly=80), 1),
        (figures(19, capacity=False), 2), (figures(500, adults=10, capacity=False), 4),
    ],
)  # fmt: skip
def test_the_weeks_figures_suggest_a_level(week, level):
    assert suggest_level(week, QD_4800) == level


@given(st.decimals(0, 1000, places=1), st.decimals(0, 1000, places=1), st.integers(0, 100), st.integers(0, 100), st.booleans())
def test_more_cases_never_suggest_a_lower_level(one, other, adults, elderly, capacity):
    low, high = sorted((one, other))
    assert suggest_level(Figures(low, adults, elderly, capacity), QD_4800) <= suggest_level(Figures(high, adults, elderly, capacity), QD_4800)


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "level", "document"), [(dt.date(2022, 1, 26), 3, "QĐ 4800/QĐ-BYT"), (dt.date(2022, 1, 27), 2, "QĐ 218/QĐ-BYT")])
def test_qd_218_raises_the_threshold_of_the_highest_level_from_150_to_600(day, level, document):
    load_area_level_criteria()
    assert suggested_level(figures(150), on=day)[0] == level
    assert suggested_level(figures(599.9), on=day)[0] == level
    assert suggested_level(figures(600), on=day)[0] == 3
    assert suggested_level(figures(600), on=day)[1].document == document


@pytest.mark.django_db
def test_before_the_first_criteria_nothing_is_suggested():
    load_area_level_criteria()
    with pytest.raises(NoCriteria):
        suggested_level(figures(600), on=dt.date(2021, 10, 11))


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "count"), [(dt.date(2025, 6, 30), 63), (dt.date(2025, 7, 1), 34)])
def test_every_province_of_the_day_has_one_tile_of_its_own_beside_hoang_sa_and_truong_sa(day, count):
    load_provinces()
    drawn = tiles(system_on(day))
    codes = set(Province.objects.existing_on(day).values_list("code", flat=True))
    assert len(drawn) == count == len(codes) and {tile.code for tile in drawn} == codes
    assert len({(tile.column, tile.row) for tile in drawn}) == count and len({tile.label for tile in drawn}) == count
    assert [row.name for row in ARCHIPELAGOS[system_on(day)]] == ["Hoàng Sa", "Trường Sa"]
    assert all(row.province in codes for row in ARCHIPELAGOS[system_on(day)])


@pytest.fixture
def officer(client):
    person = UserFactory(health_officer=True, name="Hoàng Thị Nhập")
    client.force_login(person)
    return person


def address(name, *args):
    return reverse(f"health:{name}", args=args)


@pytest.mark.django_db
def test_anybody_sees_the_map_with_words_and_numbers_and_its_table(client):
    load_provinces()
    hanoi = Province.objects.existing_on(TODAY).get(code="01")
    AreaLevelFactory(province=hanoi, level=3, document="QĐ 5/THỬ")
    shown = client.get(address("area_levels")).content.decode()
    assert "Hoàng Sa" in shown and "Trường Sa" in shown and "<title>Hà Nội: cấp 3</title>" in shown
    assert "QĐ 5/THỬ" in shown and shown.count("<g class=") == 36
    assert "Nhập từ bảng tính" not in shown
    before = client.get(address("area_levels"), {"on": "30/6/2025"}).content.decode()
    assert before.count("<g class=") == 65 and "Bắc Kạn" in before
    assert client.get(address("area_levels"), {"on": "hôm qua"}).status_code == 422


@pytest.mark.django_db
def test_the_map_costs_the_same_for_one_level_and_for_thirty(client):
    load_provinces()
    provinces = list(Province.objects.existing_on(TODAY))
    client.get(address("area_levels"))
    counts = []
    for number in (1, 30):
        for province in provinces[:number]:
            AreaLevel.objects.get_or_create(province=province, since=TODAY, defaults={"level": 2, "document": "x"})
        with CaptureQueriesContext(connection) as queries:
            client.get(address("area_levels"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_a_level_entered_by_hand_keeps_who_and_from_which_figures_and_assesses_the_people_there(client, officer):
    ProvinceFactory(home=True)
    load_area_level_criteria()
    AdmissionRuleFactory(policy=AdmissionPolicyFactory(), position=1, origin_levels=[1, 2])
    AdmissionRuleFactory(policy=AdmissionPolicyFactory(), position=2, origin_levels=[4], outcome="refuse")
    province = ProvinceFactory()
    commune = CommuneFactory(province=province, name="Xã Một")
    AreaLevelFactory(province=province, level=1)
    there, elsewhere = WorkerFactory(home_province=province, home_commune=commune), WorkerFactory(home_province=province)
    assess_everybody(by=None, on=TODAY)
    told = {
        "commune": commune.pk,
        "since": "24/11/2026",
        "document": "QĐ 7/THỬ",
        "incidence": "700",
        "adults_one_dose": "50",
        "elderly_full_course": "50",
    }
    suggested = client.post(address("area_enter", province.pk), told | {"suggest": "1", "has_treatment_capacity": "on"}).content.decode()
    assert "Số liệu gợi ý cấp 4" in suggested and "QĐ 218/QĐ-BYT" in suggested and AreaLevelEntry.objects.count() == 0
    client.post(address("area_enter", province.pk), told | {"level": "4", "has_treatment_capacity": "on"})
    entry = AreaLevelEntry.objects.get()
    assert (entry.level, entry.level_before, entry.suggested_level, entry.entered_by, entry.source) == (4, None, 4, officer, "hand")
    continue_unfinished()
    assert Clearance.objects.current().get(worker=there).verdict == "refused"
    assert Clearance.objects.current().get(worker=elsewhere).verdict == "cleared"
    shown = client.get(address("area_province", province.pk)).content.decode()
    assert "Hoàng Thị Nhập" in shown and "Xã Một" in shown and "gợi ý cấp 4" in shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "Hãy chọn một cấp độ"),
        ({"level": "2", "incidence": "9"}, "Cần đủ ba số liệu"),
        ({"level": "2", "incidence": "chín"}, "Hãy viết một số"),
        ({"level": "2", "adults_one_dose": "101"}, "Nhiều nhất 100"),
        ({"level": "2", "since": "1/1/2031"}, "quá muộn"),
        ({"level": "2", "document": ""}, "Hãy điền mục này"),
        ({"suggest": "1"}, "Hãy điền ba số liệu"),
    ],
)
def test_what_can_not_be_entered_is_said_beside_its_field(client, officer, changes, message):
    province = ProvinceFactory()
    response = client.post(address("area_enter", province.pk), {"since": "24/11/2026", "document": "QĐ 7/THỬ"} | changes)
    assert response.status_code == 422 and message in response.content.decode()
    assert not AreaLevel.objects.exists()


@pytest.mark.django_db
def test_correcting_a_level_keeps_both_entries_and_repeating_one_changes_nothing():
    province, officer = ProvinceFactory(), UserFactory(health_officer=True)
    entry = Entry(province, None, 3, TODAY, "QĐ 1")
    assert enter_levels([entry], source="hand", by=officer, on=TODAY).new == 1
    assert enter_levels([entry], source="hand", by=officer, on=TODAY).same == 1
    assert enter_levels([Entry(province, None, 2, TODAY, "QĐ 1")], source="hand", by=officer, on=TODAY).changed == 1
    assert list(AreaLevelEntry.objects.order_by("pk").values_list("level_before", "level")) == [(None, 3), (3, 2)]
    assert AreaLevel.objects.get().level == 2
    assert Reassessment.objects.count() == 2


@pytest.mark.django_db
def test_a_level_of_the_future_waits_for_its_day():
    province = ProvinceFactory()
    enter_levels([Entry(province, None, 3, TODAY + dt.timedelta(days=3), "QĐ 1")], source="hand", by=UserFactory(health_officer=True), on=TODAY)
    assert not Reassessment.objects.exists()


TABLE = """Địa bàn\tTỉnh\tCấp độ\tTừ ngày\tVăn bản\tPhong tỏa\tCa mới/100.000 dân/tuần\tNgười lớn tiêm 1 mũi\tNgười từ 65 tuổi tiêm đủ
Hà Nội\t\t2\t24/11/2026\tQĐ 1\t\t\t\t
99991\tHà Nội\t4\t24/11/2026\tQĐ 1\tcó\t\t\t
Phường Một\tHà Nội\t\t24/11/2026\tQĐ 1\t\t700,5\t60\t50
Nghệ An\t\t5\t24/11/2026\tQĐ 1\t\t\t\t
Xứ Khác\t\t1\t24/11/2026\tQĐ 1\t\t\t\t
Hà Nội\t\t3\t24/11/2026\tQĐ 1\t\t\t\t
Nghệ An\t\t1\t31/2/2026\t\tcó thể\t9\t\t
"""


@pytest.mark.django_db
def test_a_table_is_tried_first_then_entered_whole_with_the_wrong_rows_named(client, officer):
    load_provinces()
    load_area_level_criteria()
    hanoi = Province.objects.existing_on(TODAY).get(code="01")
    CommuneFactory(province=hanoi, code="99991", name="Phường Chín")
    CommuneFactory(province=hanoi, code="T0001", name="Phường Một")
    response = client.post(address("area_import"), {"table": TABLE})
    tried = client.get(response.url).content.decode()
    assert not AreaLevel.objects.exists()
    for message in (
        "Cấp độ là một số từ 1 đến 4",
        "Không nhận ra nơi này",
        "Trùng với dòng 2",
        "Không có ngày này",
        "Thiếu số văn bản",
        "“có” hoặc “không”",
        "Cần đủ ba số liệu",
    ):
        assert message in tried, message
    client.post(response.url)
    kept = {str(row.commune or row.province): (row.level, row.is_locked_down) for row in AreaLevel.objects.select_related("commune", "province")}
    assert kept == {"Hà Nội": (2, False), "Phường Chín": (4, True), "Phường Một": (4, False)}
    assert AreaLevelEntry.objects.filter(source="file", entered_by=officer).count() == 3
    assert Reassessment.objects.count() == 1
    assert client.get(response.url).url == address("area_import")  # once entered, the table is gone


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["", "tên cột lạ\n1", "Địa bàn"])
def test_a_table_that_can_not_be_read_is_refused_with_what_to_do(client, officer, table):
    assert client.post(address("area_import"), {"table": table}).status_code == 422
