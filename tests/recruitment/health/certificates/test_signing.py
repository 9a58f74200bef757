"""Whose signature counts, for what, and when."""

import datetime as dt

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from recruitment.health.certificates.problems import Problem
from recruitment.health.certificates.reading import read
from recruitment.health.certificates.signing import NotASigningKey, key_from_pem
from tests.factories.certificates import DAY, NOW, Issuer, negative_test, recovery, rsa_issuer, vaccination

ISSUER = Issuer()


def problem_of(text: str, *issuers: Issuer, at: dt.datetime = NOW) -> Problem | None:
    return read(text, find_keys=lambda _key_id: [issuer.key for issuer in issuers or (ISSUER,)], at=at).problem


@pytest.mark.parametrize("content", [vaccination(), negative_test(), recovery()])
def test_a_key_without_named_usages_signs_every_kind(content):
    assert problem_of(ISSUER.issue(content)) is None


@pytest.mark.parametrize("algorithm", [-37, -257])
def test_rsa_signatures_count_too(algorithm):
    issuer = rsa_issuer()
    assert problem_of(issuer.issue(vaccination(), algorithm=algorithm), issuer) is None


def test_the_key_id_may_stand_in_the_unprotected_header():
    assert problem_of(ISSUER.issue(vaccination(), unprotected={4: ISSUER.key.key_id})) is None


def test_the_protected_key_id_comes_first():
    other = Issuer()
    mixed = ISSUER.issue(vaccination(), unprotected={})
    assert problem_of(mixed) == Problem.UNKNOWN_ISSUER
    assert problem_of(ISSUER.issue(vaccination(), unprotected={4: other.key.key_id}), ISSUER, other) == Problem.SIGNATURE


def test_an_issuer_nobody_knows_is_told_apart_from_a_forged_signature():
    text = ISSUER.issue(vaccination())
    reading = read(text, find_keys=lambda _key_id: [], at=NOW)
    assert reading.problem == Problem.UNKNOWN_ISSUER and reading.content.kind == "vaccination" and reading.facts["number"] == 2
    assert not reading.ok and reading.key is None


def test_what_is_forged_says_nothing():
    forger = Issuer()
    text = forger.issue(vaccination(), unprotected={4: ISSUER.key.key_id})
    reading = read(text, find_keys=lambda _key_id: [ISSUER.key], at=NOW)
    assert reading.problem == Problem.SIGNATURE and reading.content is None and reading.facts is None


@pytest.mark.parametrize(("usage", "content"), [("vaccination", vaccination()), ("test", negative_test()), ("recovery", recovery())])
def test_a_key_for_one_kind_signs_no_other(usage, content):
    problems = {usage: None}
    for kind in ("vaccination", "test", "recovery"):
        issuer = Issuer(usages=(kind,))
        assert problem_of(issuer.issue(content), issuer) == problems.get(kind, Problem.KEY_USAGE)


def test_the_misprinted_usages_count_as_the_printed_ones():
    issuer = Issuer(usages=("1.3.6.1.4.1.0.1847.2021.1.1",))
    assert problem_of(issuer.issue(negative_test()), issuer) is None
    assert problem_of(issuer.issue(vaccination()), issuer) == Problem.KEY_USAGE


def test_other_usages_say_nothing_about_certificates():
    issuer = Issuer(usages=("1.3.6.1.5.5.7.3.1",))
    assert problem_of(issuer.issue(vaccination()), issuer) is None


@pytest.mark.parametrize("fields", [{"valid_until": NOW - DAY}, {"valid_from": NOW + DAY}])
def test_a_key_counts_only_in_its_own_period(fields):
    issuer = Issuer(**fields)
    assert problem_of(issuer.issue(vaccination()), issuer) == Problem.KEY_OUT_OF_DATE


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ({4: int((NOW - DAY).timestamp())}, Problem.EXPIRED),
        ({4: NOW.timestamp()}, None),
        ({6: int((NOW + DAY).timestamp())}, Problem.NOT_YET_VALID),
        ({5: int((NOW + DAY).timestamp())}, Problem.NOT_YET_VALID),
        ({6: None}, None),
        ({4: None}, Problem.STRUCTURE),
        ({4: "never"}, Problem.STRUCTURE),
        ({4: float("nan")}, Problem.STRUCTURE),
        ({4: 10**30}, Problem.STRUCTURE),
        ({1: None}, None),
        ({-260: None}, Problem.STRUCTURE),
        ({-260: {}}, Problem.STRUCTURE),
        ({-260: {1: [1]}}, Problem.STRUCTURE),
    ],
)
def test_the_claims_around_the_content(claims, problem):
    assert problem_of(ISSUER.issue(vaccination(), claims=claims)) == problem


def test_a_certificate_expires_at_its_moment_not_at_the_end_of_the_day():
    text = ISSUER.issue(vaccination())
    expires = NOW + 30 * DAY
    assert problem_of(text, at=expires) is None and problem_of(text, at=expires + dt.timedelta(seconds=1)) == Problem.EXPIRED


@pytest.mark.parametrize("algorithm", [-8, -38, 5, None])
def test_other_algorithms_are_refused(algorithm):
    text = ISSUER.issue(vaccination(), algorithm=-7) if algorithm is None else _with_algorithm(algorithm)
    assert problem_of(text) == (None if algorithm is None else Problem.ALGORITHM)


def _with_algorithm(algorithm: int) -> str:
    """Signed as it should be, under another name."""
    issuer = Issuer(private_key=ISSUER.private_key)
    issuer._sign = lambda signed, _algorithm: Issuer._sign(issuer, signed, -7)
    return issuer.issue(vaccination(), algorithm=algorithm)


def test_a_key_of_another_curve_or_size_is_no_signing_key():
    for issuer in (Issuer(private_key=ec.generate_private_key(ec.SECP384R1())), rsa_issuer(1024)):
        with pytest.raises(NotASigningKey):
            key_from_pem(issuer.pem)
    for text in ("", "not a certificate", ISSUER.pem[:200]):
        with pytest.raises(NotASigningKey):
            key_from_pem(text)
