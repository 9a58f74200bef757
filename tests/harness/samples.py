"""Real material that is not kept with the project: beside its checkout, or where TESTDATA says."""

import csv
import os
from pathlib import Path

import pytest

from runtime.addresses import ROOT

TESTDATA = Path(os.environ.get("TESTDATA") or ROOT.parent / "shared" / "testdata")
POSTINGS = TESTDATA / "postings" / "manufacturing-sample.csv"


def posting_titles() -> list[str]:
    """Titles of real advertisements; the test that asks is skipped where they are absent, and fails where nothing may be."""
    if not POSTINGS.exists():
        if os.environ.get("CI"):
            pytest.fail(f"the sample of real advertisements is missing: {POSTINGS}")
        pytest.skip(f"the sample of real advertisements is not kept with the project: {POSTINGS}")
    with POSTINGS.open(encoding="utf-8-sig", newline="") as file:
        return [row["chức danh"] for row in csv.DictReader(file)]
