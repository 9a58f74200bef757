"""Each public test vector gives what it must, each expected result on the step that it speaks of."""

import base64
import datetime as dt
from dataclasses import replace

import cbor2
import pytest

from recruitment.health.certificates import content, envelope, pictures, signing
from recruitment.health.certificates.problems import Unreadable
from tests.harness.testdata import skip_without
from tests.recruitment.health.certificates.vectors import Vector, all_vectors

VECTORS = all_vectors()
HOW_MANY = 76
VALID = [vector for vector in VECTORS if all(vector.expected.values())]


def as_given(document):
    """A DCC as the vectors' JSON writes it: tagged dates are text there."""
    if isinstance(document, dt.datetime):
        return f"{document:%Y-%m-%dT%H:%M:%S}Z"
    if isinstance(document, dict):
        return {name: as_given(value) for name, value in document.items()}
    return [as_given(value) for value in document] if isinstance(document, list | tuple) else document


class Steps:
    """What the code makes of one vector, step by step. A step that its own expectation concerns raises where the step fails."""

    def __init__(self, vector: Vector):
        self.vector = vector

    def UNPREFIX(self):
        assert envelope.remove_prefix(self.vector.text) == self.vector.given["BASE45"]

    def B45DECODE(self):
        self.compressed = envelope.decode_base45(envelope.remove_prefix(self.vector.text))
        if "COMPRESSED" in self.vector.given:
            assert self.compressed == bytes.fromhex(self.vector.given["COMPRESSED"])

    def COMPRESSION(self):
        compressed = envelope.decode_base45(envelope.remove_prefix(self.vector.text))
        assert envelope.inflate(compressed) == bytes.fromhex(self.vector.given["COSE"])

    def DECODE(self):
        self.document()

    def VALIDJSON(self):
        assert as_given(self.document()) == self.vector.given["JSON"]

    def VALIDOBJECT(self):
        self.VALIDJSON()

    def ENCODE(self):
        """The other way round, with the library that reads it: the content survives."""
        assert as_given(cbor2.loads(cbor2.dumps(self.document()))) == self.vector.given["JSON"]

    def SCHEMAVALIDATION(self):
        content.parse_content(self.document())

    def VERIFY(self):
        signing.verify(self.opened(), [self.vector.key])

    def EXPIRATIONCHECK(self):
        content.check_period(content.read_claims(self.opened().payload), self.vector.at)

    def KEYUSAGE(self):
        if not self.vector.key.may_sign(content.parse_content(self.document()).kind):
            raise Unreadable("key_usage")

    def PICTUREDECODE(self):
        if "2DCODE" in self.vector.given:
            assert pictures.text_in_picture(base64.b64decode(self.vector.given["2DCODE"])) == self.vector.text

    def opened(self):
        return envelope.open_envelope(self.vector.text)

    def document(self):
        document = content.read_claims(self.opened().payload).content
        if not isinstance(document, dict):
            raise Unreadable("structure")
        return document


def test_the_vectors_are_all_there():
    skip_without("dgc")
    assert len(VECTORS) == HOW_MANY


def outcome_of(check) -> bool | str:
    """Whether the step succeeds; what went wrong if it does neither that nor refuse."""
    try:
        check()
    except Unreadable:
        return False
    except AssertionError as error:
        return f"another result: {error}"
    return True


@pytest.mark.parametrize("vector", [pytest.param(vector, id=vector.name) for vector in VECTORS])
def test_a_vector_gives_what_it_must_on_each_step_and_as_a_whole(vector):
    assert {step: outcome_of(getattr(Steps(vector), step)) for step in vector.expected} == vector.expected
    assert vector.read().ok == all(vector.expected.values())


def test_no_vector_verifies_with_another_key():
    skip_without("dgc")
    keys = {vector.key.fingerprint: vector.key for vector in VALID}
    for vector in VALID:
        own = vector.key.fingerprint
        strangers = [replace(key, fingerprint=own) for fingerprint, key in keys.items() if fingerprint != own]
        with pytest.raises(Unreadable, match="signature"):
            signing.verify(envelope.open_envelope(vector.text), strangers)
