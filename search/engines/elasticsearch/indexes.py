"""Names and settings of indexes: every build is an index of its own, and two aliases say which one is read and written.

    <prefix>-<kind>-<fingerprint>-<number>      an index; the fingerprint is that of its mapping and settings
    <prefix>-<kind>-<fingerprint>-read, -write  its aliases

The fingerprint in the aliases' names keeps code of one schema from ever reading or writing an index of another. An index
without aliases is unfinished or done with; the next build removes it.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from elasticsearch import Elasticsearch

from search.documents import mapping

SETTINGS: Mapping[str, object] = {
    "number_of_shards": 1,  # word statistics are then those of all documents, as in the embedded engine
    "auto_expand_replicas": "0-1",
    "max_result_window": 10_000,
}


@dataclass(frozen=True)
class Names:
    """The names of one kind of document under one prefix."""

    prefix: str
    kind: str
    mapping: Mapping
    fingerprint: str

    @property
    def fields(self) -> Mapping[str, object]:
        return self.mapping["properties"]

    @property
    def family(self) -> str:
        """A pattern for the indexes of every schema."""
        return f"{self.prefix}-{self.kind}-*"

    @property
    def read(self) -> str:
        return f"{self.prefix}-{self.kind}-{self.fingerprint}-read"

    @property
    def write(self) -> str:
        return f"{self.prefix}-{self.kind}-{self.fingerprint}-write"

    def new(self) -> str:
        return f"{self.prefix}-{self.kind}-{self.fingerprint}-{uuid.uuid4().hex[:12]}"


@cache
def names_of(prefix: str, kind: str) -> Names:
    described = json.dumps([mapping(kind), SETTINGS], sort_keys=True)
    return Names(prefix, kind, mapping(kind), hashlib.sha256(described.encode()).hexdigest()[:12])


def create(client: Elasticsearch, names: Names) -> str:
    """A new empty index that nobody reads; its name."""
    index = names.new()
    client.indices.create(index=index, mappings=names.mapping, settings=SETTINGS)
    return index


def make_live(client: Elasticsearch, names: Names, index: str) -> None:
    """Show everything that was written and let both aliases name this index and no other, in one step."""
    client.indices.refresh(index=index)
    old = [{"remove": {"index": other, "alias": "*"}} for other, aliases in aliases_of(client, names) if aliases]
    new = [{"add": {"index": index, "alias": names.read}}, {"add": {"index": index, "alias": names.write, "is_write_index": True}}]
    client.indices.update_aliases(actions=[*old, *new])


def remove_unused(client: Elasticsearch, names: Names) -> None:
    unused = [index for index, aliases in aliases_of(client, names) if not aliases]
    if unused:
        client.options(ignore_status=404).indices.delete(index=unused)


def aliases_of(client: Elasticsearch, names: Names) -> Iterator[tuple[str, Mapping]]:
    """Every index of this kind, of whatever schema, with its aliases."""
    found = client.indices.get_alias(index=names.family)
    return ((index, about["aliases"]) for index, about in found.body.items())


def blocks_of(client: Elasticsearch, index: str) -> list[str]:
    """What keeps an index from being written or read: `index.blocks.read_only_allow_delete` where the disk is full."""
    found = client.indices.get_settings(index=index, name="index.blocks.*", flat_settings=True).body
    return sorted({block for about in found.values() for block, on in about["settings"].items() if on == "true"})
