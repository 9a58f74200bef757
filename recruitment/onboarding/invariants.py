"""What must always hold between accepted people and what is held for them, as questions to the database: each row is a breach.

One statement for each rule (invariant_rules.py, held_for_nobody.py) over all rows at once.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from recruitment.onboarding.held_for_nobody import THINGS
from recruitment.onboarding.invariant_rules import ACCEPTED, LATE, Rule


@dataclass(frozen=True)
class Found:
    """One row that breaks a rule."""

    rule: Rule
    subject: int
    label: str
    factory: int | None
    expected: str
    found: str


BY_CODE = {rule.code: rule for rule in [*ACCEPTED, *THINGS]}


def check(*, on: dt.date, now: dt.datetime) -> list[Found]:
    """Every breach, from one consistent snapshot of the database, the rules in their order."""
    if connection.in_atomic_block:
        return list(find(on=on, now=now))
    with transaction.atomic():
        connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return list(find(on=on, now=now))


def find(*, on: dt.date, now: dt.datetime, codes: Collection[str] = BY_CODE) -> Iterator[Found]:
    """As many statements as there are rules, whatever the number of people; `codes` names those wanted."""
    with connection.cursor() as cursor:
        for rule in [BY_CODE[code] for code in codes]:
            for row in _rows(cursor, rule, on, now):
                yield Found(rule, *row)


def _rows(cursor, rule: Rule, on: dt.date, now: dt.datetime) -> list[tuple]:
    if callable(rule.rows):
        return rule.rows(on, now)
    cursor.execute(f"{rule.rows} ORDER BY subject", {"today": on, "late": now - LATE})
    return cursor.fetchall()
