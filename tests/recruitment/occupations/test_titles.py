"""Titles as factories write them, and the occupation that a person would read in them."""

import csv
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruitment.occupations.titles import DATA, occupation_of
from recruitment.shared.words import one_spelling, plain

SAMPLE = Path(__file__).resolve().parents[4] / "shared" / "testdata" / "postings" / "manufacturing-sample.csv"


def rows(name: str) -> list[dict]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


OCCUPATIONS = rows("occupations.csv")


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Tuyển 50 Công Nhân May Tại KCN Điềm Thụy", "8153.1"),
        ("CN lắp ráp linh kiện điện tử - lương 9tr", "8212.1"),
        ("cong nhan dien tu thoi vu", "8212.1"),
        ("Nhân viên QC chuyền may", "7543.1"),
        ("Thợ Hàn MIG/CO2 - Bao ăn ở", "7212.1"),
        ("Tho han tig, inox", "7212.1"),
        ("LĐPT đóng gói bao bì", "9321.1"),
        ("Công nhân đứng máy ép nhựa ca đêm", "8142.1"),
        ("Phiên dịch tiếng Trung xưởng sản xuất", "2643.1"),
        ("Thông dịch viên tiếng Hàn (nhà máy)", "2643.2"),
        ("Nhân viên lái xe nâng có chứng chỉ", "8344.1"),
        ("Tài xế xe container đi cảng Hải Phòng", "8332.1"),
        ("Lái xe 29 chỗ đưa đón công nhân", "8331.1"),
        ("Tạp vụ nhà xưởng", "9112.1"),
        ("Đầu bếp nấu ăn cho công nhân", "5120.1"),
        ("Kỹ sư tự động hóa (PLC, Robot)", "2152.2"),
        ("Kỹ sư khuôn dập liên hoàn", "2144.4"),
        ("Kỹ sư IE ngành may", "2141.1"),
        ("Trưởng phòng QA/QC", "1321.4"),
        ("Tổ trưởng chuyền may", "3122.1"),
        ("Phó quản đốc phân xưởng cán thép", "3122.3"),
        ("Trưởng ca đêm", "3122.4"),
        ("Giám đốc nhân sự", "1212.1"),
        ("Cán bộ an toàn lao động (HSE)", "3257.1"),
        ("Vận hành lò hơi đốt than", "8182.1"),
        ("Nhân viên vận hành trạm xử lý nước thải", "3132.1"),
        ("Nhân viên xuất nhập khẩu biết tiếng Anh", "4323.2"),
        ("Maintenance Technician (Shift)", "7233.1"),
        ("Production Supervisor", "3122.2"),
        ("Mechanical Design Engineer", "2144.2"),
        ("Thợ máy bảo trì xưởng may", "7233.1"),
        ("Nhân viên bảo trì khuôn ép nhựa", "7222.1"),
        ("NV thống kê xưởng", "4322.2"),
        ("Kỹ sư M&E nhà máy", "2151.1"),
        ("Nhân viên kho kiêm lái xe nâng", "4321.1"),
        ("Tài xế xe văn phòng / lái xe dấu C", "8332.1"),
        ("CN SX linh kiện ô tô", "8211.1"),
        ("Thợ lắp máy công nghiệp", "8211.1"),
        ("Sorting hàng lỗi", "7543.1"),
        ("Công nhân", "9329.1"),
        ("Giáo viên tiếng Hàn", None),
        ("Nhân viên phục vụ nhà hàng", None),
        ("Lập trình viên PHP", None),
        ("Giám sát thi công xây dựng", None),
        ("Thiết kế giao diện web", None),
        ("Nhân viên", None),
        ("", None),
    ],
)
def test_a_title_is_read_as_a_person_would_read_it(title, code):
    assert occupation_of(title) == code


@pytest.mark.parametrize("row", OCCUPATIONS, ids=lambda row: row["code"])
def test_every_name_and_synonym_of_an_occupation_leads_back_to_it(row):
    names = [row["name"], row["name_en"], *row["synonyms"].split(";")]
    assert {name: occupation_of(name) for name in names if name} == {name: row["code"] for name in names if name}


def test_at_least_nine_in_ten_real_titles_get_an_occupation():
    if not SAMPLE.exists():
        if os.environ.get("CI"):
            pytest.fail(f"the sample of real titles is missing: {SAMPLE}")
        pytest.skip(f"the sample of real titles is not kept with the project: {SAMPLE}")
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        titles = [row["chức danh"] for row in csv.DictReader(file)]
    without = [title for title in titles if occupation_of(title) is None]
    assert len(without) <= len(titles) / 10, without


def test_the_rules_name_only_occupations_that_exist():
    codes = {row["code"] for row in OCCUPATIONS}
    named = {rule[head] for rule in rows("title_rules.csv") for head in ("worker", "technician", "engineer", "manager") if rule[head]}
    assert named <= codes
    assert {related for row in OCCUPATIONS for related in row["related"].split(";") if related} <= codes


def test_there_are_at_least_sixty_occupations_with_names_in_both_languages():
    assert len(OCCUPATIONS) == len({row["code"] for row in OCCUPATIONS}) >= 60
    assert all(row["name"] and row["name_en"] and row["synonyms"] for row in OCCUPATIONS)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused_but_never_breaks(title):
    assert occupation_of(title) is None or isinstance(occupation_of(title), str)


def test_a_ten_thousand_character_title_costs_no_more_than_a_long_one():
    started = time.perf_counter()
    for title in ("máy " * 2_500, "sửa chữa " * 1_250, "a" * 10_000):
        occupation_of(title)
    assert time.perf_counter() - started < 2


def test_invisible_marks_capitals_and_decomposed_letters_change_nothing():
    assert occupation_of("\u202eTHỢ\u200b HA\u0300N\x00") == "7212.1"


@given(st.text(max_size=60))
def test_one_spelling_and_plain_words_settle_at_once(text):
    assert one_spelling(one_spelling(text)) == one_spelling(text)
    assert plain(one_spelling(text)) == plain(plain(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Khánh Hoà", "khánh hòa"),
        ("tự động hoá", "tự động hóa"),
        ("thuý", "thúy"),
        ("khoẻ", "khỏe"),
        ("quý", "quý"),
        ("hoàn", "hoàn"),
        ("thuyền", "thuyền"),
    ],
)
def test_the_tone_mark_has_one_place(one, other):
    assert one_spelling(one) == other
