"""Whether, when and under what conditions a person may come: pure, from facts and dated policies.

Policies are rows (FACTS and their document numbers are in data/policies.json). The province's layer overrides the nation's;
of one layer the newest in force decides. Of the rules that fit a person the most lenient applies: whoever holds a green card
may always be treated as somebody with less, so that more evidence never makes a verdict stricter.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

CLEARED, CONDITIONAL, REFUSED, UNDECIDED = "cleared", "conditional", "refused", "undecided"
GREEN, YELLOW, NO_CARD = "green", "yellow", "none"
ANY = "any"
RANK = {NO_CARD: 0, YELLOW: 1, GREEN: 2}
DAYS_UNTIL_A_DOSE_COUNTS = 14  # thẻ xanh, thẻ vàng: a dose counts 14 days later (CV 8399/BYT and the province's CV 4616)
RECOVERY_DAYS = 183  # recovered within 6 months (CV 8318/BYT, CV 8399/BYT)
CONTACT_DAYS = 14  # an F0 or F1, or a positive test, keeps a person away for 14 days (QĐ 4800/QĐ-BYT's longest isolation)
SEARCHED_DAYS = 60  # how far ahead a better day to come is looked for


@dataclass(frozen=True)
class Dose:
    on: dt.date
    number: int
    full_course: bool
    proven: bool = False


@dataclass(frozen=True)
class Test:
    """`at`: when the sample was taken, with a time zone; `method`: "pcr" or "antigen"."""

    at: dt.datetime
    method: str
    positive: bool
    proven: bool = False


@dataclass(frozen=True)
class Recovery:
    on: dt.date
    proven: bool = False


@dataclass(frozen=True)
class Contact:
    on: dt.date
    kind: str  # "F0", "F1" or "F2"


@dataclass(frozen=True)
class PersonFacts:
    """What is known of a person. `origin_level` 1–4, None when no level was declared for where he or she lives."""

    origin_level: int | None
    doses: tuple[Dose, ...] = ()
    tests: tuple[Test, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True)
class Rule:
    """See AdmissionRule. `test_valid_hours` 0: no test before entry."""

    origin_levels: frozenset[int]
    person_class: str
    minimum_doses: int = 0
    requires_recent_test: bool = False
    test_method: str = ""
    test_valid_hours: int = 0
    quarantine_place: str = ""
    quarantine_days: int = 0
    monitoring_days: int = 0
    test_days: tuple[int, ...] = ()
    accepts_claims: bool = True
    refuses: bool = False


@dataclass(frozen=True)
class Policy:
    """`provincial` policies override national ones. `dose_valid_days` None: a full course does not lapse."""

    key: int
    number: str
    version: int
    provincial: bool
    in_force_from: dt.date
    in_force_to: dt.date | None
    rules: tuple[Rule, ...]
    dose_valid_days: int | None = None


@dataclass(frozen=True)
class Reason:
    """One rule or fact behind the decision; explanations.py turns it into a sentence."""

    code: str
    facts: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """Green, yellow or none, with the fact it rests on and its last day (None: does not lapse)."""

    colour: str
    reason: Reason
    until: dt.date | None = None


@dataclass(frozen=True)
class Clearance:
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


@dataclass(frozen=True)
class _Arrival:
    """One possible day of arrival under one rule."""

    on: dt.date
    rule: Rule
    policy: Policy
    test: Test | None
    needs_test: bool

    @property
    def ready_on(self) -> dt.date:
        return self.on + dt.timedelta(days=self.rule.quarantine_days + self.needs_test)

    @property
    def order(self) -> tuple:
        return (self.ready_on, self.on, self.rule.quarantine_days, self.rule.monitoring_days, len(self.rule.test_days))


def assess(person: PersonFacts, policies: Sequence[Policy], on: dt.date) -> Clearance:
    """The decision about this person on the day `on`: exactly one verdict, whatever the facts.

    `cleared`: may arrive on `on`. `conditional`: after a test, or on a later day. `refused`: not within 60 days.
    `undecided`: no policy, no rule or no area level: a health officer decides.
    """
    policy = policy_in_force(policies, on)
    card = card_of(person, on, policy)
    if policy is None:
        return Clearance(UNDECIDED, card, reasons=(Reason("no_policy"),))
    if person.origin_level is None:
        return Clearance(UNDECIDED, card, reasons=(card.reason, Reason("level_unknown")), policy=policy)
    away = _kept_away(person, on)
    days = _days_worth_trying(person, policies, away.facts["until"] if away else on, on)
    arrivals = [arrival for day in days for arrival in _arrivals(person, policies, day)]
    if not arrivals:
        refused = away or _is_refused(person, policy, on)
        reason = away or (Reason("refused_by_rule", {"number": policy.number}) if refused else Reason("no_rule", {"number": policy.number}))
        return Clearance(REFUSED if refused else UNDECIDED, card, reasons=(card.reason, reason), policy=policy)
    best = min(arrivals, key=lambda arrival: arrival.order)
    return _decision(person, best, card, away, on)


def policy_in_force(policies: Iterable[Policy], on: dt.date) -> Policy | None:
    """The newest of the province's policies in force on `on`, else of the nation's."""
    current = [policy for policy in policies if policy.in_force_from <= on and (policy.in_force_to is None or on <= policy.in_force_to)]
    return max(current, key=lambda policy: (policy.provincial, policy.in_force_from, policy.key), default=None)


def card_of(person: PersonFacts, on: dt.date, policy: Policy | None = None, *, proven_only: bool = False) -> Card:
    """Green: full course 14 days ago or more, or recovered within 6 months. Yellow: one dose 14 days ago or more."""
    doses = [dose for dose in person.doses if (dose.proven or not proven_only) and dose.on + dt.timedelta(days=DAYS_UNTIL_A_DOSE_COUNTS) <= on]
    valid_days = policy.dose_valid_days if policy else None
    courses = [dose for dose in doses if dose.full_course and (valid_days is None or on <= dose.on + dt.timedelta(days=valid_days))]
    recoveries = [row for row in person.recoveries if (row.proven or not proven_only) and row.on <= on <= row.on + dt.timedelta(days=RECOVERY_DAYS)]
    if courses:
        dose = max(courses, key=lambda dose: dose.on)
        until = dose.on + dt.timedelta(days=valid_days) if valid_days is not None else None
        return Card(GREEN, Reason("full_course", {"number": dose.number, "on": dose.on, "until": until}), until)
    if recoveries:
        latest = max(row.on for row in recoveries)
        until = latest + dt.timedelta(days=RECOVERY_DAYS)
        return Card(GREEN, Reason("recovered", {"on": latest, "until": until}), until)
    if doses:
        dose = max(doses, key=lambda dose: dose.on)
        return Card(YELLOW, Reason("one_dose", {"number": dose.number, "on": dose.on}))
    return Card(NO_CARD, Reason("no_dose"))


def _kept_away(person: PersonFacts, on: dt.date) -> Reason | None:
    """A case, a contact or a positive test that still keeps the person away on `on`; a later recovery ends it."""
    events = [("contact", contact.on, contact.kind) for contact in person.contacts if contact.kind in ("F0", "F1")]
    events += [("positive_test", test.at.date(), test.method) for test in person.tests if test.positive]
    open_events = [event for event in events if event[1] <= on and not any(recovery.on > event[1] for recovery in person.recoveries)]
    latest = max(open_events, key=lambda event: event[1], default=None)
    if latest is None or latest[1] + dt.timedelta(days=CONTACT_DAYS) <= on:
        return None
    code, day, what = latest
    return Reason(code, {"what": what, "on": day, "until": day + dt.timedelta(days=CONTACT_DAYS)})


def _days_worth_trying(person: PersonFacts, policies: Sequence[Policy], first: dt.date, on: dt.date) -> list[dt.date]:
    """`first`, and later days on which a dose begins to count or a policy comes into force: only there can waiting help."""
    turns = {dose.on + dt.timedelta(days=DAYS_UNTIL_A_DOSE_COUNTS) for dose in person.doses}
    turns |= {policy.in_force_from for policy in policies}
    turns |= {policy.in_force_to + dt.timedelta(days=1) for policy in policies if policy.in_force_to}
    last = on + dt.timedelta(days=SEARCHED_DAYS)
    return sorted({first} | {day for day in turns if first < day <= last})


def _arrivals(person: PersonFacts, policies: Sequence[Policy], day: dt.date) -> list[_Arrival]:
    policy = policy_in_force(policies, day)
    if policy is None:
        return []
    return [arrival for rule in _fitting(person, policy, day) if not rule.refuses and (arrival := _arrival(person, rule, policy, day))]


def _is_refused(person: PersonFacts, policy: Policy, day: dt.date) -> bool:
    return any(rule.refuses for rule in _fitting(person, policy, day))


def _fitting(person: PersonFacts, policy: Policy | None, day: dt.date) -> list[Rule]:
    """Rules for the person's origin, and for a card that he or she holds or could do without."""
    if policy is None:
        return []
    return [rule for rule in policy.rules if person.origin_level in rule.origin_levels and _holds(person, rule, policy, day)]


def _holds(person: PersonFacts, rule: Rule, policy: Policy, day: dt.date) -> bool:
    counted = [dose for dose in person.doses if dose.on <= day and (dose.proven or rule.accepts_claims)]
    if max((dose.number for dose in counted), default=0) < rule.minimum_doses:
        return False
    if rule.person_class == ANY:
        return True
    return RANK[card_of(person, day, policy, proven_only=not rule.accepts_claims).colour] >= RANK[rule.person_class]


def _arrival(person: PersonFacts, rule: Rule, policy: Policy, day: dt.date) -> _Arrival | None:
    test = _valid_test(person, rule, day) if rule.test_valid_hours else None
    if rule.requires_recent_test and test is None:
        return None
    return _Arrival(day, rule, policy, test, needs_test=bool(rule.test_valid_hours) and test is None)


def _valid_test(person: PersonFacts, rule: Rule, day: dt.date) -> Test | None:
    """The latest negative test that is not older than the rule allows at the end of the day of arrival's morning (noon)."""
    valid = []
    for test in person.tests:
        arrival = dt.datetime.combine(day, dt.time(12), tzinfo=test.at.tzinfo)
        fresh = dt.timedelta(0) <= arrival - test.at <= dt.timedelta(hours=rule.test_valid_hours)
        if fresh and not test.positive and rule.test_method in ("any", test.method) and (test.proven or rule.accepts_claims):
            valid.append(test)
    return max(valid, key=lambda test: test.at, default=None)


def _decision(person: PersonFacts, best: _Arrival, card: Card, away: Reason | None, on: dt.date) -> Clearance:
    rule, arrives = best.rule, best.on + dt.timedelta(days=best.needs_test)
    reasons = [card.reason, Reason("level", {"level": person.origin_level})]
    if away:
        reasons.append(away)
    elif best.on > on:
        then = card_of(person, best.on, best.policy)
        reasons.append(Reason("better_later", {"on": best.on, "colour": then.colour, "number": best.policy.number}))
    if best.needs_test:
        reasons.append(Reason("test_needed", {"method": rule.test_method, "hours": rule.test_valid_hours}))
    elif best.test:
        reasons.append(Reason("test_valid", {"method": best.test.method, "on": best.test.at.date(), "hours": rule.test_valid_hours}))
    asked = {"number": best.policy.number, "place": rule.quarantine_place, "days": rule.quarantine_days, "monitoring": rule.monitoring_days}
    reasons.append(Reason("rule", asked))
    before_entry = [(arrives, rule.test_method)] if best.needs_test else []
    return Clearance(
        verdict=CLEARED if arrives == on else CONDITIONAL,
        card=card,
        ready_on=best.ready_on,
        travel_on=arrives,
        entry_quarantine_place=rule.quarantine_place,
        entry_quarantine_days=rule.quarantine_days,
        monitoring_days=rule.monitoring_days,
        tests_due=tuple(before_entry + [(arrives + dt.timedelta(days=day - 1), "pcr") for day in rule.test_days]),
        reasons=tuple(reasons),
        policy=best.policy,
    )
