"""Where the services of this checkout listen when the environment names no others."""

import hashlib
import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VX_VAR") or ROOT / "var").resolve()  # everything a run leaves behind
LOGS = VAR / "log"
DEMO_MARK = "demo"  # a file under `var/`: what is there is the demo's
LONGEST_SOCKET_PATH = 90  # macOS allows 103 bytes and Linux 107, the file's name included


def socket_directory() -> Path:
    """`run` under `var/`, or a short directory named after it where that path is too long for a socket."""
    directory = VAR / "run"
    if len(str(directory)) > LONGEST_SOCKET_PATH - len(".s.PGSQL.5432"):
        name = hashlib.sha256(str(VAR).encode()).hexdigest()[:12]
        directory = Path(tempfile.gettempdir()) / f"vungxanh-{name}"
    return directory


def database_url() -> str:
    return f"postgresql://postgres@/{socket_directory()}/vungxanh"


def redis_url() -> str:
    return f"unix://{socket_directory() / 'valkey.sock'}"


def wheel_folder(package: str) -> Path:
    """Where an installed package lies, without importing it. Raises ModuleNotFoundError."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed; requirements/run.lock has it")
    return Path(found.origin).parent
