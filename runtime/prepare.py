"""`python -m runtime.prepare`: what must be true of code, files and database before the web process starts.

Each step is skipped when it has nothing to do, so that a second start is quick. One process does them all, since loading
Django takes longer than most of them.
"""

import hashlib
import logging
import os
import shlex
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from runtime.addresses import DEMO_MARK, ROOT, VAR

STAMPS = VAR / "stamps"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recruitment.settings")
    django.setup()
    for label, step in STEPS.items():
        started = time.monotonic()
        if step():
            print(f"  {label}: {time.monotonic() - started:.1f} s", flush=True)


def mark_the_demo() -> bool:
    """So that commands beside it need no DEMO=1."""
    mark = VAR / DEMO_MARK
    if settings.DEMO:
        mark.touch()
    else:
        mark.unlink(missing_ok=True)
    return False


def compile_catalogues() -> bool:
    call_command("catalogues", verbosity=0)  # compiles what changed
    return False


def collect_static_files() -> bool:
    files = [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
    command = lambda: call_command("collectstatic", interactive=False, clear=True, verbosity=0)  # noqa: E731
    return when_changed("static-files", files, command, force=not settings.STATIC_ROOT.exists())


def migrate() -> bool:
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", interactive=False, verbosity=0)
    return True


def load_reference_data() -> bool:
    files = [file for file in (ROOT / "recruitment").glob("*/data/**/*") if file.is_file()]
    command = lambda: call_command("load_reference_data", verbosity=0)  # noqa: E731
    return when_changed("reference-data", files, command, force=not apps.get_model("places", "Province").objects.exists())


def load_demo_province() -> bool:
    """Into an empty database; the command works in one transaction, so an interrupted attempt leaves it empty."""
    if not settings.DEMO or get_user_model().objects.exists():
        return False
    call_command("seed", *shlex.split(os.environ.get("SEED", "")))
    return True


def build_index() -> bool:
    logging.disable(logging.WARNING)  # that a first start finds no index is no news
    state = import_string(settings.READINESS_CHECKS["search"])()
    logging.disable(logging.NOTSET)
    if state == "ok":
        return False
    call_command("search_rebuild")
    return True


def when_changed(name: str, files: Iterable[Path], action: Callable, *, force: bool) -> bool:
    """Run `action` unless the files have the sizes and times they had after its last run."""
    digest = hashlib.sha256()
    for file in sorted(files):
        state = file.stat()
        digest.update(f"{file} {state.st_size} {state.st_mtime_ns}\n".encode())
    stamp = STAMPS / name
    if not force and stamp.exists() and stamp.read_text() == digest.hexdigest():
        return False
    action()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest())
    return True


STEPS: dict[str, Callable[[], bool]] = {
    "marking the demo": mark_the_demo,
    "compiling the translations": compile_catalogues,
    "collecting static files": collect_static_files,
    "migrating the database": migrate,
    "loading places, wages and occupations": load_reference_data,
    "loading the demo province": load_demo_province,
    "building the search index": build_index,
}

if __name__ == "__main__":
    main()
