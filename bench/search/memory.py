"""`python -m bench.search.memory DIRECTORY`: the memory of a process that opens an index and searches in it."""

import sys
from pathlib import Path
from random import Random

import django

django.setup()

import psutil  # noqa: E402

from bench.search.people import asked  # noqa: E402
from search.engines.embedded.engine import EmbeddedEngine  # noqa: E402
from tests.conformance import generated  # noqa: E402

MEGABYTE = 1024 * 1024


def main(directory: str) -> None:
    process = psutil.Process()
    before = process.memory_full_info().uss
    engine = EmbeddedEngine(Path(directory))
    for seed in range(10):
        row, skills = generated.opening(Random(seed), 1)
        engine.search("candidate", asked(generated.facts_of(row, skills, on=generated.TODAY)))
    after = process.memory_full_info()
    print(f"{after.rss / MEGABYTE:.0f} MB resident, {(after.uss - before) / MEGABYTE:.0f} MB more of its own than before it opened the index")


if __name__ == "__main__":
    main(sys.argv[1])
