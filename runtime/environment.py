"""`python3 runtime/environment.py run|test`: the virtual environment, exactly as its lock file says, hashes included.

Runs before anything is installed, so it uses the standard library only. Nothing is done while the lock is unchanged.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "installed.json"
OLDEST = (3, 11)


def main(kind: str) -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Python {sys.version.split()[0]} is too old: this needs 3.11 or newer. Name one with PYTHON=/path/to/python3.")
    if up_to_date(kind):
        return
    if not works(PYTHON):
        create()
    print(f"Installing what requirements/{kind}.lock names …", flush=True)
    options = ["--require-hashes", "--only-binary=:all:", "--disable-pip-version-check", "--no-input", "--quiet", "--root-user-action=ignore"]
    lock = ROOT / "requirements" / f"{kind}.lock"
    if subprocess.run([str(PYTHON), "-m", "pip", "install", *options, "-r", str(lock)], check=False).returncode != 0:
        sys.exit("The packages could not be installed (see above). Is the package index reachable?")
    STAMP.write_text(json.dumps({"kind": kind, "lock": digest(kind), "python": version(PYTHON)}))


def up_to_date(kind: str) -> bool:
    """The test lock contains the run lock: what satisfies it also serves to run."""
    try:
        installed = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    enough = installed["kind"] in (kind, "test")
    return enough and installed["lock"] == digest(installed["kind"]) and installed["python"] == version(PYTHON)


def digest(kind: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{kind}.lock").read_bytes()).hexdigest()


def works(python: Path) -> bool:
    """False also when the Python beneath the environment was removed, or is too old."""
    found = version(python)
    return found != "" and tuple(int(part) for part in found.split(".")[:2]) >= OLDEST


def version(python: Path) -> str:
    try:
        command = [str(python), "-c", "import platform; print(platform.python_version())"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def create() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        install_venv_support()
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    print(f"Making {ENVIRONMENT.name} with Python {sys.version.split()[0]} …", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=False).returncode != 0:
        sys.exit("The virtual environment could not be made (see above).")


def install_venv_support() -> None:
    """Debian and Ubuntu package `ensurepip` apart from Python."""
    package = f"python3.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"Python's venv is missing. Install it first: sudo apt-get install {package}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", package]):
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1])
