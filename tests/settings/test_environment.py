"""What the settings read from the environment is written down, and production refuses what is unsafe."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "DJANGO_SETTINGS_MODULE": "fitflow.settings.production",
    "SECRET_KEY": "s" * 30 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "FIELD_KEYS": "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "PUBLIC_HOST": "fitflow.example",
}


def deploy_check(**changes: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        command, cwd=ROOT, env={**environment, **SAFE, **changes}, capture_output=True, text=True, check=False
    )


def test_every_variable_stands_in_the_example() -> None:
    read = {
        name
        for path in (ROOT / "fitflow" / "settings").glob("*.py")
        for name in re.findall(r'env\.\w+\("([A-Z0-9_]+)"', path.read_text())
    }
    written = set(re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read == written


def test_production_starts_with_values_of_its_own() -> None:
    done = deploy_check()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"SECRET_KEY": "insecure-" + "x" * 60}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"FIELD_KEYS": "demo:Zml0Zmxvdy1kZW1vLWtleS0wMDAwMDAwMDAwMDAwMDA="}, "FIELD_KEYS"),
        ({"DJANGO_SETTINGS_MODULE": "fitflow.settings.demo"}, "Demo settings"),
    ],
)
def test_production_refuses_what_is_unsafe(changes: dict[str, str], complaint: str) -> None:
    done = deploy_check(**changes)
    assert done.returncode != 0
    assert complaint in done.stderr
