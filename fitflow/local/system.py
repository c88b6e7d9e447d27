"""Packages of the operating system that are missing, and how they are installed."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import postgres, redis
from .console import Console, Trouble
from .servers import chromium

POLICY = Path("/usr/sbin/policy-rc.d")
# One letter each of Cyrillic, Hebrew, Arabic, Hindi, Punjabi, Thai, Inuktitut, Chinese, Japanese and Korean; an emoji.
LETTERS = "Жאعकਗสᐃ李さ김🧘"
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/fitflow-no-cluster.conf")


@dataclass(frozen=True)
class Need:
    """Something the project runs with, and the packages that bring it."""

    name: str
    is_there: Callable[[], bool]
    apt: tuple[str, ...]
    brew: tuple[str, ...]
    vital: bool = True  # what is not is asked for once more at the next start, and done without


def has_postgres() -> bool:
    """Tell whether a PostgreSQL server that is new enough is installed, with the extensions we create."""
    return any(
        one.major >= postgres.OLDEST and all(one.has_extension(name) for name in ("btree_gist", "pg_trgm"))
        for one in postgres.installed()
    )


def has_redis() -> bool:
    """Tell whether a Redis server is installed."""
    try:
        return bool(redis.binary())
    except Trouble:
        return False


def has_pango() -> bool:
    """Tell whether the libraries by which WeasyPrint sets invoices are installed."""
    if sys.platform == "darwin":
        return any(
            Path(folder, "libpango-1.0.dylib").exists() for folder in ("/opt/homebrew/lib", "/usr/local/lib")
        )
    return all(
        _loads(name) for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
    )


def has_fonts() -> bool:
    """Tell whether there is a font for the names that ours has no letters for: without one they are printed as boxes."""
    if sys.platform == "darwin":
        return True
    try:
        return all(_font_with(letter) for letter in LETTERS)
    except OSError:
        return False


def _font_with(letter: str) -> bool:
    asked = subprocess.run(["fc-list", f":charset={ord(letter):x}", "family"], capture_output=True, text=True)
    return bool(asked.stdout.strip())


def has_chromium() -> bool:
    """Tell whether there is a browser for the end-to-end tests."""
    return chromium() is not None


def has_poppler() -> bool:
    """Tell whether there is a second opinion on what a PDF says, for the tests."""
    return all(shutil.which(name) for name in ("pdftotext", "pdfinfo", "pdftoppm"))


def has_venv() -> bool:
    """Tell whether this Python can make a virtual environment with pip; Debian's own cannot without a package."""
    try:
        import ensurepip
    except ImportError:
        return False
    return bool(ensurepip.version())


VENV = Need("Python's venv", has_venv, ("python3-venv",), ())
SERVERS = (
    Need("PostgreSQL 15 or newer", has_postgres, ("postgresql", "postgresql-contrib"), ("postgresql@17",)),
    Need("Redis", has_redis, ("redis-server",), ("redis",)),
)
PRINTING = (
    Need("Pango", has_pango, ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"), ("pango",)),
    Need(
        "fonts of all scripts",
        has_fonts,
        ("fonts-dejavu-core", "fonts-noto-core", "fonts-noto-color-emoji", "fonts-wqy-microhei"),
        (),
        vital=False,
    ),
)
TESTING = (
    Need("Chromium", has_chromium, ("chromium",), ()),
    Need("Poppler's tools", has_poppler, ("poppler-utils",), ("poppler",)),
)


def install(needs: Sequence[Need], console: Console) -> None:
    """Install what is missing; raises Trouble with the exact names where we cannot, or where it did not help."""
    missing = [need for need in needs if not need.is_there()]
    if not missing:
        return
    names = ", ".join(need.name for need in missing)
    if shutil.which("apt-get") and (prefix := _as_root()) is not None:
        packages = [package for need in missing for package in need.apt]
        with console.step(f"Installing {names} (apt-get install {' '.join(packages)})"):
            _apt(prefix, packages)
    elif shutil.which("brew"):
        packages = [package for need in missing for package in need.brew]
        if packages:
            with console.step(f"Installing {names} (brew install {' '.join(packages)})"):
                _run(["brew", "install", *packages])
    still = [need for need in missing if not need.is_there()]
    if any(need.vital for need in still):
        raise Trouble(_what_to_install(still))
    for need in still:
        console.say(f"Going on without {need.name} (Debian/Ubuntu: {' '.join(need.apt)}).")


def _what_to_install(missing: Sequence[Need]) -> str:
    lines = ["Please install what is missing, then try again:"]
    lines += [
        f"  {need.name:<24} Debian/Ubuntu: {' '.join(need.apt) or '-':<52} macOS: {' '.join(need.brew) or need.name}"
        for need in missing
    ]
    if shutil.which("apt-get") and _as_root() is None:
        lines.append("(We would do it with apt-get, but are not root and found no sudo.)")
    if any(need.name.startswith("PostgreSQL") for need in missing) and (old := postgres.installed()):
        lines.append(
            f"(PostgreSQL {old[0].major} is here, without its contrib package or too old; newer ones: "
            "https://www.postgresql.org/download/)"
        )
    return "\n".join(lines)


def _as_root() -> list[str] | None:
    """Return the words that make a command root's, or None where we cannot be root."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if not sudo:
        return None
    return [sudo] if sys.stdin.isatty() else [sudo, "-n"]


def _apt(prefix: list[str], packages: Sequence[str]) -> None:
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    new_redis = "redis-server" in packages
    with ExitStack() as stack:
        # Debian starts a service as soon as it is installed, and makes PostgreSQL a cluster; ours are the project's own.
        stack.enter_context(_file_for_now(prefix, POLICY, "#!/bin/sh\nexit 101\n", "755"))
        stack.enter_context(_file_for_now(prefix, NO_CLUSTER, "create_main_cluster = false\n", "644"))
        _run([*prefix, *quiet, "update"])
        _run([*prefix, *quiet, "install", "-y", "--no-install-recommends", *packages])
    if new_redis:
        # Nor shall it start with the machine from now on.
        _run([*prefix, "update-rc.d", "redis-server", "disable"], check=False)


@contextmanager
def _file_for_now(prefix: list[str], path: Path, text: str, mode: str) -> Iterator[None]:
    """Keep a file in a system folder while packages are installed; leave alone one that is there already."""
    if path.exists():
        yield
        return
    _run([*prefix, "mkdir", "-p", str(path.parent)])
    subprocess.run([*prefix, "tee", str(path)], input=text.encode(), stdout=subprocess.DEVNULL, check=True)
    _run([*prefix, "chmod", mode, str(path)])
    try:
        yield
    finally:
        _run([*prefix, "rm", "-f", str(path)])


def _run(command: Sequence[str], *, check: bool = True) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode:
        last = "\n".join(done.stdout.splitlines()[-20:])
        raise Trouble(f"`{' '.join(command)}` failed:\n{last}")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
