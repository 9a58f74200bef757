"""`make run`: what it starts comes back when killed, and is gone when it stops."""

import os
import signal
import socket

import psutil
import pytest

from runtime.processes import alive
from tests.runtime.running import RECOVERY_SECONDS, RunningSystem

pytestmark = pytest.mark.xdist_group("run")
WRITES_BETWEEN_KILLS = 8


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def group(system, leader):
    return [process for process in system.processes() if os.getpgid(process.pid) == leader]


@pytest.mark.parametrize("part", ["web", "worker", "postgres", "valkey"])
def test_what_is_killed_comes_back_by_itself(running, part):
    killed, restarts = running.pid(part), running.said().count(f"{part} is running again")
    kill(killed)
    running.forget_signs_of_life()
    running.wait_for(lambda: running.said().count(f"{part} is running again") > restarts, RECOVERY_SECONDS)
    running.wait_for(running.is_ready, RECOVERY_SECONDS)
    assert running.pid(part) != killed
    assert f"{part} was killed by SIGKILL; starting it again in" in running.said() or f"{part} is gone; starting it again in" in running.said()


def test_a_killed_worker_leaves_no_child_that_could_write_the_index_beside_its_successor(running):
    first = running.pid("worker")
    running.wait_for(lambda: len(group(running, first)) > 2, RECOVERY_SECONDS)  # beat and the process that runs the tasks
    children = group(running, first)
    restarts = running.said().count("worker is running again")
    kill(first)
    running.wait_for(lambda: running.said().count("worker is running again") > restarts, RECOVERY_SECONDS)
    assert not any(alive(process) for process in children)


def test_what_was_confirmed_is_neither_lost_nor_doubled_whatever_is_killed_meanwhile(running):
    writer = running.begin("-m", "tests.runtime.writing", str(running.port))
    lines = []
    for part in ("worker", "postgres", "web", "valkey", "postgres", "web", "worker"):
        lines += [writer.stdout.readline() for _confirmed in range(WRITES_BETWEEN_KILLS)]
        kill(running.pid(part))
    lines += [writer.stdout.readline() for _confirmed in range(WRITES_BETWEEN_KILLS)]
    said = [line.split() for line in lines + writer.communicate("enough\n", timeout=60)[0].splitlines()]
    assert writer.returncode == 0
    applied = [key for word, key in said if word == "applied"]
    assert len(applied) > 20
    assert len(set(applied)) == len(applied)
    kept = running.query("SELECT idempotency_key FROM applications_application WHERE idempotency_key IS NOT NULL").split()
    assert sorted(kept) == sorted(applied)
    last = {key: word for word, key in said if word != "applied"}
    hidden = running.query("SELECT id FROM workers_worker WHERE status = 'hidden'").split()
    assert sorted(hidden) == sorted(key for key, word in last.items() if word == "hidden")
    running.wait_for(lambda: running.manage("search_verify").returncode == 0, RECOVERY_SECONDS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_ends_every_process_it_started(running, number):
    assert len(running.processes()) > 8
    assert running.interrupt(number) == 0
    assert running.processes() == []


def test_after_a_killed_supervisor_the_next_start_ends_what_it_left_and_recovers(running):
    left = running.pid("web"), running.pid("worker")
    kill(running.supervisor.pid)
    running.supervisor.wait()
    running.start()
    assert "Ended the web process that an earlier run left behind." in running.said()
    assert not {process.pid for process in running.processes()} & set(left)
    assert running.is_ready()


def test_after_everything_was_killed_the_next_start_recovers(running):
    for process in running.processes():
        process.kill()
    running.supervisor.wait()
    running.start()
    assert running.is_ready()


def test_the_end_of_make_is_the_end_of_all(running):
    """A killed `make` can't pass anything on: the supervisor notices that its parent is gone."""
    running.interrupt()
    running.start(beneath_make=True)
    supervisor = running.pid("supervisor")
    assert supervisor != running.supervisor.pid
    kill(running.supervisor.pid)
    running.supervisor.wait()
    psutil.Process(supervisor).wait(RECOVERY_SECONDS)
    assert running.processes() == []


def test_a_second_run_in_the_same_directory_is_refused(running):
    refused = running.command("run")
    assert refused.returncode == 1
    assert "Already running from this directory" in refused.stderr
    assert running.is_ready()


@pytest.mark.parametrize("port", ["http", "0", "99999"])
def test_a_port_that_is_none_is_refused_in_words(port):
    refused = RunningSystem("port").command("run", PORT=port)
    assert refused.returncode == 1
    assert f"PORT={port} is not a port" in refused.stderr


def test_a_taken_port_is_named_with_the_way_to_another():
    system = RunningSystem("port")
    with socket.create_server(("127.0.0.1", system.port)):
        refused = system.command("run")
    assert refused.returncode == 1
    assert f"Port {system.port} is taken" in refused.stderr
    assert f"make run PORT={system.port + 1}" in refused.stderr
    assert system.processes() == []
    system.clear()
