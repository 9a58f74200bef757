"""How a write asks for its document to be indexed again: the one module of search that recruitment imports.

The request is a row of the writer's own transaction, so it is kept or lost together with the write, and needs neither the
index nor the broker to be up. The broker is only told, after the commit, that there is something to do.
"""

from collections.abc import Iterable

from django.db import connection

from recruitment.shared.nudges import nudge_after_commit

RAISE_VERSION = """
INSERT INTO search_indexrequest (kind, document, version, indexed_version, requested_at, attempts, error)
SELECT %s, document, 1, 0, clock_timestamp(), 0, '' FROM unnest(%s::bigint[]) WITH ORDINALITY AS asked (document, position) ORDER BY position
ON CONFLICT (kind, document) DO UPDATE
SET version = search_indexrequest.version + 1, requested_at = excluded.requested_at,
    attempts = 0, retry_at = NULL, parked_at = NULL, error = ''
"""


def request_index(kind: str, documents: Iterable[int]) -> None:
    """Have the documents of `kind` ("opening" or "candidate") read again and sent to the index after this transaction.

    `documents` are primary keys, of deleted rows too; repeating one is harmless. The rows are locked in ascending order,
    so that two writers of the same documents queue instead of deadlocking. The version is raised under the row's lock:
    it follows the order of commits, which the row's id or a clock would not.
    """
    ordered = sorted(set(documents))
    if not ordered:
        return
    with connection.cursor() as cursor:
        cursor.execute(RAISE_VERSION, [kind, ordered])
    nudge_after_commit("search.tasks.drain")
