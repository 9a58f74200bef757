"""Whether, when and under what conditions a person may come: pure, from facts and dated policies.

Policies are rows (FACTS and their document numbers are in data/policies.json); rulebook.py says which of them decides. Of its
rules that fit the person the most lenient applies: whoever holds a green card may always be treated as somebody with less, so
that more evidence never makes a verdict stricter.
"""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from recruitment.health.rulebook import (
    ADMIT,
    ANY,
    CLAIMED,
    EVERYONE,
    F0,
    F2,
    GREEN,
    ISOLATION,
    OFFICER,
    OTHER_RULE,
    REFUSE,
    SUSPECTED,
    YELLOW,
    Case,
    Dose,
    Origin,
    PersonFacts,
    Policy,
    Recovery,
    Rule,
    Rulebook,
    Test,
    months_after,
)

CLEARED, CONDITIONAL, REFUSED, UNDECIDED = "cleared", "conditional", "refused", "undecided"
NO_CARD = "none"
SEARCHED_DAYS = 60  # how far ahead a better day to come is looked for; no isolation is longer
SUSPICION_DAYS = 14  # symptoms are asked about this long
UNRULED_DAYS = 28  # a case or contact that no document rules is a health officer's this long: the longest isolation and monitoring of any
CARD_TERMS = Rule(person_class=GREEN)  # thẻ xanh: full course 14 days ago or more, or recovered within 6 months
CARD_DOCUMENT = "CV 8399/BYT"


class Reason(NamedTuple):
    """One rule or fact behind the decision; explanations.py turns it into a sentence."""

    code: str
    facts: dict = {}


class Card(NamedTuple):
    """Green, yellow or none, with the fact it rests on and its last day (None: does not lapse)."""

    colour: str
    reason: Reason
    until: dt.date | None = None


class Clearance(NamedTuple):
    """What `assess` found. `ready_on` is the first possible day of work, `travel_on` the day of arrival that makes it so;
    quarantine, monitoring and tests are those of that arrival. `tests_due`: (day, method), the one before entry first."""

    verdict: str
    card: Card
    ready_on: dt.date | None = None
    travel_on: dt.date | None = None
    entry_quarantine_place: str = ""
    entry_quarantine_days: int = 0
    monitoring_days: int = 0
    tests_due: tuple[tuple[dt.date, str], ...] = ()
    reasons: tuple[Reason, ...] = ()
    policy: Policy | None = None


class _Arrival(NamedTuple):
    """One possible day of arrival under one rule; the lesser the better."""

    ready_on: dt.date
    on: dt.date
    quarantine_days: int
    monitoring_days: int
    tests: int
    rule: Rule
    policy: Policy
    test: Test | None
    needs_test: bool

    @property
    def order(self) -> tuple:
        return self[:5]


class _Watch(NamedTuple):
    """A case, a contact or a positive test that still matters: away `until`, then watched until `watched_until`."""

    until: dt.date
    watched_until: dt.date
    reason: Reason
    tests_due: tuple[tuple[dt.date, str], ...] = ()
    undecided: bool = False


def assess(person: PersonFacts, rulebook: Rulebook, on: dt.date) -> Clearance:
    """The decision about this person on the day `on`: exactly one verdict, whatever the facts.

    `cleared`: may arrive on `on`. `conditional`: after a test, or on a later day. `refused`: not within 60 days.
    `undecided`: a rule says so, or there is no policy, rule or area level: a health officer decides.
    """
    origin = rulebook.origin_of(person)
    watch = _watch(person, rulebook, origin, on) if person.contacts or person.tests else None
    undecided = watch if watch and watch.undecided else None
    first = max(watch.until, on) if watch and not undecided else on
    best = _best_arrival(person, rulebook, origin, first, on)
    if best is None:
        left_over = _left_over(person, rulebook, origin, first, on)
        if undecided is None or left_over.verdict == REFUSED:
            return left_over
    elif undecided is None:
        return _decision(person, best, watch, origin, on)
    return Clearance(UNDECIDED, card_of(person, on), reasons=(undecided.reason,), tests_due=undecided.tests_due)


def _best_arrival(person: PersonFacts, rulebook: Rulebook, origin: Origin, first: dt.date, on: dt.date) -> _Arrival | None:
    best: _Arrival | None = None
    for day in _days_worth_trying(person, rulebook, first, on):
        if best is not None and best.ready_on <= day:
            break
        for arrival in _arrivals(person, rulebook, origin, day):
            if best is None or arrival.order < best.order:
                best = arrival
    return best


def holds(person: PersonFacts, rule: Rule, day: dt.date) -> bool:
    """Whether the person's doses or recovery, proven as the rule asks, put him or her into its class on `day`."""
    if rule.person_class == ANY:
        return True
    return any(True for _ in _doses_of(person, rule, day)) or any(True for _ in _recoveries_of(person, rule, day))


def _doses_of(person: PersonFacts, rule: Rule, day: dt.date) -> Iterator[Dose]:
    """The doses that make the class: any for yellow, one that completes a course for green, or the number the rule names."""
    for dose in person.doses:
        if dose.proof < rule.accepted_proof or (day - dose.on).days < rule.dose_after_days:
            continue
        lapses = lapse_of(dose, rule)
        if lapses is not None and lapses < day:
            continue
        if dose.number >= rule.minimum_doses if rule.minimum_doses else dose.full_course or rule.person_class == YELLOW:
            yield dose


def _recoveries_of(person: PersonFacts, rule: Rule, day: dt.date) -> Iterator[Recovery]:
    for recovery in person.recoveries:
        if recovery.proof >= rule.accepted_proof and recovery.on <= day <= months_after(recovery.on, rule.recovery_months) and rule.recovery_months:
            yield recovery


def lapse_of(dose: Dose, rule: Rule) -> dt.date | None:
    """The last day on which the dose counts under the rule."""
    if rule.dose_within_days is not None:
        return dose.on + dt.timedelta(days=rule.dose_within_days)
    return months_after(dose.on, rule.dose_within_months) if rule.dose_within_months is not None else None


def card_of(person: PersonFacts, on: dt.date, policy: Policy | None = None) -> Card:
    """Green, yellow or none as the policy's own words for green say, or CV 8399/BYT where it has none."""
    terms, document = _card_terms(policy)
    if valid := list(_doses_of(person, terms, on)):
        dose = max(valid, key=lambda dose: dose.on)
        until = lapse_of(dose, terms)
        return Card(GREEN, Reason("full_course", {"number": dose.number, "on": dose.on, "until": until, "document": document}), until)
    if recoveries := list(_recoveries_of(person, terms, on)):
        latest = max(recovery.on for recovery in recoveries)
        until = months_after(latest, terms.recovery_months)
        return Card(GREEN, Reason("recovered", {"on": latest, "until": until, "document": document}), until)
    counted = [dose for dose in person.doses if (on - dose.on).days >= terms.dose_after_days]
    if counted:
        dose = max(counted, key=lambda dose: dose.on)
        return Card(YELLOW, Reason("one_dose", {"number": dose.number, "on": dose.on, "document": document}))
    return Card(NO_CARD, Reason("no_dose", {"days": terms.dose_after_days}))


def _card_terms(policy: Policy | None) -> tuple[Rule, str]:
    if policy is not None:
        for rule in policy.rules:
            if rule.person_class == GREEN and rule.subject == EVERYONE:
                return rule, policy.number
    return CARD_TERMS, CARD_DOCUMENT


def _watch(person: PersonFacts, rulebook: Rulebook, origin: Origin, on: dt.date) -> _Watch | None:
    """Of all cases, contacts and positive tests until `on`, the one that keeps the person away longest; None if none matters any more."""
    events = [(contact.kind, contact.on, contact.isolated_on, "contact", contact.kind) for contact in person.contacts if contact.kind != SUSPECTED]
    events += [(F0, test.at.date(), None, "positive_test", test.method) for test in person.tests if test.positive]
    watches = [
        watch
        for kind, day, isolated, code, what in events
        if day <= on and (watch := _watch_of(person, rulebook.case(day, origin, kind), (kind, day, isolated, code, what), on))
    ]
    current = [watch for watch in watches if on < watch.watched_until]
    return max(current, key=lambda watch: (watch.undecided, watch.until, watch.watched_until), default=None)


def _watch_of(person: PersonFacts, case: Case | None, event: tuple, on: dt.date) -> _Watch | None:
    """What follows from one event, under the document of its day and by what the person could show on that day. A later recovery ends it."""
    kind, day, isolated, code, what = event
    facts = {"what": what, "on": day}
    fitting = [rule for rule in case.rules if holds(person, rule, day)] if case else []
    proof_needed = min(rule.accepted_proof for rule in case.rules) if case else CLAIMED
    if any(day < recovery.on <= on and recovery.proof >= proof_needed for recovery in person.recoveries):
        return None
    if case is None and kind == F2:
        return None  # no document of ours says anything about contacts of contacts
    admitting = [rule for rule in fitting if rule.outcome == ADMIT]
    if case is None or not admitting:
        until = day + dt.timedelta(days=UNRULED_DAYS)
        document = case.policy.number if case else ""
        tests = _tests(fitting[0], day, on) if fitting else ()
        return _Watch(until, until, Reason(f"{code}_undecided", {**facts, "number": document}), tests, undecided=True)
    rule = min(admitting, key=lambda rule: (rule.quarantine_days, rule.monitoring_days, len(rule.test_days)))
    zero = isolated if isolated and rule.day_zero == ISOLATION else day
    until = zero + dt.timedelta(days=rule.quarantine_days)
    reason = Reason(code, {**facts, "until": until, "number": case.policy.number})
    return _Watch(until, until + dt.timedelta(days=rule.monitoring_days), reason, _tests(rule, zero, on))


def _tests(rule: Rule, zero: dt.date, on: dt.date) -> tuple[tuple[dt.date, str], ...]:
    """The rule's follow-up tests from day `zero` on, without those before `on`."""
    days = [zero + dt.timedelta(days=number) for number in rule.test_days]
    return tuple((day, rule.test_days_method) for day in days if day >= on)


def _days_worth_trying(person: PersonFacts, rulebook: Rulebook, first: dt.date, on: dt.date) -> Iterator[dt.date]:
    """`first`, and later days on which a dose begins to count, a test has become one of the day before, suspicion ends or a document changes:
    only there can waiting help. Lazily: most people need only the first."""
    yield first
    last = on + dt.timedelta(days=SEARCHED_DAYS)
    turns = set(rulebook.turns)
    turns |= {dose.on + dt.timedelta(days=wait) for dose in person.doses for wait in rulebook.waits}
    turns |= {test.at.date() + dt.timedelta(days=1) for test in person.tests}
    turns |= {contact.on + dt.timedelta(days=SUSPICION_DAYS) for contact in person.contacts if contact.kind == SUSPECTED}
    yield from sorted(day for day in turns if first < day <= last)


def _subject(person: PersonFacts, day: dt.date) -> str:
    for contact in person.contacts:
        if contact.kind == SUSPECTED and 0 <= (day - contact.on).days < SUSPICION_DAYS:
            return SUSPECTED
    return EVERYONE


def _arrivals(person: PersonFacts, rulebook: Rulebook, origin: Origin, day: dt.date) -> Iterator[_Arrival]:
    case = rulebook.case(day, origin, _subject(person, day) if person.contacts else EVERYONE)
    if case is None:
        return
    for rule in case.rules:
        if rule.outcome != ADMIT or not holds(person, rule, day):
            continue
        test = _valid_test(person, rule, day) if rule.test_valid_hours else None
        lacks_test = bool(rule.test_valid_hours) and test is None
        if lacks_test and rule.without_test == OTHER_RULE:
            continue
        ready_on = day + dt.timedelta(days=rule.quarantine_days + lacks_test)
        yield _Arrival(ready_on, day, rule.quarantine_days, rule.monitoring_days, len(rule.test_days), rule, case.policy, test, lacks_test)


def _valid_test(person: PersonFacts, rule: Rule, day: dt.date) -> Test | None:
    """The latest negative test that is not older than the rule allows at noon of the day of arrival."""
    valid = []
    for test in person.tests:
        age = dt.datetime.combine(day, dt.time(12), tzinfo=test.at.tzinfo) - test.at
        fresh = dt.timedelta(0) <= age <= dt.timedelta(hours=rule.test_valid_hours)
        if fresh and not test.positive and rule.test_method in ("any", test.method) and test.proof >= rule.accepted_proof:
            valid.append(test)
    return max(valid, key=lambda test: test.at, default=None)


def _left_over(person: PersonFacts, rulebook: Rulebook, origin: Origin, first: dt.date, on: dt.date) -> Clearance:
    """Nobody may come on any day tried: because a rule refuses, leaves it to a health officer, or says nothing."""
    case = rulebook.case(first, origin, _subject(person, first))
    if case is None:
        newest = next(rulebook.in_force(first), None)
        if newest is None:
            return Clearance(UNDECIDED, card_of(person, on), reasons=(Reason("no_policy"),))
        reason = Reason("level_unknown") if origin.level is None else Reason("no_rule", {"number": newest.number})
        return Clearance(UNDECIDED, card_of(person, on, newest), reasons=(reason,), policy=newest)
    card = card_of(person, on, case.policy)
    fitting = [rule for rule in case.rules if holds(person, rule, first)]
    number = {"number": case.policy.number}
    reasons = (card.reason, _origin_reason(case.rules[0], origin))
    for rule in fitting:
        if rule.outcome == OFFICER:
            tests = _tests(rule, first, on)
            return Clearance(UNDECIDED, card, tests_due=tests, reasons=(*reasons, Reason("officer_decides", number)), policy=case.policy)
    if any(rule.outcome == REFUSE for rule in fitting):
        return Clearance(REFUSED, card, reasons=(*reasons, Reason("refused_by_rule", number)), policy=case.policy)
    return Clearance(UNDECIDED, card, reasons=(*reasons, Reason("no_rule", number)), policy=case.policy)


def _origin_reason(rule: Rule, origin: Origin) -> Reason:
    if rule.lockdown:
        return Reason("lockdown")
    return Reason("place") if rule.places else Reason("level", {"level": origin.level})


def _decision(person: PersonFacts, best: _Arrival, watch: _Watch | None, origin: Origin, on: dt.date) -> Clearance:
    rule, number = best.rule, best.policy.number
    arrives = best.on + dt.timedelta(days=best.needs_test)
    card = card_of(person, on, best.policy)
    reasons = [card.reason, _origin_reason(rule, origin)]
    if watch:
        reasons.append(watch.reason)
    if best.on > max(on, watch.until if watch else on):
        reasons.append(Reason("better_later", {"on": best.on, "colour": card_of(person, best.on, best.policy).colour, "number": number}))
    before_entry: tuple[tuple[dt.date, str], ...] = ()
    if best.needs_test:
        before_entry = ((arrives, rule.test_method),)
        reasons.append(Reason("test_needed", {"method": rule.test_method, "hours": rule.test_valid_hours, "number": number}))
    elif best.test:
        reasons.append(
            Reason("test_valid", {"method": best.test.method, "on": best.test.at.date(), "hours": rule.test_valid_hours, "number": number})
        )
    monitoring = rule.monitoring_days
    if watch:
        monitoring = max(monitoring, (watch.watched_until - best.ready_on).days)
    reasons.append(Reason("rule", {"number": number, "place": rule.quarantine_place, "days": rule.quarantine_days, "monitoring": monitoring}))
    return Clearance(
        CLEARED if arrives == on else CONDITIONAL,
        card,
        best.ready_on,
        arrives,
        rule.quarantine_place,
        rule.quarantine_days,
        monitoring,
        (*(watch.tests_due if watch else ()), *before_entry, *_tests(rule, arrives, on)),
        tuple(reasons),
        best.policy,
    )
