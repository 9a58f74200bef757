"""Documents on their way to an index, in batches, each with its version."""

from collections.abc import Iterable, Mapping, Sequence

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from search.engines.contract import IndexUnavailable, SearchError, UnknownField, Write
from search.engines.elasticsearch.indexes import Names
from search.engines.elasticsearch.server import GONE, REBUILD, IndexGone

BATCH_DOCUMENTS, BATCH_BYTES = 500, 10_000_000
AS_WANTED = (404, 409)  # deleting what isn't there; and the index holds a later version
NOT_NOW = (403, 429, 503)  # a block on writing (a full disk), too much at once, a shard that is coming up


def send(client: Elasticsearch, names: Names, index: str, writes: Iterable[Write], **options) -> None:
    """Write to this index or alias. IndexUnavailable, UnknownField (then nothing was sent), SearchError (names a document)."""
    actions = [action(names, write) for write in writes]
    for done, item in streaming_bulk(
        client, actions, chunk_size=BATCH_DOCUMENTS, max_chunk_bytes=BATCH_BYTES, raise_on_error=False, index=index, **options
    ):
        if not done:
            ((_operation, outcome),) = item.items()
            refuse(names.kind, outcome)


def action(names: Names, write: Write) -> dict:
    """The same version may come again with newer content: it was read before the row."""
    about = {"_id": str(write.document), "version": write.version, "version_type": "external_gte"}
    if write.source is None:
        return about | {"_op_type": "delete"}
    if unknown := sorted(set(write.source) - set(names.fields)):
        raise UnknownField(f"{names.kind} has no field {unknown[0]!r}")
    return about | {"_op_type": "index", "_source": write.source}


def refuse(kind: str, outcome: Mapping) -> None:
    """Raise what one document's outcome means, unless it is as wanted."""
    error, status = outcome.get("error") or {}, outcome["status"]
    if error.get("type") in GONE:
        raise IndexGone(f"Elasticsearch holds no index to write to: {REBUILD}.")
    if status in NOT_NOW:
        raise IndexUnavailable(f"Elasticsearch doesn't take writes now: {error.get('reason')}")
    if status not in AS_WANTED:
        raise SearchError(f"{kind} {outcome['_id']}: {error.get('reason')}")


def latest_of(writes: Sequence[Write]) -> list[Write]:
    """One write per document, the one with the highest version."""
    return list({write.document: write for write in sorted(writes, key=lambda write: write.version)}.values())
