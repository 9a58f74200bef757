"""From a mapping to a tantivy schema, and from a source to a tantivy document.

Three fields are the engine's own: the raw text id (tantivy silently deletes nothing by an unsigned-integer term), the
primary key as a column, and the version that stands in for Elasticsearch's external one.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import tantivy

from search.documents import mapping
from search.engines.contract import UnknownField, Write

ID, PK, VERSION = "_id", "pk", "_version"
ENGINE_FORMAT = 1  # raised when this module lays the same mapping out differently
SPLIT_AT_SPACES = "spaces"
UNTOUCHED = "raw"
TYPES = frozenset(["text", "keyword", "long", "boolean", "date"])


@dataclass(frozen=True)
class Layout:
    """One kind of document: its fields' mapping types, its tantivy schema, and a fingerprint that names both."""

    kind: str
    types: Mapping[str, str]
    schema: tantivy.Schema
    fingerprint: str

    def type_of(self, field: str) -> str:
        if field not in self.types:
            raise UnknownField(f"{self.kind} has no field {field!r}")
        return self.types[field]

    def document(self, write: Write) -> tantivy.Document:
        """UnknownField if the source names a field outside the mapping."""
        values: dict[str, object] = {ID: str(write.document), VERSION: write.version}
        for field, value in write.source.items():
            kind = self.type_of(field)
            if value is not None:
                values[field] = in_utc(value) if kind == "date" else value
        return tantivy.Document.from_dict(values, self.schema)


@cache
def layout_of(kind: str) -> Layout:
    types = {field: options["type"] for field, options in sorted(mapping(kind)["properties"].items())}
    if unknown := set(types.values()) - TYPES:
        raise UnknownField(f"{kind} has fields of types this engine doesn't know: {', '.join(sorted(unknown))}")
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(ID, tokenizer_name=UNTOUCHED, index_option="basic")
    builder.add_integer_field(VERSION, fast=True)
    for field, kind_of_field in types.items():
        add_field(builder, field, kind_of_field)
    described = json.dumps([ENGINE_FORMAT, tantivy.__version__.rsplit(".", 1)[0], types])
    return Layout(kind=kind, types=types, schema=builder.build(), fingerprint=hashlib.sha256(described.encode()).hexdigest()[:12])


def add_field(builder: tantivy.SchemaBuilder, field: str, kind: str) -> None:
    if kind == "text":
        builder.add_text_field(field, tokenizer_name=SPLIT_AT_SPACES, index_option="freq")
    elif kind == "keyword":
        builder.add_text_field(field, tokenizer_name=UNTOUCHED, fast=True, index_option="basic")
    elif kind == "long":
        builder.add_integer_field(field, indexed=True, fast=True)
    elif kind == "boolean":
        builder.add_boolean_field(field, indexed=True, fast=True)
    else:
        builder.add_date_field(field, indexed=True, fast=True)


def register_analysers(index: tantivy.Index) -> None:
    """Needed again at every open: tantivy keeps the tokenizer's name in the index, not the tokenizer."""
    index.register_tokenizer(SPLIT_AT_SPACES, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


def in_utc(value: dt.date | dt.datetime | str) -> dt.datetime:
    """A day is its first moment in UTC, as Elasticsearch reads it; a moment must carry its zone. ValueError for other text."""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        return value.astimezone(dt.UTC)
    return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
