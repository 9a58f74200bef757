"""The whole system started by `python -m runtime run`, with a `var/` and a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from runtime.addresses import ROOT, VAR
from tests.harness.names import process_name

SMALL_PROVINCE = "--workers 40 --openings 10 --factories 4 --sites 2"
START_SECONDS = 300  # on a busy machine; an idle one needs twenty
RECOVERY_SECONDS = 60
LEFT_OUT = ("DJANGO_SETTINGS_MODULE", "MAKELEVEL", "DATABASE_URL", "REDIS_URL", "VX_TEST_DB")


class RunningSystem:
    """A supervisor as a child process, and what it says."""

    def __init__(self, name: str):
        self.var = VAR / "test" / f"{name}-{process_name()}"
        self.port = free_port()
        self.output = self.var.with_suffix(".txt")
        self.supervisor: subprocess.Popen | None = None

    def environment(self, **extra: str) -> dict[str, str]:
        own = {key: value for key, value in os.environ.items() if key not in LEFT_OUT}
        return own | {"VX_VAR": str(self.var), "PORT": str(self.port), "SEED": SMALL_PROVINCE, "DEMO": "1"} | extra

    def command(self, name: str, **extra: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "runtime", name]
        kept = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
        return subprocess.run(command, cwd=ROOT, env=self.environment(**extra), timeout=120, check=False, **kept)

    def begin(self, *arguments: str) -> subprocess.Popen:
        """A Python process beside it, in the same environment."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment(), text=True, **pipes)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=120, check=False)

    def forget_signs_of_life(self) -> None:
        """Ready again then means that the worker of now has run tasks of both queues."""
        script = "import redis\nfrom runtime.addresses import redis_url\nredis.Redis.from_url(redis_url()).delete(*{!r})"
        self.begin("-c", script.format(["signs:worker", "signs:queue:default", "signs:queue:search"])).communicate(timeout=60)

    def query(self, statement: str) -> str:
        """What one statement prints, run by the system's own psql."""
        script = f"from runtime.postgres import query\nprint(query('vungxanh', {statement!r}))"
        return self.begin("-c", script).communicate(timeout=60)[0]

    def start(self, *, beneath_make: bool = False, seed: str = SMALL_PROVINCE, patience: float = START_SECONDS) -> None:
        """Start and wait until it says that it is ready; `supervisor` is then `make` itself if it is to stand above."""
        self.output.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("w") as output:
            command = ["make", "--no-print-directory", "run"] if beneath_make else [sys.executable, "-m", "runtime", "run"]
            environment = self.environment(SEED=seed)
            self.supervisor = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True)
        self.wait_for(lambda: "is ready after" in self.said(), patience)

    def said(self) -> str:
        return self.output.read_text()

    def readiness(self) -> dict[str, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            return json.load(refusal)
        except OSError:
            return {}

    def is_ready(self) -> bool:
        return set(self.readiness().values()) == {"ok"}

    def pid(self, name: str) -> int:
        if name == "postgres":
            return int((self.var / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
        return json.loads((self.var / "pids" / f"{name}.json").read_text())["pid"]

    def processes(self) -> list[psutil.Process]:
        """Every living process that works for this system, by its environment or its data directory."""
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("VX_VAR") == str(self.var) or str(self.var) in " ".join(process.cmdline()) + process.cwd()
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send the signal and wait for the end; the exit code."""
        self.supervisor.send_signal(number)
        return self.supervisor.wait(40)

    def clear(self) -> None:
        self.command("reset", FORCE="1")
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.kill()
            self.supervisor.wait()

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            ended = self.supervisor is not None and self.supervisor.poll() is not None
            assert not ended, f"the supervisor ended:\n{self.said()}"
            assert time.monotonic() < deadline, f"not within {seconds} s: {self.readiness()}\n{self.said()}\n{self.logs()}"
            time.sleep(0.1)

    def logs(self) -> str:
        return "\n".join(f"--- {log.name}\n{tail(log)}" for log in sorted((self.var / "log").glob("*.log")))


def tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]
