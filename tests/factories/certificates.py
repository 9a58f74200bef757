"""An issuer of health certificates for tests: keys, and certificates signed by them, good ones and bad ones."""

import datetime as dt
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import base45
import cbor2
import segno
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier
from PIL import Image

from recruitment.health.certificates.signing import SigningKey, key_from_der

NOW = dt.datetime(2026, 11, 24, 2, tzinfo=dt.UTC)
USAGES = {"test": "1.3.6.1.4.1.1847.2021.1.1", "vaccination": "1.3.6.1.4.1.1847.2021.1.2", "recovery": "1.3.6.1.4.1.1847.2021.1.3"}
DAY = dt.timedelta(days=1)


@dataclass
class Issuer:
    """Vietnam's, for a year around the day of the tests, for every kind; the fields say otherwise."""

    country: str = "VN"
    valid_from: dt.datetime = NOW - 365 * DAY
    valid_until: dt.datetime = NOW + 365 * DAY
    usages: tuple[str, ...] = ()
    private_key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self):
        name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, self.country), x509.NameAttribute(NameOID.COMMON_NAME, "Bộ Y tế (thử)")])
        builder = x509.CertificateBuilder(name, name, self.private_key.public_key(), x509.random_serial_number(), self.valid_from, self.valid_until)
        if self.usages:
            identifiers = [ObjectIdentifier(USAGES.get(usage, usage)) for usage in self.usages]
            builder = builder.add_extension(x509.ExtendedKeyUsage(identifiers), critical=False)
        self.certificate = builder.sign(self.private_key, SHA256())

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key(self) -> SigningKey:
        return key_from_der(self.der)

    def issue(self, content: Any, *, claims: dict | None = None, algorithm: int | None = None, unprotected: dict | None = None) -> str:
        """The text of the QR code. `claims` change the CWT's; `unprotected` moves the key id there."""
        algorithm = algorithm or (-7 if isinstance(self.private_key, ec.EllipticCurvePrivateKey) else -37)
        header = {1: algorithm} | ({} if unprotected is not None else {4: self.key.key_id})
        cwt = {1: self.country, 4: int((NOW + 30 * DAY).timestamp()), 6: int((NOW - DAY).timestamp()), -260: {1: content}} | (claims or {})
        protected, payload = cbor2.dumps(header), cbor2.dumps({name: value for name, value in cwt.items() if value is not None})
        signature = self._sign(cbor2.dumps(["Signature1", protected, b"", payload]), algorithm)
        return wrap(cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected or {}, payload, signature])))

    def _sign(self, signed: bytes, algorithm: int) -> bytes:
        if algorithm == -7:
            r, s = utils.decode_dss_signature(self.private_key.sign(signed, ec.ECDSA(SHA256())))
            return r.to_bytes(32) + s.to_bytes(32)
        scheme = padding.PKCS1v15() if algorithm == -257 else padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
        return self.private_key.sign(signed, scheme, SHA256())


def rsa_issuer(bits: int = 2048, **fields) -> Issuer:
    return Issuer(private_key=rsa.generate_private_key(65537, bits), **fields)


def wrap(cose: bytes) -> str:
    return "HC1:" + base45.b45encode(zlib.compress(cose)).decode()


def holder(**changes) -> dict:
    """Nông Thị Thử, born 6 May 1998: the person that WorkerFactory makes."""
    names = {"fn": "Nông", "gn": "Thị Thử", "fnt": "NONG", "gnt": "THI<THU"}
    return {"ver": "1.3.0", "nam": names | changes.pop("nam", {}), "dob": "1998-05-06"} | changes


def entry(**fields) -> dict:
    return {"tg": "840539006", "co": "VN", "is": "Bộ Y tế", "ci": "URN:UVCI:01:VN:THU0001#X"} | fields


def vaccination(*, person: dict | None = None, **changes) -> dict:
    """The second dose of Pfizer, on 1 July 2026."""
    dose = {"vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2, "dt": "2026-07-01"}
    return (person or holder()) | {"v": [entry(**dose | changes)]}


def negative_test(*, person: dict | None = None, **changes) -> dict:
    """A PCR test sampled on 23 November 2026 at 08:30 in Vietnam."""
    sample = {"tt": "LP6464-4", "tr": "260415000", "sc": "2026-11-23T08:30:00+07:00", "tc": "Trạm thử"}
    return (person or holder()) | {"t": [entry(**sample | changes)]}


def recovery(*, person: dict | None = None, **changes) -> dict:
    """Infected on 1 October 2026, recovered on the 12th."""
    return (person or holder()) | {"r": [entry(**{"fr": "2026-10-01", "df": "2026-10-12", "du": "2027-03-30"} | changes)]}


def qr_picture(text: str, *, scale: int = 4) -> Image.Image:
    """The QR code as Pillow's image in shades of grey, with its quiet zone."""
    drawn = BytesIO()
    segno.make(text, error="q", micro=False).save(drawn, kind="png", scale=scale, border=4)
    return Image.open(drawn).convert("L")
