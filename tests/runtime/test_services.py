"""PostgreSQL and Valkey of a checkout: shared, recovered, and stopped by the last who needs them."""

import os
import signal
import threading
import time

import psutil
import pytest

from tests.runtime.running import RunningSystem

HOLD = "from runtime import services\nwith services.lease():\n    print('up', flush=True)\n    input()"
SLOW_QUERY = "from runtime import postgres\npostgres.query('vungxanh', 'SELECT pg_sleep(120)')"
QUEUE_TASK = """
import os, redis
from runtime.addresses import redis_url
client = redis.Redis.from_url(redis_url())
print(client.{command})
"""


@pytest.fixture
def system():
    system = RunningSystem("services")
    system.clear()
    yield system
    system.clear()


def python(system, code):
    return system.begin("-c", code)


def start(system):
    started = system.command("services")
    assert started.returncode == 0, started.stderr


def test_many_callers_at_once_start_each_service_once(system):
    callers = [threading.Thread(target=start, args=[system]) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    commands = [process.cmdline()[0] for process in system.processes()]
    assert sum("valkey-server" in command for command in commands) == 1
    assert sum(command.endswith("/postgres") for command in commands) == 1


def test_a_killed_server_starts_again_although_its_children_still_hold_its_memory(system):
    start(system)
    query = python(system, SLOW_QUERY)
    server = psutil.Process(system.pid("postgres"))
    wait_until(lambda: any("SELECT" in " ".join(child.cmdline()) for child in server.children()))
    busy = next(child for child in server.children() if "SELECT" in " ".join(child.cmdline()))
    busy.suspend()  # so that it can't notice that its server died
    server.kill()
    start(system)
    assert system.pid("postgres") != server.pid
    assert not busy.is_running() or busy.status() == psutil.STATUS_ZOMBIE
    query.kill()
    query.communicate()


def test_a_pid_file_that_names_a_stranger_is_not_believed(system):
    start(system)
    for pid in (system.pid("postgres"), system.pid("valkey")):
        os.kill(pid, signal.SIGKILL)
    pid_file = system.var / "postgres" / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(system.pid("postgres")), str(os.getpid()), 1))
    (system.var / "valkey" / "valkey.pid").write_text(str(os.getpid()))
    start(system)
    assert os.getpid() not in (system.pid("postgres"), system.pid("valkey"))


def test_what_was_queued_survives_a_killed_broker(system):
    start(system)
    assert python(system, QUEUE_TASK.format(command="rpush('default', 'a task')")).communicate()[0] == "1\n"
    os.kill(system.pid("valkey"), signal.SIGKILL)
    start(system)
    assert python(system, QUEUE_TASK.format(command="lrange('default', 0, -1)")).communicate()[0] == "[b'a task']\n"


def test_the_last_holder_to_leave_stops_the_services(system):
    first, second = python(system, HOLD), python(system, HOLD)
    assert first.stdout.readline() == second.stdout.readline() == "up\n"
    first.communicate("leave")
    assert system.pid("postgres")
    assert len(system.processes()) > 2
    second.communicate("leave")
    assert system.processes() == []


def test_a_killed_holder_keeps_nothing_up(system):
    killed = python(system, HOLD)
    assert killed.stdout.readline() == "up\n"
    killed.kill()
    killed.communicate()
    python(system, HOLD).communicate("leave")
    assert system.processes() == []


def test_services_started_to_stay_outlive_every_holder_until_stopped(system):
    start(system)
    python(system, HOLD).communicate("leave")
    assert system.processes() != []
    assert system.command("stop").returncode == 0
    assert system.processes() == []


def test_reset_asks_first_and_deletes_only_when_told(system):
    start(system)
    asked = system.command("reset")
    assert (asked.returncode, "Nothing was deleted." in asked.stdout) == (1, True)
    assert (system.var / "postgres").exists()
    assert system.command("reset", FORCE="1").returncode == 0
    assert not system.var.exists()


def test_reset_refuses_a_directory_that_it_did_not_make(system, tmp_path):
    (tmp_path / "thesis.txt").touch()
    refused = system.command("reset", FORCE="1", VX_VAR=str(tmp_path))
    assert refused.returncode == 1
    assert "Refusing to delete" in refused.stderr
    assert (tmp_path / "thesis.txt").exists()


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
