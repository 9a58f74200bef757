"""Wages and experience as advertisements write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruitment.openings.wages import ExperienceNotRead, WageNotRead, dong_per_dollar_on, read_experience, read_wage

RATE = 26_000


def wage(text):
    read = read_wage(text, dong_per_dollar=RATE)
    return read.minimum, read.maximum, read.unit


@pytest.mark.parametrize(
    ("text", "minimum", "maximum"),
    [
        ("8 - 10 triệu", 8_000_000, 10_000_000),
        ("8-10tr", 8_000_000, 10_000_000),
        ("8 đến 10 triệu/tháng", 8_000_000, 10_000_000),
        ("từ 8 đến 10 triệu", 8_000_000, 10_000_000),
        ("8tr - 10tr", 8_000_000, 10_000_000),
        ("8.5 - 9.5 triệu", 8_500_000, 9_500_000),
        ("8,5 – 9,5 triệu", 8_500_000, 9_500_000),
        ("10 - 8 triệu", 8_000_000, 10_000_000),
        ("8.000.000 - 10.000.000 đ", 8_000_000, 10_000_000),
        ("8,000,000 VNĐ - 10,000,000 VNĐ", 8_000_000, 10_000_000),
        ("7.400 - 9.000", 7_400_000, 9_000_000),
        ("Từ 9.5 triệu", 9_500_000, None),
        ("Trên 12tr", 12_000_000, None),
        (">10tr/tháng", 10_000_000, None),
        ("Tới 20 triệu", None, 20_000_000),
        ("Upto 15 triệu", None, 15_000_000),
        ("lên đến 30tr", None, 30_000_000),
        ("Dưới 9 triệu", None, 9_000_000),
        ("8", 8_000_000, 8_000_000),
        ("8.000", 8_000_000, 8_000_000),
        ("8000000", 8_000_000, 8_000_000),
        ("8tr", 8_000_000, 8_000_000),
        ("8tr5", 8_500_000, 8_500_000),
        ("8 triệu rưỡi", 8_500_000, 8_500_000),
        ("8,5", 8_500_000, 8_500_000),
        ("8 trieu", 8_000_000, 8_000_000),
        ("Lương cơ bản 5,5tr + phụ cấp", 5_500_000, 5_500_000),
        ("12 triệu/tháng + thưởng", 12_000_000, 12_000_000),
        ("8.0 - 10.0 triệu", 8_000_000, 10_000_000),
    ],
)
def test_a_monthly_wage_is_read_in_dong(text, minimum, maximum):
    assert wage(text) == (minimum, maximum, "month")


@pytest.mark.parametrize("text", ["Thoả thuận", "Thỏa thuận", "thoa thuan", "", "Cạnh tranh", "0.0 - 0.0 triệu", "0", "x" * 300])
def test_a_wage_that_is_not_said_is_unknown(text):
    assert wage(text) == (None, None, "unknown")


@pytest.mark.parametrize("text", ["25 k - 30 k /giờ", "25k-30k/h", "25.000 - 30.000 đ/giờ", "25 - 30 nghìn một giờ"])
def test_a_wage_by_the_hour_is_estimated_for_208_hours(text):
    assert wage(text) == (25_000 * 208, 30_000 * 208, "hour")


def test_a_wage_by_the_day_is_estimated_for_26_days():
    assert wage("350k/ngày") == (350_000 * 26, 350_000 * 26, "day")
    assert wage("300.000 - 350.000/ca") == (300_000 * 26, 350_000 * 26, "day")


@pytest.mark.parametrize(
    ("text", "minimum", "maximum"),
    [
        ("500 - 700 USD", 500, 700),
        ("700 - 1,000 USD", 700, 1000),
        ("Từ $800", 800, None),
        ("$500 - $700", 500, 700),
        ("1.500 USD", 1500, 1500),
        ("1k USD", 1000, 1000),
    ],
)
def test_dollars_are_changed_at_the_stated_rate(text, minimum, maximum):
    assert wage(text) == (minimum * RATE, maximum and maximum * RATE, "usd_month")


def test_the_rate_is_the_one_of_the_day():
    assert dong_per_dollar_on(dt.date(2021, 10, 20)) == 23_000
    assert dong_per_dollar_on(dt.date(2026, 11, 24)) == 26_000
    assert dong_per_dollar_on(dt.date(2019, 1, 1)) == 23_000


@pytest.mark.parametrize("text", ["9999999999999", "5 USD", "1 đồng/giờ", "3 triệu tỷ 1 k/giờ" * 2, "8 tỷ", "1 - 2 tỷ"])
def test_a_number_nobody_earns_is_refused(text):
    with pytest.raises(WageNotRead):
        read_wage(text, dong_per_dollar=RATE)


@given(st.one_of(st.text(max_size=60), st.text(alphabet="0123456789.,- trk/giờusd$–đếnừới", max_size=30)))
def test_any_text_is_a_range_in_order_or_unknown_or_refused(text):
    try:
        read = read_wage(text, dong_per_dollar=RATE)
    except WageNotRead:
        return
    assert read.unit in {"month", "hour", "day", "usd_month", "unknown"}
    assert all(end is None or 0 < end < 2**31 for end in (read.minimum, read.maximum))
    assert read.minimum is None or read.maximum is None or read.minimum <= read.maximum


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("Không yêu cầu", 0),
        ("Dưới 1 năm", 0),
        ("Chưa có kinh nghiệm", 0),
        ("", 0),
        ("1 năm", 12),
        ("Trên 5 năm", 60),
        ("2 - 3 năm", 24),
        ("6 tháng", 6),
        ("1,5 năm", 18),
        ("3+ years", 36),
        ("2", 24),
    ],
)
def test_experience_is_read_as_the_months_asked_for_at_least(text, months):
    assert read_experience(text) == months


@pytest.mark.parametrize("text", ["nhiều", "999 năm"])
def test_experience_that_says_no_time_is_refused(text):
    with pytest.raises(ExperienceNotRead):
        read_experience(text)
