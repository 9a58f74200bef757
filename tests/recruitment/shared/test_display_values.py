"""Dates, ages, shares and phones on pages."""

import datetime as dt

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from recruitment.shared.templatetags import display


@pytest.mark.parametrize(
    ("back", "vietnamese", "english"),
    [
        (dt.timedelta(seconds=20), "vừa xong", "just now"),
        (dt.timedelta(minutes=1), "1 phút trước", "1 minute ago"),
        (dt.timedelta(hours=3), "3 giờ trước", "3 hours ago"),
        (dt.timedelta(days=2), "2 ngày trước", "2 days ago"),
        (dt.timedelta(days=90), "26/08/2026", "26/08/2026"),
    ],
)
def test_the_age_of_a_figure_is_told_in_its_largest_unit(back, vietnamese, english):
    assert display.age(timezone.now() - back) == vietnamese
    with translation.override("en"):
        assert display.age(timezone.now() - back) == english


def test_a_moment_late_at_night_belongs_to_the_day_in_vietnam():
    late = dt.datetime(2026, 11, 23, 18, 30, tzinfo=dt.UTC)
    assert display.day(late) == "24/11/2026"
    assert display.moment(late) == "01:30, 24/11/2026"
    assert display.day(dt.date(2026, 11, 5)) == "05/11/2026"


def test_shares_and_numbers_follow_the_language():
    assert (display.percent(0.345), display.percent(0.5), display.grouped(20_000)) == ("34,5\xa0%", "50\xa0%", "20.000")
    with translation.override("en"):
        assert (display.percent(0.345), display.grouped(20_000)) == ("34.5\xa0%", "20,000")


def test_a_phone_shows_only_its_end_to_strangers():
    assert display.local_phone("+84912345678") == "0912 345 678"
    assert display.masked_phone("+84912345678") == "•••• ••• 678"


def test_experience_reads_in_years_and_months():
    assert [display.experience(months) for months in (0, 6, 24, 30)] == ["chưa có kinh nghiệm", "6 tháng", "2 năm", "2 năm 6 tháng"]


def test_what_is_unknown_is_said_not_left_empty():
    assert (display.dong(None), display.day(None), display.percent(None), display.age(None)) == ("thỏa thuận", "–", "–", "chưa có")


def test_icons_are_hidden_from_screen_readers_and_carry_no_inline_style():
    drawn = Template('{% icon "bus" 18 %}').render(Context())
    assert drawn.startswith("<svg") and 'aria-hidden="true"' in drawn and 'width="18"' in drawn and "style=" not in drawn
