"""What is wrong with a draft, by itself and beside the documents in force: pure. Nothing is published while anything is found.

A *cell* is one case that a rule is for: a subject and an origin (a level, a named place, a lockdown).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from recruitment.health.rulebook import ANY, OTHER_RULE, Policy, Rule, Rulebook

Cell = tuple[str, str, str | int]  # subject, "level" | "place" | "lockdown", which
LEVELS = (1, 2, 3, 4)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Finding:
    """`code`: "no_rules", "twice" (two rules for the same people), "left_out" (people of a case without a rule), "overlap" (another document
    for the same case and days), "lost" (a superseded document's case that nobody rules any more) or "gap" (days without a document).
    `facts` name the rows and the cell."""

    code: str
    facts: dict = field(default_factory=dict)


def cells_of(rule: Rule) -> frozenset[Cell]:
    """A rule for any origin is for all four levels."""
    if rule.lockdown:
        return frozenset([(rule.subject, "lockdown", "")])
    if rule.places:
        return frozenset((rule.subject, "place", place) for place in rule.places)
    return frozenset((rule.subject, "level", level) for level in rule.origin_levels or LEVELS)


def cells(policy: Policy) -> frozenset[Cell]:
    return frozenset(cell for rule in policy.rules for cell in cells_of(rule))


def findings(draft: Policy, published: Sequence[Policy]) -> list[Finding]:
    """`published` are the nation's and the province's other documents, of whatever day."""
    if not draft.rules:
        return [Finding("no_rules")]
    return [*_twice(draft), *_left_out(draft), *_overlaps(draft, published), *_lost(draft, published), *_gaps(draft, published)]


def _twice(draft: Policy) -> Iterator[Finding]:
    """Two rules for the same people under the same conditions: the stricter one would never apply."""
    for later, rule in enumerate(draft.rules):
        for earlier, other in enumerate(draft.rules[:later]):
            if _conditions(rule) == _conditions(other) and (shared := cells_of(rule) & cells_of(other)):
                yield Finding("twice", {"rows": [earlier + 1, later + 1], "cell": min(shared, key=str)})


def _conditions(rule: Rule) -> tuple:
    terms = (
        ()
        if rule.person_class == ANY
        else (rule.minimum_doses, rule.dose_after_days, rule.dose_within_days, rule.dose_within_months, rule.recovery_months)
    )
    test = (rule.test_method, rule.test_valid_hours) if _excludes_untested(rule) else ()
    return (rule.person_class, terms, rule.accepted_proof, test, rule.places_from, rule.places_to)


def _excludes_untested(rule: Rule) -> bool:
    return bool(rule.test_valid_hours) and rule.without_test == OTHER_RULE


def _left_out(draft: Policy) -> Iterator[Finding]:
    """Of every case that the draft speaks of, somebody without dose and test has to find a rule too."""
    for cell in sorted(cells(draft), key=str):
        rows = [number for number, rule in enumerate(draft.rules, start=1) if cell in cells_of(rule)]
        if all(draft.rules[row - 1].person_class != ANY or _excludes_untested(draft.rules[row - 1]) for row in rows):
            yield Finding("left_out", {"cell": cell, "rows": rows})


def _overlaps(draft: Policy, published: Sequence[Policy]) -> Iterator[Finding]:
    """Another document of the same layer for the same case and days, that the draft does not say it supersedes."""
    for other in Rulebook(published).policies:
        apart = (draft.in_force_to is not None and draft.in_force_to < other.in_force_from) or (
            other.in_force_to is not None and other.in_force_to < draft.in_force_from
        )
        shared = cells(draft) & cells(other)
        if other.provincial == draft.provincial and not apart and shared and other.key not in draft.supersedes:
            yield Finding("overlap", {"policy": other, "cell": min(shared, key=str)})


def _lost(draft: Policy, published: Sequence[Policy]) -> Iterator[Finding]:
    """What a superseded document ruled must still be ruled by somebody on the draft's first day."""
    now = _ruled(Rulebook([*published, draft]), draft.in_force_from)
    for former in published:
        in_force = former.in_force_from <= draft.in_force_from and (former.in_force_to is None or draft.in_force_from <= former.in_force_to)
        if former.key in draft.supersedes and in_force:
            for cell in sorted(cells(former) - now, key=str):
                yield Finding("lost", {"policy": former, "cell": cell})


def _gaps(draft: Policy, published: Sequence[Policy]) -> Iterator[Finding]:
    """Days between a document that ended and the draft, on which nobody rules a case that both do."""
    rulebook = Rulebook(published)
    eve = draft.in_force_from - DAY
    before = _ruled(rulebook, eve)
    for cell in sorted(cells(draft) - before, key=str):
        ended = [row for row in rulebook.policies if row.in_force_to is not None and row.in_force_to < eve and cell in cells(row)]
        if ended:
            latest = max(ended, key=lambda row: (row.in_force_to, row.key))
            yield Finding("gap", {"policy": latest, "cell": cell, "first": latest.in_force_to + DAY if latest.in_force_to else eve, "last": eve})


def _ruled(rulebook: Rulebook, day: dt.date) -> frozenset[Cell]:
    return frozenset(cell for policy in rulebook.in_force(day) for cell in cells(policy))


def merged(found: Iterable[Finding]) -> list[Finding]:
    """One finding for each kind and document, its cells together under "cells"."""
    groups: dict[tuple, list[Finding]] = {}
    for finding in found:
        policy = finding.facts.get("policy")
        groups.setdefault((finding.code, policy.key if policy else tuple(finding.facts.get("rows", ()))), []).append(finding)
    return [Finding(rows[0].code, rows[0].facts | {"cells": [row.facts["cell"] for row in rows if "cell" in row.facts]}) for rows in groups.values()]
