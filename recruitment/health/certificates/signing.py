"""Keys that sign certificates, and whether one of them signed this one."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from recruitment.health.certificates.envelope import Envelope
from recruitment.health.certificates.problems import Problem, Unreadable

KEY_ID_BYTES = 8
ES256, PS256, RS256 = -7, -37, -257  # IANA's COSE algorithms
RSA_BITS = range(2048, 4097)
KINDS = ("vaccination", "test", "recovery")
# Extended key usages of the Commission's eHealth Network, 1.3.6.1.4.1.1847.2021.1.n, and the misprint with a 0 in the middle
# that many countries put into their certificates: test is 1, vaccination 2, recovery 3.
_ARCS = (bytes.fromhex("060b2b060104018e378f6501"), bytes.fromhex("060c2b06010401008e378f6501"))
_USAGES = {kind: tuple(arc + bytes([number]) for arc in _ARCS) for number, kind in enumerate(("test", "vaccination", "recovery"), start=1)}


@dataclass(frozen=True)
class SigningKey:
    """A public key with its certificate's terms. `fingerprint`: SHA-256 of the DER. `usages` empty: it may sign every kind.
    `country` as the certificate names it, or ""."""

    fingerprint: bytes
    public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey
    valid_from: dt.datetime
    valid_until: dt.datetime
    usages: frozenset[str]
    country: str
    pem: str

    @property
    def key_id(self) -> bytes:
        """The `kid` by which certificates name it."""
        return self.fingerprint[:KEY_ID_BYTES]

    def is_valid_at(self, at: dt.datetime) -> bool:
        return self.valid_from <= at <= self.valid_until

    def may_sign(self, kind: str) -> bool:
        return not self.usages or kind in self.usages


class NotASigningKey(ValueError):
    """Not an X.509 certificate, or one whose key can't sign health certificates (P-256, or RSA of 2048 to 4096 bits)."""


@lru_cache(maxsize=1024)
def key_from_pem(text: str) -> SigningKey:
    """The key of the first certificate in `text`. Raises NotASigningKey."""
    try:
        return _key_of(x509.load_pem_x509_certificate(text.encode()))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotASigningKey(str(error)) from None


@lru_cache(maxsize=1024)
def key_from_der(der: bytes) -> SigningKey:
    """Raises NotASigningKey."""
    try:
        return _key_of(x509.load_der_x509_certificate(der))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotASigningKey(str(error)) from None


def _key_of(certificate: x509.Certificate) -> SigningKey:
    public_key = certificate.public_key()
    on_the_curve = isinstance(public_key, ec.EllipticCurvePublicKey) and isinstance(public_key.curve, ec.SECP256R1)
    if not on_the_curve and not (isinstance(public_key, rsa.RSAPublicKey) and public_key.key_size in RSA_BITS):
        raise NotASigningKey("neither P-256 nor RSA of 2048 to 4096 bits")
    assert isinstance(public_key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    der = certificate.public_bytes(Encoding.DER)
    countries = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME) or certificate.issuer.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    return SigningKey(
        fingerprint=hashlib.sha256(der).digest(),
        public_key=public_key,
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        usages=_usages(der),
        country=str(countries[0].value).upper() if countries else "",
        pem=certificate.public_bytes(Encoding.PEM).decode(),
    )


def _usages(der: bytes) -> frozenset[str]:
    """Looked for as encoded identifiers: some countries' certificates carry other extensions that strict parsers refuse."""
    return frozenset(kind for kind, identifiers in _USAGES.items() if any(identifier in der for identifier in identifiers))


def verify(envelope: Envelope, keys: Iterable[SigningKey]) -> SigningKey:
    """The key that signed it, of those with its key id. Raises Unreadable: UNKNOWN_ISSUER, ALGORITHM or SIGNATURE."""
    if envelope.algorithm not in (ES256, PS256, RS256):
        raise Unreadable(Problem.ALGORITHM, str(envelope.algorithm))
    candidates = [key for key in keys if key.key_id == envelope.key_id]
    if not candidates:
        raise Unreadable(Problem.UNKNOWN_ISSUER)
    signed = envelope.signed
    for key in candidates:
        if _signed_by(key, envelope, signed):
            return key
    raise Unreadable(Problem.SIGNATURE)


def _signed_by(key: SigningKey, envelope: Envelope, signed: bytes) -> bool:
    public_key, signature = key.public_key, envelope.signature
    try:
        if isinstance(public_key, ec.EllipticCurvePublicKey):
            if envelope.algorithm != ES256 or len(signature) != 64:
                return False
            r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
            public_key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
        elif envelope.algorithm == PS256:
            public_key.verify(signature, signed, padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH), SHA256())
        elif envelope.algorithm == RS256:
            public_key.verify(signature, signed, padding.PKCS1v15(), SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True
