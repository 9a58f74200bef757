"""Place names as advertisements write them, in the system of their day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruitment.places.names import place_of

REOPENING = dt.date(2021, 10, 20)
LAST_DAY_OF_63 = dt.date(2025, 6, 30)
FIRST_DAY_OF_34 = dt.date(2025, 7, 1)


@pytest.mark.parametrize(
    ("text", "then", "now"),
    [
        ("Thái Nguyên", "19", "19"),
        ("Bắc Kạn", "06", "19"),
        ("Bắc Giang", "24", "24"),
        ("Bắc Ninh", "27", "24"),
        ("Cao Bằng & 4 nơi khác", "04", "04"),
        ("Hà Giang, Tuyên Quang", "02", "08"),
        ("bà rịa - vũng tàu", "77", "79"),
        ("Bà Rịa-Vũng Tàu", "77", "79"),
        ("TP.HCM (Quận 7)", "79", "79"),
        ("TP Hồ Chí Minh", "79", "79"),
        ("Khánh Hoà", "56", "56"),
        ("Khánh Hòa", "56", "56"),
        ("Thừa Thiên Huế", "46", "46"),
        ("THANH HOA", "38", "38"),
        ("KCN Vân Trung, Bac Giang", "24", "24"),
        ("Đắc Lắc", "66", "66"),
        ("Hoà Bình", "17", "25"),
        ("Nước ngoài", None, None),
        ("", None, None),
    ],
)
def test_a_place_is_read_as_the_province_of_its_day(text, then, now):
    assert place_of(text, REOPENING) == then
    assert place_of(text, FIRST_DAY_OF_34) == now


def test_the_change_of_system_happens_overnight():
    assert place_of("Bắc Kạn", LAST_DAY_OF_63) == "06"
    assert place_of("Bắc Kạn", FIRST_DAY_OF_34) == "19"


def test_decomposed_letters_and_direction_marks_change_nothing():
    assert place_of("\u202eBă\u0301c Ka\u0323n\u200f", REOPENING) == "06"


def test_a_day_before_both_systems_has_no_answer():
    assert place_of("Hà Nội", dt.date(2000, 1, 1)) is None


@given(st.text(max_size=200), st.dates())
def test_any_text_on_any_day_has_a_code_or_none(text, on):
    code = place_of(text, on)
    assert code is None or len(code) == 2
