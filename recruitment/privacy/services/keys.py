"""Encrypted columns under the newest key: rewritten in chunks, so that an old key can be thrown away."""

from collections import Counter
from collections.abc import Iterator

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection
from psycopg import sql

from recruitment.shared.crypto import EncryptedField, rotate

CHUNK = 500


def encrypted_columns() -> Iterator[tuple[str, str]]:
    """(table, column) of every one."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedField) and field.column:
                yield model._meta.db_table, field.column


def rotate_columns(*, check_only: bool = False) -> Counter[str]:
    """Rewrite every value that isn't under the newest key; how many, by table and column.

    Each value is replaced only if it is still the one that was read, so people may go on writing meanwhile, and an interrupted
    run is simply run again. With `check_only` nothing is written. Raises InvalidToken for a value that no key opens.
    """
    newest = Fernet(settings.FIELD_KEYS[0])
    found: Counter[str] = Counter()
    for table, column in encrypted_columns():
        name = f"{table}.{column}"
        found[name] = 0
        for pk, token in _tokens(table, column):
            if _opens(newest, token):
                continue
            if check_only or _replace(table, column, pk, token, rotate(token)):
                found[name] += 1
    return found


def _tokens(table: str, column: str) -> Iterator[tuple[int, bytes]]:
    """Every value with its row's key, in chunks by key: constant memory, no lock."""
    query = sql.SQL("SELECT id, {column} FROM {table} WHERE id > %s AND {column} IS NOT NULL ORDER BY id LIMIT %s").format(
        column=sql.Identifier(column), table=sql.Identifier(table)
    )
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [last, CHUNK])
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield from ((pk, bytes(token)) for pk, token in rows)


def _opens(key: Fernet, token: bytes) -> bool:
    try:
        key.decrypt(token)
    except InvalidToken:
        return False
    return True


def _replace(table: str, column: str, pk: int, old: bytes, new: bytes) -> bool:
    query = sql.SQL("UPDATE {table} SET {column} = %s WHERE id = %s AND {column} = %s").format(
        column=sql.Identifier(column), table=sql.Identifier(table)
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [new, pk, old])
        return cursor.rowcount == 1
