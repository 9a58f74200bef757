"""A migrated database of a bench's own, dropped at the end; import this before anything of the project."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ.setdefault("VX_TEST_DB", "bench")
django.setup()

from django.db import connection  # noqa: E402

from runtime import services  # noqa: E402
from tests.harness import databases  # noqa: E402


@contextmanager
def database() -> Iterator[None]:
    """Commits wait for the disk, as in production."""
    with services.lease():
        connection.settings_dict["OPTIONS"].clear()
        databases.create()
        try:
            yield
        finally:
            databases.drop()
