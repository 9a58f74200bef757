"""Amounts as people write them, and as they read them."""

import pytest
from django.utils import translation

from recruitment.shared.money import AmountOutOfRange, NotMoney, dong, millions, parse_money, wage_range


@pytest.mark.parametrize(
    "text",
    [
        "8",
        "8tr",
        "8 triệu",
        "8TR",
        "8.000",
        "8,000",
        "8.000.000",
        "8 000 000",
        "8000000",
        "8.000.000 ₫",
        "8.000.000 VNĐ",
        "8 triệu/tháng",
        "8000k",
        "8.000 nghìn",
        "８",
    ],
)
def test_eight_million_in_every_spelling(text):
    assert parse_money(text, smallest=1_000_000, largest=200_000_000) == 8_000_000


@pytest.mark.parametrize("text", ["8,5 triệu", "8.5", "8tr5", "8 triệu rưỡi", "8tr500", "8,50 tr", "8500", "8.500k"])
def test_eight_and_a_half_million_in_every_spelling(text):
    assert parse_money(text, smallest=1_000_000, largest=200_000_000) == 8_500_000


def test_a_small_fee_is_not_read_as_millions():
    assert parse_money("300.000", smallest=0, largest=5_000_000) == 300_000
    assert parse_money("300k", smallest=0, largest=5_000_000) == 300_000
    assert parse_money("0", smallest=0, largest=5_000_000) == 0


@pytest.mark.parametrize("text", ["abc", "", "-5", "8 9", "8,5tr5", "1e9", "8..5", "8" * 41, "8 triệu triệu"])
def test_what_is_no_amount_is_refused_as_such(text):
    with pytest.raises(NotMoney):
        parse_money(text, smallest=1_000_000, largest=200_000_000)


@pytest.mark.parametrize("text", ["0", "500tr", "900.000 tr", "0,5 triệu", "999999999999"])
def test_an_amount_beyond_the_bounds_is_refused_as_such(text):
    with pytest.raises(AmountOutOfRange):
        parse_money(text, smallest=1_000_000, largest=200_000_000)


def test_amounts_are_shown_in_the_language_of_the_page():
    assert (dong(9_500_000), millions(9_500_000), millions(9_000_000)) == ("9.500.000\xa0₫", "9,5\xa0triệu", "9\xa0triệu")
    with translation.override("en"):
        assert (dong(9_500_000), millions(9_500_000)) == ("9,500,000\xa0₫", "9.5\xa0million")


@pytest.mark.parametrize(
    ("lowest", "highest", "shown"),
    [
        (8_500_000, 9_500_000, "8,5\xa0–\xa09,5\xa0triệu"),
        (8_500_000, 8_520_000, "8,5\xa0triệu"),
        (8_500_000, None, "từ 8,5\xa0triệu"),
        (None, 20_000_000, "tới 20\xa0triệu"),
        (None, None, "Thỏa thuận"),
    ],
)
def test_a_wage_range_reads_as_people_say_it(lowest, highest, shown):
    assert wage_range(lowest, highest) == shown
