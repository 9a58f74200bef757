"""One running system for the tests of the group "run", which pytest-xdist keeps in one process."""

import pytest

from tests.runtime.running import RECOVERY_SECONDS, RunningSystem


@pytest.fixture(scope="session")
def system():
    system = RunningSystem("system")
    system.clear()
    system.start()
    yield system
    system.clear()


@pytest.fixture
def running(system):
    """The system, ready, whatever the test before did to it."""
    if system.supervisor.poll() is not None:
        system.start()
    system.wait_for(system.is_ready, RECOVERY_SECONDS)
    return system
