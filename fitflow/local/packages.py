"""The locked Python packages: uv in `.local/tools`, the project's own environment in `.local/venv`."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from . import system
from .console import Console, Trouble
from .places import Places
from .state import recall, remember

PREFERRED = (3, 13)
OLDEST = (3, 12)
NEWEST = (3, 14)
UV_LOCK = Path(__file__).with_name("uv.lock.txt")
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}


def install(places: Places, console: Console, *, dev: bool) -> None:
    """Bring `.local/venv` to the lock; does nothing when it is there already.

    The development lock holds all of the other one, so an environment made by it serves both.
    """
    wanted = "dev" if dev or recall(places).get("packages", {}).get("kind") == "dev" else "run"
    lock = places.root / LOCKS[wanted]
    mark = {"kind": wanted, "lock": hashlib.sha256(lock.read_bytes()).hexdigest()}
    works = _works(places.python)
    if works and recall(places).get("packages") == mark:
        return
    uv = _uv(places, console)
    environment = os.environ | _index_of_pip(places)
    remember(places, "packages", None)
    if not works:
        with console.step(f"Python {'.'.join(map(str, PREFERRED))} for the project"):
            shutil.rmtree(places.venv, ignore_errors=True)
            chosen = find_python() or ".".join(map(str, PREFERRED))
            _run([uv, "venv", "--quiet", "--python", chosen, str(places.venv)], environment, what=_NO_PYTHON)
    with console.step(f"Python packages of {lock.name}"):
        command = [
            uv,
            "pip",
            "sync",
            "--quiet",
            "--python",
            str(places.python),
            "--require-hashes",
            str(lock),
        ]
        _run(command, environment, what=f"The packages of {lock.name} could not be installed.")
    remember(places, "packages", mark)


def compile_locks(places: Places, console: Console) -> None:
    """Write both lock files anew from pyproject.toml: what is pinned stays where it still fits; hashes, no addresses."""
    uv = _uv(places, console)
    oldest = ".".join(map(str, OLDEST))
    command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-emit-index-url"]
    command += ["--no-header", "--python-version", oldest, "pyproject.toml"]
    for kind, name in LOCKS.items():
        extra = ["--extra", "dev"] if kind == "dev" else []
        with console.step(f"{name} from pyproject.toml"):
            _run(
                [*command, *extra, "--output-file", name],
                os.environ | _index_of_pip(places),
                what=f"{name} could not be written.",
            )


_NO_PYTHON = (
    f"There is no Python {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]} on this machine, and uv could not fetch "
    f"one: please install Python {PREFERRED[0]}.{PREFERRED[1]}."
)


def find_python() -> str | None:
    """Return the machine's best Python for the project: 3.13 before its neighbours."""
    found: dict[tuple[int, int], str] = {}
    for candidate in _candidates():
        version = _version(candidate)
        if version and OLDEST <= version <= NEWEST:
            found.setdefault(version, candidate)
        if version == PREFERRED:
            break
    order = sorted(found, key=lambda version: (version != PREFERRED, [-part for part in version]))
    return found[order[0]] if order else None


def _candidates() -> Iterator[str]:
    yield sys.executable
    for name in ("python3.13", "python3", "python3.14", "python3.12"):
        if path := shutil.which(name):
            yield path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for folder in sorted(pyenv.glob("3.1[234]*"), reverse=True):
        yield str(folder / "bin" / "python3")


def _version(python: str) -> tuple[int, int] | None:
    """Ask an interpreter for its version; a shim whose version is not installed has none."""
    script = "import sys; print(*sys.version_info[:2])"
    try:
        asked = subprocess.run([python, "-c", script], capture_output=True, text=True, timeout=20)
        major, minor = asked.stdout.split()
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return int(major), int(minor)


def _works(python: Path) -> bool:
    version = _version(str(python)) if python.exists() else None
    return version is not None and OLDEST <= version <= NEWEST


def _uv(places: Places, console: Console) -> str:
    """Return the pinned uv, installed by the machine's own pip and therefore from the index pip is set to."""
    uv = places.tools / "bin" / "uv"
    pinned = re.search(r"^uv==([\w.]+)", UV_LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    assert pinned
    try:
        if f"uv {pinned[1]}" in subprocess.run([uv, "--version"], capture_output=True, text=True).stdout:
            return str(uv)
    except OSError:
        pass
    system.install([system.VENV], console)
    with console.step(f"uv {pinned[1]}, which installs the packages"):
        _run(
            [sys.executable, "-m", "venv", "--clear", str(places.tools)],
            os.environ,
            what="No venv could be made.",
        )
        pip = [
            str(places.tools / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        _run(
            [*pip, "--require-hashes", "-r", str(UV_LOCK)],
            os.environ,
            what="uv could not be installed by pip.",
        )
    return str(uv)


def _index_of_pip(places: Places) -> dict[str, str]:
    """Tell uv, which does not read pip's configuration, of the index and certificates that are set there."""
    if any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE")):
        return {}
    asked = subprocess.run(
        [str(places.tools / "bin" / "python"), "-m", "pip", "config", "list"], capture_output=True, text=True
    )
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE", "trusted-host": "UV_INSECURE_HOST"}
    found = {}
    for line in asked.stdout.splitlines():
        if match := re.fullmatch(r"(?:global|install|:env:)\.([\w-]+)='(.*)'", line.strip()):
            name = names.get(match[1])
            if name and name not in os.environ:
                found[name] = match[2]
    return found


def _run(command: Sequence[str], environment: Mapping[str, str], *, what: str) -> None:
    done = subprocess.run(
        list(command), env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-20:])
        raise Trouble(f"{what}\n{last}")
