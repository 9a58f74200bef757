"""From a mapping to what this engine keeps: each field's type, and its values as whole numbers or text."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from search.documents import mapping
from search.engines.contract import UnknownField

PK = "pk"
ENGINE_FORMAT = 2  # raised when this engine lays the same mapping out differently
TYPES = frozenset(["text", "keyword", "long", "boolean", "date"])
LARGEST_LONG = 2**63 - 1
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MILLISECOND = dt.timedelta(milliseconds=1)


@dataclass(frozen=True)
class Layout:
    """One kind of document: its fields' mapping types, and a fingerprint that names them."""

    kind: str
    types: Mapping[str, str]
    fingerprint: str

    def type_of(self, field: str) -> str:
        if field not in self.types:
            raise UnknownField(f"{self.kind} has no field {field!r}")
        return self.types[field]


@cache
def layout_of(kind: str) -> Layout:
    types = {field: options["type"] for field, options in sorted(mapping(kind)["properties"].items())}
    if unknown := set(types.values()) - TYPES:
        raise UnknownField(f"{kind} has fields of types this engine doesn't know: {', '.join(sorted(unknown))}")
    described = json.dumps([ENGINE_FORMAT, types])
    return Layout(kind=kind, types=types, fingerprint=hashlib.sha256(described.encode()).hexdigest()[:12])


def stored(kind: str, value: object) -> int | str:
    """A field's value as it is kept and compared. ValueError for one of another type."""
    if kind == "date":
        return moment(value)
    fits = {"long": is_long, "boolean": lambda given: isinstance(given, bool), "keyword": is_text, "text": is_text}[kind]
    if not fits(value):
        raise ValueError(f"{value!r} is no {kind}")
    return value if kind in ("keyword", "text") else int(value)


@lru_cache(maxsize=100_000)
def moment(value: dt.date | dt.datetime | str) -> int:
    """Milliseconds since 1970, Elasticsearch's resolution. A day is its first moment in UTC; a moment must carry its zone. ValueError."""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        return (value - EPOCH) // MILLISECOND
    if not isinstance(value, dt.date):
        raise ValueError(f"{value!r} is no date")
    return (dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC) - EPOCH) // MILLISECOND


def is_long(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -LARGEST_LONG <= value <= LARGEST_LONG


def is_text(value: object) -> bool:
    return isinstance(value, str)
