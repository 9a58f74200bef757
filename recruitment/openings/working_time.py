"""What the law says about hours: pure.

Labour Code 2019 (45/2019/QH14): art. 105 normal work is at most 8 hours a day and 48 a week; art. 107 overtime is at most half of
a day's normal hours, and at most 60 hours a month (Resolution 17/2022/UBTVQH15); art. 111 a day of rest every week.
"""

from dataclasses import dataclass

NORMAL_HOURS_PER_DAY = 8
NORMAL_HOURS_PER_WEEK = 48
WORKING_DAYS_PER_WEEK = 6  # a seventh day of rest is the law's least
OVERTIME_HOURS_PER_MONTH = 60
OVERTIME_SHARE_OF_DAY = 0.5


@dataclass(frozen=True)
class Excess:
    """More hours than the law allows: in which field, how many at most (`limit`), by which article of the Labour Code."""

    field: str
    limit: int
    article: str


def overtime_limit(hours_per_day: int) -> int:
    """Overtime hours a week that a month can repeat without passing its limit, nor a day its own."""
    per_month = OVERTIME_HOURS_PER_MONTH * 12 // 52
    per_day = int(hours_per_day * OVERTIME_SHARE_OF_DAY * WORKING_DAYS_PER_WEEK)
    return min(per_month, per_day)


def excess_hours(*, hours_per_day: int, hours_per_week: int, overtime_hours_per_week: int) -> list[Excess]:
    """Every limit that these hours pass; empty if they are lawful."""
    limits = [
        ("hours_per_day", hours_per_day, NORMAL_HOURS_PER_DAY, "105"),
        ("hours_per_week", hours_per_week, NORMAL_HOURS_PER_WEEK, "105"),
        ("overtime_hours_per_week", overtime_hours_per_week, overtime_limit(hours_per_day), "107"),
    ]
    return [Excess(field, limit, article) for field, hours, limit, article in limits if hours > limit]
