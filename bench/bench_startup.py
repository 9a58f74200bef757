"""How long `make run` takes to a ready page, first and again, and what each process then holds in memory.

The first start is on an empty `var/` with the environment installed: database, migrations, demo province and index included.
SEED chooses another size, as for `make run`.
"""

import os
import re
import sys
import time

from tests.runtime.running import RunningSystem

FULL_PROVINCE = os.environ.get("SEED", "")
MEGABYTE = 1024 * 1024


def main() -> None:
    system = RunningSystem("bench-startup")
    system.clear()
    try:
        for label in ("first start, empty var/", "second start", "start after kill -9 of everything"):
            started = time.monotonic()
            system.start(seed=FULL_PROVINCE)
            print(f"{label}: {time.monotonic() - started:.1f} s")
            for step in re.findall(r"^  \S.*: \d+\.\d s$", system.said(), flags=re.MULTILINE):
                print(f"  {step}")
            if label == "second start":
                memory(system)
            if label == "first start, empty var/":
                system.interrupt()
            else:
                for process in system.processes():
                    process.kill()
                system.supervisor.wait()
    finally:
        system.clear()


def memory(system: RunningSystem) -> None:
    """Resident memory, and what the process holds alone where the kernel tells (the rest is shared between processes)."""
    for process in sorted(system.processes(), key=lambda process: process.pid):
        full = process.memory_full_info() if sys.platform == "linux" else process.memory_info()
        alone = getattr(full, "uss", 0)
        line = " ".join(process.cmdline())
        print(f"  {name(line):<28} {full.rss / MEGABYTE:6.0f} MB resident, {alone / MEGABYTE:6.0f} MB its own")


def name(command_line: str) -> str:
    for word in ("runtime run", "gunicorn", "celery", "valkey-server"):
        if word in command_line:
            return word
    return command_line.split(" -D")[0].rsplit("/", 1)[-1][:28]


if __name__ == "__main__":
    main()
