"""Dockerfile and docker-compose.yml stay in step with what runs here."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from fitflow.local import system
from fitflow.local.postgres import APP_ROLE, OLDEST, SETTINGS
from fitflow.local.processes import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_each_process_has_the_one_command(compose: dict[str, Any], name: str) -> None:
    assert tuple(compose["services"][name]["command"]) == PRODUCTION[name]


def test_there_is_nothing_more_and_nothing_less(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == set(PRODUCTION) | {"postgres", "redis"}


def test_the_image_runs_web_when_nothing_is_said(dockerfile: str) -> None:
    told = re.search(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert told
    assert tuple(json.loads(told[1])) == PRODUCTION["web"]


def test_every_lasting_service_says_how_it_fares(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if name != "migrate":
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name


def test_nothing_starts_before_the_tables_are_there(compose: dict[str, Any]) -> None:
    for name in set(PRODUCTION) - {"migrate"}:
        depends = compose["services"][name]["depends_on"]
        assert depends["migrate"]["condition"] == "service_completed_successfully", name
        assert depends["postgres"]["condition"] == depends["redis"]["condition"] == "service_healthy", name


def test_the_application_gets_its_values_from_the_env_file(compose: dict[str, Any]) -> None:
    for name in PRODUCTION:
        service = compose["services"][name]
        assert service["env_file"] == ".env"
        assert service["environment"]["DJANGO_SETTINGS_MODULE"] == "fitflow.settings.production"
        assert service["environment"]["DATABASE_URL"].startswith(f"postgresql://{APP_ROLE}:")


def test_every_variable_is_described(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    described = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert {name for name in asked if not re.search(rf"^#? ?{name}=", described, re.MULTILINE)} == set()


def test_postgres_is_new_enough_and_tuned_alike(compose: dict[str, Any]) -> None:
    service = compose["services"]["postgres"]
    version = re.match(r"postgres:(\d+)", service["image"])
    assert version
    assert int(version[1]) >= OLDEST
    given = dict(word.split("=") for word in service["command"] if "=" in word)
    assert given == {name: SETTINGS[name] for name in given}
    assert {"max_connections", "max_locks_per_transaction"} <= given.keys()


def test_volumes_are_named(compose: dict[str, Any]) -> None:
    used = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == set(compose["volumes"])


def test_the_image_takes_the_same_python_packages_and_libraries(dockerfile: str) -> None:
    python = (ROOT / ".python-version").read_text(encoding="utf-8").strip()
    assert f"ARG PYTHON={python}\n" in dockerfile
    assert "--require-hashes /tmp/requirements.lock" in dockerfile
    for need in system.PRINTING:
        for package in need.apt:
            assert package in dockerfile


def test_the_image_does_not_run_as_root(dockerfile: str) -> None:
    final = dockerfile.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\w+)$", final, re.MULTILINE) == ["fitflow"]
    assert "HEALTHCHECK" in final
    assert "collectstatic" in dockerfile


def test_nothing_private_goes_into_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".env", ".env.*", ".local", "node_modules"} <= set(ignored)


def test_the_locks_name_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "fitflow/local/uv.lock.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text, name
        for block in re.split(r"\n(?=[a-z0-9])", text):
            if "==" in block.split("\n")[0]:
                assert "--hash=sha256:" in block, block.split("\n")[0]


def test_the_development_lock_holds_all_of_the_other() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([a-z0-9._-]+(?:\[[\w,]+\])?==[^ ;\\]+)", text, re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
