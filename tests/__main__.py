"""`python -m tests [pytest's arguments]`: every suite, in two pytest processes at once.

The browser tests share one seeded province, so they have a process and a database of their own; all others are spread
over the cores. What a part of the machine is missing for is installed where that is possible, and named where it isn't;
with CI set, a missing part is a failure.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from runtime import elasticsearch
from runtime.debian import can_install, install

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
BROWSER_PACKAGES = ["chromium", "fonts-noto-core"]
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|deselected|warnings?|rerun)")
LAST_LINE = re.compile(rf"{COUNT.pattern}.* in \d+\.\d+s")
BROWSER_TESTS, ELASTICSEARCH_TESTS = "the browser tests", "the Elasticsearch tests"
WORST_FIRST = ["failed", "error", "passed", "skipped", "xfailed", "deselected", "warning", "rerun"]


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    missing = missing_parts()
    for part in missing.values():
        print(f"MISSING: {part}", flush=True)
    if missing and os.environ.get("CI"):
        return 1
    codes, outputs = run_suites(arguments, browser=BROWSER_TESTS not in missing)
    for tests, part in missing.items():
        print(f"NOT RUN: {tests}. {part}")
    print(summary(outputs, time.monotonic() - started))
    return max(codes)


def missing_parts() -> dict[str, str]:
    """Which tests can't run, and what could neither be found nor installed for them, with what to do about it."""
    problems = {BROWSER_TESTS: missing_browser(), ELASTICSEARCH_TESTS: missing_elasticsearch()}
    return {tests: problem for tests, problem in problems.items() if problem}


def missing_browser() -> str | None:
    browser = find_browser()
    if browser is None and can_install() and "CHROMIUM" not in os.environ:
        install(BROWSER_PACKAGES)
        browser = find_browser()
    if browser is None:
        return "Chromium, for the browser tests. Install it (Debian: apt-get install chromium fonts-noto-core), or name it with CHROMIUM=/path"
    os.environ["CHROMIUM"] = browser
    return None


def missing_elasticsearch() -> str | None:
    """The server itself comes with Maven when the first test asks for it."""
    return None if os.environ.get("ELASTICSEARCH_URL") else elasticsearch.install_missing()


def find_browser() -> str | None:
    named = os.environ.get("CHROMIUM")
    return next((path for name in ([named] if named else BROWSERS) if (path := shutil.which(name))), None)


def run_suites(arguments: list[str], *, browser: bool) -> tuple[list[int], list[str]]:
    """Run both processes; the browser's output appears in one piece after the others'."""
    common = [sys.executable, "-m", "pytest", "--color=no", *arguments]
    run = os.environ.get("VX_TEST_DB", "main")
    with tempfile.TemporaryFile("w+") as kept:
        beside = None
        if browser:
            beside = subprocess.Popen([*common, "tests/browser"], stdout=kept, stderr=kept, env={**os.environ, "VX_TEST_DB": f"{run}_browser"})
        codes, outputs = follow([*common, "--ignore=tests/browser", "-n", str(os.cpu_count() or 2), "--dist", "loadgroup"])
        if beside is not None:
            codes.append(beside.wait())
            kept.seek(0)
            outputs.append(kept.read())
            print(outputs[-1], flush=True)
    return codes, outputs


def follow(command: list[str]) -> tuple[list[int], list[str]]:
    """Run a command, showing and keeping what it prints."""
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or []:
            lines.append(line)
            print(line, end="", flush=True)
    return [process.returncode], ["".join(lines)]


def summary(outputs: list[str], seconds: float) -> str:
    """One line over all processes, in pytest's words."""
    totals: dict[str, int] = {}
    for output in outputs:
        last = next((line for line in reversed(output.splitlines()) if LAST_LINE.search(line)), "")
        for count, word in COUNT.findall(last):
            totals[word.removesuffix("s")] = totals.get(word.removesuffix("s"), 0) + int(count)
    parts = [f"{totals[word]} {word}{'s' if word in ('error', 'warning') and totals[word] > 1 else ''}" for word in WORST_FIRST if word in totals]
    return f" {', '.join(parts) or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
