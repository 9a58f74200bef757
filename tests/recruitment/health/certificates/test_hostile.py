"""What somebody may put into a code to break the reader: it costs little, says no, and never crashes."""

import time
import zlib
from random import Random

import base45
import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recruitment.health.certificates.envelope import MOST_CHARACTERS, load_cbor
from recruitment.health.certificates.problems import Problem, Unreadable
from recruitment.health.certificates.reading import read
from tests.factories.certificates import NOW, Issuer, vaccination, wrap
from tests.harness.testdata import skip_without
from tests.recruitment.health.certificates.mutations import ALPHABET, mutation
from tests.recruitment.health.certificates.vectors import all_vectors

ISSUER = Issuer()
MUTATIONS = 10_000
MOST_SECONDS = 0.2  # of this thread's own time, which a busy machine doesn't lengthen
LETTERS = "HC1:" + ALPHABET + "aé\n\0"


def problem_of(text: str) -> Problem | None:
    return read(text, find_keys=lambda _key_id: [ISSUER.key], at=NOW).problem


def stream(data: bytes) -> str:
    return "HC1:" + base45.b45encode(data).decode()


def test_mutated_vectors_neither_crash_nor_verify_nor_take_long():
    skip_without("dgc")
    vectors, random = all_vectors(), Random(5772)
    verified, slow = [], []
    for vector in random.choices(vectors, k=MUTATIONS):
        text, begun = mutation(vector, random), time.thread_time()
        if vector.read(text).ok:
            verified.append(text)
        if time.thread_time() - begun > MOST_SECONDS:
            slow.append(text)
    assert verified == [] and slow == []


def test_no_single_flipped_bit_of_the_compressed_bytes_verifies():
    text = ISSUER.issue(vaccination())
    data = base45.b45decode(text[4:].encode())
    flipped = [bytes([*data[: bit // 8], data[bit // 8] ^ 1 << bit % 8, *data[bit // 8 + 1 :]]) for bit in range(len(data) * 8)]
    assert problem_of(text) is None
    assert [problem_of(stream(changed)) for changed in flipped if problem_of(stream(changed)) is None] == []


def test_nor_one_in_the_padding_of_a_stored_block():
    text = ISSUER.issue(vaccination())
    stored = bytearray(zlib.compress(zlib.decompress(base45.b45decode(text[4:].encode())), level=0))
    assert problem_of(stream(bytes(stored))) is None
    stored[2] ^= 0b1000_0000
    assert problem_of(stream(bytes(stored))) == Problem.COMPRESSION


@given(st.text(LETTERS, max_size=300) | st.text(ALPHABET, max_size=300).map("HC1:".__add__))
def test_any_text_gets_an_answer(text):
    assert problem_of(text) is not None


@given(st.binary(max_size=300))
def test_any_bytes_inside_get_an_answer(data):
    assert problem_of(wrap(data)) is not None and problem_of(stream(data)) is not None


def test_a_compressed_bomb_is_not_unpacked():
    bomb = zlib.compress(b"\0" * 20_000_000, 9)
    begun = time.thread_time()
    assert problem_of(stream(bomb[:2_800])) == Problem.TOO_LONG
    assert problem_of(stream(zlib.compress(b"\0" * 1_000_000, 9))) == Problem.TOO_LONG
    assert time.thread_time() - begun < MOST_SECONDS


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.NOT_A_CERTIFICATE),
        ("https://example.invalid/", Problem.NOT_A_CERTIFICATE),
        ("HC1:", Problem.COMPRESSION),
        ("HC1:é", Problem.BASE45),
        ("HC1:::", Problem.BASE45),
        ("HC1:A", Problem.BASE45),
        ("HC1:" + "0" * MOST_CHARACTERS, Problem.TOO_LONG),
    ],
)
def test_what_is_no_certificate_is_told_apart(text, problem):
    assert problem_of(text) == problem


def test_a_good_certificate_with_anything_before_or_after_it_is_refused():
    text = ISSUER.issue(vaccination())
    for changed in (f"{text}\n", f"{text} ", f" {text}", text + "00"):
        assert problem_of(changed) is not None


def test_nested_arrays_are_refused_before_they_are_built():
    assert problem_of(wrap(b"\x81" * 30_000 + b"\x00")) == Problem.STRUCTURE
    with pytest.raises(Unreadable):
        load_cbor(b"\x81" * 13 + b"\x00")
    assert load_cbor(b"\x81" * 6 + b"\x00") == [[[[[[0]]]]]]


@pytest.mark.parametrize(
    "item",
    [
        b"\xc2\x42\x01\x02",  # a big number
        b"\xc4\x82\x1a\x00\x0f\xff\xff\x01",  # a decimal fraction
        b"\xd8\x23\x65(a+)+",  # a regular expression
        b"\xd8\x1c\x81\xd8\x1d\x00",  # an array that holds itself
        b"\xd9\x01\x02\x80",  # a set
        b"\x01\x02",  # two items
        b"\x9b\x00\x00\x00\xff\xff\xff\xff\xff",  # an array said to be huge
        b"\xa2\x01\x02\x01\x03",  # the same key twice
        b"\xff",
        b"",
    ],
)
def test_of_cbor_only_plain_data_is_read(item):
    with pytest.raises(Unreadable):
        load_cbor(item)


def test_only_a_signed_message_of_one_signer_is_opened():
    protected, payload = cbor2.dumps({1: -7}), cbor2.dumps({})
    for odd in (
        [protected, {}, payload],
        [protected, {}, payload, 3],
        {1: 2},
        cbor2.CBORTag(17, [protected, {}, payload, b""]),
        [b"\x80", {}, payload, b""],
        5,
    ):
        assert problem_of(wrap(cbor2.dumps(odd))) == Problem.STRUCTURE
