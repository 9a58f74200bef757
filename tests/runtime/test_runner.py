"""`python -m tests`, which `make test` calls."""

import os
import subprocess
import sys

from runtime.addresses import ROOT
from tests.__main__ import summary


def test_a_missing_browser_is_named_and_fails_where_nothing_may_be_missing():
    environment = {**os.environ, "CI": "true", "CHROMIUM": "/nowhere/chromium"}
    result = subprocess.run([sys.executable, "-m", "tests"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert "MISSING: Chromium" in result.stdout
    assert "apt-get install chromium" in result.stdout


def test_the_last_line_adds_up_every_process_in_pytests_words():
    outputs = ["===== 2 failed, 812 passed, 1 warning in 301.20s (0:05:01) =====\n", "F\n==== 1 failed, 20 passed, 2 errors in 9.10s ====\n"]
    assert summary(outputs, 303.456).strip("= ") == "3 failed, 2 errors, 832 passed, 1 warning in 303.46s"
