"""How long `make run` takes to a ready page, first and again, and what each process then holds in memory; the last line is one JSON object.

The first start is on an empty `var/` with the environment installed: database, migrations, demo province and index included.
SEED chooses another size, as for `make run`.
"""

import json
import os
import re
import sys
import time

from tests.runtime.running import RunningSystem

FULL_PROVINCE = os.environ.get("SEED", "")
LONGEST_START = 3600  # seconds: SEED may ask for a large province
MEGABYTE = 1024 * 1024


def main() -> None:
    system = RunningSystem("bench-startup")
    system.clear()
    figures: dict = {"bench": "startup"}
    try:
        figures["first_start"] = start(system, "first start, empty var/")
        system.interrupt()
        figures["second_start"] = start(system, "second start")
        figures["memory_mb"] = memory(system)
        for process in system.processes():
            process.kill()
        system.supervisor.wait()
        figures["start_after_kill_of_everything"] = start(system, "start after kill -9 of everything")
        began = time.monotonic()
        system.interrupt()
        figures["stop_s"] = round(time.monotonic() - began, 1)
        figures["left_running"] = len(system.processes())
    finally:
        system.clear()
    print(json.dumps(figures))


def start(system: RunningSystem, label: str) -> dict[str, float]:
    """Seconds from the command to the line that says it is ready, and seconds that the processors worked for it."""
    began = time.monotonic()
    system.start(seed=FULL_PROVINCE, patience=LONGEST_START)
    seconds = round(time.monotonic() - began, 1)
    work = round(worked(system), 1)
    print(f"{label}: {seconds} s, of which the processors worked {work} s")
    for step in re.findall(r"^  \S.*: \d+\.\d s$", system.said(), flags=re.MULTILINE):
        print(f"  {step}")
    return {"seconds": seconds, "processor_seconds": work}


def worked(system: RunningSystem) -> float:
    """Processor seconds of all its processes and of those that have ended: what the start costs however busy the machine is."""
    return sum(sum(process.cpu_times()[:4]) for process in system.processes())


def memory(system: RunningSystem) -> dict[str, float]:
    """Resident memory of each process, and what it holds alone where the kernel tells; the sum of the latter is what the whole costs."""
    alone_of_all = 0
    for process in sorted(system.processes(), key=lambda process: process.pid):
        full = process.memory_full_info() if sys.platform == "linux" else process.memory_info()
        alone = getattr(full, "uss", 0)
        alone_of_all += alone
        line = " ".join(process.cmdline())
        print(f"  {name(line):<28} {full.rss / MEGABYTE:6.0f} MB resident, {alone / MEGABYTE:6.0f} MB its own")
    proportional = [process.memory_full_info().pss for process in system.processes()] if sys.platform == "linux" else []
    return {"own": round(alone_of_all / MEGABYTE), "proportional": round(sum(proportional) / MEGABYTE)}


def name(command_line: str) -> str:
    for word in ("runtime run", "gunicorn", "celery", "valkey-server"):
        if word in command_line:
            return word
    return command_line.split(" -D")[0].rsplit("/", 1)[-1][:28]


if __name__ == "__main__":
    main()
