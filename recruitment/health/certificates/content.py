"""What a certificate says: the CWT's claims, and the DCC content checked against the Commission's schema (1.0 to 1.3) and value sets.

Only what is needed is read: the maker, the place, the tester and the device never leave this module.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from recruitment.health.certificates.envelope import load_cbor
from recruitment.health.certificates.problems import Problem, Unreadable

DATE_TIME = 0  # CBOR's tag for a date and time in text
ISSUER, EXPIRES, NOT_BEFORE, ISSUED, HEALTH_CERTIFICATE, DCC = 1, 4, 5, 6, -260, 1
COVID_19 = "840539006"  # SNOMED CT
METHODS = {"LP6464-4": "pcr", "LP217198-3": "antigen"}  # LOINC: nucleic acid amplification; rapid immunoassay
RESULTS = {"260415000": False, "260373001": True}  # SNOMED CT: not detected; detected
VERSION = re.compile(r"1\.\d{1,2}\.\d{1,2}")
BIRTH = re.compile(r"(?:(?:19|20)\d\d(?:-\d\d){0,2})?")
MACHINE_NAME = re.compile(r"[A-Z<]*")
COUNTRY = re.compile(r"[A-Z]{1,10}")
DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
LONGEST = 80
MIDNIGHT = re.compile(r"T00:00:00(?:\.0+)?(?:Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class Claims:
    """`issued` and `not_before` None where the certificate names none."""

    issuer: str
    expires: dt.datetime
    issued: dt.datetime | None
    not_before: dt.datetime | None
    content: Any


@dataclass(frozen=True)
class Holder:
    """Names as the person writes them and as the machine-readable zone does (ICAO 9303: A–Z and "<"). `born`: "", YYYY, YYYY-MM or YYYY-MM-DD."""

    family_name: str
    given_name: str
    machine_family_name: str
    machine_given_name: str
    born: str

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.family_name or self.machine_family_name, self.given_name or self.machine_given_name) if part)


@dataclass(frozen=True)
class Vaccination:
    """Dose `number` of `series`; `product` is a code of the EU value set, such as EU/1/20/1528."""

    product: str
    number: int
    series: int
    on: dt.date


@dataclass(frozen=True)
class Test:
    """`method`: "pcr" or "antigen"."""

    method: str
    positive: bool
    sampled_at: dt.datetime


@dataclass(frozen=True)
class Recovery:
    first_positive_on: dt.date
    valid_from: dt.date
    valid_until: dt.date


@dataclass(frozen=True)
class Content:
    """`kind`: "vaccination", "test" or "recovery". `certificate_id`: the unique certificate identifier (UVCI)."""

    kind: str
    holder: Holder
    certificate_id: str
    country: str
    authority: str
    entry: Vaccination | Test | Recovery


def read_claims(payload: bytes) -> Claims:
    """Raises Unreadable (STRUCTURE): no CWT, no expiry, no health certificate in it."""
    claims = load_cbor(payload, tags={DATE_TIME})
    if not isinstance(claims, Mapping) or not isinstance(claims.get(HEALTH_CERTIFICATE), Mapping):
        raise Unreadable(Problem.STRUCTURE, "CWT")
    expires = _moment(claims, EXPIRES)
    if expires is None:
        raise Unreadable(Problem.STRUCTURE, "no expiry")
    issuer = claims.get(ISSUER, "")
    return Claims(
        issuer=issuer if isinstance(issuer, str) and COUNTRY.fullmatch(issuer) else "",
        expires=expires,
        issued=_moment(claims, ISSUED),
        not_before=_moment(claims, NOT_BEFORE),
        content=claims[HEALTH_CERTIFICATE].get(DCC),
    )


def check_period(claims: Claims, at: dt.datetime) -> None:
    """Raises Unreadable: NOT_YET_VALID or EXPIRED."""
    if any(start is not None and start > at for start in (claims.issued, claims.not_before)):
        raise Unreadable(Problem.NOT_YET_VALID)
    if claims.expires < at:
        raise Unreadable(Problem.EXPIRED)


def _moment(claims: Mapping, name: int) -> dt.datetime | None:
    seconds = claims.get(name)
    if seconds is None:
        return None
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Unreadable(Problem.STRUCTURE, f"claim {name}") from None


def parse_content(document: Any) -> Content:
    """Raises Unreadable: STRUCTURE if it isn't a CBOR map at all, SCHEMA (detail: the field) if it doesn't keep to the schema."""
    if not isinstance(document, Mapping):
        raise Unreadable(Problem.STRUCTURE, "DCC")
    if not VERSION.fullmatch(_text(document, "ver")):
        raise Unreadable(Problem.SCHEMA, "ver")
    groups = {kind: document.get(kind[0]) for kind in _READERS}
    filled = [kind for kind, entries in groups.items() if entries]
    if len(filled) != 1:
        raise Unreadable(Problem.SCHEMA, "exactly one of v, t, r")
    kind = filled[0]
    entries = groups[kind]
    if not isinstance(entries, list | tuple) or len(entries) != 1 or not isinstance(entries[0], Mapping):
        raise Unreadable(Problem.SCHEMA, kind[0])
    entry = entries[0]
    if _text(entry, "tg") != COVID_19:
        raise Unreadable(Problem.SCHEMA, "tg")
    return Content(
        kind=kind,
        holder=_holder(document),
        certificate_id=_text(entry, "ci"),
        country=_text(entry, "co", COUNTRY),
        authority=_text(entry, "is"),
        entry=_READERS[kind](entry),
    )


def _holder(document: Mapping) -> Holder:
    names = document.get("nam")
    if not isinstance(names, Mapping):
        raise Unreadable(Problem.SCHEMA, "nam")
    holder = Holder(
        family_name=_optional(names, "fn"),
        given_name=_optional(names, "gn"),
        machine_family_name=_optional(names, "fnt", MACHINE_NAME),
        machine_given_name=_optional(names, "gnt", MACHINE_NAME),
        born=MIDNIGHT.sub("", _optional(document, "dob")),
    )
    if not holder.machine_family_name and not holder.machine_given_name:
        raise Unreadable(Problem.SCHEMA, "fnt")
    if not BIRTH.fullmatch(holder.born) or (len(holder.born) == 10 and not _is_day(holder.born)):
        raise Unreadable(Problem.SCHEMA, "dob")
    return holder


def _vaccination(entry: Mapping) -> Vaccination:
    for name in ("vp", "ma"):
        _text(entry, name)
    return Vaccination(product=_text(entry, "mp"), number=_count(entry, "dn"), series=_count(entry, "sd"), on=_day(entry, "dt"))


def _test(entry: Mapping) -> Test:
    method, result = _text(entry, "tt"), _text(entry, "tr")
    if method not in METHODS or result not in RESULTS:
        raise Unreadable(Problem.SCHEMA, "tt" if method not in METHODS else "tr")
    return Test(method=METHODS[method], positive=RESULTS[result], sampled_at=_sampled_at(entry))


def _recovery(entry: Mapping) -> Recovery:
    return Recovery(first_positive_on=_day(entry, "fr"), valid_from=_day(entry, "df"), valid_until=_day(entry, "du"))


_READERS: dict[str, Callable[[Mapping], Vaccination | Test | Recovery]] = {"vaccination": _vaccination, "test": _test, "recovery": _recovery}


def _text(part: Mapping, name: str, pattern: re.Pattern | None = None) -> str:
    value = part.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or (pattern and not pattern.fullmatch(value)):
        raise Unreadable(Problem.SCHEMA, name)
    return value


def _optional(part: Mapping, name: str, pattern: re.Pattern | None = None) -> str:
    return _text(part, name, pattern) if part.get(name) not in (None, "") else ""


def _count(part: Mapping, name: str) -> int:
    value = part.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 9:
        raise Unreadable(Problem.SCHEMA, name)
    return value


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(part: Mapping, name: str) -> dt.date:
    """A day; a midnight behind it, as some countries' early certificates have, is dropped."""
    text = MIDNIGHT.sub("", _text(part, name))
    if len(text) != 10 or not _is_day(text):
        raise Unreadable(Problem.SCHEMA, name)
    return dt.date.fromisoformat(text)


def _sampled_at(part: Mapping) -> dt.datetime:
    """ISO 8601 text or CBOR's tagged date; without a zone it is taken as UTC."""
    value = part.get("sc")
    try:
        at = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(_text(part, "sc", DATE_AND_TIME))
    except ValueError:
        raise Unreadable(Problem.SCHEMA, "sc") from None
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)
