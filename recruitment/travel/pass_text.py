"""An entry pass as the text of its QR code, and back: CWT claims in COSE_Sign1 (ES256), base45, behind "VX1:". Pure.

Claims, no more than a checkpoint needs: the issuing province (1), the first and last moment of validity (5, 4), the pass's number (7), and under
numbers of our own who (given name, initials and birth year, to hold against a paper with a photo), where to, and on which bus.
Nothing about health, no ID. static/js/entry-pass.js reads the same text in the browser.

One pass has one spelling: the lower of the two signatures that ECDSA allows, the shortest CBOR, no compression (it would make 200 bytes of
keys and signature longer, and leave bits that nobody reads).
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import base45
import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from recruitment.health.certificates.envelope import ALGORITHM, COSE_SIGN1, KEY_ID, Envelope, decode_base45, load_cbor, parse_cose
from recruitment.health.certificates.problems import Problem, Unreadable

PREFIX = "VX1:"
MOST_CHARACTERS = 600
ES256 = -7
ISSUER, EXPIRES, NOT_BEFORE, NUMBER = 1, 4, 5, 7
HOLDER, DESTINATION, BUS = -65_537, -65_538, -65_539  # private use (RFC 8392, section 9.1)
LONGEST = 60
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256's group
HALF = 32  # bytes of each half of a signature and of a public key's coordinates
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
CODE_LENGTH = 8
KEY_ID_BYTES = 8
VIETNAM = dt.timezone(dt.timedelta(hours=7))


@dataclass(frozen=True)
class Claims:
    """What a pass says. Both days are days in Vietnam and included."""

    issuer: str
    number: int
    holder: str
    destination: str
    bus: str
    valid_from: dt.date
    valid_until: dt.date


@dataclass(frozen=True)
class KeyPair:
    """`kid` in hex, `public` the coordinates x and y in hex, `private` as PEM."""

    kid: str
    public: str
    private: str


def new_key_pair() -> KeyPair:
    private = ec.generate_private_key(ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    public = numbers.x.to_bytes(HALF) + numbers.y.to_bytes(HALF)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return KeyPair(kid=hashlib.sha256(public).digest()[:KEY_ID_BYTES].hex(), public=public.hex(), private=pem)


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _position in range(CODE_LENGTH))


def normal_code(typed: str) -> str:
    """As it is stored, whatever hand wrote it: no spaces or dashes, capitals, I and L for 1, O for 0."""
    plain = "".join(letter for letter in typed.upper() if letter.isalnum())
    return plain.translate(str.maketrans("ILO", "110"))


def holder_of(name: str, birth_year: int) -> str:
    """ "Nông Thị Thử", 1998 → "N. T. Thử · 1998"."""
    *before, given = name.split() or ["?"]
    return " ".join([*(f"{part[0].upper()}." for part in before), given])[:LONGEST] + f" · {birth_year}"


def sign(claims: Claims, *, kid: str, private: str) -> str:
    """The text of the QR code."""
    payload: dict[int, object] = {
        ISSUER: claims.issuer,
        EXPIRES: int(_start(claims.valid_until + dt.timedelta(days=1)).timestamp()),
        NOT_BEFORE: int(_start(claims.valid_from).timestamp()),
        NUMBER: claims.number.to_bytes((claims.number.bit_length() + 7) // 8 or 1),
        HOLDER: claims.holder,
        DESTINATION: claims.destination[:LONGEST],
    }
    if claims.bus:
        payload[BUS] = claims.bus[:LONGEST]
    protected = cbor2.dumps({ALGORITHM: ES256, KEY_ID: bytes.fromhex(kid)})
    body = cbor2.dumps(payload)
    key = load_pem_private_key(private.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = utils.decode_dss_signature(key.sign(cbor2.dumps(["Signature1", protected, b"", body]), ec.ECDSA(SHA256())))
    signature = r.to_bytes(HALF) + min(s, ORDER - s).to_bytes(HALF)
    return PREFIX + base45.b45encode(_spell(protected, body, signature)).decode()


def read(text: str, *, keys: Mapping[str, str]) -> Claims:
    """What a pass says, if one of `keys` (kid → public, both in hex) signed it. Its period isn't judged here. Raises Unreadable."""
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(Problem.TOO_LONG)
    if not text.startswith(PREFIX):
        raise Unreadable(Problem.NOT_A_CERTIFICATE)
    signed = decode_base45(text[len(PREFIX) :])
    envelope = parse_cose(signed)
    if signed != _spell(envelope.protected, envelope.payload, envelope.signature):
        raise Unreadable(Problem.STRUCTURE, "another spelling")
    _verify(envelope, keys)
    return _claims(load_cbor(envelope.payload))


def _spell(protected: bytes, body: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(COSE_SIGN1, [protected, {}, body, signature]))


def _verify(envelope: Envelope, keys: Mapping[str, str]) -> None:
    if envelope.algorithm != ES256:
        raise Unreadable(Problem.ALGORITHM, str(envelope.algorithm))
    public = keys.get(envelope.key_id.hex())
    if public is None:
        raise Unreadable(Problem.UNKNOWN_ISSUER)
    if len(envelope.signature) != 2 * HALF:
        raise Unreadable(Problem.SIGNATURE)
    r, s, x, y = (int.from_bytes(half) for part in (envelope.signature, bytes.fromhex(public)) for half in (part[:HALF], part[HALF:]))
    if s > ORDER // 2:
        raise Unreadable(Problem.SIGNATURE)
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    try:
        key.verify(utils.encode_dss_signature(r, s), envelope.signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise Unreadable(Problem.SIGNATURE) from None


def _claims(payload: object) -> Claims:
    """Of bytes that a key of ours signed: the shape is ours, too."""
    if not isinstance(payload, Mapping):
        raise Unreadable(Problem.STRUCTURE, "CWT")
    try:
        return Claims(
            issuer=payload[ISSUER],
            number=int.from_bytes(payload[NUMBER]),
            holder=payload[HOLDER],
            destination=payload[DESTINATION],
            bus=payload.get(BUS, ""),
            valid_from=dt.datetime.fromtimestamp(payload[NOT_BEFORE], VIETNAM).date(),
            valid_until=dt.datetime.fromtimestamp(payload[EXPIRES] - 1, VIETNAM).date(),
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Unreadable(Problem.STRUCTURE, type(error).__name__) from None


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), VIETNAM)
