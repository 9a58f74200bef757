"""Public test data that is kept beside the project, not in it."""

import os
from pathlib import Path

import pytest

ABOVE = Path(__file__).resolve().parents


def folder(name: str) -> Path | None:
    """`shared/testdata/<name>` beside the project or beside a folder that holds it; None where there is none."""
    return next((path for parent in ABOVE if (path := parent / "shared" / "testdata" / name).is_dir()), None)


def skip_without(name: str) -> None:
    """Where the data is missing a test is skipped; on CI that is a failure."""
    if folder(name) is None:
        missing = f"the public test data {name} is not kept with the project"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
