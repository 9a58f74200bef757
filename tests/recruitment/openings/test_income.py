"""A month's pay and a week's hours, by the arithmetic of the Labour Code."""

from hypothesis import given
from hypothesis import strategies as st

from recruitment.openings.income import estimate_income
from recruitment.openings.working_time import excess_hours, overtime_limit

amounts = st.integers(min_value=0, max_value=100_000_000)
overtime = st.integers(min_value=0, max_value=13)
shifts = st.sampled_from(["day", "night", "rotating", "office"])


def test_a_worked_example():
    income = estimate_income(base_wage=6_240_000, allowances=800_000, overtime_hours_per_week=12, shift="rotating")
    assert income.hourly == 30_000  # 6,240,000 over 208 hours
    assert (income.night_hours, income.night_pay) == (104, 936_000)  # 104 × 30,000 × 30 %
    assert (income.overtime_hours, income.overtime_pay) == (52, 2_340_000)  # 52 × 30,000 × 150 %
    assert (income.wage_min, income.wage_max) == (7_976_000, 10_316_000)


def test_a_day_shift_without_overtime_pays_base_and_allowances():
    income = estimate_income(base_wage=5_000_000, allowances=300_000, overtime_hours_per_week=0, shift="day")
    assert (income.wage_min, income.wage_max) == (5_300_000, 5_300_000)


@given(amounts, amounts, overtime, shifts, st.integers(min_value=1, max_value=48))
def test_the_estimate_is_never_below_what_is_fixed_nor_above_the_arithmetic(base, allowances, hours, shift, week):
    income = estimate_income(base_wage=base, allowances=allowances, overtime_hours_per_week=hours, shift=shift, hours_per_week=week)
    assert base + allowances <= income.wage_min <= income.wage_max
    assert (income.wage_max - income.wage_min) * week <= base * 1.5 * hours + 1
    assert income.night_pay <= base * 0.3


@given(amounts, overtime, shifts)
def test_more_wage_never_estimates_less(base, hours, shift):
    def most(wage):
        return estimate_income(base_wage=wage, allowances=0, overtime_hours_per_week=hours, shift=shift).wage_max

    assert most(base) <= most(base + 1_000)


def test_hours_beyond_the_law_are_named_with_their_limit():
    assert excess_hours(hours_per_day=8, hours_per_week=48, overtime_hours_per_week=13) == []
    excess = excess_hours(hours_per_day=10, hours_per_week=54, overtime_hours_per_week=14)
    assert [(one.field, one.limit, one.article) for one in excess] == [
        ("hours_per_day", 8, "105"),
        ("hours_per_week", 48, "105"),
        ("overtime_hours_per_week", 13, "107"),
    ]


def test_overtime_is_at_most_half_of_a_short_day():
    assert overtime_limit(4) == 12
    assert overtime_limit(8) == 13  # 13 × 52 / 12 is 56 hours a month; 14 would be 61
