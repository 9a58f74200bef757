"""Rules about imports that import-linter's contracts (pyproject.toml) do not express."""

from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = {  # what every capability may lean on; a new module here is a decision, not a habit
    "asking",
    "crypto",
    "dated",
    "formats",
    "forms",
    "health_checks",
    "management",
    "middleware",
    "money",
    "nudges",
    "offline",
    "qr",
    "rates",
    "refusals",
    "templatetags",
    "uploads",
    "urls",
    "versions",
    "widgets",
    "words",
    "worker_signs",
}


@pytest.fixture(scope="module")
def imports():
    return grimp.build_graph("recruitment", "search", cache_dir=None)


def test_nobody_imports_the_views_of_another_capability(imports):
    strangers = [
        f"{importer} imports {module}"
        for module in imports.modules
        if module.endswith(".views")
        for importer in imports.find_modules_that_directly_import(module)
        if importer.rsplit(".", 1)[0] != module.rsplit(".", 1)[0]
    ]
    assert strangers == []


def test_shared_holds_only_what_was_agreed():
    found = {path.stem for path in (ROOT / "recruitment" / "shared").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert found - {"__init__"} == SHARED
