"""`make check`: every check is run, every failure is shown, and any of them fails the whole."""

import base64
import os
import secrets
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .console import Console
from .places import Places

# Without these, `check --deploy` under production settings would speak of the variables and not of the code.
SAFE_PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "fitflow.settings.production",
    "PUBLIC_HOST": "fitflow.example",
    "EMAIL_HOST": "mail.fitflow.example",
    "DEFAULT_FROM_EMAIL": "FitFlow <no-reply@fitflow.example>",
}

# Template tags of ours that wrap a block, so that its content is indented.
BLOCK_TAGS = ("--extra-block", "sheet,endsheet", "--extra-block", "confirm,endconfirm")


@dataclass(frozen=True)
class Check:
    """One command that must end well."""

    name: str
    command: tuple[str, ...]
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a check said."""

    check: Check
    good: bool
    seconds: float
    said: str


def all_checks(root: Path) -> list[Check]:
    """Return every check, the slow ones first."""
    templates = sorted(str(path.relative_to(root)) for path in root.glob("templates/**/*.html"))
    found = [
        Check("mypy", ("mypy",)),
        Check("migrations", ("python", "manage.py", "makemigrations", "--check", "--dry-run")),
        Check(
            "deploy", ("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"), production()
        ),
        Check("imports", ("lint-imports", "--no-cache", "--no-logo")),
        Check("ruff", ("ruff", "check", "--output-format", "concise")),
        Check("format", ("ruff", "format", "--check", "--output-format", "concise")),
    ]
    if templates:
        found += [
            Check("templates", ("djade", "--check", "--target-version", "5.2", *templates)),
            Check("indent", ("djhtml", "--check", "--tabwidth", "2", *BLOCK_TAGS, *templates)),
        ]
    return found


def production() -> dict[str, str]:
    """Return an environment in which production would start."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return SAFE_PRODUCTION | {"SECRET_KEY": secrets.token_urlsafe(64), "FIELD_KEYS": f"check:{key}"}


def run(places: Places, console: Console, environment: Mapping[str, str], only: Sequence[str] = ()) -> int:
    """Run all checks, or those named, two at a time; returns the exit code."""
    chosen = [check for check in all_checks(places.root) if not only or check.name in only]
    console.title("make check")
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(lambda check: _run(check, places, console, environment), chosen))
    failed = [outcome for outcome in outcomes if not outcome.good]
    for outcome in failed:
        console.title(f"{outcome.check.name}: {' '.join(outcome.check.command)[:100]}")
        console.say(outcome.said.strip())
    if failed:
        console.fail(
            f"\n{len(failed)} of {len(outcomes)} checks failed: {', '.join(one.check.name for one in failed)}"
        )
        return 1
    console.say(f"All {len(outcomes)} checks passed.")
    return 0


def _run(check: Check, places: Places, console: Console, environment: Mapping[str, str]) -> Outcome:
    started = time.monotonic()
    program = str(places.venv / "bin" / check.command[0])
    done = subprocess.run(
        [program, *check.command[1:]],
        cwd=places.root,
        env={**os.environ, **environment, **check.extra},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    outcome = Outcome(check, done.returncode == 0, time.monotonic() - started, done.stdout)
    sign = console.paint("✓", "32;1") if outcome.good else console.paint("✗", "31;1")
    console.say(f"{sign} {check.name} {console.paint(f'({outcome.seconds:.1f} s)', '2')}")
    return outcome
