"""Passes as text: what is signed is read, and nothing else ever is."""

import datetime as dt
import json
from pathlib import Path

import base45
import cbor2
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from recruitment.health.certificates.problems import Problem, Unreadable
from recruitment.travel.pass_text import ALPHABET, ORDER, PREFIX, Claims, holder_of, new_code, new_key_pair, normal_code, read, sign
from recruitment.travel.verdicts import Known, Reason, judge

PAIR, OTHER = new_key_pair(), new_key_pair()
KEYS = {PAIR.kid: PAIR.public}
CLAIMS = Claims("19", 12_345, "N. T. Thử · 1998", "Nhà máy Sông Công", "20B-00077 26/11 06:00", dt.date(2026, 11, 24), dt.date(2026, 12, 8))
TEXT = sign(CLAIMS, kid=PAIR.kid, private=PAIR.private)
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
DAYS = some.dates(dt.date(2021, 1, 1), dt.date(2099, 1, 1))
WORDS = some.text(some.characters(codec="utf-8", exclude_categories=["C"]), max_size=60)


@given(some.builds(Claims, some.just("19"), some.integers(0, 2**40), WORDS, WORDS, WORDS, DAYS, DAYS))
@settings(max_examples=60)
def test_what_is_signed_is_read(claims):
    assert read(sign(claims, kid=PAIR.kid, private=PAIR.private), keys=KEYS) == claims


@given(some.integers(0, len(TEXT) - 1), some.sampled_from(BASE45))
@settings(max_examples=300)
def test_no_pass_with_another_letter_is_one(place, letter):
    assume(TEXT[place] != letter)
    with pytest.raises(Unreadable):
        read(TEXT[:place] + letter + TEXT[place + 1 :], keys=KEYS)


@given(some.data())
@settings(max_examples=300)
def test_no_pass_with_other_bytes_is_one(data):
    raw = bytearray(base45.b45decode(TEXT.removeprefix(PREFIX)))
    place = data.draw(some.integers(0, len(raw) - 1))
    raw[place : place + data.draw(some.integers(0, 3))] = data.draw(some.binary(max_size=3))
    altered = PREFIX + base45.b45encode(bytes(raw)).decode()
    assume(altered != TEXT)
    with pytest.raises(Unreadable):
        read(altered, keys=KEYS)


@given(some.text(max_size=700))
def test_other_texts_are_no_passes(text):
    for tried in (text, PREFIX + text):
        with pytest.raises(Unreadable):
            read(tried, keys=KEYS)


def test_a_pass_has_one_spelling():
    signed = cbor2.loads(base45.b45decode(TEXT.removeprefix(PREFIX)))
    protected, _other, payload, signature = signed.value
    twin = signature[:32] + (ORDER - int.from_bytes(signature[32:])).to_bytes(32)
    for parts in ([protected, {}, payload, twin], [protected, {9: 9}, payload, signature]):
        with pytest.raises(Unreadable):
            read(PREFIX + base45.b45encode(cbor2.dumps(cbor2.CBORTag(18, parts))).decode(), keys=KEYS)


@pytest.mark.parametrize(("keys", "problem"), [({OTHER.kid: OTHER.public}, Problem.UNKNOWN_ISSUER), ({PAIR.kid: OTHER.public}, Problem.SIGNATURE)])
def test_another_provinces_key_is_told_from_a_forgery(keys, problem):
    with pytest.raises(Unreadable) as unreadable:
        read(TEXT, keys=keys)
    assert unreadable.value.problem == problem


def test_a_pass_is_short_enough_to_scan_at_arms_length():
    assert len(TEXT) <= 311  # QR version 10 with error correction M


@pytest.mark.parametrize(("name", "holder"), [("Nông Thị Thử", "N. T. Thử · 1998"), ("Hà", "Hà · 1998"), ("", "? · 1998")])
def test_a_holder_is_named_by_given_name_initials_and_birth_year(name, holder):
    assert holder_of(name, 1998) == holder


def test_a_code_is_read_however_it_is_typed():
    assert normal_code(" abil-0o2t ") == "AB11002T"
    assert set(new_code()) <= set(ALPHABET) and len(new_code()) == 8


TODAY, NOW = dt.date(2026, 11, 24), dt.datetime(2026, 11, 24, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize("case", json.loads((Path(__file__).parent / "verdicts.json").read_text()), ids=lambda case: case["why"])
def test_a_checkpoint_says(case):
    told = {"from": -3, "until": 3} | case["known"]
    minutes = {name: dt.timedelta(minutes=told[name]) for name in ("entered_minutes_ago", "listed_minutes_ago", "clock_minutes") if name in told}
    known = Known(
        problem=Reason(told["problem"]) if "problem" in told else None,
        valid_from=TODAY + dt.timedelta(days=told["from"]),
        valid_until=TODAY + dt.timedelta(days=told["until"]),
        revoked=told.get("revoked", False),
        last_entry=NOW - minutes["entered_minutes_ago"] if "entered_minutes_ago" in minutes else None,
        listed_at=NOW - minutes.get("listed_minutes_ago", dt.timedelta()),
        issued_since=told.get("issued_since", False),
        typed=told.get("typed", False),
        clock=minutes.get("clock_minutes", dt.timedelta()),
    )
    verdict, reasons = judge(known, leaving=case.get("leaving", False), now=NOW, today=TODAY)
    assert (verdict, list(reasons)) == (case["verdict"], case["reasons"])
