"""Test databases: migrated once into a template, then cloned for each process and again after each transactional test.

A clone takes a fraction of a second where migrating takes many, and restores everything: rows of migrations, sequences.
The template's name is a digest of every migration, so a changed one makes a new template by itself.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.test import TransactionTestCase
from psycopg import sql

from runtime.services import open_lock

TEMPLATES_KEPT = 3


def create() -> None:
    """Make this process's database, whatever an earlier run left under its name."""
    replace()
    TransactionTestCase._fixture_teardown = lambda test: replace()


def replace() -> None:
    """Drop this process's database and clone it again."""
    connections.close_all()
    own, template = sql.Identifier(connection.settings_dict["NAME"]), sql.Identifier(ensure_template())
    with server() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(own))
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(own, template))


def drop() -> None:
    connections.close_all()
    with server() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(connection.settings_dict["NAME"])))


def ensure_template() -> str:
    """The name of the migrated template database, made if there is none for these migrations."""
    name = template_name()
    if name in existing_templates():
        return name
    with open_lock("test-template") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if name not in existing_templates():
            make_template(name)
    return name


def make_template(name: str) -> None:
    """Migrate under another name and rename at the end, so that an interrupted attempt is never taken for a template."""
    own = connection.settings_dict["NAME"]
    unfinished = sql.Identifier(f"{name}_unfinished")
    with server() as cursor:
        for old in existing_templates()[TEMPLATES_KEPT - 1 :]:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(unfinished))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(unfinished))
    connection.settings_dict["NAME"] = f"{name}_unfinished"
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = own
    with server() as cursor:
        cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(unfinished, sql.Identifier(name)))


def existing_templates() -> list[str]:
    """Finished templates, newest first."""
    with server() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_template_[0-9a-f]+$' ORDER BY oid DESC")
        return [name for (name,) in cursor.fetchall()]


def template_name() -> str:
    digest = hashlib.sha256()
    for file in sorted(settings.BASE_DIR.glob("*/migrations/*.py")) + sorted(settings.BASE_DIR.glob("*/*/migrations/*.py")):
        digest.update(f"{file.relative_to(settings.BASE_DIR)}\0".encode() + file.read_bytes())
    libraries = sorted(key for key in MigrationLoader(None).disk_migrations)
    digest.update(repr(libraries).encode())
    return f"test_template_{digest.hexdigest()[:16]}"


@contextmanager
def server() -> Iterator[psycopg.Cursor]:
    """A cursor outside any test database, each statement on its own."""
    own = connection.settings_dict
    place = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "password": own["PASSWORD"]}
    with (
        psycopg.connect(dbname="postgres", autocommit=True, **{key: value for key, value in place.items() if value}) as link,
        link.cursor() as cursor,
    ):
        yield cursor
