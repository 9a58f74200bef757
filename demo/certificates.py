"""A certificate to try: of an invented person, signed by an invented issuer whose key the exercise's trust list holds."""

import datetime as dt
import zlib

import base45
import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.utils import timezone

from recruitment.health.certificates.signing import key_from_pem
from recruitment.health.services.trust import trust_key
from recruitment.notifications.services.messages import send_message
from recruitment.shared.words import plain
from recruitment.workers.models import Worker

ES256 = -7
DAY = dt.timedelta(days=1)


def send_a_certificate_to_try(*, worker: Worker, now: dt.datetime) -> None:
    """To the job seeker whom the demo's page signs in, as a message in the app: its text goes into the field for pasted codes."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    pem = _issuer(private_key, now)
    trust_key(pem=pem, country="VN", source="Khóa mẫu của bản minh họa, không của cơ quan nào", by=None, at=now)
    text = _sign(_second_dose(worker, timezone.localdate(now) - 40 * DAY), private_key, key_from_pem(pem).key_id, now)
    send_message(
        recipient=worker.user, kind="sample", text=f"Giấy chứng nhận MẪU để thử, chép cả mã này: {text}", link="/my/health/certificate/", now=now
    )


def _issuer(private_key: ec.EllipticCurvePrivateKey, now: dt.datetime) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, "Mau, khong co that")])
    since, until = now - 365 * DAY, now + 365 * DAY
    builder = x509.CertificateBuilder(name, name, private_key.public_key(), x509.random_serial_number(), since, until)
    return builder.sign(private_key, SHA256()).public_bytes(Encoding.PEM).decode()


def _second_dose(worker: Worker, on: dt.date) -> dict:
    family, _space, given = worker.user.name.partition(" ")
    names = {"fn": family, "gn": given, "fnt": _machine_readable(family), "gnt": _machine_readable(given)}
    dose = {"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2, "dt": on.isoformat(),
            "co": "VN", "is": "MẪU", "ci": f"URN:UVCI:01:VN:MAU{worker.pk}"}  # fmt: skip
    return {"ver": "1.3.0", "nam": names, "dob": worker.birth_date.isoformat(), "v": [dose]}


def _machine_readable(name: str) -> str:
    return plain(name).upper().replace(" ", "<")


def _sign(content: dict, private_key: ec.EllipticCurvePrivateKey, key_id: bytes, now: dt.datetime) -> str:
    """HC1: CWT in COSE_Sign1, deflated, in base45."""
    protected = cbor2.dumps({1: ES256, 4: key_id})
    payload = cbor2.dumps({1: "VN", 4: int((now + 300 * DAY).timestamp()), 6: int(now.timestamp()), -260: {1: content}})
    r, s = utils.decode_dss_signature(private_key.sign(cbor2.dumps(["Signature1", protected, b"", payload]), ec.ECDSA(SHA256())))
    cose = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, r.to_bytes(32) + s.to_bytes(32)]))
    return "HC1:" + base45.b45encode(zlib.compress(cose, 9)).decode()
