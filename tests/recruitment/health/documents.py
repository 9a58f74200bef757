"""The project's own policies and people for them, without a database."""

import datetime as dt
import json

from recruitment.health.models import AdmissionRule
from recruitment.health.rulebook import Dose, Policy, Recovery, Rule, Rulebook, Test
from recruitment.health.services.policies import COLUMNS, DATA, as_rule

VIETNAM = dt.timezone(dt.timedelta(hours=7))
DAY = dt.timedelta(days=1)


def policies() -> list[Policy]:
    rows = json.loads(DATA.read_text(encoding="utf-8"))
    keys = {row["number"]: key for key, row in enumerate(rows, start=1)}
    return [
        Policy(
            key=keys[row["number"]],
            number=row["number"],
            version=1,
            provincial=row["provincial"],
            in_force_from=dt.date.fromisoformat(row["from"]),
            in_force_to=dt.date.fromisoformat(row["to"]) if row["to"] else None,
            supersedes=frozenset(keys[number] for number in row.get("supersedes", [])),
            rules=tuple(as_rule(AdmissionRule(**{COLUMNS[word]: value for word, value in rule.items()})) for rule in row["rules"]),
        )
        for row in rows
    ]


POLICIES = policies()
BOOK = Rulebook(POLICIES)


def course(day: dt.date, days_ago: int, **proof) -> tuple[Dose, ...]:
    """A full course of two doses, the second `days_ago` days before `day`."""
    return (Dose(day - (days_ago + 28) * DAY, 1, False, **proof), Dose(day - days_ago * DAY, 2, True, **proof))


def one_dose(day: dt.date, days_ago: int) -> tuple[Dose, ...]:
    return (Dose(day - days_ago * DAY, 1, False),)


def sampled(day: dt.date, hours_before_noon: float, method: str = "pcr", *, positive: bool = False, **proof) -> Test:
    """Tests are judged at noon of the day of arrival."""
    return Test(dt.datetime.combine(day, dt.time(12), VIETNAM) - dt.timedelta(hours=hours_before_noon), method, positive, **proof)


def recovered(on: dt.date) -> dict:
    return {"recoveries": (Recovery(on),)}


def document(*rules: Rule, key=1, since=dt.date(2026, 1, 1), until=None, provincial=False, supersedes=()) -> Policy:
    return Policy(key, f"VB {key}", 1, provincial, since, until, rules, frozenset(supersedes))


def book(*rules: Rule) -> Rulebook:
    """One invented document in force all year."""
    return Rulebook([document(*rules)])
