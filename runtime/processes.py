"""Processes of this checkout: found again by pid and birth, ended together with their children."""

import json
import os
import signal
import time
from pathlib import Path

import psutil

from runtime.addresses import ROOT, VAR

RECORDS = VAR / "pids"
SAME_BIRTH = 2.0  # seconds: the clock may be corrected between two readings, a pid is not reused that fast


class NotStarted(Exception):
    """A service refused to start; the message says where it says why."""


def remember(name: str, pid: int) -> None:
    """Write down a process so that a later run can recognise it, and not a stranger that got the same pid."""
    RECORDS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"pid": pid, "born": psutil.Process(pid).create_time()})
    unfinished = RECORDS / f".{name}.{os.getpid()}"
    unfinished.write_text(text)
    unfinished.replace(RECORDS / f"{name}.json")


def forget(name: str) -> None:
    (RECORDS / f"{name}.json").unlink(missing_ok=True)


def recall(name: str) -> psutil.Process | None:
    """The remembered process if it still lives."""
    try:
        record = json.loads((RECORDS / f"{name}.json").read_text())
        process = psutil.Process(record["pid"])
        same = abs(process.create_time() - record["born"]) < SAME_BIRTH
        return process if same and alive(process) else None
    except (OSError, ValueError, KeyError, psutil.Error):
        return None


def alive(process: psutil.Process) -> bool:
    """True unless the process is gone, or dead and only waiting for its parent to notice."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def members(group: int) -> list[psutil.Process]:
    """Living processes of a process group that were started in this checkout."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and alive(process) and Path(process.cwd()) == ROOT:
                found.append(process)
        except (OSError, psutil.Error):
            continue
    return found


def end_group(group: int, *, patience: float, asking: signal.Signals = signal.SIGTERM) -> None:
    """Ask a process group to end; after `patience` seconds make it."""
    if not members(group):
        return
    signal_group(group, asking)
    deadline = time.monotonic() + patience
    while members(group):
        if time.monotonic() > deadline:
            signal_group(group, signal.SIGKILL)
            deadline = time.monotonic() + patience
        time.sleep(0.05)


def signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


def end_remembered(name: str, *, patience: float) -> bool:
    """End what an earlier run left behind under this name, children included; True if there was anything."""
    try:
        group = json.loads((RECORDS / f"{name}.json").read_text())["pid"]
    except (OSError, ValueError, KeyError):
        return False
    stranger = psutil.pid_exists(group) and recall(name) is None and not is_zombie(group)
    left = [] if stranger else members(group)
    if left:
        end_group(group, patience=patience)
    forget(name)
    return bool(left)


def is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def end_process(process: psutil.Process, *, patience: float) -> None:
    """Ask one process to end; after `patience` seconds make it. A zombie counts as ended: its parent may never look."""
    try:
        process.terminate()
        deadline = time.monotonic() + patience
        while alive(process):
            if time.monotonic() > deadline:
                process.kill()
                deadline = time.monotonic() + patience
            time.sleep(0.05)
    except psutil.NoSuchProcess:
        return
