"""From the text of the QR code to the signed bytes inside. Everything is bounded: a hostile code costs as little as a good one."""

import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import base45
import cbor2

from recruitment.health.certificates.problems import Problem, Unreadable

PREFIX = "HC1:"
MOST_CHARACTERS = 4_296  # what the largest QR code holds in alphanumeric mode (ISO/IEC 18004)
MOST_BYTES = 32_768  # inflated; real certificates take under 1 KB
ZLIB_HEADER_BYTES, CHECKSUM_BYTES = 2, 4  # RFC 1950: around the deflated blocks
DEEPEST = 12  # nested arrays and maps; a certificate has six
COSE_SIGN1, CWT = 18, 61  # tags of RFC 9052 and RFC 8392
ALGORITHM, KEY_ID = 1, 4  # header parameters of RFC 9052


@dataclass(frozen=True)
class Envelope:
    """A COSE_Sign1 structure, opened but not yet verified. `algorithm` comes from the protected header only; `key_id` from
    the protected header, else from the unprotected one, else it is empty."""

    protected: bytes
    payload: bytes
    signature: bytes
    algorithm: int | None
    key_id: bytes

    @property
    def signed(self) -> bytes:
        """What the signature covers (RFC 9052, section 4.4)."""
        return cbor2.dumps(["Signature1", self.protected, b"", self.payload])


def open_envelope(text: str) -> Envelope:
    """All steps in order. Raises Unreadable."""
    return parse_cose(inflate(decode_base45(remove_prefix(text))))


def remove_prefix(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(Problem.TOO_LONG)
    if not text.startswith(PREFIX):
        raise Unreadable(Problem.NOT_A_CERTIFICATE)
    return text[len(PREFIX) :]


def decode_base45(text: str) -> bytes:
    try:
        return base45.b45decode(text.encode("ascii"))  # as bytes: of a str the library forgives line breaks at the end
    except ValueError:
        raise Unreadable(Problem.BASE45) from None


def inflate(compressed: bytes) -> bytes:
    """One whole zlib stream, at most MOST_BYTES, nothing after it and nothing hidden in its padding: one spelling for one certificate."""
    data = _inflated(compressed)
    if _has_stray_bits(compressed, data):
        raise Unreadable(Problem.COMPRESSION, "stray bits")
    return data


def _inflated(compressed: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(compressed, MOST_BYTES + 1)
    except zlib.error:
        raise Unreadable(Problem.COMPRESSION) from None
    if len(data) > MOST_BYTES:
        raise Unreadable(Problem.TOO_LONG, "inflated")
    if not stream.eof or stream.unused_data:
        raise Unreadable(Problem.COMPRESSION, "incomplete, or followed by something")
    return data


def _has_stray_bits(compressed: bytes, data: bytes) -> bool:
    """RFC 1951 pads with bits that nobody reads after the header of a stored block and at the end; every encoder writes zeros."""
    first, last = compressed[ZLIB_HEADER_BYTES], compressed[-1 - CHECKSUM_BYTES]
    is_stored = not first & 0b110
    if is_stored or not last:
        return is_stored and first >> 3 != 0
    without_highest_bit = last & ~(1 << last.bit_length() - 1)
    try:
        return _inflated(compressed[: -1 - CHECKSUM_BYTES] + bytes([without_highest_bit]) + compressed[-CHECKSUM_BYTES:]) == data
    except Unreadable:
        return False  # the bit meant something


def parse_cose(data: bytes) -> Envelope:
    """Tagged as COSE_Sign1, possibly within a CWT tag, or untagged."""
    signed = load_cbor(data, tags={COSE_SIGN1, CWT})
    for tag in (CWT, COSE_SIGN1):
        if isinstance(signed, cbor2.CBORTag) and signed.tag == tag:
            signed = signed.value
    if not isinstance(signed, list | tuple) or len(signed) != 4:
        raise Unreadable(Problem.STRUCTURE, "COSE_Sign1")
    protected, unprotected, payload, signature = signed
    header = load_cbor(protected) if isinstance(protected, bytes) and protected else {}
    if not (isinstance(header, Mapping) and isinstance(unprotected, Mapping) and isinstance(payload, bytes) and isinstance(signature, bytes)):
        raise Unreadable(Problem.STRUCTURE, "COSE_Sign1")
    algorithm, key_id = header.get(ALGORITHM), header.get(KEY_ID, unprotected.get(KEY_ID))
    return Envelope(
        protected=protected,
        payload=payload,
        signature=signature,
        algorithm=algorithm if isinstance(algorithm, int) else None,
        key_id=key_id if isinstance(key_id, bytes) else b"",
    )


def load_cbor(data: bytes, tags: Collection[int] = ()) -> Any:
    """One CBOR item and nothing after it. Tags other than `tags` are refused: the library would build numbers, patterns and
    cycles from them. Raises Unreadable (STRUCTURE)."""
    source = BytesIO(data)
    decoder = cbor2.CBORDecoder(source, semantic_decoders=_RefuseAllBut(tags), max_depth=DEEPEST, allow_duplicate_keys=False)
    try:
        item = decoder.decode()
    except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError) as error:
        raise Unreadable(Problem.STRUCTURE, type(error).__name__) from None
    if source.tell() != len(data):
        raise Unreadable(Problem.STRUCTURE, "something follows the CBOR item")
    return item


class _RefuseAllBut(dict):
    """Decoders of tags, as the library looks them up: none of ours for an allowed tag, a refusal for every other."""

    def __init__(self, allowed: Collection[int]):
        super().__init__()
        self.allowed = allowed

    def __missing__(self, tag: int) -> Callable:
        if tag in self.allowed:
            raise KeyError(tag)
        return self._refuse

    @staticmethod
    def _refuse(_content: Any, _immutable: bool) -> None:
        raise ValueError("tag")
