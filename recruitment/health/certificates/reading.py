"""A certificate's text, the keys that are trusted and a moment: what it says and whether it counts."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from recruitment.health.certificates.content import Content, check_period, parse_content, read_claims
from recruitment.health.certificates.envelope import Envelope, open_envelope
from recruitment.health.certificates.facts import facts_of
from recruitment.health.certificates.problems import Problem, Unreadable
from recruitment.health.certificates.signing import SigningKey, verify

FindKeys = Callable[[bytes], Iterable[SigningKey]]


@dataclass(frozen=True)
class Reading:
    """`problem` None: signed by `key`, in its period, and plausible. `content` is what it says where that can be read and nobody
    forged it; `facts` are what the record would keep (see models.HealthEvent), None where they are implausible."""

    problem: Problem | None
    issuer: str = ""
    content: Content | None = None
    facts: dict | None = None
    key: SigningKey | None = None

    @property
    def ok(self) -> bool:
        return self.problem is None


def read(text: str, *, find_keys: FindKeys, at: dt.datetime) -> Reading:
    """Never raises for what `text` holds. `find_keys` gives the trusted keys of a key id; `at` has a time zone.

    Of several problems the first is named: it can't be read, it is forged, nobody knows the issuer, it is out of date, its key
    is out of date or may not sign this, what it says can't be.
    """
    try:
        envelope = open_envelope(text)
        key, problem = _signer(envelope, find_keys)
        claims = read_claims(envelope.payload)
        content = parse_content(claims.content)
    except Unreadable as refusal:
        return Reading(refusal.problem)
    problem = problem or _first_problem(lambda: check_period(claims, at), lambda: _check_key(key, content.kind, at))
    issuer = claims.issuer or content.country
    try:
        return Reading(problem, issuer, content, facts_of(content, at), key)
    except Unreadable as refusal:
        return Reading(problem or refusal.problem, issuer, content, None, key)


def _signer(envelope: Envelope, find_keys: FindKeys) -> tuple[SigningKey | None, Problem | None]:
    """An unknown issuer's certificate is read on, as a claim; one whose signature is wrong is not."""
    try:
        return verify(envelope, find_keys(envelope.key_id)), None
    except Unreadable as refusal:
        if refusal.problem != Problem.UNKNOWN_ISSUER:
            raise
        return None, refusal.problem


def _check_key(key: SigningKey | None, kind: str, at: dt.datetime) -> None:
    if key and not key.is_valid_at(at):
        raise Unreadable(Problem.KEY_OUT_OF_DATE)
    if key and not key.may_sign(kind):
        raise Unreadable(Problem.KEY_USAGE)


def _first_problem(*checks: Callable[[], None]) -> Problem | None:
    for check in checks:
        try:
            check()
        except Unreadable as refusal:
            return refusal.problem
    return None
