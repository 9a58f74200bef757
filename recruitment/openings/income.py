"""What a month's pay comes to: pure, so that the worked example on a page is the arithmetic itself.

Labour Code 2019 (45/2019/QH14): art. 98(1) overtime on a working day is paid at 150 %; art. 98(2) night work at 30 % more;
art. 105 the normal week has at most 48 hours. A month is 52/12 weeks. Premiums are rounded down to 1,000 đồng: an advertisement
promises no more than the arithmetic.
"""

from dataclasses import dataclass
from fractions import Fraction

WEEKS_PER_MONTH = Fraction(52, 12)
OVERTIME_RATE = Fraction(150, 100)
NIGHT_PREMIUM = Fraction(30, 100)
SHARE_OF_HOURS_AT_NIGHT = {"night": Fraction(1), "rotating": Fraction(1, 2)}
ROUNDED_TO = 1_000


@dataclass(frozen=True)
class Income:
    """Đồng a month, but for `hourly` (đồng an hour) and the hours a month they are paid for."""

    base_wage: int
    allowances: int
    hourly: int
    night_hours: int
    night_pay: int
    overtime_hours: int
    overtime_pay: int

    @property
    def wage_min(self) -> int:
        """Without overtime, which nobody can be made to work."""
        return self.base_wage + self.allowances + self.night_pay

    @property
    def wage_max(self) -> int:
        """With all the overtime offered."""
        return self.wage_min + self.overtime_pay


def estimate_income(*, base_wage: int, allowances: int, overtime_hours_per_week: int, shift: str, hours_per_week: int = 48) -> Income:
    """Estimate a full month. `shift` is one of `workers.models.Shift`'s values; unknown ones have no night hours."""
    hours = hours_per_week * WEEKS_PER_MONTH
    hourly = Fraction(base_wage) / hours
    night_hours = hours * SHARE_OF_HOURS_AT_NIGHT.get(shift, Fraction(0))
    overtime_hours = overtime_hours_per_week * WEEKS_PER_MONTH
    return Income(
        base_wage=base_wage,
        allowances=allowances,
        hourly=int(hourly),
        night_hours=int(night_hours),
        night_pay=_rounded_down(hourly * night_hours * NIGHT_PREMIUM),
        overtime_hours=int(overtime_hours),
        overtime_pay=_rounded_down(hourly * overtime_hours * OVERTIME_RATE),
    )


def _rounded_down(amount: Fraction) -> int:
    return int(amount // ROUNDED_TO) * ROUNDED_TO
