"""What the image and compose.yaml start, started here with a deployment's settings; only the container engine is missing."""

import http.client
import json
import os
import shlex
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet

from runtime.addresses import ROOT

pytestmark = pytest.mark.xdist_group("run")
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
KEYS = {
    "SECRET_KEY": "a-key-of-this-test-alone-" * 3,
    "BLIND_INDEX_KEY": "another-key-of-this-test-" * 3,
    "FIELD_KEYS": Fernet.generate_key().decode(),
}
DEVELOPMENT_KEY = "development-only-key-never-for-real-people"
DEVELOPMENT_FIELD_KEY = "ZGV2ZWxvcG1lbnQtb25seS1rZXktMzItYnl0ZXMhISE="
STATE = "/var/lib/vungxanh"  # of the image


class Deployment:
    """The commands of the files, with this machine's port and directories in place of a container's."""

    def __init__(self, system):
        self.system = system
        services = dict(line.split("=", 1) for line in system.command("services").stdout.splitlines())
        self.environment = system.environment(
            DEMO="0",
            ALLOWED_HOSTS="viec.example.vn,localhost",
            BEHIND_PROXY="true",
            STATIC_ROOT=str(system.var / "collected"),
            HOSTNAME=socket.gethostname(),
            PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            **KEYS,
            **services,
        )
        self.programs = []

    def here(self, command):
        """The command as it stands in the file, but for what a container has to itself."""
        own = [(":8000", f":{self.system.port}"), ("/tmp/beat.pid", str(self.system.var / "beat.pid")), (STATE, str(self.system.var)), ("$$", "$")]
        for theirs, ours in own:
            command = [word.replace(theirs, ours) for word in command]
        return command

    def run(self, command, **environment):
        kept = {"capture_output": True, "text": True, "timeout": 120}
        return subprocess.run(self.here(command), cwd=ROOT, env=self.environment | environment, check=False, **kept)

    def start(self, command):
        with (self.system.var / "log" / f"deployed-{len(self.programs)}.log").open("w") as log:
            self.programs.append(subprocess.Popen(self.here(command), cwd=ROOT, env=self.environment, stdout=log, stderr=log))

    def ask(self, path, **headers):
        with closing(http.client.HTTPConnection("127.0.0.1", self.system.port, timeout=10)) as connection:
            connection.request("GET", path, headers={"Host": "viec.example.vn"} | headers)
            with connection.getresponse() as answer:
                return answer.status, answer.read().decode(), answer.headers

    def is_ready(self):
        try:
            status, body, _headers = self.ask("/readyz")
        except OSError:
            return False
        return status == 200 and set(json.loads(body).values()) == {"ok"}

    def end(self):
        for program in self.programs:
            program.terminate()
        for program in self.programs:
            program.wait(30)


def of_the_image(margin):
    """The list of words of the last CMD that stands behind this margin: none for what the image starts, two spaces for its health check."""
    return json.loads(DOCKERFILE.rsplit(f"\n{margin}CMD ", 1)[1].split("\n")[0])


STARTED, HEALTH_CHECK = of_the_image(""), of_the_image("  ")


def shell(service):
    return ["sh", "-c", SERVICES[service]["healthcheck"]["test"][1]]


@pytest.fixture(scope="module")
def deployment(system):
    if system.supervisor.poll() is None:
        system.interrupt()
    deployment = Deployment(system)
    collected = deployment.run(["python", "manage.py", "collectstatic", "--no-input"], DEMO="1")
    assert collected.returncode == 0, collected.stderr
    migrated = deployment.run(SERVICES["migrate"]["command"])
    assert migrated.returncode == 0, migrated.stderr
    deployment.start(STARTED)
    deployment.start(SERVICES["worker"]["command"])
    deployment.start(SERVICES["beat"]["command"])
    system.forget_signs_of_life()
    deadline = time.monotonic() + 60
    while not deployment.is_ready():
        assert time.monotonic() < deadline, system.logs()
        time.sleep(0.2)
    yield deployment
    deployment.end()
    system.command("stop")


def test_every_part_is_ready_and_says_so_to_its_health_check(deployment):
    assert deployment.run(HEALTH_CHECK).returncode == 0
    assert deployment.run(shell("worker")).returncode == 0
    assert deployment.run(shell("beat")).returncode == 0


def test_what_comes_over_plain_http_is_sent_to_https_but_for_the_health_checks(deployment):
    status, _body, headers = deployment.ask("/sign-in/")
    assert (status, headers["Location"]) == (301, "https://viec.example.vn/sign-in/")
    status, _body, headers = deployment.ask("/sign-in/", **{"X-Forwarded-Proto": "https"})
    assert status == 200
    assert headers["Strict-Transport-Security"]
    assert "Secure" in headers["Set-Cookie"]
    assert deployment.ask("/healthz", Host="localhost")[0] == 200


def test_the_pages_have_their_style_and_no_demo(deployment):
    _status, body, _headers = deployment.ask("/sign-in/", **{"X-Forwarded-Proto": "https"})
    sheet = next(word.split('"')[1] for word in body.split() if word.startswith('href="/static/css/'))
    assert deployment.ask(sheet, **{"X-Forwarded-Proto": "https"})[0] == 200
    assert "/demo/" not in body
    assert deployment.ask("/demo/", **{"X-Forwarded-Proto": "https"})[0] == 404


def test_a_strange_host_is_refused(deployment):
    assert deployment.ask("/sign-in/", Host="evil.example")[0] == 400


def test_the_deployment_check_finds_nothing(deployment):
    checked = deployment.run(shlex.split("python manage.py check --deploy --fail-level WARNING"))
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("name", "key"), [("SECRET_KEY", DEVELOPMENT_KEY), ("BLIND_INDEX_KEY", DEVELOPMENT_KEY), ("FIELD_KEYS", DEVELOPMENT_FIELD_KEY)]
)
def test_each_development_key_is_refused(deployment, name, key):
    refused = deployment.run(["python", "manage.py", "check"], **{name: key})
    assert refused.returncode == 1
    assert refused.stderr.startswith("Set SECRET_KEY, FIELD_KEYS and BLIND_INDEX_KEY")


def test_nobody_can_fill_it_with_the_accounts_of_the_demo(deployment):
    refused = deployment.run(["python", "manage.py", "seed"])
    assert refused.returncode == 1
    assert "DEMO=1" in refused.stderr
