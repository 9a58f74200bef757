"""`make run`: starts everything in order, says where it is, restarts what dies, and takes it all down at the end."""

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from runtime import processes, services
from runtime.addresses import LOGS, ROOT
from runtime.postgres import last_lines
from runtime.processes import NotStarted
from runtime.programs import Program, watched_services

READY_SECONDS = 120
WATCH_SECONDS = 0.5
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopping(BaseException):
    """Somebody asked for the end: Ctrl-C, SIGTERM, a closed terminal."""


class CannotRun(Exception):
    """The message says what is in the way and what to do."""


def run() -> int:
    """Run until stopped; the exit code."""
    for number in SIGNALS:
        signal.signal(number, stop_now)
    os.environ.setdefault("DEMO", "1")
    parent = os.getppid()
    try:
        host, port = place()
        with only_one():
            end_leftovers()
            refuse_taken_port(host, port)
            with services.lease():
                serve(host, port, parent)
    except (CannotRun, NotStarted) as problem:
        print(problem, file=sys.stderr)
        return 1
    except Stopping:
        print("Stopped.", flush=True)
    return 0


def place() -> tuple[str, int]:
    """Host and port to listen at."""
    port = os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CannotRun(f"PORT={port} is not a port: use a number from 1024 to 65535, such as PORT=8000")
    return os.environ.get("HOST") or "127.0.0.1", int(port)


def stop_now(number, frame) -> None:
    for other in SIGNALS:  # a second Ctrl-C must not interrupt the tidying up
        signal.signal(other, signal.SIG_IGN)
    raise Stopping


def serve(host: str, port: int, parent: int) -> None:
    started = time.monotonic()
    programs = [web(host, port), worker()]
    prepare = Program("prepare", [sys.executable, "-m", "runtime.prepare"], patience=5)
    try:
        run_to_the_end(prepare)
        for program in programs:
            program.start()
        wait_until_ready(host, port, programs)
        print(banner(port, time.monotonic() - started), flush=True)
        watch([*programs, *watched_services()], parent)
    finally:
        for program in programs:  # all at once, then each with patience
            program.ask_to_end()
        for program in [prepare, *programs]:
            program.end()


def web(host: str, port: int) -> Program:
    address = f"[{host}]" if ":" in host else host
    size = ["--workers", os.environ.get("WEB_WORKERS") or "2", "--threads", "4", "--preload"]
    bounds = ["--timeout", "60", "--graceful-timeout", "5", "--no-control-socket", "--log-level", "warning"]
    return Program("web", [sys.executable, "-m", "gunicorn", "recruitment.wsgi", "--bind", f"{address}:{port}", *size, *bounds], patience=8)


def worker() -> Program:
    """One process runs the tasks of both queues, and so is the only one that writes the search index."""
    size = ["--queues", "default,search", "--pool", "prefork", "--concurrency", "1", "--beat"]
    quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    return Program("worker", [sys.executable, "-m", "celery", "-A", "recruitment.celery", "worker", *size, *quiet], patience=12)


def run_to_the_end(prepare: Program) -> None:
    """Run the preparation, its output passed through; it has a session of its own so that Ctrl-C reaches it only through us."""
    prepare.process = subprocess.Popen(prepare.command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
    processes.remember(prepare.name, prepare.process.pid)
    if prepare.process.wait() != 0:
        raise CannotRun("The preparation failed; what it said is above.")
    processes.forget(prepare.name)


def wait_until_ready(host: str, port: int, programs: list[Program]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while (states := readiness(host, port)) is None or set(states.values()) != {"ok"}:
        for program in programs:
            if (death := program.death()) is not None:
                raise CannotRun(f"{program.name} {death}. The end of {LOGS / program.name}.log:\n{last_lines(LOGS / f'{program.name}.log')}")
        if time.monotonic() > deadline:
            raise CannotRun(f"Not ready after {READY_SECONDS} s: {states or 'the web process does not answer'}. See {LOGS}.")
        time.sleep(0.1)


def readiness(host: str, port: int) -> dict[str, str] | None:
    """What /readyz says, or None while nobody answers."""
    place = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    request = urllib.request.Request(f"http://{place}:{port}/readyz", headers={"Host": f"localhost:{port}"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        return json.load(refusal) if refusal.code == 503 else {"web": f"status {refusal.code}"}
    except (OSError, ValueError):
        return None


def watch(parts: list, parent: int) -> None:
    """Start again whatever dies, until somebody stops us or `make`, our parent, is gone."""
    while True:
        time.sleep(WATCH_SECONDS)
        if os.environ.get("MAKELEVEL") and os.getppid() != parent:
            raise Stopping
        for part in parts:
            if part.backoff.due is None and (death := part.death()) is not None:
                delay = part.backoff.died()
                print(f"{part.name} {death}; starting it again in {delay:g} s.", flush=True)
                part.end(patience=0)
            elif part.backoff.is_due():
                start_again(part)


def start_again(part) -> None:
    try:
        part.start()
        print(f"{part.name} is running again.", flush=True)
    except Exception as problem:  # noqa: BLE001 - whatever keeps it from starting, the others go on and it is tried again
        delay = part.backoff.died()
        print(f"{part.name} did not start ({problem}); trying again in {delay:g} s.", flush=True)


@contextmanager
def only_one() -> Iterator[None]:
    """Refuse to run beside another supervisor of this checkout. Its lock dies with it."""
    with services.open_lock("supervisor") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun("Already running from this directory. Stop it there with Ctrl-C, or from anywhere with `make stop`.") from None
        processes.remember("supervisor", os.getpid())
        yield
        processes.forget("supervisor")


def end_leftovers() -> None:
    """End the children of a supervisor that was killed before it could."""
    for name in ("prepare", "web", "worker"):
        if processes.end_remembered(name, patience=5):
            print(f"Ended the {name} process that an earlier run left behind.", flush=True)


def refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotRun(f"Port {port} is taken{by_whom(port)}. Choose another: make run PORT={port + 1}") from None
            raise CannotRun(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another: make run PORT=8000") from None


def by_whom(port: int) -> str:
    """Who listens there, as far as the system lets us know."""
    try:
        listeners = [link.pid for link in psutil.net_connections("tcp") if link.status == psutil.CONN_LISTEN and link.laddr.port == port and link.pid]
        return f" by {psutil.Process(listeners[0]).name()} (process {listeners[0]})" if listeners else ""
    except psutil.Error:
        return ""


def banner(port: int, seconds: float) -> str:
    address = f"http://localhost:{port}"
    demo = [f"  Demo sign-ins, one click per role:  {address}/demo/"] if os.environ["DEMO"] == "1" else []
    lines = [f"Vùng Xanh is ready after {seconds:.1f} s:  {address}/", *demo, f"  Logs: {LOGS}    Stop: Ctrl-C"]
    return "\n".join(lines)


def stop() -> None:
    """Stop the supervisor of this checkout, wherever it runs, then whatever is left."""
    supervisor = processes.recall("supervisor")
    if supervisor is not None:
        processes.end_process(supervisor, patience=40)
        processes.forget("supervisor")
    end_leftovers()
    services.stop()
