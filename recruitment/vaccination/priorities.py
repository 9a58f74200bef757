"""Who is vaccinated first when doses are short: pure, without a database."""

from collections.abc import Iterable
from dataclasses import dataclass

DOSES_OF_A_COURSE = 2


@dataclass(frozen=True)
class GroupNeed:
    """`people` of one priority group, and the `doses` they have had so far."""

    group: str
    people: int
    doses: int

    @property
    def needed(self) -> int:
        """Doses until everybody has a course; never below zero, though some vaccines take one dose and some people have three."""
        return max(0, self.people * DOSES_OF_A_COURSE - self.doses)


@dataclass(frozen=True)
class Share:
    """What a group still needs and how much of the stock goes to it, in doses."""

    group: str
    needed: int
    suggested: int

    @property
    def missing(self) -> int:
        return self.needed - self.suggested


def share_doses(needs: Iterable[GroupNeed], *, stock: int) -> list[Share]:
    """Shares in the order of `needs`: each group gets all it needs before the next gets any, until `stock` doses run out."""
    shares = []
    for need in needs:
        suggested = min(need.needed, max(0, stock))
        stock -= suggested
        shares.append(Share(group=need.group, needed=need.needed, suggested=suggested))
    return shares
