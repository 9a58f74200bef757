"""The tools that read the code. `make lint` runs these alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
KNOWN_SAFE = [
    "0003_certificate_proof",  # only widens a varchar: PostgreSQL rewrites nothing, and the code before it still fits
    "0020_report_keys",  # unique over a column that is new, and empty in every row: nothing can break it, and the table is small
    "0009_answers_on_behalf",  # unique over one column more than before: what was unique still is
]
OWN_APPS = sorted(path.parent.name for pattern in ("recruitment/*/migrations", "search/migrations") for path in ROOT.glob(pattern))
TOOLS = {
    "style": [BIN / "ruff", "check", "--no-fix", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "types": [BIN / "mypy"],
    "layers": [BIN / "lint-imports", "--no-cache"],
    "migrations complete": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "migrations safe": [
        *(sys.executable, "manage.py", "lintmigrations", "--project-root-path", ".", "--no-cache"),
        *("--ignore-name", *KNOWN_SAFE, "--include-apps", *OWN_APPS),
    ],
    "translations": [sys.executable, "manage.py", "catalogues", "--check"],
    "system checks": [sys.executable, "manage.py", "check", "--fail-level", "WARNING"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_no_complaint_about(tool, django_db_setup):
    environment = {**os.environ, "DEMO": "1", "DJANGO_SETTINGS_MODULE": "tests.settings" if "migrations" in tool else "recruitment.settings"}
    result = subprocess.run([str(part) for part in TOOLS[tool]], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
