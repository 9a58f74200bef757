"""The bench of search runs, at a hundredth of its size, and says what it is asked to say."""

import json
import os
import subprocess
import sys

from django.conf import settings

FIGURES = [
    "match_100k_ratio",
    "match_1m_ratio",
    "text_ratio",
    "postgresql_ratio",
    "sqlite_ratio",
    "elasticsearch_ratio",
    "build_per_s",
    "visible_p95_s",
    "alerts_p95_ms",
    "recommend_20k_s",
    "recommend_100k_s",
    "fill_20k",
    "fill_100k",
    "score_20k",
    "known_item",
    "conformance_failures",
]
MEASURED = ["match_100k_ratio", "match_1m_ratio", "text_ratio", "postgresql_ratio", "sqlite_ratio", "build_per_s", "visible_p95_s"]


def test_a_small_run_measures_what_it_was_asked_and_says_what_it_left_out():
    command = [sys.executable, "-m", "bench.bench_search", "--small", "--only", "match", "databases", "visible", "words", "million"]
    environment = {**os.environ, "VX_TEST_DB": f"{settings.PROCESS}_bench"}
    run = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    *lines, last = run.stdout.splitlines()
    figures = json.loads(last)
    assert list(figures) == FIGURES
    assert [name for name in FIGURES if figures[name] is not None] == [name for name in FIGURES if name in MEASURED], run.stdout
    assert all(figures[name] > 0 for name in MEASURED)
    assert all(any(line.startswith("left out") and name in line for line in lines) for name in FIGURES if figures[name] is None)
