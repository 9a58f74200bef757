"""Rules of the house that no linter knows."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 400
ELSEWHERE = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def test_no_module_is_longer_than_one_sitting():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert long == {}


@pytest.mark.parametrize("pattern", ["*.py", "*.md", "*.html", "Makefile", "*.toml", "*.yaml"])
def test_no_file_names_a_place_on_somebodys_machine(pattern):
    assert [str(path.relative_to(ROOT)) for path in tracked(pattern) if ELSEWHERE.search(path.read_text(encoding="utf-8"))] == []


def test_lock_files_carry_hashes_and_no_addresses():
    for lock in tracked("requirements/*.lock"):
        text = lock.read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-z0-9][^\s=]*==", text, flags=re.MULTILINE)
        assert pinned and "://" not in text
        assert text.count("--hash=sha256:") >= len(pinned)
