"""Where the services of this checkout listen when the environment names no others."""

import hashlib
import tempfile
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
LONGEST_SOCKET_PATH = 90  # the kernel allows 107 bytes including the file's name


def socket_directory() -> Path:
    """`var/run`, or a short directory named after the checkout where that path is too long for a socket."""
    directory = VAR / "run"
    if len(str(directory)) > LONGEST_SOCKET_PATH - len(".s.PGSQL.5432"):
        name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        directory = Path(tempfile.gettempdir()) / f"vungxanh-{name}"
    return directory


def database_url() -> str:
    return f"postgresql://postgres@{quote(str(socket_directory()), safe='')}/vungxanh"


def redis_url() -> str:
    return f"unix://{socket_directory() / 'valkey.sock'}"
