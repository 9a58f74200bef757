"""One Elasticsearch node from Elastic's own minimal distribution, for tests and for trying the other search engine.

The artifact comes with Maven, whose local repository is the cache: `make reset` deletes the unpacked copy, not the download.
Data and logs lie under `var/elasticsearch`; it listens on loopback only. It has the core alone: no scripts, no ingest
pipelines, no analysis plugins. Whatever passes here passes with the full distribution, which contains it.
"""

import os
import pwd
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from hashlib import file_digest
from pathlib import Path

import psutil

from runtime.addresses import LOGS, VAR
from runtime.debian import can_install, install
from runtime.postgres import SERVER_USER, add_server_user, as_root, last_lines, let_pass
from runtime.processes import NotStarted, alive, end_process

VERSION = "8.19.21"
SHA256 = "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
OLDEST_JAVA = 17
PACKAGES = ["default-jre-headless", "maven"]  # Debian's
PLACE = VAR / "elasticsearch"
HOME = PLACE / f"elasticsearch-{VERSION}"
OWN = [PLACE / name for name in ("config", "data", "logs", "tmp")]  # what the server writes to
PID_FILE = PLACE / "tmp" / "elasticsearch.pid"
PORT_FILE = PLACE / "port"
LOG = LOGS / "elasticsearch.log"
FETCH_SECONDS, START_SECONDS = 600, 120


def start() -> bool:
    """Start the server unless it answers; True if it had to be started. NotStarted. Needs the services lock."""
    if answers():
        return False
    stop()
    ensure_tools()
    unpack()
    configure()
    with LOG.open("w") as output:
        command = [str(HOME / "bin" / "elasticsearch"), "--daemonize", "--pidfile", str(PID_FILE)]
        subprocess.run(
            command,
            cwd=PLACE,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            timeout=START_SECONDS,
            **user(),
        )
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if process() is None or time.monotonic() > deadline:
            raise NotStarted(f"Elasticsearch did not start. The end of {LOG}:\n{last_lines(LOG, 20)}")
        time.sleep(0.1)
    return True


def stop() -> None:
    """Stop the server, which flushes its translog first. Needs the services lock."""
    server = process()
    if server is not None:
        end_process(server, patience=20)


def process() -> psutil.Process | None:
    """The running server of this directory, whether or not it answers."""
    try:
        found = psutil.Process(int(PID_FILE.read_text()))
        return found if alive(found) and str(HOME) in " ".join(found.cmdline()) else None
    except (OSError, ValueError, psutil.Error):
        return None


def answers() -> bool:
    """True if our own server, and not a stranger on its port, answers requests now."""
    if process() is None:
        return False
    try:
        with urllib.request.urlopen(f"{url()}/_cluster/health?timeout=1s", timeout=2) as answer:  # noqa: S310
            return answer.status == 200
    except (OSError, urllib.error.HTTPError):
        return False


def url() -> str:
    return f"http://127.0.0.1:{PORT_FILE.read_text()}"


def install_missing() -> str | None:
    """Install Java and Maven where that is possible; what is still missing, and what to do about it."""
    if lacks_tools() and can_install():
        install(PACKAGES)
    if not lacks_tools():
        return None
    by_hand = f"Install them (Debian: apt-get install {' '.join(PACKAGES)}), or set ELASTICSEARCH_URL"
    return f"Java {OLDEST_JAVA} or newer and Maven, for Elasticsearch. {by_hand}"


def lacks_tools() -> bool:
    return java() is None or (not HOME.is_dir() and shutil.which("mvn") is None)


def ensure_tools() -> None:
    if (problem := install_missing()) is not None:
        raise NotStarted(f"Missing: {problem}.")


def java() -> Path | None:
    """The home of a Java that is new enough: the one named, the one on the path, or any that Debian keeps."""
    named = [os.environ[name] for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    on_path = shutil.which("java")
    homes = [*map(Path, named), *([Path(on_path).resolve().parents[1]] if on_path else []), *sorted(Path("/usr/lib/jvm").glob("*"))]
    return next((home for home in homes if java_version(home) >= OLDEST_JAVA), None)


def java_version(home: Path) -> int:
    """17 for Java 17.0.15; 0 for a directory without Java."""
    try:
        found = re.search(r'^JAVA_VERSION="(\d+)', (home / "release").read_text(), flags=re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def unpack() -> None:
    """Fetch and check the distribution and lay it beside its place first, so that half a copy is never taken for a whole one."""
    if HOME.is_dir():
        return
    unfinished = PLACE / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    archive = fetch(unfinished)
    with archive.open("rb") as content:
        found = file_digest(content, "sha256").hexdigest()
    if found != SHA256:
        raise NotStarted(f"{archive.name} has the SHA-256 {found}, not {SHA256}: it is not what was asked for, and was not unpacked.")
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(unfinished)
    for file in (unfinished / HOME.name).rglob("*"):  # zipfile keeps no modes, and a strict umask would shut the server's user out
        file.chmod(0o755 if file.is_dir() or file.parent.name == "bin" else 0o644)
    archive.unlink()
    (unfinished / HOME.name).rename(HOME)


def fetch(directory: Path) -> Path:
    command = ["mvn", "--quiet", "--batch-mode", COPY, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={directory}"]
    fetched = subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=FETCH_SECONDS)
    if fetched.returncode != 0:
        raise NotStarted(f"Maven could not fetch {ARTIFACT}:\n{(fetched.stdout + fetched.stderr)[-2000:]}")
    return directory / f"elasticsearch-{VERSION}.zip"


def configure() -> None:
    """Write the configuration anew and let the server's user at its directories: Elasticsearch refuses to run as root."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for directory in OWN:
        directory.mkdir(exist_ok=True)
    shutil.copytree(HOME / "config", PLACE / "config", dirs_exist_ok=True)
    PORT_FILE.write_text(str(port()))
    (PLACE / "config" / "elasticsearch.yml").write_text(settings(PORT_FILE.read_text()))
    if as_root():
        add_server_user()
        let_pass(PLACE / "config")
        let_pass(HOME / "bin")
        for place in [*OWN, *(inside for directory in OWN for inside in directory.rglob("*"))]:
            shutil.chown(place, SERVER_USER)


def port() -> int:
    """The port it had before if that is free, so that its address outlives a restart; else any free one."""
    for wanted in (int(PORT_FILE.read_text()) if PORT_FILE.exists() else 0, 0):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", wanted))
                return trial.getsockname()[1]
            except OSError:
                continue
    raise NotStarted("There is no free port on this machine.")


def settings(port: str) -> str:
    return f"""\
# Written at every start by runtime/elasticsearch.py.
cluster.name: vungxanh
discovery.type: single-node
xpack.security.enabled: false
http.host: 127.0.0.1
http.port: {port}
transport.host: 127.0.0.1
transport.port: 0
path.data: {PLACE / "data"}
path.logs: {PLACE / "logs"}
cluster.routing.allocation.disk.threshold_enabled: false
action.auto_create_index: false
"""


def environment() -> dict[str, str]:
    paths = {"ES_JAVA_HOME": java(), "ES_PATH_CONF": PLACE / "config", "ES_TMPDIR": PLACE / "tmp", "HOME": PLACE}
    named = {name: str(path) for name, path in paths.items()}
    return named | {"PATH": os.environ.get("PATH", ""), "ES_JAVA_OPTS": "-Xms512m -Xmx512m", "LC_ALL": "C.UTF-8"}


def user() -> dict:
    """As whom it runs: started by root, as the system user that owns PostgreSQL too."""
    if not as_root():
        return {}
    return {"user": SERVER_USER, "group": pwd.getpwnam(SERVER_USER).pw_gid, "extra_groups": []}
