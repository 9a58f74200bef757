"""Names that keep test processes apart."""

import fcntl
import json
import os

from runtime.addresses import VAR

REGISTER = VAR / "test" / "valkey-numbers.json"
FIRST_NUMBER = 16  # 0 is the running system's; the rest of a stock server's sixteen stay free


def process_name() -> str:
    """One name per pytest process: the run's, then the parallel worker's."""
    return os.environ.get("VX_TEST_DB", "main") + os.environ.get("PYTEST_XDIST_WORKER", "")


def with_database_number(url: str, name: str) -> tuple[str, str]:
    """The Redis address and the Celery broker address of this process's own database number."""
    number = number_of(name)
    if url.startswith("unix://"):
        return f"{url}?db={number}", f"{url.replace('unix://', 'redis+socket://')}?virtual_host={number}"
    server = url.split("?")[0].rstrip("/")
    if server.rsplit("/", 1)[-1].isdigit():
        server = server.rsplit("/", 1)[0]
    return f"{server}/{number}", f"{server}/{number}"


def number_of(name: str) -> int:
    """The same number for the same name, a new one for a new name."""
    REGISTER.parent.mkdir(parents=True, exist_ok=True)
    with REGISTER.open("a+") as register:
        fcntl.flock(register, fcntl.LOCK_EX)
        register.seek(0)
        numbers = json.loads(register.read() or "{}")
        if name not in numbers:
            numbers[name] = FIRST_NUMBER + len(numbers)
            register.truncate(0)
            json.dump(numbers, register)
        return numbers[name]
